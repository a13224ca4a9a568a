"""Writes the module of handlers: real ones over a table where a resource is plain, else the document's example.

Called by `folder`. The result is meant to be read and changed by people: plain functions, and one list of them all.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping
from typing import Any

from understudy.contract.contract import Contract
from understudy.contract.operation import Operation
from understudy.server.scaffold.answering import missing_name
from understudy.server.scaffold.plain import Resource

_MODULE = '''"""{title}: what each operation does.

`HANDLERS` lists every operation of the document. A handler takes the sandbox, which is the state, and the parameters of
one call, and returns data or a `Reply`, or raises a `Refusal`.
"""

from pathlib import Path
from typing import Any

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.answers import Answers
from understudy.services.records import Collection
from understudy.services.service import Params, Reply

TITLE = {title!r}
answers = Answers(Path(__file__).with_name("answers.json"))
'''

_BODIES: Mapping[str, str] = {
    "list": "    return Reply({found}, answers.reply({name!r}).status)",
    "get": "    return {things}.get(sandbox, params[{parameter!r}]{missing})",
    "create": (
        "    made = {things}.create(sandbox, answers.data({name!r}), params.body)\n"
        "    return Reply(made, answers.reply({name!r}).status)"
    ),
    "replace": (
        "    {assigned}{things}.change(sandbox, params[{parameter!r}], params.body{named})\n    return {changed}"
    ),
    "change": (
        "    {assigned}{things}.change(sandbox, params[{parameter!r}], params.body{named})\n    return {changed}"
    ),
    "delete": "    {things}.drop(sandbox, params[{parameter!r}]{missing})\n    return answers.reply({name!r})",
}


def module(contract: Contract, found: Iterable[Resource], answered: Mapping[str, Any]) -> str:
    """The module's text.

    Args:
        contract: the contract.
        found: the plain resources.
        answered: the names of the answers that are written down.
    """
    resources = list(found)
    names = Names()
    things = {resource.name: names.new(resource.name) for resource in resources}
    parts = [_MODULE.format(title=_line(contract.document.title))]
    parts.append("".join(_collection(things[resource.name], resource) for resource in resources))
    listed = []
    for operation in contract.by_id.values():
        name = names.new(operation.operation_id)
        listed.append(f"    {operation.operation_id!r}: {name},\n")
        resource = next((one for one in resources if operation.operation_id in one.actions), None)
        if resource is None:
            parts.append(_by_example(name, operation, resources, things))
        else:
            parts.append(_function(name, operation, resource, things, answered))
    parts.append("HANDLERS = {\n" + "".join(listed) + "}\n")
    return "\n\n".join(part.rstrip("\n") + "\n" for part in parts if part)


def _collection(name: str, resource: Resource) -> str:
    said = [repr(resource.name)]
    said += [f"key={resource.key!r}"] if resource.key != "id" else []
    said += ["number=True"] if resource.number else []
    said += [f"hidden={resource.hidden!r}"] if resource.hidden else []
    return f"{name} = Collection({', '.join(said)})\n"


def _head(name: str, operation: Operation) -> str:
    """The function's first lines."""
    what = _line(str(operation.node.get("summary") or f"{operation.method.upper()} {operation.template}"))
    return f'def {name}(sandbox: Sandbox, params: Params) -> Any:\n    """{what}"""\n'


def _by_example(name: str, operation: Operation, resources: Iterable[Resource], things: Mapping[str, str]) -> str:
    """A handler that answers as the document shows; below a thing's own path that thing must be there."""
    above = next((one for one in resources if operation.template.startswith(f"{one.template}/")), None)
    asked = f"    {things[above.name]}.get(sandbox, params[{above.parameter!r}])\n" if above else ""
    return f"{_head(name, operation)}{asked}    return answers.reply({operation.operation_id!r})\n"


def _function(
    name: str, operation: Operation, resource: Resource, things: Mapping[str, str], answered: Mapping[str, Any]
) -> str:
    """A handler over a table."""
    operation_id = operation.operation_id
    action, told = resource.actions[operation_id], missing_name(operation_id)
    missing = f"answers.data({told!r})" if told in answered else ""
    collection, wrapper = things[resource.name], resource.wrapper.get(operation_id)
    rows = f"{collection}.all(sandbox)"
    bodiless = "body" not in answered.get(operation_id, {})
    reply = f"answers.reply({operation_id!r})"
    return (
        _head(name, operation)
        + _BODIES[action].format(
            things=collection,
            name=operation_id,
            parameter=resource.parameter,
            found=f"{{**answers.data({operation_id!r}), {wrapper!r}: {rows}}}" if wrapper else rows,
            missing=f", {missing}" if missing else "",
            named=f", missing={missing}" if missing else "",
            assigned="" if bodiless else "changed = ",
            changed=reply if bodiless else f"Reply(changed, {reply}.status)",
        )
        + "\n"
    )


class Names:
    """Names for functions and tables, each once and none that Python or the module uses."""

    def __init__(self) -> None:
        self._taken = {
            "answers",
            "Answers",
            "Any",
            "Collection",
            "HANDLERS",
            "Params",
            "Path",
            "Reply",
            "Sandbox",
            "TITLE",
        }

    def new(self, said: str) -> str:
        """A name like what was said."""
        spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", said)
        name = re.sub(r"\W+", "_", spaced).strip("_").lower() or "operation"
        name = f"_{name}" if name[0].isdigit() else name
        name = f"{name}_" if keyword.iskeyword(name) or keyword.issoftkeyword(name) else name
        made, number = name, 1
        while made in self._taken or not made.isidentifier():
            number += 1
            made = f"{name if name.isidentifier() else 'operation'}_{number}"
        self._taken.add(made)
        return made


def _line(said: str) -> str:
    """A text that can stand in a docstring, on one line."""
    text = " ".join(said.replace("\\", "/").replace('"', "'").split())
    return text if len(text) <= 100 else f"{text[:99]}…"  # noqa: PLR2004 - a line's room
