"""Writes a document of Swagger 2.0 as OpenAPI 3.0, and remembers where everything stood.

Lenient: what it does not know it leaves where it is, for the rules of 3.0 to object to. Called by `document`, after the
files that it refers to are in it and before any overlay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from understudy.contract import pointer
from understudy.contract.swagger import schemas

VERSION = "3.0.3"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
JSON = "application/json"
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
ANY_FILE = "application/octet-stream"

# What a document of either version says in the same words.
_KEPT = ("info", "tags", "externalDocs", "security")
# What an operation says in the same words.
_KEPT_OF_OPERATION = ("tags", "summary", "description", "externalDocs", "operationId", "deprecated", "security")


@dataclass
class Conversion:
    """A converted document.

    Attributes:
        data: the document as OpenAPI 3.0.
        moved: where it stood before, by where it stands now; what is below moves with it.
        notes: the place and the words of what could not be kept.
    """

    data: dict[str, Any] = field(default_factory=dict)
    moved: dict[pointer.Parts, pointer.Parts] = field(default_factory=dict)
    notes: list[tuple[str, str]] = field(default_factory=list)


def convert(said: Mapping[str, Any], files: str) -> Conversion:
    """The document as OpenAPI 3.0.

    Args:
        said: a document of Swagger 2.0 whose references are internal.
        files: the key below which the files that it refers to are kept.
    """
    return _Converter(said).convert(files)


class _Converter:
    def __init__(self, said: Mapping[str, Any]) -> None:
        self.said = said
        self.made = Conversion()

    def convert(self, files: str) -> Conversion:
        said, made = self.said, self.made
        data = made.data
        data["openapi"] = VERSION
        data |= {key: said[key] for key in _KEPT if key in said}
        data |= {key: value for key, value in said.items() if key.startswith("x-") and key != files}
        servers = _servers(said)
        if servers:
            data["servers"] = servers
            made.moved["servers",] = ("host",) if "host" in said else ("basePath",)
        data["paths"] = {
            path: self._path(item, ("paths", path)) if path.startswith("/") else item
            for path, item in _mapping(said.get("paths")).items()
        }
        components = self._components()
        if components:
            data["components"] = components
        if files in said:
            data[files] = schemas.schema(said[files], named=True)
        return made

    def _components(self) -> dict[str, Any]:
        said = self.said
        made: dict[str, Any] = {}
        self._group(made, "schemas", "definitions", {n: schemas.schema(s) for n, s in _items(said, "definitions")})
        listed = {
            name: found for name, found in _items(said, "parameters") if found.get("in") not in ("body", "formData")
        }
        self._group(made, "parameters", "parameters", {n: self._plain(p, ("parameters", n)) for n, p in listed.items()})
        answers = {
            name: self._response(
                found, ("responses", name), ("components", "responses", name), _listed(said, "produces")
            )
            for name, found in _items(said, "responses")
        }
        self._group(made, "responses", "responses", answers)
        schemes = {name: schemas.security(found) for name, found in _items(said, "securityDefinitions")}
        self._group(made, "securitySchemes", "securityDefinitions", schemes)
        return made

    def _group(self, made: dict[str, Any], now: str, before: str, found: dict[str, Any]) -> None:
        if found:
            made[now] = found
            self.made.moved["components", now] = (before,)

    def _path(self, item: Any, place: pointer.Parts) -> Any:
        before, item = self._resolved(item, place)
        if not isinstance(item, Mapping):
            return item
        if before != place:
            self.made.moved[place] = before
        made: dict[str, Any] = {key: value for key, value in item.items() if key.startswith("x-")}
        shared = self._parameters(item, before)
        for method in METHODS:
            if isinstance(item.get(method), Mapping):
                made[method] = self._operation(item[method], (*before, method), (*place, method), shared)
        return made

    def _operation(
        self,
        said: Mapping[str, Any],
        before: pointer.Parts,
        now: pointer.Parts,
        shared: list[tuple[pointer.Parts, Any]],
    ) -> dict[str, Any]:
        made = {key: said[key] for key in _KEPT_OF_OPERATION if key in said}
        made |= {key: value for key, value in said.items() if key.startswith("x-")}
        own = self._parameters(said, before)
        names = {(parameter.get("in"), parameter.get("name")) for _, parameter in own}
        listed = [*own, *(pair for pair in shared if (pair[1].get("in"), pair[1].get("name")) not in names)]
        plain: list[Any] = []
        for place, parameter in listed:
            if parameter.get("in") not in ("body", "formData"):
                self.made.moved[*now, "parameters", str(len(plain))] = place
                plain.append(self._plain(parameter, place))
        if plain:
            made["parameters"] = plain
        consumes = _listed(said, "consumes") or _listed(self.said, "consumes")
        body = self._body(listed, consumes, (*now, "requestBody"))
        if body:
            made["requestBody"] = body
        if isinstance(said.get("responses"), Mapping):
            produces = _listed(said, "produces") or _listed(self.said, "produces")
            made["responses"] = {
                status: self._answer(answer, (*before, "responses", status), (*now, "responses", status), produces)
                for status, answer in said["responses"].items()
            }
        return made

    def _parameters(
        self, said: Mapping[str, Any], place: pointer.Parts
    ) -> list[tuple[pointer.Parts, Mapping[str, Any]]]:
        """Each parameter with its place; references are followed, since a body is none in 3.0."""
        listed = said.get("parameters")
        found = []
        for index, parameter in enumerate(listed if isinstance(listed, list) else ()):
            at, resolved = self._resolved(parameter, (*place, "parameters", str(index)))
            if isinstance(resolved, Mapping):
                found.append((at, resolved))
        return found

    def _plain(self, said: Mapping[str, Any], place: pointer.Parts) -> dict[str, Any]:
        if "$ref" in said:
            return dict(said)
        made, lost = schemas.parameter(said)
        if lost:
            self.made.notes.append((pointer.join((*place, "collectionFormat")), lost))
        return made

    def _body(
        self, listed: list[tuple[pointer.Parts, Mapping[str, Any]]], consumes: list[str], now: pointer.Parts
    ) -> dict[str, Any]:
        for place, parameter in listed:
            if parameter.get("in") == "body":
                self.made.moved[now] = place
                made: dict[str, Any] = {key: parameter[key] for key in ("description", "required") if key in parameter}
                schema = schemas.schema(parameter.get("schema", {}))
                made["content"] = {name: {"schema": schema} for name in consumes or [JSON]}
                for name in made["content"]:
                    self.made.moved[*now, "content", name, "schema"] = (*place, "schema")
                return made
        fields = [(place, parameter) for place, parameter in listed if parameter.get("in") == "formData"]
        return self._form(fields, consumes, now) if fields else {}

    def _form(
        self, fields: list[tuple[pointer.Parts, Mapping[str, Any]]], consumes: list[str], now: pointer.Parts
    ) -> dict[str, Any]:
        """A form: its fields as the properties of one object."""
        has_file = any(field_.get("type") == "file" for _, field_ in fields)
        names = [name for name in consumes if name in (FORM, MULTIPART) and not (has_file and name == FORM)]
        names = names or [MULTIPART if has_file else FORM]
        required = [str(field_.get("name")) for _, field_ in fields if field_.get("required")]
        schema: dict[str, Any] = {
            "type": "object",
            "properties": {str(f.get("name")): _field(f) for _, f in fields},
        }
        if required:
            schema["required"] = required
        encoding = {
            str(f.get("name")): {"style": "form", "explode": f.get("collectionFormat") == "multi"}
            for _, f in fields
            if f.get("type") == "array"
        }
        self.made.moved[now] = fields[0][0]
        for name in names:
            for place, field_ in fields:
                self.made.moved[*now, "content", name, "schema", "properties", str(field_.get("name"))] = place
        media = {"schema": schema, **({"encoding": encoding} if encoding else {})}
        return {"required": bool(required), "content": dict.fromkeys(names, media)}

    def _answer(self, said: Any, before: pointer.Parts, now: pointer.Parts, produces: list[str]) -> Any:
        """An operation's answer: a reference where it can stay one, with the media types of the whole document."""
        reference = said.get("$ref") if isinstance(said, Mapping) else None
        shared = isinstance(reference, str) and reference.startswith("#/responses/")
        if shared and produces == _listed(self.said, "produces"):
            return {"$ref": schemas.reference(str(reference))}
        place, found = self._resolved(said, before)
        return self._response(found, place, now, produces)

    def _response(self, said: Any, before: pointer.Parts, now: pointer.Parts, produces: list[str]) -> Any:
        if not isinstance(said, Mapping):
            return said
        made: dict[str, Any] = {key: value for key, value in said.items() if key.startswith("x-")}
        made["description"] = said.get("description", "")
        headers = {name: schemas.header(header) for name, header in _items(said, "headers")}
        if headers:
            made["headers"] = headers
        shown = _mapping(said.get("examples"))
        if before != now:
            self.made.moved[now] = before
        if "schema" not in said:
            if shown:
                made["content"] = {name: {"example": example} for name, example in shown.items()}
            return made
        is_file = _mapping(said["schema"]).get("type") == "file"
        names = list(dict.fromkeys([*(produces or [ANY_FILE if is_file else JSON]), *shown]))
        schema = schemas.schema(said["schema"])
        made["content"] = {
            name: {"schema": schema, **({"example": shown[name]} if name in shown else {})} for name in names
        }
        for name in names:
            self.made.moved[*now, "content", name, "schema"] = (*before, "schema")
            if name in shown:
                self.made.moved[*now, "content", name, "example"] = (*before, "examples", name)
        return made

    def _resolved(self, said: Any, place: pointer.Parts) -> tuple[pointer.Parts, Any]:
        """What a reference names, and where it stands; a reference to nowhere stays one."""
        if isinstance(said, Mapping) and isinstance(said.get("$ref"), str):
            try:
                return pointer.follow(self.said, pointer.split(said["$ref"]))
            except KeyError:
                return place, said
        return place, said


def _servers(said: Mapping[str, Any]) -> list[dict[str, str]]:
    base = str(said.get("basePath", "")).rstrip("/")
    if not isinstance(said.get("host"), str):
        return [{"url": base}] if base else []
    schemes = _listed(said, "schemes") or ["https"]
    return [{"url": f"{scheme}://{host}{base}"} for scheme, host in product(schemes, [said["host"]])]


def _field(said: Mapping[str, Any]) -> Any:
    """The schema of a form's field, which keeps its description."""
    made = schemas.own_schema(said)
    return {"description": said["description"], **made} if "description" in said else made


def _mapping(node: Any) -> Mapping[str, Any]:
    return node if isinstance(node, Mapping) else {}


def _items(said: Mapping[str, Any], key: str) -> list[tuple[str, Any]]:
    """The members of an object of objects."""
    return [(name, value) for name, value in _mapping(said.get(key)).items() if isinstance(value, Mapping)]


def _listed(said: Mapping[str, Any], key: str) -> list[str]:
    """A list of texts."""
    value = said.get(key)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
