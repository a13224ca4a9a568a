"""How parameters are read: where they come from, what is cast, what is dropped, what breaks."""

from __future__ import annotations

from typing import Any

import pytest

from shop import CRASH, Shop, conversation, ok, refused, said
from understudy.services.chatwoot.parameters import arbitrary, blank, deep_merge, permitted, text, to_i
from understudy.services.service import Refusal, Upload

CONTACTS = "/public/api/v1/inboxes/shop/contacts"


@pytest.fixture
def talk(open_shop: Any) -> Shop:
    """A shop in which Ann has a conversation with a message of the agent's."""
    opened: Shop = open_shop(conversations=[conversation(said("maya", "hello"))])
    return opened


@pytest.mark.parametrize(
    "how",
    [
        {"json": {"name": "Bea", "custom_attributes": {"plan": "gold"}}},
        {"data": {"name": "Bea", "custom_attributes[plan]": "gold"}},
        {"params": {"name": "Bea", "custom_attributes[plan]": "gold"}},
        {"files": {"name": (None, "Bea"), "custom_attributes[plan]": (None, "gold")}},
    ],
    ids=["json", "form", "query", "multipart"],
)
def test_parameters_may_come_any_way(shop: Shop, how: dict[str, Any]) -> None:
    """JSON, forms, multipart and the query are read alike."""
    assert ok(shop.post(CONTACTS, **how))["name"] == "Bea"
    assert shop.tables.contacts[2].custom_attributes == {"plan": "gold"}


def test_the_query_overrides_the_body_and_the_path_overrides_both(shop: Shop) -> None:
    """Of two values the query's wins over the body's; what the path says wins over everything."""
    assert ok(shop.post(CONTACTS, params={"name": "query"}, json={"name": "body"}))["name"] == "query"
    assert ok(shop.patch(params={"contact_identifier": "bob"}, json={"inbox_identifier": "desk"}))["source_id"] == "ann"


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"content": b"", "headers": {"content-type": "application/json"}},
        {"content": b"name=Bea", "headers": {"content-type": "text/plain"}},
        {"content": b"[1, 2]", "headers": {"content-type": "application/json"}},
        {"content": b'"Bea"', "headers": {"content-type": "application/json"}},
        {"content": b"null", "headers": {"content-type": "application/json"}},
    ],
)
def test_a_body_that_is_no_object_says_nothing(shop: Shop, how: dict[str, Any]) -> None:
    """No body, a body of unknown type, an array or a scalar is no error and no parameter."""
    assert ok(shop.patch(**how))["name"] == "Ann"


def test_unknown_keys_are_dropped(talk: Shop) -> None:
    """What is not permitted is ignored without a word."""
    assert ok(talk.patch(json={"blocked": True, "id": 9, "account_id": 9}))["id"] == 1
    assert talk.tables.contacts[1].blocked is False


@pytest.mark.parametrize("value", [None, ["Bea"], {"first": "Bea"}])
def test_what_is_no_scalar_is_absent(shop: Shop, value: Any) -> None:
    """Null, arrays and objects count as absent where a scalar is expected."""
    assert ok(shop.patch(json={"name": value}))["name"] == "Ann"
    assert "-" in ok(shop.enter(name=value))["name"]


@pytest.mark.parametrize(
    ("value", "cast"), [(7, "7"), (1.5, "1.5"), (1e16, "1.0e+16"), (100000.0, "100000.0"), (True, "t"), (False, "f")]
)
def test_scalars_are_cast_to_text(talk: Shop, value: Any, cast: str) -> None:
    """Numbers become text as Ruby prints them, booleans a letter as PostgreSQL writes them."""
    assert talk.say(value)["content"] == cast


def test_a_source_id_may_be_a_number(shop: Shop) -> None:
    """A number for a source id is its text."""
    made = ok(shop.enter(source_id=42))
    assert made["source_id"] == "42"
    assert ok(shop.enter(source_id="42")) == made
    assert "-" in ok(shop.enter(source_id=None))["source_id"]


@pytest.mark.parametrize(
    ("method", "tail", "body"),
    [
        ("PATCH", "", {"name": "a\0b"}),
        ("PATCH", "", {"email": "a\0@b"}),
        ("PATCH", "", {"phone_number": "\0+123"}),
        ("PATCH", "", {"custom_attributes": {"a": ["x\0"]}}),
        ("PATCH", "", {"custom_attributes": {"a\0": 1}}),
        ("POST", "/conversations", {"custom_attributes": {"a": {"b": "\0"}}}),
        ("POST", "/conversations/1/messages", {"content": "\0"}),
        ("PATCH", "/conversations/1/messages/1", {"submitted_values": {"value": "\0"}}),
    ],
)
def test_a_nul_byte_breaks_the_product(talk: Shop, method: str, tail: str, body: dict[str, Any]) -> None:
    """Text with a NUL byte that would be stored is a 500, and nothing is stored."""
    tables = (talk.tables.contacts, talk.tables.conversations, talk.tables.messages)
    before = [list(table) for table in tables]
    assert refused(talk.send(method, tail, json=body)) == (500, CRASH)
    assert [list(table) for table in tables] == before


@pytest.mark.parametrize("field", ["source_id", "identifier", "email", "name", "phone_number"])
def test_a_nul_byte_breaks_creation(shop: Shop, field: str) -> None:
    """A NUL byte in any text of a new contact is a 500, and there is no contact."""
    assert refused(shop.enter(**{field: "+1@2\0"})) == (500, CRASH)
    assert len(shop.tables.contacts) == 1


def test_a_nul_byte_in_a_path_names_nobody(shop: Shop) -> None:
    """No record has a NUL byte in its name."""
    assert shop.get(shop.path(source_id="an%00n")).status_code == 404


@pytest.mark.parametrize("value", [None, False, "", " \t\n", [], {}])
def test_blank_is_what_rails_calls_blank(value: Any) -> None:
    """Nothing, false, white space and empty collections are blank."""
    assert blank(value)


@pytest.mark.parametrize("value", [0, 0.0, True, "0", [None], {"a": None}])
def test_zero_is_not_blank(value: Any) -> None:
    """Zero is a value."""
    assert not blank(value)


def test_integers_are_read_from_the_front() -> None:
    """An integer is read as far as it goes; where there is none it is 0, however long the text."""
    assert [to_i(value) for value in ("12abc", " +7", "-3", "1_000", "x", "", None, 4.9)] == [
        12,
        7,
        -3,
        1000,
        0,
        0,
        0,
        4,
    ]
    assert to_i("9" * 9999) > 10**30


def test_free_attributes_lose_what_rails_filters() -> None:
    """Nulls and arrays within arrays are dropped from free attributes; files become text."""
    given = {"a": [1, None, [2], {"b": None}], "c": None, "d": Upload("f", "text/plain", b"x")}
    kept = arbitrary(given)
    assert kept["a"] == [1, {"b": None}]
    assert kept["c"] is None
    assert isinstance(kept["d"], str)


def test_permitted_keys_of_arrays_written_as_objects() -> None:
    """Where any key is a number with an object, the others are dropped."""
    assert permitted({"0": {"a": 1, "b": 2}, "a": 3}, {"a": None}) == {"0": {"a": 1}}
    assert permitted("x", {"a": None}) is None


def test_merging_is_deep_and_leaves_both_alone() -> None:
    """Objects merge at every depth, anything else is replaced, and the operands stay as they were."""
    old, new = {"a": {"b": 1, "c": [1]}}, {"a": {"c": [2], "d": {}}, "e": 1}
    assert deep_merge(old, new) == {"a": {"b": 1, "c": [2], "d": {}}, "e": 1}
    assert old == {"a": {"b": 1, "c": [1]}}


def test_text_of_nothing_is_nothing() -> None:
    """Null stays null; a NUL byte is the product's crash."""
    assert text(None) is None
    with pytest.raises(Refusal) as refusal:
        text("\0")
    assert refusal.value.status == 500
