"""Answers kept beside their cases, and later ones held against them: status, shape, and values but ids and times.

``answers.ndjson`` has one answer a line, by the case's id and the how manieth of it. Called by `replay_command` for
``--record`` and ``--expect``. It must not judge by any contract.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from understudy.contract.exchange import Exchange, Request, Response
from understudy.contract.violations import Violation
from understudy.probe.alignment import Alignment
from understudy.probe.corpus import CorpusError, Item

ANSWERS = "answers.ndjson"
PLACE = "recorded#"
"""What the promise of such a finding begins with: it is the recorded answer itself."""

Key = tuple[str, int]
"""A case's id, and the how manieth exchange of it."""


class Recorder:
    """Keeps answers.

    Attributes:
        answers: by case and number.
    """

    def __init__(self) -> None:
        self.answers: dict[Key, Exchange] = {}

    def told(self, item: Item, number: int, exchange: Exchange) -> None:
        """Keep an answer."""
        self.answers[item.id, number] = exchange

    def write(self, file: Path) -> None:
        """Write what was kept, whole or not at all. Errors: `CorpusError`."""
        new = file.with_name(f".{file.name}")
        try:
            new.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in self._lines()))
            new.replace(file)
        except OSError as error:
            raise CorpusError(f"{file} cannot be written: {error.strerror}; copy the corpus somewhere else") from None

    def _lines(self) -> Iterator[dict[str, Any]]:
        for (identity, number), exchange in sorted(self.answers.items()):
            line: dict[str, Any] = {"id": identity, "step": number, "status": None}
            if exchange.response is not None:
                response = exchange.response
                line |= {"status": response.status_code, "content_type": response.fields.get("content-type", "")}
                try:
                    line["text"] = response.body.decode()
                except UnicodeDecodeError:
                    line["base64"] = base64.b64encode(response.body).decode()
            yield line


class Expectation:
    """Holds answers against those that were recorded.

    Args:
        answers: what `read` gave.

    Attributes:
        met: every answer that differs, and what a report is to say of it.
        unknown: how many answers nothing was recorded for.
    """

    def __init__(self, answers: dict[Key, Exchange]) -> None:
        self._answers = answers
        self._alignment = Alignment()
        self.unknown = 0
        self.met: list[tuple[Item, Exchange, Violation]] = []

    def told(self, item: Item, number: int, exchange: Exchange) -> None:
        """Hold an answer against what was recorded."""
        recorded = self._answers.get((item.id, number))
        if recorded is None:
            self.unknown += 1
            return
        for difference in self._alignment.differences(recorded, exchange):
            message = f"{difference.kind}: recorded was {difference.a}, now it is {difference.b}"
            place = f"{PLACE}{difference.kind}"
            violation = Violation(difference.where, "law-broken", "response", exchange.operation_id, place, message)
            self.met.append((item, exchange, violation))


def read(file: Path) -> dict[Key, Exchange]:
    """The recorded answers. Errors: `CorpusError`."""
    found: dict[Key, Exchange] = {}
    try:
        for line in file.read_bytes().splitlines():
            data = orjson.loads(line)
            response = None
            if data["status"] is not None:
                body = base64.b64decode(data["base64"]) if "base64" in data else data["text"].encode()
                response = Response(data["status"], [(b"content-type", data["content_type"].encode())], body)
            found[data["id"], data["step"]] = Exchange(Request("GET", "/"), response)
    except OSError as error:
        raise CorpusError(f"{file}: {error.strerror}; record the answers first, with --record") from None
    except (ValueError, KeyError, TypeError) as error:
        raise CorpusError(f"{file}: these are no recorded answers ({error}); record them anew") from None
    return found
