"""Writes strings: after a pattern, a format or a name, within the lengths allowed.

Called by `values`, with what a schema asks of the string. Formats the judge knows are kept here.
"""

from __future__ import annotations

import base64
import string
from collections.abc import Callable, Iterator, Mapping
from itertools import chain, cycle, islice
from random import Random

from understudy.generator import names, patterns
from understudy.generator.fits import matches
from understudy.generator.shape import Shape, UnsatisfiableError

LONGEST = 1_000_000
TRIES = 8
MANY_TRIES = 200  # where a text must match several expressions at once

FORMATS: Mapping[str, names.Text] = {
    "date-time": names.stamp,
    "date": lambda random: names.moment(random).date().isoformat(),
    "time": lambda random: names.moment(random).time().isoformat(),
    "duration": lambda random: f"PT{random.randint(1, 48)}H",
    "email": names.email,
    "idn-email": names.email,
    "hostname": names.domain,
    "idn-hostname": names.domain,
    "ipv4": names.ipv4,
    "ip": names.ipv4,
    "ipv6": names.ipv6,
    "uri": names.url,
    "url": names.url,
    "iri": names.url,
    "uri-reference": lambda random: f"/{random.choice(names.WORDS)}",
    "iri-reference": lambda random: f"/{random.choice(names.WORDS)}",
    "uri-template": lambda random: f"https://example.com/{random.choice(names.WORDS)}/{{id}}",
    "json-pointer": lambda random: f"/{random.choice(names.WORDS)}",
    "relative-json-pointer": lambda random: f"0/{random.choice(names.WORDS)}",
    "uuid": names.uuid,
    "guid": names.uuid,
    "regex": lambda random: f"^{random.choice(names.WORDS)}$",
    "byte": lambda random: base64.b64encode(random.randbytes(12)).decode(),
    "password": lambda random: names.token(random, 16),
    "phone": names.phone,
    "decimal": names.TEXTS["price"],
    "int32": lambda random: str(random.randint(1, 9_999)),
    "int64": lambda random: str(random.randint(1, 9_999)),
}

# Other ways to write what a format allows several ways, for patterns that want one of them.
SPELLINGS: Mapping[str, tuple[names.Text, ...]] = {
    "date-time": (
        lambda random: names.moment(random).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        lambda random: names.moment(random).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        lambda random: names.moment(random).isoformat(timespec="seconds"),
    ),
}


def draw(shape: Shape, random: Random, name: str, owner: str) -> str:
    """A string.

    Args:
        shape: what is asked of it: patterns, format, lengths.
        random: where choices come from.
        name: what the string is called.
        owner: what the object is called that has it.

    Errors: `UnsatisfiableError`.
    """
    shortest, longest = int(shape.limits.get("minLength", 0)), _whole(shape.limits.get("maxLength"))
    expressions, form = shape.patterns, shape.format
    if longest is not None and shortest > longest:
        raise UnsatisfiableError(f"no text has at least {shortest} and at most {longest} characters")
    if shortest > LONGEST:
        raise UnsatisfiableError(f"a text of {shortest:,} characters is more than is made here ({LONGEST:,})")
    candidates = chain(_pleasant(form, random, name, owner), _by_pattern(expressions, random, shortest, longest))
    for candidate in candidates:
        in_length = shortest <= len(candidate) and (longest is None or len(candidate) <= longest)
        if in_length and all(matches(expression, candidate) for expression in expressions):
            return candidate
    if expressions:
        raise UnsatisfiableError(f"no text was found that matches {' and '.join(expressions)} in the length allowed")
    return _of_length(form, shortest, longest, random, names.text(name, owner, random))


def _pleasant(form: str, random: Random, name: str, owner: str) -> Iterator[str]:
    """Texts as a format, else a name, promises them."""
    maker = FORMATS.get(form)
    for _ in range(TRIES):
        candidate = maker(random) if maker else names.text(name, owner, random)
        if candidate is None:
            return
        yield candidate
    for spell in SPELLINGS.get(form, ()):
        other = spell(random)
        if other is not None:
            yield other


def _by_pattern(expressions: tuple[str, ...], random: Random, shortest: int, longest: int | None) -> Iterator[str]:
    """Texts that match one of the expressions; of many, one matches the others too."""
    for expression in expressions if len(expressions) == 1 else islice(cycle(expressions), MANY_TRIES):
        candidate = patterns.write(expression, random, shortest, longest)
        if candidate is not None:
            yield candidate


def _whole(bound: float | None) -> int | None:
    return None if bound is None else int(bound)


def _of_length(form: str, shortest: int, longest: int | None, random: Random, wanted: str | None) -> str:
    """Text of a length that formats and names do not come in by themselves."""
    stretch = _STRETCHED.get(form)
    if stretch is not None:
        return stretch(random, shortest, longest)
    text = wanted or names.phrase(random, 1, 3)
    if len(text) < shortest:
        more = " " + " ".join(random.choices(names.WORDS, k=min(shortest, 200)))
        text += more * (shortest // len(more) + 1)
    limit = longest if longest is not None else max(shortest, len(wanted or text))
    text = text[:limit].rstrip()
    return text + "".join(random.choices(string.ascii_lowercase, k=max(0, shortest - len(text))))


def _local(random: Random, shortest: int, longest: int | None) -> str:
    """An address of just the length, by its part before the ``@``."""
    host = "@example.com" if longest is None or longest > len("@example.com") else "@a.io"
    return _letters(random, max(1, shortest - len(host))) + host


def _web(random: Random, shortest: int, longest: int | None) -> str:
    start = "https://example.com/" if longest is None or longest >= len("https://example.com/") else "x:"
    return start + _letters(random, max(1 if start == "x:" else 0, shortest - len(start)))


def _base64(random: Random, shortest: int, longest: int | None) -> str:
    groups = -(-shortest // 4) or (1 if longest is None or longest > 3 else 0)  # noqa: PLR2004 - base64 writes fours
    return base64.b64encode(random.randbytes(3 * groups)).decode()


def _letters(random: Random, count: int) -> str:
    return "".join(random.choices(string.ascii_lowercase, k=count))


_STRETCHED: Mapping[str, Callable[[Random, int, int | None], str]] = {
    "email": _local,
    "idn-email": _local,
    "uri": _web,
    "url": _web,
    "iri": _web,
    "byte": _base64,
    "password": lambda random, shortest, longest: names.token(random, max(shortest, min(longest or 16, 16))),
}
