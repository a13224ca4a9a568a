"""How much of other people's documents is served: a folder of them, every operation of each called with valid input.

Each operation is asked three times: in a sandbox of its own, in the document's order and in a shuffled one, where all
share a sandbox. There, what is asked for is what an earlier call left, as a client would: in a collection that somebody
wrote to, an id that is in it; where there is none left, the 404 is right and told apart as gone.
`python tests/benchmarks/folder.py FOLDER [--seed N] [--state infer|strict|none]`
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from understudy.contract.body import is_json
from understudy.contract.contract import Contract
from understudy.contract.exchange import Request, Response
from understudy.effective import TargetError
from understudy.generator.values import Generator
from understudy.probe.cases.assemble import Assembly
from understudy.probe.cases.case import Case
from understudy.probe.cases.label import Labeller
from understudy.probe.cases.making import Maker
from understudy.server.app import create_app
from understudy.server.resources.answerer import ResourceAnswerer
from understudy.server.stage import Direction, State, stage

SUFFIXES = (".json", ".yaml", ".yml")
PASSES = ("alone", "in order", "shuffled")


@dataclass
class Tally:
    """What came of one document, by pass.

    Attributes:
        operations: how many there are.
        unasked: those for which no valid request was found.
        good: how many answered 2xx.
        gone: what answered 404 since an earlier call took away all there was, by operationId.
        bodies: how many 2xx answers had a JSON body.
        fitting: how many of those keep the document, by openapi-core alone.
        failed: the rest, one line each.
    """

    operations: int = 0
    unasked: list[str] = field(default_factory=list)
    good: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PASSES, 0))
    gone: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in PASSES})
    bodies: int = 0
    fitting: int = 0
    failed: list[str] = field(default_factory=list)


class Caller:
    """Calls the operations of one served document.

    Args:
        path: the document.
        seed: seeds everything.
        state: what the document remembers.
    """

    def __init__(self, path: Path, seed: int, state: State) -> None:
        self.part = part = stage([str(path)], Direction(seed=seed, state=state))[0].part
        self.contract = part.contract
        self.stock = Contract(part.contract.document, "stock")
        self.app = create_app([part])
        self.seed = seed
        self.tally = Tally(len(self.contract.by_id))

    def cases(self) -> Iterator[Case]:
        """The smallest valid request of each operation, in the document's order."""
        labeller = Labeller(self.contract)
        generator = Generator(self.contract.data, self.contract.document.version, others="readOnly")
        for oid, operation in self.contract.by_id.items():
            maker = Maker(self.contract, generator, Random(f"{self.seed} {oid}"))  # noqa: S311 - sample data
            cases = (labelled.case for labelled in Assembly(labeller, operation, maker).cases())
            case = next((case for case in cases if case.kind == "valid"), None)
            if case is None:
                self.tally.unasked.append(oid)
            else:
                yield case

    def run(self) -> Tally:
        """All passes."""
        cases = list(self.cases())
        alone = {}
        for number, case in enumerate(cases):
            request = case.request(self.contract)
            answer = alone[case.operation_id] = self.call(request, f"alone-{number}")
            self.note(case.operation_id, request, answer)
        shuffled = Random(self.seed).sample(cases, len(cases))  # noqa: S311 - an order
        for name, order in (("in order", cases), ("shuffled", shuffled)):
            sandbox = name.replace(" ", "-")
            for case in order:
                known, is_left = self.left(case, sandbox)
                answer = self.call(case.request(self.contract, known), sandbox)
                self.tally.good[name] += answer.status_code < 300
                if answer.status_code == 404 and not is_left:
                    self.tally.gone[name].append(case.operation_id)
                elif answer.status_code >= 300 and alone[case.operation_id].status_code < 300:
                    self.tally.failed.append(f"{case.operation_id}, {name}: {answer.status_code} {answer.body[:300]!r}")
        return self.tally

    def left(self, case: Case, sandbox: str) -> tuple[dict[str, Any], bool]:
        """The ids to ask for, by parameter, in collections that were written to; and whether there is one in each."""
        answerer = self.part.answerer
        if not isinstance(answerer, ResourceAnswerer):
            return {}, True
        things, recognised, oid = answerer.sandboxes.get(sandbox).tables, answerer.recognised, case.operation_id
        role = recognised.roles.get(oid)
        steps = [(recognised.collections.get(a.collection, ""), a.parameter) for a in recognised.parents[oid]]
        if role is not None and role.parameter and role.parameter not in dict(map(reversed, steps)):
            steps.append((role.resource, role.parameter))
        known: dict[str, Any] = {}
        scope: list[tuple[str, str]] = []
        for resource, parameter in steps:
            if things.is_real(resource, tuple(scope)):
                found = things.all(resource, tuple(scope))
                if not found:
                    return known, False
                known[parameter] = found[0].id
            scope.append((resource, known.get(parameter, str(case.ask.open.get(parameter, "")))))
        return known, True

    def note(self, oid: str, request: Request, answer: Response) -> None:
        """Count an answer in a sandbox of its own."""
        if answer.status_code >= 300:
            self.tally.failed.append(
                f"{oid}, {request.verb} {request.target}: {answer.status_code} {answer.body[:400]!r}"
            )
            return
        self.tally.good["alone"] += 1
        kind = answer.content.media_type
        if answer.body and kind is not None and is_json(kind.essence):
            self.tally.bodies += 1
            broken = self.stock.check_response(request, answer)
            self.tally.fitting += not broken
            self.tally.failed += [f"{oid}: {violation.where} {violation.message}" for violation in broken[:1]]

    def call(self, request: Request, sandbox: str) -> Response:
        """One call."""
        return asyncio.run(self._call(request, sandbox))

    async def _call(self, request: Request, sandbox: str) -> Response:
        raw, _, query = (self.part.base_path + request.target).partition("?")
        scope: dict[str, Any] = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": request.verb,
            "scheme": "http", "path": self.part.base_path + request.path, "raw_path": raw.encode(), "root_path": "",
            "query_string": query.encode(), "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8080),
            "headers": [
                *((name.lower(), value) for name, value in request.raw_headers),
                (b"understudy-sandbox", sandbox.encode()),
            ],
        }  # fmt: skip
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": request.body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return Response(sent[0]["status"], sent[0]["headers"], body)


def documents(folder: Path) -> list[Path]:
    """The documents of a folder and the folders in it."""
    return sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)


def measure(path: Path, seed: int, state: State) -> Tally | str:
    """What came of one document, or why it is not served."""
    try:
        return Caller(path, seed, state).run()
    except TargetError as error:
        return str(error)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line for each document, and the sums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", choices=("infer", "strict", "none"), default="infer")
    parser.add_argument("--match", default="")
    said = parser.parse_args(arguments)
    found = [path for path in documents(said.folder) if said.match in str(path)]
    tallies = []
    for path in found:
        tally = measure(path, said.seed, said.state)
        name = str(path.relative_to(said.folder))
        if isinstance(tally, str):
            print(f"{name:50} not served: {tally}", flush=True)
            continue
        tallies.append(tally)
        print(f"{name:50} {_figures(tally)}", flush=True)
        gone = [f"{oid}, {order}: gone" for order, oids in tally.gone.items() for oid in oids]
        for line in (*(f"{oid}: no valid request was found" for oid in tally.unasked), *tally.failed, *gone):
            print(f"    {line}")
    whole = Tally(sum(t.operations for t in tallies), bodies=sum(t.bodies for t in tallies))
    whole.fitting = sum(t.fitting for t in tallies)
    for name in PASSES:
        whole.good[name] = sum(t.good[name] for t in tallies)
        whole.gone[name] = [oid for t in tallies for oid in t.gone[name]]
    print(f"{len(tallies)} of {len(found)} documents served; {_figures(whole)}")


def _figures(tally: Tally) -> str:
    passes = ", ".join(
        f"{name} {tally.good[name]}" + (f" and {len(tally.gone[name])} gone" if tally.gone[name] else "")
        for name in PASSES
    )
    return f"{tally.operations} operations; 2xx: {passes}; {tally.fitting} of {tally.bodies} JSON bodies fit"


if __name__ == "__main__":
    main()
