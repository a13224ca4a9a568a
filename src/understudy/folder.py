"""A service of one's own: a folder with a document, a module of handlers and a seed, outside of this package.

``document.yaml`` (or ``.json``), ``handlers.py``, ``seed.yaml``; if they are there, ``overlay.yaml``, ``events.yaml``
and ``scenarios/``. Called by `effective` for a target that is a folder. Every fault is a `FolderError` with file, line
and fix.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
import sys
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.records import Collection, Records
from understudy.services.service import Handler, Params, Reply, Service

DOCUMENTS = ("document.yaml", "document.yml", "document.json")
MODULE, SEED, OVERLAY, EVENTS, SCENARIOS = "handlers.py", "seed.yaml", "overlay.yaml", "events.yaml", "scenarios"
PREFIX = "understudy_folder_"

NOT_FOUND, BAD_REQUEST = 404, 400


class FolderError(Exception):
    """A folder that holds no service that can be played; the message says file, line and fix."""


def is_folder(target: str) -> bool:
    """Whether a target names a service's folder."""
    return Path(target).is_dir()


def service_in(target: str) -> Service:
    """The service in a folder, its module read anew.

    Errors: `FolderError`.
    """
    folder = Path(target).resolve()
    document = next((folder / name for name in DOCUMENTS if (folder / name).is_file()), None)
    if document is None:
        raise FolderError(
            f"{folder}: this is a folder without {DOCUMENTS[0]}; put one there, or name a document's file"
        )
    for name in (MODULE, SEED):
        if not (folder / name).is_file():
            raise FolderError(f"{folder}: there is no {name}; `understudy new` writes a folder with one")
    module = _imported(folder)
    said = vars(module)
    handlers = _handlers(folder / MODULE, said.get("HANDLERS"))
    collections = [value for value in said.values() if isinstance(value, Collection)]

    def plant(sandbox: Sandbox, data: Mapping[str, Any]) -> None:
        _known(data, collections)
        for collection in collections:
            collection.plant(sandbox, data)

    return Service(
        name=folder.name,
        title=said.get("TITLE", folder.name),
        document=str(document),
        overlays=tuple(str(path) for path in (folder / OVERLAY,) if path.is_file()),
        seed=str(folder / SEED),
        handlers=handlers,
        tables=said.get("tables", Records),
        plant=said.get("plant", plant),
        introduce=said.get("introduce", lambda _: {}),
        unrouted=said.get("unrouted", _unrouted),
        malformed=said.get("malformed", _malformed),
        settings=said.get("SETTINGS", {}),
        events=str(folder / EVENTS) if (folder / EVENTS).is_file() else None,
        timers=said.get("TIMERS", {}),
        scenarios=str(folder / SCENARIOS) if (folder / SCENARIOS).is_dir() else None,
        files=(folder / MODULE, *sorted({*folder.rglob("*.py"), *folder.glob("*.json")} - {folder / MODULE})),
    )


def _known(data: Mapping[str, Any], collections: list[Collection]) -> None:
    names = [collection.name for collection in collections]
    for key in data:
        if key not in names:
            raise ValueError(f"the seed has the unknown key {key!r}; it may have: {', '.join(names) or 'none'}")


def _unrouted(_: Params) -> Reply:
    return Reply({"message": "There is nothing here."}, NOT_FOUND)


def _malformed(_: Params) -> Reply:
    return Reply({"message": "The body cannot be read."}, BAD_REQUEST)


def _imported(folder: Path) -> ModuleType:
    """The folder's module, run from its file as it is now; what stands beside it is imported with a dot before it."""
    path = folder / MODULE
    name = PREFIX + re.sub(r"\W", "_", folder.name)
    for known in [known for known in sys.modules if known == name or known.startswith(f"{name}.")]:
        del sys.modules[known]
    try:
        # Compiled here and not by the import machinery, which trusts a file's time of day and may take an older one.
        code = compile(path.read_text(encoding="utf-8"), str(path), "exec", dont_inherit=True)
    except SyntaxError as error:
        place = f"{path}:{error.lineno}:{error.offset}"
        raise FolderError(f"{place}: this is not Python: {error.msg}; correct the line") from None
    except (ValueError, OSError) as error:
        raise FolderError(f"{path}: the file cannot be read: {error}; save it as UTF-8") from None
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=[str(folder)])
    assert spec is not None  # noqa: S101 - a file with this suffix always has one
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        exec(code, vars(module))  # noqa: S102 - the user's own module, named by the user
    except Exception as error:  # noqa: BLE001 - whatever the user's module raises is told with its line
        del sys.modules[name]
        raise FolderError(_told(folder, path, error)) from None
    return module


def _told(folder: Path, path: Path, error: Exception) -> str:
    """Where in the user's files an error was raised, and what it says."""
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(folder)
    ]
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else str(path)
    if isinstance(error, SyntaxError):
        place = f"{error.filename}:{error.lineno}"
    return f"{place}: {type(error).__name__}: {error}; the module must import without an error"


def _handlers(path: Path, found: Any) -> Mapping[str, Handler]:
    """The handlers, each one fit to be called.

    Errors: `FolderError`.
    """
    line = _line_of(path, "HANDLERS")
    if not isinstance(found, Mapping):
        raise FolderError(
            f"{path}:{line}: there is no HANDLERS; write HANDLERS = {{'operationId': function, ...}} with one entry "
            "per operation"
        )
    faults = [
        f"{place}: {fault}" for name, handler in found.items() for place, fault in _faults(path, line, name, handler)
    ]
    if faults:
        raise FolderError("\n".join(faults))
    return dict(found)


def _faults(path: Path, line: int, name: Any, handler: Any) -> Iterator[tuple[str, str]]:
    """What is wrong with a handler, and where."""
    place = f"{path}:{line}"
    if not callable(handler):
        yield place, f"the handler of {name} is {handler!r}; name a function"
        return
    code = getattr(inspect.unwrap(handler), "__code__", None)
    if code is not None:
        place = f"{code.co_filename}:{code.co_firstlineno}"
    called = getattr(handler, "__name__", str(name))
    if inspect.iscoroutinefunction(handler):
        yield place, f"{called} is async; a handler is a plain function: leave `async` out"
        return
    try:
        signature = inspect.signature(handler)
    except (TypeError, ValueError):  # nobody knows how it is called
        return
    try:
        signature.bind(None, None)
    except TypeError:
        yield place, f"{called}{signature} cannot be called with (sandbox, params); let it take these two"


def _line_of(path: Path, name: str) -> int:
    """The line that gives a name its value; 1 if there is none."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            return int(node.lineno)
    return 1
