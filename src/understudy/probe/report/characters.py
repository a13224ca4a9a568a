"""Makes characters harmless and visible: what could steer a terminal, break XML or turn a line round is written out.

Called by every report that people read as text. It must not know what a text means.
"""

from __future__ import annotations

import re

# Controls except tab and line feed, invisible and direction-changing characters, surrogates, and what is no character.
_ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\ue000\ue001]"
)


def visible(text: str) -> str:
    """The text with every odd character as an escape; tabs and line feeds stay."""
    return _ODD.sub(lambda found: _escape(found[0]), text)


def one_line(text: str, width: int = 0) -> str:
    """The text on one line, cut to a width where one is given."""
    line = " ".join(visible(text).split())
    return line if not width or len(line) <= width else f"{line[: width - 1]}…"


def _escape(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"  # noqa: PLR2004 - two digits are enough
