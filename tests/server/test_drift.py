"""Drift: the contract itself proves that a drifted answer breaks it, whatever the document."""

from __future__ import annotations

import asyncio
import json
import tempfile
import warnings
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatwoot_exchanges import ask
from operations import TEMPLATE, made_document
from understudy.contract import pointer
from understudy.contract.contract import Contract
from understudy.contract.document import DocumentError, load
from understudy.contract.exchange import Response
from understudy.server.call import Call, Part
from understudy.server.faults.answers import is_json
from understudy.server.faults.catalogue import BY_NAME
from understudy.server.faults.changes import KINDS
from understudy.server.faults.drift import Drift
from understudy.server.faults.fault import Hit
from understudy.server.negotiation import NotOfferedError, Wish
from understudy.server.preferring import Synthesisers
from understudy.server.stage import Direction, stage
from understudy.server.wire import Waits

SETTINGS = settings(
    max_examples=80, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip


async def hang_up() -> Any:
    return {"type": "http.disconnect"}


@cache
def chatwoot() -> Part:
    return stage(["chatwoot"], Direction(seed=1))[0].part


def called(part: Part, operation_id: str, salt: str = "") -> Call:
    """A call to an operation, routed."""
    operation = part.contract.by_id[operation_id]
    path = f"/{salt}"
    scope = {"method": operation.method.upper(), "path": path, "query_string": b"", "headers": []}
    call = Call(scope, b"", part)
    call.route(part, operation.template, {}, operation_id)
    return call


def answered(part: Part, operation_id: str, wanted: Wish, salt: str) -> Call | None:
    """A call with an answer out of the document; None if there is none."""
    call = called(part, operation_id, salt)
    try:
        made = Synthesisers(1).of(part).attempt(call, wanted)
    except NotOfferedError:
        return None
    call.response = made if isinstance(made, Response) else None
    return call if isinstance(made, Response) else None


def drift(call: Call, seed: int, **values: Any) -> Hit:
    """Let the answer to a call drift."""
    fault = BY_NAME["drift"]
    assert isinstance(fault, Drift)
    defaults = {parameter.name: parameter.default for parameter in fault.parameters}
    random = Random(seed)  # noqa: S311 - repeatable on purpose
    hit = Hit(call, defaults | values, random=random, receive=hang_up, synthesisers=Synthesisers(1), waits=Waits())
    asyncio.run(fault.act(hit))
    return hit


def prove(call: Call, before: Response, hit: Hit) -> None:
    """Hold what a drift says against what the contract says."""
    assert call.response is not None
    broken = call.part.contract.check_response(call.request, call.response)
    if hit.happened:
        assert any(violation.where.startswith("/body") for violation in broken)
        assert call.altered
        assert int(call.response.fields["content-length"]) == len(call.response.body)
        assert json.loads(call.response.body) != json.loads(before.body)
    else:
        assert call.response is before
        assert hit.told
        assert not call.altered


@SETTINGS
@given(st.data())
def test_every_json_answer_of_chatwoot_can_drift(data: Any) -> None:
    """Whatever the operation, status and answer: it drifts, and the contract says so; so does each kind of change it says."""
    part = chatwoot()
    operation_id = data.draw(st.sampled_from(sorted(part.contract.by_id)))
    statuses = [int(status) for status in part.contract.by_id[operation_id].node["responses"]]
    wanted = Wish(code=data.draw(st.sampled_from(statuses)), dynamic=data.draw(st.booleans()), product=True)
    call = answered(part, operation_id, wanted, data.draw(st.text("abc", max_size=5)))
    if call is None or call.response is None:
        return
    before = call.response
    change = data.draw(st.sampled_from([None, *KINDS]))
    hit = drift(call, data.draw(st.integers(0, 2**32)), change=change)
    prove(call, before, hit)
    # A download may be anything; where it happens to be JSON, nothing is promised of it.
    if is_json(call, before) and change in (None, "type") and operation_id != "download-attachment":
        assert hit.happened
    if hit.happened and change == "enum":
        codes = {v.code for v in part.contract.check_response(call.request, call.response)}
        assert codes & {"schema-enum", "schema-const"}


@SETTINGS
@given(st.randoms(use_true_random=False), st.sampled_from(["3.0", "3.1"]))
def test_a_drift_on_any_document_is_proven_or_does_not_happen(random: Random, version: str) -> None:
    """On documents full of odd schemas too: what is said to break breaks, and what cannot be broken stays as it was."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # about formats and patterns, on schemas made to be odd
        path = Path(folder) / "document.json"
        path.write_text(json.dumps(made_document(random, version)))
        try:
            part = Part("made", Contract(load(path)), None)  # type: ignore[arg-type] # nobody is asked
        except DocumentError:
            return
        call = answered(part, "act", Wish(code=200), "x")
        if call is None or call.response is None:
            return
        before = call.response
        own = part.contract.check_response(call.request, before)
        assert own == ()
        prove(call, before, drift(call, random.getrandbits(32)))
    assert call.request.path_pattern == TEMPLATE


def body(value: Any) -> Response:
    return Response(200, [(b"content-type", b"application/json; charset=utf-8")], json.dumps(value).encode())


def shown(value: Any) -> Call:
    call = called(chatwoot(), "get-details-of-a-contact")
    call.response = body(value)
    return call


CONTACT = {"source_id": "a", "pubsub_token": "b" * 24, "id": 1, "name": "A", "email": None, "phone_number": None}


@pytest.mark.parametrize("change", ["drop", "type"])
def test_a_chosen_place_is_the_one_that_breaks(change: str) -> None:
    """Only what stands at the pointer is changed, and the mark names it."""
    call = shown(CONTACT)
    assert call.part.contract.check_response(call.request, call.response) == ()  # type: ignore[arg-type] # it is one
    hit = drift(call, 1, pointer="/body/id", change=change)
    assert call.response is not None
    after = json.loads(call.response.body)
    assert {**after, "id": 1} == CONTACT
    assert hit.told == f"/body/id {'dropped' if change == 'drop' else 'of another type'}"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"pointer": "/body/missing"}, "/body/missing is not in the answer"),
        ({"pointer": "/body/id/deeper"}, "/body/id/deeper is not in the answer"),
        ({"pointer": "/body", "change": "drop"}, "the document allows every change that was tried"),
        ({"pointer": "/body/name", "change": "enum"}, "the document allows every change that was tried"),
    ],
)
def test_what_cannot_drift_stays(values: dict[str, str], said: str) -> None:
    """A place that is not there, and a change that the document allows, leave the answer as it is, and say why."""
    call = shown(CONTACT)
    before = call.response
    hit = drift(call, 1, **values)
    assert (hit.happened, hit.told, call.response is before) == (False, said, True)


def test_a_document_that_promises_nothing_cannot_be_broken() -> None:
    """Where any JSON will do, every change is allowed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "document.json"
        answer = {"200": {"description": "Any", "content": {"application/json": {}}}}
        document = {"openapi": "3.1.0", "info": {"title": "T", "version": "1"}}
        path.write_text(json.dumps(document | {"paths": {"/x": {"get": {"operationId": "x", "responses": answer}}}}))
        part = Part("any", Contract(load(path)), None)  # type: ignore[arg-type] # nobody is asked
        call = called(part, "x")
        call.response = body({"a": [1, "b", None, {"c": True}]})
        hit = drift(call, 1)
    assert (hit.happened, hit.told) == (False, "the document allows every change that was tried")


def test_pointers_are_those_of_violations() -> None:
    """Where a drift says it happened, there the contract says it broke: at that place or at the object around it."""
    for number in range(60):
        call = shown(CONTACT)
        hit = drift(call, number)
        assert call.response is not None
        place = hit.told.split()[0]
        around = pointer.join(pointer.split(place)[:-1])
        wheres = {v.where for v in call.part.contract.check_response(call.request, call.response)}
        assert wheres & {place, around}, (hit.told, wheres)


def test_another_request_stays_whole() -> None:
    """What drifts is a copy: the value that it was made from is as it was."""
    call = shown(CONTACT)
    assert call.response is not None
    value = call.response.content.value
    drift(call, 3)
    assert value == CONTACT
    assert ask("get-details-of-a-contact").path_pattern == call.request.path_pattern
