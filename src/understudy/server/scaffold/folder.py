"""Writes the folder of a service of one's own: document, handlers, answers, seed, a scenario and a README.

Called by `understudy new`. Everything in it can be served at once, and is meant to be changed.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from understudy import folder as service_folder
from understudy.contract import pointer
from understudy.contract.bundling import FILES
from understudy.contract.contract import Contract
from understudy.contract.document import Document
from understudy.effective import TargetError, document_of
from understudy.server.scaffold import code
from understudy.server.scaffold.answering import Answering
from understudy.server.scaffold.plain import Resource, resources

SEED = 1
ROWS = 2
SEED_HEAD = "# The first state: rows by table. A sandbox is born with these.\n"
SCENARIO_HEAD = "# What a client does, and what must follow. Play it with `understudy verify URL --service FOLDER`.\n"

README = """# {title}

    understudy serve {path}          # play it; add --watch to see every change at once
    understudy check {path}          # hold document, handlers and seed against one another

- `{document}`: what is promised.
- `handlers.py`: what each operation does; {played}.
- `answers.json`: what the other operations answer; change it, or write a function instead.
- `seed.yaml`: the first state.
- `scenarios/`: what a client does and what must follow, for `understudy verify`.
- `overlay.yaml`, if you write one: what the server really does where the document says otherwise.
"""


def create(name: str, document_path: str | Path) -> Path:
    """Write the folder.

    Args:
        name: the folder's path; its last part is the service's name.
        document_path: the document to start from.

    Returns:
        The folder.

    Errors: `TargetError` for a folder that is there already, and for a document that cannot be served.
    """
    target = Path(name)
    if target.exists():
        raise TargetError(f"{target} is there already; choose another name, or remove it")
    document, _ = document_of(str(document_path), ours=False)
    contract = Contract(document)
    if not contract.by_id:
        raise TargetError(
            f"{document_path} has no operations, so there is nothing to write handlers for; serve it as it is"
        )
    found = resources(contract)
    answering = Answering(contract, SEED)
    answers = answering.answers(found)
    target.mkdir(parents=True)
    try:
        _write(target, document, contract, answering, found, answers)
    except BaseException:
        shutil.rmtree(target)
        raise
    return target


def _write(  # noqa: PLR0913, PLR0917 - what the files are made of
    target: Path,
    document: Document,
    contract: Contract,
    answering: Answering,
    found: list[Resource],
    answers: Mapping[str, Any],
) -> None:
    copied = _copy(target, document)
    (target / "answers.json").write_text(json.dumps(answers, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (target / service_folder.MODULE).write_text(code.module(contract, found, answers), encoding="utf-8")
    rows = {resource.name: _rows(contract, answering, resource) for resource in found}
    _yaml(target / service_folder.SEED, rows, SEED_HEAD)
    (target / service_folder.SCENARIOS).mkdir()
    _yaml(target / service_folder.SCENARIOS / "first.yaml", _scenario(contract, found, rows), SCENARIO_HEAD)
    played = f"{', '.join(one.name for one in found)} remembered, the rest by example" if found else "all by example"
    text = README.format(title=document.title, path=target, document=copied, played=played)
    (target / "README.md").write_text(text, encoding="utf-8")


def _copy(target: Path, document: Document) -> str:
    """The document and the files it refers to, at the same distance from one another; returns the document's name."""
    source = document.source.path
    name = "document.json" if source.suffix == ".json" else "document.yaml"
    shutil.copyfile(source, target / name)
    for relative in document.data.get(FILES, {}):
        (target / relative).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source.parent / relative, target / relative)
    return name


def _rows(contract: Contract, answering: Answering, resource: Resource) -> list[dict[str, Any]]:
    """Two rows as the document describes them, or as many as its examples name ids; those come first."""
    reading = next(contract.by_id[name] for name, action in resource.actions.items() if action == "get")
    named = list(_named(contract, resource))
    rows: list[dict[str, Any]] = []
    for number in range(max(ROWS, len(named))):
        made = answering.made(reading, number=number)
        if made is None or not isinstance(made.get("body"), dict):
            continue
        row = made["body"]
        if number < len(named):
            row[resource.key] = named[number]
        if all(row[resource.key] != other[resource.key] for other in rows):
            rows.append(row)
    return rows


def _named(contract: Contract, resource: Resource) -> dict[Any, None]:
    """The ids that the examples of the resource's parameter name, on its path and below."""
    found: dict[Any, None] = {}
    for operation in contract.by_id.values():
        place = operation.parameters.get(("path", resource.parameter))
        if place is None or not f"{operation.template}/".startswith(f"{resource.template}/"):
            continue
        parameter = pointer.walk(contract.data, place)
        schema = parameter.get("schema", {})
        named = parameter.get("example", schema.get("example") if isinstance(schema, Mapping) else None)
        if named is not None and (not resource.number or str(named).isdigit()):
            found[int(named) if resource.number else str(named)] = None
    return found


def _scenario(contract: Contract, found: list[Resource], rows: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """A scenario that holds on the seed: what is listed can be read."""
    for resource in found:
        by_action = {action: name for name, action in resource.actions.items()}
        if rows[resource.name]:
            key = rows[resource.name][0][resource.key]
            return {
                "scenario": f"One of the {resource.name} can be read by its {resource.key}",
                "harmless": True,
                "steps": [
                    {
                        "call": by_action["get"],
                        "with": {resource.parameter: key},
                        "expect": {"body": [{"at": f"$[{resource.key!r}]", "equals": key}]},
                    }
                ],
            }
    plain = (one for one in contract.by_id.values() if one.method == "get" and "{" not in one.template)
    first = next(plain, next(iter(contract.by_id.values())))
    return {"scenario": f"{first.operation_id} answers", "steps": [{"call": first.operation_id}]}


def _yaml(path: Path, data: Any, head: str) -> None:
    path.write_text(head + yaml.safe_dump(data, sort_keys=False, allow_unicode=True), encoding="utf-8")
