"""A POSIX shell script of curl calls, with jq for what later calls take from earlier answers.

What is filled in are variables of the shell, which the environment may set. Called through the table of
formats.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from understudy.probe.formats.script import Call, Play, Script, Text, spelled
from understudy.probe.owned import PARAMETER

LONGEST_WORD = 100_000
"""A longer body goes into a file: one word of a command has 128 KiB at most."""

_PLAIN = frozenset(range(0x20, 0x7F)) - frozenset(b"\\%'-")

_HEAD = """\
#!/bin/sh
# {title}: {count} cases. Needs curl, and jq for sequences. BASE and the variables below may be set from outside,
# encoded where they stand in a URL.
set -u
BASE=${{BASE:-{base}}}
{variables}
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
answer=$work/answer body=$work/body
: >"$work/tried"; : >"$work/failed"

# try TITLE STATUSES CURL-ARGUMENTS...: one request; an answer of another status is a failure.
try() {{
  title=$1 statuses=$2; shift 2
  echo . >>"$work/tried"
  status=$(curl -sS --globoff --path-as-is -o "$answer" -w '%{{http_code}}' "$@") || status=000
  case " $statuses " in
    *" $status "* | *" ${{status%??}}XX "*) return 0 ;;
    *" default "*) [ "$status" != 000 ] && return 0 ;;
  esac
  echo "FAILED $status $title" | tee -a "$work/failed"
}}

# take FILTER: a value of the last answer, encoded for a URL; without it the sequence ends.
take() {{
  jq -er "$1 | tostring | @uri" <"$answer" 2>/dev/null
}}
"""
_TAIL = """
echo "$(wc -l <"$work/tried") requests, $(wc -l <"$work/failed") failed"
[ ! -s "$work/failed" ]
"""


def write(script: Script) -> str:
    """The script."""
    variables = "\n".join(
        f"{_variable(name)}=${{{_variable(name)}:-{shlex.quote(value)}}}" for name, value in script.encoded().items()
    )
    head = _HEAD.format(title=_comment(script.title), count=len(script.plays), base=script.base, variables=variables)
    notes = [f"# left out: {_comment(one.what)}: {one.reason}" for one in script.left_out]
    lines = [
        line
        for play in script.plays
        for line in (_sequence(play) if play.is_sequence else _call(play.id, play.title, play.calls[0]))
    ]
    return "\n".join([head, *notes, *lines]) + _TAIL


def _sequence(play: Play) -> Iterator[str]:
    yield f"# {play.id} {_comment(play.title)}"
    yield "("
    for lanes in play.blocks():
        for number, lane in enumerate(lanes):
            alone = len(lanes) == 1
            lines = [line for call in lane for line in _step(play, call)]
            if alone:
                yield from (f"  {line}" for line in lines)
            else:
                yield f"  ( answer=$work/answer.{number} body=$work/body.{number}"
                yield from (f"    {line}" for line in lines)
                yield "  ) &"
        if len(lanes) > 1:
            yield "  wait"
    yield ")"


def _step(play: Play, call: Call) -> Iterator[str]:
    yield from _call(play.id, call.title, call)
    for name, keys in call.capture.items():
        path = "".join(f"[{key}]" if isinstance(key, int) else f'["{_jq(key)}"]' for key in keys)
        otherwise = f"{{ echo 'SKIPPED {play.id}: no {name}'; exit 0; }}"
        yield f"{_variable(name)}=$(take {shlex.quote(f'.{path}')}) || {otherwise}"


def _call(identity: str, title: str, call: Call) -> Iterator[str]:
    words = ["try", shlex.quote(f"{identity} {title}"), shlex.quote(" ".join(call.statuses)), *_method(call)]
    names = {name.lower() for name, _ in call.headers}
    for name, value in call.headers:
        words += ["-H", _word((f"{name}: ", *value) if value else (f"{name};",))]
    if call.body:
        words += ["-H", "Expect:"]
        if "content-type" not in names:
            words += ["-H", "Content-Type:"]  # else curl says that it is a form
        text = call.text
        if text is None or "\0" in text or len(call.body) > LONGEST_WORD:
            yield f"printf '{_octal(call.body)}' >\"$body\""
            words += ["--data-binary", '@"$body"']
        else:
            words += ["--data-raw", shlex.quote(text)]
    words.append(_word(("", *call.target), '"$BASE"'))
    yield " ".join(words)


def _method(call: Call) -> list[str]:
    """The method; after HEAD no body is waited for, whose length the answer names."""
    if call.method != "HEAD":
        return ["-X", shlex.quote(call.method)]
    return ["-X", "HEAD", "--ignore-content-length", "-H", "'Connection: close'"] if call.body else ["--head"]


def _word(text: Text, start: str = "") -> str:
    return start + spelled(
        text, lambda name: f'"${_variable(name)}"', lambda piece: shlex.quote(piece) if piece else ""
    )


def _octal(body: bytes) -> str:
    """Bytes as printf takes them within single quotes."""
    return "".join(chr(byte) if byte in _PLAIN else f"\\{byte:03o}" for byte in body)


def _variable(name: str) -> str:
    return PARAMETER + name


def _jq(key: str) -> str:
    return key.replace("\\", "\\\\").replace('"', '\\"')


def _comment(text: str) -> str:
    return " ".join(text.split())
