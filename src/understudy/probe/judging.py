"""What the answer to a case must be, beyond what the contract says of any answer: the label is taken at its word.

An invalid request may be refused as documented, or by another Understudy in its own voice; a failure is no refusal.
Called by `replay` and `minimise`. It must not send anything.
"""

from __future__ import annotations

from understudy.contract.exchange import Exchange
from understudy.contract.violations import Violation
from understudy.probe.cases.case import Broken, Case
from understudy.probe.judge import Judge

FAILURES = range(500, 600)
ACCEPTED = range(200, 300)
REFUSALS = range(400, 500)


def judge_case(judge: Judge, case: Case, exchange: Exchange) -> None:
    """Judge the answer to a case: by the contract, and by what its label asks beyond.

    The request itself was judged when it got its label.
    """
    response = exchange.response
    asked = [] if case.broken is None else [_broken(case, case.broken)]
    if response is None or case.kind == "valid":
        judge.judge(exchange, case.operation_id, asked)
        return
    status = response.status_code
    if status in REFUSALS and response.fields.get("understudy-refused") == "contract":
        judge.refused(exchange, case.operation_id, asked)
        return
    broken = judge.judge(exchange, case.operation_id, asked)
    promise = case.broken.schema if case.broken else ""
    if status in FAILURES and not broken:
        message = f"{status} is the answer to a request that breaks {promise}, and must be a refusal"
        place = f"replay#{promise.removeprefix('#')}"
        law = Violation("/status", "law-broken", "response", case.operation_id, place, message)
        operation = judge.main.by_id[case.operation_id]
        # What the document says by its number is what clients live with; nobody should be content with it.
        keep = judge.note if operation.response_key(status) == str(status) else judge.law
        keep(law, exchange, case.operation_id)
    elif status in ACCEPTED:
        message = f"{status} is the answer, although the document forbids the request ({case.title})"
        where = case.broken.where if case.broken else "/"
        note = Violation(where, "forbidden-accepted", "request", case.operation_id, promise, message)
        judge.note(note, exchange, case.operation_id)


def _broken(case: Case, broken: Broken) -> Violation:
    return Violation(broken.where, broken.code, "request", case.operation_id, broken.schema, case.title)
