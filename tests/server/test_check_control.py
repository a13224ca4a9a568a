"""`understudy check` looks at a service's other side and at its events, not at its published document alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from understudy import bundled
from understudy.effective import TargetError
from understudy.server import check
from understudy.server.stage import Direction, plant
from understudy.services.chatwoot import SERVICE
from understudy.services.service import Control, Handler

assert SERVICE.control is not None
CONTROL = SERVICE.control
DOCUMENT: Mapping[str, Any] = yaml.safe_load((bundled.SPEC / CONTROL.document).read_text())


def found(handlers: Mapping[str, Handler], document: Path | None = None) -> list[check.Finding]:
    """What is found of the other side with these handlers and this document."""
    control = Control(str(document or CONTROL.document), handlers)
    return list(check._control(SERVICE, control, *plant(SERVICE, Direction())))


def test_what_we_ship_is_clean() -> None:
    """Nothing is wrong with the agents' side, nor with the events."""
    assert list(check.findings("chatwoot", Direction())) == []


def test_an_operation_nobody_plays_and_a_handler_nobody_calls_are_found() -> None:
    """The agents' document and the table of their handlers name the same operations."""
    renamed = {"zap" if name == "reply" else name: handler for name, handler in CONTROL.handlers.items()}
    told = [finding.message for finding in found(renamed)]
    assert told == [
        "reply has no handler in chatwoot's control; write one or drop the operation",
        "chatwoot's control has a handler zap, and no operation has that id; drop or document it",
    ]


def test_an_example_that_does_not_fit_is_found_where_it_stands(tmp_path: Path) -> None:
    """A broken example of the agents' document is told with file, line and pointer."""
    data = yaml.safe_load(yaml.safe_dump(DOCUMENT))
    data["components"]["schemas"]["text_reply"]["examples"] = [{"content": 7}]
    path = tmp_path / "agent.yaml"
    path.write_text(yaml.safe_dump(data))
    (finding,) = found(CONTROL.handlers, path)
    assert finding.pointer == "/components/schemas/text_reply/examples/0"
    assert finding.place.startswith(f"{path}:")


def test_what_the_fixtures_answer_to_agents_is_judged() -> None:
    """A conversation that is shown otherwise than documented is found by the example that asks for it."""
    handlers = {**CONTROL.handlers, "get-conversation": lambda *_: {"id": 1}}
    told = [finding.message for finding in found(handlers)]
    assert told
    assert all(message.startswith("GET /conversations/1: ") for message in told)


def test_a_document_that_is_none_is_said_to_be_none(tmp_path: Path) -> None:
    """A document of the other side that cannot be read ends the check with the file's name."""
    path = tmp_path / "agent.yaml"
    path.write_text("openapi: 3.1.0\npaths: []\n")
    with pytest.raises(TargetError, match=r"agent\.yaml"):
        found(CONTROL.handlers, path)


def test_an_events_document_is_linted_too(tmp_path: Path) -> None:
    """A broken example of an event is found."""
    assert SERVICE.events is not None
    data = yaml.safe_load((bundled.SPEC / SERVICE.events).read_text())
    schema = {"type": "object", "properties": {"on": {"type": "boolean"}}, "example": {"on": "yes"}}
    data["components"]["schemas"]["broken"] = schema
    path = tmp_path / "realtime.yaml"
    path.write_text(yaml.safe_dump(data))
    service = dataclasses.replace(SERVICE, events=str(path))
    told = [finding.pointer for finding in check._examples(check._bundled(service.events or ""))]
    assert told == ["/components/schemas/broken/example"]
