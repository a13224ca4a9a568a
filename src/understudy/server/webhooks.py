"""Sends a webhook of a document's when it is asked to: the control plane's operation on webhooks.

The payload is the one given, or one made from the document; either way it is judged and journaled like whatever a
service sends by itself. Called by the control plane.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from itertools import count
from typing import Any

import orjson

from understudy.sandbox.bus import Delivery
from understudy.server.call import Call, Part
from understudy.server.deliveries import Deliveries
from understudy.server.payloads import Payloads
from understudy.services.service import Params, Refusal

JSON = "application/json"
NOT_FOUND = 404


class Webhooks:
    """The webhooks of what is served.

    Args:
        parts: the services and documents, the control plane aside.
        deliveries: sends them.
    """

    def __init__(self, parts: Sequence[Part], deliveries: Deliveries) -> None:
        self.parts = parts
        self.deliveries = deliveries
        self._payloads: dict[str, Payloads] = {}
        self._sent = count(1)

    def operations(self) -> Mapping[str, Any]:
        """The operations on webhooks, by operationId; each takes the call and its parameters."""
        return {"send-webhook": self.send}

    def send(self, call: Call, given: Params) -> Any:
        """Send one; says what was sent, or why it was not.

        Errors: `Refusal` for a name that is no webhook of anything served.
        """
        name = call.request.path_params["name"]
        body: Mapping[str, Any] = given.body
        part = self._part(name, body.get("service"))
        events = part.events if part.events and name in part.events.events else part.contract
        operation = events.events[name]
        if "data" in body:
            media_type, payload = JSON, orjson.dumps(body["data"])
        else:
            if part.name not in self._payloads:
                self._payloads[part.name] = Payloads(events, getattr(part.answerer, "seed", 0))
            media_type, payload = self._payloads[part.name].make(operation, f"{name} {next(self._sent)}")
        headers = (("Content-Type", media_type),) if media_type else ()
        sandbox = part.sandboxes.get(call.sandbox) if part.sandboxes else None
        delivery = Delivery(name, body["url"], headers, payload, method=operation.method.upper())
        refused = self.deliveries.post(part, call.sandbox, sandbox, delivery)
        return {
            "service": part.name,
            "webhook": name,
            "url": body["url"],
            "body": payload.decode("utf-8", "replace"),
            "sent": refused is None,
            "note": refused.note if refused else "",
            "violations": [violation.as_json() for violation in refused.violations] if refused else [],
        }

    def _part(self, name: str, service: str | None) -> Part:
        """The part whose webhook is meant: the one named, else the first that has it."""
        meant = [part for part in self.parts if service in (None, part.name)]
        if not meant:
            served = ", ".join(part.name for part in self.parts)
            raise Refusal(NOT_FOUND, f"There is no service {service!r}; served are: {served}.")
        found = [part for part in meant if name in _names(part)]
        if found:
            return found[0]
        known = sorted({webhook for part in meant for webhook in _names(part)})
        near = get_close_matches(name, known, n=3, cutoff=0.3) or known[:3]
        hint = f"there are: {', '.join(near)}" if near else "nothing served has any"
        raise Refusal(NOT_FOUND, f"There is no webhook {name!r}; {hint}.")


def _names(part: Part) -> set[str]:
    return {*part.contract.events, *(part.events.events if part.events else ())}
