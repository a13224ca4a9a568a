"""Sets right what does not hinder serving, in the document itself, and says what was done.

What is left out or read as something else here is so for everybody behind: the judge, the generator, the console.
Called by `document` on the data it is about to hand out. It must not decide what hinders; `table` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from understudy.contract import pointer, subschemas
from understudy.contract.lint.objection import NOTHING, Objection
from understudy.contract.lint.objections import METHODS
from understudy.contract.lint.table import row_of


@dataclass(frozen=True, slots=True)
class Note:
    """Something that is against the rules of OpenAPI and does not hinder.

    Attributes:
        place: JSON pointer into the document.
        message: what, and what is done about it.
    """

    place: str
    message: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that hinders.

    Attributes:
        place: JSON pointer into the document.
        rule: the rule that is broken.
        message: what is wrong.
        remedy: what to do.
    """

    place: str
    rule: str
    message: str
    remedy: str


def mend(data: dict[str, Any], found: Iterable[Objection], name: str) -> tuple[list[Note], list[Fault]]:
    """Set right what can be, in place.

    Args:
        data: the effective document.
        found: what is objected to.
        name: what to call a document without a title.
    """
    notes: dict[Note, None] = {}
    faults: list[Fault] = []
    parameters: list[pointer.Parts] = []
    for objection in found:
        row = row_of(objection)
        at = pointer.join(objection.place)
        if row.treatment == "refuse":
            faults.append(Fault(at, objection.rule, objection.message, row.remedy))
            continue
        notes[Note(at, f"{objection.message}; {row.remedy}")] = None
        if objection.rule in ("parameter-twice", "parameter-nowhere"):
            parameters.append(objection.place)
        elif row.treatment == "leave-out":
            _leave_out(data, objection)
        elif row.treatment == "read-as":
            _READ_AS[_reading(objection)](data, objection, name)
    # The last first, so that the places of those before them stay what they are.
    for place in sorted(set(parameters), key=lambda place: int(place[-1]), reverse=True):
        holder, index = _holder(data, place)
        if isinstance(holder, list) and index < len(holder):
            del holder[index]
    return list(notes), faults


def _reading(objection: Objection) -> str:
    if objection.place[-1:] in (("exclusiveMinimum",), ("exclusiveMaximum",)):
        return "exclusive"
    if objection.place[:1] == ("servers",):
        return "servers"
    if objection.subject == NOTHING:
        return NOTHING
    return str(objection.subject) if objection.rule == "required" else objection.rule


def _holder(data: Any, place: pointer.Parts) -> tuple[Any, Any]:
    """What a place stands in, and by which key or index; references are not followed."""
    try:
        holder = pointer.walk(data, place[:-1])
    except KeyError:
        return None, None
    key: Any = place[-1]
    return (holder, int(key)) if isinstance(holder, list) else (holder, key)


def _node(data: Any, place: pointer.Parts) -> Any:
    try:
        return pointer.follow(data, place)[1]
    except KeyError:
        return None


def _leave_out(data: dict[str, Any], objection: Objection) -> None:
    """Take a value out: a faulty schema becomes one that takes anything, a faulty keyword goes."""
    place = objection.place
    if objection.schema is None:
        for name in objection.subject if isinstance(objection.subject, tuple) else ():
            node = _node(data, place)
            if isinstance(node, MutableMapping):
                node.pop(name, None)
        return
    keep, is_schema = _keyword(place, len(objection.schema))
    holder, key = _holder(data, keep)
    if isinstance(holder, list):
        holder[key] = {}
    elif isinstance(holder, MutableMapping):
        if is_schema:
            holder[key] = {}
        else:
            holder.pop(key, None)


def _keyword(place: pointer.Parts, start: int) -> tuple[pointer.Parts, bool]:
    """The innermost keyword or schema that a place below a schema belongs to, and whether that is a schema."""
    at = start
    while at < len(place):
        keyword = place[at]
        if keyword in subschemas.ONE:
            at += 1
        elif (keyword in subschemas.LISTED or keyword in subschemas.NAMED or keyword == "$defs") and at + 1 < len(
            place
        ):
            at += 2
        else:
            return place[: at + 1], False
    return place, True


def _name_by_path(data: dict[str, Any], objection: Objection, _name: str) -> None:
    holder, key = _holder(data, objection.place)
    holder.pop(key, None)


def _once(data: dict[str, Any], objection: Objection, _name: str) -> None:
    holder, key = _holder(data, objection.place)
    listed = holder[key] if holder is not None else None
    if isinstance(listed, list):
        holder[key] = [item for index, item in enumerate(listed) if item not in listed[:index]]


def _exclusive(data: dict[str, Any], objection: Objection, _name: str) -> None:
    """A boolean beside a bound says whether the bound itself is out."""
    schema, keyword = _holder(data, objection.place)
    if not isinstance(schema, MutableMapping):
        return
    inclusive = "minimum" if keyword == "exclusiveMinimum" else "maximum"
    if schema.pop(keyword, None) is True and isinstance(schema.get(inclusive), int | float):
        schema[keyword] = schema.pop(inclusive)


def _tags(data: dict[str, Any], objection: Objection, _name: str) -> None:
    holder, key = _holder(data, objection.place)
    holder[key] = {**holder[key], "mapping": objection.subject}


def _any_text(data: dict[str, Any], objection: Objection, _name: str) -> None:
    node = _node(data, objection.place)
    node["parameters"] = [
        *node.get("parameters", []),
        {"name": objection.subject, "in": "path", "required": True, "schema": {"type": "string"}},
    ]


def _anything(data: dict[str, Any], objection: Objection, _name: str) -> None:
    node = _node(data, objection.place)
    if isinstance(node, MutableMapping) and not ({"schema", "content"} & node.keys()):
        node["schema"] = {}


def _required(data: dict[str, Any], objection: Objection, _name: str) -> None:
    node = _node(data, objection.place)
    if isinstance(node, MutableMapping):
        node["required"] = True


def _nothing(data: dict[str, Any], objection: Objection, _name: str) -> None:
    """A key without a value is an empty object where it says something by being there, else it is not there."""
    holder, key = _holder(data, objection.place)
    if not isinstance(holder, MutableMapping):
        return
    above = objection.place[-2:-1]
    if above == ("responses",):
        holder[key] = {"description": ""}
    elif above in (("content",), ("paths",), ("headers",), ("parameters",)) or key in ("paths", *METHODS):
        holder[key] = {}
    else:
        holder.pop(key, None)


def _info(data: dict[str, Any], _objection: Objection, name: str) -> None:
    info = data.get("info")
    if not isinstance(info, dict):
        info = data["info"] = {}
    info.setdefault("title", name)
    info.setdefault("version", "0")


_READ_AS: Mapping[str, Callable[[dict[str, Any], Objection, str], None]] = {
    NOTHING: _nothing,
    "uniqueItems": _once,
    "exclusive": _exclusive,
    "tags": _tags,
    "operation-id-twice": _name_by_path,
    "parameter-undeclared": _any_text,
    "no-responses": lambda data, objection, _: _node(data, objection.place).update(
        responses={"default": {"description": ""}}
    ),
    "servers": lambda data, _, __: data.pop("servers", None),
    "required": _required,
    "schema": _anything,
    "content": _anything,
    **dict.fromkeys(("info", "title", "version"), _info),
    **dict.fromkeys(("paths", "webhooks", "components"), lambda data, _, __: data.setdefault("paths", {})),
}
