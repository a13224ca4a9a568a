"""`--header-command`: a token that runs out in the middle of a run is asked for again, and stands in no report."""

from __future__ import annotations

import json
import shlex
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from documents import document
from hostile_shop import JSON, Answer, deployed, paths
from understudy.cli import main

LIFE = 1.3
ISSUER = """
import pathlib, secrets, sys, time
issued = pathlib.Path(sys.argv[1])
known = issued.read_text().split() if issued.exists() else []
if len(known) >= int(sys.argv[2]):
    sys.exit("the issuer is closed")
issued.write_text(" ".join([*known, f"{secrets.token_hex(12)}@{time.time()}"]))
print("Bearer", issued.read_text().split()[-1].partition("@")[0])
"""


class Shop:
    """A shop whose tokens live for a moment, and a command that issues them."""

    def __init__(self, folder: Path, most: int = 1_000) -> None:
        self.issued = folder / "issued"
        self.refused = 0
        script = folder / "issuer.py"
        script.write_text(ISSUER)
        self.command = shlex.join([sys.executable, str(script), str(self.issued), str(most)])

    def tokens(self) -> list[tuple[str, float]]:
        """Every token with the moment it was issued at."""
        parts = [one.partition("@") for one in self.issued.read_text().split()]
        return [(token, float(moment)) for token, _, moment in parts]

    def answer(self, _verb: str, path: str, headers: Mapping[str, str], _body: bytes) -> Answer:
        """What it says to whoever has the last token while that lives; it says the token back."""
        token, moment = self.tokens()[-1]
        if headers.get("Authorization") != f"Bearer {token}" or time.time() - moment > LIFE:
            self.refused += 1
            return 401, JSON, b"{}"
        pet = {"id": 1, "name": "Ada", "said": headers["Authorization"]}
        return 200, JSON, json.dumps([pet] if path.startswith("/pets?") or path == "/pets" else pet).encode()


def asked(command: str, shop: Shop, folder: Path, *options: str) -> tuple[Result, dict[str, Any]]:
    """What a command says of the shop, and its report."""
    file, report = folder / "shop.json", folder / "report.json"
    made = paths(30)
    made["/pets"].pop("post")
    made["/pets/{id}"].pop("delete")
    file.write_text(json.dumps(document(made)))
    with deployed(shop.answer) as url:
        words = {"replay": ["replay", str(folder / "corpus"), url], "verify": ["verify", url]}[command]
        if command == "replay":
            CliRunner().invoke(main, ["fuzz", str(file), "--out", str(folder / "corpus"), "--seed", "1"])
        done = CliRunner().invoke(
            main,
            [
                *words,
                "--document",
                str(file),
                "--header-command",
                f"Authorization={shop.command}",
                *options,
                "--report",
                f"json={report}",
            ],
            catch_exceptions=False,
        )
    return done, json.loads(report.read_text()) if report.exists() else {}


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("replay", ["--rate", "20"]),
        ("verify", ["--part", "examples", "--rate", "20"]),
    ],
    ids=["replay", "verify"],
)
def test_a_token_that_runs_out_is_asked_for_again(command: str, options: list[str], tmp_path: Path) -> None:
    """What was refused for an old token is sent again with a new one and is no finding; no token is told."""
    shop = Shop(tmp_path)
    done, report = asked(command, shop, tmp_path, *options)
    assert 401 not in {call["status"] for call in report["exchanges"]}, done.output
    assert "status-unknown" not in {finding["broken"]["code"] for finding in report["findings"]}
    assert shop.refused >= 1
    assert len(shop.tokens()) >= 2
    told = done.output + json.dumps(report)
    assert not [token for token, _ in shop.tokens() if token in told]


def test_a_token_that_cannot_be_renewed_is_told(tmp_path: Path) -> None:
    """The refusal stands then, with what the command said."""
    shop = Shop(tmp_path, most=1)
    done, report = asked("replay", shop, tmp_path, "--rate", "20")
    assert done.exit_code == 1
    assert "status-unknown" in {finding["broken"]["code"] for finding in report["findings"]}
    assert any("it ended with 1: the issuer is closed" in (call.get("note") or "") for call in report["exchanges"])


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("no-such-program", "it cannot be run"),
        (shlex.join([sys.executable, "-c", "import sys; sys.exit('who are you?')"]), "it ended with 1: who are you?"),
        (shlex.join([sys.executable, "-c", "pass"]), "it printed nothing"),
        ('"unended', "mind the quotes"),
        ("", "it cannot be run"),
    ],
)
def test_a_command_that_gives_nothing_ends_it_before_anything_is_sent(command: str, said: str, tmp_path: Path) -> None:
    """Exit code 2, and the fix."""
    shop = Shop(tmp_path)
    shop.command = command
    done, _ = asked("verify", shop, tmp_path)
    assert done.exit_code == 2, done.output
    assert said in done.output
    assert shop.refused == 0
