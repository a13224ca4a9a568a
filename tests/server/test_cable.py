"""ActionCable over a real uvicorn: what clients say, and what they are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from websockets.typing import Subprotocol

from bells import CABLE, TOWER, bells, heard, notes, ring
from live import Live, play

OFFERED: list[tuple[list[str] | None, str | None]] = [
    (["actioncable-v1-json", "actioncable-unsupported"], "actioncable-v1-json"),
    (["actioncable-v1-json"], "actioncable-v1-json"),
    (["odd", "actioncable-v1-json"], "actioncable-v1-json"),
    (["actioncable-unsupported"], "actioncable-unsupported"),
    (["odd"], None),
    (None, None),
]


def test_the_subprotocol_is_the_first_that_rails_knows(tmp_path: Path) -> None:
    """Of what a client offers, the first one Rails knows is selected; a client that offers none, or others, is let in."""

    async def act(server: Live) -> None:
        for offered, selected in OFFERED:
            async with server.socket(CABLE, subprotocols=offered and [Subprotocol(name) for name in offered]) as socket:
                assert socket.connection.subprotocol == selected
                await socket.enter(TOWER)

    play(bells(tmp_path)[0], act)


def test_an_identifier_comes_back_byte_for_byte(tmp_path: Path) -> None:
    """Confirmation and events carry the identifier as the client wrote it, spaces and order of keys included."""
    written = [TOWER, '{ "room" : "tower",\t"b":1, "a":2}', '{"room":"tower","name":"Zoë \\"/\\u00eb🔔"}']

    async def act(server: Live) -> None:
        for identifier in written:
            async with server.socket(CABLE) as socket:
                await socket.enter(identifier)
                assert await socket.frame() == heard("welcome", identifier=identifier)
                await ring(server)
                assert await socket.frame() == heard("dong", identifier=identifier)

    play(bells(tmp_path)[0], act)


def test_frames_are_written_as_rails_writes_them(tmp_path: Path) -> None:
    """The keys of each frame stand in Rails' order, without spaces."""

    async def act(server: Live) -> None:
        async with server.socket(CABLE) as socket:
            await socket.say("subscribe", TOWER)
            frames = [await socket.connection.recv() for _ in range(3)]
        identifier = json.dumps(TOWER)
        assert frames == [
            '{"type":"welcome"}',
            f'{{"identifier":{identifier},"type":"confirm_subscription"}}',
            f'{{"identifier":{identifier},"message":{{"event":"bell.rung","data":{{"text":"welcome","number":0}}}}}}',
        ]

    play(bells(tmp_path)[0], act)


def test_a_second_subscription_with_the_same_identifier_is_ignored(tmp_path: Path) -> None:
    """It is confirmed once, and each event comes once; another identifier for the same room is another subscription."""
    other = '{"room":"tower"}'

    async def act(server: Live) -> None:
        async with server.socket(CABLE) as socket:
            await socket.enter(TOWER)
            await socket.say("subscribe", TOWER)
            await socket.say("subscribe", other)
            frames = [await socket.frame() for _ in range(4)]
            assert {"identifier": other, "type": "confirm_subscription"} in frames
            assert [frame["message"]["data"]["text"] for frame in frames if "message" in frame] == ["welcome"] * 3
            await ring(server)
            assert [await socket.frame(), await socket.frame()] == [heard("dong"), heard("dong", identifier=other)]

    play(bells(tmp_path)[0], act)


def test_an_unknown_identifier_is_met_with_silence(tmp_path: Path) -> None:
    """Neither confirmed nor rejected, the socket stays open; trying again is silent too, and noted once."""
    app, _, journal = bells(tmp_path)
    nobody = '{"room":"cellar"}'

    async def act(server: Live) -> None:
        async with server.socket(CABLE) as socket:
            assert await socket.frame() == {"type": "welcome"}
            for _ in range(3):
                await socket.say("subscribe", nobody)
            await socket.say("message", nobody, data='{"action":"hello"}')
            await socket.say("unsubscribe", nobody)
            await socket.say("subscribe", nobody)
            await socket.say("subscribe", TOWER)
            assert await socket.frame() == {"identifier": TOWER, "type": "confirm_subscription"}

    play(app, act)
    assert len(notes(journal)) == 2
    assert "met with silence" in notes(journal)[0]
    assert "cannot perform" in notes(journal)[1]


@pytest.mark.parametrize("data", ['{"action":"hello"}', {"action": "hello"}])
def test_an_action_comes_as_a_string_or_as_an_object(tmp_path: Path, data: Any) -> None:
    """What a client performs may be JSON text, as Rails has it, or the object itself, as some clients send it."""

    async def act(server: Live) -> None:
        async with server.socket(CABLE) as socket:
            await socket.enter(TOWER)
            await socket.say("message", TOWER, data=data)
            assert [await socket.frame(), await socket.frame()] == [heard("welcome"), heard("hello")]

    play(bells(tmp_path)[0], act)


def test_who_unsubscribes_hears_no_more(tmp_path: Path) -> None:
    """After it nothing comes, and a subscription with the same identifier is a new one."""

    async def act(server: Live) -> None:
        async with server.socket(CABLE) as socket:
            await socket.enter(TOWER)
            assert await socket.frame() == heard("welcome")
            await socket.say("unsubscribe", TOWER)
            await socket.say("subscribe", '{"room":"chapel"}')
            assert (await socket.frame())["type"] == "confirm_subscription"
            await ring(server)
            await socket.say("subscribe", TOWER)
            assert await socket.frame() == heard("welcome", identifier='{"room":"chapel"}')
            assert await socket.frame() == {"identifier": TOWER, "type": "confirm_subscription"}

    play(bells(tmp_path)[0], act)


NONSENSE: list[tuple[str | bytes, str]] = [
    ("", "not JSON"),
    ("{", "not JSON"),
    ("[" * 5_000, "not JSON"),
    ("null", "must be a JSON object"),
    ('["subscribe"]', "must be a JSON object"),
    ("{}", "`command` must be one of"),
    ('{"command":"dance"}', "`command` must be one of"),
    ('{"command":["subscribe"]}', "`command` must be one of"),
    ('{"command":"subscribe"}', "`identifier` must be JSON as text"),
    ('{"command":"subscribe","identifier":{"room":"tower"}}', "`identifier` must be JSON as text"),
    ('{"command":"subscribe","identifier":"tower"}', "`identifier` is not JSON"),
    ('{"command":"subscribe","identifier":"[]"}', "`identifier` must be a JSON object"),
    ('{"command":"subscribe","identifier":"{}"}', "a bug of ours"),
    ('{"command":"unsubscribe","identifier":"{}"}', "no subscription"),
    ('{"command":"message","identifier":"{}","data":"{}"}', "no subscription"),
    (json.dumps({"command": "message", "identifier": TOWER}), "`data` must be JSON as text"),
    (json.dumps({"command": "message", "identifier": TOWER, "data": "hello"}), "`data` is not JSON"),
    (json.dumps({"command": "message", "identifier": TOWER, "data": "[]"}), "`data` must be a JSON object"),
    (json.dumps({"command": "message", "identifier": TOWER, "data": '{"action":"refuse"}'}), "bells refused"),
    (json.dumps({"command": "message", "identifier": TOWER, "data": '{"action":"crash"}'}), "a bug of ours"),
    (b"\x00\xff", "binary frame"),
    ("\x1b[2J", r"\x1b[2J"),
]


def test_what_makes_no_sense_is_noted_and_ignored(tmp_path: Path) -> None:
    """No frame ends the socket or is answered; the journal says what was wrong with it, in printable words."""
    app, _, journal = bells(tmp_path)

    async def act(server: Live) -> None:
        for frame, told in NONSENSE:
            async with server.socket(CABLE) as socket:
                await socket.enter(TOWER)
                assert await socket.frame() == heard("welcome")
                await socket.connection.send(frame)
                await socket.say("message", TOWER, data='{"action":"hello"}')
                assert await socket.frame() == heard("hello")
            assert told in notes(journal)[-1]
            assert notes(journal)[-1].isprintable()

    play(app, act)
    assert len(notes(journal)) == len(NONSENSE)


def test_one_client_cannot_fill_the_journal(tmp_path: Path) -> None:
    """A client that sends nothing but nonsense gets a bounded number of notes."""
    app, _, journal = bells(tmp_path)

    async def act(server: Live) -> None:
        async with server.socket(CABLE) as socket:
            for number in range(500):
                await socket.connection.send(f"nonsense {number}")
            await socket.enter(TOWER)

    play(app, act)
    assert 10 <= len(notes(journal)) <= 100
