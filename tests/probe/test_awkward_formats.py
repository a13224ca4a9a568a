"""A corpus of text that shells, templates and URLs would read as their own: every tool sends what a replay sends."""

from __future__ import annotations

import base64
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import httpx
import pytest

from awkward_document import AWKWARD
from corpora import contract_of
from processes import run, serving
from shelves import running
from test_corpus_formats import EVERY, ran
from understudy.contract.contract import Contract
from understudy.probe.cases.case import Case
from understudy.probe.cases.corpus import generate
from understudy.probe.corpus import lines
from understudy.probe.formats import FORMATS
from understudy.probe.formats.script import Script, script

OWN = {"x-user", "x-odd", "cookie", "content-type"}
"""The headers that cases of the document send; all others are a tool's."""


@dataclass
class Served:
    """The document, served, and the hardest of its cases.

    Attributes:
        url: the server.
        contract: the document's.
        cases: the cases.
        replayed: what a replay of them sends.
    """

    url: str
    contract: Contract
    cases: list[Case]
    replayed: Counter[Any]

    def script(self) -> Script:
        """The cases as formats write them."""
        return script(self.contract, self.cases, self.url, {})

    def heard(self) -> Counter[Any]:
        """What the server heard since this was asked last: method, path, query, headers and body."""
        entries = httpx.get(f"{self.url}/_understudy/journal", params={"limit": 1000, "bodies": "whole"}).json()
        httpx.delete(f"{self.url}/_understudy/journal")
        return Counter(_told(entry["request"]) for entry in entries)


def _told(asked: dict[str, Any]) -> Any:
    body = asked["body"]
    sent = base64.b64decode(body["base64"]) if body["text"] is None else body["text"].encode()
    headers = sorted((name.lower(), value) for name, value in asked["headers"] if name.lower() in OWN)
    return asked["method"], asked["path"], asked["query"], tuple(headers), sent


def hardest(contract: Contract, cases: list[Case]) -> list[Case]:
    """Of each operation the cases with the most kinds of characters that are no letters and no digits."""

    def odd(case: Case) -> int:
        request = case.request(contract)
        said = unquote_to_bytes(request.target) + b"".join(value for _, value in request.raw_headers) + request.body
        return len({byte for byte in said if not chr(byte).isascii() or not chr(byte).isalnum()})

    by_operation = defaultdict(list)
    for case in cases:
        by_operation[case.operation_id].append(case)
    return [
        case
        for found in by_operation.values()
        for case in sorted(found, key=odd, reverse=True)[: 7 if len(found) > 10 else 1]
    ]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The document, served, and replayed once."""
    folder = tmp_path_factory.mktemp("awkward")
    file, corpus = folder / "awkward.json", folder / "hardest.ndjson"
    file.write_text(json.dumps(AWKWARD))
    contract = contract_of(str(file))
    cases = hardest(contract, generate(contract, 1))
    corpus.write_bytes(lines(cases))
    with serving(str(file), "--seed", "1") as server:
        found = Served(server.url, contract, cases, Counter())
        assert run("replay", str(corpus), server.url, "--document", str(file)).returncode == 0
        found.replayed = found.heard() - Counter([("GET", "/", "", (), b"")])  # that asks whether anybody answers
        assert sum(found.replayed.values()) == len(cases) > 50
        yield found


@pytest.mark.parametrize("name", EVERY)
def test_a_tool_sends_the_very_bytes_that_a_replay_sends(name: str, served: Served, tmp_path: Path) -> None:
    """Quotes, dollars, braces, other alphabets, NUL, forms, files and XML arrive alike, or are said to be left out."""
    done = ran(name, served.script(), tmp_path, served.url)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    heard = served.heard()
    assert not heard - served.replayed
    left_out = (tmp_path / FORMATS[name].file).read_text().lower().count("left out: ")
    assert sum((served.replayed - heard).values()) == left_out
    assert left_out <= {"http": len(served.cases) // 2, "postman": len(served.cases) // 4}.get(name, 0)


def test_every_name_is_a_variable_of_its_own(served: Served) -> None:
    """Names that differ in case, dashes or letters beyond ASCII alone stay apart, and none is one that a shell has."""
    names = served.script().names
    assert set(names) >= {"path", "HOME", "home", "a-b", "a_b", "1st", "käse", "page slug"}
    assert len(set(names.values())) == len(names)
    assert all(name.isascii() and name.isidentifier() and name.isupper() for name in names.values())


class Baker:
    """A deployment that gives everybody a cookie; it knows who brought one back."""

    def __init__(self) -> None:
        self.brought: list[bytes] = []
        self.asked = 0

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        self.asked += 1
        self.brought += [value for name, value in scope["headers"] if name == b"cookie"]
        headers = [(b"set-cookie", b"baked=1; Path=/"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{}"})


@pytest.mark.parametrize("name", [param for param in EVERY if param.values[0] != "k6"])
def test_a_tool_brings_no_cookie_back(name: str, served: Served, tmp_path: Path) -> None:
    """As in a replay, a case has the cookies that it asks for and no other's, whatever was answered before it."""
    plain = [case for case in served.cases if case.operation_id.startswith("plain")][:3]
    app = Baker()
    with running(app) as url:
        ran(name, script(served.contract, plain, url, {}), tmp_path, url)
    assert (app.asked, app.brought) == (3, [])
