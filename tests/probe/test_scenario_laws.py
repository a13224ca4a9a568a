"""What a scenario can say: expectations, captures, what is worked out, what is waited for, what may not be heard."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from websockets.asyncio.server import ServerConnection, serve

from broken.bug import Answer, Asked, Bug, Correct, Real
from broken.deployment import KNOWN, contract, deployed
from understudy.contract.multipart import File
from understudy.probe import captures, expectations
from understudy.probe.judge import Finding, Judge
from understudy.probe.play import Outcome, play
from understudy.probe.scenario import ScenarioError, load
from understudy.probe.target import Target
from understudy.probe.templates import fill

CONTACT = "get-details-of-a-contact"
DANA = {"inbox_identifier": "demo-inbox", "contact_identifier": "demo-contact"}
CALL = {"call": CONTACT, "with": DANA}


def written(folder: Path, *steps: dict[str, Any], events: tuple[str, ...] = ()) -> Any:
    """A scenario of these steps."""
    path = folder / "one.yaml"
    path.write_text(yaml.safe_dump({"scenario": "One", "steps": list(steps)}))
    return load(path, contract("later", ours=False).by_id.keys(), events)


def played(of: Bug | Correct, scenario: Any) -> tuple[Outcome, list[Finding]]:
    """What comes of a scenario on a deployment."""

    async def run() -> tuple[Outcome, list[Finding]]:
        judge = Judge({"observed": contract("later", ours=False)})
        async with deployed(of) as (url, _), Target(url) as target:
            return await play(scenario, target, judge, KNOWN), list(judge.findings.values())

    return asyncio.run(run())


OURS = Correct("ours", "ours")


@pytest.mark.parametrize(
    ("expectation", "value", "holds"),
    [
        ({"at": "$[*]", "each": 1}, [1, 1], True),
        ({"at": "$[*]", "each": 1}, [1, 2], False),
        ({"at": "$[*]", "each": 1}, [], True),
        ({"at": "$[*]", "count_at_most": 1}, [1], True),
        ({"at": "$[*]", "count_at_most": 1}, [1, 2], False),
        ({"at": "$.a", "greater_than": 1}, {"a": 2}, True),
        ({"at": "$.a", "greater_than": 1}, {"a": 1}, False),
        ({"at": "$.a", "less_than": 1}, {"a": 0}, True),
        ({"at": "$.a", "less_than": 1}, {}, False),
        ({"at": "$.a", "at_least": 1}, {"a": "2"}, False),
        ({"at": "$.a", "at_most": 1}, {"a": None}, False),
        ({"at": "$[*]", "ascending": True}, [1, "2"], False),
        ({"at": "$", "equals": "text"}, b"bytes", False),
        ({"at": "$[*]", "unique": True}, [[1], [1]], False),
    ],
)
def test_an_expectation_holds_or_says_why(expectation: dict[str, Any], value: Any, holds: bool) -> None:  # noqa: FBT001
    """An operator holds for what it says, and values of a strange type break it without a crash."""
    assert (expectations.broken(expectation, value) == "") is holds


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        ("$", ""),
        ("$.contact.id", "/contact/id"),
        ("$[0]['a/b']", "/0/a~1b"),
        ("$.messages[*].id", "/messages"),
        ("$.messages[-3:].id", "/messages"),
        ("$..id", ""),
        ("$['a', 'b']", ""),
    ],
)
def test_a_broken_law_points_into_the_answer(path: str, pointer: str) -> None:
    """The pointer goes as far as the JSONPath goes one way only."""
    assert expectations.place(path) == pointer


@pytest.mark.parametrize(
    ("capture", "taken"),
    [
        ("$.items[0]", 1),
        ({"at": "$.items[*]", "all": True}, [1, 2]),
        ({"at": "$.none[*]", "all": True}, []),
        ({"at": "$.url", "match": "/files/([^/]+)/"}, "abc"),
        ({"header": "ETag"}, "tag"),
        ({"header": "ETag", "match": "(a)"}, "a"),
    ],
)
def test_a_capture_takes_a_value_every_value_or_a_piece(capture: Any, taken: Any) -> None:
    """A capture takes the first value, all of them, what a group matches, or a header."""
    value = {"items": [1, 2], "url": "http://host/files/abc/name.txt"}
    assert captures.fault(capture) == ""
    assert captures.take(capture, value, {"etag": "tag"}) == taken


@pytest.mark.parametrize("capture", ["$.none", {"at": "$.url", "match": "(x)"}, {"header": "Location"}])
def test_a_capture_that_finds_nothing_says_where_it_looked(capture: Any) -> None:
    """Nothing found is an error that names the path or the header."""
    with pytest.raises(captures.NothingFoundError, match=r"none|url|Location"):
        captures.take(capture, {"url": "abc"}, {})


@pytest.mark.parametrize(
    ("capture", "fault"),
    [
        ("items", "no JSONPath"),
        ({"all": True}, "an object with `at`"),
        ({"at": "$", "header": "ETag"}, "an object with `at`"),
        ({"at": "$.a", "every": True}, "'every' is unknown"),
        ({"at": "$.a", "match": "("}, "no regular expression"),
        ({"at": "$.a", "match": "a"}, "needs one group"),
    ],
)
def test_a_capture_that_cannot_be_is_refused(tmp_path: Path, capture: Any, fault: str) -> None:
    """A faulty capture is refused with its place when the scenario is read."""
    with pytest.raises(ScenarioError, match=f"one.yaml:.*{fault}"):
        written(tmp_path, CALL | {"capture": {"name": capture}})


def test_files_and_parts_of_addresses_are_worked_out() -> None:
    """`$file` makes a part of a form, and `$unquote` undoes percent-encoding."""
    made = fill(
        {"files": [{"$file": ["${name}", "text/plain", "Words"]}], "id": {"$unquote": "a%3D%3D"}}, {"name": "n"}
    )
    assert made == {"files": [File("n", "text/plain", b"Words")], "id": "a=="}


def test_what_is_assumed_skips_and_blames_nobody(tmp_path: Path) -> None:
    """A deployment that is not meant is skipped with the reason, and what was played before counts."""
    assumed = {"assume": [{"at": "$.name", "equals": "Somebody else"}], "expect": {"status": 500}}
    outcome, findings = played(OURS, written(tmp_path, CALL, CALL | assumed, CALL))
    assert outcome.played == 1
    assert "not meant for this deployment: $.name is" in outcome.skipped
    assert not findings


def test_what_comes_in_time_is_waited_for(tmp_path: Path) -> None:
    """A step with `within` asks again until its expectations hold; without, or too late, the law is broken."""

    async def job(asked: Asked, real: Real) -> Answer:
        asked.memory["asked"] = asked.memory.get("asked", 0) + 1
        done = asked.memory["asked"] > 2
        return (
            await real(asked)
            if done
            else Answer(404, [("content-type", "application/json")], b'{"status":404,"error":"Not Found"}')
        )

    late = Bug("late", "a contact is there after a while", "law", CONTACT, around=job)
    outcome, findings = played(
        late, written(tmp_path, CALL | {"within": 5, "expect": {"body": [{"at": "$.name", "present": True}]}})
    )
    assert len(outcome.exchanges) == 3
    assert not findings
    outcome, findings = played(late, written(tmp_path, CALL))
    assert len(outcome.exchanges) == 1
    assert [(f.violation.code, f.where, f.violation.operation_id) for f in findings] == [
        ("law-broken", "/status", CONTACT)
    ]
    assert findings[0].violation.schema == "one.yaml#/steps/0/expect/status"


@asynccontextmanager
async def telling(*events: str) -> AsyncIterator[str]:
    """A websocket that confirms a subscription and then tells these events."""

    async def talk(socket: ServerConnection) -> None:
        asked = json.loads(await socket.recv())
        await socket.send(json.dumps({"type": "confirm_subscription", "identifier": asked["identifier"]}))
        for name in events:
            message = {"event": name, "data": {"id": 1}}
            await socket.send(json.dumps({"identifier": asked["identifier"], "message": message}))
        await socket.wait_closed()

    async with serve(talk, "127.0.0.1", 0, subprotocols=["actioncable-v1-json"]) as server:  # type: ignore[list-item]
        yield f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


@pytest.mark.parametrize(
    ("told", "laws"),
    [
        (("thing.made",), []),
        (("thing.made", "thing.made"), ["thing.made was heard, and must not be"]),
        ((), ["thing.made was not heard within 0.2 s"]),
    ],
)
def test_silence_is_a_law(tmp_path: Path, told: tuple[str, ...], laws: list[str]) -> None:
    """An event that comes where silence is asked for breaks the law, as one does that does not come."""
    scenario = written(
        tmp_path,
        {"listen": "cable", "identifier": "{}"},
        {"hear": "thing.made", "within": 0.2},
        {"silence": "thing.made", "within": 0.1},
        events=("thing.made",),
    )

    async def run() -> list[Finding]:
        judge = Judge({"observed": contract("later", ours=False)})
        async with telling(*told) as url, Target(url) as target:
            await play(scenario, target, judge, {})
        return list(judge.findings.values())

    assert [f.violation.message.removeprefix("One: ") for f in asyncio.run(run())] == laws


def test_an_event_that_is_not_documented_cannot_be_silent(tmp_path: Path) -> None:
    """The name of an event is checked when the scenario is read, for silence too."""
    with pytest.raises(ScenarioError, match=r"did you mean .thing\.made."):
        written(tmp_path, {"silence": "thing.maed"}, events=("thing.made",))
