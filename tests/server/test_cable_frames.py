"""Frames over a real uvicorn: each one judged, met by faults where they are asked for, and none lost."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bells import CABLE, TOWER, bells, heard, ring
from live import Live, play
from understudy.contract.exchange import Event
from understudy.server.actioncable.line import FramePlan


@pytest.mark.parametrize(("policy", "texts"), [("enforce", ["welcome", "after"]), ("report", ["welcome", 7, "after"])])
def test_an_event_that_breaks_its_contract_is_not_heard(tmp_path: Path, policy: str, texts: list[Any]) -> None:
    """It is kept in the journal, and sent all the same where the policy is to report."""
    app, _, journal = bells(tmp_path, policy=policy)

    async def act(server: Live) -> None:
        async with server.socket(CABLE) as socket:
            await socket.enter(TOWER)
            await ring(server, 7)  # type: ignore[arg-type] # on purpose
            await ring(server, "after")
            assert [(await socket.frame())["message"]["data"]["text"] for _ in texts] == texts

    play(app, act)
    assert [event.sent for event in journal.events if event.violations] == [policy == "report"]


@pytest.mark.parametrize("policy", ["enforce", "report"])
def test_a_frame_of_the_transport_is_judged_too(tmp_path: Path, policy: str) -> None:
    """One that breaks the document of events is kept back, or only reported, and stands in the journal either way."""
    never = {"post": {"requestBody": {"content": {"application/json": {"schema": {"maxProperties": 0}}}}}}
    app, _, journal = bells(tmp_path, policy=policy, **{"cable.welcome": never})

    async def act(server: Live) -> None:
        async with server.socket(CABLE) as socket:
            await socket.say("subscribe", TOWER)
            expected = "confirm_subscription" if policy == "enforce" else "welcome"
            assert (await socket.frame())["type"] == expected

    play(app, act)
    assert [(event.name, event.sent) for event in journal.events if event.violations] == [
        ("cable.welcome", policy == "report")
    ]


PLANS = [
    (FramePlan("lose", copies=0), "ac"),
    (FramePlan("duplicate", copies=2), "abbc"),
    (FramePlan("delay", delay=0.2), "abc"),
    (FramePlan("reorder", overtaken_by=1, patience=60), "acb"),
    (FramePlan("reorder", overtaken_by=2, patience=60, copies=2), "acdbb"),
    (FramePlan("reorder", overtaken_by=9, patience=2), "acb"),
]


def test_a_fault_acts_on_one_frame(tmp_path: Path) -> None:
    """A frame may be lost, doubled, delayed with its followers, or overtaken; the journal says which fault it met."""
    app, _, journal = bells(tmp_path)

    async def act(server: Live) -> None:
        for plan, texts in PLANS:
            app.cables.frame_faults = lambda sandbox, event, frame, plan=plan: (
                plan if (sandbox, event, '"b"' in frame) == ("one", "bell.rung", True) else None
            )
            async with server.socket(f"/~one{CABLE}") as socket:
                await socket.enter(TOWER)
                assert await socket.frame() == heard("welcome")
                for text in sorted({*"abc", *texts}):
                    await ring(server, text, sandbox="one")
                assert "".join([(await socket.frame())["message"]["data"]["text"] for _ in texts]) == texts

    play(app, act)
    met = [(event.sandbox, event.fault) for event in journal.events if event.fault]
    assert met == [("one", plan.fault) for plan, _ in PLANS]


def test_a_fault_may_cut_the_socket_off(tmp_path: Path) -> None:
    """The connection ends without a close frame, in the middle of everything; the server goes on."""
    app, _, _ = bells(tmp_path)
    app.cables.frame_faults = lambda _sandbox, _event, frame: FramePlan("drop", drop=True) if '"b"' in frame else None

    async def act(server: Live) -> None:
        async with server.socket(CABLE) as socket:
            await socket.enter(TOWER)
            await ring(server, "b")
            assert await socket.closed() == 1006
        assert (await ring(server)).status_code == 200

    play(app, act)


def test_many_frames_to_many_sockets_are_neither_lost_nor_reordered(tmp_path: Path) -> None:
    """Each of a number of sockets hears every one of a burst of events, in order; the journal has each event once."""
    app, _, journal = bells(tmp_path)

    async def act(server: Live) -> None:
        async def listen() -> list[int]:
            async with server.socket(CABLE) as socket:
                await socket.enter(TOWER)
                entered.release()
                numbers: list[int] = []
                while len(numbers) < 400:
                    data = (await socket.frame())["message"]["data"]
                    numbers += [data["number"]] if data["text"] == "dong" else []
                return numbers

        entered = asyncio.Semaphore(0)
        listeners = [asyncio.create_task(listen()) for _ in range(10)]
        for _ in listeners:
            await entered.acquire()
        await ring(server, times=400)
        for numbers in await asyncio.gather(*listeners):
            assert numbers == list(range(400))

    play(app, act)
    rung = [
        event for event in journal.events if isinstance(event, Event) and event.data and event.data["text"] == "dong"
    ]
    assert len(rung) == 400
