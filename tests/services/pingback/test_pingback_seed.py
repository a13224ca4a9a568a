"""Pingback's seed: what is introduced, and how a mistake in it is told."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from played import Serve
from understudy.sandbox.sandboxes import Sandbox
from understudy.services.pingback import SERVICE

ID = "b0000000-0000-4000-8000-00000000000{}"


def business(number: int = 1, **settings: Any) -> dict[str, Any]:
    """A business of a seed, with an agent and a channel of its own."""
    return {
        "id": ID.format(number),
        "name": "Shop",
        "token": f"token-{number}",
        "default_channel": f"c0000000-0000-4000-8000-00000000000{number}",
        "channels": [{"id": f"c0000000-0000-4000-8000-00000000000{number}", "type": "email"}],
        "agents": [{"id": f"a0000000-0000-4000-8000-00000000000{number}", "name": "Ann"}],
        **settings,
    }


def planted(*businesses: Any, **keys: Any) -> Sandbox:
    """A sandbox planted with a seed."""
    sandbox = Sandbox(1, SERVICE.tables, {})
    SERVICE.plant(sandbox, {"businesses": list(businesses), **keys})
    return sandbox


def test_what_is_introduced_can_be_tried(serve: Serve) -> None:
    """The path and the arguments that are printed for curl open a conversation as they stand."""
    client = serve("pingback")
    told = SERVICE.introduce(client.sandbox)
    assert (told["token"], told["business"]) == ("demo-token", ID.format(1))
    path, *arguments = shlex.split(told["try"])
    given = list(zip(arguments[::2], arguments[1::2], strict=True))
    headers = dict(value.split(": ", 1) for option, value in given if option == "-H")
    (body,) = (value for option, value in given if option == "-d")
    answer = client.post(path, headers=headers, content=body)
    assert answer.status_code == 201
    assert answer.json()["messages"][0]["content"] == "Hello!"


def test_a_business_without_a_valid_channel_is_not_introduced() -> None:
    """The first business whose default channel is there and its own is introduced; without one, nobody."""
    borrowed = business(2, default_channel="c0000000-0000-4000-8000-000000000003", channels=[])
    silent = business(1, default_channel=None)
    assert SERVICE.introduce(planted(silent, borrowed, business(3)))["business"] == ID.format(3)
    assert SERVICE.introduce(planted(silent)) == {}
    assert SERVICE.introduce(planted()) == {}


@pytest.mark.parametrize(
    ("businesses", "told"),
    [
        ([business(agents=[])], "businesses[0] needs an agent in 'agents'"),
        ([business(id="acme")], "businesses[0] has id: 'acme', which is no UUID"),
        ([business(default_channel="x")], "businesses[0] has default_channel: 'x', which is no UUID"),
        ([business(token="two words")], "which no header can carry"),
        ([business(token="")], "which no header can carry"),
        ([business(), business(2, token="token-1")], "businesses[1] is another one's double: 'token-1' is taken"),
        ([business(), business(2, id=ID.format(1))], "businesses[1] is another one's double"),
        ([business(customers=[{"id": ID.format(1)}])], "businesses[0].customers[0] needs 'name'"),
        ([business(chanels=[])], "did you mean 'channels'?"),
    ],
)
def test_a_mistake_in_a_business_is_named_with_its_fix(businesses: list[Any], told: str) -> None:
    """A mistake is a ValueError that names the entry and what to do."""
    with pytest.raises(ValueError, match=r"^.+$") as error:
        planted(*businesses)
    assert told in str(error.value)
