"""Says everything that the rules of OpenAPI object to in a document, each with its place.

The structure is held against the published schema of OpenAPI, every schema against its dialect's; jsonschema-rs is
asked first and may only say yes. What no schema can say (names used twice, references to nowhere) is asked here. It
must not know what an objection costs.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import groupby
from typing import Any

import jsonschema_rs
from jsonschema import Draft4Validator, Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import validator_for
from openapi_spec_validator.schemas import schema_v30, schema_v31

from understudy.contract import pointer
from understudy.contract.lint.objection import NOTHING, Objection
from understudy.contract.lint.roots import OPAQUE, inner, schema_roots
from understudy.contract.lint.tags import of_discriminator

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
PARAMETER = re.compile(r"\{([^{}]*)\}")
LONGEST = 200
"""How much of a message is told; a validator repeats whole values."""


def of_content(data: Mapping[str, Any], version: str, files: str) -> Iterator[Objection]:
    """What is against the rules in a document whose structure is sound.

    Args:
        data: the effective document.
        version: ``3.0`` or ``3.1``.
        files: the key below which the files that it refers to are kept.
    """
    yield from _chosen_dialect(data)
    for place, schema in schema_roots(data, files):
        if version == "3.1":
            yield from _dialect(place, schema)
        yield from _inside(data, place, schema, place)
    yield from _references(data, (), files)
    yield from _operations(data)


@cache
def _quick(version: str) -> Any:
    if version == "3.0":
        return jsonschema_rs.Draft4Validator(dict(schema_v30))
    return jsonschema_rs.Draft202012Validator(dict(schema_v31))


_AS_JSON = {"None": "null", "True": "true", "False": "false"}


def of_structure(data: Mapping[str, Any], version: str) -> Iterator[Objection]:
    """What the published schema of OpenAPI objects to.

    Args:
        data: the effective document.
        version: ``3.0`` or ``3.1``.
    """
    if _quick(version).is_valid(data):
        return
    slow = Draft4Validator(dict(schema_v30)) if version == "3.0" else Draft202012Validator(dict(schema_v31))
    for error in slow.iter_errors(data):
        for leaf in leaves(error):
            place = tuple(map(str, leaf.absolute_path))
            if leaf.instance is None and leaf.validator != "type":  # nothing but its type is wrong with nothing
                continue
            yield Objection(place, str(leaf.validator), _short(leaf), _subject(leaf), _schema_of(place))


def leaves(error: ValidationError) -> Iterator[ValidationError]:
    """What an error comes down to: of alternatives, what is wrong with the one that was evidently meant."""
    if not error.context:
        yield error
        return
    branches = [list(group) for _, group in groupby(error.context, key=lambda below: below.schema_path[0])]
    refers = isinstance(error.instance, Mapping) and "$ref" in error.instance
    meant = [branch for branch in branches if refers or not any(map(_wants_reference, branch))] or branches
    best = max(meant, key=lambda branch: (max(len(below.absolute_path) for below in branch), -len(branch)))
    for below in best:
        yield from leaves(below)


def _wants_reference(error: ValidationError) -> bool:
    return bool(error.validator == "required" and _subject(error) == "$ref")


def _subject(error: ValidationError) -> Any:
    """The field that is missing, the fields that nobody knows, or that there is nothing."""
    if error.validator == "required":
        found = re.match(r"'(.*)' is a required property", error.message)
        return found.group(1) if found else None
    if error.validator == "type" and error.instance is None:
        return NOTHING
    if error.validator in ("additionalProperties", "unevaluatedProperties"):
        said, matched, _ = re.split(r"( do(?:es)? not match )|$", error.message, maxsplit=1)
        return tuple(re.findall(r"'([^']*)'", said if matched else error.message.partition("(")[2]))
    return None


def _short(error: ValidationError) -> str:
    # The library words values as Python has them.
    message = re.sub(r"^(None|True|False)(?= )", lambda match: _AS_JSON[match.group(1)], error.message)
    return message if len(message) <= LONGEST else f"{message[:LONGEST]}…"


def _schema_of(place: pointer.Parts) -> pointer.Parts | None:
    """The place of the root schema that a place of a 3.0 document lies in; None outside of schemas."""
    for index, part in enumerate(place):
        if part in OPAQUE:
            return None
        if part == "schema":
            return place[: index + 1]
        if part == "schemas" and place[index - 1] == "components":
            return place[: index + 2] if len(place) > index + 1 else None
    return None


def _dialect(place: pointer.Parts, schema: Any) -> Iterator[Objection]:
    """What JSON Schema 2020-12, the dialect of 3.1, objects to in a schema."""
    try:
        if jsonschema_rs.meta.is_valid(schema):
            return
    except (ValueError, TypeError, jsonschema_rs.ReferencingError):
        pass  # not even a schema, or one of another dialect
    for error in Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(schema):
        for leaf in leaves(error):
            at = (*place, *map(str, leaf.absolute_path))
            yield Objection(at, str(leaf.validator), _short(leaf), _subject(leaf), place)


def _chosen_dialect(data: Mapping[str, Any]) -> Iterator[Objection]:
    chosen = data.get("jsonSchemaDialect")
    if chosen is not None and validator_for({"$schema": chosen}, default=None) is None:
        yield Objection(("jsonSchemaDialect",), "dialect", f"nobody here knows the dialect {chosen!r}", chosen)


def _expressions(place: pointer.Parts, schema: Mapping[str, Any], root: pointer.Parts) -> Iterator[Objection]:
    """The regular expressions that cannot be compiled."""
    named = schema.get("patternProperties")
    found = [((*place, "pattern"), schema.get("pattern"))]
    found += [((*place, "patternProperties", name), name) for name in (named if isinstance(named, Mapping) else ())]
    for at, expression in found:
        try:
            with warnings.catch_warnings(action="ignore"):  # what a later Python may read otherwise is none of ours
                re.compile(expression if isinstance(expression, str) else "")
        except (re.error, OverflowError, RecursionError) as error:
            yield Objection(at, "expression", f"`{expression}` is no regular expression: {error}", expression, root)


def _inside(data: Mapping[str, Any], place: pointer.Parts, schema: Any, root: pointer.Parts) -> Iterator[Objection]:
    """What is wrong with a schema and those below it that its dialect cannot say."""
    if not isinstance(schema, Mapping):
        return
    yield from _expressions(place, schema, root)
    if "discriminator" in schema:
        yield from of_discriminator(data, place, schema, root)
    for steps, below in inner(schema):
        yield from _inside(data, (*place, *steps), below, root)


def _references(node: Any, at: pointer.Parts, files: str, root: Any = None) -> Iterator[Objection]:
    """The references that lead nowhere."""
    root = node if root is None else root
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _references(item, (*at, str(index)), files, root)
    if not isinstance(node, Mapping):
        return
    for key, value in node.items():
        if key == "$ref" and isinstance(value, str):
            try:
                pointer.follow(root, pointer.split(value))
            except (KeyError, RecursionError):
                yield Objection((*at, key), "reference", f"`{value}` leads nowhere", value)
        elif key == files or _may_refer(key, at):
            yield from _references(value, (*at, key), files, root)


def _may_refer(key: str, at: pointer.Parts) -> bool:
    named = bool(at) and at[-1] in ("properties", "schemas", "patternProperties", "$defs")
    return named or not (key in OPAQUE - {"examples"} or key.startswith("x-"))


def _operations(data: Mapping[str, Any]) -> Iterator[Objection]:
    """What is wrong with operations that only shows when they are looked at together."""
    names: dict[str, str] = {}
    paths = data.get("paths")
    for template, item in (paths or {}).items() if isinstance(paths, Mapping) else ():
        place: pointer.Parts = ("paths", template)
        if template.startswith("x-"):
            continue
        item = _followed(data, item)  # noqa: PLW2901 - a reference stands for what it names
        if not isinstance(item, Mapping):
            continue
        above = list(_parameters(data, item))
        yield from _twice(above, place)
        for method in METHODS:
            node = item.get(method)
            if not isinstance(node, Mapping):
                continue
            at = (*place, method)
            name = node.get("operationId")
            if isinstance(name, str):
                if name in names:
                    yield Objection(
                        (*at, "operationId"), "operation-id-twice", f"`{name}` is {names[name]}'s too", name
                    )
                names.setdefault(name, f"{method.upper()} {template}")
            own = list(_parameters(data, node))
            yield from _twice(own, at)
            yield from _unmatched(template, at, own, above)
            if not node.get("responses"):
                yield Objection(at, "no-responses", "no answer is documented")


Listed = tuple[int, Any, Any, Mapping[str, Any]]


def _parameters(data: Mapping[str, Any], holder: Mapping[str, Any]) -> Iterator[Listed]:
    """The number, location, name and object of each parameter."""
    listed = holder.get("parameters")
    for index, raw in enumerate(listed if isinstance(listed, list) else ()):
        parameter = _followed(data, raw)
        if isinstance(parameter, Mapping):
            yield index, parameter.get("in"), parameter.get("name"), parameter


def _twice(listed: Iterable[Listed], at: pointer.Parts) -> Iterator[Objection]:
    seen: set[tuple[Any, Any]] = set()
    for index, location, name, _ in listed:
        if (location, name) in seen:
            message = f"the {location} parameter `{name}` stands here twice"
            yield Objection((*at, "parameters", str(index)), "parameter-twice", message, name)
        seen.add((location, name))


def _unmatched(template: str, at: pointer.Parts, own: list[Listed], above: list[Listed]) -> Iterator[Objection]:
    """Path parameters that the template does not have, and the other way round."""
    wanted = set(PARAMETER.findall(template))
    declared = {name for _, location, name, _ in (*own, *above) if location == "path"}
    for name in sorted(wanted - declared):
        yield Objection(at, "parameter-undeclared", f"nothing says what `{{{name}}}` may be", name)
    for index, location, name, _ in own:
        if location == "path" and name not in wanted:
            message = f"the path {template} has no `{{{name}}}`"
            yield Objection((*at, "parameters", str(index)), "parameter-nowhere", message, name)
    for index, location, name, _ in above:
        if location == "path" and name not in wanted:
            message = f"the path {template} has no `{{{name}}}`"
            yield Objection((*at[:-1], "parameters", str(index)), "parameter-nowhere", message, name)


def _followed(data: Mapping[str, Any], node: Any) -> Any:
    if isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
        try:
            return pointer.follow(data, pointer.split(node["$ref"]))[1]
        except KeyError:
            return None
    return node
