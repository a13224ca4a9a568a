"""Says whether a value fits a schema of the document: which alternative was meant, whether a condition holds.

jsonschema-rs is asked first, and may only say yes; openapi-core has the last word, remembered, since the same values
come again and again. Called by `reach`; it must not say what is wrong with a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson
from openapi_core.validation.schemas import (
    oas30_read_schema_validators_factory,
    oas30_write_schema_validators_factory,
    oas31_schema_validators_factory,
)

from understudy.contract import pointer
from understudy.contract.engine import RESOLVED, CachingValidators, MemoSchemaPath
from understudy.contract.formats import FORMATS
from understudy.contract.rust import Accept, Compiler
from understudy.contract.violations import Side

REMEMBERED = 4_096
# A value that is longer as JSON is judged anew each time.
LONGEST = 10_000

# The formats that are checked; any other is a remark.
CHECKED_FORMATS = frozenset(oas31_schema_validators_factory.format_checker.checkers) | FORMATS.keys()


def judged_keywords(version: str) -> frozenset[str]:
    """The keywords that the validators of a version (``3.0`` or ``3.1``) know, and those that this package adds."""
    factory = oas31_schema_validators_factory if version == "3.1" else oas30_read_schema_validators_factory
    found = frozenset(factory.schema_validator_cls.VALIDATORS) | {"readOnly", "writeOnly"}
    return found | {"minContains", "maxContains"} if "contains" in found else found


class Matcher:
    """Whether values fit the schemas of one document.

    Args:
        document: the effective document.
        version: ``3.0`` or ``3.1``.
        compiler: compiles schemas for Rust.
    """

    def __init__(self, document: Mapping[str, Any], version: str, compiler: Compiler) -> None:
        self.document = document
        self.compiler = compiler
        self._spec = MemoSchemaPath.from_dict(dict(document), resolved_cache_maxsize=RESOLVED)
        stock30 = {
            "request": oas30_write_schema_validators_factory,
            "response": oas30_read_schema_validators_factory,
            "event": oas30_read_schema_validators_factory,
        }
        self._validators = {
            side: CachingValidators(oas31_schema_validators_factory if version == "3.1" else stock30[side])
            for side in stock30
        }
        self._made: dict[tuple[Side, pointer.Parts], tuple[Accept, Accept]] = {}

    def accepts(self, place: pointer.Parts, side: Side) -> tuple[Accept, Accept]:
        """What says yes to what fits the schema at a place: one that is quick and may miss some, one that is sure."""
        if (side, place) not in self._made:
            sure = self._sure(place, side)
            self._made[side, place] = (self._quick(place) or sure, sure)
        return self._made[side, place]

    def _quick(self, place: pointer.Parts) -> Accept | None:
        try:
            found = self.compiler.compile(place)
        except KeyError:  # it refers to nowhere
            return None
        return None if isinstance(found, str) else found

    def _sure(self, place: pointer.Parts, side: Side) -> Accept:
        def judge(value: Any) -> bool:
            try:
                schema = self._spec.joinpath(*_steps(self.document, place))
                self._validators[side].create(self._spec, schema).validate(value)
            except Exception:  # noqa: BLE001 - whatever openapi-core stumbles over, it is no yes
                return False
            return True

        remembered = lru_cache(maxsize=REMEMBERED)(lambda text: judge(orjson.loads(text)))

        def accept(value: Any) -> bool:
            try:
                text = orjson.dumps(value)
            except (TypeError, orjson.JSONEncodeError):
                return judge(value)
            return judge(value) if len(text) > LONGEST else remembered(text)

        return accept


def _steps(document: Mapping[str, Any], place: pointer.Parts) -> list[str | int]:
    """The parts of a place with numbers for the places in lists, as openapi-core's paths have them."""
    steps: list[str | int] = []
    node: Any = document
    for part in place:
        steps.append(int(part) if isinstance(node, list) else part)
        node = pointer.child(node, part)
    return steps
