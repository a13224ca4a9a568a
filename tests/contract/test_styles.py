"""Parameters and headers in every style: what is read as what, what is told as what, and what is served."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from documents import contract, document, operation
from played import Serve
from understudy.contract.contract import ENGINES, Contract
from understudy.contract.exchange import Request, Response
from understudy.probe.building import Values, build

NUMBERS = {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 3}
POINT = {
    "type": "object",
    "properties": {"x": {"type": "integer"}, "y": {"type": "integer"}},
    "required": ["x", "y"],
    "additionalProperties": False,
}
NUMBER = {"type": "integer"}
SINGLE, LIST, OBJECT = 7, [1, 2, 3], {"x": 1, "y": 2}
DEEP = {
    "type": "object",
    "properties": {
        "at": POINT,
        "tags": {"type": "array", "items": {"type": "string"}},
        "a-b.c": {"type": ["integer", "null"]},
    },
}

# place, style, explode (None: not said), schema, value, and how it is written
Row = tuple[str, str, bool | None, Any, Any, str]
STYLES: tuple[Row, ...] = (
    ("path", "simple", None, NUMBER, SINGLE, "7"),
    ("path", "simple", False, NUMBERS, LIST, "1,2,3"),
    ("path", "simple", True, NUMBERS, LIST, "1,2,3"),
    ("path", "simple", False, POINT, OBJECT, "x,1,y,2"),
    ("path", "simple", True, POINT, OBJECT, "x=1,y=2"),
    ("path", "label", None, NUMBER, SINGLE, ".7"),
    ("path", "label", False, NUMBERS, LIST, ".1,2,3"),
    ("path", "label", True, NUMBERS, LIST, ".1.2.3"),
    ("path", "label", False, POINT, OBJECT, ".x,1,y,2"),
    ("path", "label", True, POINT, OBJECT, ".x=1.y=2"),
    ("path", "matrix", None, NUMBER, SINGLE, ";p=7"),
    ("path", "matrix", True, NUMBER, SINGLE, ";p=7"),
    ("path", "matrix", False, NUMBERS, LIST, ";p=1,2,3"),
    ("path", "matrix", True, NUMBERS, LIST, ";p=1;p=2;p=3"),
    ("path", "matrix", False, POINT, OBJECT, ";p=x,1,y,2"),
    ("path", "matrix", True, POINT, OBJECT, ";x=1;y=2"),
    ("query", "form", None, NUMBER, SINGLE, "p=7"),
    ("query", "form", None, NUMBERS, LIST, "p=1&p=2&p=3"),
    ("query", "form", False, NUMBERS, LIST, "p=1%2C2%2C3"),
    ("query", "form", None, POINT, OBJECT, "x=1&y=2"),
    ("query", "form", False, POINT, OBJECT, "p=x%2C1%2Cy%2C2"),
    ("query", "spaceDelimited", None, NUMBERS, LIST, "p=1%202%203"),
    ("query", "spaceDelimited", True, NUMBERS, LIST, "p=1&p=2&p=3"),
    ("query", "spaceDelimited", False, POINT, OBJECT, "p=x%201%20y%202"),
    ("query", "pipeDelimited", None, NUMBERS, LIST, "p=1%7C2%7C3"),
    ("query", "pipeDelimited", True, NUMBERS, LIST, "p=1&p=2&p=3"),
    ("query", "pipeDelimited", False, POINT, OBJECT, "p=x%7C1%7Cy%7C2"),
    ("query", "deepObject", None, POINT, OBJECT, "p%5Bx%5D=1&p%5By%5D=2"),
    ("query", "deepObject", True, POINT, OBJECT, "p%5Bx%5D=1&p%5By%5D=2"),
    ("query", "deepObject", True, DEEP, {"at": OBJECT}, "p%5Bat%5D%5Bx%5D=1&p%5Bat%5D%5By%5D=2"),
    ("query", "deepObject", True, DEEP, {"tags": ["a"]}, "p%5Btags%5D=a"),
    ("query", "deepObject", True, DEEP, {"a-b.c": 4}, "p%5Ba-b.c%5D=4"),
    ("header", "simple", None, NUMBER, SINGLE, "7"),
    ("header", "simple", False, NUMBERS, LIST, "1,2,3"),
    ("header", "simple", True, NUMBERS, LIST, "1,2,3"),
    ("header", "simple", False, POINT, OBJECT, "x,1,y,2"),
    ("header", "simple", True, POINT, OBJECT, "x=1,y=2"),
    ("cookie", "form", None, NUMBER, SINGLE, "p=7"),
    ("cookie", "form", False, NUMBERS, LIST, "p=1,2,3"),
    ("cookie", "form", None, NUMBERS, LIST, "p=1; p=2; p=3"),
    ("cookie", "form", None, POINT, OBJECT, "x=1; y=2"),
    ("path", "content", None, POINT, OBJECT, "%7B%22x%22%3A1%2C%22y%22%3A2%7D"),
    ("query", "content", None, POINT, OBJECT, "p=%7B%22x%22%3A1%2C%22y%22%3A2%7D"),
    ("header", "content", None, POINT, OBJECT, '{"x":1,"y":2}'),
)


def parameter(place: str, style: str, explode: Any, schema: Any, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"name": "p", "in": place, **more}
    if style == "content":
        made["content"] = {"application/json": {"schema": schema}}
    else:
        made |= {"schema": schema, "style": style} | ({} if explode is None else {"explode": explode})
    return made | ({"required": True} if place == "path" else {})


def written(request: Request, place: str) -> str:
    """How the value stands in the message."""
    if place == "path":
        return request.target.removeprefix("/a/")
    if place == "query":
        return request.query.decode()
    return request.fields["cookie" if place == "cookie" else "p"]


def paths(node: Mapping[str, Any]) -> dict[str, Any]:
    return {"/a/{p}" if node["in"] == "path" else "/a": {"get": operation("a", parameters=[node])}}


def broken(value: Any) -> Any:
    """The value with a text in the place of a number."""
    if isinstance(value, dict):
        return {name: broken(item) for name, item in value.items()}
    return [*value[:1], "two", *value[2:]] if isinstance(value, list) else "seven"


@pytest.mark.parametrize("row", STYLES)
def test_every_style_is_written_and_judged(tmp_path: Path, row: Row) -> None:
    """What is written in the documented style keeps the contract, in both engines; a wrong value in it does not."""
    place, style, explode, schema, value, text = row
    made = contract(tmp_path, paths(parameter(place, style, explode, schema)))
    for engine in ENGINES:
        judge = Contract(made.document, engine)
        request = build(judge, judge.by_id["a"], Values({"p": value}))
        assert written(request, place) == text
        assert judge.check_request(request) == ()
        if schema is not DEEP or value != {"tags": ["a"]}:
            wrong = build(judge, judge.by_id["a"], Values({"p": broken(value)}))
            assert judge.check_request(wrong), written(wrong, place)


@pytest.mark.parametrize("row", [row for row in STYLES if row[0] != "path"])
def test_what_is_absent_is_missing_only_where_it_is_required(tmp_path: Path, row: Row) -> None:
    """A parameter that was not sent is `parameter-missing` where it is required, and nothing else anywhere."""
    for required in (False, True):
        judge = contract(tmp_path, paths(parameter(*row[:4], required=required)))
        assert codes(judge) == ([("parameter-missing", f"/{row[0]}/p")] if required else [])


def codes(judge: Contract, query: str = "", **more: Any) -> list[tuple[str, str]]:
    """What is told of a request, and of what."""
    request = Request("GET", "/a", query=query.encode(), template="/a", **more)
    return [(violation.code, violation.where) for violation in judge.check_request(request)]


def test_the_keys_of_a_deep_object_are_its_own_and_no_others(tmp_path: Path) -> None:
    """Its keys are documented, one of another name is not; a key without an end is told, and so is its bare name."""
    free = {"type": "object", "additionalProperties": {"type": "integer"}}
    judge = contract(tmp_path, paths(parameter("query", "deepObject", None, free)))
    assert codes(judge, "p[x]=1&p[gt-e]=2") == []
    assert codes(judge, "p[x]=one") == [("parameter-malformed", "/query/p")]
    assert codes(judge, "q[x]=1") == [("query-undeclared", "/query/q[x]")]
    for odd in ("p[x=1", "p=1", "p[x]=1&p[x][y]=2"):
        assert codes(judge, odd) == [("parameter-malformed", "/query/p")], odd


def test_lists_and_texts_of_a_deep_object_are_told_apart_by_its_schema(tmp_path: Path) -> None:
    """A list is written by repetition, with brackets behind it or not; what is no list must not be repeated."""
    judge = contract(tmp_path, paths(parameter("query", "deepObject", None, DEEP)))
    assert (
        codes(judge, "p[tags]=a&p[tags]=b")
        == codes(judge, "p[tags][]=a&p[tags][]=b")
        == codes(judge, "p[a-b.c]=")
        == []
    )
    assert codes(judge, "p[at][x]=1&p[at][x]=2&p[at][y]=3") != []


def test_an_object_spread_over_the_query_takes_what_is_its_own(tmp_path: Path) -> None:
    """Its properties are query parameters; one that is free takes every key that no other parameter has."""
    other = {"name": "q", "in": "query", "schema": {"type": "string"}}
    free = {"type": "object", "additionalProperties": {"type": "integer"}}
    made = paths(parameter("query", "form", None, POINT))
    made["/a"]["get"]["parameters"].append(other)
    judge = contract(tmp_path, made)
    assert codes(judge, "x=1&y=2&q=a") == []
    assert codes(judge, "x=1") == [("schema-required", "/query/p/y")]
    assert codes(judge, "x=1&y=2&z=3") == [("query-undeclared", "/query/z")]
    made["/a"]["get"]["parameters"][0]["schema"] = free
    judge = contract(tmp_path, made)
    assert codes(judge, "x=1&z=3&q=a") == []
    assert codes(judge, "x=one&q=a") == [("parameter-malformed", "/query/p")]


@pytest.mark.parametrize(
    ("schema", "query", "expected"),
    [
        ({"type": ["integer", "null"]}, "p=7", []),
        ({"type": ["integer", "null"]}, "p=", []),
        ({"type": ["integer", "null"]}, "p=x", [("schema-type", "/query/p")]),
        ({"type": ["string", "null"], "maxLength": 1}, "p=ab", [("schema-maxLength", "/query/p")]),
        ({"type": ["array", "null"], "items": {"type": "integer"}}, "p=1&p=2", []),
        ({"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]}, "p=1", []),
        ({"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}]}, "p=1&p=2", []),
        ({"anyOf": [{"type": "boolean"}, {"enum": ["all"]}]}, "p=all", []),
        ({"allOf": [{"type": "array"}, {"items": {"type": "string"}, "maxItems": 1}]}, "p=1&p=2", [("schema-maxItems", "/query/p")]),
    ],
)  # fmt: skip
def test_several_types_are_read_as_the_one_that_fits(tmp_path: Path, schema: Any, query: str, expected: Any) -> None:
    """Of several types a text is read as the one that it can be; null is written as nothing."""
    judge = contract(tmp_path, paths(parameter("query", "form", None, schema)))
    assert codes(judge, query) == expected
    assert codes(Contract(judge.document, "stock"), query) == expected


@pytest.mark.parametrize(
    "row",
    [
        ("path", "label", None, NUMBER, "7"),
        ("path", "matrix", None, NUMBER, ";q=7"),
        ("path", "matrix", True, NUMBERS, ";p=1;q=2"),
        ("path", "simple", False, POINT, "x,1,y"),
        ("path", "simple", True, POINT, "x,1"),
        ("query", "pipeDelimited", False, POINT, "p=x|1|y"),
    ],
)
def test_another_style_cannot_be_read(tmp_path: Path, row: tuple[str, str, bool | None, Any, str]) -> None:
    """What is written in another style than the documented one is told as such, not taken for a part of the value."""
    location, style, explode, schema, odd = row
    judge = contract(tmp_path, paths(parameter(location, style, explode, schema)))
    asked = (
        {"query": odd.encode(), "template": "/a"}
        if location == "query"
        else {"path_params": {"p": odd}, "template": "/a/{p}"}
    )
    found = judge.check_request(Request("GET", "/a", **asked))
    assert [violation.code for violation in found] == [
        "path-malformed" if location == "path" else "parameter-malformed"
    ]


def test_headers_with_lists_are_one_list_however_often_they_stand(tmp_path: Path) -> None:
    """A list in a header of a request or an answer may be spread over several lines, with space around its commas."""
    headers = {"X-Left": {"required": True, "schema": NUMBERS}}
    made = paths(parameter("header", "simple", None, NUMBERS))
    made["/a"]["get"]["responses"]["200"]["headers"] = headers
    judge = contract(tmp_path, made)
    lines = [(b"p", b"1, 2"), (b"p", b"3")]
    assert codes(judge, headers=lines) == []
    assert codes(judge, headers=[*lines, (b"p", b"4")]) == [("schema-maxItems", "/header/p")]
    asked = Request("GET", "/a", template="/a")
    plain = (b"content-type", b"application/json")
    assert judge.check_response(asked, Response(200, [plain, (b"x-left", b"1"), (b"x-left", b"2")], b"{}")) == ()
    assert judge.check_response(asked, Response(200, [plain, (b"x-left", b"1")], b"{}"))


def test_parameters_of_every_style_are_served(tmp_path: Path, serve: Serve) -> None:
    """A served document takes each of them as it is documented, and refuses a wrong value in it."""
    rows = [row for row in STYLES if row[0] in ("path", "query")]
    served: dict[str, Any] = {}
    for number, (place, style, explode, schema, _, _) in enumerate(rows):
        template = f"/{number}/{{p}}" if place == "path" else f"/{number}"
        served[template] = {"get": operation(f"o{number}", parameters=[parameter(place, style, explode, schema)])}
    path = tmp_path / "styles.json"
    path.write_text(json.dumps(document(served)))
    client = serve(str(path))
    for number, (place, *_, text) in enumerate(rows):
        where = f"/{number}/{text}" if place == "path" else f"/{number}?{text}"
        assert client.get(where).status_code == 200, where
    assert client.get("/0/seven").status_code == 404
    assert client.get("/17?p=1&p=x").status_code == 422
