"""HAR 1.2: the requests as a browser's tools and load generators take them, without answers.

A HAR has no variables: what is filled in elsewhere has the value that was made, and sequences are left out. Called
through the table of formats.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from urllib.parse import parse_qsl, quote, urlsplit

import harfile

from understudy.probe.formats.script import Call, Play, Script, spelled

# The requests were never sent; the same corpus is the same file.
_NEVER = datetime.fromtimestamp(0, UTC)


def write(script: Script) -> str:
    """The requests as HAR."""
    stream = io.StringIO()
    left_out = [*_left_out(script), *(f"{one.what}: {one.reason}" for one in script.left_out)]
    comment = "; ".join([f"{script.title}; never sent", *(f"left out: {one}" for one in left_out)])
    with harfile.open(stream, creator=harfile.Creator("understudy", version("understudy")), comment=comment) as har:
        for play in script.plays:
            if _fits(play):
                har.add_entry(
                    startedDateTime=_NEVER,
                    time=0,
                    request=_request(script, play.calls[0]),
                    response=harfile.Response(status=0, statusText="", httpVersion="", bodySize=-1),
                    timings=harfile.Timings(send=0, wait=0, receive=0),
                    comment=f"{play.id} {play.title}",
                )
    return stream.getvalue() + "\n"


def _fits(play: Play) -> bool:
    return not play.is_sequence and play.calls[0].text is not None


def _left_out(script: Script) -> Iterator[str]:
    for play in script.plays:
        if not _fits(play):
            reason = "a HAR takes nothing from answers" if play.is_sequence else "its body is no text"
            yield f"{play.id} {play.title}: {reason}"


def _request(script: Script, call: Call) -> harfile.Request:
    url = script.base + spelled(call.target, lambda name: quote(script.made[name], safe=""))
    headers = [
        harfile.Record(name=name, value=spelled(value, lambda name: script.made[name])) for name, value in call.headers
    ]
    posted = None
    if call.body:
        media_type = next((record.value for record in headers if record.name.lower() == "content-type"), "")
        posted = harfile.PostData(mimeType=media_type, text=call.text, params=[])
    query = parse_qsl(urlsplit(url).query, keep_blank_values=True)
    return harfile.Request(
        method=call.method,
        url=url,
        httpVersion="HTTP/1.1",
        headers=headers,
        queryString=[harfile.Record(name=name, value=value) for name, value in query],
        postData=posted,
        bodySize=len(call.body),
    )
