"""Contacts: who is found again, who is new, what an update does."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest

from shop import CRASH, NOT_FOUND, NOW, Shop, contact, conversation, inbox, ok, refused, said

PUBLIC = ["source_id", "pubsub_token", "id", "name", "email", "phone_number"]
RECORD = [
    "id", "name", "email", "phone_number", "account_id", "created_at", "updated_at", "additional_attributes",
    "identifier", "custom_attributes", "last_activity_at", "contact_type", "middle_name", "last_name", "location",
    "country_code", "blocked", "company_id", "label_list",
]  # fmt: skip


def test_a_stranger_becomes_a_contact(shop: Shop) -> None:
    """Whoever is unknown becomes a contact, answered with six keys and status 200."""
    made = ok(shop.enter(name="Bea", email="Bea@Example.com", phone_number="+4612345", identifier="u-2"))
    assert list(made) == PUBLIC
    assert (made["name"], made["email"], made["phone_number"]) == ("Bea", "bea@example.com", "+4612345")
    assert uuid.UUID(made["source_id"]).version == 4
    assert re.fullmatch(r"[1-9A-HJ-NP-Za-km-z]{24}", made["pubsub_token"])
    assert ok(shop.get(shop.path(source_id=made["source_id"]))) == made


def test_a_visitor_without_a_name_is_given_one(shop: Shop) -> None:
    """A name that is not sent is invented; an empty one stays empty."""
    assert re.fullmatch(r"[a-z]+-[a-z]+-\d{1,3}", ok(shop.post("/public/api/v1/inboxes/shop/contacts"))["name"])
    assert ok(shop.enter(name=""))["name"] == ""


def test_a_known_source_id_returns_its_contact_unchanged(shop: Shop) -> None:
    """Creating twice with one source id changes nothing and ignores all other fields."""
    made = ok(shop.enter(source_id="bea", name="Bea"))
    assert ok(shop.enter(source_id="bea", name="Beatrice", email="not an email")) == made
    assert made["source_id"] == "bea"


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ({"identifier": "u-1", "email": "cy@example.com", "phone_number": "+333"}, "Ann"),
        ({"identifier": "u-9", "email": "CY@example.com", "phone_number": "+333"}, "Cy"),
        ({"identifier": "u-9", "email": "no@example.com", "phone_number": "+333"}, "Dee"),
        ({"identifier": "u-9", "email": "no@example.com", "phone_number": "+999"}, "New"),
    ],
)
def test_an_acquaintance_is_looked_up_in_order(open_shop: Any, claim: dict[str, str], expected: str) -> None:
    """An account's contact is found by identifier, else by email in any case, else by phone number, unchanged."""
    shop = open_shop(
        inboxes=[inbox(), inbox("desk")],
        contacts=[
            contact("ann", identifier="u-1"),
            contact("cy", "desk", email="cy@example.com"),
            contact("dee", "desk", phone_number="+333"),
        ],
    )
    before = {row.id: row for row in shop.tables.contacts}
    found = ok(shop.enter(name="New", custom_attributes={"a": 1}, **claim))
    assert found["name"] == expected
    assert found["source_id"] not in ("ann", "cy", "dee")
    assert {key: shop.tables.contacts[key] for key in before} == before


def test_a_new_source_id_of_an_acquaintance_shares_the_contact(open_shop: Any) -> None:
    """One contact may have many source ids, each with a token of its own."""
    shop = open_shop(contacts=[contact("ann", email="ann@example.com")])
    first, second = ok(shop.get()), ok(shop.enter(source_id="phone", email="ann@example.com"))
    assert second["id"] == first["id"]
    assert second["pubsub_token"] != first["pubsub_token"]


def test_a_blank_email_is_none(shop: Shop) -> None:
    """A blank email becomes null, a blank phone number stays as it is, and neither is refused."""
    made = ok(shop.enter(email=" ", phone_number=""))
    assert (made["email"], made["phone_number"]) == (None, "")
    assert ok(shop.enter(phone_number=""))["id"] != made["id"]


def test_a_visitor_with_an_address_is_a_lead(shop: Shop) -> None:
    """A contact is a visitor until an email or phone number is known; location and country stay null."""
    made = ok(shop.enter(source_id="bea"))
    where = shop.path("/conversations", source_id="bea")
    record = ok(shop.post(where))["contact"]
    assert (record["contact_type"], record["location"], record["country_code"]) == ("visitor", None, None)
    ok(shop.patch(shop.path(source_id="bea"), json={"phone_number": "+4612345"}))
    (shown,) = ok(shop.get(where))
    assert shown["contact"]["contact_type"] == "lead"
    assert ok(shop.enter(email="cy@example.com"))["id"] == made["id"] + 1
    assert shop.tables.contacts[made["id"] + 1].contact_type == "lead"


@pytest.mark.parametrize(
    ("fields", "message", "attributes"),
    [
        ({"email": "nobody"}, "Email Invalid email", ["email"]),
        ({"email": "a b@example.com"}, "Email Invalid email", ["email"]),
        ({"email": "a@b@example.com"}, "Email Invalid email", ["email"]),
        ({"phone_number": "12345"}, "Phone number should be in e164 format", ["phone_number"]),
        ({"phone_number": "+0123"}, "Phone number should be in e164 format", ["phone_number"]),
        ({"phone_number": "+12\n"}, "Phone number should be in e164 format", ["phone_number"]),
        (
            {"email": "x", "phone_number": "y"},
            "Email Invalid email, Phone number should be in e164 format",
            ["email", "phone_number"],
        ),
    ],
)
def test_an_address_that_is_none_is_refused(
    open_shop: Any, fields: dict[str, str], message: str, attributes: list[str]
) -> None:
    """A malformed email or phone number is a 422 in the product's words, on creation and update, enforced or not."""
    for policy in ("enforce", "report"):
        shop = open_shop(policy=policy)
        for answer in (shop.enter(**fields), shop.patch(json=fields)):
            assert refused(answer) == (422, {"message": message, "attributes": attributes})
        assert len(shop.tables.contacts) == 1


def test_a_phone_number_is_looked_at_from_its_end(shop: Shop) -> None:
    """The pattern of phone numbers is not anchored where they begin."""
    assert ok(shop.enter(phone_number="tel:+4612345"))["phone_number"] == "tel:+4612345"


def test_an_empty_source_id_breaks_creation_half_way(shop: Shop) -> None:
    """An empty source id is a 500, and the contact made on the way stays."""
    assert refused(shop.enter(source_id="", name="Bea", email="bea@example.com")) == (500, CRASH)
    found = ok(shop.enter(email="bea@example.com"))
    assert found["name"] == "Bea"


@pytest.mark.parametrize("source_id", [["bea"], {"a": 1}, " "])
def test_a_source_id_that_is_none_breaks_creation(shop: Shop, source_id: Any) -> None:
    """An array, an object or white space for a source id is a 500."""
    assert refused(shop.enter(source_id=source_id)) == (500, CRASH)


def test_an_email_that_is_no_text_breaks_the_product(shop: Shop) -> None:
    """A number for an email is a 500, on creation and update."""
    assert refused(shop.enter(email=123)) == (500, CRASH)
    assert refused(shop.patch(json={"email": 123})) == (500, CRASH)
    assert len(shop.tables.contacts) == 1


def test_the_pictures_address_becomes_the_thumbnail(shop: Shop) -> None:
    """An avatar's address is not in the contact's answer, only later with its messages; uploads are ignored."""
    ok(shop.patch(json={"avatar_url": "https://example.com/ann.png"}))
    ok(shop.patch(files={"avatar": ("ann.png", b"1", "image/png")}))
    shop.begin()
    assert shop.say()["sender"]["thumbnail"] == "https://example.com/ann.png"


def test_a_contact_is_shown_by_its_source_id(shop: Shop) -> None:
    """Reading a contact gives the six keys; an unknown source id or inbox is a 404."""
    assert list(ok(shop.get())) == PUBLIC
    assert refused(shop.get(shop.path(source_id="nobody"))) == (404, NOT_FOUND)
    assert refused(shop.get(shop.path(place="nowhere"))) == (404, NOT_FOUND)
    assert refused(shop.enter("nowhere")) == (404, NOT_FOUND)


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_an_update_sets_what_is_given(shop: Shop, method: str) -> None:
    """Name, email and phone number are set; what is blank or absent changes nothing; PUT is PATCH."""
    changed = ok(shop.send(method, "", json={"name": "Anna", "email": "Ann@Example.com", "phone_number": "+461"}))
    assert (changed["name"], changed["email"], changed["phone_number"]) == ("Anna", "ann@example.com", "+461")
    assert ok(shop.send(method, "", json={"name": "", "email": " ", "phone_number": None})) == changed
    assert ok(shop.send(method, "")) == changed


def test_an_update_never_saves_the_identifier(open_shop: Any) -> None:
    """The identifier of an update is for its proof only."""
    shop = open_shop(contacts=[contact(identifier="u-1")])
    ok(shop.patch(json={"identifier": "u-2"}))
    assert shop.tables.contacts[1].identifier == "u-1"


def test_custom_attributes_are_merged_deeply(open_shop: Any) -> None:
    """An update merges custom attributes into those there are: none can be removed, null is kept."""
    shop = open_shop(contacts=[contact(custom_attributes={"plan": "gold", "shop": {"city": "Lund", "floor": 1}})])
    ok(shop.patch(json={"custom_attributes": {"shop": {"floor": 2, "room": None}, "age": 7}}))
    ok(shop.patch(json={"custom_attributes": None}))
    ok(shop.patch(json={"custom_attributes": "none"}))
    assert shop.begin()["contact"]["custom_attributes"] == {
        "plan": "gold",
        "shop": {"city": "Lund", "floor": 2, "room": None},
        "age": 7,
    }
    assert shop.begin()["contact"]["additional_attributes"] == {}


def test_additional_attributes_cannot_be_set(shop: Shop) -> None:
    """Additional attributes are dropped, on creation and update."""
    ok(shop.patch(json={"additional_attributes": {"city": "Lund"}}))
    ok(shop.enter(source_id="bea", additional_attributes={"city": "Lund"}))
    assert all(row.additional_attributes == {} for row in shop.tables.contacts)


def test_an_update_answers_by_release(open_shop: Any) -> None:
    """Later releases answer an update with six keys, release 4.13 with the contact's whole row."""
    assert list(ok(open_shop(policy="enforce").patch(json={"name": "Anna"}))) == PUBLIC
    shop = open_shop(policy="enforce", settings={"release": "4.13"})
    record = ok(shop.patch(json={"name": "Anna"}))
    assert list(record) == RECORD
    assert record["name"] == "Anna"
    assert record["updated_at"] == NOW.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_ones_own_address_merges_nobody(open_shop: Any) -> None:
    """Saying again what is known already changes nothing, not even the time of the last change."""
    shop = open_shop(contacts=[contact(email="ann@example.com", phone_number="+461")])
    before = shop.tables.contacts[1]
    shop.wait(hours=1)
    ok(shop.patch(json={"email": "Ann@example.com", "phone_number": "+461"}))
    assert list(shop.tables.contacts) == [before]


def two_people(open_shop: Any, **other: Any) -> Shop:
    """Ann, who wrote in the shop, and Bob, whom the account knows from the desk."""
    opened: Shop = open_shop(
        inboxes=[inbox(), inbox("desk")],
        contacts=[
            contact("ann", name="Ann", identifier="u-1", custom_attributes={"a": 1, "both": "ann"}),
            contact("bob", "desk", **{"name": "Bob", "email": "bob@example.com", **other}),
        ],
        conversations=[conversation(said("contact", "hi"), said("maya", "hello"))],
    )
    return opened


@pytest.mark.parametrize(
    "claim", [{"email": "BOB@example.com"}, {"phone_number": "+461"}, {"email": "bob@example.com", "name": "Rob"}]
)
def test_another_contacts_address_merges_the_two(open_shop: Any, claim: dict[str, str]) -> None:
    """With another's email or phone number the two become one: the other survives, everything moves to it."""
    shop = two_people(open_shop, phone_number="+461", custom_attributes={"b": 2, "both": "bob"})
    before = ok(shop.get())
    merged = ok(shop.patch(json=claim))
    assert (before["id"], merged["id"]) == (1, 2)
    assert (merged["source_id"], merged["pubsub_token"]) == (before["source_id"], before["pubsub_token"])
    assert merged["name"] == claim.get("name", "Bob")
    survivor = shop.tables.contacts[2]
    assert survivor.identifier == "u-1"
    assert survivor.custom_attributes == {"a": 1, "b": 2, "both": "bob"}
    assert shop.tables.contacts.get(1) is None
    assert [message.get("sender", {}).get("id") for message in shop.read()] == [2, 1]
    assert ok(shop.get(shop.path(place="desk", source_id="bob")))["id"] == 2


def test_a_merge_takes_the_survey_answers_along_to_nowhere(open_shop: Any) -> None:
    """The survey responses of the contact that goes are deleted with it; what was submitted stays."""
    shop = open_shop(
        inboxes=[inbox(csat_survey_enabled=True), inbox("desk")],
        contacts=[contact(), contact("bob", "desk", email="bob@example.com")],
        conversations=[conversation(said("contact", "hi"))],
    )
    resolved = shop.resolve()
    survey = f"/public/api/v1/csat_survey/{resolved['uuid']}"
    answer = {"message": {"submitted_values": {"csat_survey_response": {"rating": 5}}}}
    assert ok(shop.send("PUT", survey, json=answer))["csat_survey_response"]["rating"] == 5
    ok(shop.patch(json={"email": "bob@example.com"}))
    assert ok(shop.get(survey))["csat_survey_response"] is None
    assert shop.read()[-1]["content_attributes"]["submitted_values"] == answer["message"]["submitted_values"]


def test_a_phone_number_does_not_merge_against_the_email(open_shop: Any) -> None:
    """Where the request's email differs from that of the number's owner, nobody is merged, the number is not taken."""
    shop = two_people(open_shop, phone_number="+461")
    changed = ok(shop.patch(json={"email": "ann@example.com", "phone_number": "+461"}))
    assert (changed["id"], changed["email"], changed["phone_number"]) == (1, "ann@example.com", None)
    assert shop.tables.contacts[2].phone_number == "+461"


def test_a_phone_number_merges_where_its_owner_has_no_email(open_shop: Any) -> None:
    """An owner without an email is merged with, and gets the email."""
    shop = two_people(open_shop, email=None, phone_number="+461")
    changed = ok(shop.patch(json={"email": "ann@example.com", "phone_number": "+461"}))
    assert (changed["id"], changed["email"], changed["phone_number"]) == (2, "ann@example.com", "+461")


def test_an_update_that_is_refused_merges_nobody(open_shop: Any) -> None:
    """A merge and a refusal do not go together: both contacts stay."""
    shop = two_people(open_shop)
    answer = shop.patch(json={"email": "bob@example.com", "phone_number": "none"})
    assert answer.status_code == 422
    assert {row.name for row in shop.tables.contacts} == {"Ann", "Bob"}


def test_stray_ids_on_creation_make_the_product_stumble(open_shop: Any) -> None:
    """Creating with a contact_id is a 404 unless it is a source id, with a conversation_id alone a 500."""
    shop = open_shop(conversations=[conversation()])
    assert refused(shop.enter(contact_id="nobody")) == (404, NOT_FOUND)
    assert refused(shop.post("/public/api/v1/inboxes/shop/contacts?contact_id=nobody")) == (404, NOT_FOUND)
    assert refused(shop.enter(conversation_id=1)) == (500, CRASH)
    assert refused(shop.enter(contact_id="ann", conversation_id=7)) == (404, NOT_FOUND)
    assert len(shop.tables.contacts) == 1
    ok(shop.enter(contact_id="ann", conversation_id=1))
    ok(shop.enter(contact_id="", conversation_id=""))
    assert refused(shop.get(params={"conversation_id": "1"})) == (500, CRASH)
