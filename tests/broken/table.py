"""Prints who finds which planted bug, and at the cost of how many requests: ours beside plain `st run`.

Ours is the scenarios of `verify`, or the replay of a corpus. Called by `broken_deployments` as a command. Both know the
same document and the same inbox, and may send the same number of requests. `st run` leaves out the checks that fail on
a correct Chatwoot, which answers what it does not know with 404 and takes nearly every body; what it says with all
checks on is printed, too.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import statistics
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from broken.bug import Bug, Correct, Seen
from broken.deployment import contract, deployed, release_of
from broken.replaying import replay
from broken.verifying import Verdict, scenarios, verify

SCHEMATHESIS = str(Path(sys.executable).parent / "st")
CONFIG = Path(__file__).resolve().parents[1] / "schemathesis.toml"
FALSE_HERE = "unsupported_method,negative_data_rejection,positive_data_acceptance"
"""The checks that fail on a correct Chatwoot."""
FAILED = 1
SEED = "1"
KINDS: tuple[Seen, ...] = ("document", "law", "nobody")


@dataclass
class Row:
    """What was found on one deployment: the number of requests it took, or None."""

    of: Bug | Correct
    ours: int | None
    theirs: int | None = None


Ours = Callable[[Bug | Correct], Awaitable[Verdict]]
OURS: Mapping[str, tuple[str, Ours]] = {
    "verify": ("all scenarios send", verify),
    "replay": ("a whole corpus sends", replay),
}
"""What ours is, by name, with what its requests are in all."""


async def main_async(bugs: Sequence[Bug], correct: Sequence[Correct], name: str, *, peer: bool) -> None:
    """Ask all, print as it goes, and sum up."""
    whole, ours_of = OURS[name]
    budget = (await ours_of(correct[0])).requests
    print(f"Budget: {budget} requests, which is what {whole}. Seed {SEED}.\n")
    print(f"| planted bug | operation | seen by | {name} | st run |\n|---|---|---|--:|--:|")
    rows = []
    for bug in bugs:
        verdict = await ours_of(bug)
        row = Row(bug, verdict.requests if verdict.found else None, await schemathesis(bug, budget) if peer else None)
        rows.append(row)
        print(
            f"| {bug.sentence} | {bug.operation} | {bug.seen} | {shown(row.ours)} | {shown(row.theirs)} |", flush=True
        )
    alarms = []
    for server in correct:
        verdict = await ours_of(server)
        ours = verdict.requests if verdict.others or verdict.laws else None
        theirs = await schemathesis(server, budget) if peer else None
        alarms.append(Row(server, ours, theirs))
    print(summary(rows, alarms, name))
    if peer:
        print(f"\nWith all of its checks on, `st run` fails on the correct server after "
              f"{shown(await schemathesis(correct[0], budget, checks='all'))} requests.")  # fmt: skip


def summary(rows: Sequence[Row], alarms: Sequence[Row], name: str) -> str:
    """Found, missed, false alarms and requests needed, by who can see a bug."""
    lines = ["", f"| | planted | found by {name} | found by st run |", "|---|--:|--:|--:|"]
    for kind in KINDS:
        of = [row for row in rows if isinstance(row.of, Bug) and row.of.seen == kind]
        if not of:
            continue
        name = {"document": "the document tells", "law": "a law tells", "nobody": "nobody can tell from outside"}[kind]
        lines.append(f"| {name} | {len(of)} | {_found(of)[0]} | {_found(of)[1]} |")
    both = [(row.ours, row.theirs) for row in rows if row.ours and row.theirs]
    ours, theirs = (f"{statistics.median(values):.0f}" for values in zip(*both, strict=True)) if both else ("-", "-")
    lines.append(f"| requests needed, median of what both find | {len(both)} | {ours} | {theirs} |")
    lines.append(f"| false alarms on correct servers | {len(alarms)} | {_found(alarms)[0]} | {_found(alarms)[1]} |")
    return "\n".join(lines)


def _found(rows: Sequence[Row]) -> tuple[int, int]:
    return sum(row.ours is not None for row in rows), sum(row.theirs is not None for row in rows)


def shown(requests: int | None) -> str:
    """A number of requests, or that nothing was found."""
    return "-" if requests is None else str(requests)


async def schemathesis(of: Bug | Correct, budget: int, checks: str | None = None) -> int | None:
    """After how many requests `st run` fails, within a budget; None if it does not."""
    chosen = ["--checks", checks] if checks else ["--exclude-checks", FALSE_HERE]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "openapi.json"
        data = contract(release_of(of), ours=False).document.data
        path.write_text(json.dumps({**data, "servers": [{"url": "/"}]}))
        async with deployed(of) as (url, app):
            app.budget = budget
            process = await asyncio.create_subprocess_exec(
                *(SCHEMATHESIS, "--config-file", str(CONFIG), "run", str(path), "--url", url, "--seed", SEED),
                *("--generation-database", "none", "--workers", "1", "--max-failures", "1", "--no-color"),
                *("--request-timeout", "1", *chosen),
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                cwd=folder,
            )
            ended, spent = asyncio.create_task(process.wait()), asyncio.create_task(app.spent.wait())
            try:
                await asyncio.wait({ended, spent}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                spent.cancel()
                if process.returncode is None:
                    process.kill()
            await ended
            assert not app.crashed, app.crashed
            return app.asked if process.returncode == FAILED and app.asked <= budget else None


def main(bugs: Sequence[Bug], correct: Sequence[Correct]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--ours", action="store_true", help="leave `st run` out")
    parser.add_argument("--with", dest="name", choices=OURS, default="verify", help="what ours is")
    parser.add_argument("--seen", nargs="*", choices=KINDS, default=KINDS, help="only bugs that these can tell")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="only these bugs")
    chosen = parser.parse_args()
    logging.disable(logging.CRITICAL)
    assert scenarios()
    named = [bug for bug in bugs if (not chosen.only or bug.name in chosen.only) and bug.seen in chosen.seen]
    asyncio.run(main_async(named, correct, chosen.name, peer=not chosen.ours))
    return 0
