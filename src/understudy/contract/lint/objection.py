"""One thing that the rules of OpenAPI object to in a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from understudy.contract import pointer

NOTHING = "null"
"""The subject of an objection to a key without a value."""


@dataclass(frozen=True, slots=True)
class Objection:
    """One thing that is against the rules.

    Attributes:
        place: where in the effective document.
        rule: what is broken: a keyword of the schema that describes OpenAPI, or one of the names in `table`.
        message: what is wrong, for people.
        subject: what the rule speaks of, such as the name of a field that is missing.
        schema: the place of the schema that it stands in; None outside of schemas.
    """

    place: pointer.Parts
    rule: str
    message: str
    subject: Any = None
    schema: pointer.Parts | None = None
