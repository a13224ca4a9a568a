"""Events: a document's webhooks are promises like any other, and both engines judge them alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from understudy.contract.contract import ENGINES, Contract, EngineName
from understudy.contract.document import load

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Events", "version": "1"},
    "security": [{"key": []}],
    "webhooks": {
        "thing.made": {
            "post": {
                "operationId": "thing-made",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/thing"}}}},
                "responses": {"200": {"description": "Heard."}},
            }
        }
    },
    "components": {
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
        "schemas": {
            "thing": {
                "type": "object",
                "required": ["id"],
                "additionalProperties": False,
                "properties": {"id": {"type": "integer"}, "kind": {"enum": ["a", "b"]}},
            }
        },
    },
}


@pytest.fixture(params=ENGINES)
def contract(request: pytest.FixtureRequest, tmp_path: Path) -> Contract:
    """The contract of the events, by each engine."""
    path = tmp_path / "events.yaml"
    path.write_text(yaml.safe_dump(DOCUMENT))
    engine: EngineName = request.param
    return Contract(load(path), engine)


def test_an_event_that_keeps_its_promises_breaks_none(contract: Contract) -> None:
    """Credentials are the deployment's business, not the event's."""
    assert contract.check_event("thing.made", {"id": 1, "kind": "a"}) == ()


def test_every_broken_promise_of_an_event_is_told(contract: Contract) -> None:
    """Place, promise and side are those of the event."""
    broken = contract.check_event("thing.made", {"kind": "z", "more": 1})
    assert [(v.code, v.where, v.side, v.operation_id) for v in broken] == [
        ("schema-additionalProperties", "/body", "event", "thing-made"),
        ("schema-required", "/body/id", "event", "thing-made"),
        ("schema-enum", "/body/kind", "event", "thing-made"),
    ]
    assert {v.schema.partition("/properties")[0] for v in broken if v.code == "schema-enum"} == {
        "#/components/schemas/thing"
    }


def test_an_event_that_nobody_documented_is_told_with_the_nearest(contract: Contract) -> None:
    """The document's names are offered."""
    (violation,) = contract.check_event("thing.mode", {})
    assert violation.code == "event-unknown"
    assert "thing.made" in violation.message
