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
from pathlib import Path
from random import Random
from typing import Any

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
from pairs import Pair, bundled, fresh, places, told
from schemas import COMPONENTS, schema
from understudy.contract.document import DocumentError, load
from understudy.contract.engine import CachingValidators
from understudy.contract.exchange import Request
from understudy.contract.operation import Operation
from understudy.contract.rust import Compiler
from understudy.contract.violations import CODES

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
)
LOOP = {"schemas": {"Loop": {"anyOf": [{"$ref": "#/components/schemas/Loop"}, {"type": "string"}]}}}

exhaustive = settings(
    max_examples=max(1, EXAMPLES // 2 // MESSAGES),
    deadline=None,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)

# Growing a document by Hypothesis' own draws takes ten times as long as judging it; so it draws the random source only.
sources = st.integers(0, 2**64).map(lambda number: Random(f"{SEED}/{number}"))  # noqa: S311 - no secret


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
    @given(sources)
    def run(random: Random) -> None:
        name, operation_id = random.choice(places())
        pair = bundled()[name]
        note(f"{name}: {operation_id}")
        compare_messages(random, pair, pair.plan.by_id[operation_id], count)

    run()
    for side in ("requests", "responses"):
        assert count[f"{side} kept"] > count[side] / 4, "hardly any message was good: nothing is shown"
        assert count[f"{side} planned"] > 0.9 * count[f"{side} kept"]


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
    @given(sources)
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
    @given(sources)
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
