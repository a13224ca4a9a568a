"""Verdicts: what a contract finds in requests and responses, and how it says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from documents import contract, operation
from understudy.contract.exchange import Request, Response
from understudy.contract.violations import CODES, Violation

PET = {
    "type": "object",
    "required": ["name", "kind"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 2, "maxLength": 5},
        "kind": {"enum": ["cat", "dog"]},
        "age": {"type": ["integer", "null"], "minimum": 0},
        "tags": {"type": "array", "items": {"$ref": "#/components/schemas/tag"}, "maxItems": 2, "uniqueItems": True},
        "home": {"oneOf": [
            {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}},
            {"type": "string", "pattern": "^[A-Z]+$"},
        ]},
    },
}  # fmt: skip
PATHS = {
    "/pets/{id}": {
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
        "post": operation(
            "put-pet",
            parameters=[
                {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 9}},
                {"name": "x-key", "in": "header", "required": True, "schema": {"type": "string"}},
            ],
            requestBody={"required": True, "content": {"application/json": {"schema": PET}}},
        )
        | {
            "responses": {
                "200": {
                    "description": "Fine",
                    "headers": {"x-count": {"required": True, "schema": {"type": "integer"}}},
                    "content": {"application/json": {"schema": PET}},
                },
                "4XX": {"description": "No", "content": {"application/problem+json": {"schema": {"type": "object"}}}},
                "204": {"description": "Nothing"},
            }
        },
        "get": operation("get-pet"),
    }
}
COMPONENTS = {"schemas": {"tag": {"type": "string", "format": "uuid"}}}
GOOD = b'{"name": "Rex", "kind": "dog"}'


def ask(
    body: bytes = GOOD, *, content_type: str = "application/json", query: bytes = b"", pet: str = "7", key: bool = True
) -> Request:
    headers = [(b"content-type", content_type.encode())] + ([(b"X-Key", b"k")] if key else [])
    return Request(
        "POST", f"/pets/{pet}", query=query, headers=headers, body=body, template="/pets/{id}", path_params={"id": pet}
    )


def told(violations: tuple[Violation, ...]) -> list[tuple[str, str]]:
    return [(violation.where, violation.code) for violation in violations]


@pytest.fixture
def pets(tmp_path: Path) -> Any:
    return contract(tmp_path, PATHS, components=COMPONENTS)


def test_a_good_request_keeps_every_promise(pets: Any) -> None:
    """Nothing is found where nothing is wrong."""
    assert pets.check_request(ask(query=b"limit=9")) == ()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"name": 1, "kind": "cow", "x": 0}', [("/body", "schema-additionalProperties"), ("/body/kind", "schema-enum"), ("/body/name", "schema-type")]),
        (b"{}", [("/body/kind", "schema-required"), ("/body/name", "schema-required")]),
        (b'{"name": "R", "kind": "dog", "age": -1}', [("/body/age", "schema-minimum"), ("/body/name", "schema-minLength")]),
        (b'{"name": "Rex", "kind": "dog", "tags": ["x", "x", 1]}', [
            ("/body/tags", "schema-maxItems"), ("/body/tags", "schema-uniqueItems"),
            ("/body/tags/0", "schema-format"), ("/body/tags/1", "schema-format"), ("/body/tags/2", "schema-type")]),
        (b'{"name": "Rex", "kind": "dog", "home": {"city": 1}}', [("/body/home/city", "schema-type")]),
        (b'{"name": "Rex", "kind": "dog", "home": "x"}', [("/body/home", "schema-pattern")]),
        (b"[]", [("/body", "schema-type")]),
        (b"", [("/body", "body-missing")]),
        (b"{", [("/body", "body-malformed")]),
    ],
)  # fmt: skip
def test_every_broken_promise_of_a_body_is_listed(pets: Any, body: bytes, expected: list[tuple[str, str]]) -> None:
    """All violations are found, not the first; of alternatives, those of the closest."""
    assert told(pets.check_request(ask(body))) == expected


def test_a_violation_points_at_the_promise(pets: Any) -> None:
    """The schema pointer goes through references to the keyword that was broken."""
    (found,) = pets.check_request(ask(b'{"name": "Rex", "kind": "dog", "tags": ["x"]}'))
    assert found.schema == "#/components/schemas/tag/format"
    assert found.operation_id == "put-pet"
    assert found.message == 'is "x", and must have the format uuid'
    assert found.remedy


SHORT = {"maxLength": 2}
CHOSEN = {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}, "n": {"type": "integer"}}}
PART = "#/paths/~1f/post/requestBody/content/application~1json/schema"


@pytest.mark.parametrize(
    ("schema", "body", "promise"),
    [
        ({"properties": {"a": {"$ref": "#/components/schemas/short", "minLength": 1}}}, b'{"a": ""}', f"{PART}/properties/a/minLength"),
        ({"properties": {"a": {"$ref": "#/components/schemas/short", "minLength": 1}}}, b'{"a": "abc"}', "#/components/schemas/short/maxLength"),
        ({"properties": {"a": {"$ref": "#/components/schemas/short", "maxLength": 3}}}, b'{"a": "abc"}', "#/components/schemas/short/maxLength"),
        ({"properties": {"a": {"$ref": "#/components/schemas/chosen", "properties": {"m": {"const": 1}}}}}, b'{"a": {"kind": "", "m": 2}}', f"{PART}/properties/a/properties/m/const"),
        ({"properties": {"a": False}}, b'{"a": 1}', f"{PART}/properties"),
        ({"properties": {"a": {"$ref": "#/components/schemas/never"}}}, b'{"a": 1}', "#/components/schemas/never"),
        ({"properties": {"a": {"if": True, "then": False}}}, b'{"a": 1}', f"{PART}/properties/a"),
        ({"anyOf": [False, False]}, b"1", f"{PART}/anyOf"),
        ({"contains": {"const": 1}, "maxContains": 1}, b"[1, 1]", f"{PART}/maxContains"),
        ({"oneOf": [{"$ref": "#/components/schemas/chosen"}], "discriminator": {"propertyName": "kind"}}, b'{"kind": "chosen", "n": "x"}', "#/components/schemas/chosen/properties/n/type"),
    ],
)  # fmt: skip
def test_a_violation_points_at_the_very_keyword(tmp_path: Path, schema: Any, body: bytes, promise: str) -> None:
    """Beside a reference, behind a discriminator and where nothing is allowed, the pointer names what was broken."""
    components = {"schemas": {"short": SHORT, "chosen": CHOSEN, "never": False}}
    content = {"application/json": {"schema": schema}}
    judge = contract(
        tmp_path, {"/f": {"post": operation("f", requestBody={"content": content})}}, components=components
    )
    headers = [(b"content-type", b"application/json")]
    found = judge.check_request(Request("POST", "/f", headers=headers, body=body, template="/f"))
    assert {violation.schema for violation in found} == {promise}
    assert "contract-unable" not in {violation.code for violation in found}


def test_credentials_and_parameters_with_a_media_type_have_a_place(tmp_path: Path) -> None:
    """A request without credentials breaks what asks for them; a parameter's own media type holds its schema."""
    parameter = {"name": "filter", "in": "query", "content": {"application/json": {"schema": {"type": "array"}}}}
    key = {"type": "apiKey", "in": "header", "name": "x-key"}
    components = {"securitySchemes": {"key": key}}
    paths = {
        "/own": {"get": operation("own", parameters=[parameter], security=[{"key": []}])},
        "/all": {"get": operation("all")},
    }
    judge = contract(tmp_path, paths, components=components, security=[{"key": []}])
    own = judge.check_request(Request("GET", "/own", query=b"filter=1", template="/own"))
    assert [violation.schema for violation in own] == [
        "#/paths/~1own/get/security",
        "#/paths/~1own/get/parameters/0/content/application~1json/schema/type",
    ]
    assert [violation.schema for violation in judge.check_request(Request("GET", "/all", template="/all"))] == [
        "#/security"
    ]


def test_parameters_are_judged_in_every_place(pets: Any) -> None:
    """Path, query and header parameters are found missing, malformed and out of bounds."""
    assert told(pets.check_request(ask(query=b"limit=10"))) == [("/query/limit", "schema-maximum")]
    assert told(pets.check_request(ask(query=b"limit=x"))) == [("/query/limit", "parameter-malformed")]
    assert told(pets.check_request(ask(pet="x"))) == [("/path/id", "path-malformed")]
    assert told(pets.check_request(ask(key=False))) == [("/header/x-key", "parameter-missing")]


def test_an_unknown_media_type_is_told_with_the_known_ones(pets: Any) -> None:
    """The message lists what may be sent."""
    (found,) = pets.check_request(ask(content_type="text/plain"))
    assert (found.code, found.status) == ("media-type-unknown", 415)
    assert "application/json" in found.message


def test_a_request_to_nowhere_hears_of_the_nearest_path(pets: Any) -> None:
    """An unknown path and an unknown method are their own verdicts."""
    (lost,) = pets.check_request(Request("GET", "/pet/7"))
    assert lost.code == "operation-unknown"
    assert "/pets/{id}" in lost.message
    (wrong,) = pets.check_request(Request("TRACE", "/pets/7", template="/pets/{id}", path_params={"id": "7"}))
    assert wrong.code == "method-unknown"
    assert "GET, HEAD, POST" in wrong.message


def answer(
    status: int = 200, body: bytes = GOOD, content_type: bytes = b"application/json", **headers: str
) -> Response:
    raw = [(b"content-type", content_type)] + [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    return Response(status, raw, body)


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (answer(x_count="1"), []),
        (answer(), [("/header/x-count", "header-missing")]),
        (answer(x_count="x"), [("/header/x-count", "header-malformed")]),
        (answer(body=b'{"name": "Rex"}', x_count="1"), [("/body/kind", "schema-required")]),
        (answer(body=b"", x_count="1"), [("/body", "body-missing")]),
        (answer(content_type=b"text/html", x_count="1"), [("/header/content-type", "media-type-unknown")]),
        (answer(418, b"{}", b"application/problem+json"), []),
        (answer(418, b"[]", b"application/problem+json"), [("/body", "schema-type")]),
        (answer(500), [("/status", "status-unknown")]),
        (answer(204, b""), []),
    ],
)
def test_every_broken_promise_of_an_answer_is_listed(
    pets: Any, response: Response, expected: list[tuple[str, str]]
) -> None:
    """Status, ranges of statuses, headers, media type and body are all judged."""
    assert told(pets.check_response(ask(), response)) == expected


def test_not_modified_is_https_own_answer(pets: Any) -> None:
    """A 304 needs no documentation, but only where the request was conditional."""
    plain = Request("GET", "/pets/7", template="/pets/{id}", path_params={"id": "7"})
    conditional = Request(
        "GET", "/pets/7", headers=[(b"if-none-match", b"*")], template="/pets/{id}", path_params={"id": "7"}
    )
    assert told(pets.check_response(plain, Response(304))) == [("/status", "status-unknown")]
    assert pets.check_response(conditional, Response(304)) == ()


def test_head_is_judged_as_the_get_it_stands_for(pets: Any) -> None:
    """HEAD belongs to GET's operation, and owes no body."""
    head = Request("HEAD", "/pets/x", template="/pets/{id}", path_params={"id": "x"})
    assert told(pets.check_request(head)) == [("/path/id", "path-malformed")]
    assert pets.check_response(head, Response(200)) == ()


def test_forms_and_files_are_judged_by_their_schema(tmp_path: Path) -> None:
    """A form's texts are read as the types of their properties; a file is as long as its bytes."""
    schema = {
        "type": "object",
        "required": ["n"],
        "properties": {
            "n": {"type": "integer"},
            "flag": {"type": ["boolean", "null"]},
            "files[]": {
                "type": "array",
                "minItems": 1,
                "items": {"type": "string", "format": "binary", "maxLength": 3},
            },
        },
    }
    content = {"application/x-www-form-urlencoded": {"schema": schema}, "multipart/form-data": {"schema": schema}}
    forms = contract(tmp_path, {"/f": {"post": operation("f", requestBody={"content": content})}})

    def judge(body: bytes, kind: bytes) -> list[tuple[str, str]]:
        return told(
            forms.check_request(Request("POST", "/f", headers=[(b"content-type", kind)], body=body, template="/f"))
        )

    form = b"application/x-www-form-urlencoded"
    assert judge(b"n=1&flag=true&other=x", form) == []
    assert judge(b"n=x&flag=maybe", form) == [("/body/flag", "schema-type"), ("/body/n", "schema-type")]
    part = b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    multipart = b"multipart/form-data; boundary=x"
    file = part % (b"files[]", b'; filename="a"', b"\xff\x00\xfe")
    assert judge(part % (b"n", b"", b"1") + file + b"--x--\r\n", multipart) == []
    long = part % (b"files[]", b'; filename="a"', b"\xff\x00\xfe\xfd")
    assert judge(part % (b"n", b"", b"1") + long + b"--x--\r\n", multipart) == [("/body/files[]/0", "schema-maxLength")]


def test_path_parameters_are_read_in_every_style(tmp_path: Path) -> None:
    """A path parameter in the style `matrix` or `label` is read as it stands in the path, and judged by its schema."""
    parameters = [
        {"name": "cell", "in": "path", "required": True, "style": "matrix", "schema": {"type": "integer", "maximum": 9}},
        {"name": "tags", "in": "path", "required": True, "style": "label", "explode": True,
         "schema": {"type": "array", "items": {"enum": ["a", "b"]}}},
    ]  # fmt: skip
    made = contract(tmp_path, {"/grid/{cell}/{tags}": {"get": operation("find", parameters=parameters)}})

    def codes(cell: str, tags: str) -> list[str]:
        values = {"cell": cell, "tags": tags}
        request = Request("GET", f"/grid/{cell}/{tags}", template="/grid/{cell}/{tags}", path_params=values)
        return [violation.code for violation in made.check_request(request)]

    assert codes(";cell=7", ".a.b") == []
    assert codes(";cell=70", ".a") == ["path-malformed"]
    assert codes(";cell=7", ".a.c") == ["path-malformed"]
    assert codes("7", ".a") == ["path-malformed"]


def test_openapi_3_0_is_judged_by_its_own_rules(tmp_path: Path) -> None:
    """`nullable` and a boolean `exclusiveMinimum` mean what they mean in 3.0."""
    schema = {
        "type": "object",
        "properties": {"a": {"type": "integer", "nullable": True, "minimum": 1, "exclusiveMinimum": True}},
    }
    old = contract(
        tmp_path,
        {"/f": {"post": operation("f", requestBody={"content": {"application/json": {"schema": schema}}})}},
        openapi="3.0.3",
    )

    def judge(body: bytes) -> list[tuple[str, str]]:
        return told(
            old.check_request(
                Request("POST", "/f", headers=[(b"content-type", b"application/json")], body=body, template="/f")
            )
        )

    assert judge(b'{"a": null}') == []
    assert judge(b'{"a": 1}') == [("/body/a", "schema-minimum")]


def test_a_mark_leaves_the_refusal_to_the_product(tmp_path: Path) -> None:
    """`x-refused-by: product` beside the broken keyword tells that the product itself refuses."""
    schema = {
        "type": "object",
        "properties": {
            "a": {"type": "string", "maxLength": 1, "x-refused-by": "product"},
            "b": {"type": "string", "maxLength": 1},
        },
    }
    marked = contract(
        tmp_path, {"/f": {"post": operation("f", requestBody={"content": {"application/json": {"schema": schema}}})}}
    )
    request = Request(
        "POST", "/f", headers=[(b"content-type", b"application/json")], body=b'{"a": "xx", "b": "xx"}', template="/f"
    )
    assert [(v.where, marked.refused_by.product(v)) for v in marked.check_request(request)] == [
        ("/body/a", True),
        ("/body/b", False),
    ]


def test_every_code_has_a_remedy_and_no_other_code_can_be_raised() -> None:
    """The one table of codes is complete, and closed; what is only noted has no status to refuse with."""
    noted = {"query-undeclared", "forbidden-accepted", "allowed-refused"}
    assert all(code.title and code.remedy for code in CODES.values())
    assert all(400 <= code.status <= 500 for name, code in CODES.items() if name not in noted)
    with pytest.raises(ValueError, match="not in the table"):
        Violation("", "made-up", "request", "", "", "")


def test_what_a_document_deprecates_is_judged_like_the_rest(tmp_path: Path) -> None:
    """A library's warnings are no verdicts, even where a program takes warnings for errors."""
    old = {"in": "query", "deprecated": True, "allowEmptyValue": True, "schema": {"type": "integer"}}
    paths = {"/old": {"get": operation("old", parameters=[{"name": "page", **old}])}}
    judge = contract(tmp_path, paths)
    assert judge.check_request(Request("GET", "/old", query=b"page=1", template="/old")) == ()
    (violation,) = judge.check_request(Request("GET", "/old", query=b"page=x", template="/old"))
    assert violation.code == "parameter-malformed"
