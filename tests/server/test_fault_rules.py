"""Rules: whom they hit, how often, what is wrong with those that cannot be taken, and that they change nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from answerers import Says, json
from documents import contract, operation
from faulty import CONTACT, CONTACTS, CONVERSATIONS, MESSAGES, Faulty, faulty, told
from front_door import FrontDoor
from understudy.contract.exchange import Response
from understudy.server.app import create_app
from understudy.server.call import Call, Part
from understudy.server.faults.catalogue import FAULTS
from understudy.server.faults.fault import Fault
from understudy.server.faults.registry import MOST_RULES, Faults
from understudy.server.faults.rules import COMMON
from understudy.server.journal import Journal


@pytest.fixture
def chatwoot_faulty() -> Faulty:
    return faulty()


def hit(one: Faulty, times: int, path: str = CONTACT, sandbox: str = "") -> list[bool]:
    """Which of some requests meet a fault."""
    headers = {"Understudy-Sandbox": sandbox} if sandbox else {}
    with one.client() as client:
        return [told(client.get(path, headers=headers)) is not None for _ in range(times)]


def test_a_count_is_kept_exactly(chatwoot_faulty: Faulty) -> None:
    """A rule with a count hits the next so many requests, and then none."""
    rule = chatwoot_faulty.rule("noop", count=3)
    assert hit(chatwoot_faulty, 6) == [True] * 3 + [False] * 3
    assert (rule.hits, rule.spent, rule.as_json()["count"]) == (3, True, 3)


def test_a_probability_is_kept_roughly_and_repeats_with_the_seed() -> None:
    """About so many are hit; the same seed hits the same ones, another seed and another sandbox others."""
    patterns = []
    for seed, sandbox in ((1, ""), (1, ""), (2, ""), (1, "other")):
        one = faulty(seed=seed)
        one.rule("noop", sandbox, probability=0.3)
        patterns.append(hit(one, 300, sandbox=sandbox))
    assert patterns[0] == patterns[1]
    assert patterns[2] != patterns[0] != patterns[3]
    for pattern in patterns:
        assert 60 < sum(pattern) < 120


def test_zero_never_hits(chatwoot_faulty: Faulty) -> None:
    """A probability of nothing is nothing."""
    chatwoot_faulty.rule("noop", probability=0)
    assert not any(hit(chatwoot_faulty, 20))


def test_a_rule_is_for_its_operation(chatwoot_faulty: Faulty) -> None:
    """Other operations are left alone."""
    chatwoot_faulty.rule("noop", operation="get-details-of-a-contact")
    assert hit(chatwoot_faulty, 1) == [True]
    assert hit(chatwoot_faulty, 1, CONVERSATIONS) == [False]


def test_a_rule_is_for_its_sandbox(chatwoot_faulty: Faulty) -> None:
    """Nobody else meets it, neither in another sandbox nor in everybody's; clearing one leaves the others."""
    chatwoot_faulty.rule("noop", "mine")
    chatwoot_faulty.rule("noop", "")
    assert [hit(chatwoot_faulty, 1, sandbox=name)[0] for name in ("mine", "yours", "")] == [True, False, True]
    assert chatwoot_faulty.app.faults.clear("mine") == 1
    assert [hit(chatwoot_faulty, 1, sandbox=name)[0] for name in ("mine", "yours", "")] == [False, False, True]


def test_rules_end_with_their_sandbox(chatwoot_faulty: Faulty) -> None:
    """Whoever begins a sandbox anew finds no faults in it."""
    assert chatwoot_faulty.part.sandboxes is not None
    chatwoot_faulty.rule("noop", "mine")
    chatwoot_faulty.rule("noop", "yours")
    hit(chatwoot_faulty, 1, sandbox="mine")
    chatwoot_faulty.part.sandboxes.reset("mine")
    assert [hit(chatwoot_faulty, 1, sandbox=name)[0] for name in ("mine", "yours")] == [False, True]
    chatwoot_faulty.part.sandboxes.delete("yours")
    assert chatwoot_faulty.app.faults.list("yours") == ()


def test_rules_are_listed_and_removed(chatwoot_faulty: Faulty) -> None:
    """A rule is told as data with all its parameters, and can be ended by its id, once, in its own sandbox."""
    rule = chatwoot_faulty.rule("latency", "mine", milliseconds=5, service="chatwoot")
    assert [entry.as_json() for entry in chatwoot_faulty.app.faults.list("mine")] == [
        {
            "id": rule.id, "sandbox": "mine", "fault": "latency", "milliseconds": 5, "up_to": None, "service": "chatwoot",
            "operation": None, "event": None, "probability": 1.0, "count": None, "hits": 0,
        }
    ]  # fmt: skip
    assert chatwoot_faulty.app.faults.remove("", rule.id) is False
    assert chatwoot_faulty.app.faults.remove("mine", rule.id) is True
    assert chatwoot_faulty.app.faults.remove("mine", rule.id) is False
    assert chatwoot_faulty.app.faults.list("mine") == ()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "a rule is an object with the key `fault`"),
        ({}, "a rule is an object with the key `fault`"),
        ({"fault": 7}, "there is no fault 7; choose one of: noop, latency"),
        ({"fault": "latncy"}, "there is no fault 'latncy'; latency is near"),
        ({"fault": "latency", "millisecond": 1}, "latency has no parameter 'millisecond'; milliseconds is near"),
        ({"fault": "latency", "milliseconds": "1"}, "`milliseconds` is '1'; give it a value of type number"),
        ({"fault": "latency", "milliseconds": None}, "`milliseconds` is None; give it a value of type number"),
        ({"fault": "latency", "milliseconds": True}, "`milliseconds` is True; give it a value of type number"),
        ({"fault": "latency", "milliseconds": -1}, "`milliseconds` is -1; give it at least 0"),
        ({"fault": "latency", "milliseconds": 9e9}, "give it at most 600000"),
        ({"fault": "latency", "milliseconds": 5, "up_to": 4}, "`up_to` is 4; give it at least `milliseconds`"),
        ({"fault": "status", "status": 200}, "`status` is 200; give it at least 400"),
        ({"fault": "status", "status": 500.5}, "give it a value of type integer"),
        ({"fault": "drift", "pointer": "/id"}, "`pointer` is '/id'; begin it with /body"),
        ({"fault": "drift", "change": "all"}, "`change` is 'all'; choose one of: drop, type, enum"),
        ({"fault": "noop", "operation": "get-a-contact"}, "there is no operation 'get-a-contact'; "),
        ({"fault": "noop", "service": "x"}, "there is no service 'x'; leave it out for all, or use: chatwoot"),
        ({"fault": "drop-socket", "event": "x"}, "there is no event 'x'; "),
        ({"fault": "noop", "event": "message.created"}, "noop is for answers; leave `event` out"),
        ({"fault": "drop-socket", "operation": "create-a-message"}, "drop-socket is for realtime frames; leave `operation`"),
        ({"fault": "noop", "probability": 1.5}, "`probability` is 1.5; give it a number from 0 to 1"),
        ({"fault": "noop", "count": 0}, "`count` is 0; give it a whole number from 1"),
        ({"fault": "noop", "id": "1"}, "noop has no parameter 'id'"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_is_told_why(chatwoot_faulty: Faulty, data: Any, said: str) -> None:
    """The sentence names what is wrong and the fix; no rule is added."""
    with pytest.raises(ValueError, match=r".") as caught:
        chatwoot_faulty.app.faults.add("", data)
    assert said in str(caught.value)
    assert chatwoot_faulty.app.faults.list("") == ()


def test_a_sandbox_has_room_for_so_many_rules(chatwoot_faulty: Faulty) -> None:
    """One more is told to make room."""
    for _ in range(MOST_RULES):
        chatwoot_faulty.rule("noop")
    with pytest.raises(ValueError, match="remove those that are no longer needed"):
        chatwoot_faulty.rule("noop")


def test_every_fault_takes_its_defaults_and_names_nothing_twice() -> None:
    """A rule may say no more than the fault's name; no parameter is called as something that every rule may say."""
    faults = Faults()
    for fault in FAULTS:
        values = {parameter.name: parameter.default for parameter in fault.parameters}
        assert faults.add("", {"fault": fault.name}).values == values
        for parameter in fault.parameters:
            parameter.check(parameter.default)
            assert parameter.help
        assert not {*values} & {*COMMON, "id", "sandbox", "hits"}
        assert fault.help
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


def test_the_readme_lists_every_fault() -> None:
    """The README's table of faults is the faults' own."""
    rows = ["| fault | what happens | parameters |", "|---|---|---|"]
    for fault in FAULTS:
        told_of = "; ".join(f"`{parameter.name}`: {parameter.help}" for parameter in fault.parameters)
        rows.append(f"| `{fault.name}` | {fault.help} | {told_of} |")
    table = "\n".join(rows)
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text()
    assert table in readme, f"put this between the markers:\n{table}"


def test_faults_do_not_change_what_others_get() -> None:
    """Ids, uuids and tokens are the same with faults as without them: they draw from randomness of their own."""
    steps: list[tuple[str, str, Any]] = [
        ("GET", CONTACT, None), ("POST", CONTACTS, {"name": "Ann"}), ("GET", CONVERSATIONS, None),
        ("POST", CONVERSATIONS, {}), ("POST", MESSAGES, {"content": "hi"}), ("GET", MESSAGES, None),
        ("POST", CONTACTS, {"name": "Bob"}),
    ]  # fmt: skip
    results = []
    for rules in ([], [{"fault": "drift", "operation": "get-details-of-a-contact"}, {"fault": "noop", "probability": 0.5},
                       {"fault": "latency", "milliseconds": 0, "up_to": 3}, {"fault": "malformed-json", "operation": "list-all-contact-conversations"},
                       {"fault": "status", "operation": "list-all-conversation-messages"}]):  # fmt: skip
        one = faulty(seed=5)
        for rule in rules:
            one.app.faults.add("", rule)
        with one.client() as client:
            answers = [client.request(method, path, json=body) for method, path, body in steps]
        results.append([
            (answer.headers["x-request-id"], answer.content if method == "POST" else None)
            for (method, _, _), answer in zip(steps, answers, strict=True)
        ])  # fmt: skip
    assert results[0] == results[1]


PATHS = {
    "/things": {
        "get": operation("list")
        | {
            "responses": {
                "200": {
                    "description": "Fine",
                    "content": {"application/json": {"schema": {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}}},
                }
            }
        }
    }
}  # fmt: skip


def answering(tmp_path: Path, answer: Any, **rule: Any) -> tuple[httpx.Client, Journal]:
    """A client on an application whose answerer says what a function says, with one rule."""
    journal, faults = Journal(), Faults()
    app = create_app([Part("test", contract(tmp_path, PATHS), Says(answer))], journal=journal, faults=faults)
    faults.add("", rule)
    return httpx.Client(transport=FrontDoor(app), base_url="http://127.0.0.1"), journal


@pytest.mark.parametrize(
    "fault", [fault.name for fault in FAULTS if isinstance(fault, Fault) and fault.stage in ("before", "alter")]
)
def test_a_bug_is_not_hidden_by_a_fault(tmp_path: Path, fault: str) -> None:
    """An answer that breaks its contract by itself is refused as ever; a crash is told as ever."""
    more = {"milliseconds": 1} if fault == "latency" else {}
    client, journal = answering(tmp_path, lambda _: json(b'{"a": "x"}'), fault=fault, **more)
    answer = client.get("/things")
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:understudy:response-breaks-contract")
    assert journal.exchanges[-1].refused

    def crash(_: Call) -> Response:
        raise ZeroDivisionError

    client, journal = answering(tmp_path, crash, fault=fault, **more)
    answer = client.get("/things")
    assert (answer.status_code, answer.json()["type"]) == (500, "urn:understudy:handler-failed")


def test_a_failure_that_nobody_has_words_for_is_a_problem(tmp_path: Path) -> None:
    """Where neither the document nor a service knows the status, the answer says that a fault was asked for."""
    client, journal = answering(tmp_path, lambda _: json(b'{"a": 1}'), fault="status", status=502)
    answer = client.get("/things")
    assert (answer.status_code, answer.headers["content-type"]) == (502, "application/problem+json")
    assert answer.json()["type"] == "urn:understudy:fault"
    assert told(answer) == "status"
    assert journal.exchanges[-1].refused is False
