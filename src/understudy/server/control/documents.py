"""What is played, and the documents that are enforced, as the control plane tells them.

Each document is told with this server in it, so that a client generated from it never calls production.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import orjson
import yaml

from understudy import __version__
from understudy.contract.contract import Contract
from understudy.effective import TargetError
from understudy.server.call import Call, Part
from understudy.server.control.served import CONFLICT, NOT_FOUND, Operations, Served
from understudy.services.service import Params, Refusal, Reply

EFFECTIVE = ("/openapi.json", "/openapi.yaml")
"""Where the document that is enforced is read, at the root and below a base path."""


def operations(served: Served, itself: Callable[[], Part]) -> Operations:
    """The operations on documents.

    Args:
        served: what is served.
        itself: gives the control plane's own part.
    """

    def health(_: Call, __: Params) -> Any:
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
                for part in served.parts
            ],
            "exchanges": served.journal.total,
        }

    def reload(_: Call, __: Params) -> Any:
        if served.reload is None:
            raise Refusal(
                CONFLICT, "A program serves this, not files; let the program serve the changed document anew."
            )
        try:
            return {"reloaded": list(served.reload())}
        except TargetError as error:
            raise Refusal(CONFLICT, f"What changed cannot be served, so the old one stays: {error}") from None

    return {
        "health": health,
        "reload-documents": reload,
        "list-services": lambda call, _: [_told(part, call) for part in served.parts],
        "get-service-document": lambda call, _: _document(served, call.request.path_params),
        "get-control-document": lambda _, __: Reply(_json(itself().contract, "/")),
        "effective-document-json": lambda call, _: Reply(_effective(served.parts, call, _json)),
        "effective-document-yaml": lambda call, _: Reply(
            _effective(served.parts, call, _yaml), media_type="application/yaml"
        ),
    }


def places(parts: Sequence[Part]) -> dict[str, tuple[str, ...]]:
    """Below which base paths each of `EFFECTIVE` stands, where no document has that path itself."""
    return {
        template: tuple(
            base for base in dict.fromkeys(part.base_path for part in parts)
            if base and not any(part.base_path == base and template in part.contract.templates() for part in parts)
        )
        for template in EFFECTIVE
    }  # fmt: skip


def address(parts: Sequence[Part], part: Part) -> str:
    """The path at which a part's effective document is read."""
    for base in (part.base_path, ""):
        if _part_below(parts, base) is part and (not base or base in places(parts)[EFFECTIVE[0]]):
            return base + EFFECTIVE[0]
    return f"/_understudy/services/{part.name}/openapi.json"


def _part_below(parts: Sequence[Part], base: str) -> Part:
    """Whose document stands below a base path: of several there the first; at the root, the first of all."""
    return next((part for part in parts if base and part.base_path == base), parts[0])


def _effective(parts: Sequence[Part], call: Call, write: Callable[[Contract, str], bytes]) -> bytes:
    part = _part_below(parts, call.request.path.rpartition("/")[0])
    return write(part.contract, part.base_path)


def _told(part: Part, call: Call) -> dict[str, Any]:
    """One service, as the list tells it."""
    service, sandboxes = part.service, part.sandboxes
    values: Mapping[str, str] = sandboxes.get(call.sandbox).settings if sandboxes is not None else {}
    return {
        "name": part.name,
        "title": part.contract.document.title,
        "base_path": part.base_path or "/",
        "documents": {
            kind: f"/_understudy/services/{part.name}/{kind}.json"
            for kind, contract, _ in _contracts(part)
            if contract is not None
        },
        "operations": list(part.contract.by_id),
        "settings": {
            name: {"value": values.get(name, setting.default), "choices": list(setting.choices), "help": setting.help}
            for name, setting in (service.settings if service else {}).items()
        },
        "cable": part.base_path + service.cable.path if service and service.cable else None,
        "sandboxes": None if sandboxes is None else len(sandboxes),
    }


def _document(served: Served, asked: Mapping[str, str]) -> Reply:
    """One document of one service."""
    part = next((part for part in served.parts if part.name == asked["service"]), None)
    if part is None:
        known = ", ".join(part.name for part in served.parts)
        raise Refusal(NOT_FOUND, f"There is no service {asked['service']!r} here; served are: {known}.")
    for kind, contract, base_path in _contracts(part):
        if f"{kind}.json" == asked["document"] and contract is not None:
            return Reply(_json(contract, base_path))
    raise Refusal(NOT_FOUND, f"{part.name} has no {asked['document']}; the list of services names what it has.")


def _contracts(part: Part) -> tuple[tuple[str, Contract | None, str], ...]:
    """Every document of a part: what it is called, its contract, and where it is served."""
    control = part.control
    return (
        ("openapi", part.contract, part.base_path),
        ("events", part.events, part.base_path),
        ("control", control.contract if control else None, control.base_path if control else ""),
    )


@lru_cache(maxsize=32)
def _json(contract: Contract, base_path: str) -> bytes:
    return orjson.dumps(_here(contract, base_path))


@lru_cache(maxsize=8)
def _yaml(contract: Contract, base_path: str) -> bytes:
    text: str = yaml.dump(_here(contract, base_path), Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    return text.encode()


def _here(contract: Contract, base_path: str) -> dict[str, Any]:
    """The effective document with this server in it."""
    data = copy.copy(contract.data)
    data["servers"] = [{"url": base_path or "/"}]
    return data


class _Dumper(yaml.SafeDumper):
    """YAML without aliases, and with quotes around what YAML 1.1 readers would take for a boolean."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Write every value out."""
        return True
