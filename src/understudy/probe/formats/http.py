"""A `.http` file, as editors' REST clients take it: requests apart by ``###``, variables in double braces.

A sequence names its requests, and later ones take what the earlier answered, as httpYac writes it; all else every
client reads. What the notation would read otherwise is left out. Called through the table of formats.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from understudy.probe.formats.script import Call, Play, Script, spelled

# What a reader of the notation takes for its own: variables, separators, files, scripts, comments.
_ODD = re.compile(r"\{\{|^(?:###|[<>#@?]|//|HTTP/)|[\r\0]|\A\s|\s\Z", re.MULTILINE)


def write(script: Script) -> str:
    """The file."""
    lines = [f"# {_line(script.title)}: {len(script.plays)} cases", f"@base = {script.base}"]
    lines += [f"@{name} = {value}" for name, value in script.encoded().items()]
    lines += [f"# left out: {_line(one.what)}: {one.reason}" for one in script.left_out]
    for play in script.plays:
        reason = _reason(play)
        if reason:
            lines.append(f"# left out: {play.id} {_line(play.title)}: {reason}")
    for play in script.plays:
        if not _reason(play):
            lines += list(_play(play))
    return "\n".join(lines) + "\n"


def _reason(play: Play) -> str:
    """Why a play cannot be written; empty where it can."""
    for call in play.calls:
        if call.text is None:
            return "a body is no text"
        headers = "".join(spelled(value, lambda _: "") for _, value in call.headers)
        if _ODD.search(call.text) or "{{" in headers:
            return "a body or a header would be read as notation"
    if play.is_sequence and any(call.lane for call in play.calls):
        return "requests of this notation run one after the other"
    return ""


def _play(play: Play) -> Iterator[str]:
    names: dict[str, str] = {}
    for number, call in enumerate(play.calls, 1):
        title = f"{play.id} {play.title}" if number == 1 else f"{play.id} {call.title}"
        yield f"\n### {_line(title)}"
        yield "# @no-cookie-jar"
        if call.capture:
            yield f"# @name s{play.id}_{number}"
        yield from _call(call, names)
        names |= {name: f"s{play.id}_{number}{_path(keys)}" for name, keys in call.capture.items()}


def _call(call: Call, names: dict[str, str]) -> Iterator[str]:
    def variable(name: str) -> str:
        return f"{{{{{names.get(name, name)}}}}}"

    def encoded(name: str) -> str:
        return f"{{{{encodeURIComponent({names[name]})}}}}" if name in names else variable(name)

    yield f"{call.method} {{{{base}}}}{spelled(call.target, encoded)}"
    for name, value in call.headers:
        yield f"{name}: {spelled(value, variable)}"
    if call.text:
        yield ""
        yield call.text


def _path(keys: Sequence[str | int]) -> str:
    return "".join(f"[{json.dumps(key)}]" for key in keys)


def _line(text: str) -> str:
    return " ".join(text.split())
