"""Brings every file that a document refers to into the document, so that no tool behind it ever opens one.

Called by `document`. References become internal; nothing is fetched over a network, and nothing outside of the
document's folder is read.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from understudy.contract import pointer
from understudy.contract.source import Source, SourceError, read

# Where the files that a document refers to are kept inside it; `x-` because OpenAPI leaves that name to us.
FILES = "x-understudy-files"

# Below these keys anything may stand, also something that looks like a reference.
LITERAL = frozenset({"example", "examples", "default", "enum", "const"})

_SUFFIXES = frozenset({".json", ".yaml", ".yml"})


class Bundler:
    """Bundles one document.

    Args:
        folder: the document's folder.
        main: the document.
        referred: the files that it refers to, by their path below the folder; those read are added.
    """

    def __init__(self, folder: Path, main: Source, referred: dict[str, Source]) -> None:
        self.folder = folder
        self.main = main
        self.referred = referred

    def bundle(self) -> dict[str, Any]:
        """The document with the files in it.

        Errors: `SourceError` for a reference to a file that cannot be had.
        """
        data: dict[str, Any] = self._rewrite(self.main.data, self.main, "")
        files: dict[str, Any] = {}
        while len(files) < len(self.referred):
            for name in [n for n in self.referred if n not in files]:
                source = self.referred[name]
                files[name] = self._rewrite(source.data, source, "")
        if files:
            data[FILES] = files
        return data

    def _rewrite(self, node: Any, source: Source, at: str) -> Any:
        if isinstance(node, list):
            return [self._rewrite(item, source, f"{at}/{index}") for index, item in enumerate(node)]
        if not isinstance(node, dict):
            return node
        out: dict[str, Any] = {}
        for key, value in node.items():
            where = f"{at}/{pointer.escape(key)}"
            if key == "$ref" and isinstance(value, str):
                out[key] = self._reference(value, source, where)
            elif key == "mapping" and at.endswith("/discriminator") and isinstance(value, dict):
                out[key] = {
                    tag: self._tag(target, source, f"{where}/{pointer.escape(tag)}") for tag, target in value.items()
                }
            elif key in LITERAL and not at.endswith("/properties"):
                out[key] = value
            else:
                out[key] = self._rewrite(value, source, where)
        return out

    def _tag(self, target: Any, source: Source, where: str) -> Any:
        """What a discriminator's tag stands for: a schema's name, or a reference as any other."""
        refers = isinstance(target, str) and ("#" in target or "/" in target or Path(target).suffix in _SUFFIXES)
        return self._reference(target, source, where) if refers else target

    def _reference(self, reference: str, source: Source, where: str) -> str:
        target, _, fragment = reference.partition("#")
        if not target:
            if source is self.main:
                return reference
            name = next(name for name, known in self.referred.items() if known is source)
            return f"#/{FILES}/{pointer.escape(name)}{fragment}"
        fault = "goes to the network; keep the file beside the document"
        if "://" not in target and not target.startswith("//"):
            path = (source.path.resolve().parent / target).resolve()
            if path == self.main.path.resolve():
                return f"#{fragment}"
            fault = self._take_in(path)
        if fault:
            raise SourceError(f"$ref {reference} {fault}", source.place(where) or source.path)
        return f"#/{FILES}/{pointer.escape(str(path.relative_to(self.folder)))}{fragment}"

    def _take_in(self, path: Path) -> str:
        """Read a file that is referred to; returns what is wrong with that, or nothing."""
        if not path.is_relative_to(self.folder):
            return "leaves the document's folder; move the file into it"
        name = str(path.relative_to(self.folder))
        if name not in self.referred:
            if not path.is_file():
                return "names a file that does not exist"
            self.referred[name] = read(path)
        return ""
