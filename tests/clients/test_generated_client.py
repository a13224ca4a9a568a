"""A typed client, generated from the document that the server hands out, does everything a chat needs.

The generator is openapi-python-client, started as its users start it; the client it writes then talks to the played
server. What the generator cannot read, many another tool cannot read either. Knows requests and answers only.
"""

from __future__ import annotations

import importlib
import io
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from played import Client
from processes import serving

pytest.importorskip("openapi_python_client", reason="openapi-python-client is missing: pip install -e '.[test]'")

INBOX = "demo-inbox"
NAME = f"generated_{uuid.uuid4().hex}"
OPERATIONS = (
    "contacts_api.create_a_contact contacts_api.get_details_of_a_contact contacts_api.update_a_contact "
    "contacts_api.replace_a_contact conversations_api.create_a_conversation "
    "conversations_api.list_all_contact_conversations conversations_api.get_single_conversation "
    "conversations_api.toggle_typing_status conversations_api.update_last_seen "
    "conversations_api.resolve_conversation messages_api.create_a_message "
    "messages_api.list_all_conversation_messages messages_api.update_a_message messages_api.replace_a_message "
    "inbox_api.get_details_of_a_inbox csat_survey_api.get_csat_survey"
).split()


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """The package that the generator writes from the document of a running server."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "config.yaml").write_text("post_hooks: []\n")  # formatting it would only take time
    with serving() as server:
        source = ["--url", f"{server.url}/openapi.json", "--config", str(folder / "config.yaml")]
        target = ["--meta", "none", "--output-path", str(folder / NAME)]
        command = [sys.executable, "-m", "openapi_python_client", "generate", *source, *target]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Unable to process" not in done.stdout + done.stderr, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module(NAME)
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
            del sys.modules[name]


@pytest.fixture
def call(generated: ModuleType, chatwoot: Client) -> Callable[..., Any]:
    """Calls an operation of the generated client and gives what it made of a 200."""
    client = generated.Client(base_url=str(chatwoot.base_url), raise_on_unexpected_status=True)
    client.set_httpx_client(chatwoot)

    def make(operation: str, *path: Any, **rest: Any) -> Any:
        module = importlib.import_module(f"{NAME}.api.{operation}")
        answer = module.sync_detailed(*path, client=client, **rest)
        assert answer.status_code == 200, answer.content
        return answer.parsed

    return make


@pytest.fixture
def models(generated: ModuleType) -> Any:
    """The types of the generated client."""
    return importlib.import_module(f"{generated.__name__}.models")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_operation_is_generated(generated: ModuleType, operation: str) -> None:
    """The generator understands every operation that a chat needs."""
    assert callable(importlib.import_module(f"{generated.__name__}.api.{operation}").sync_detailed)


def test_a_contact(call: Callable[..., Any], models: Any) -> None:
    """A contact is created with and without a body, read, and changed by PATCH and PUT."""
    assert call("contacts_api.create_a_contact", INBOX).name
    body = models.PublicContactCreateUpdatePayload(name="Gen", email="gen@customer.example")
    contact = call("contacts_api.create_a_contact", INBOX, body=body)
    assert (contact.name, contact.email, contact.phone_number) == ("Gen", "gen@customer.example", None)
    assert call("contacts_api.get_details_of_a_contact", INBOX, contact.source_id) == contact
    for operation in ("update", "replace"):
        body = models.PublicContactCreateUpdatePayload(name=operation, phone_number=None)
        changed = call(f"contacts_api.{operation}_a_contact", INBOX, contact.source_id, body=body)
        assert (changed.id, changed.name) == (contact.id, operation)


def test_a_conversation(call: Callable[..., Any], models: Any) -> None:
    """A conversation is created, found, listed, typed in, read and resolved, and then asks for its survey."""
    made = call("conversations_api.create_a_conversation", INBOX, "demo-contact")
    here = (INBOX, "demo-contact", made.id)
    assert call("conversations_api.get_single_conversation", *here) == made
    assert made in call("conversations_api.list_all_contact_conversations", INBOX, "demo-contact")
    body = models.ToggleTypingStatusJsonBody(typing_status="on")
    assert call("conversations_api.toggle_typing_status", *here, body=body) is None
    assert call("conversations_api.toggle_typing_status", *here, typing_status="off") is None
    assert call("conversations_api.update_last_seen", *here) is None
    resolved = call("conversations_api.resolve_conversation", *here)
    assert (resolved.status, resolved.contact_last_seen_at > 0) == ("resolved", True)
    assert call("csat_survey_api.get_csat_survey", str(made.uuid)).csat_survey_response is None


def test_messages(call: Callable[..., Any], models: Any) -> None:
    """A message is sent as JSON, listed in its window, and answered with a list and with an object."""
    here = (INBOX, "demo-contact", 1)
    body = models.PublicMessageCreatePayload(content="hi", echo_id="e-1")
    message = call("messages_api.create_a_message", *here, body=body)
    assert (message.content, message.message_type, message.sender.name) == ("hi", 0, "Dana Demo")
    assert call("messages_api.list_all_conversation_messages", *here)[-1].id == message.id
    older = call("messages_api.list_all_conversation_messages", *here, before=message.id)
    assert message.id not in {item.id for item in older}
    value = models.SubmittedValue(name="colour", value="blue")
    answered = models.SubmittedObject(name="colour", value="red")
    for operation, values, kept in (
        ("update", [value], [{"name": "colour", "value": "blue"}]),
        ("replace", answered, {"name": "colour", "value": "red"}),
    ):
        body = models.PublicMessageUpdatePayload(submitted_values=values)
        changed = call(f"messages_api.{operation}_a_message", *here, message.id, body=body)
        assert changed.content_attributes["submitted_values"] == kept


def test_an_upload(call: Callable[..., Any], models: Any, chatwoot: Client) -> None:
    """Files are uploaded with a text, and are found where the answer says."""
    types = importlib.import_module(f"{NAME}.types")
    file = types.File(payload=io.BytesIO(b"\x89PNG"), file_name="żółw.png", mime_type="image/png")
    body = models.PublicMessageUpload(content="look", attachments=[file])
    message = call("messages_api.create_a_message", INBOX, "demo-contact", 1, body=body)
    (attachment,) = message.attachments
    assert (message.content, attachment.file_type, attachment.file_size) == ("look", "image", 4)
    assert chatwoot.get(attachment.data_url, follow_redirects=True).content == b"\x89PNG"


def test_an_inbox(call: Callable[..., Any]) -> None:
    """The inbox is read, opening hours included."""
    inbox = call("inbox_api.get_details_of_a_inbox", INBOX)
    assert (inbox.identifier, len(inbox.working_hours)) == (INBOX, 7)


def test_a_refusal_of_the_product(generated: ModuleType, models: Any, chatwoot: Client) -> None:
    """What the product itself refuses arrives as the documented error."""
    client = generated.Client(base_url=str(chatwoot.base_url))
    client.set_httpx_client(chatwoot)
    module = importlib.import_module(f"{NAME}.api.contacts_api.update_a_contact")
    body = models.PublicContactCreateUpdatePayload(email="nonsense")
    answer = module.sync_detailed(INBOX, "demo-contact", client=client, body=body)
    assert (answer.status_code, answer.parsed.attributes) == (422, ["email"])
