"""What is asked: the same requests of every contestant, and what must stand there before they are asked.

Used by `run` and `footprint`. Knows HTTP, and no contestant.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CONTACTS = "/public/api/v1/inboxes/demo-inbox/contacts"
LISTED = 100
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of request.

    Attributes:
        name: what the tables call it.
        method: HTTP method.
        path: path of the request.
        status: the status that every answer must have.
        template: the operation's path in the document.
        body: JSON text, or None.
        judged: whether only those who judge requests can answer it.
    """

    name: str
    method: str
    path: str
    status: int
    template: str
    body: str | None = None
    judged: bool = False

    @property
    def headers(self) -> Mapping[str, str]:
        """The request's headers."""
        return {"Content-Type": "application/json"} if self.body is not None else {}


_CONTACTS = "/public/api/v1/inboxes/{inbox_identifier}/contacts"
_CONVERSATIONS = _CONTACTS + "/{contact_identifier}/conversations"

VALID = Case(
    "valid POST",
    "POST",
    f"{CONTACTS}/writer/conversations",
    200,
    _CONVERSATIONS,
    '{"custom_attributes":{"plan":"gold","seats":3}}',
)
INVALID = Case("invalid POST", "POST", CONTACTS, 422, _CONTACTS, '{"name":7,"email":8,"phone_number":9}', judged=True)
SINGLE = Case(
    "GET single", "GET", f"{CONTACTS}/demo-contact/conversations/1", 200, _CONVERSATIONS + "/{conversation_id}"
)
LIST = Case(f"GET list of {LISTED}", "GET", f"{CONTACTS}/reader/conversations", 200, _CONVERSATIONS)
CASES: Sequence[Case] = (VALID, INVALID, SINGLE, LIST)


class UnexpectedAnswerError(Exception):
    """A contestant answered something else than the case is about."""


class Client:
    """One kept connection to a contestant."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)

    def ask(self, case: Case) -> tuple[dict[str, str], bytes]:
        """Ask once; returns headers, names in lower case, and body.

        Errors: `UnexpectedAnswerError` for another status than the case's.
        """
        self._connection.request(case.method, case.path, case.body, dict(case.headers))
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != case.status:
            raise UnexpectedAnswerError(f"{case.name}: {answer.status} instead of {case.status}: {body[:500]!r}")
        return {name.lower(): value for name, value in answer.getheaders()}, body

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


def plant(client: Client) -> None:
    """A contact to write to, and one with exactly as many conversations as are to be listed."""
    for name in ("writer", "reader"):
        client.ask(Case("plant", "POST", CONTACTS, 200, _CONTACTS, json.dumps({"source_id": name, "name": name})))
    for number in range(LISTED):
        body = json.dumps({"custom_attributes": {"number": number}})
        client.ask(Case("plant", "POST", f"{CONTACTS}/reader/conversations", 200, _CONVERSATIONS, body))
    listed = len(json.loads(client.ask(LIST)[1]))
    if listed != LISTED:
        raise UnexpectedAnswerError(f"{listed} conversations are listed instead of {LISTED}")


def with_examples(document: Mapping[str, Any], client: Client) -> dict[str, Any]:
    """The document with what a server answers written in as examples, for peers that can only repeat these.

    Without them, a peer makes up values that break the patterns in the document, and answers 500 for it.
    """
    made: dict[str, Any] = json.loads(json.dumps(document))
    for case in CASES:
        if case.status == 200:
            headers, body = client.ask(case)
            response = made["paths"][case.template][case.method.lower()]["responses"][str(case.status)]
            response["content"]["application/json"]["example"] = json.loads(body)
            for name in response.get("headers", {}):
                response["headers"][name] = {"schema": {"type": "string"}, "example": headers[name.lower()]}
    return made
