"""A k6 script: every case and sequence once an iteration; VUs and iterations are k6's own options.

What is filled in comes by ``-e``. Lanes of a sequence go out in batches, the first requests of all lanes
together, then the second ones. Called through the table of formats.
"""

from __future__ import annotations

import base64
import json
from itertools import zip_longest
from typing import Any

from understudy.probe.formats.script import Call, Play, Script
from understudy.probe.owned import PARAMETER

_SCRIPT = """\
// {title}: {count} cases. Run with `k6 run -e BASE=https://… {{this file}}`;
// set the names in `made` the same way, as {variable}NAME.
import http from 'k6/http';
import {{ check, fail }} from 'k6';
import encoding from 'k6/encoding';
{notes}
export const options = {{ vus: 1, iterations: 1, thresholds: {{ checks: ['rate==1'] }} }};

const BASE = __ENV.BASE || {base};
const made = {made};
const KNOWN = {{ ...made }};
for (const name of Object.keys(made)) KNOWN[name] = __ENV['{variable}' + name] || made[name];

// A target, a header: text and, in brackets, names.
const CASES = {cases};
const SEQUENCES = {sequences};

function filled(pieces, known, spell) {{
  return pieces.map(piece => Array.isArray(piece) ? spell(known[piece[0]]) : piece).join('');
}}

function asked(call, known) {{
  const headers = {{}};
  for (const [name, value] of call.headers) headers[name] = filled(value, known, String);
  const body = call.base64 ? encoding.b64decode(call.base64) : call.body;
  return {{
    method: call.method,
    url: BASE + filled(call.target, known, encodeURIComponent),
    body: body || null,
    params: {{ headers, redirects: 0, jar: new http.CookieJar(), tags: {{ name: call.title }} }},
  }};
}}

function judged(call, answer, known) {{
  const kinds = [String(answer.status), Math.floor(answer.status / 100) + 'XX', 'default'];
  check(answer, {{ [call.title]: () => answer.status !== 0 && kinds.some(kind => call.statuses.includes(kind)) }});
  for (const [name, keys] of Object.entries(call.capture)) {{
    let value;
    try {{
      value = keys.reduce((inner, key) => inner[key], answer.json());
    }} catch (error) {{
      value = undefined;
    }}
    if (value === undefined || value === null) fail(`${{call.title}} gave no ${{name}}; ${{answer.status}}`);
    known[name] = value;
  }}
}}

export default function () {{
  for (const call of CASES) {{
    const {{ method, url, body, params }} = asked(call, KNOWN);
    judged(call, http.request(method, url, body, params), KNOWN);
  }}
  for (const batches of SEQUENCES) {{
    const known = {{ ...KNOWN }};
    try {{
      for (const batch of batches) {{
        const answers = http.batch(batch.map(call => asked(call, known)));
        batch.forEach((call, index) => judged(call, answers[index], known));
      }}
    }} catch (error) {{
      console.warn(String(error));
    }}
  }}
}}
"""


def write(script: Script) -> str:
    """The script."""
    cases = [_call(f"{play.id} {play.title}", play.calls[0]) for play in script.plays if not play.is_sequence]
    return _SCRIPT.format(
        title=" ".join(script.title.split()),
        count=len(script.plays),
        notes="".join(f"// left out: {' '.join(one.what.split())}: {one.reason}\n" for one in script.left_out),
        base=json.dumps(script.base),
        variable=PARAMETER,
        made=json.dumps(dict(script.made), indent=1),
        cases=_listed(cases),
        sequences=_listed([_batches(play) for play in script.plays if play.is_sequence]),
    )


def _batches(play: Play) -> list[list[dict[str, Any]]]:
    return [
        [_call(f"{play.id} {call.title}", call) for call in together if call is not None]
        for lanes in play.blocks()
        for together in zip_longest(*lanes)
    ]


def _call(title: str, call: Call) -> dict[str, Any]:
    found: dict[str, Any] = {
        "title": title,
        "method": call.method,
        "target": [piece if isinstance(piece, str) else [piece.name] for piece in call.target],
        "headers": [
            [name, [piece if isinstance(piece, str) else [piece.name] for piece in value]]
            for name, value in call.headers
        ],
        "statuses": list(call.statuses),
        "capture": {name: list(keys) for name, keys in call.capture.items()},
    }
    if call.text is None:
        found["base64"] = base64.b64encode(call.body).decode()
    else:
        found["body"] = call.text
    return found


def _listed(values: list[Any]) -> str:
    return "[\n" + "".join(f"  {json.dumps(value)},\n" for value in values) + "]"
