"""Loading documents: references, overlays, validity, and where everything was written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from documents import document, operation
from understudy.contract import pointer
from understudy.contract.document import DocumentError, load
from understudy.contract.source import SourceError


def save(path: Path, data: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=1))
    return path


def reference(target: str) -> dict[str, Any]:
    return {"description": "Fine", "content": {"application/json": {"schema": {"$ref": target}}}}


def test_files_beside_the_document_become_part_of_it(tmp_path: Path) -> None:
    """References to other files, and between those, become internal and lead to the same values."""
    save(
        tmp_path / "models/pet.json",
        {"pet": {"type": "object", "properties": {"owner": {"$ref": "person.json#/person"}}}},
    )
    save(tmp_path / "models/person.json", {"person": {"type": "string"}, "self": {"$ref": "#/person"}})
    main = save(
        tmp_path / "main.json",
        document({"/a": {"get": operation("a") | {"responses": {"200": reference("models/pet.json#/pet")}}}}),
    )
    loaded = load(main)
    schema = ("paths", "/a", "get", "responses", "200", "content", "application/json", "schema")
    _, pet = pointer.follow(loaded.data, schema)
    assert pet["type"] == "object"
    _, owner = pointer.follow(loaded.data, (*schema, "properties", "owner"))
    assert owner == {"type": "string"}
    assert {path.name for path in loaded.files} == {"main.json", "pet.json", "person.json"}


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("https://example.com/a.json#/x", "goes to the network"),
        ("//example.com/a.json", "goes to the network"),
        ("../secret.json#/x", "leaves the document's folder"),
        ("missing.json#/x", "does not exist"),
    ],
)
def test_a_reference_may_not_leave_the_folder(tmp_path: Path, target: str, message: str) -> None:
    """A reference to the network, out of the folder, or to a missing file is an error at its line."""
    save(tmp_path / "secret.json", {"x": {"type": "string"}})
    main = save(
        tmp_path / "d/main.json", document({"/a": {"get": operation("a") | {"responses": {"200": reference(target)}}}})
    )
    with pytest.raises(SourceError, match=message) as caught:
        load(main)
    assert "main.json:" in str(caught.value)


def test_a_link_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    """A symbolic link does not smuggle a file in."""
    save(tmp_path / "secret.json", {"x": {"type": "string"}})
    main = save(
        tmp_path / "d/main.json",
        document({"/a": {"get": operation("a") | {"responses": {"200": reference("l.json#/x")}}}}),
    )
    (tmp_path / "d/l.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(SourceError, match="leaves the document's folder"):
        load(main)


def test_an_example_that_looks_like_a_reference_stays_as_it_is(tmp_path: Path) -> None:
    """What stands in an example is a value, even a `$ref`."""
    answer = {"description": "Fine", "content": {"application/json": {"example": {"$ref": "https://example.com/x"}}}}
    loaded = load(save(tmp_path / "m.json", document({"/a": {"get": operation("a") | {"responses": {"200": answer}}}})))
    assert pointer.find(loaded.data, "/paths/~1a/get/responses/200/content/application~1json/example/$ref")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"a": 1}, "not an OpenAPI document"),
        ({"openapi": "4.0.0", "info": {}, "paths": {}}, "OpenAPI 4.0.0 is not served"),
    ],
)
def test_a_file_that_is_no_document_is_told(tmp_path: Path, data: Any, message: str) -> None:
    """What is not OpenAPI 3.0 or 3.1 is refused by name."""
    with pytest.raises(SourceError, match=message):
        load(save(tmp_path / "m.json", data))


def test_an_invalid_document_is_told_with_pointer_and_rule(tmp_path: Path) -> None:
    """A document that cannot be served is refused with the place, the pointer, the rule and the fix."""
    broken = document({"/a": {"get": operation("a") | {"responses": {"200": {"$ref": "#/components/responses/gone"}}}}})
    with pytest.raises(DocumentError) as caught:
        load(save(tmp_path / "m.json", broken))
    (told,) = caught.value.problems
    assert told == (
        f"{tmp_path / 'm.json'}:13:15: /paths/~1a/get/responses/200/$ref: `#/components/responses/gone` leads nowhere "
        "(reference); name something that is in the document"
    )


def test_an_operation_without_an_id_gets_one(tmp_path: Path) -> None:
    """Every operation can be named."""
    bare = {"responses": {"200": {"description": "Fine"}}}
    loaded = load(save(tmp_path / "m.json", document({"/a": {"get": bare}})))
    assert loaded.data["paths"]["/a"]["get"]["operationId"] == "get /a"


def test_what_an_overlay_says_is_placed_in_the_overlay(tmp_path: Path) -> None:
    """A value that an overlay added is found at the overlay's line, one of the document at the document's."""
    main = save(tmp_path / "m.json", document({"/a": {"get": operation("a")}}))
    overlay = tmp_path / "o.yaml"
    overlay.write_text(
        "overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions:\n"
        "  - target: $.paths['/a'].get.responses\n    update:\n      '404':\n        description: Lost\n"
    )
    loaded = load(main, [overlay])
    assert str(loaded.place("/paths/~1a/get/responses/404/description")).startswith(f"{overlay}:7:")
    assert str(loaded.place("/paths/~1a/get/responses/200")).startswith(f"{main}:")
    assert loaded.files == (main, overlay)


def test_what_an_overlay_says_instead_is_found_in_the_overlay(tmp_path: Path) -> None:
    """A value in place of the document's own is at the line of the last overlay that says it; what only grows stays."""
    main, first, last = tmp_path / "main.yaml", tmp_path / "first.yaml", tmp_path / "last.yaml"
    main.write_text(
        "openapi: 3.1.0\n"
        "info: {title: T, version: '1'}\n"
        "paths:\n"
        "  /a:\n"
        "    get:\n"
        "      summary: As published\n"
        "      responses:\n"
        "        '200':\n"
        "          description: Fine\n"
        "          content: {application/json: {schema: {type: object, maxProperties: 1, required: [id]}}}\n"
    )
    head = "overlay: 1.0.0\ninfo: {title: O, version: '1'}\nactions:\n"
    first.write_text(
        head + "  - target: $..schema\n"
        "    update:\n"
        "      maxProperties: 5\n"
        "      required: [name]\n"
        "  - target: $.paths['/a'].get.summary\n"
        "    update: As observed\n"
    )
    last.write_text(head + "  - target: $.paths.*.get\n    update:\n      responses: {'200': {description: Better}}\n")
    loaded = load(main, [first, last])
    schema = "/paths/~1a/get/responses/200/content/application~1json/schema"
    assert loaded.data["paths"]["/a"]["get"]["responses"]["200"]["description"] == "Better"
    assert str(loaded.place(f"#{schema}/maxProperties")).startswith(f"{first}:6:")
    assert str(loaded.place("/paths/~1a/get/summary")).startswith(f"{first}:9:")
    assert str(loaded.place("/paths/~1a/get/responses/200/description")).startswith(f"{last}:6:")
    for grown in (f"{schema}/required", f"{schema}/type", schema, "/paths/~1a/get/responses/200"):
        assert str(loaded.place(grown)).startswith(f"{main}:"), grown
