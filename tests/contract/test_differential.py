"""Both engines, one verdict: the accept plan against openapi-core alone, on the bundled documents and on made ones.

The seeded run compares a few thousand messages; many more on demand:
``UNDERSTUDY_DIFFERENTIAL_EXAMPLES=50000 pytest tests/contract/test_differential.py``. With
``UNDERSTUDY_DIFFERENTIAL_SEED`` the messages are others.
"""

from __future__ import annotations

import json
import os
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import httpx
import jsonschema_rs
import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st
from jsonschema_path import SchemaPath
from openapi_core.validation.schemas import oas31_schema_validators_factory
from openapi_core.validation.schemas.validators import SchemaValidator

from documents import document
from messages import Speaker, request, response
from operations import made_document
from played import Client, Serve
from schemas import COMPONENTS, schema
from understudy.bundled import SPEC
from understudy.contract.contract import Contract
from understudy.contract.document import Document, DocumentError, load
from understudy.contract.engine import CachingValidators
from understudy.contract.exchange import Request, Response
from understudy.contract.operation import Operation
from understudy.contract.rust import Compiler
from understudy.contract.violations import CODES, Violation
from understudy.server.app import CONTROL
from understudy.server.stage import PROFILES, REFUSALS, Direction, document_of
from understudy.services.service import discover

EXAMPLES = int(os.environ.get("UNDERSTUDY_DIFFERENTIAL_EXAMPLES", "8000"))
SEED = int(os.environ.get("UNDERSTUDY_DIFFERENTIAL_SEED", "1"))
SCHEMAS = 12
MESSAGES = 12  # compared per example of Hypothesis, which gives the random source of each

# Schemas and values that jsonschema-rs, asked alone, judges otherwise than openapi-core.
DIFFERENCES: tuple[tuple[Any, Any], ...] = (
    ({"not": {"format": "iri"}}, "a b"),
    ({"not": {"pattern": "^a$"}}, "a\n"),
    ({"not": {"pattern": "a|^$|b"}}, "\n"),
    ({"not": {"pattern": "^\\d$"}}, "٣"),
    ({"oneOf": [{"pattern": "^a$"}, {"const": "a\n"}]}, "a\n"),
    ({"if": {"pattern": "^a$"}, "then": False}, "a\n"),
    ({"patternProperties": {"a$": False}}, {"a\n": 1}),
    ({"contains": {"pattern": "a$"}, "maxContains": 1}, ["a\n", "a"]),
    ({"not": {"uniqueItems": True}}, [[1, "a"], [True, "a"], [1, "a"]]),
    ({"not": {"enum": [2**63]}}, float(2**63)),
    ({"type": "integer", "exclusiveMinimum": 2**63}, float(2**63)),
    ({"type": "number", "multipleOf": 0.1}, 0.3),
    ({"type": "integer", "format": "int32"}, 2**31),
    ({"anyOf": [{"$ref": "#/components/schemas/Loop"}, {"type": "string"}]}, "a"),
    (True, 1),
)
LOOP = {"schemas": {"Loop": {"anyOf": [{"$ref": "#/components/schemas/Loop"}, {"type": "string"}]}}}

exhaustive = settings(
    max_examples=max(1, EXAMPLES // 2 // MESSAGES),
    deadline=None,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


class Pair:
    """One document under both engines, and a count of what they agreed upon."""

    def __init__(self, document: Document) -> None:
        self.plan = Contract(document, engine="plan")
        self.stock = Contract(document, engine="stock")
        self.speaker = Speaker(document.data, document.version)

    def compare(self, request: Request, response: Response | None, count: Counter[str]) -> None:
        """Judge a message by both engines."""
        if response is None:
            found, expected = self.plan.check_request(request), self.stock.check_request(fresh(request))
        else:
            found = self.plan.check_response(request, response)
            expected = self.stock.check_response(
                request, Response(response.status_code, response.raw_headers, response.data)
            )
        assert told(found) == told(expected), shown(request, response)
        side = "request" if response is None else "response"
        count[f"{side}s"] += 1
        count["compared"] += 1
        if not expected:
            count[f"{side}s kept"] += 1
            count[f"{side}s planned"] += self.planned(request, response)
        for violation in expected:
            count[violation.code] += 1

    def planned(self, request: Request, response: Response | None) -> bool:
        """Whether the plan accepts the whole message, so that openapi-core is not asked."""
        operation = self.plan.operation(request)
        if operation is None or (response and operation.response_key(response.status_code) is None):
            return False
        if response is None:
            asked = self.plan.request_plan(operation)
            return bool(asked.head and asked.head(request) and asked.body and asked.body(request))
        answered = self.plan.response_plan(operation, response.status_code)
        is_head = request.method == "head"
        return bool(
            answered.head and answered.head(response) and (is_head or (answered.body and answered.body(response)))
        )


def fresh(request: Request) -> Request:
    """The request again, with nothing worked out yet."""
    return Request(
        request.verb,
        request.path,
        query=request.query,
        headers=request.raw_headers,
        body=request.body,
        template=request.path_pattern,
        path_params=request.path_params,
    )


def told(violations: tuple[Violation, ...]) -> list[tuple[str, str, str]]:
    return [(violation.side, violation.code, violation.where) for violation in violations]


def shown(request: Request, response: Response | None) -> str:
    """A message as a report of disagreement shows it."""
    asked = f"{request.verb} {request.path_params} ?{request.query!r} {request.raw_headers} {request.body!r}"
    if response is None:
        return asked
    return f"{asked} -> {response.status_code} {response.raw_headers} {response.data!r} source={response.source!r}"


@cache
def bundled() -> dict[str, Pair]:
    """Every document that comes along: each service in both profiles and with every setting that has overlays."""
    pairs = {"control": Pair(load(SPEC / CONTROL, voice=SPEC / REFUSALS))}
    for name, service in discover().items():
        for profile in PROFILES:
            pairs[f"{name} {profile}"] = Pair(document_of(name, Direction(profile=profile))[0])
        for setting, value in [(key, value) for key, entry in service.settings.items() for value in entry.overlays]:
            direction = Direction(settings={setting: value})
            pairs[f"{name} {setting}={value}"] = Pair(document_of(name, direction)[0])
    return pairs


def places() -> list[tuple[str, str]]:
    return [(name, operation_id) for name, pair in bundled().items() for operation_id in sorted(pair.plan.by_id)]


@pytest.fixture
def count(capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> Iterator[Counter[str]]:
    """Counts what was compared, and says so at the end."""
    made: Counter[str] = Counter()
    yield made
    with capsys.disabled():
        figures = ", ".join(f"{figure} {name}" for name, figure in made.items() if name not in CODES)
        codes = sum(name in CODES for name in made)
        print(f"\n{request.node.name}: {figures}, {codes} codes of violations; seed {SEED}")


def compare_messages(random: Random, pair: Pair, operation: Operation, count: Counter[str]) -> None:
    """Make messages of an operation and compare the verdicts on them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openapi-core warns of what is deprecated; here it only is in the way
        for number in range(MESSAGES):
            asked = request(random, pair.speaker, operation)
            pair.compare(asked, response(random, pair.speaker, operation) if number % 2 else None, count)


def test_the_bundled_documents_are_judged_alike(count: Counter[str]) -> None:
    """On every operation of every bundled document both engines find the same, and the plan accepts what is good."""

    @seed(SEED)
    @exhaustive
    @given(st.randoms(use_true_random=True))
    def run(random: Random) -> None:
        name, operation_id = random.choice(places())
        pair = bundled()[name]
        note(f"{name}: {operation_id}")
        compare_messages(random, pair, pair.plan.by_id[operation_id], count)

    run()
    for side in ("requests", "responses"):
        assert count[f"{side} kept"] > count[side] / 4, "hardly any message was good: nothing is shown"
        assert count[f"{side} planned"] > 0.95 * count[f"{side} kept"]


@pytest.mark.parametrize(("one", "value"), DIFFERENCES)
def test_known_differences_do_not_show(tmp_path: Path, one: dict[str, Any], value: Any) -> None:
    """Where Rust by itself would say yes and openapi-core says no, or stumbles, both engines say what openapi-core says."""
    content = {"application/json": {"schema": one}}
    acting = {"operationId": "act", "requestBody": {"content": content}, "responses": {"200": {"description": "Fine"}}}
    path = tmp_path / "document.json"
    path.write_text(json.dumps(document({"/act": {"post": acting}}, components=LOOP)))
    pair = Pair(load(path))
    headers = ((b"content-type", b"application/json"),)
    request = Request("POST", "/act", headers=headers, body=json.dumps(value).encode(), template="/act")
    alone = {"components": LOOP, **one} if isinstance(one, dict) else one
    assert jsonschema_rs.Draft202012Validator(alone, validate_formats=True).is_valid(value), "this is no difference"
    found = told(pair.plan.check_request(request))
    assert found
    assert found == told(pair.stock.check_request(fresh(request)))


def test_documents_of_every_kind_are_judged_alike(tmp_path: Path, count: Counter[str]) -> None:
    """On documents with schemas of all keywords, in every place for schemas, both engines find the same."""

    @seed(SEED)
    @exhaustive
    @given(st.randoms(use_true_random=True))
    def run(random: Random) -> None:
        made = made_document(random, random.choice(("3.1", "3.1", "3.1", "3.0")))
        path = tmp_path / "document.json"
        path.write_text(json.dumps(made))
        try:
            loaded = load(path)
        except DocumentError:  # what no one can serve, no one need judge
            count["refused documents"] += 1
            return
        count["documents"] += 1
        note(json.dumps(made, indent=1))
        pair = Pair(loaded)
        compare_messages(random, pair, pair.plan.by_id["act"], count)

    run()
    assert count["documents"] > 4 * count["refused documents"]
    for side in ("requests", "responses"):
        assert count[f"{side} planned"] > 0.2 * count[f"{side} kept"], "the plan is hardly asked: nothing is shown"


def test_rust_says_yes_only_where_openapi_core_does(count: Counter[str]) -> None:
    """Whatever a compiled schema accepts, openapi-core's validator accepts too, and without stumbling."""

    @seed(SEED)
    @exhaustive
    @given(st.randoms(use_true_random=True))
    def run(random: Random) -> None:
        named = {name: schema(random, "3.1") for name in (*COMPONENTS, *map(str, range(SCHEMAS)))}
        data = document({}, components={"schemas": named})
        speaker, compiler, spec = Speaker(data, "3.1"), Compiler(data, "3.1"), SchemaPath.from_dict(data)
        validators = CachingValidators(oas31_schema_validators_factory)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python warns of patterns that mean what nobody would expect
            for name, one in named.items():
                accept = unless_endless(lambda name=name: compiler.compile(("components", "schemas", name)))
                count["compiled" if callable(accept) else "not for Rust"] += 1
                values = [speaker.value(random, one, bend=5) for _ in range(MESSAGES)] if callable(accept) else []
                for value in [orjson.loads(json.dumps(value)) for value in values]:
                    count["compared"] += 1
                    if accept(value):
                        count["accepted"] += 1
                        validator = validators.create(spec, spec / "components" / "schemas" / name)
                        assert refusal(validator, value) is None, (
                            f"{value!r} by {json.dumps(one)} of {json.dumps(named)}"
                        )

    run()
    assert count["compiled"] > count["not for Rust"] / 2
    assert count["compared"] / 10 < count["accepted"] < count["compared"] * 9 / 10


def refusal(validator: SchemaValidator, value: Any) -> Exception | None:
    """Why openapi-core does not accept a value: what it finds, or what it stumbles over."""
    try:
        validator.validate(value)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is no yes
        return error
    return None


def unless_endless(compile_it: Callable[[], Any]) -> Any:
    """What is compiled; a reference that only refers to itself is no schema."""
    try:
        return compile_it()
    except KeyError as error:
        return str(error)


def drive(client: Client, profile: str) -> Iterator[httpx.Response]:
    """What a client says to the seeded Chatwoot, operation after operation, all of it good."""
    inboxes = "/public/api/v1/inboxes/demo-inbox"
    contact = f"{inboxes}/contacts/demo-contact"
    talk = f"{contact}/conversations/1"
    yield client.post(f"{inboxes}/contacts", json={"name": "New", "email": "new@customer.example"})
    yield client.get(contact)
    yield client.patch(contact, json={"name": "Dana", "custom_attributes": {"plan": "silver"}})
    yield client.get(f"{contact}/conversations")
    yield client.post(f"{contact}/conversations", json={"custom_attributes": {"a": 1}})
    yield client.get(talk)
    sent = client.post(f"{talk}/messages", json={"content": "hello", "echo_id": "1"})
    yield sent
    yield client.get(f"{talk}/messages")
    yield client.patch(
        f"{talk}/messages/{sent.json()['id']}", json={"submitted_values": {"name": "a", "title": "b", "value": "c"}}
    )
    yield client.post(f"{talk}/toggle_typing", params={"typing_status": "on"}, json={"typing_status": "on"})
    yield client.post(f"{talk}/update_last_seen")
    yield client.post(f"{talk}/toggle_status")
    if profile == "published":
        return
    yield client.put(contact, data={"name": "Dana Demo"})
    yield client.post(f"{contact}/conversations", data={"custom_attributes[a]": "1"})
    yield client.post(f"{contact}/conversations")
    yield client.get(f"{talk}/messages", params={"before": "100"})
    yield client.post(f"{talk}/messages", data={"content": "a form"})
    file = client.post(
        f"{talk}/messages", data={"content": "a file"}, files={"attachments[]": ("a.png", b"1", "image/png")}
    )
    yield file
    redirect = client.get(file.json()["attachments"][0]["data_url"])
    yield redirect
    yield client.get(redirect.headers["location"])
    yield client.put(f"{talk}/messages/{sent.json()['id']}", json={"submitted_values": [{"title": "a", "value": "b"}]})
    yield client.get(inboxes)
    survey = f"/public/api/v1/csat_survey/{client.get(talk).json()['uuid']}"
    answer = {"message": {"submitted_values": {"csat_survey_response": {"rating": 4, "feedback_message": "good"}}}}
    yield client.put(survey, json=answer)
    yield client.patch(survey, json=answer)
    yield client.get(survey)


@pytest.mark.parametrize(
    "direction", [{}, {"settings": {"release": "4.13"}}, {"profile": "published"}], ids=["later", "4.13", "published"]
)
def test_seeded_traffic_never_asks_openapi_core(serve: Serve, direction: dict[str, Any]) -> None:
    """With openapi-core taken away, every operation of the played Chatwoot still accepts good requests and answers."""
    client = serve("chatwoot", policy="enforce", **direction)
    contract = client.part.contract
    del contract.engine
    for answer in drive(client, direction.get("profile", "observed")):
        assert answer.status_code in (200, 302), answer.text
    assert {exchange.operation_id for exchange in client.journal} == set(contract.by_id)


def test_the_control_plane_never_asks_openapi_core(serve: Serve) -> None:
    """With openapi-core taken away, the control plane's operations still accept good requests and answers."""
    client = serve("chatwoot")
    contract = bundled()["control"].plan
    for operation in contract.by_id.values():
        answer = client.get(operation.template)
        request = Request("GET", operation.template, template=operation.template)
        response = Response(answer.status_code, answer.headers.raw, answer.content)
        assert bundled()["control"].planned(request, None), operation.operation_id
        assert bundled()["control"].planned(request, response), operation.operation_id
