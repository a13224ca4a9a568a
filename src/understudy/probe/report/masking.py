"""Masks secrets: whatever way a secret is written, a report shows three stars in its place.

Every text that goes into a report passes through here once, before anything is cut or excerpted. Headers that carry
credentials are masked whatever they say. Called by `telling` and `curl`; it must not know how a report looks.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from html.entities import codepoint2name
from typing import Any

from understudy.contract.exchange import Exchange

STARS = "***"
SHORTEST = 4
"""A shorter secret is in every text by chance, and is masked only in headers that carry credentials."""
LONGEST_CHARACTER = 16
"""So many characters can stand for one of a secret, as `\\\\\\\\u00e9` or `&#x0000e9;` do."""

CREDENTIALS = re.compile(
    r"(?i)authorization|cookie|api[-_]?key|auth[-_]?token|access[-_]?token|csrf|secret|password|session|signature|hmac"
)
"""Names of headers and query parameters whose values are never shown."""
HARMLESS = frozenset(
    "accept accept-encoding accept-language cache-control connection content-length content-type host prefer user-agent"
    .split()
)  # fmt: skip
"""Headers whose values are no secrets even where the user gives them."""

# What stands for a secret until it is known whether stars or a variable take its place; private-use characters.
OPEN, CLOSE = "\ue000", "\ue001"
_HELD = re.compile(f"{OPEN}([A-Z0-9_]*){CLOSE}")
_USER = re.compile(r"(?<=://)[^/?#@]*(?=@)")
_QUERY = re.compile(r"([?&][^=&#]*=)([^&#]+)")
_SHORT_ESCAPES = {"\n": "n", "\t": "t", "\r": "r", "\b": "b", "\f": "f"}


class Mask:
    """Knows the secrets.

    Args:
        secrets: their values; of ``Bearer abc`` also ``abc``, of basic credentials also the password.
    """

    def __init__(self, secrets: Collection[str] = ()) -> None:
        whole = {secret.strip() for secret in secrets} - {"", STARS}
        every = sorted({part for secret in whole for part in (secret, *_parts(secret)) if len(part) >= SHORTEST})
        every.sort(key=len, reverse=True)
        self._names = {f"s{i}": f"SECRET_{i + 1}" if len(every) > 1 else "SECRET" for i in range(len(every))}
        groups = (f"(?P<s{index}>{_written(secret)})" for index, secret in enumerate(every))
        self._pattern = re.compile("|".join(groups)) if every else None
        self.margin = LONGEST_CHARACTER * max(map(len, every), default=0)

    def held(self, text: str) -> str:
        """The text with a held name, as ``SECRET_1``, for each secret; for `shown`, or for a shell's variable."""
        text = text.replace(OPEN, "\ufffd").replace(CLOSE, "\ufffd")
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda found: f"{OPEN}{self._names[str(found.lastgroup)]}{CLOSE}", text)

    def text(self, text: str) -> str:
        """The text with stars for each secret."""
        return shown(self.held(text))

    def held_url(self, url: str) -> str:
        """A URL; a user in it, and parameters that carry credentials, are held too."""

        def parameter(found: re.Match[str]) -> str:
            return found[1] + hold(found[1][1:-1]) if CREDENTIALS.search(found[1]) else found[0]

        return _QUERY.sub(parameter, _USER.sub(hold("user"), self.held(url)))

    def held_header(self, name: str, value: str) -> str:
        """A header's value; of one that carries credentials nothing is left."""
        return hold(name) if CREDENTIALS.search(name) or value == STARS else self.held(value)

    def cut(self, text: str, limit: int) -> tuple[str, bool]:
        """The beginning of a text, masked, and whether anything is missing; never the beginning of a secret."""
        if len(text) <= limit:
            return self.text(text), False
        masked = self.text(text[: limit + self.margin])
        return masked[: min(limit, max(0, len(masked) - self.margin))], True

    def data(self, value: Any) -> Any:
        """JSON data with every text masked, keys too; what JSON cannot say becomes text."""
        if isinstance(value, str):
            return self.text(value).encode("utf-8", "backslashreplace").decode()
        if isinstance(value, Mapping):
            return {self.data(str(key)): self.data(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.data(item) for item in value]
        if isinstance(value, float) and not math.isfinite(value):
            return str(value)
        return self.data(repr(value)) if not isinstance(value, int | float | None) else value


def hold(name: str) -> str:
    """What holds the place of a header's or a parameter's value."""
    return OPEN + re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_") + CLOSE


def shown(held: str) -> str:
    """A text with stars for all that is held."""
    return _HELD.sub(lambda _: STARS, held)


def pieces(held: str) -> Iterator[tuple[str, str]]:
    """A held text piece by piece: text and an empty string, or an empty string and a variable's name."""
    for index, piece in enumerate(_HELD.split(held)):
        if index % 2:
            yield "", piece or "SECRET"
        elif piece:
            yield piece, ""


def secrets_of(headers: Mapping[str, str]) -> list[str]:
    """The secrets among headers that the user gives: all values but those of headers that never carry any."""
    return [value for name, value in headers.items() if name.lower() not in HARMLESS]


def secrets_in(exchanges: Iterable[Exchange]) -> set[str]:
    """The credentials that requests carry in headers made for them: what echoes them shall not show them either."""
    return {
        value.decode("latin-1")
        for exchange in exchanges
        for name, value in exchange.request.raw_headers
        if CREDENTIALS.search(name.decode("latin-1"))
    }


def _parts(secret: str) -> Iterator[str]:
    """The secrets inside a secret: a scheme's token, a password, a cookie's values."""
    scheme, _, token = secret.partition(" ")
    if token and "=" not in scheme:
        yield token
        if scheme.lower() == "basic":
            try:
                pair = base64.b64decode(token, validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                return
            yield pair
            yield pair.partition(":")[2]
    elif "=" in scheme:
        yield from (pair.partition("=")[2].strip() for pair in secret.split(";"))


def _written(secret: str) -> str:
    """A pattern of all the ways in which a secret may be written."""
    return "|".join(["".join(map(_character, secret)), *map(re.escape, _in_base64(secret))])


def _character(character: str) -> str:
    """A pattern of the ways to write one character: plain, percent-encoded, escaped for JSON, Python or HTML."""
    octets = character.encode("utf-8", "surrogatepass")
    units = character.encode("utf-16-be", "surrogatepass").hex()
    number = ord(character)
    ways = [
        rf"\\{{0,8}}{re.escape(character)}" if character in "\"'/\\" else re.escape(character),
        re.escape(octets.decode("latin-1")),
        "(?i:" + "".join(f"%(?:25)*{octet:02x}" for octet in octets) + ")",
        "(?i:" + "".join(rf"\\{{1,8}}u{units[at : at + 4]}" for at in range(0, len(units), 4)) + ")",
        "(?i:" + "".join(rf"\\{{1,8}}x{octet:02x}" for octet in octets) + ")",
        f"(?i:&(?:amp;)*#(?:x0*{number:x}|0*{number});)",
    ]
    if number in codepoint2name:
        ways.append(f"&(?:amp;)*{codepoint2name[number]};")
    if character in _SHORT_ESCAPES:
        ways.append(rf"\\{{1,8}}{_SHORT_ESCAPES[character]}")
    if character == " ":
        ways.append(r"\+")
    return f"(?:{'|'.join(dict.fromkeys(ways))})"


def _in_base64(secret: str) -> Iterator[str]:
    """What base64 of any text with the secret in it must hold, wherever in the text it stands."""
    octets = secret.encode("utf-8", "surrogatepass")
    for before, lost in ((0, 0), (1, 2), (2, 3)):
        whole = (before + len(octets)) // 3 * 4
        core = base64.b64encode(b"\0" * before + octets).decode()[lost:whole]
        if len(core) >= 2 * SHORTEST:
            yield core
            yield core.replace("+", "-").replace("/", "_")
