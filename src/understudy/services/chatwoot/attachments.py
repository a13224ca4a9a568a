"""Uploaded files: what counts as one, what becomes of it, and how it is fetched again.

Messages carry them; their bytes stay in memory. Chatwoot hands out a redirect address first and serves the
file at another one. It must not look into a file: its type is what the client said it is.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, unquote

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.lookups import tables_of
from understudy.services.chatwoot.parameters import blank
from understudy.services.chatwoot.refusals import HTML, crash, not_found
from understudy.services.chatwoot.tables import Attachment, Message
from understudy.services.service import Params, Reply, Upload

OCTETS = "application/octet-stream"

_FILE_TYPES = {
    **dict.fromkeys(("image/jpeg", "image/png", "image/gif", "image/bmp", "image/webp"), "image"),
    **dict.fromkeys(("video/ogg", "video/mp4", "video/webm", "video/quicktime"), "video"),
}

# A browser may show these in place; everything else is saved.
_SHOWN = frozenset(
    [f"image/{kind}" for kind in ("webp", "avif", "png", "gif", "jpeg", "tiff", "bmp")]
    + ["image/vnd.adobe.photoshop", "image/vnd.microsoft.icon", "application/pdf"]
)
# A browser would run or render these as part of the site: they are served as bytes.
_DEFUSED = frozenset(
    [f"application/{kind}" for kind in ("postscript", "x-shockwave-flash", "xml", "xhtml+xml", "mathml+xml")]
    + ["text/html", "text/xml", "text/cache-manifest", "image/svg+xml"]
)
_UNSAFE = str.maketrans(dict.fromkeys('\u202e%$|:;/<>?*"\t\r\n\\', "-"))
_UNNAMED = frozenset({"", ".", ".."})


def uploads(params: Params) -> list[Upload]:
    """The files of a request.

    Errors: a crash where ``attachments`` is there but is not an array of files.
    """
    given: Any = params.get("attachments")
    if isinstance(given, list):
        given = [item for item in given if item is not None and not _unchosen(item)]
    if blank(given) or _unchosen(given):
        return []
    if not isinstance(given, list) or not all(isinstance(item, Upload) for item in given):
        raise crash()
    return given


def _unchosen(item: Any) -> bool:
    """What a browser sends for a file field in which no file was chosen; it counts as nothing."""
    return isinstance(item, Upload) and not item.filename


def file_type(content_type: str) -> str:
    """What kind of file Chatwoot takes a media type for."""
    return _FILE_TYPES.get(content_type) or ("audio" if "audio/" in content_type else "file")


def attach(sandbox: Sandbox, message: Message, upload: Upload) -> Attachment:
    """Keep a file as part of a message."""
    tables = tables_of(sandbox)
    filename = unquote(upload.filename).strip().translate(_UNSAFE)  # as Rack reads a part's file name
    filename = "unnamed" if filename in _UNNAMED else filename
    media_type = upload.content_type.partition(";")[0].strip().lower()
    return tables.attachments.add(
        Attachment(
            id=tables.next_id("attachments"),
            message_id=message.id,
            account_id=message.account_id,
            file_type=file_type(upload.content_type),
            filename=filename,
            extension=PurePosixPath(filename).suffix.removeprefix(".") or None,
            content_type=media_type if media_type.isascii() and "/" in media_type else OCTETS,
            data=upload.data,
            signed_id=sandbox.token(48),
            key=sandbox.token(28),
            created_at=message.created_at,
        )
    )


def redirect_to_attachment(sandbox: Sandbox, params: Params) -> Reply:
    """Where the file of a signed id lies; the file name in the path is for people."""
    attachment = tables_of(sandbox).attachments.one("signed_id", params["signed_id"])
    if attachment is None:
        raise not_found()
    name = quote(attachment.filename, safe="")
    location = f"{params.base_url}/rails/active_storage/disk/{attachment.key}/{name}"
    return Reply(status=302, media_type=HTML, headers={"Location": location})


def download_attachment(sandbox: Sandbox, params: Params) -> Reply:
    """A file's bytes."""
    attachment = tables_of(sandbox).attachments.one("key", params["key"])
    if attachment is None:
        raise not_found()
    media_type = OCTETS if attachment.content_type in _DEFUSED else attachment.content_type
    disposition = "inline" if media_type in _SHOWN else "attachment"
    return Reply(
        attachment.data,
        media_type=media_type,
        headers={"Content-Disposition": content_disposition(disposition, attachment.filename)},
    )


def content_disposition(disposition: str, filename: str) -> str:
    """The header that names a file twice: in ASCII for old clients, in UTF-8 for all others."""
    plain = quote("".join(char if char.isascii() else "?" for char in filename), safe=" !#$+^`|")
    return f"{disposition}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='!#$&+^`|')}"
