"""Lets an answer drift from its document: a key is missing, a type has changed, an enum has a value nobody knows.

The contract itself proves that the changed answer breaks it; changes are tried until one does. Where none does, the
document promises nothing there, and the answer stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from understudy.contract import pointer
from understudy.contract.exchange import Response
from understudy.server import writing
from understudy.server.faults import changes
from understudy.server.faults.answers import is_json, with_body
from understudy.server.faults.changes import KINDS, WORDS, Change
from understudy.server.faults.fault import Fault, Hit, Parameter

BODY = "/body"
TRIES = 400

# What an unknown value must break to be one.
UNKNOWN = frozenset({"schema-enum", "schema-const"})


class Drift(Fault):
    """An answer that its document does not allow."""

    name = "drift"
    help = "the answer breaks the document at one place"
    stage = "alter"
    parameters = (
        Parameter("pointer", "string", None, "where, as violations tell it: /body/0/id; null for a random place"),
        Parameter(
            "change", "string", None, "a key dropped, a type changed, or an enum value unknown; null for any of them",
            choices=KINDS,
        ),
    )  # fmt: skip

    def check(self, values: Mapping[str, Any]) -> None:
        """A pointer leads into the body."""
        place = values["pointer"]
        if place is not None and place != BODY and not place.startswith(f"{BODY}/"):
            raise ValueError(f"`pointer` is {place!r}; begin it with {BODY}, as violations do: {BODY}/id")

    async def act(self, hit: Hit) -> None:
        """Break one promise, and prove it."""
        if not is_json(hit.call, hit.response):
            hit.stand_back("the answer is not JSON")
            return
        try:
            tries = _tries(hit, hit.response.content.value)
        except KeyError:
            hit.stand_back(f"{hit.values['pointer']} is not in the answer")
            return
        for change in islice(tries, TRIES):
            response = _changed(hit.response, change)
            if _breaks(hit, response, change):
                hit.told = f"{pointer.join(change.place, BODY)} {WORDS[change.kind]}"
                hit.answer(response)
                return
        hit.stand_back("the document allows every change that was tried")


def _tries(hit: Hit, value: Any) -> Iterable[Change]:
    """The changes to try. Errors: `KeyError` where the rule's pointer leads nowhere."""
    kinds = KINDS if hit.values["change"] is None else (hit.values["change"],)
    if hit.values["pointer"] is None:
        return changes.anywhere(value, kinds, hit.random)
    place: list[str | int] = []
    for part in pointer.split(hit.values["pointer"])[1:]:
        place.append(int(part) if isinstance(value, list) and part.isdecimal() else part)
        value = pointer.child(value, part)
    return changes.at(value, tuple(place), kinds, hit.random)


def _changed(response: Response, change: Change) -> Response:
    return with_body(response, writing.as_json(change.apply(response.content.value)))


def _breaks(hit: Hit, response: Response, change: Change) -> bool:
    """Whether the contract itself says that the change is none it allows."""
    found = hit.call.part.contract.check_response(hit.call.request, response)
    codes = {violation.code for violation in found if violation.where.startswith(BODY)}
    return bool(codes & UNKNOWN if change.kind == "enum" else codes)
