"""Bugs of a played Pingback: what its one operation does wrongly, seen by the document or by a law alone.

Verified by `test_pingback_scenarios`, in the manner of the others; they stand apart because their product does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from broken.bug import Answer, Asked, Bug, Correct, Real, after
from broken.playing import given
from understudy.sandbox.sandboxes import Sandbox
from understudy.services.pingback.conversations import tables_of
from understudy.services.service import Handler, Params

SERVICE = "pingback"
OPERATION = "create-conversation"
CREATED, OK = 201, 200
ACME, OTHER = "b0000000-0000-4000-8000-000000000001", "b0000000-0000-4000-8000-000000000002"
PINGBACK_KNOWN = {
    "business_id": ACME,
    "token": "demo-token",
    "customer_id": "e0000000-0000-4000-8000-000000000001",
    "other_business_id": OTHER,
    "other_customer_id": "e0000000-0000-4000-8000-000000000002",
    "no_channel_business_id": "b0000000-0000-4000-8000-000000000003",
    "no_channel_token": "no-channel-token",
    "borrowed_channel_business_id": "b0000000-0000-4000-8000-000000000004",
    "borrowed_channel_token": "borrowed-channel-token",
}
"""What only the owner of the deployment knows: it stands in the seed."""


def _bug(name: str, sentence: str, seen: Any = "law", **more: Any) -> Bug:
    return Bug(name, sentence, seen, OPERATION, service=SERVICE, **more)


def _made(change: Callable[[dict[str, Any], Asked], None]) -> Any:
    """Change what is told of a conversation that was made."""

    def changed(asked: Asked, answer: Answer) -> None:
        value = answer.json
        change(value, asked)
        answer.json = value

    return after(changed, CREATED)


def _setting(**values: Any) -> Any:
    return _made(lambda value, _: value.update(values))


def _as(status: int) -> Any:
    """Refusals of a status are told with another one."""

    def around(to: int) -> Any:
        async def answered(asked: Asked, real: Real) -> Answer:
            answer = await real(asked)
            answer.status = to if answer.status == status else answer.status
            return answer

        return answered

    return around


def _let_in(token: str) -> Any:
    """Whoever comes is taken for the account of this token, if `when` says so of what they sent."""

    def around(when: Callable[[str], bool]) -> Any:
        async def answered(asked: Asked, real: Real) -> Answer:
            if when(asked.headers.get("authorization", "")):
                asked.headers["authorization"] = f"Bearer {token}"
            return await real(asked)

        return answered

    return around


def _filled_in(_: Any, params: Params) -> None:
    if params.headers.get("authorization") == "Bearer demo-token" and isinstance(params.body, dict):
        params.body.setdefault("business_id", ACME)


def _any_business(_: Any, params: Params) -> None:
    if isinstance(params.body, dict) and params.body.get("business_id") == OTHER:
        params.body["business_id"] = ACME


def _any_customer(sandbox: Any, params: Params) -> None:
    if isinstance(params.body, dict):
        customer = tables_of(sandbox).customers.get(params.body.get("customer_id"))
        if customer is not None and customer.business_id != ACME:
            del params.body["customer_id"]


def _own_channel(number: int, token: str) -> Any:
    """The business of this number and token takes Acme's channel for its own, as long as it asks."""

    def wrap(handler: Handler) -> Handler:
        def play(sandbox: Sandbox, params: Params) -> Any:
            tables = tables_of(sandbox)
            business = tables.businesses.get(f"b0000000-0000-4000-8000-00000000000{number}")
            if params.headers.get("authorization") != f"Bearer {token}":
                return handler(sandbox, params)
            channel = tables.channels.get("c0000000-0000-4000-8000-000000000001")
            owner, wanted = channel.business_id, business.default_channel_id
            tables.businesses.update(business, default_channel_id=channel.id)
            tables.channels.update(channel, business_id=business.id)
            try:
                return handler(sandbox, params)
            finally:
                tables.channels.update(tables.channels.get(channel.id), business_id=owner)
                tables.businesses.update(tables.businesses.get(business.id), default_channel_id=wanted)

        return play

    return wrap


def _without_words(_: Any, params: Params) -> None:
    if isinstance(params.body, dict):
        params.body.pop("initial_message", None)


def _remembered(key: str) -> Any:
    """What the first answer had at a key, the later ones have, too."""

    def changed(asked: Asked, answer: Answer) -> None:
        value = answer.json
        value[key] = asked.memory.setdefault(key, value[key])
        answer.json = value

    return after(changed, CREATED)


def _piled_up(asked: Asked, answer: Answer) -> None:
    value = answer.json
    said = asked.memory.setdefault("said", [])
    said.extend(value["messages"])
    value["messages"] = list(said) if value["messages"] else []
    answer.json = value


def _same_message(asked: Asked, answer: Answer) -> None:
    value = answer.json
    for message in value["messages"]:
        message["id"] = asked.memory.setdefault("message", message["id"])
    answer.json = value


def _in_turns(asked: Asked, answer: Answer) -> None:
    value = answer.json
    asked.memory["turn"] = not asked.memory.get("turn")
    value["channel_type"] = "email" if asked.memory["turn"] else value["channel_type"]
    answer.json = value


def _strange(value: dict[str, Any], _: Asked) -> None:
    for message in value["messages"]:
        message["conversation_id"] = "d0000000-0000-4000-8000-00000000000f"


def _sent_by(sender: str) -> Any:
    return _made(lambda value, _: [message.update(sender_type=sender) for message in value["messages"]] and None)


PINGBACK: tuple[Bug, ...] = (
    _bug("created-202", "says 202 where it made a conversation", "document", code="status-unknown", around=_as(CREATED)(202)),
    _bug("no-messages", "leaves the messages out", "document", code="schema-required", where="/body", around=_made(lambda v, _: v.pop("messages"))),
    _bug("number-id", "counts conversations instead of naming them by UUIDs", "document", code="schema-type", where="/body/id", around=_setting(id=42)),
    _bug("closed", "begins conversations as closed", "document", code="schema-enum", where="/body/status", around=_setting(status="closed")),
    _bug("time-of-day", "tells when it was made in another form", "document", code="schema-format", where="/body/created_at", around=_setting(created_at="yesterday")),
    _bug("customer-numbers", "gives the customer a number for an id, as the page's example does", "document", code="schema-type", where="/body/customer",
         around=_made(lambda v, _: v["customer"] and v["customer"].update(id=42))),
    _bug("bot-begins", "lets a bot say the first word", "document", code="schema-enum", where="/body/messages", around=_sent_by("bot")),
    _bug("unanswered", "counts an initial message for no response", "document", code="schema-type", where="/body/first_response_at", around=_setting(first_response_at=None)),
    _bug("answered", "counts a response where nobody said a word", "document", code="schema-type", where="/body/first_response_at",
         around=_made(lambda v, _: v.update(first_response_at=v["created_at"]))),
    _bug("assigned", "gives each conversation to an agent", where="/body/assignee_id", around=_setting(assignee_id="a0000000-0000-4000-8000-000000000001")),
    _bug("another-business", "tells another business", where="/body/business_id", around=_setting(business_id=OTHER)),
    _bug("nobody-named", "forgets which customer was named", where="/body/customer", around=_setting(customer_id=None, customer=None)),
    _bug("first-customer", "shows the first customer in every conversation", where="/body/customer", around=_remembered("customer")),
    _bug("unlinked", "shows the customer and not their id", where="/body/customer_id", around=_setting(customer_id=None)),
    _bug("wordless", "swallows the initial message", where="/body/messages", wrap=given(_without_words)),
    _bug("shouting", "changes what was said", where="/body/messages", around=_made(lambda v, _: [m.update(content=m["content"].upper()) for m in v["messages"]] and None)),
    _bug("stray-message", "names another conversation in the message", where="/body/messages", around=_made(_strange)),
    _bug("piled-up", "shows in each conversation what was said in the ones before", where="/body/messages", around=after(_piled_up, CREATED)),
    _bug("same-message", "gives every message one id", where="/body/messages", around=after(_same_message, CREATED)),
    _bug("same-id", "gives every conversation one id", where="/body/id", around=_remembered("id")),
    _bug("kinds-in-turns", "tells another kind of channel every other time", where="/body/channel_type", around=after(_in_turns, CREATED)),
    _bug("open-door", "asks nobody for a token", where="/status", around=_let_in("demo-token")(lambda said: not said)),
    _bug("any-token", "takes any bearer token", where="/status", around=_let_in("demo-token")(lambda said: said.endswith("-of-nobody"))),
    _bug("basic-door", "takes whoever comes with another scheme", where="/status", around=_let_in("demo-token")(lambda said: said.startswith("Basic"))),
    _bug("any-scheme", "takes the token in any scheme", where="/status", around=_let_in("demo-token")(lambda said: said.startswith("Token"))),
    _bug("no-business", "takes a conversation without a business for its own", where="/status", wrap=given(_filled_in)),
    _bug("missing-is-bad", "says 400 where a field is missing", where="/status", around=_as(422)(400)),
    _bug("others-business", "opens conversations under somebody else's business", where="/status", wrap=given(_any_business)),
    _bug("others-customer", "takes somebody else's customer for none", where="/status", wrap=given(_any_customer)),
    _bug("channel-made-up", "opens conversations though the channel is gone", where="/status", wrap=_own_channel(3, "no-channel-token")),
    _bug("channel-shared", "opens conversations on another's channel", where="/status", wrap=_own_channel(4, "borrowed-channel-token")),
    _bug("channel-is-422", "says 422 where the channel is at fault", where="/status", around=_as(400)(422)),
)  # fmt: skip
"""Each with what tells of it; a law's pointer is where the scenario looks."""


def _says_200(_: Asked, answer: Answer) -> None:
    answer.status = OK


PINGBACK_CORRECT: tuple[Correct, ...] = (
    Correct("as-played", "ours", service=SERVICE),
    Correct("seed-7", "ours, by another seed", seed=7, service=SERVICE),
    Correct("says-200", "says 200 where it made a conversation", around=after(_says_200, CREATED), service=SERVICE),
    Correct("no-words", "says nothing in its refusals", service=SERVICE,
            around=after(lambda _, answer: setattr(answer, "body", b"{}") if answer.status >= 400 else None, None)),
)  # fmt: skip
"""Servers that keep every promise: either success will do, and error bodies are nobody's promise."""
