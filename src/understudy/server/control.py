"""The control plane: what the fake says of itself, described by `spec/understudy/control.yaml`.

It is a part like any other: routed by Connexion, judged by the same gate. It knows the other parts and no
service by name.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import orjson
import yaml

from understudy import __version__
from understudy.contract.exchange import Response
from understudy.server import problem
from understudy.server.call import Call, Part
from understudy.server.handlers import params, respond
from understudy.server.journal import Journal
from understudy.server.webhooks import Webhooks
from understudy.services.service import Params, Refusal, Reply


class ControlAnswerer:
    """Answers the control plane's operations.

    Args:
        parts: the parts served beside it.
        journal: the exchanges so far.
        clock: the time, seconds since the Unix epoch.
        webhooks: sends webhooks when it is asked to.
    """

    def __init__(self, parts: list[Part], journal: Journal, clock: Callable[[], float], webhooks: Webhooks) -> None:
        self.parts = parts
        self.journal = journal
        self.clock = clock
        self.handlers: Mapping[str, Callable[[Call, Params], Any]] = {
            "health": lambda _, given: self.health(given),
            "effective-document-json": lambda _, given: self.document_json(given),
            "effective-document-yaml": lambda _, given: self.document_yaml(given),
            **webhooks.operations(),
        }
        self._json = cache(lambda: orjson.dumps(_served(parts[0])))
        self._yaml = cache(lambda: yaml.dump(_served(parts[0]), Dumper=_Dumper, sort_keys=False, allow_unicode=True))

    async def answer(self, call: Call) -> Response:
        """Call the operation's function."""
        try:
            said = self.handlers[call.operation_id](call, params(call))
        except Refusal as refusal:
            return problem.problem(problem.CONTROL, refusal.status, str(refusal.body))
        return respond(said if isinstance(said, Reply) else Reply(said), "application/json")

    def unrouted(self, call: Call) -> Response | None:  # noqa: ARG002 - the interface's
        """Nothing of our own: the gate says it."""
        return None

    def now(self, call: Call) -> float:  # noqa: ARG002 - the interface's
        """The time."""
        return self.clock()

    def marks(self, call: Call, seconds: float) -> list[tuple[bytes, bytes]]:  # noqa: ARG002 - the interface's
        """None."""
        return []

    def health(self, _: Params) -> Any:
        """That we are there, and what we play."""
        return {
            "status": "ok",
            "version": __version__,
            "parts": [
                {
                    "name": part.name,
                    "title": part.contract.document.title,
                    "base_path": part.base_path or "/",
                    "operations": len(part.contract.operations),
                }
                for part in self.parts
            ],
            "exchanges": self.journal.total,
        }

    def document_json(self, _: Params) -> Reply:
        """The effective document of the first part, as JSON."""
        return Reply(self._json())

    def document_yaml(self, _: Params) -> Reply:
        """The effective document of the first part, as YAML."""
        return Reply(self._yaml().encode(), media_type="application/yaml")


def _served(part: Part) -> dict[str, Any]:
    """The effective document with this server in it: a client generated from it must not call production."""
    data = copy.copy(part.contract.data)
    data["servers"] = [{"url": part.base_path or "/"}]
    return data


class _Dumper(yaml.SafeDumper):
    """YAML without aliases, and with quotes around what YAML 1.1 readers would take for a boolean."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Write every value out."""
        return True
