"""How long large documents take to load, to start and to answer, and how much memory they need.

Each is measured in a process of its own, as a user starts one: with compiled modules in a cache, and with the collector
off until it serves. By the clock, and in brackets by the processor, which a busy machine does not disturb. `python tests/benchmarks/documents.py [FILE]...`
measures the given documents besides.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

OPERATIONS, SCHEMAS = 500, 2_000

MEASURE = """
import gc, resource, sys, time
gc.disable()
begun, spent = time.perf_counter(), time.process_time()
from understudy.server.stage import Direction, stage
imported, imported_spent = time.perf_counter(), time.process_time()
from understudy.server.app import create_app
staged = stage([sys.argv[1]], Direction(seed=1))
app = create_app([item.part for item in staged])
started, started_spent = time.perf_counter(), time.process_time()
gc.enable()
import asyncio
contract = staged[0].part.contract
sent = []
async def receive():
    return {"type": "http.request", "body": b""}
async def send(message):
    sent.append(message)
plain = [operation for (method, path), operation in contract.operations.items() if method == "get" and "{" not in path]
path = staged[0].part.base_path + plain[0].template
scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [], "scheme": "http"}
asyncio.run(app(scope, receive, send))
answered = time.perf_counter()
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
cpu = imported_spent - spent, started_spent - imported_spent
print(len(contract.operations), imported - begun, started - imported, answered - started, memory, *cpu, sent[0]["status"])
"""


def operations(count: int) -> dict[str, Any]:
    """A document with so many operations over a few schemas."""
    thing = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
    }
    answer = {
        "200": {
            "description": "Fine",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/thing"}}},
        }
    }
    place = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    paths: dict[str, Any] = {}
    for number in range(count // 5):
        paths[f"/things{number}"] = {"get": {"responses": answer}, "post": {"responses": answer}}
        one = {method: {"responses": answer} for method in ("get", "put", "delete")}
        paths[f"/things{number}/{{id}}"] = {"parameters": [place], **one}
    info = {"title": f"{count} operations", "version": "1"}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": {"thing": thing}}}


def schemas(count: int) -> dict[str, Any]:
    """A document with so many schemas that lead to one another."""
    named = {
        f"s{number}": {
            "type": "object",
            "required": ["id", "next"],
            "properties": {
                "id": {"type": "string", "format": "uuid"},
                "next": {"anyOf": [{"$ref": f"#/components/schemas/s{(number * 7 + 1) % count}"}, {"type": "null"}]},
                "all": {"type": "array", "items": {"$ref": f"#/components/schemas/s{(number * 3 + 2) % count}"}},
            },
        }
        for number in range(count)
    }
    answer = {
        "200": {"description": "Fine", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/s0"}}}}
    }
    info = {"title": f"{count} schemas", "version": "1"}
    paths = {"/first": {"get": {"responses": answer}}}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": named}}


def measure(path: Path, cache: str) -> str:
    """One line of figures."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={**environment, "PYTHONPYCACHEPREFIX": cache},
    )
    if done.returncode:
        return f"{path.name:32} failed: {done.stderr.strip().splitlines()[-1]}"
    count, imported, started, answered, memory, imports, starts, status = done.stdout.split()
    times = (
        f"import {float(imported):5.2f} s ({float(imports):.2f})   start {float(started):5.2f} s ({float(starts):.2f})"
        f"   first answer {float(answered):5.2f} s"
    )
    return f"{path.name:32} {count:>5} operations   {times} ({status})   {float(memory):5.0f} MB"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = []
        for name, data in (("500 operations", operations(OPERATIONS)), ("2000 schemas", schemas(SCHEMAS))):
            for suffix in (".json", ".yaml"):
                path = Path(folder) / f"{name}{suffix}"
                path.write_text(json.dumps(data))
                made.append(path)
        measure(made[0], folder)  # compiles what is imported
        for path in (*made, *map(Path, sys.argv[1:])):
            print(measure(path, folder), flush=True)


if __name__ == "__main__":
    main()
