"""The HAR 1.2 report: every exchange, for a browser's tools or another judge, each with its broken promises.

A HAR may carry fields of its own whose names begin with an underscore: `_violations`, `_origin` and `_operation_id`
stand in each entry. Called through the table of formats.
"""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import harfile

from understudy.probe.report.content import Body, Call, Report


def write(report: Report) -> str:
    """The report as HAR."""
    stream = io.StringIO()
    creator = harfile.Creator(name="understudy", version=report.understudy)
    with harfile.open(stream, creator=creator, comment=f"{report.title} at {report.target}") as har:
        for call in report.exchanges:
            _add(har, call)
    written: dict[str, Any] = json.loads(stream.getvalue())
    for entry, call in zip(written["log"]["entries"], report.exchanges, strict=True):
        entry["_violations"] = [asdict(broken) for broken in call.violations]
        entry["_origin"], entry["_operation_id"] = call.origin, call.operation_id
    return json.dumps(written, indent=1) + "\n"


def _add(har: harfile.HarFile, call: Call) -> None:
    milliseconds = round(call.seconds * 1000, 3)
    har.add_entry(
        startedDateTime=datetime.fromtimestamp(call.started, UTC),
        time=milliseconds,
        request=_request(call),
        response=_response(call),
        # Only the whole is measured, and a HAR's timings must add up to it.
        timings=harfile.Timings(send=0, wait=milliseconds, receive=0),
        comment=call.note or None,
    )


def _request(call: Call) -> harfile.Request:
    query = parse_qsl(urlsplit(call.url).query, keep_blank_values=True)
    return harfile.Request(
        method=call.method,
        url=call.url,
        httpVersion="HTTP/1.1",
        headers=_records(call.request_headers),
        queryString=_records(query),
        postData=_posted(call.request_body, _media_type(call.request_headers)),
        bodySize=call.request_body.size if call.request_body else 0,
    )


def _response(call: Call) -> harfile.Response:
    """The answer; a HAR says with the status 0 that there is none."""
    if call.status is None:
        return harfile.Response(status=0, statusText="", httpVersion="", bodySize=-1)
    body = call.response_body
    content = harfile.Content(size=0, mimeType=_media_type(call.response_headers))
    if body is not None:
        content.size, content.text = body.size, body.text
        content.encoding = "base64" if body.base64 else None
        content.comment = _cut(body)
    return harfile.Response(
        status=call.status,
        statusText=HTTPStatus(call.status).phrase if call.status in set(HTTPStatus) else "",
        httpVersion="HTTP/1.1",
        headers=_records(call.response_headers),
        content=content,
        redirectURL=next((value for name, value in call.response_headers if name.lower() == "location"), ""),
        bodySize=body.size if body else 0,
    )


def _posted(body: Body | None, media_type: str) -> harfile.PostData | None:
    if body is None:
        return None
    posted = harfile.PostData(mimeType=media_type, text=body.text, params=[])
    posted.comment = "; ".join(note for note in (_cut(body), "base64" if body.base64 else "") if note) or None
    return posted


def _cut(body: Body) -> str | None:
    return f"the first {len(body.text):,} characters of {body.size:,} bytes" if body.cut else None


def _records(pairs: Any) -> list[harfile.Record]:
    return [harfile.Record(name=name, value=value) for name, value in pairs]


def _media_type(headers: tuple[tuple[str, str], ...]) -> str:
    return next((value for name, value in headers if name.lower() == "content-type"), "")
