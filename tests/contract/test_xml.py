"""XML by the `xml` hints of schemas: written, read back, judged as JSON is, and served."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from documents import contract, document, operation
from played import Serve
from understudy.contract.contract import ENGINES, Contract
from understudy.contract.exchange import Request, Response
from understudy.contract.markup import parse
from understudy.contract.xml_mapping import Reader, Writer
from understudy.generator.values import Generator

REF = "#/components/schemas/"
ZOO = "https://example.com/zoo"
TAG = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}, "xml": {"name": "tag"}}
PET = {
    "type": "object",
    "required": ["id", "name", "photos", "weights"],
    "xml": {"name": "animal", "prefix": "z", "namespace": ZOO},
    "properties": {
        "id": {"type": "integer", "xml": {"attribute": True}},
        "name": {"type": "string", "minLength": 2, "xml": {"name": "call"}},
        "photos": {"type": "array", "xml": {"wrapped": True}, "items": {"type": "string", "xml": {"name": "photo"}}},
        "aliens": {"type": "array", "xml": {"wrapped": True, "name": "strangers"}, "items": {"type": "integer"}},
        "weights": {"type": "array", "items": {"type": "number"}, "xml": {"name": "ignored"}},
        "tags": {"type": "array", "items": {"$ref": f"{REF}Tag"}},
        "odd name": {"type": "boolean"},
        "owner": {"type": ["string", "null"]},
        "grade": {"type": "string", "xml": {"namespace": "https://example.com/school", "prefix": "s"}},
    },
    "additionalProperties": False,
}
SCHEMAS = {"Pet": PET, "Tag": TAG}
DATA = {"components": {"schemas": SCHEMAS}}
VALUE = {
    "id": 3, "name": "a<b", "photos": ["x", "y"], "aliens": [1, 2], "weights": [1.5, 2], "tags": [{"text": "t"}, {"text": "u"}],
    "odd name": True, "owner": None, "grade": "A",
}  # fmt: skip


def read(raw: bytes | str, schema: Any) -> Any:
    return Reader(DATA).read(parse(raw if isinstance(raw, bytes) else raw.encode(), None, 64), schema)


def test_xml_follows_its_hints() -> None:
    """Name, attribute, wrapping, prefix and namespace stand as the hints say, and read back as what they were."""
    raw = Writer(DATA).write(VALUE, {"$ref": f"{REF}Pet"})
    root = ET.fromstring(raw)  # noqa: S314 - our own output
    assert root.tag == f"{{{ZOO}}}animal"
    assert root.attrib == {"id": "3"}
    assert root.findtext("call") == "a<b"
    assert [photo.text for photo in root.findall("photos/photo")] == ["x", "y"]
    assert [alien.text for alien in root.findall("strangers/strangers")] == ["1", "2"]
    assert [weight.text for weight in root.findall("weights")] == ["1.5", "2"]
    assert [text.text for text in root.findall("tag/text")] == ["t", "u"]
    assert root.findtext("odd_name") == "true"
    assert root.findtext("{https://example.com/school}grade") == "A"
    assert read(raw, {"$ref": f"{REF}Pet"}) == VALUE


@pytest.mark.parametrize(
    ("schema", "value", "text"),
    [
        ({"type": "array", "items": {"$ref": f"{REF}Tag"}}, [{"text": "t"}], "<root><tag><text>t</text></tag></root>"),
        ({"type": "array", "items": {"type": "integer"}, "xml": {"name": "many"}}, [1, 2], "<many><item>1</item><item>2</item></many>"),
        ({"type": "integer", "xml": {"name": "n"}}, 7, "<n>7</n>"),
        ({"allOf": [{"$ref": f"{REF}Tag"}, {"properties": {"n": {"type": "integer"}}}]}, {"text": "a", "n": 1}, "<tag><text>a</text><n>1</n></tag>"),
        ({"type": "object", "additionalProperties": {"type": "boolean"}}, {"a": True}, "<root><a>true</a></root>"),
        ({"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}, [[1], []], "<root><item><item>1</item></item><item /></root>"),
        ({"oneOf": [{"$ref": f"{REF}Tag"}, {"type": "object", "properties": {"n": {"type": "number"}}}]}, {"n": 1.5}, "<root><n>1.5</n></root>"),
    ],
)  # fmt: skip
def test_schemas_of_every_form_go_there_and_back(schema: Any, value: Any, text: str) -> None:
    """What stands at the root may be a list, a number, composed or free."""
    raw = Writer(DATA).write(value, schema)
    assert raw.partition(b"?>\n")[2].decode() == text
    assert read(raw, schema) == value


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_made_reads_back(seed: int) -> None:
    """Every value that the generator makes for a schema is written and read back as it was."""
    random = Random(seed)  # noqa: S311 - sample data
    value = Generator(DATA, "3.1").draw({"$ref": f"{REF}Pet"}, random)
    assert read(Writer(DATA).write(value, {"$ref": f"{REF}Pet"}), {"$ref": f"{REF}Pet"}) == value


@pytest.fixture
def shop() -> dict[str, Any]:
    """A document that takes and gives a pet as XML."""
    pet = {"$ref": f"{REF}Pet"}
    content = {"application/xml": {"schema": pet}}
    post = operation("create", requestBody={"required": True, "content": content})
    post["responses"] = {"201": {"description": "Made", "content": {"application/vnd.pet+xml": {"schema": pet}}}}
    return document({"/pets": {"post": post}}, components={"schemas": SCHEMAS})


GOOD = f'<z:animal xmlns:z="{ZOO}" id="3"><call>Rex</call><photos/><weights>2</weights></z:animal>'
WRONG: tuple[tuple[str, list[tuple[str, str]]], ...] = (
    (GOOD, []),
    (GOOD.replace("z:", "q:").replace(":z=", ":q="), []),
    (GOOD.replace('id="3"', 'id="three"'), [("schema-type", "/body/id")]),
    (GOOD.replace("Rex", "R"), [("schema-minLength", "/body/name")]),
    (GOOD.replace("<weights>2</weights>", "<weights>2</weights><weights>two</weights>"), [("schema-type", "/body/weights/1")]),
    (GOOD.replace("<photos/>", ""), [("schema-required", "/body/photos")]),
    (GOOD.replace("<photos/>", "<photos/><strange>1</strange>"), [("schema-additionalProperties", "/body")]),
    (GOOD.replace("<photos/>", "<photos/><call>Max</call>"), [("schema-type", "/body/name")]),
    (GOOD.replace("<call>Rex</call>", "<call><first>Rex</first></call>"), [("schema-type", "/body/name")]),
    (GOOD.replace("<photos/>", "<photos/>loose text"), [("schema-additionalProperties", "/body")]),
    (GOOD.replace("animal", "beast"), [("body-malformed", "/body")]),
    (GOOD.replace(ZOO, f"{ZOO}s"), [("body-malformed", "/body")]),
    (GOOD[:-1], [("body-malformed", "/body")]),
    (GOOD + "<again/>", [("body-malformed", "/body")]),
    ("no markup", [("body-malformed", "/body")]),
    (f'<!DOCTYPE a [<!ENTITY b "c">]>{GOOD}', [("body-malformed", "/body")]),
    (f'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>{GOOD.replace("Rex", "&b;")}', [("body-malformed", "/body")]),
    ("<a>" * 65 + "</a>" * 65, [("body-too-deep", "/body")]),
)  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), WRONG)
def test_xml_is_judged_as_json_is(
    tmp_path: Path, shop: dict[str, Any], text: str, expected: list[tuple[str, str]]
) -> None:
    """What a schema asks is asked of XML, by both engines, in requests and in answers; what is not XML is malformed."""
    made = contract(tmp_path, shop["paths"], components=shop["components"])
    for engine in ENGINES:
        judge = Contract(made.document, engine)
        headers = [(b"content-type", b"application/xml")]
        asked = Request("POST", "/pets", headers=headers, body=text.encode(), template="/pets")
        assert [(found.code, found.where) for found in judge.check_request(asked)] == expected
        answer = Response(201, [(b"content-type", b"application/vnd.pet+xml; charset=utf-8")], text.encode())
        assert [(found.code, found.where) for found in judge.check_response(asked, answer)] == expected


def test_a_billion_laughs_are_not_laughed(tmp_path: Path, shop: dict[str, Any]) -> None:
    """Entities that multiply are refused where the first is declared, before any memory is taken."""
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 40))
    bomb = f'<!DOCTYPE a [<!ENTITY l0 "ha">{lines}]><a>&l39;</a>'
    judge = contract(tmp_path, shop["paths"], components=shop["components"])
    headers = [(b"content-type", b"application/xml")]
    (found,) = judge.check_request(Request("POST", "/pets", headers=headers, body=bomb.encode(), template="/pets"))
    assert (found.code, found.message) == ("body-malformed", "the XML declares the entity `l0`; write its text out")


def test_what_only_the_other_side_may_send_is_found_in_xml(tmp_path: Path) -> None:
    """ReadOnly holds for an attribute as it does for a property of JSON."""
    pet = {"type": "object", "properties": {"id": {"type": "integer", "readOnly": True, "xml": {"attribute": True}}}}
    taking = {"required": True, "content": {"text/xml": {"schema": pet}}}
    judge = contract(tmp_path, {"/pets": {"post": operation("create", requestBody=taking)}})
    asked = Request("POST", "/pets", headers=[(b"content-type", b"text/xml")], body=b'<a id="1"/>', template="/pets")
    assert [(found.code, found.where) for found in judge.check_request(asked)] == [("schema-readOnly", "/body/id")]


def test_other_encodings_are_read(tmp_path: Path, shop: dict[str, Any]) -> None:
    """XML says its encoding itself, or the header says it; one that nobody knows is told."""
    judge = contract(tmp_path, shop["paths"], components=shop["components"])
    text = GOOD.replace("Rex", "Zoë")

    def codes(raw: bytes, kind: str = "application/xml") -> list[str]:
        asked = Request("POST", "/pets", headers=[(b"content-type", kind.encode())], body=raw, template="/pets")
        return [found.code for found in judge.check_request(asked)]

    assert codes(text.encode("utf-16")) == []
    assert codes(b'<?xml version="1.0" encoding="iso-8859-1"?>' + text.encode("latin-1")) == []
    assert codes(text.encode("latin-1"), "application/xml; charset=iso-8859-1") == []
    assert codes(text.encode("latin-1")) == ["body-malformed"]
    assert codes(text.encode(), "application/xml; charset=klingon") == ["body-malformed"]


def test_a_document_of_xml_is_served_with_state(tmp_path: Path, serve: Serve) -> None:
    """What is created as XML is read, listed and changed as XML; a wrong pet is refused; every answer keeps the contract."""
    pet = {
        "type": "object",
        "required": ["id", "name"],
        "xml": {"name": "pet"},
        "properties": {
            "id": {"type": "integer", "readOnly": True, "xml": {"attribute": True}},
            "name": {"type": "string"},
            "tags": {"type": "array", "xml": {"wrapped": True}, "items": {"type": "string", "xml": {"name": "tag"}}},
        },
    }
    one = {"application/xml": {"schema": {"$ref": f"{REF}Pet"}}}
    many = {"application/xml": {"schema": {"type": "array", "items": {"$ref": f"{REF}Pet"}, "xml": {"name": "pets"}}}}
    body = {"required": True, "content": one}
    key = {"name": "petId", "in": "path", "required": True, "schema": {"type": "integer"}}
    fine = {"200": {"description": "Fine", "content": one}, "404": {"description": "Unknown"}}
    paths = {
        "/pets": {
            "get": operation("list", responses={"200": {"description": "All", "content": many}}),
            "post": operation("create", requestBody=body, responses={"201": {"description": "Made", "content": one}}),
        },
        "/pets/{petId}": {
            "parameters": [key],
            "get": operation("read", responses=fine),
            "put": operation("replace", requestBody=body, responses=fine),
        },
    }
    path = tmp_path / "pets.json"
    path.write_text(json.dumps(document(paths, components={"schemas": {"Pet": pet}})))
    client = serve(str(path), state="strict")
    client.headers["content-type"] = "application/xml"
    made = client.post("/pets", content="<pet><name>Rex</name><tags><tag>good</tag></tags></pet>")
    assert (made.status_code, made.headers["content-type"]) == (201, "application/xml")
    root = ET.fromstring(made.content)  # noqa: S314 - our own output
    here = f"/pets/{root.attrib['id']}"
    assert (root.findtext("name"), root.findtext("tags/tag")) == ("Rex", "good")
    assert client.get(here).content == made.content
    assert ET.fromstring(client.put(here, content="<pet><name>Max</name></pet>").content).findtext("name") == "Max"  # noqa: S314
    assert [pet.findtext("name") for pet in ET.fromstring(client.get("/pets").content)] == ["Max"]  # noqa: S314
    assert client.post("/pets", content="<pet><tags/></pet>").json()["violations"][0]["where"] == "/body/name"
    assert [v for exchange in client.journal for v in exchange.violations if v.side == "response"] == []
