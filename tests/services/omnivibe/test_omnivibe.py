"""OmniVibe: Chatwoot's handlers under another name, at a place of its own beside Chatwoot or instead of it."""

from __future__ import annotations

from typing import Any

import pytest

from played import Serve
from understudy.contract.document import operations
from understudy.effective import document_of
from understudy.services.chatwoot import HANDLERS
from understudy.services.service import discover

CONTACTS = "/public/api/v1/inboxes/demo-inbox/contacts"
DEMO = f"{CONTACTS}/demo-contact"


def test_it_is_found_by_its_name_and_played_by_chatwoots_handlers() -> None:
    """Title and seed are its own, every handler is Chatwoot's."""
    service = discover()["omnivibe"]
    assert (service.name, service.seed) == ("omnivibe", "omnivibe/seed.yaml")
    assert service.handlers is HANDLERS


@pytest.mark.parametrize("profile", ["observed", "published"])
def test_the_document_is_chatwoots_under_another_name(profile: Any) -> None:
    """In either profile title, description and server are OmniVibe's, and every operation is Chatwoot's to the letter."""
    (ours, _), (theirs, _) = (document_of(name, profile) for name in ("omnivibe", "chatwoot"))
    assert ours.title == "OmniVibe"
    assert "Chatwoot" not in str(ours.data["servers"])
    assert "contact" not in ours.data["info"]
    assert list(operations(ours.data)) == list(operations(theirs.data))
    assert {**ours.data, "info": 0, "servers": 0} == {**theirs.data, "info": 0, "servers": 0}


def test_it_has_names_of_its_own(serve: Serve) -> None:
    """The seeded inbox and agents are OmniVibe's, and what a client does is what it does on Chatwoot."""
    client = serve("omnivibe")
    assert client.get("/public/api/v1/inboxes/demo-inbox").json()["name"] == "OmniVibe support"
    (conversation,) = client.get(f"{DEMO}/conversations").json()
    assert conversation["messages"][-1]["sender"]["name"] == "Vera Okonjo"
    said = client.post(f"{DEMO}/conversations/1/messages", json={"content": "Thanks!"})
    assert (said.status_code, said.json()["content"]) == (200, "Thanks!")


def test_beside_chatwoot_it_is_served_at_a_place_of_its_own(serve: Serve) -> None:
    """Moved by a base path, it keeps a state of its own, its files are found there, and pages elsewhere may ask."""
    client = serve("chatwoot", "omnivibe", base_paths={"omnivibe": "/omnivibe"})
    assert client.get("/omnivibe/public/api/v1/inboxes/demo-inbox").json()["name"] == "OmniVibe support"
    assert client.get("/public/api/v1/inboxes/demo-inbox").json()["name"] == "Acme support"
    sent = client.post(f"/omnivibe{DEMO}/conversations/1/messages", files={"attachments[]": ("a.txt", b"hi")}).json()
    url = sent["attachments"][0]["data_url"]
    assert url.startswith("http://127.0.0.1:8080/omnivibe/rails/")
    assert client.get(url, follow_redirects=True).content == b"hi"
    assert "a.txt" not in client.get(f"{DEMO}/conversations/1/messages").text
    asked = {"origin": "https://shop.example", "access-control-request-method": "POST"}
    assert client.options(f"/omnivibe{CONTACTS}", headers=asked).headers["access-control-allow-origin"] == "*"
