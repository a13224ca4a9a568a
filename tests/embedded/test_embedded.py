"""The fake in one's own program: begun and ended with a block, driven by typed methods, waiting or awaiting."""

from __future__ import annotations

import asyncio
import inspect
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

import understudy
from twins import EMBEDDED, written
from understudy import bundled
from understudy.contract.document import operations
from understudy.contract.source import read
from understudy.embedded.sync.agent import Agent
from understudy.embedded.sync.asking import Asker

INBOX = "/public/api/v1/inboxes/demo-inbox"
CONVERSATION = f"{INBOX}/contacts/demo-contact/conversations/1"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[understudy.Fake]:
    """One fake for the tests of this module; each takes a sandbox of its own."""
    with understudy.serve("chatwoot", seed=1) as fake:
        yield fake


@pytest.fixture
def box(server: understudy.Fake) -> Iterator[understudy.Sandbox]:
    sandbox = server.sandbox()
    yield sandbox
    sandbox.delete()


def contents(box: understudy.Sandbox) -> list[str | None]:
    """What the contact sees in the first conversation."""
    return [message["content"] for message in httpx.get(f"{box.url}{CONVERSATION}/messages").json()]


def test_a_fake_serves_as_long_as_its_block() -> None:
    """Inside it answers on a free port of its own; afterwards nobody listens there, and no thread is left."""
    before = threading.active_count()
    with understudy.serve("chatwoot") as one, understudy.serve("chatwoot") as two:
        assert one.url != two.url
        assert httpx.get(one.url + INBOX).json() == httpx.get(two.url + INBOX).json()
    assert threading.active_count() == before
    with pytest.raises(httpx.ConnectError):
        httpx.get(one.url + INBOX)


def test_the_same_seed_and_clock_play_the_same() -> None:
    """Ids repeat from one fake to the next."""

    def played() -> list[bytes]:
        with understudy.serve(seed=7, clock=NOON) as fake:
            return [httpx.post(f"{fake.url}{INBOX}/contacts", json={"name": name}).content for name in "ab"]

    assert played() == played()


def test_nobody_answers_by_a_script_where_a_test_wants_silence(box: understudy.Sandbox) -> None:
    """Neither in a sandbox nor in the nameless state of an embedded fake."""
    httpx.post(f"{box.url}{CONVERSATION}/messages", json={"content": "Hello?"})
    box.clock.freeze()
    box.clock.advance(timedelta(hours=1))
    assert contents(box)[-1] == "Hello?"


def test_the_other_side_writes_and_the_client_sees_it(box: understudy.Sandbox) -> None:
    """What an agent writes is there for the contact; a private note is not."""
    said = box.agent.reply(1, "On its way.", agent="maya")
    box.agent.note(1, "Ask Tomas.")
    assert said["content"] == "On its way."
    assert contents(box)[-1] == "On its way."
    assert [m["content"] for m in box.agent.conversation(1)["messages"]][-1] == "Ask Tomas."


def test_files_go_with_an_answer(box: understudy.Sandbox) -> None:
    """They are served to the contact."""
    box.agent.reply(1, "Here.", files=[("a.txt", b"hello", "text/plain")])
    message = httpx.get(f"{box.url}{CONVERSATION}/messages").json()[-1]
    url = message["attachments"][0]["data_url"]
    assert httpx.get(url, follow_redirects=True).content == b"hello"


def test_the_clock_moves_and_timers_follow(box: understudy.Sandbox) -> None:
    """A snoozed conversation wakes when its time has come."""
    box.clock.freeze(NOON)
    box.agent.snooze(1, span="2h")
    assert box.agent.conversation(1)["status"] == "snoozed"
    assert box.clock.advance(timedelta(hours=3)) == NOON + timedelta(hours=3)
    assert box.agent.conversation(1)["status"] == "open"
    assert box.clock.set(NOON + timedelta(days=1)) == NOON + timedelta(days=1)
    assert box.clock.resume() >= NOON + timedelta(days=1)
    assert box.clock.now() >= NOON + timedelta(days=1)


def test_the_journal_tells_what_went_on(box: understudy.Sandbox) -> None:
    """Exchanges of this sandbox, by operation and violation; `wait` returns at once for what is there."""
    httpx.get(f"{box.url}{CONVERSATION}")
    httpx.post(f"{box.url}{INBOX}/contacts", json={"name": 7})
    assert [entry["operation_id"] for entry in box.journal.entries()] == ["get-single-conversation", "create-a-contact"]
    assert [violation["code"] for violation in box.journal.violations()] == ["schema-type"]
    assert box.journal.entries(violation="schema-type")[0]["response"]["status"] == 422
    assert box.journal.wait("create-a-contact")["operation_id"] == "create-a-contact"
    assert box.journal.clear() == 2
    assert box.journal.entries() == []
    with pytest.raises(TimeoutError, match="get-single-conversation"):
        box.journal.wait("get-single-conversation", seconds=0.05)


def test_a_fault_is_asked_for_and_taken_away(box: understudy.Sandbox) -> None:
    """While its rule stands it comes to pass, as often as was said; it is nobody's broken promise."""
    rule = box.faults.add("status", status=503, operation="get-single-conversation", count=1)
    assert [httpx.get(f"{box.url}{CONVERSATION}").status_code for _ in range(2)] == [503, 200]
    assert box.journal.violations() == []
    assert box.journal.entries(fault="any")[0]["fault"]
    box.faults.add("latency", milliseconds=1)
    box.faults.remove(rule["id"])
    assert [rule["fault"] for rule in box.faults.list()] == ["latency"]
    box.faults.clear()
    assert box.faults.list() == []


def test_a_state_is_kept_and_put_back(box: understudy.Sandbox) -> None:
    """After it everything is as it was."""
    before = contents(box)
    state = box.state.export()
    box.agent.reply(1, "More.")
    box.state.restore(state)
    assert contents(box) == before


def test_what_the_control_plane_refuses_names_the_fix(box: understudy.Sandbox) -> None:
    """Its own words are the error's."""
    with pytest.raises(understudy.ControlError, match="99") as error:
        box.agent.reply(99, "?")
    assert error.value.status == 404


def test_what_cannot_be_served_is_said_before_anything_begins(tmp_path: Path) -> None:
    """The message is the command line's."""
    with pytest.raises(Exception, match=r"nothing\.yaml"):
        understudy.serve(str(tmp_path / "nothing.yaml"))


def test_the_same_for_programs_that_await() -> None:
    """Everything has an awaiting twin; the event loop is free meanwhile."""

    async def played() -> None:
        async with understudy.aserve("chatwoot", seed=1) as fake:
            box = await fake.sandbox("mine")
            await box.agent.reply(1, "Awaited.")
            await box.clock.freeze(NOON)
            assert await box.clock.advance(60) == NOON + timedelta(minutes=1)
            async with httpx.AsyncClient() as api:
                messages = (await api.get(f"{box.url}{CONVERSATION}/messages")).json()
            assert messages[-1]["content"] == "Awaited."
            assert (await box.journal.wait("list-all-conversation-messages"))["sandbox"] == "mine"
            with pytest.raises(TimeoutError):
                await box.journal.wait("nothing", seconds=0.05)
            assert [box["name"] for box in await fake.sandboxes()] == ["", "mine"]
            await box.delete()

    asyncio.run(played())


def test_a_fake_elsewhere_is_driven_the_same(server: understudy.Fake) -> None:
    """`Control` needs only its base URL."""
    with understudy.Control(server.url) as control:
        assert [service["name"] for service in control.services()] == ["chatwoot"]
        control.reset()


def test_the_waiting_modules_are_the_awaiting_ones() -> None:
    """`python tests/twins.py` writes them anew."""
    assert {module: (EMBEDDED / "sync" / module).read_text() for module in written()} == written()


def test_every_operation_of_the_other_side_has_a_method() -> None:
    """What agents can do over HTTP they can do from Python: every method asks for an operation, and none is left."""
    asked: set[tuple[str, str]] = set()

    def note(request: httpx.Request) -> httpx.Response:
        asked.add((request.method, request.url.path.removeprefix("/_understudy/chatwoot")))
        return httpx.Response(200, json={})

    agent = Agent(Asker(httpx.Client(transport=httpx.MockTransport(note), base_url="http://127.0.0.1"), ""), "chatwoot")
    values = {"int": 7, "str": "seven", "str | int": "seven", "Sequence[str]": ["seven"], "Mapping[str, Any]": {}}
    for name, method in inspect.getmembers(agent, inspect.ismethod):
        if not name.startswith("_"):
            given = [p for p in inspect.signature(method).parameters.values() if p.kind is not p.VAR_KEYWORD]
            method(**{p.name: values.get(p.annotation) for p in given if p.default is p.empty})
    document = read(bundled.SPEC / "chatwoot" / "agent.yaml").data
    wanted = {(method.upper(), template) for template, method, _, _ in operations(document)}
    found = {(verb, template) for verb, path in asked for method, template in wanted if _fits(template, path)}
    assert wanted == found & wanted


def _fits(template: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{.*?\}", "[^/]+", template), path) is not None
