"""What Chatwoot says when it says no: each of its error answers, once.

Handlers raise what these functions make. The public API knows few errors: a record that is not there, a
record that is not valid, and whatever makes Rails crash. It must not know why somebody refuses.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from understudy.services.service import Params, Refusal, Reply

HTML = "text/html; charset=utf-8"

NOT_FOUND = {"status": 404, "error": "Not Found"}
BAD_REQUEST = {"status": 400, "error": "Bad Request"}
CRASH = {"status": 500, "error": "Internal Server Error"}
SURVEY_LOCKED = {"error": "You cannot update the CSAT survey after 14 days"}

_JSON_TYPES = frozenset({"application/json", "text/x-json", "application/jsonrequest", "application/vnd.api+json"})

_NOT_FOUND_PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Nothing here (404)</title></head>
<body><h1>Nothing here</h1><p>No page answers at this address.</p></body>
</html>
"""

Problem = tuple[str, str]
"""An attribute that is not valid, and the whole sentence that says so."""


def not_found() -> Refusal:
    """A record that a request names does not exist."""
    return Refusal(404, NOT_FOUND)


def crash() -> Refusal:
    """An exception nobody rescues; on purpose or not, it is what clients get to see."""
    return Refusal(500, CRASH)


def survey_locked() -> Refusal:
    """A survey is too old to be answered."""
    return Refusal(422, SURVEY_LOCKED)


def invalid(problems: Iterable[Problem]) -> Refusal:
    """A record that would not be valid."""
    found = list(problems)
    attributes = list(dict.fromkeys(attribute for attribute, _ in found))
    return Refusal(422, {"message": ", ".join(sentence for _, sentence in found), "attributes": attributes})


def committed(refusal: Refusal) -> Reply:
    """A refusal as a plain answer: what was written before it stays written, as it does in Chatwoot."""
    return Reply(refusal.body, refusal.status, refusal.media_type)


def unrouted(params: Params) -> Reply:
    """No route for this path or method: JSON for who asks for nothing else, a page for everybody else."""
    if params.accept.split(";")[0].strip().lower() in _JSON_TYPES:
        return Reply(NOT_FOUND, 404)
    return Reply(_NOT_FOUND_PAGE, 404, HTML)


def malformed(_params: Params) -> Reply:
    """A body that cannot be parsed."""
    return Reply(BAD_REQUEST, 400)


def failure(status: int) -> Reply:
    """What Rails' page for public exceptions says, whatever went wrong; a status without a name has that of a crash."""
    return Reply({"status": status, "error": _NAMES.get(status, _NAMES[500])}, status)


# As Rack names them; Python's names differ from one release to the next.
_NAMES = {status.value: status.phrase for status in HTTPStatus if status != HTTPStatus.IM_A_TEAPOT} | {
    413: "Payload Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    422: "Unprocessable Entity",
}
