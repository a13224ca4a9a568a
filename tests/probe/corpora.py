"""Corpora of the shelves' document, and the requests that their cases are: for the tests of fuzz and replay."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from shelves import DOCUMENT
from understudy.contract.contract import Contract
from understudy.contract.coverage import Coverage
from understudy.contract.document import load
from understudy.effective import document_of
from understudy.probe import fuzz
from understudy.probe.cases.case import Case
from understudy.probe.corpus import About, Corpus, read

CREDENTIALS = ("--param", "bearer=5ecr3t")

Asked = tuple[str, str, bytes]
"""Method, target and body, as `Shelves.heard` has them."""


def shelves_document(folder: Path) -> Path:
    """The document as a file."""
    path = folder / "shelves.yaml"
    path.write_text(yaml.safe_dump(DOCUMENT))
    return path


def shelves_corpus(folder: Path, most: int | None = None) -> Path:
    """A corpus of the shelves; its folder."""
    path = shelves_document(folder)
    contract = Contract(load(path))
    about = About(str(path), "Shelves", Coverage(contract).digest, "observed", (), 3, most)
    fuzz.make(fuzz.Order(contract, about, folder / "corpus"), lambda *_: None)
    return folder / "corpus"


def contract_of(target: str) -> Contract:
    """The contract that a corpus of a target is labelled by."""
    return Contract(document_of(target, ours=False)[0])


def cases_of(corpus: Corpus | Path) -> list[Case]:
    """The single cases of a corpus."""
    items = (read(corpus) if isinstance(corpus, Path) else corpus).items
    return [item for item in items if isinstance(item, Case)]


def asked(contract: Contract, case: Case, known: Mapping[str, Any]) -> Asked:
    """A case as a server hears it."""
    request = case.ask.filled(known).request(contract, contract.by_id[case.operation_id])
    return request.verb, request.target, request.body
