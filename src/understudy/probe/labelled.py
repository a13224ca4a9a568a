"""What the answer to a case must be, beyond what the contract says of any answer: the label is taken at its word.

An invalid request may be refused as documented, or by another Understudy in its own voice; a failure is no refusal.
Called by `replay` and `minimise`. It must not send anything.
"""

from __future__ import annotations

from understudy.contract.exchange import Exchange
from understudy.contract.violations import Violation
from understudy.probe.cases.case import Broken, Case
from understudy.probe.judge import OWN_VOICE, Judge

FAILURES = range(500, 600)
ACCEPTED = range(200, 300)
REFUSALS = range(400, 500)


def judge_case(judge: Judge, case: Case, exchange: Exchange) -> None:
    """Judge the answer to a case: by the contract, and by what its label asks beyond.

    The request itself was judged when it got its label.
    """
    response = exchange.response
    asked = [] if case.broken is None else [_broken(case, case.broken)]
    if response is None:
        judge.judge(exchange, case.operation_id, asked)
        return
    status = response.status_code
    # Another Understudy's gate says no: that tells nothing of what stands behind it.
    exchange.refused = case.broken is not None and status in REFUSALS and OWN_VOICE in response.fields
    broken = judge.judge(exchange, case.operation_id, asked)
    if status in FAILURES and not broken:
        _failed(judge, case, exchange, status)
    elif status in ACCEPTED and case.broken is not None:
        message = f"{status} is the answer, although the document forbids the request ({case.title})"
        promise = case.broken
        note = Violation(promise.where, "forbidden-accepted", "request", case.operation_id, promise.schema, message)
        judge.note(note, exchange, case.operation_id)


def _failed(judge: Judge, case: Case, exchange: Exchange, status: int) -> None:
    """A failure breaks a law; one that the document has by its number, as clients know it, is a remark at most."""
    by_number = judge.main.by_id[case.operation_id].response_key(status) == str(status)
    if by_number and case.broken is None:
        return
    promise = case.broken.schema.removeprefix("#") if case.broken else ""
    known = next((one.schema for one in case.found if one.code == "law-broken"), "")
    asked = f"a request that breaks {promise}, and must be a refusal" if promise else "a good request"
    law = Violation(
        "/status",
        "law-broken",
        "response",
        case.operation_id,
        known or f"replay#{promise}",
        f"{status} is the answer to {asked}",
    )
    (judge.note if by_number else judge.law)(law, exchange, case.operation_id)


def _broken(case: Case, broken: Broken) -> Violation:
    return Violation(broken.where, broken.code, "request", case.operation_id, broken.schema, case.title)
