"""Lists in forms and queries, written as the document says, and bodies without a byte: what they are read as."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from documents import document, operation
from played import Client, Serve
from understudy.contract.contract import Contract
from understudy.contract.document import load
from understudy.probe.building import Values, build

FORM = "application/x-www-form-urlencoded"
NUMBERS = {"type": "array", "items": {"type": "integer"}}
ENGINES = ("plan", "stock")


def taking(folder: Path, content: dict[str, Any], **more: Any) -> Path:
    """A document with one operation that takes a body."""
    path = folder / "forms.json"
    body = {"required": True, "content": content}
    path.write_text(json.dumps(document({"/a": {"post": operation("send", requestBody=body, **more)}})))
    return path


def codes(api: Client, body: bytes, media_type: str = FORM) -> list[tuple[str, str]]:
    """What is broken, and where."""
    answer = api.post("/a", content=body, headers={"content-type": media_type})
    return [] if answer.status_code == 200 else [(v["where"], v["code"]) for v in answer.json()["violations"]]


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ({"style": "form", "explode": False}, (b"n=1,2", b"n=1%7C2", "/body/n/0")),
        ({"explode": False}, (b"n=1%2C2", b"n=1,x", "/body/n/1")),
        ({"style": "pipeDelimited", "explode": False}, (b"n=1%7C2", b"n=1,2", "/body/n/0")),
        ({"style": "spaceDelimited"}, (b"n=1+2", b"n=1+x+3", "/body/n/1")),
        ({"style": "form"}, (b"n=1&n=2", b"n=1,2", "/body/n/0")),
    ],
)
def test_a_list_in_a_form_is_written_as_its_encoding_says(
    tmp_path: Path, serve: Serve, encoding: dict[str, Any], said: tuple[bytes, bytes, str]
) -> None:
    """Commas, pipes and spaces part a list where the document says so, else each item is a field; others are refused."""
    schema = {"type": "object", "required": ["n"], "properties": {"n": NUMBERS}}
    path = taking(tmp_path, {FORM: {"schema": schema, "encoding": {"n": encoding}}})
    contract = Contract(load(path))
    built = build(contract, contract.by_id["send"], Values(body={"n": [1, 2]})).body
    good, bad, where = said
    for engine in ENGINES:
        api = serve(str(path), engine=engine)
        assert codes(api, good) == codes(api, built) == []
        assert codes(api, bad) == [(where, "schema-type")]


def test_a_blank_list_has_no_items(tmp_path: Path, serve: Serve) -> None:
    """A list in one text that is blank has no items, in a form and in a query, as far as its schema allows that."""
    schema = {"type": "object", "properties": {"n": NUMBERS, "some": NUMBERS | {"minItems": 1}}}
    encoding = {name: {"style": "form", "explode": False} for name in ("n", "some")}
    listed = [
        {"name": "few", "in": "query", "explode": False, "schema": NUMBERS},
        {"name": "some", "in": "query", "explode": False, "schema": NUMBERS | {"minItems": 1}},
    ]
    path = taking(tmp_path, {FORM: {"schema": schema, "encoding": encoding}}, parameters=listed)
    for engine in ENGINES:
        api = serve(str(path), engine=engine)
        assert codes(api, b"n=") == []
        assert codes(api, b"some=") == [("/body/some", "schema-minItems")]
        asked = {query: api.post(f"/a?{query}=", data={"n": "1"}).status_code for query in ("few", "some")}
        assert asked == {"few": 200, "some": 422}


MISSING = [("/body", "body-missing")]


@pytest.mark.parametrize(
    ("media_type", "schema", "broken"),
    [
        ("text/plain", {"type": "string"}, []),
        ("text/plain", {"type": "string", "minLength": 1}, MISSING),
        ("image/png", {}, []),
        (FORM, {"type": "object", "properties": {"a": {"type": "string"}}}, []),
        (FORM, {"type": "object", "required": ["a"]}, MISSING),
        ("application/json", {}, MISSING),
        ("application/octet-stream", {"type": "object"}, MISSING),
    ],
)
def test_a_required_body_of_no_byte_may_be_a_blank_one(
    tmp_path: Path, serve: Serve, media_type: str, schema: dict[str, Any], broken: list[tuple[str, str]]
) -> None:
    """A blank text, an empty file and a form without fields are bodies, where their schema takes them."""
    path = taking(tmp_path, {media_type: {"schema": schema}})
    assert [codes(serve(str(path), engine=engine), b"", media_type) for engine in ENGINES] == [broken, broken]


def test_json_by_another_name_is_judged_as_json(tmp_path: Path, serve: Serve) -> None:
    """`text/json`, as some frameworks document it, is JSON."""
    schema = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}
    path = taking(tmp_path, {"text/json": {"schema": schema}})
    for engine in ENGINES:
        api = serve(str(path), engine=engine)
        assert codes(api, b'{"n": 1}', "text/json") == []
        assert codes(api, b'{"n": "1"}', "text/json") == [("/body/n", "schema-type")]
