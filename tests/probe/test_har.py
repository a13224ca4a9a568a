"""HAR files of several writers are judged, and what is none is refused with the place."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from understudy.probe.baseline import Baseline
from understudy.probe.command import judge_for
from understudy.probe.har import HarError
from understudy.probe.judging import judge_har
from understudy.probe.results import Results

DOCUMENT = """
openapi: 3.1.0
info: {title: Things, version: "1"}
servers: [{url: "https://things.example/api"}]
components: {securitySchemes: {token: {type: http, scheme: bearer}}}
paths:
  /things/{id}:
    get:
      operationId: get-thing
      security: [{token: []}]
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        "200":
          description: a thing
          content:
            application/json:
              schema: {type: object, required: [name], properties: {name: {type: string}}}
  /forms:
    post:
      operationId: send-form
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema: {type: object, required: [name], properties: {name: {type: string}}}
      responses: {"204": {description: taken}}
webhooks:
  thing.made:
    post:
      operationId: thing-made
      requestBody: {content: {application/json: {schema: {type: object, required: [id]}}}}
      responses: {"200": {description: heard}}
"""
URL = "https://things.example/api/things/1"
JSON = {"name": "content-type", "value": "application/json"}


def entry(
    url: str = URL, content: Mapping[str, Any] | None = None, *, request: Mapping[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """An entry as browsers write them: pseudo headers, sizes that nobody measured, and fields of their own."""
    asked = {
        "method": "GET",
        "url": url,
        "httpVersion": "http/2.0",
        "headers": [{"name": ":method", "value": "GET"}, {"name": ":authority", "value": "things.example"}],
        "queryString": [],
        "cookies": [],
        "headersSize": -1,
        "bodySize": 0,
    }
    said = {
        "status": 200,
        "statusText": "",
        "headers": [JSON, {"name": "content-encoding", "value": "br"}, {"name": "content-length", "value": "7"}],
        "content": {"size": 13, "mimeType": "application/json", "text": '{"name": "x"}', "compression": 6}
        if content is None
        else content,
        "bodySize": 7,
        "_transferSize": 300,
    }
    return {
        "startedDateTime": "2026-11-20T12:00:00.000Z",
        "time": 12.5,
        "request": asked | dict(request or {}),
        "response": said | more.pop("response", {}),
        "cache": {},
        "timings": {"wait": 1},
        **more,
    }


def judged(folder: Path, *entries: Any, base_urls: tuple[str, ...] = ()) -> Results:
    document = folder / "things.yaml"
    document.write_text(DOCUMENT)
    path = folder / "traffic.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "creator": {}, "entries": entries}}))
    return judge_har(path, judge_for(None, document, ())[0], base_urls, Baseline())


def found(results: Results) -> list[tuple[str, str, str]]:
    return [(f.violation.side, f.violation.code, f.violation.where) for f in results.findings]


def reasons(results: Results) -> list[tuple[str, str]]:
    return [(one.what, one.reason) for one in results.parts[0].skipped if one.what != "credentials"]


def test_a_browsers_entry_is_judged_unpacked(tmp_path: Path) -> None:
    """The text in a HAR is the unpacked body: content coding, sizes and pseudo headers of the wire do not matter."""
    results = judged(tmp_path, entry())
    assert (found(results), results.exit_code, results.target) == ([], 0, "https://things.example")


@pytest.mark.parametrize("encoded", [False, True])
def test_a_bad_answer_is_a_finding(tmp_path: Path, *, encoded: bool) -> None:
    """A recorded answer that breaks the contract is found, whether its body is text or base64."""
    text = '{"name": 7}'
    content = {"size": 11, "mimeType": "application/json", "text": text}
    if encoded:
        content |= {"text": base64.b64encode(text.encode()).decode(), "encoding": "base64"}
    results = judged(tmp_path, entry(content=content), entry(content=content))
    assert found(results) == [("response", "schema-type", "/body/name")]
    assert (results.findings[0].count, results.exit_code) == (2, 1)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"size": 13, "mimeType": "application/json"}, "the body was not recorded"),
        ({"size": 0, "mimeType": "application/json"}, "the body was not recorded"),
        ({"size": 900, "mimeType": "application/json", "text": '{"na'}, "4 of its 900 bytes were recorded"),
        ({"size": 9, "mimeType": "application/json", "comment": "Response bodies are not included."}, "Response bodies are not included."),
    ],
)  # fmt: skip
def test_a_body_that_was_not_recorded_is_not_judged_and_said_so(
    content: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    """A missing or cut body breaks nothing; the report says that it was not judged, and why."""
    results = judged(tmp_path, entry(content=content))
    assert found(results) == []
    assert reasons(results) == [("get-thing", f"the answer's body was not judged: {reason}")]


@pytest.mark.parametrize(
    ("posted", "broken"),
    [
        ({"mimeType": "application/x-www-form-urlencoded", "text": "name=x"}, []),
        ({"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "name", "value": "x"}]}, []),
        ({"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "nom", "value": "x"}]}, ["schema-required"]),
        (None, []),
    ],
)  # fmt: skip
def test_form_bodies_are_read_from_text_or_parameters(posted: Any, broken: list[str], tmp_path: Path) -> None:
    """Writers keep a form's body as text or as parameters; both are judged, and a missing one is not."""
    headers = [{"name": "Content-Type", "value": "application/x-www-form-urlencoded"}]
    asked = {"method": "POST", "headers": headers, "bodySize": -1 if posted else 6}
    asked |= {"postData": posted} if posted else {}
    results = judged(
        tmp_path,
        entry("https://things.example/api/forms", {"size": 0}, request=asked, response={"status": 204, "headers": []}),
    )
    assert [code for _, code, _ in found(results)] == broken
    assert len(reasons(results)) == (posted is None)


def test_other_hosts_are_counted_and_left_alone(tmp_path: Path) -> None:
    """Only the host that speaks the document is judged; entries of others are counted by host."""
    bad = {"size": 2, "text": "{}"}
    other = [entry("https://cdn.example/a.js", bad), entry("https://cdn.example/b.js", bad)]
    results = judged(tmp_path, entry(), *other, entry("https://things.example/api/nowhere", bad))
    assert found(results) == []
    assert reasons(results) == [
        ("https://cdn.example (2 times)", "another host, or beside the base URL"),
        ("GET /api/nowhere", "not in the document"),
    ]


def test_a_base_url_that_is_given_decides(tmp_path: Path) -> None:
    """With a base URL, only what stands below it is judged, whatever else looks alike."""
    bad = {"size": 2, "text": "{}"}
    entries = [entry("https://one.example/x/things/1", bad), entry("https://two.example/things/1", bad)]
    assert judged(tmp_path, *entries).findings[0].count == 2
    results = judged(tmp_path, *entries, base_urls=("https://one.example/x",))
    assert (results.findings[0].count, results.target) == (1, "https://one.example/x")


def test_credentials_that_a_browser_left_out_are_not_missed(tmp_path: Path) -> None:
    """A record without any credentials says nothing about them; one that has them somewhere does."""
    results = judged(tmp_path, entry())
    assert [one.what for one in results.parts[0].skipped] == ["credentials"]
    with_token = entry(request={"headers": [{"name": "Authorization", "value": "Bearer ***"}]})
    assert found(judged(tmp_path, with_token, entry())) == [("request", "security-missing", "/header")]


def test_websocket_messages_are_judged_as_events(tmp_path: Path) -> None:
    """Events that a recorded websocket's server sent are judged; what the client sent is not."""
    bad = json.dumps({"identifier": "i", "message": {"event": "thing.made", "data": {}}})
    messages = [
        {"type": "send", "time": 1.0, "opcode": 1, "data": bad},
        {"type": "receive", "time": 2.0, "opcode": 1, "data": bad},
        {"type": "receive", "time": 3.0, "opcode": 2, "data": "AAE="},
    ]
    socket = entry("wss://things.example/cable", {"size": 0}, response={"status": 101}, _webSocketMessages=messages)
    results = judged(tmp_path, entry(), socket)
    assert found(results) == [("event", "schema-required", "/body/id")]
    assert results.findings[0].count == 1


def test_an_answer_that_never_came_breaks_nothing(tmp_path: Path) -> None:
    """A request that the browser gave up has the status 0; its answer is nobody's broken promise."""
    results = judged(
        tmp_path, entry(), entry(content={}, response={"status": 0, "headers": [], "_error": "net::ERR_ABORTED"})
    )
    assert (found(results), results.parts[0].requests) == ([], 2)


def edited(**changes: Any) -> str:
    return json.dumps({"log": {"entries": [entry() | changes]}})


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", ":1:1: this is no JSON"),
        ('{"log": {"entries": [', ":1:22: this is no JSON"),
        ("[]", "the file is no object"),
        ("{}", "the file has no `log`"),
        ('{"log": {"entries": {}}}', "log.entries is no list"),
        ('{"log": {"entries": [7]}}', r"log.entries\[0\] is no object"),
        (edited(request=None), r"log.entries\[0\].request is no object"),
        (edited(response={"headers": []}), r"log.entries\[0\].response has no `status`"),
        (edited(startedDateTime="noon"), r"log.entries\[0\].startedDateTime is 'noon'"),
        (edited(response={"status": 200, "headers": [{"name": "x"}]}), r"response.headers\[0\] has no `value`"),
        (edited(response={"status": 200, "headers": [], "content": {"text": "%%", "encoding": "base64"}}), "content.text is not in base64"),
    ],
)  # fmt: skip
def test_what_is_no_har_is_refused_with_the_place(text: str, place: str, tmp_path: Path) -> None:
    """A broken file ends in one error that names the file, the place in it and what is wrong there."""
    document = tmp_path / "things.yaml"
    document.write_text(DOCUMENT)
    path = tmp_path / "traffic.har"
    path.write_text(text)
    with pytest.raises(HarError, match=place) as told:
        judge_har(path, judge_for(None, document, ())[0], (), Baseline())
    assert str(path) in str(told.value)


def test_a_file_of_another_document_is_an_error(tmp_path: Path) -> None:
    """Where no entry belongs to the document, nothing is called kept: the error names the hosts that are there."""
    with pytest.raises(HarError, match=r"no request to any path of the document; it has https://other\.example"):
        judged(tmp_path, entry("https://other.example/x/y/z/w/v"))
