"""What a page of another origin may do: the CORS headers of answers, and the answer to a preflight.

A product that has rules of its own keeps them, so that a frontend meets here what it will meet there. Of all others any
page may read everything, since a frontend that is being developed lives on another port. The control plane is no part
of it: that is guarded by `guard`. Called by `envelope` and `gate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from understudy.contract.templates import Templates
from understudy.server.call import Call

Header = tuple[bytes, bytes]

METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
MAX_AGE = b"600"
# What a document that promises such headers itself is answered with: a random text would keep every page out.
VALUES: Mapping[str, str] = {
    "access-control-allow-origin": "*",
    "access-control-allow-headers": "*",
    "access-control-allow-methods": METHODS,
}
# What a page may read without being told so, and what is no business of a page's.
_READABLE = frozenset(
    {b"cache-control", b"content-language", b"content-length", b"content-type", b"expires", b"last-modified", b"pragma",
     b"set-cookie", b"vary"}
)  # fmt: skip
# What is put on an answer behind us.
_OURS = (b"understudy-refused", b"understudy-violations", b"understudy-fault")


def answers_preflight(call: Call) -> bool:
    """Whether this is a preflight, and nothing of the document answers it."""
    if not is_preflight(call) or not _is_ruled(call):
        return False
    own = [template for method, template in call.part.contract.operations if method == "options"]
    path = call.scope["path"].removeprefix(call.part.base_path)
    return not own or Templates((template, True) for template in own).find(path) is None


def headers(call: Call, present: Iterable[Header]) -> list[Header]:
    """The CORS headers that an answer lacks.

    Args:
        call: the request.
        present: the headers that the answer has.
    """
    if not _is_ruled(call):
        return []
    names = {name.lower() for name, _ in present}
    found = _product(call) if call.part.transport.cors else _anyone(call, names)
    return [pair for pair in found if pair[0] == b"vary" or pair[0] not in names]


def is_preflight(call: Call) -> bool:
    """Whether a browser asks what it may ask."""
    fields = call.request.fields
    return call.scope["method"] == "OPTIONS" and "origin" in fields and "access-control-request-method" in fields


def _is_ruled(call: Call) -> bool:
    cors = call.part.transport.cors
    if cors is None:
        return call.part.is_open
    return bool(call.scope["path"].startswith(call.part.base_path + cors.prefix))


def _product(call: Call) -> Iterator[Header]:
    """The product's rules (rack-cors' habits)."""
    cors = call.part.transport.cors
    yield b"vary", b"Origin"
    if cors is not None and "origin" in call.request.fields:
        yield b"access-control-allow-origin", b"*"
        yield b"access-control-allow-methods", ", ".join(cors.methods).encode()
        yield b"access-control-expose-headers", b""
        yield b"access-control-max-age", str(cors.max_age).encode()
        yield from _asked(call)


def _anyone(call: Call, names: Iterable[bytes]) -> Iterator[Header]:
    """Any page, with its cookies, and every header of the answer: nothing here is a secret."""
    origin = call.request.fields.get("origin")
    if origin is None:
        return
    yield b"vary", b"Origin"
    yield b"access-control-allow-origin", origin.encode("latin-1")
    yield b"access-control-allow-credentials", b"true"
    if is_preflight(call):
        yield b"access-control-allow-methods", METHODS.encode()
        yield b"access-control-max-age", MAX_AGE
        yield from _asked(call)
    else:
        yield b"access-control-expose-headers", b", ".join(sorted({*names, *_OURS} - _READABLE))


def _asked(call: Call) -> Iterator[Header]:
    wanted = call.request.fields.get("access-control-request-headers")
    if wanted is not None and is_preflight(call):
        yield b"access-control-allow-headers", wanted.encode("latin-1")
