"""Keeps credentials out of a record: three stars take their place, wherever they stand again.

A record shall show that a credential was sent, and how, so a scheme, a cookie's name and its attributes stay. Called by
`recording`. What only a body says, as the answer to a login does, is not known to be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Collection

STARS = "***"
SHORTEST, MOST = 8, 200
"""How long a value must be to be masked where it stands again, and how many of them are remembered."""

_NAMES = re.compile(
    r"(?i)authorization|cookie|api[-_]?key|api[-_]?access|auth[-_]?token|access[-_]?token|csrf|secret|password|signature|hmac"
)
_QUERY = re.compile(r"([?&])([^=&#]+)=([^&#]*)")
_USER = re.compile(r"(?<=://)[^/?#@]*(?=@)")
_URLS = frozenset({"referer", "location", "content-location"})


class Credentials:
    """Knows which headers and query parameters carry credentials, and which values they carried so far.

    Args:
        names: further names, in any case.
    """

    def __init__(self, names: Collection[str] = ()) -> None:
        self._names = {name.lower() for name in names}
        self._values: dict[str, None] = {}

    def carries(self, name: str) -> bool:
        """Whether a header or parameter of this name carries a credential."""
        return name.lower() in self._names or _NAMES.search(name) is not None

    def header(self, name: str, value: str) -> str:
        """A header's value as it may be shown."""
        if name.lower() in _URLS:
            return self.url(value)
        if not self.carries(name):
            return value
        if name.lower() in ("cookie", "set-cookie"):
            return self._cookie(value, several=name.lower() == "cookie")
        scheme, _, token = value.partition(" ")
        if token and "=" not in scheme:
            self._remember(token)
            return f"{scheme} {STARS}"
        self._remember(value)
        return STARS

    def url(self, url: str) -> str:
        """A URL as it may be shown."""

        def parameter(found: re.Match[str]) -> str:
            if not self.carries(found[2]):
                return found[0]
            self._remember(found[3])
            return f"{found[1]}{found[2]}={STARS}"

        return _QUERY.sub(parameter, _USER.sub(STARS, url))

    def text(self, text: str) -> str:
        """A text without the credentials met so far."""
        for value in self._values:
            text = text.replace(value, STARS)
        return text

    def _cookie(self, value: str, *, several: bool) -> str:
        pairs = value.split(";")
        secret = pairs if several else pairs[:1]
        shown = []
        for pair in secret:
            name, _, what = pair.partition("=")
            self._remember(what)
            shown.append(f"{name}={STARS}" if what else pair)
        return ";".join([*shown, *pairs[len(secret) :]])

    def _remember(self, value: str) -> None:
        if len(value) >= SHORTEST and value not in self._values:
            self._values[value] = None
            if len(self._values) > MOST:
                del self._values[next(iter(self._values))]
