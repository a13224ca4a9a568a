"""What a scenario takes from an answer for its later steps: one value, every value of a kind, or a piece of a text.

A capture is a JSONPath, or an object that says more: ``{at, all: true}`` takes every value that is found,
``{at, match}`` what the group of a regular expression matches in a text, ``{header}`` a header's value. Called by
`play`; it must not know how the answer came.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import jsonpath_rfc9535

from understudy.probe import expectations

KEYS = ("at", "all", "match", "header")


class NothingFoundError(Exception):
    """There is nothing to take; the message says where it was looked for."""


def take(capture: Any, value: Any, headers: Mapping[str, str]) -> Any:
    """What a capture takes.

    Args:
        capture: the capture, without faults.
        value: the JSON data of the answer or event.
        headers: the answer's headers, names in lower case.

    Errors: `NothingFoundError`.
    """
    said = {"at": capture} if isinstance(capture, str) else capture
    found: list[Any]
    if "header" in said:
        found = [headers[said["header"].lower()]] if said["header"].lower() in headers else []
        shown = f"the header {said['header']}"
    else:
        found, shown = jsonpath_rfc9535.find(said["at"], value).values(), said["at"]
    if said.get("all"):
        return found
    if "match" in said:
        texts = [text for text in found if isinstance(text, str)]
        found = [match.group(1) for text in texts if (match := re.search(said["match"], text))]
        shown += f", matching {said['match']}"
    if not found:
        raise NothingFoundError(shown)
    return found[0]


def fault(capture: Any) -> str:
    """What is wrong with a capture as it is written; empty where nothing is."""
    if isinstance(capture, str):
        return expectations.fault({"at": capture, "present": True})
    if not isinstance(capture, Mapping) or ("at" in capture) is ("header" in capture):
        return "a capture is a JSONPath, or an object with `at`, a JSONPath, or `header`, a name"
    odd = [key for key in capture if key not in KEYS]
    if odd:
        return f"the key {odd[0]!r} is unknown; a capture may have: {', '.join(KEYS)}"
    if "match" in capture:
        try:
            groups = re.compile(str(capture["match"])).groups
        except re.error as error:
            return f"{capture['match']!r} is no regular expression: {error}"
        if groups != 1:
            return f"{capture['match']!r} needs one group, around what is to be taken"
    return expectations.fault({"at": capture["at"], "present": True}) if "at" in capture else ""
