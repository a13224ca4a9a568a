"""Corpora of large documents: no crash, each label is what independent judges say, and every tool sends the cases.

A sample is judged in the suite; all of it on demand: ``UNDERSTUDY_CORPUS_CASES=0 pytest
tests/probe/test_large_documents.py``, or another number for so many cases of each document.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from functools import cache
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

import haralyzer
import pytest
from jsonschema import Draft202012Validator

from case_documents import written
from large_documents import DOCUMENTS
from shelves import Shelves, running
from test_corpus_formats import EVERY, expected, left_out, ran
from understudy.contract.contract import Contract
from understudy.probe.cases.case import Case
from understudy.probe.cases.corpus import generate
from understudy.probe.formats import FORMATS, write_all
from understudy.probe.formats.script import script

MOST = int(os.environ.get("UNDERSTUDY_CORPUS_CASES", "150"))
OPERATIONS = 6
"""Of how many operations cases are made in the suite; of all where all cases are wanted."""
ONE_EACH = [
    pytest.param(document, *tool.values, marks=tool.marks)
    for document, tool in zip(cycle(DOCUMENTS), EVERY, strict=False)
]
"""Each tool with one of the documents."""


def sampled(contract: Contract) -> list[Case]:
    """Cases of the operations at the end, which are the odd ones, and of some others; all where all are wanted."""
    if not MOST:
        return generate(contract, 1)
    *rest, last = contract.by_id
    only = {last, *Random(1).sample(rest, OPERATIONS)}  # noqa: S311 - a sample
    return generate(contract, 1, only=only, most=MOST)


@pytest.fixture(scope="module", params=DOCUMENTS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Contract, list[Case]]:
    """A document, its contract and cases of it."""
    data = DOCUMENTS[request.param]
    contract = written(tmp_path_factory.mktemp("large") / "document.json", data)
    return data, contract, sampled(contract)


def test_labels_are_what_stock_openapi_core_says(made: Any) -> None:
    """A valid case breaks nothing that is refused, an invalid one just the promise it names, judged without plans."""
    _, contract, cases = made
    assert len(contract.by_id) > 100
    assert {case.kind for case in cases} == {"valid", "invalid"}
    stock = Contract(contract.document, "stock")
    for case in cases:
        found = {(one.code, one.schema) for one in stock.check_request(case.request(stock)) if one.status}
        assert found == ({(case.broken.code, case.broken.schema)} if case.broken else set()), case


def test_json_bodies_are_labelled_as_jsonschema_judges_them(made: Any) -> None:
    """A JSON body is what its label says to JSON Schema's own library, formats aside, where the label is about it."""
    data, contract, cases = made
    judged = {"valid": 0, "invalid": 0}
    judge = cache(lambda name: validator(data, name))
    for case in cases:
        of_body = case.broken is None or (
            case.broken.where.startswith("/body") and case.broken.code not in ("schema-format", "body-malformed")
        )
        if of_body and isinstance(case.ask.body, dict | list) and judge(case.operation_id):
            body = json.loads(case.request(contract).body)
            assert judge(case.operation_id).is_valid(body) == (case.kind == "valid"), case
            judged[case.kind] += 1
    assert min(judged.values()) > 10


@pytest.mark.parametrize(("made", "name"), ONE_EACH, indirect=["made"])
def test_a_tool_sends_a_large_document(made: Any, name: str, tmp_path: Path) -> None:
    """A sample arrives byte by byte, with the headers that it asks for, and what a format cannot say is named."""
    _, contract, cases = made
    sample = [case for case in cases if not case.operation_id.startswith("list")][:: len(cases) // 12]
    sample += [case for case in cases if case.ask.parameters.get("cookie")][:3]
    app = Shelves()
    with running(app) as url:
        written_out = script(contract, sample, url, {})
        ran(name, written_out, tmp_path, url)
    missing = expected(contract, sample, written_out) - Counter(app.heard)
    text = (tmp_path / FORMATS[name].file).read_text()
    assert sum(missing.values()) == left_out(name, text) < len(sample) // 2


def test_every_format_of_a_large_document_can_be_read(made: Any, tmp_path: Path) -> None:
    """A shell, Python, JSON and a HAR reader take the files whole."""
    _, contract, cases = made
    written_out = script(contract, cases, "http://127.0.0.1:1", {})
    files = {path.name: path for path in write_all(tmp_path, FORMATS, written_out)}
    assert len(files) == len(FORMATS)
    shell = subprocess.run(["sh", "-n", str(files["cases.sh"])], capture_output=True, check=False)
    assert (shell.returncode, shell.stderr) == (0, b"")
    compile(files["test_cases.py"].read_text(), "test_cases.py", "exec")
    collection = json.loads(files["cases.postman_collection.json"].read_text())
    left = collection["info"]["description"].count("Left out: ")
    assert len(collection["item"]) + left == len(cases)
    entries = haralyzer.HarParser(json.loads(files["cases.har"].read_text())).har_data["entries"]
    assert len(entries) == sum(play.calls[0].text is not None for play in written_out.plays)


def validator(data: dict[str, Any], operation_id: str) -> Draft202012Validator | None:
    """What judges an operation's JSON body; None where it takes none."""
    for item in data["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict) and operation.get("operationId") == operation_id:
                content = operation.get("requestBody", {}).get("content", {})
                schema = content.get("application/json", {}).get("schema")
                return schema and Draft202012Validator({"allOf": [schema], "components": data["components"]})
    return None
