"""Works out what the operations of a document answer, as data that can be written into a file and changed by hand.

Asks the answerer that makes answers from documents. Called by `folder`.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from typing import Any

from understudy.contract.body import is_json
from understudy.contract.contract import Contract
from understudy.contract.exchange import Response
from understudy.contract.operation import Operation
from understudy.server.call import Call, Part
from understudy.server.scaffold.plain import Resource
from understudy.server.synthesis import MARK, NOT_IMPLEMENTED, SynthesisAnswerer

NOT_FOUND = 404

# Headers that the server writes itself.
_OWN = frozenset({"content-type", "content-length", MARK.decode()})


class Answering:
    """What one contract's operations answer.

    Args:
        contract: the contract.
        seed: seeds what is made up.
    """

    def __init__(self, contract: Contract, seed: int) -> None:
        self.contract = contract
        self.part = Part("new", contract, SynthesisAnswerer(contract, seed))

    def answers(self, found: list[Resource]) -> dict[str, Any]:
        """Every answer that the handlers need, by name; what cannot be answered is missing."""
        written: dict[str, Any] = {}
        actions = {name: action for resource in found for name, action in resource.actions.items()}
        for operation in self.contract.by_id.values():
            made = self.made(operation)
            if made is not None:
                written[operation.operation_id] = made
            if actions.get(operation.operation_id) in ("get", "replace", "change", "delete"):
                missing = self.made(operation, NOT_FOUND)
                if missing is not None and "body" in missing:
                    written[missing_name(operation.operation_id)] = missing
        return written

    def made(self, operation: Operation, code: int | None = None, number: int = 0) -> dict[str, Any] | None:
        """One answer; None where the document has none that can be made.

        Args:
            operation: the operation.
            code: the status it is to have.
            number: another number is another answer.
        """
        if code is not None and str(code) not in operation.node.get("responses", {}):
            return None
        headers = [(b"prefer", f"code={code}".encode())] if code is not None else []
        scope = {"method": operation.method.upper(), "path": f"{operation.template}/{number}", "headers": headers}
        call = Call(scope, b"", self.part)
        call.route(self.part, operation.template, {}, operation.operation_id)
        response = asyncio.run(self.part.answerer.answer(call))
        if response.status_code == NOT_IMPLEMENTED and call.refused:
            return None
        return None if call.refused else _written(response)


def missing_name(operation_id: str) -> str:
    """What the answer is called that says that there is none."""
    return f"{operation_id}: missing"


def _written(response: Response) -> dict[str, Any]:
    """An answer as JSON data."""
    fields: Mapping[str, str] = response.fields
    headers = {name: value for name, value in fields.items() if name not in _OWN}
    made: dict[str, Any] = {"status": response.status_code}
    if headers:
        made["headers"] = headers
    if "content-type" not in fields:
        return made
    made["media_type"] = fields["content-type"]
    media_type = response.content.media_type
    if media_type is not None and is_json(media_type.essence):
        return made | {"body": response.content.value}
    try:
        text = response.data.decode()
    except UnicodeDecodeError:
        return made | {"base64": base64.b64encode(response.data).decode()}
    return made | {"base64": base64.b64encode(text.encode()).decode()} if "\0" in text else made | {"body": text}
