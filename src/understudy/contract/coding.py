"""Undoes the content coding of a body, so that it can be judged; on the wire it stays as it is.

Called by `traffic`. What has another coding than gzip and deflate stays closed, and is told so. It must not know what
the body says.
"""

from __future__ import annotations

import zlib

GZIP = 31  # zlib's window for a gzip header
RAW = -15  # and for no header at all, which some servers call deflate
OPEN = frozenset({"gzip", "x-gzip", "deflate"})


def decoded(coding: str, body: bytes, limit: int) -> tuple[bytes, str]:
    """The body without its coding, and why it cannot be had; one of the two is empty.

    Args:
        coding: the value of ``Content-Encoding``.
        body: the body as it was sent, whole.
        limit: how many bytes it may become.

    A body that is not what its coding says is returned as it is: then it is no good body of its media type either.
    """
    names = [name.strip().lower() for name in coding.split(",")]
    for name in reversed([name for name in names if name not in ("", "identity")]):
        if name not in OPEN:
            return b"", f"its content coding `{name}` is not read"
        try:
            body = _inflate(name, body, limit)
        except zlib.error:
            return body, ""
        if len(body) > limit:
            return b"", f"it has more than {limit:,} bytes when it is unpacked"
    return body, ""


def _inflate(name: str, body: bytes, limit: int) -> bytes:
    """One coding undone; one byte more than the limit where there is more."""
    # Deflate means a zlib header; it is one where its first two bytes are a multiple of 31.
    plain = name == "deflate" and int.from_bytes(body[:2]) % GZIP
    found = bytearray()
    while body and len(found) <= limit:
        member = zlib.decompressobj(RAW if plain else GZIP if name != "deflate" else zlib.MAX_WBITS)
        found += member.decompress(body, limit + 1 - len(found))
        if not member.eof and len(found) <= limit:
            raise zlib.error("it ends before its end")
        body = member.unused_data
    return bytes(found)
