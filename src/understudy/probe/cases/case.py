"""The case: one request made on purpose, with what it aims at and what the contract says of it.

A value that is written as JSON data and read back. Called by whoever makes, keeps or sends cases. It must not know how
it was made, nor what will answer it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Literal

import orjson

from understudy.contract.contract import Contract
from understudy.contract.exchange import Request
from understudy.probe.cases.ask import Ask

Kind = Literal["valid", "invalid"]


@dataclass(frozen=True, slots=True)
class Aim:
    """What a request is made to show.

    Attributes:
        promise: JSON pointer into the effective document, as coverage and violations name the promise.
        keyword: the schema's keyword, or ``operation``, ``required``, ``media-type`` and the like.
        what: what of it, in a few words: ``one longer than the longest``.
    """

    promise: str
    keyword: str
    what: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The one promise that an invalid case breaks, as the contract found it: see `Violation`."""

    code: str
    where: str
    schema: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a request has shown of a deployment once: see `understudy.probe.judge.Finding`.

    Attributes:
        finding: the finding's fingerprint.
    """

    finding: str
    code: str
    operation_id: str
    where: str
    schema: str

    def __str__(self) -> str:
        what = self.schema.rpartition("#")[2] if self.code == "law-broken" else self.code
        return f"{what} at {self.where} of {self.operation_id or 'no operation'}"


@dataclass(frozen=True, slots=True)
class Case:
    """One request with its label.

    Attributes:
        id: follows from the operation and the request alone.
        operation_id: the operation.
        kind: ``valid`` where the contract refuses nothing, ``invalid`` where it finds exactly one promise broken.
        aim: what it is made to show; of an invalid case, the promise that it breaks.
        ask: the request.
        broken: what an invalid case breaks; None for a valid one.
        found: what it showed of a deployment, if it comes from one.
    """

    id: str
    operation_id: str
    kind: Kind
    aim: Aim
    ask: Ask
    broken: Broken | None = None
    found: tuple[Found, ...] = ()

    @property
    def title(self) -> str:
        """The aim in one line: ``maxLength: one longer than the longest``."""
        return f"{self.aim.keyword}: {self.aim.what}"

    def request(self, contract: Contract, known: Mapping[str, Any] = MappingProxyType({})) -> Request:
        """The request as it goes over the wire; what is open gets known values, or those that were made for it.

        It stays the same case, sent to a place where other things exist. The label was given for the values that were
        made; a known value that breaks the contract makes it worth nothing.

        Errors: `KeyError` where the contract has no such operation; what `Ask.request` raises.
        """
        return self.ask.request(contract, contract.by_id[self.operation_id], known)

    def as_json(self) -> dict[str, Any]:
        """The case as JSON data, for `from_json`."""
        aim = {"promise": self.aim.promise, "keyword": self.aim.keyword, "what": self.aim.what}
        found: dict[str, Any] = {"id": self.id, "operation_id": self.operation_id, "kind": self.kind, "aim": aim}
        if self.broken is not None:
            found["broken"] = {
                "code": self.broken.code, "where": self.broken.where, "schema": self.broken.schema,
            }  # fmt: skip
        return {**found, "ask": self.ask.as_json(), **found_as_json(self.found)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Case:
        """The case that `as_json` wrote. Errors: `KeyError`, `TypeError` for anything else."""
        return cls(
            data["id"],
            data["operation_id"],
            data["kind"],
            Aim(**data["aim"]),
            Ask.from_json(data["ask"]),
            Broken(**data["broken"]) if "broken" in data else None,
            found_from_json(data),
        )


def found_as_json(found: Sequence[Found]) -> dict[str, Any]:
    """What an item showed, as a part of its JSON data; nothing where it shows nothing."""
    return {"found": [asdict(one) for one in found]} if found else {}


def found_from_json(data: Mapping[str, Any]) -> tuple[Found, ...]:
    """What `found_as_json` wrote. Errors: `TypeError` for anything else."""
    return tuple(Found(**one) for one in data.get("found", ()))


def identity(operation_id: str, ask: Ask) -> str:
    """A case's id: twelve hexadecimal digits of what it asks."""
    text = orjson.dumps([operation_id, ask.as_json()], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()[:12]
