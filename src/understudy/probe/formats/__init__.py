"""Formats: a corpus as other tools take it. One format is one file, and `FORMATS` is the table of them.

Called by the command line after a corpus is made. What a format cannot express is left out and said in the file. A
format gets the requests as text and gives text; it must not know where the text goes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from understudy.probe.corpus import CorpusError
from understudy.probe.formats import curl, har, http, k6, postman, pytest
from understudy.probe.formats.script import Script


@dataclass(frozen=True, slots=True)
class Format:
    """One format: the file's name, and what writes it."""

    file: str
    write: Callable[[Script], str]


FORMATS: Mapping[str, Format] = {
    "curl": Format("cases.sh", curl.write),
    "pytest": Format("test_cases.py", pytest.write),
    "har": Format("cases.har", har.write),
    "http": Format("cases.http", http.write),
    "postman": Format("cases.postman_collection.json", postman.write),
    "k6": Format("cases.k6.js", k6.write),
}
"""The formats besides ndjson, which the corpus itself is."""


def write_all(folder: Path, wanted: Collection[str], script: Script) -> list[Path]:
    """Write a corpus in the formats that are wanted; returns the files.

    Errors: `CorpusError`.
    """
    written = []
    for name, form in FORMATS.items():
        if name in wanted:
            file = folder / form.file
            try:
                file.write_text(form.write(script), encoding="utf-8")
            except OSError as error:
                raise CorpusError(f"{file} cannot be written: {error.strerror}; choose another --out") from None
            written.append(file)
    return written
