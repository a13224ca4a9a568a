"""Writes forms: the fields of a value, and the parts of a multipart body.

The other way of what `understudy.contract.forms` and `multipart` read. Called by `building`; it must not choose values.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from understudy.contract.forms import separator_of
from understudy.contract.multipart import File


def fields(body: Any, encoding: Any) -> Iterable[tuple[str, Any]]:
    """The fields of a form: a list repeats its field or is one text, an object nests by brackets, null is left out."""
    for name, value in body.items() if isinstance(body, Mapping) else ():
        separator = separator_of(encoding, name)
        if separator and isinstance(value, list) and not any(isinstance(item, File) for item in value):
            yield name, separator.join(map(text_of, value))
        else:
            yield from nested(name, value)


def nested(name: str, value: Any) -> Iterable[tuple[str, Any]]:
    """The fields of a value below a name: texts, and files as they are."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from nested(f"{name}[{key}]", item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from nested(name, item)
    elif value is not None:
        yield name, value if isinstance(value, File) else text_of(value)


def multipart(parts: Iterable[tuple[str, Any]], boundary: str) -> bytes:
    """A multipart body of texts and files by name."""
    out = bytearray()
    for name, value in parts:
        out += f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"'.encode()
        if isinstance(value, File):
            out += f'; filename="{_quoted(value.filename)}"\r\nContent-Type: {value.content_type}\r\n\r\n'.encode()
            out += value.data
        else:
            out += f"\r\n\r\n{value}".encode()
        out += b"\r\n"
    return bytes(out) + f"--{boundary}--\r\n".encode()


def _quoted(text: str) -> str:
    """A name as browsers write it into a part's head."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def text_of(value: Any) -> str:
    """A scalar as it stands in a URL, a header or a form."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()
