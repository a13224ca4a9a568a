"""A record of traffic is a whole HAR at every moment, masks credentials, and is judged as the traffic was."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from understudy.probe.baseline import Baseline
from understudy.probe.command import judge_for
from understudy.probe.credentials import Credentials
from understudy.probe.judging import judge_har
from understudy.probe.recording import RecordError, Recording
from understudy.server.proxy.passage import Copy, Passage, Told

URL = "https://chat.example"
CONTACT = "/public/api/v1/inboxes/demo-inbox/contacts/demo-contact"
NAME = b'{"source_id":"a","pubsub_token":"t","id":1,"name":7,"email":null,"phone_number":null}'


def passage(target: str = CONTACT, body: bytes = NAME, *headers: tuple[bytes, bytes]) -> Passage:
    asked = Copy([(b"Host", b"chat.example"), *headers], whole=True)
    answered = Copy([(b"Content-Type", b"application/json")], bytearray(body), len(body), whole=True)
    return Passage(f"{URL}{target}", "GET", target, "1.1", asked, 0.0, 200, "OK", answered)


def recorded(path: Path, *passages: Passage, names: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    with Recording(path, Credentials(names)) as recording:
        for one in passages:
            recording.add(one)
    found: list[dict[str, Any]] = json.loads(path.read_bytes())["log"]["entries"]
    return found


def test_the_record_is_whole_after_every_entry(tmp_path: Path) -> None:
    """A crash loses nothing that was written: the file is a HAR before, between and after entries."""
    path = tmp_path / "traffic.har"
    with Recording(path, Credentials()) as recording:
        for number in range(3):
            assert len(json.loads(path.read_bytes())["log"]["entries"]) == number
            recording.add(passage())
        assert len(json.loads(path.read_bytes())["log"]["entries"]) == 3


def test_a_record_is_judged_as_the_traffic_was(tmp_path: Path) -> None:
    """What the proxy found stands in the record too: judging it finds the same, packed bodies included."""
    packed = passage(body=gzip.compress(NAME))
    assert packed.answered
    packed.answered.headers.append((b"Content-Encoding", b"gzip"))
    path = tmp_path / "traffic.har"
    recorded(path, passage(), packed)
    results = judge_har(path, judge_for("chatwoot", None, ())[0], (), Baseline())
    broken = [(f.violation.code, f.violation.where, f.count) for f in results.findings if "observed" in f.profiles]
    assert broken == [("schema-type", "/body/name", 2)]


def test_credentials_are_masked_wherever_they_stand(tmp_path: Path) -> None:
    """Authorization, cookies, API keys and named headers are stars, and so are their values in bodies and URLs."""
    secrets = [
        b"tok-123456789",
        b"cookie-123456789",
        b"key-123456789",
        b"set-123456789",
        b"own-123456789",
        b"query-123456789",
    ]
    one = passage(
        "/x?api_key=query-123456789&page=2",
        b" ".join(secrets),
        (b"Authorization", b"Bearer tok-123456789"),
        (b"Cookie", b"session=cookie-123456789; theme=dark"),
        (b"api_access_token", b"key-123456789"),
        (b"X-Own", b"own-123456789"),
        (b"Referer", b"https://u:p@chat.example/?token=1&secret=query-123456789"),
    )
    assert one.answered
    one.answered.headers.append((b"Set-Cookie", b"session=set-123456789; Path=/; HttpOnly"))
    one.messages.append(Told("client", 1.0, 1, b'{"token": "tok-123456789"}'))
    path = tmp_path / "traffic.har"
    (entry,) = recorded(path, one, names=("x-own",))
    told = path.read_bytes()
    assert [secret for secret in secrets if secret in told] == []
    shown = {pair["name"]: pair["value"] for side in ("request", "response") for pair in entry[side]["headers"]}
    assert shown["Authorization"] == "Bearer ***"
    assert shown["Cookie"] == "session=***; theme=***"
    assert shown["Set-Cookie"] == "session=***; Path=/; HttpOnly"
    assert entry["request"]["url"] == f"{URL}/x?api_key=***&page=2"


def test_what_was_not_seen_whole_says_so(tmp_path: Path) -> None:
    """A body that was broken off is left out with the reason, and not judged when the record is read back."""
    one = passage()
    assert one.answered
    one.answered.whole, one.answered.broken_off = False, "the answer was broken off after 3 bytes of its body"
    path = tmp_path / "traffic.har"
    (entry,) = recorded(path, one)
    assert entry["response"]["content"]["comment"].startswith("not recorded: the answer was broken off")
    results = judge_har(path, judge_for("chatwoot", None, ())[0], (), Baseline())
    assert [one.reason for one in results.parts[0].skipped if one.what != "credentials"] == [
        "the answer's body was not judged: not recorded: the answer was broken off after 3 bytes of its body"
    ]


def test_a_record_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A place that takes no file is an error that names it, before any traffic."""
    with pytest.raises(RecordError, match="choose another file"):
        Recording(tmp_path / "missing" / "traffic.har", Credentials())
