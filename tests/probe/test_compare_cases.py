"""`understudy compare` with generated cases and call sequences, and what becomes of it where a side does not go on."""

from __future__ import annotations

import asyncio
import itertools
import json
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from broken.bug import Bug, Correct
from broken.deployment import KNOWN, deployed
from broken_deployments import BUGS
from processes import COMMAND, PATIENCE, hear_interrupts, run, serving

SECRET = "5ecr3t-0f-B"  # noqa: S105 - guards nothing
SHOP = """
openapi: 3.1.0
info: {title: Shop, version: "1"}
paths:
  /orders:
    get:
      operationId: list-orders
      parameters: [{name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 50}}]
      responses:
        "200": {description: all, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Order'}}}}}
    post:
      operationId: add-order
      requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
      responses:
        "201": {description: made, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
  /orders/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    get:
      operationId: get-order
      responses:
        "200": {description: one, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
        "404": {description: none}
  /quote:
    get:
      operationId: get-quote
      responses:
        "200":
          description: a price
          content:
            application/json:
              schema:
                type: object
                required: [means]
                properties:
                  note: {type: [string, "null"]}
                  kinds: {type: array, items: {enum: [a, b, c]}}
                  means: {oneOf: [{type: object, required: [card], properties: {card: {type: string}}}, {type: integer}]}
                  extra: {type: object, additionalProperties: {type: integer}}
components:
  schemas:
    Order:
      type: object
      required: [item]
      properties:
        id: {type: integer, readOnly: true}
        item: {type: string, minLength: 1, maxLength: 20}
        note: {type: [string, "null"]}
        count: {type: integer, minimum: 1, maximum: 9}
"""
GENERATED = ("--part", "cases", "--part", "sequences", "--seed", "1")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of a made document."""
    path = tmp_path_factory.mktemp("shop") / "shop.yaml"
    path.write_text(SHOP)
    return str(path)


@pytest.fixture(scope="module")
def shops(shop: str) -> Iterator[tuple[str, ...]]:
    """The document served twice, with other seeds: what a command is told to compare the two."""
    with serving(shop, "--seed", "1") as one, serving(shop, "--seed", "2") as other:
        yield one.url, other.url, "--document", shop


def compared(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON report of a comparison."""
    done = run("compare", *arguments, "--json", patience=4 * PATIENCE)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_the_same_product_under_another_name_and_seed_is_alike_in_every_case() -> None:
    """Names, ids, greetings and tokens of Chatwoot and OmniVibe differ, and the figure is 100 % in every operation."""
    quiet = "--no-autoreply"  # whose answers come when they come
    with serving("--seed", "1", quiet) as one, serving("omnivibe", "--seed", "2", quiet) as other:
        arguments = (one.url, other.url, "--param", "inbox_identifier=demo-inbox", *GENERATED, "--max-cases", "150")
        code, told = compared(*arguments)
        assert (code, told["fidelity"]) == (0, 1.0), [o for o in told["operations"] if o["alike"] < o["compared"]]
        assert told["compared"] > 150
        assert told["never_compared"] == []


def test_what_is_made_up_by_chance_is_no_difference(shops: tuple[str, ...], tmp_path: Path) -> None:
    """A document served twice with other seeds is alike, whatever each draws; the reports say what it rests on."""
    markdown = tmp_path / "compared.md"
    code, told = compared(*shops, *GENERATED, "--report", f"markdown={markdown}")
    assert (code, told["fidelity"]) == (0, 1.0), told["operations"]
    kinds = {d["kind"] for operation in told["operations"] for d in operation["differences"]}
    assert "drawn" in kinds
    assert f"100.0% of {told['compared']} answers" in markdown.read_text()


def test_only_what_reads_is_sent_where_nothing_may_change(shops: tuple[str, ...]) -> None:
    """With --safe nothing is created, and what was never compared is listed."""
    code, told = compared(*shops, "--safe", *GENERATED)
    assert code == 0
    asked = {operation["operation_id"] for operation in told["operations"]}
    assert asked == {"list-orders", "get-order", "get-quote"}
    assert told["never_compared"] == ["add-order"]
    assert "it may change something; --unsafe sends it" in {skipped["reason"] for skipped in told["skipped"]}


def test_kept_cases_are_compared(shops: tuple[str, ...], shop: str, tmp_path: Path) -> None:
    """A corpus that was made before takes the place of generated cases; one that is not there is named."""
    corpus = str(tmp_path / "corpus")
    assert run("fuzz", shop, "--out", corpus, "--max-cases", "20", "--seed", "7").returncode == 0
    code, told = compared(*shops, "--corpus", corpus)
    assert code == 0
    assert 0 < told["compared"] < 60
    done = run("compare", *shops, "--corpus", str(tmp_path / "nothing"))
    assert done.returncode == 2
    assert "understudy fuzz --out" in done.stderr


PLANTED = [bug for bug in BUGS if bug.name in {"paged", "wrong-charset", "source-id-ignored"}]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A corpus of Chatwoot's cases and sequences."""
    folder = str(tmp_path_factory.mktemp("kept") / "corpus")
    assert run("fuzz", "chatwoot", "--out", folder, "--max-cases", "100", "--seed", "1").returncode == 0
    return folder


@pytest.mark.parametrize("bug", PLANTED, ids=str)
def test_a_broken_deployment_falls_short_where_it_is_broken(bug: Bug, kept: str) -> None:
    """One planted bug lowers the figure of the operation that shows it."""

    async def both() -> tuple[int, dict[str, Any]]:
        async with deployed(Correct("right", "")) as (right, _), deployed(bug) as (wrong, _):
            given = ("--param", f"inbox_identifier={KNOWN['inbox_identifier']}", "--corpus", kept)
            return await asyncio.to_thread(compared, right, wrong, *given, "--part", "sequences")

    code, told = asyncio.run(both())
    assert code == 1
    short = {operation["operation_id"] for operation in told["operations"] if operation["fidelity"] < 1}
    assert short & set(bug.tells)
    assert short <= {*bug.tells, "get-details-of-a-contact"}, told  # which may show what another one did


Say = Callable[[BaseHTTPRequestHandler, int], None]


def answer(handler: BaseHTTPRequestHandler, status: int, body: Any) -> None:
    """Send an answer in JSON."""
    data = json.dumps(body).encode()
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


def echo(handler: BaseHTTPRequestHandler, _number: int) -> None:
    """Show the credentials that came."""
    answer(handler, 200, {"means": 1, "note": handler.headers.get("X-Api-Key", "none")})


def limit(handler: BaseHTTPRequestHandler, number: int) -> None:
    """Refuse the fourth request and all after it."""
    answer(handler, 200 if number < 4 else 429, {"means": 1})


def die(handler: BaseHTTPRequestHandler, number: int) -> None:
    """Close the connection instead of the fourth answer and all after it."""
    if number < 4:
        answer(handler, 200, {"means": 1})
    else:
        handler.close_connection = True


def hang(handler: BaseHTTPRequestHandler, number: int) -> None:
    """Answer the first requests, and never again until the server ends."""
    if number < 4:
        answer(handler, 200, {"means": 1})
    else:
        handler.server.over.wait(PATIENCE)  # type: ignore[attr-defined] # set below


@contextmanager
def saying(say: Say) -> Iterator[str]:
    """A server that says something to each request, by its number; its URL."""
    numbers = itertools.count(1)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65_537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            say(self, next(numbers))
            self.wfile.flush()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.block_on_close = True, False
    server.over = threading.Event()  # type: ignore[attr-defined] # for those who hang
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.over.set()  # type: ignore[attr-defined]
        server.shutdown()
        thread.join(PATIENCE)
        server.server_close()


@pytest.mark.parametrize(
    ("say", "words"), [(limit, "limits the rate"), (die, "no longer answers"), (hang, "no longer answers")]
)
def test_a_side_that_does_not_go_on_ends_the_comparison_not_the_report(
    say: Say, words: str, shop: str, shops: tuple[str, ...]
) -> None:
    """Which side, and why, is told; what was compared before stands, and the exit code is 2."""
    with saying(say) as other:
        code, told = compared(shops[0], other, "--document", shop, *GENERATED, "--timeout", "0.3")
        assert code == 2
        assert told["cut_short"].startswith(f"cases: {other} {words}")
        assert 0 < told["compared"] < 10


def test_a_secret_of_one_side_reaches_that_side_and_no_report(shop: str) -> None:
    """A header is sent to the side it was given for, and where the answer echoes it the report shows stars."""
    with saying(echo) as one, saying(echo) as other:
        arguments = (
            one,
            other,
            "--document",
            shop,
            "--part",
            "cases",
            "--max-cases",
            "9",
            "--header-b",
            f"X-Api-Key={SECRET}",
        )
        done = run("compare", *arguments)
        assert "A 'none', B '***'" in done.stdout
        assert SECRET not in done.stdout + done.stderr


def test_refusals_alone_say_nothing(shops: tuple[str, ...]) -> None:
    """Two deployments of another product refuse alike, which is no fidelity: what to check is said, exit code 2."""
    done = run("compare", *shops[:2], "--service", "pingback", "--part", "cases", "--max-cases", "9")
    assert done.returncode == 2
    assert "is it the right --service" in done.stdout


def test_an_interrupt_leaves_what_was_compared(shops: tuple[str, ...]) -> None:
    """Ctrl-C ends it with the part of the report that there is, and exit code 2."""
    words = [COMMAND, "compare", *shops, *GENERATED, "--rate", "20", "--json"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=hear_interrupts
    ) as process:
        assert process.stderr
        while "cases 1" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    told = json.loads(out)
    assert told["cut_short"] == "cases: interrupted"
    assert told["compared"] > 0
