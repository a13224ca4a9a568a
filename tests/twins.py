"""Writes the waiting twin of the awaiting modules: ``python tests/twins.py``; a test holds the two together."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import unasync

EMBEDDED = Path(__file__).parent.parent / "src" / "understudy" / "embedded"
MODULES = ("asking.py", "agent.py", "control.py")
CLASSES = ("Agent", "Asker", "Client", "Clock", "Control", "Faults", "Journal", "Sandbox", "State")
WORDS = {"aio": "sync", "aclose": "close", "aread": "read", "aiter_lines": "iter_lines"}


def written() -> dict[str, str]:
    """Each waiting module by file name, as it should be."""
    rule = unasync.Rule("/aio/", "/sync/", additional_replacements={**{f"Async{c}": c for c in CLASSES}, **WORDS})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "aio").mkdir()
        for module in MODULES:
            shutil.copy(EMBEDDED / "aio" / module, folder / "aio" / module)
        unasync.unasync_files([str(folder / "aio" / module) for module in MODULES], [rule])
        return {module: _tidy(module, (folder / "sync" / module).read_text()) for module in MODULES}


def _tidy(module: str, text: str) -> str:
    """Imports in their order, lines in their length."""
    ruff, name = Path(sys.executable).parent / "ruff", EMBEDDED / "sync" / module
    for command in (["check", "--fix-only", "--select", "I"], ["format"]):
        done = subprocess.run(
            [ruff, *command, "--quiet", "--stdin-filename", name, "-"],
            input=text, capture_output=True, text=True, check=True, cwd=EMBEDDED,
        )  # fmt: skip
        text = done.stdout
    return text


if __name__ == "__main__":
    for module, text in written().items():
        (EMBEDDED / "sync" / module).write_text(text)
