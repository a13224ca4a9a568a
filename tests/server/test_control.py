"""The control plane through the front door: what is played, sandboxes, the clock, the journal, faults."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
import yaml

from played import Client, Serve
from understudy import bundled
from understudy.server.faults.catalogue import FAULTS
from understudy.server.faults.fault import Fault

BASE = "/_understudy"
CONTACTS = "/public/api/v1/inboxes/demo-inbox/contacts"
DANA = f"{CONTACTS}/demo-contact"
MESSAGES = f"{DANA}/conversations/1/messages"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CONTROL = yaml.safe_load((bundled.SPEC / "understudy/control.yaml").read_text())


def ok(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def detail(answer: Any, status: int) -> str:
    """What a problem says; it must be one of the control plane's."""
    told = ok(answer, status)
    assert told["type"] == "urn:understudy:not-possible-here"
    return str(told["detail"])


def test_every_documented_operation_is_played(chatwoot: Client) -> None:
    """The control plane's document lists what there is, and it is the document that is enforced."""
    document = ok(chatwoot.get(f"{BASE}/openapi.json"))
    documented = {operation["operationId"] for item in document["paths"].values() for operation in item.values() if isinstance(operation, dict)}  # fmt: skip
    control = chatwoot._transport.app.control  # type: ignore[attr-defined]
    assert documented == set(control.operations)
    assert {tag["name"] for tag in document["tags"]} == {
        operation["tags"][0]
        for item in document["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict)
    }


def test_services_are_told_with_their_documents_and_settings(chatwoot: Client) -> None:
    """Each service says what it plays, where its documents are, and what its settings are in this sandbox."""
    (service,) = ok(chatwoot.get(f"{BASE}/services"))
    assert (service["name"], service["base_path"], service["cable"]) == ("chatwoot", "/", "/cable")
    assert "create-a-contact" in service["operations"]
    assert service["settings"]["release"]["choices"] == ["4.13", "later"]
    assert service["settings"]["release"]["value"] == "later"
    assert set(service["documents"]) == {"openapi", "events", "control"}
    for path in service["documents"].values():
        assert ok(chatwoot.get(path))["openapi"].startswith("3.1")
    events, other_side = (ok(chatwoot.get(service["documents"][kind])) for kind in ("events", "control"))
    assert "message.created" in events["webhooks"]
    assert other_side["servers"] == [{"url": "/_understudy/chatwoot"}]
    assert "served are: chatwoot" in detail(chatwoot.get(f"{BASE}/services/pets/openapi.json"), 404)


def test_a_hundred_sandboxes_live_side_by_side(chatwoot: Client) -> None:
    """A hundred are created, each with state of its own; the list has them all; one ends alone."""
    names = [ok(chatwoot.post(f"{BASE}/sandboxes"), 201)["name"] for _ in range(50)]
    names += [ok(chatwoot.post(f"{BASE}/sandboxes", json={"name": f"mine-{i}"}), 201)["name"] for i in range(50)]
    assert len(set(names)) == 100
    for name in names:
        ok(chatwoot.post(f"/~{name}{CONTACTS}", json={"source_id": name}))
    for name, other in pairwise(names):
        assert chatwoot.get(f"/~{name}{CONTACTS}/{name}").status_code == 200
        assert chatwoot.get(f"/~{name}{CONTACTS}/{other}").status_code == 404
    listed = ok(chatwoot.get(f"{BASE}/sandboxes"))
    assert [item["name"] for item in listed] == ["", *sorted(names)]
    assert listed[0]["services"]["chatwoot"]["idle"] is None
    ok(chatwoot.delete(f"{BASE}/sandboxes/{names[0]}"), 204)
    assert len(ok(chatwoot.get(f"{BASE}/sandboxes"))) == 100
    assert "no sandbox" in detail(chatwoot.delete(f"{BASE}/sandboxes/{names[0]}"), 404)


def test_looking_at_sandboxes_does_not_use_them(chatwoot: Client) -> None:
    """The list tells how long a sandbox was idle and how many sockets hold it, and changes neither."""
    ok(chatwoot.post(f"{BASE}/sandboxes", json={"name": "a"}), 201)

    def use() -> dict[str, Any]:
        return next(i for i in ok(chatwoot.get(f"{BASE}/sandboxes")) if i["name"] == "a")["services"]["chatwoot"]

    first, second = use(), use()
    assert second["idle"] > first["idle"] > 0
    with chatwoot.part.sandboxes.held("a"):
        assert use()["sockets"] == 1
    assert use()["sockets"] == 0


def test_a_name_that_is_taken_is_told(chatwoot: Client) -> None:
    """Creating what is there already, by whatever road, is refused; a name that is none breaks the contract."""
    chatwoot.get(f"/~a{DANA}")
    assert "already" in detail(chatwoot.post(f"{BASE}/sandboxes", json={"name": "a"}), 409)
    assert chatwoot.post(f"{BASE}/sandboxes", json={"name": "a b"}).status_code == 422
    assert ok(chatwoot.post(f"/~b{BASE}/sandboxes"), 201)["name"] == "b"


def test_reset_begins_the_named_sandbox_anew_and_no_other(serve: Serve) -> None:
    """State, ids and clock are those of the seed again, with the same ids to come; others stay as they are."""
    client = serve("chatwoot", frozen_at=NOON)
    made = [ok(client.post(f"/~{name}{CONTACTS}", json={}))["source_id"] for name in "ab"]
    ok(client.post(f"/~a{BASE}/clock/advance", json={"duration": "1d"}))
    ok(client.post(f"/~a{BASE}/reset"), 204)
    assert ok(client.post(f"/~a{CONTACTS}", json={}))["source_id"] == made[0]
    assert ok(client.get(f"/~a{BASE}/clock"))["chatwoot"]["time"] == "2026-11-20T12:00:00.000000Z"
    ok(client.post(f"/~a{BASE}/reset"), 204)
    assert client.get(f"/~a{CONTACTS}/{made[0]}").status_code == 404
    assert client.get(f"/~b{CONTACTS}/{made[1]}").status_code == 200


def test_the_clock_is_frozen_set_advanced_and_resumed(chatwoot: Client) -> None:
    """Each operation answers with the clock as it is then; only the named sandbox's moves."""

    def clock(method: str, tail: str = "", **body: Any) -> tuple[str, bool]:
        found = ok(chatwoot.request(method, f"/~a{BASE}/clock{tail}", json=body or None))["chatwoot"]
        return found["time"], found["frozen"]

    assert clock("POST", "/freeze", time="2026-11-20T12:00:00Z") == ("2026-11-20T12:00:00.000000Z", True)
    assert clock("POST", "/advance", seconds=0.25) == ("2026-11-20T12:00:00.250000Z", True)
    assert clock("POST", "/advance", duration="1w 2d 3h4m 5s") == ("2026-11-29T15:04:05.250000Z", True)
    assert clock("PUT", time="2020-02-29T23:59:59+02:00") == ("2020-02-29T21:59:59.000000Z", True)
    assert clock("GET") == ("2020-02-29T21:59:59.000000Z", True)
    time, frozen = clock("POST", "/resume")
    assert (time[:16], frozen) == ("2020-02-29T21:59", False)
    assert clock("PUT", frozen=True)[1]
    assert ok(chatwoot.get(f"{BASE}/clock"))["chatwoot"]["frozen"] is False


@pytest.mark.parametrize(
    ("tail", "body", "status"),
    [
        ("/advance", {}, 422),
        ("/advance", {"seconds": -1}, 422),
        ("/advance", {"seconds": 1, "duration": "1s"}, 422),
        ("/advance", {"duration": "soon"}, 422),
        ("/advance", {"seconds": 3_200_000_000}, 409),
        ("/freeze", {"time": "noon"}, 422),
        ("/freeze", {"time": "1969-12-31T23:59:59Z"}, 422),
        ("/freeze", {"time": "1970-01-01T00:00:00+14:00"}, 409),
    ],
)
def test_no_clock_shows_a_time_that_is_none(chatwoot: Client, tail: str, body: dict[str, Any], status: int) -> None:
    """What is no span or no moment, or leads out of the calendar, is refused and moves nothing."""
    ok(chatwoot.post(f"{BASE}/clock/freeze", json={"time": "2900-01-01T00:00:00Z"}))
    before = ok(chatwoot.get(f"{BASE}/clock"))
    answer = chatwoot.post(f"{BASE}/clock{tail}", json=body)
    assert answer.status_code == status, answer.text
    assert ok(chatwoot.get(f"{BASE}/clock")) == before


def test_timers_follow_the_clock(serve: Serve) -> None:
    """A timer tells when it rings; moving the clock past it lets it ring at its moment, without another request."""
    client = serve("chatwoot", frozen_at=NOON, settings={"autoreply": "on"})
    ok(client.post(MESSAGES, json={"content": "hello there"}))
    assert ok(client.get(f"{BASE}/clock"))["chatwoot"]["next_timer"] > 0
    ok(client.post(f"{BASE}/clock/advance", json={"duration": "1h"}))
    assert ok(client.get(f"{BASE}/clock"))["chatwoot"]["next_timer"] is None
    said = max(client.sandbox.tables.messages, key=lambda message: message.id)
    assert said.message_type == 1
    assert NOON.timestamp() < said.created_at < NOON.timestamp() + 60


@pytest.fixture
def busy(chatwoot: Client) -> Client:
    """A server with four exchanges: two in a sandbox, one broken, one with a fault."""
    chatwoot.get(DANA)  # 1
    chatwoot.post(f"/~a{CONTACTS}", json={"name": 7})  # 2
    chatwoot.post(f"/~a{MESSAGES}", json={"content": "Hello"})  # 3
    chatwoot.app_faults = chatwoot._transport.app.faults  # type: ignore[attr-defined]
    chatwoot.app_faults.add("", {"fault": "status", "status": 503})  # type: ignore[attr-defined]
    chatwoot.get(DANA)  # 4
    return chatwoot


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [1, 2, 3, 4]),
        ("sandbox=a", [2, 3]),
        ("sandbox=", [1, 4]),
        ("service=chatwoot", [1, 2, 3, 4]),
        ("service=pets", []),
        ("operation=create-a-message", [3]),
        ("violation=schema-type", [2]),
        ("violation=any", [2, 4]),
        ("violation=schema-enum", []),
        ("fault=any", [4]),
        ("fault=status", [4]),
        ("fault=reset", []),
        ("since=2", [3, 4]),
        ("limit=2", [3, 4]),
        ("since=1&limit=1&sandbox=a", [3]),
        ("control=false", [1, 2, 3, 4]),
    ],
)
def test_the_journal_is_asked_by_what_matters(busy: Client, query: str, numbers: list[int]) -> None:
    """Every filter takes what it names, filters add up, and the newest stands last."""
    assert [entry["number"] for entry in ok(busy.get(f"{BASE}/journal?{query}"))] == numbers


def test_a_sandbox_sees_its_own_journal(busy: Client) -> None:
    """A request that names a sandbox gets that one's entries, unless it asks for another's."""
    assert [entry["number"] for entry in ok(busy.get(f"/~a{BASE}/journal"))] == [2, 3]
    assert [entry["number"] for entry in ok(busy.get(f"/~a{BASE}/journal?sandbox="))] == [1, 4]
    assert ok(busy.delete(f"/~a{BASE}/journal")) == {"forgotten": 2}
    assert [entry["number"] for entry in ok(busy.get(f"{BASE}/journal"))] == [1, 4]


def test_an_entry_tells_the_whole_exchange(busy: Client) -> None:
    """Request, response, violations and fault stand in an entry; a long body is cut, a binary one left out."""
    entry = ok(busy.get(f"{BASE}/journal?violation=schema-type"))[0]
    assert (entry["kind"], entry["sandbox"], entry["operation_id"]) == ("exchange", "a", "create-a-contact")
    assert entry["request"]["body"] == {"size": 10, "text": '{"name":7}', "truncated": False}
    assert (entry["response"]["status"], entry["refused"]) == (422, True)
    assert entry["violations"][0]["where"] == "/body/name"
    file = ("a.png", b"\x89PNG\0\xff", "image/png")
    busy.post(f"/~b{MESSAGES}", files=[("attachments[]", file)])
    busy.post(f"/~b{MESSAGES}", json={"content": "é" * 20_000})
    binary, long = (entry["request"]["body"] for entry in ok(busy.get(f"/~b{BASE}/journal")))
    assert (binary["text"], binary["truncated"]) == (None, False)
    assert (len(long["text"]), long["truncated"]) == (10_000, True)


def test_events_stand_in_the_journal_too(chatwoot: Client) -> None:
    """What is told to those who listen is an entry with its data."""
    token = chatwoot.sandbox.tables.contact_inboxes[1].pubsub_token
    chatwoot.sandbox.bus.subscribe(token, lambda *_: None)
    ok(chatwoot.post(MESSAGES, json={"content": "Hello"}))
    (event,) = ok(chatwoot.get(f"{BASE}/journal?operation=message.created"))
    assert (event["kind"], event["name"], event["sent"]) == ("event", "message.created", True)
    assert event["data"]["content"] == "Hello"


def test_the_control_planes_own_entries_are_there_when_asked_for(busy: Client) -> None:
    """What is asked of the control plane, kept or broken, is journaled, and told and counted with `control=true` only."""
    assert busy.get(f"{BASE}/journal?limit=0").status_code == 422
    assert busy.get(f"{BASE}/nowhere").status_code == 404
    assert busy.post(f"{BASE}/chatwoot/nowhere").status_code == 404
    own = [e for e in ok(busy.get(f"{BASE}/journal?control=true")) if e["number"] > 4]
    assert [(e["service"], e["violations"][0]["code"]) for e in own] == [
        ("control", "schema-minimum"),
        ("control", "operation-unknown"),
        ("chatwoot control", "operation-unknown"),
    ]
    assert [e["number"] for e in ok(busy.get(f"{BASE}/journal"))] == [1, 2, 3, 4]
    assert {kind["service"] for kind in ok(busy.get(f"{BASE}/violations"))} == {"chatwoot"}
    assert {kind["service"] for kind in ok(busy.get(f"{BASE}/violations?control=true"))} > {"chatwoot", "control"}


def test_violations_are_counted_and_never_forgotten(busy: Client) -> None:
    """Each kind of broken promise has its count and first example, also once the journal is cleared.

    What a fault did on purpose is not among them.
    """
    for _ in range(2):
        busy.post(f"/~b{CONTACTS}", json={"name": 8})
    busy.get("/nowhere")
    ok(busy.delete(f"{BASE}/journal"))
    assert ok(busy.get(f"{BASE}/journal")) == []
    first, second = ok(busy.get(f"{BASE}/violations"))
    assert (first["operation_id"], first["side"], first["code"], first["count"]) == (
        *("create-a-contact", "request", "schema-type"),
        3,
    )
    assert (first["example"]["number"], first["example"]["sandbox"]) == (2, "a")
    assert first["example"]["violation"]["where"] == "/body/name"
    assert second["code"] == "operation-unknown"
    assert [k["code"] for k in ok(busy.get(f"{BASE}/violations?operation=create-a-contact"))] == ["schema-type"]


def test_faults_are_asked_for_listed_and_removed_in_their_sandbox(chatwoot: Client) -> None:
    """A fault holds in the sandbox that the request names until it is removed, cleared, or the sandbox is reset."""
    rule = ok(chatwoot.post(f"/~a{BASE}/faults", json={"fault": "status", "status": 503, "count": 1}), 201)
    assert (rule["sandbox"], rule["status"], rule["hits"]) == ("a", 503, 0)
    assert chatwoot.get(DANA).status_code == 200
    assert [chatwoot.get(f"/~a{DANA}").status_code for _ in range(2)] == [503, 200]
    assert ok(chatwoot.get(f"/~a{BASE}/faults")) == [rule | {"hits": 1}]
    assert ok(chatwoot.get(f"{BASE}/faults")) == []
    assert "it has: " + rule["id"] in detail(chatwoot.delete(f"/~a{BASE}/faults/none"), 404)
    ok(chatwoot.delete(f"/~a{BASE}/faults/{rule['id']}"), 204)
    frames = {"fault": "duplicate-frame", "event": "message.created"}
    for _ in range(2):
        ok(chatwoot.post(f"/~a{BASE}/faults", json=frames), 201)
    assert ok(chatwoot.delete(f"/~a{BASE}/faults")) == {"ended": 2}
    ok(chatwoot.post(f"/~a{BASE}/faults", json=frames), 201)
    ok(chatwoot.post(f"/~a{BASE}/reset"), 204)
    assert ok(chatwoot.get(f"/~a{BASE}/faults")) == []


@pytest.mark.parametrize(
    ("rule", "status", "told"),
    [
        ({"fault": "lateness"}, 422, "latency is near"),
        ({"fault": "latency", "millis": 5}, 422, "milliseconds is near"),
        ({}, 422, "the key `fault`"),
        ({"fault": "status", "operation": "create-contact"}, 409, "create-a-contact is near"),
        ({"fault": "latency", "milliseconds": 10, "up_to": 5}, 409, "at least `milliseconds`"),
    ],
)
def test_a_rule_that_is_none_is_told_by_the_fault(chatwoot: Client, rule: Any, status: int, told: str) -> None:
    """What is wrong with a rule is told in the faults' own words, and no fault is there afterwards."""
    assert told in detail(chatwoot.post(f"{BASE}/faults", json=rule), status)
    assert ok(chatwoot.get(f"{BASE}/faults")) == []


def test_a_rule_that_only_the_document_forbids_is_refused_all_the_same(chatwoot: Client) -> None:
    """Where the faults find nothing wrong, the contract's refusal stands, and no fault is there afterwards."""
    assert chatwoot.post(f"{BASE}/faults", json={"fault": "noop", "event": None}).status_code == 422
    assert ok(chatwoot.get(f"{BASE}/faults")) == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_document_knows_every_fault_as_it_is(fault: Any) -> None:
    """Each fault's parameters, with types, defaults and limits, are the document's."""
    schemas = CONTROL["components"]["schemas"]
    name = f"fault_{fault.name.replace('-', '_')}"
    assert {"$ref": f"#/components/schemas/{name}"} in schemas["fault_rule"]["oneOf"]
    assert (
        len(schemas["fault_rule"]["oneOf"]) == len(FAULTS) == len(schemas["held_rule"]["properties"]["fault"]["enum"])
    )
    found = dict(schemas[name]["properties"])
    assert found.pop("fault")["const"] == fault.name
    common = {"service", "probability", "count", "operation" if isinstance(fault, Fault) else "event"}
    assert found.keys() - {parameter.name for parameter in fault.parameters} == common
    for parameter in fault.parameters:
        schema = found[parameter.name]
        types = [parameter.type, "null"] if parameter.default is None else parameter.type
        assert (schema["type"], schema["default"]) == (types, parameter.default)
        assert (schema.get("minimum"), schema.get("maximum")) == (parameter.minimum, parameter.maximum)
        choices = [*parameter.choices, *([None] if parameter.default is None else [])] if parameter.choices else None
        assert schema.get("enum") == choices


def test_the_control_plane_is_enforced_whatever_the_policy(serve: Serve) -> None:
    """Reporting is for the played product: what breaks the control plane's own contract is refused."""
    client = serve("chatwoot", policy="report")
    assert client.post(f"{BASE}/clock/advance", json={"seconds": "x"}).status_code == 422
    assert client.get(f"{BASE}/journal?limit=x").status_code == 422
    assert client.post(CONTACTS, json={"name": 7}).status_code != 422
