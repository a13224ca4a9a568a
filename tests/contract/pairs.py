"""One document under both engines, and the messages that they must judge alike.

Called by the differential tests. `bundled` has every document that comes along.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

from messages import Speaker
from understudy.bundled import SPEC
from understudy.contract.contract import Contract
from understudy.contract.document import Document, load
from understudy.contract.exchange import Request, Response
from understudy.contract.violations import Violation
from understudy.effective import PROFILES, REFUSALS, document_of
from understudy.server.app import CONTROL
from understudy.services.service import discover


class Pair:
    """One document under both engines, and a count of what they agreed upon."""

    def __init__(self, document: Document) -> None:
        self.plan = Contract(document, engine="plan")
        self.stock = Contract(document, engine="stock")
        self.speaker = Speaker(document.data, document.version)

    def compare(self, request: Request, response: Response | None, count: Counter[str]) -> None:
        """Judge a message by both engines."""
        if response is None:
            found, expected = self.plan.check_request(request), self.stock.check_request(fresh(request))
        else:
            found = self.plan.check_response(request, response)
            expected = self.stock.check_response(
                request, Response(response.status_code, response.raw_headers, response.data)
            )
        assert told(found) == told(expected), shown(request, response)
        side = "request" if response is None else "response"
        count[f"{side}s"] += 1
        count["compared"] += 1
        if not expected:
            count[f"{side}s kept"] += 1
            count[f"{side}s planned"] += self.planned(request, response)
        for violation in expected:
            count[violation.code] += 1

    def planned(self, request: Request, response: Response | None) -> bool:
        """Whether the plan accepts the whole message, so that openapi-core is not asked."""
        operation = self.plan.operation(request)
        if operation is None or (response and operation.response_key(response.status_code) is None):
            return False
        if response is None:
            asked = self.plan.request_plan(operation)
            return bool(asked.head and asked.head(request) and asked.body and asked.body(request))
        answered = self.plan.response_plan(operation, response.status_code)
        is_head = request.method == "head"
        return bool(
            answered.head and answered.head(response) and (is_head or (answered.body and answered.body(response)))
        )


def fresh(request: Request) -> Request:
    """The request again, with nothing worked out yet."""
    return Request(
        request.verb,
        request.path,
        query=request.query,
        headers=request.raw_headers,
        body=request.body,
        template=request.path_pattern,
        path_params=request.path_params,
    )


def told(violations: tuple[Violation, ...]) -> list[tuple[str, str, str]]:
    return [(violation.side, violation.code, violation.where) for violation in violations]


def shown(request: Request, response: Response | None) -> str:
    """A message as a report of disagreement shows it."""
    asked = f"{request.verb} {request.path_params} ?{request.query!r} {request.raw_headers} {request.body!r}"
    if response is None:
        return asked
    return f"{asked} -> {response.status_code} {response.raw_headers} {response.data!r} source={response.source!r}"


@cache
def bundled() -> dict[str, Pair]:
    """Every document that comes along: each service in both profiles and with every setting that has overlays."""
    pairs = {"control": Pair(load(SPEC / CONTROL, voice=SPEC / REFUSALS))}
    for name, service in discover().items():
        for profile in PROFILES:
            pairs[f"{name} {profile}"] = Pair(document_of(name, profile)[0])
        for setting, value in [(key, value) for key, entry in service.settings.items() for value in entry.overlays]:
            pairs[f"{name} {setting}={value}"] = Pair(document_of(name, settings={setting: value})[0])
    return pairs


def places() -> list[tuple[str, str]]:
    return [(name, operation_id) for name, pair in bundled().items() for operation_id in sorted(pair.plan.by_id)]
