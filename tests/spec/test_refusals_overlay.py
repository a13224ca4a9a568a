"""The overlay with our gate's own refusals: it fits every document, of either version."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chatwoot_documents import PUBLISHED, REFUSALS
from understudy.contract.document import load, operations

STATUSES = {"400", "404", "413", "415", "422"}


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_it_fits_a_document_of_either_version(tmp_path: Path, version: str) -> None:
    """A document without components gets them; the result is valid."""
    document = {
        "openapi": version,
        "info": {"title": "Small", "version": "1"},
        "paths": {"/things": {"get": {"operationId": "list", "responses": {"200": {"description": "Things"}}}}},
    }
    path = tmp_path / "small.json"
    path.write_text(json.dumps(document))
    data = load(path, [REFUSALS]).data
    assert set(data["paths"]["/things"]["get"]["responses"]) == {"200"} | STATUSES
    assert set(data["components"]["schemas"]) == {"understudy_problem", "understudy_violation"}


def test_a_documents_own_body_stays_beside_ours() -> None:
    """Where the vendor documents 404 with a body of its own, both are allowed."""
    own: Any = {node["operationId"]: node["responses"] for _, _, node, _ in operations(load(PUBLISHED).data)}
    both: Any = {
        node["operationId"]: node["responses"] for _, _, node, _ in operations(load(PUBLISHED, [REFUSALS]).data)
    }
    for name, responses in both.items():
        assert set(responses) == set(own[name]) | STATUSES
        for status in STATUSES:
            before = own[name].get(status, {}).get("content", {})
            assert set(responses[status]["content"]) == set(before) | {"application/problem+json"}
            assert before.items() <= responses[status]["content"].items()
