"""Bugs in who a contact is and what is kept of them; in files, surveys, tags and what wears out."""

from __future__ import annotations

from typing import Any

from broken.bug import Answer, Asked, Bug, Real, after
from broken.playing import CONVERSATION, MESSAGES, but, contact_of, given
from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.lookups import tables_of
from understudy.services.chatwoot.parameters import record_id
from understudy.services.service import Handler, Params, Reply

CONTACT = "get-details-of-a-contact"
TAG = 'W/"1"'
WORN = 1000


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _forgotten(handler: Handler) -> Handler:
    """An update is answered, and nothing is kept."""

    def play(sandbox: Sandbox, params: Params) -> Any:
        before = contact_of(sandbox, params)
        said = handler(sandbox, params)
        if before is not None:
            contacts = tables_of(sandbox).contacts
            kept = contacts.get(before.id)
            if kept is not None:
                contacts.update(kept, name=before.name)
        return said

    return play


def _partly(sandbox: Sandbox, params: Params, said: Any) -> Any:
    """What a refused update asked for is done as far as it was valid."""
    contact = contact_of(sandbox, params)
    if isinstance(said, Reply) and contact is not None and _is_text(params.get("name")):
        tables_of(sandbox).contacts.update(contact, name=params["name"])
    return said


def _replaced(merge: Any) -> Any:
    """Custom attributes are put together in another way: gets the old ones and the new ones."""

    def wrap(handler: Handler) -> Handler:
        def play(sandbox: Sandbox, params: Params) -> Any:
            before, new = contact_of(sandbox, params), params.get("custom_attributes")
            said = handler(sandbox, params)
            if before is not None and isinstance(new, dict):
                contacts = tables_of(sandbox).contacts
                kept = contacts.get(before.id)
                if kept is not None:
                    contacts.update(kept, custom_attributes=merge(before.custom_attributes, new))
            return said

        return play

    return wrap


def _without(*names: str) -> Any:
    def change(_: Sandbox, params: Params) -> None:
        for name in names:
            params.pop(name, None)

    return given(change)


def _cleared(sandbox: Sandbox, params: Params, said: Any) -> Any:
    contact = contact_of(sandbox, params)
    if contact is not None and params.get("name") == "" and isinstance(said, dict):
        tables_of(sandbox).contacts.update(contact, name="")
        said = said | {"name": ""}
    return said


def _reidentified(sandbox: Sandbox, params: Params, said: Any) -> Any:
    contact, contacts, chosen = contact_of(sandbox, params), tables_of(sandbox).contacts, params.get("identifier")
    if contact is not None and _is_text(chosen) and not contacts.one("identifier_key", (contact.account_id, chosen)):
        contacts.update(contacts[contact.id], identifier=chosen)
    return said


def _updated_on_sight(sandbox: Sandbox, params: Params, said: Any) -> Any:
    contacts = tables_of(sandbox).contacts
    if isinstance(said, dict) and _is_text(params.get("name")):
        contacts.update(contacts[said["id"]], name=params["name"])
        said = said | {"name": params["name"]}
    return said


def _case_sensitive(handler: Handler) -> Handler:
    def play(sandbox: Sandbox, params: Params) -> Any:
        if str(params.get("email")).lower() != str(params.get("email")):
            params["email"] = None
        return handler(sandbox, params)

    return play


def _same_door(handler: Handler) -> Handler:
    """Whoever brings no source id of their own enters as the one who came last."""

    def play(sandbox: Sandbox, params: Params) -> Any:
        last = [row for row in tables_of(sandbox).contact_inboxes if row.inbox_id == 1][-1]
        if last.contact_id > 2 and not params.get("email") and not params.get("identifier"):
            params.setdefault("source_id", last.source_id)
        return handler(sandbox, params)

    return play


def _form_ignored(_: Sandbox, params: Params) -> None:
    if params.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        params.pop("content", None)


def _appended(handler: Handler) -> Handler:
    def play(sandbox: Sandbox, params: Params) -> Any:
        messages = tables_of(sandbox).messages
        row = messages.get(record_id(str(params["message_id"])))
        before = row.content_attributes.get("submitted_values") if row else None
        said = handler(sandbox, params)
        new = said["content_attributes"].get("submitted_values")
        if row and isinstance(before, list) and isinstance(new, list):
            values = [*before, *new]
            changed = {**said["content_attributes"], "submitted_values": values}
            messages.update(messages[row.id], content_attributes=changed)
            said = said | {"content_attributes": changed}
        return said

    return play


def _reworded(sandbox: Sandbox, params: Params, said: Any) -> Any:
    if _is_text(params.get("content")):
        messages = tables_of(sandbox).messages
        messages.update(messages[said["id"]], content=params["content"])
        said = said | {"content": params["content"]}
    return said


def _first_file(sandbox: Sandbox, params: Params) -> None:
    """Whatever file is asked for, it is the first one."""
    params["key"] = next(iter(tables_of(sandbox).attachments)).key


def _unrated(_: Sandbox, __: Params, said: Any) -> Any:
    return said | {"csat_survey_response": None}


async def _stale(asked: Asked, real: Real) -> Answer:
    """What was answered once is answered for ever."""
    if asked.path not in asked.memory:
        asked.memory[asked.path] = await real(asked)
    answer: Answer = asked.memory[asked.path]
    return Answer(answer.status, list(answer.headers), answer.body)


async def _one_tag(asked: Asked, real: Real) -> Answer:
    known = asked.headers.pop("if-none-match", None)
    if known == TAG:
        return Answer(304, [("etag", TAG)], b"")
    answer = await real(asked)
    answer.header("etag", TAG)
    return answer


async def _never_304(asked: Asked, real: Real) -> Answer:
    asked.headers.pop("if-none-match", None)
    return await real(asked)


async def _worn(asked: Asked, real: Real) -> Answer:
    asked.memory["read"] = asked.memory.get("read", 0) + 1
    if asked.memory["read"] <= WORN:
        return await real(asked)
    return Answer(500, [("content-type", "application/json")], b'{"status":500,"error":"Internal Server Error"}')


async def _bodies_needed(asked: Asked, real: Real) -> Answer:
    if asked.body:
        return await real(asked)
    return Answer(400, [("content-type", "application/json")], b'{"status":400,"error":"Bad Request"}')


def _same_origin(_: Asked, answer: Answer) -> None:
    answer.header("access-control-allow-origin", None)


PEOPLE: tuple[Bug, ...] = (
    Bug("stale-conversation", "a conversation is shown as it was first", "law", CONVERSATION, where="/body",
        around=_stale),
    Bug("stale-contact", "a contact is shown as it was first", "law", CONTACT, where="/", around=_stale),
    Bug("lost-update", "a change of name is answered and not kept", "law", "update-a-contact", at=(CONTACT,),
        where="/body/name", wrap=_forgotten),
    Bug("lost-put", "PUT is answered and not kept", "law", "replace-a-contact", at=(CONTACT,), where="/body/name",
        wrap=_forgotten),
    Bug("put-ignored", "PUT changes nothing", "law", "replace-a-contact", where="/body/name",
        wrap=_without("name")),
    Bug("put-message-ignored", "PUT keeps no answer to a message", "law", "replace-a-message",
        where="/body/content_attributes", wrap=_without("submitted_values")),
    Bug("answers-pile-up", "an answer to a message is added to the one before", "law", "replace-a-message",
        where="/body/content_attributes", wrap=_appended),
    Bug("text-changed", "whoever answers a message may change its text", "law", "replace-a-message",
        where="/body/content", wrap=but(_reworded)),
    Bug("partly-updated", "a refused change is done in part", "law", "update-a-contact", at=(CONTACT,),
        where="/body/name", wrap=but(_partly)),
    Bug("attributes-replaced", "custom attributes take the place of those before", "law", "update-a-contact",
        at=(CONVERSATION,), where="/body/contact/custom_attributes", wrap=_replaced(lambda _, new: new)),
    Bug("attributes-shallow", "custom attributes are merged on the top level only", "law", "update-a-contact",
        at=(CONVERSATION,), where="/body/contact/custom_attributes",
        wrap=_replaced(lambda old, new: {**old, **new})),
    Bug("attributes-lost", "custom attributes are not kept on creation", "law", "create-a-contact",
        at=("create-a-conversation",), where="/body/contact/custom_attributes", wrap=_without("custom_attributes")),
    Bug("blank-clears", "a blank name clears the name", "law", "update-a-contact", where="/body/name",
        wrap=but(_cleared)),
    Bug("identifier-changed", "an update changes the identifier", "law", "update-a-contact",
        at=("create-a-conversation",), where="/body/contact/identifier", wrap=but(_reidentified)),
    Bug("not-found-again", "an identifier that is known makes another contact", "law", "create-a-contact",
        where="/body/id", wrap=given(lambda _, params: params.pop("identifier", None))),
    Bug("email-by-case", "an e-mail in other letters is somebody else's", "law", "create-a-contact",
        where="/body/id", wrap=_case_sensitive),
    Bug("source-id-ignored", "a source id of one's own is not taken", "law", "create-a-contact",
        where="/body/source_id", wrap=_without("source_id")),
    Bug("renamed-on-sight", "whoever is found again gets the new name", "law", "create-a-contact",
        where="/body/name", wrap=but(_updated_on_sight)),
    Bug("same-door", "everybody comes in as the one who came last", "law", "create-a-contact", where="/body",
        at=("create-a-contact", CONTACT, "list-all-contact-conversations"), wrap=_same_door),
    Bug("proof-unread", "a proof of identity is not looked at on creation", "law", "create-a-contact",
        where="/status", wrap=_without("identifier_hash")),
    Bug("proof-unread-reading", "a proof of identity is not looked at on reading", "law", CONTACT, where="/status",
        wrap=_without("identifier_hash")),
    Bug("proof-unread-changing", "a proof of identity is not looked at on changing", "law", "update-a-contact",
        where="/status", wrap=_without("identifier_hash")),
    Bug("form-ignored", "a message sent as a form has no text", "law", "create-a-message", where="/body/content",
        wrap=given(_form_ignored)),
    Bug("body-needed", "a conversation without a body is a bad request", "law", "create-a-conversation",
        where="/status", around=_bodies_needed),
    Bug("file-cut", "a file comes back one byte short", "law", "download-attachment", where="/body",
        around=after(lambda _, answer: setattr(answer, "body", answer.body[:-1]))),
    Bug("wrong-file", "a file that is fetched is another one", "law", "download-attachment", where="/",
        wrap=given(_first_file)),
    Bug("file-size-wrong", "a file's size is counted in kilobytes", "law", "create-a-message",
        where="/body/attachments/*/file_size", wrap=but(lambda _, __, said: _in_kilobytes(said))),
    Bug("files-forgotten", "a list shows messages without their files", "law", MESSAGES, where="/body",
        wrap=but(lambda _, __, said: [{k: v for k, v in m.items() if k != "attachments"} for m in said])),
    Bug("rating-lost", "a rating is answered and not kept", "law", "get-csat-survey",
        where="/body/csat_survey_response", wrap=but(_unrated)),
    Bug("put-rating-ignored", "PUT changes no rating", "law", "replace-csat-survey", at=("get-csat-survey",),
        where="/body/csat_survey_response/rating",
        wrap=given(lambda _, params: params.update(message={}))),
    Bug("tag-never-changes", "an entity tag is always the same, and so is what it stands for", "law", CONTACT,
        where="/", around=_one_tag),
    Bug("never-304", "what is known already is sent all the same", "law", CONTACT, where="/status",
        around=_never_304),
    Bug("same-origin", "a page from elsewhere may not read a contact", "law", CONTACT,
        where="/header/access-control-allow-origin", around=after(_same_origin)),
    Bug("wears-out", "the thousand and first reading fails", "law", CONTACT, where="/status", around=_worn),
)  # fmt: skip


def _in_kilobytes(said: Any) -> Any:
    if "attachments" in said:
        said["attachments"] = [file | {"file_size": file["file_size"] // 1024} for file in said["attachments"]]
    return said
