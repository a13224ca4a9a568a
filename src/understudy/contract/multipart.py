"""Reads multipart bodies into their parts, and says what is wrong with one that cannot be read.

Called by `body`. A part with a file name is a `File`, any other is text in UTF-8. It must not know any schema.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a body on the wire: a violation code, a pointer into the body, a message."""

    code: str
    where: str
    message: str


@dataclass(frozen=True, slots=True)
class File:
    """One part of a multipart body that has a file name."""

    filename: str
    content_type: str
    data: bytes


class WrongError(Exception):
    """A body that cannot be read; carries the `Problem`."""

    def __init__(self, code: str, message: str, where: str = "") -> None:
        super().__init__(message)
        self.problem = Problem(code, where, message)


def multipart(boundary: str | None, raw: bytes) -> list[tuple[str, str | File]]:
    """The parts of a multipart body, name and value, in order. Errors: `WrongError`."""
    if not boundary:
        raise WrongError(
            "body-malformed", "multipart/form-data without a boundary; let the client library set the header"
        )
    collector = _Parts()
    try:
        parser = MultipartParser(boundary.encode("latin-1"), collector.callbacks())
        parser.write(raw)
        parser.finalize()
    except (FormParserError, UnicodeEncodeError) as error:
        raise WrongError("body-malformed", f"this is not multipart/form-data: {error}") from None
    if not collector.ended:
        raise WrongError("body-malformed", "the multipart body breaks off before its closing boundary")
    return collector.parts


class _Parts:
    """Collects what the multipart parser calls back."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, str | File]] = []
        self.ended = False
        self._name = b""
        self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._data = bytearray()

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_part_data": self._part_data,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        self._headers, self._data = {}, bytearray()

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        self._data += data[start:end]

    def _end(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        name = options.get(b"name")
        if name is None:
            raise WrongError("body-malformed", "a part of the multipart body has no name in its Content-Disposition")
        filename = options.get(b"filename", _extended(options.get(b"filename*")))
        if filename is None:
            try:
                value: str | File = bytes(self._data).decode()
            except UnicodeDecodeError:
                raise WrongError("body-encoding", f"the part `{_text(name)}` is not valid UTF-8") from None
        else:
            kind = self._headers.get(b"content-type", b"application/octet-stream")
            value = File(_text(filename), _text(kind), bytes(self._data))
        self.parts.append((_text(name), value))

    def _finish(self) -> None:
        self.ended = True


def _extended(value: bytes | None) -> bytes | None:
    """A parameter in RFC 8187's notation, ``UTF-8''a%20b``."""
    return None if value is None else unquote_to_bytes(value.rpartition(b"'")[2])


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
