"""Small whole files, for answers whose media type is a file's and whose schema says no more than that.

Called by `synthesis`. A sample opens in a viewer of its kind; its content follows the random source.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from understudy.generator import names

SIZE = 16  # pixels, each way


# What a schema may have beside its type that says nothing of what is in the file.
_SAYING_NOTHING = frozenset(
    {"type", "format", "title", "description", "contentMediaType", "contentEncoding", "deprecated", "xml"}
)


def suits(essence: str, schema: Any) -> bool:
    """Whether there is a sample of a media type, and the schema says no more than that it is a text or a file."""
    return essence in _SAMPLES and _unspecific(schema)


def _unspecific(schema: Any) -> bool:
    if not isinstance(schema, Mapping):
        return schema is True
    is_plain = schema.get("type", "string") == "string" and schema.get("format", "binary") == "binary"
    return is_plain and set(schema) <= _SAYING_NOTHING


def sample(essence: str, random: Random) -> bytes:
    """A file of a media type that `suits` knows."""
    return _SAMPLES[essence](random)


def _png(random: Random) -> bytes:
    """One colour, eight bits a channel (PNG, chapters 5 and 11)."""
    row = b"\0" + bytes(random.randrange(256) for _ in range(3)) * SIZE

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0)
    pixels = zlib.compress(row * SIZE)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _gif(random: Random) -> bytes:
    """One pixel out of a table of two colours (GIF89a)."""
    colours = random.randbytes(6)
    screen = struct.pack("<HHBBB", 1, 1, 0x80, 0, 0)
    image = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return b"GIF89a" + screen + colours + image + b"\x3b"


def _svg(random: Random) -> bytes:
    colour = random.choice(names.COLOURS)
    circle = f'<circle cx="32" cy="32" r="28" fill="{colour}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64">{circle}</svg>'.encode()


def _pdf(random: Random) -> bytes:
    """One page with one line of text, its table of objects counted out (ISO 32000, 7.5)."""
    line = f"BT /F1 18 Tf 40 90 Td ({names.phrase(random)}) Tj ET".encode()
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 180]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(line), line),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        size, table, size, len(out),
    )  # fmt: skip


def _zip(random: Random) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("readme.txt"), names.sentence(random))
    return buffer.getvalue()


def _wave(random: Random) -> bytes:
    """A tenth of a second of noise: mono, eight bits, 8 kHz."""
    sound = random.randbytes(800)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
    body = b"WAVE" + form + struct.pack("<4sI", b"data", len(sound)) + sound
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def _html(random: Random) -> bytes:
    title = names.phrase(random)
    return f"<!doctype html>\n<title>{title}</title>\n<h1>{title}</h1>\n<p>{names.sentence(random)}</p>\n".encode()


def _csv(random: Random) -> bytes:
    rows = [f"{number},{names.person(random)},{names.email(random)}" for number in range(1, 4)]
    return "\r\n".join(["id,name,email", *rows, ""]).encode()


_SAMPLES: Mapping[str, Callable[[Random], bytes]] = {
    "image/png": _png,
    "image/gif": _gif,
    "image/svg+xml": _svg,
    "application/pdf": _pdf,
    "application/zip": _zip,
    "audio/wav": _wave,
    "audio/x-wav": _wave,
    "text/html": _html,
    "text/csv": _csv,
    "text/plain": lambda random: names.sentence(random).encode(),
    "text/markdown": lambda random: f"# {names.phrase(random)}\n\n{names.sentence(random)}\n".encode(),
    "text/css": lambda random: f"body {{ color: {random.choice(names.COLOURS)}; }}\n".encode(),
    "text/event-stream": lambda random: f"data: {names.phrase(random)}\n\n".encode(),
    "application/octet-stream": lambda random: random.randbytes(64),
}
