"""The curl line that repeats a request, quoted for a POSIX shell; a secret is the variable that must hold it.

Called by `telling`. It must not know why the request is to be repeated.
"""

from __future__ import annotations

import shlex

from understudy.contract.exchange import Request
from understudy.probe.report.masking import Mask, pieces

LONGEST_BODY = 4_000
"""A longer body is not put into a shell's line, in bytes."""
_LEFT_OUT = frozenset({"host", "content-length", "connection", "transfer-encoding"})


def line(base: str, request: Request, mask: Mask) -> str:
    """A curl line.

    Args:
        base: the deployment's base URL.
        request: what was sent there.
        mask: knows what must not stand in it.
    """
    words = ["curl", "-sS", "-i"]
    if request.verb == "HEAD":
        words.append("--head")
    elif request.verb != ("POST" if request.body else "GET"):
        words += ["-X", shlex.quote(request.verb)]
    if set(request.target) & set("[]{}"):
        words.append("--globoff")
    if "/." in request.target:
        words.append("--path-as-is")
    words.append(_quoted(mask.held_url(base + request.target)))
    for name, value in _headers(request):
        held = mask.held_header(name, value)
        words += ["-H", _quoted(f"{name}: {held}") if value else _quoted(f"{name};")]
    return _with_body(words, request.body, mask)


def _headers(request: Request) -> list[tuple[str, str]]:
    found = []
    for raw, value in request.raw_headers:
        name = raw.decode("latin-1")
        if name.lower() not in _LEFT_OUT:
            found.append((name, _as_sent(value)))
    return found


def _as_sent(value: bytes) -> str:
    """A header's value such that the shell hands on the same bytes."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _with_body(words: list[str], body: bytes, mask: Mask) -> str:
    if not body:
        return " ".join(words)
    if not any("content-type:" in word.lower() for word in words):
        words += ["-H", "'Content-Type:'"]  # else curl says that it is a form
    if len(body) > LONGEST_BODY:
        return " ".join([*words, "--data-binary", "@body"]) + f"  # body: a file with the {len(body):,} bytes sent"
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = "\0"
    if any(ord(c) < ord(" ") and c not in "\n\t" for c in text):
        return f"printf {_octal(body, mask)} | {' '.join(words)} --data-binary @-"
    return " ".join([*words, "--data-raw", _quoted(mask.held(text))])


def _octal(body: bytes, mask: Mask) -> str:
    """Bytes as printf takes them: octal escapes for whatever a shell's word cannot hold."""
    held = mask.held(body.decode("utf-8", "surrogateescape"))
    out = []
    for text, variable in pieces(held):
        raw = text.encode("utf-8", "surrogateescape")
        written = "".join(chr(b) if chr(b).isalnum() and b < 128 else f"\\{b:03o}" for b in raw)  # noqa: PLR2004 - ASCII
        out.append(f'"${variable}"' if variable else shlex.quote(written))
    return "".join(out)


def _quoted(held: str) -> str:
    """A held text as one word of a shell: text in single quotes, what is held as a variable."""
    return "".join(f'"${{{name}}}"' if name else shlex.quote(text) for text, name in pieces(held)) or "''"
