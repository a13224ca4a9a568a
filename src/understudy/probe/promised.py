"""The words of a promise: what the document, or a scenario, says at the place that a finding names, and in which file.

Looked up once, while the documents are at hand, so that a report can be written and merged without them. Called by
`results`. It must not know how a report looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from understudy import bundled
from understudy.contract import pointer
from understudy.contract.document import Document
from understudy.contract.source import Place, SourceError, read
from understudy.probe.judge import LAW, Finding, Judge
from understudy.probe.scenario import Scenario

LINES = 14
"""How many lines of a promise are kept."""
WIDTH = 160


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise as it is written.

    Attributes:
        profile: the profile whose document says it, or ``law``.
        text: the words, as YAML, cut after `LINES` lines; empty where there is no place to show.
        file: the file, relative to the working directory or to what comes with us; empty where it is not known.
        line: its line there, from 1; 0 where it is not known.
    """

    profile: str
    text: str = ""
    file: str = ""
    line: int = 0


def promised(finding: Finding, judge: Judge, scenarios: Sequence[Scenario] = ()) -> Promised:
    """The promise that a finding broke, as the first profile that makes it says it."""
    schema = finding.violation.schema
    if not schema.startswith("#"):
        return _in_scenario(schema, scenarios)
    profile = next((name for name in judge.contracts if name in finding.profiles), next(iter(judge.contracts)))
    contract = judge.contracts[profile]
    if finding.violation.side == "event" and judge.events is not None:
        contract = judge.events
    return _in_document(profile, contract.document, schema)


def _in_document(profile: str, document: Document, schema: str) -> Promised:
    place = document.place(schema)
    shown = _excerpt(document.data, pointer.split(schema))
    return Promised(profile, shown, *_told(place, document.source.path))


def _in_scenario(promise: str, scenarios: Sequence[Scenario]) -> Promised:
    """A law: the promise is a file's name and a pointer into it."""
    name, _, at = promise.partition("#")
    path = next((scenario.path for scenario in scenarios if scenario.path.name == name), None)
    if path is None:
        return Promised(LAW, file=name)
    try:
        source = read(path)
    except SourceError:  # it was changed or removed while it was played
        return Promised(LAW, file=shown_path(path))
    return Promised(LAW, _excerpt(source.data, pointer.split(at)), *_told(source.place(at), path))


def _told(place: Place | None, path: Path) -> tuple[str, int]:
    return (shown_path(path), 0) if place is None else (shown_path(place.file), place.line)


def shown_path(path: Path) -> str:
    """A file's path as others can use it: below the working directory or below what comes with us, if it is there."""
    full = path.resolve()
    for root in (Path.cwd(), bundled.SPEC.resolve().parent):
        if full.is_relative_to(root):
            return full.relative_to(root).as_posix()
    return full.as_posix()


def _excerpt(data: Any, parts: Sequence[str]) -> str:
    """What stands at a place, or at its nearest parent that is there, under its own key."""
    node, parent, key = data, data, ""
    for part in parts:
        try:
            below = pointer.child(node, part)
        except KeyError:
            break
        node, parent, key = below, node, part
    if node is data:
        return ""
    shown = [node] if isinstance(parent, list) else {key: node}
    text = yaml.safe_dump(shown, sort_keys=False, allow_unicode=True, width=WIDTH, default_flow_style=None)
    lines = [line if len(line) <= WIDTH else f"{line[:WIDTH]}…" for line in text.splitlines()]
    return "\n".join([*lines[:LINES], *(["…"] if len(lines) > LINES else [])])
