"""A Postman collection, format 2.1: cases as requests, sequences as folders, with scripts that check and capture.

What is filled in are the collection's variables. What Postman would read as a variable is left out, and lanes of a
sequence run one after the other. Called through the table of formats.
"""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from understudy.probe.formats.script import Call, Play, Script, spelled

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def write(script: Script) -> str:
    """The collection."""
    left_out = [f"{one.what}: {one.reason}" for one in script.left_out]
    items: list[dict[str, Any]] = []
    for play in script.plays:
        reason = _reason(play)
        if reason:
            left_out.append(f"{play.id} {play.title}: {reason}")
        elif play.is_sequence:
            items.append({"name": f"{play.id} {play.title}", "item": [_item(call.title, call) for call in play.calls]})
        else:
            items.append(_item(f"{play.id} {play.title}", play.calls[0]))
    described = "\n".join(["Made from the OpenAPI document.", *(f"Left out: {one}" for one in left_out)])
    variables = [{"key": "base", "value": script.base}]
    variables += [{"key": name, "value": value} for name, value in script.encoded().items()]
    collection = {
        "info": {"_postman_id": str(UUID(int=0)), "name": script.title, "description": described, "schema": SCHEMA},
        "item": items,
        "variable": variables,
    }
    return json.dumps(collection, indent=1, ensure_ascii=False) + "\n"


def _reason(play: Play) -> str:
    """Why a play cannot be written; empty where it can."""
    for call in play.calls:
        if call.text is None:
            return "a body is no text"
        if any("{{" in text for text in (call.text, *(spelled(value, lambda _: "") for _, value in call.headers))):
            return "a body or a header would be read as a variable"
    return ""


def _item(name: str, call: Call) -> dict[str, Any]:
    request: dict[str, Any] = {
        "method": call.method,
        "header": [{"key": key, "value": spelled(value, _variable)} for key, value in call.headers],
        "url": f"{{{{base}}}}{spelled(call.target, _variable)}",
    }
    if call.body:
        request["body"] = {"mode": "raw", "raw": call.text}
    return {
        "name": name,
        "event": [{"listen": "test", "script": {"type": "text/javascript", "exec": list(_tests(call))}}],
        "protocolProfileBehavior": {
            "disableBodyPruning": True,
            "followRedirects": False,
            "disableUrlEncoding": True,
            "disableCookies": True,
        },
        "request": request,
        "response": [],
    }


def _tests(call: Call) -> list[str]:
    lines = [
        f"const statuses = {json.dumps(call.statuses)};",
        "const kinds = [String(pm.response.code), Math.floor(pm.response.code / 100) + 'XX', 'default'];",
        "pm.test('the answer is documented', () => pm.expect(kinds.some(kind => statuses.includes(kind))).to.be.true);",
    ]
    for name, keys in call.capture.items():
        path = "".join(f"?.[{json.dumps(key)}]" for key in keys)
        lines.append(f"pm.collectionVariables.set({json.dumps(name)}, encodeURIComponent(pm.response.json(){path}));")
    return lines


def _variable(name: str) -> str:
    return f"{{{{{name}}}}}"
