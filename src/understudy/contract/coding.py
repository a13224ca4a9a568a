"""Undoes the content coding of a body, so that it can be judged; on the wire it stays as it is.

Called by whoever sees messages as they were sent. What a body becomes is bounded before it is made, whatever its
coding; what has a coding that is not known stays closed. It must not know what the body says.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import brotli

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

GZIP = 31  # zlib's window for a gzip header
RAW = -15  # and for no header at all, which some servers call deflate
# No body may ask for a greater window (RFC 9659): 8 MB, as a power of two.
WINDOW = {int(zstd.DecompressionParameter.window_log_max): 23}


@dataclass(frozen=True, slots=True)
class Opened:
    """A body without its content coding.

    Attributes:
        body: what it says; empty where that cannot be had.
        unseen: why it cannot be had; empty where it can.
        too_large: whether that is because it would become more than it may.
        spoilt: why nobody can read it, where it is not what its coding says; the body is as it was sent then.
    """

    body: bytes
    unseen: str = ""
    too_large: bool = False
    spoilt: str = ""


class _BrokenError(Exception):
    """It is not what its coding says."""


def opened(coding: str, body: bytes, limit: int) -> Opened:
    """The body without its coding.

    Args:
        coding: the value of ``Content-Encoding``.
        body: the body as it was sent, whole.
        limit: how many bytes it may become.
    """
    names = [name.strip().lower() for name in coding.split(",")]
    for name in reversed([name for name in names if name not in ("", "identity")]):
        open_one = OPEN.get(name)
        if open_one is None:
            return Opened(b"", f"its content coding `{name}` is not read")
        try:
            body = open_one(body, limit) if body else body
        except _BrokenError:
            return Opened(body, spoilt=f"the body is no {name}, as its Content-Encoding says")
        if len(body) > limit:
            return Opened(b"", f"it has more than {limit:,} bytes when it is unpacked", too_large=True)
    return Opened(body)


# Each undoes one coding, and gives up after at least one byte more than the limit.


def _gunzip(body: bytes, limit: int) -> bytes:
    return _inflate(body, limit, GZIP)


def _deflate(body: bytes, limit: int) -> bytes:
    # Deflate means a zlib header; it is one where its first two bytes are a multiple of 31.
    return _inflate(body, limit, RAW if int.from_bytes(body[:2]) % GZIP else zlib.MAX_WBITS)


def _inflate(body: bytes, limit: int, window: int) -> bytes:
    found = bytearray()
    while body and len(found) <= limit:
        member = zlib.decompressobj(window)
        try:
            found += member.decompress(body, limit + 1 - len(found))
        except zlib.error:
            raise _BrokenError from None
        if not member.eof and len(found) <= limit:
            raise _BrokenError
        body = member.unused_data
    return bytes(found)


def _unbrotli(body: bytes, limit: int) -> bytes:
    stream, found = brotli.Decompressor(), bytearray()
    try:
        found += stream.process(body, output_buffer_limit=limit + 1)
        while len(found) <= limit and not stream.can_accept_more_data():
            found += stream.process(b"", output_buffer_limit=limit + 1 - len(found))
    except brotli.error:
        raise _BrokenError from None
    if not stream.is_finished() and len(found) <= limit:
        raise _BrokenError
    return bytes(found)


def _unzstd(body: bytes, limit: int) -> bytes:
    found = bytearray()
    while body and len(found) <= limit:
        frame = zstd.ZstdDecompressor(options=WINDOW)
        try:
            found += frame.decompress(body, max_length=limit + 1 - len(found))
        except zstd.ZstdError:
            raise _BrokenError from None
        if not frame.eof and len(found) <= limit:
            raise _BrokenError
        body = frame.unused_data
    return bytes(found)


OPEN: Mapping[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _deflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
"""The codings that are read."""
