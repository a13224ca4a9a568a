"""A pytest module that needs nothing but pytest and httpx.

What is filled in comes from the environment; lanes of a sequence run in threads. Called through the table
of formats.
"""

from __future__ import annotations

from pprint import pformat
from typing import Any

from understudy.probe.formats.script import Call, Play, Script, spelled
from understudy.probe.owned import PARAMETER

_MODULE = '''\
"""{title}: {count} cases. Run with `pytest {{this file}}`; the environment may set BASE,
and the names in KNOWN as {variable}NAME."""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar, DefaultCookiePolicy
from urllib.parse import quote

import httpx
import pytest

BASE = os.environ.get("BASE", {base!r}).rstrip("/")
KNOWN = {{name: os.environ.get("{variable}" + name, made) for name, made in {made}.items()}}
{notes}
# One request each: id, title, method, target, headers, body, statuses that may follow.
CASES = {cases}

# Requests that belong together: id, title, and blocks of lanes that run at once; a request also has what to capture.
SEQUENCES = {sequences}


@pytest.fixture(scope="module")
def client():
    none = CookieJar(DefaultCookiePolicy(allowed_domains=[]))  # a request has the cookies that it is given
    with httpx.Client(timeout=30, trust_env=False, cookies=none) as client:
        yield client


def filled(text, known, safe=None):
    """The text with ``${{name}}`` replaced; in a target the values are encoded."""
    spell = str if safe is None else lambda value: quote(str(value), safe=safe)
    return re.sub(r"\\$\\{{(\\w+)\\}}", lambda m: spell(known[m[1]]) if m[1] in known else m[0], text)


def send(client, known, method, target, headers, body):
    sent = [(name.encode(), filled(value, known).encode()) for name, value in headers]
    return client.request(method, BASE + filled(target, known, ""), headers=sent, content=body or None)


def check(title, status, statuses):
    """An answer of a status that is not listed is a failure."""
    assert {{str(status), f"{{status // 100}}XX", "default"}} & set(statuses), f"{{title}}: the answer is {{status}}"


@pytest.mark.parametrize("case", CASES, ids=[f"{{case[0]}} {{case[1]}}" for case in CASES])
def test_case(client, case):
    _, title, method, target, headers, body, statuses = case
    check(title, send(client, KNOWN, method, target, headers, body).status_code, statuses)


def play(client, known, lane):
    for title, method, target, headers, body, statuses, capture in lane:
        answer = send(client, known, method, target, headers, body)
        check(title, answer.status_code, statuses)
        for name, keys in capture.items():
            value = answer.json() if answer.is_success else None
            try:
                for key in keys:
                    value = value[key]
            except (KeyError, IndexError, TypeError):
                pytest.skip(f"{{title}} gave no {{name}}; its answer was {{answer.status_code}}")
            known[name] = value


@pytest.mark.parametrize("sequence", SEQUENCES, ids=[f"{{one[0]}} {{one[1]}}" for one in SEQUENCES])
def test_sequence(client, sequence):
    known = dict(KNOWN)
    for lanes in sequence[2]:
        with ThreadPoolExecutor(len(lanes)) as threads:
            for done in [threads.submit(play, client, known, lane) for lane in lanes]:
                done.result()
'''


def write(script: Script) -> str:
    """The module."""
    cases = [(play.id, _ascii(play.title), *_request(play.calls[0])) for play in script.plays if not play.is_sequence]
    sequences = [(play.id, _ascii(play.title), _blocks(play)) for play in script.plays if play.is_sequence]
    return _MODULE.format(
        title=_ascii(script.title).replace('"', "'").replace("\\", "/"),
        count=len(script.plays),
        base=script.base,
        variable=PARAMETER,
        made=pformat(dict(script.made), width=110),
        notes="".join(f"# left out: {_ascii(one.what)}: {one.reason}\n" for one in script.left_out),
        cases=_written(cases),
        sequences=_written(sequences),
    )


def _request(call: Call) -> tuple[Any, ...]:
    headers = [(name, spelled(value, _name)) for name, value in call.headers]
    return call.method, spelled(call.target, _name), headers, call.body, list(call.statuses)


def _blocks(play: Play) -> list[Any]:
    return [
        [[(call.title, *_request(call), dict(call.capture)) for call in lane] for lane in lanes]
        for lanes in play.blocks()
    ]


def _name(name: str) -> str:
    return f"${{{name}}}"


def _written(values: list[Any]) -> str:
    return "[\n" + "".join(f"    {value!r},\n" for value in values) + "]" if values else "[]"


def _ascii(text: str) -> str:
    return " ".join(text.split()).encode("ascii", "backslashreplace").decode()
