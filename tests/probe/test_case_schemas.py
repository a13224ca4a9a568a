"""Random documents: whatever they say, no case is mislabelled and nothing crashes.

``UNDERSTUDY_CASE_DOCUMENTS=500 pytest tests/probe/test_case_schemas.py`` tries more of them.
"""

from __future__ import annotations

import os
import tempfile
import warnings
from pathlib import Path
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from case_documents import written
from operations import made_document
from understudy.contract.contract import Contract
from understudy.contract.document import DocumentError
from understudy.probe.cases.case import Case
from understudy.probe.cases.corpus import generate

DOCUMENTS = int(os.environ.get("UNDERSTUDY_CASE_DOCUMENTS", "12"))

sources = st.integers(0, 2**32)


@settings(
    max_examples=DOCUMENTS, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(sources, st.sampled_from(["3.0", "3.1"]))
def test_no_case_of_a_random_document_is_mislabelled(number: int, version: str) -> None:
    """Stock openapi-core says of every case of a random document what its label says, and a file keeps each as it is."""
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")  # openapi-core warns of what is deprecated
        try:
            contract = written(Path(folder) / "d.json", made_document(Random(number), version))  # noqa: S311 - no secret
        except DocumentError:
            return
        stock = Contract(contract.document, "stock")
        for case in generate(contract, number):
            request = case.request(contract)
            found = {(one.code, one.schema) for one in stock.check_request(request) if one.status}
            assert found == ({(case.broken.code, case.broken.schema)} if case.broken else set()), case
            read = Case.from_json(case.as_json()).request(contract)
            assert (read.target, read.raw_headers, read.body) == (request.target, request.raw_headers, request.body)
