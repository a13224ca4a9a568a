"""Faults on realtime frames: a real client of a real socket sees each one as what it claims to be."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from bells import BASE, bells
from live import PATIENCE, Live, Socket, live
from understudy.server.app import App
from understudy.server.call import Part
from understudy.server.journal import Journal

TOWER = '{"channel":"BellChannel","room":"tower"}'
CABLE = f"{BASE}/cable"

Stage = tuple[App, Part, Journal]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return bells(tmp_path)


def play(stage: Stage, act: Callable[[Live, Socket], Awaitable[None]], path: str = CABLE) -> None:
    """Act with one subscribed socket; its greeting has come by."""

    async def run() -> None:
        async with live(stage[0]) as server, server.socket(path) as socket:
            await socket.enter(TOWER)
            await socket.frame()
            await act(server, socket)

    asyncio.run(run())


async def ring(server: Live, times: int = 1, sandbox: str = "", **more: Any) -> None:
    async with httpx.AsyncClient() as client:
        body = {"text": "dong", "times": times, **more}
        headers = {"Understudy-Sandbox": sandbox} if sandbox else {}
        answer = await client.post(f"{server.url}{BASE}/rooms/tower/rings", json=body, headers=headers)
        assert answer.status_code == 200


async def numbers(socket: Socket, count: int) -> list[int]:
    return [(await socket.frame())["message"]["data"]["number"] for _ in range(count)]


def noted(stage: Stage) -> list[str]:
    return [event.fault for event in stage[2].events if event.fault]


def test_a_duplicated_frame_comes_again(stage: Stage) -> None:
    """As often as the rule says, as many times as it counts, and the journal tells of it."""
    rule = stage[0].faults.add("", {"fault": "duplicate-frame", "copies": 3, "count": 1, "event": "bell.rung"})

    async def act(server: Live, socket: Socket) -> None:
        await ring(server, 2)
        assert await numbers(socket, 2) == [0, 1]

    async def greeted(server: Live, socket: Socket) -> None:
        assert await numbers(socket, 2) == [0, 0]  # the greeting, twice more
        await act(server, socket)

    play(stage, greeted)
    assert rule.hits == 1
    assert noted(stage) == ["duplicate-frame"]


def test_a_delayed_frame_comes_late_and_in_order(stage: Stage) -> None:
    """What comes behind it waits; no request does."""

    async def act(server: Live, socket: Socket) -> None:
        stage[0].faults.add("", {"fault": "delay-frame", "milliseconds": 400, "count": 1})
        begun = time.perf_counter()
        await ring(server, 3)
        asked = time.perf_counter() - begun
        assert await numbers(socket, 3) == [0, 1, 2]
        assert time.perf_counter() - begun >= 0.4
        assert asked < 0.4

    play(stage, act)
    assert noted(stage) == ["delay-frame"]


def test_a_reordered_frame_is_overtaken(stage: Stage) -> None:
    """So many later frames come first; every frame comes once."""

    async def act(server: Live, socket: Socket) -> None:
        stage[0].faults.add("", {"fault": "reorder-frame", "overtaken_by": 2, "count": 1, "milliseconds": 60_000})
        await ring(server, 4)
        assert await numbers(socket, 4) == [1, 2, 0, 3]

    play(stage, act)
    assert noted(stage) == ["reorder-frame"]


def test_a_frame_that_nobody_overtakes_comes_all_the_same(stage: Stage) -> None:
    """Its patience has an end: no frame is lost."""

    async def act(server: Live, socket: Socket) -> None:
        stage[0].faults.add("", {"fault": "reorder-frame", "milliseconds": 100, "count": 1})
        begun = time.perf_counter()
        await ring(server)
        assert await numbers(socket, 1) == [0]
        assert time.perf_counter() - begun >= 0.1

    play(stage, act)


def test_a_dropped_socket_is_gone_without_a_word(stage: Stage) -> None:
    """The client gets neither the frame nor a close frame, and may connect again."""

    async def act(server: Live, socket: Socket) -> None:
        stage[0].faults.add("", {"fault": "drop-socket", "count": 1})
        await ring(server)
        assert await socket.closed() == 1006
        async with server.socket(CABLE) as again:
            await again.enter(TOWER)
            await ring(server)
            assert await numbers(again, 2) == [0, 0]

    play(stage, act)
    assert noted(stage) == ["drop-socket"]


def test_frames_have_their_faults_by_sandbox_and_event(stage: Stage) -> None:
    """A rule hits the sockets of its sandbox alone, and the frames of its event alone."""

    async def act(server: Live, socket: Socket) -> None:
        async with server.socket(f"/~mine{CABLE}") as mine:
            await mine.enter(TOWER)
            await mine.frame()
            stage[0].faults.add("mine", {"fault": "duplicate-frame", "event": "bell.rung", "service": "bells"})
            stage[0].faults.add("mine", {"fault": "drop-socket", "event": "cable.ping"})
            await ring(server, 2)
            await ring(server, 2, sandbox="mine")
            assert await numbers(socket, 2) == [0, 1]
            assert await numbers(mine, 4) == [0, 0, 1, 1]

    play(stage, act)


def test_several_faults_may_hit_one_frame(stage: Stage) -> None:
    """A frame may be late and double at once."""

    async def act(server: Live, socket: Socket) -> None:
        for rule in (
            {"fault": "duplicate-frame", "count": 1},
            {"fault": "delay-frame", "milliseconds": 200, "count": 1},
        ):
            stage[0].faults.add("", rule)
        begun = time.perf_counter()
        await ring(server, 2)
        assert await numbers(socket, 3) == [0, 0, 1]
        assert time.perf_counter() - begun >= 0.2

    play(stage, act)
    assert noted(stage) == ["duplicate-frame; delay-frame"]


def test_what_stands_in_a_line_ends_with_its_socket(stage: Stage) -> None:
    """A client that leaves while a frame is held back for it keeps nothing alive."""

    async def run() -> None:
        async with live(stage[0]) as server:
            async with server.socket(CABLE) as socket:
                await socket.enter(TOWER)
                await socket.frame()
                stage[0].faults.add("", {"fault": "delay-frame", "milliseconds": 600_000})
                await ring(server)
            await asyncio.wait_for(stage[0].cables._none.wait(), PATIENCE)

    asyncio.run(run())
