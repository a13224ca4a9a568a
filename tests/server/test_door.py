"""Credentials of documents that nobody plays: refused as documented, or in our own voice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from documents import document
from played import Client, Serve

PETS = str(Path(__file__).parents[1] / "made_documents" / "petstore.yaml")
SCHEMES = {"basic": {"type": "http", "scheme": "basic"}, "token": {"type": "http", "scheme": "bearer"}}
TOLD = {
    "application/json": {"schema": {"type": "object", "required": ["why"], "properties": {"why": {"type": "string"}}}}
}


def secured(serve: Serve, tmp_path: Path, *refusals: str, **direction: Any) -> Client:
    """A server with one operation that asks for a token, or for a name and a password."""
    responses = {"200": {"description": "Fine"}}
    responses |= {status: {"description": "No", "content": TOLD} for status in refusals}
    paths = {"/x": {"get": {"operationId": "x", "security": [{"token": []}, {"basic": []}], "responses": responses}}}
    path = tmp_path / "secured.json"
    path.write_text(json.dumps(document(paths, components={"securitySchemes": SCHEMES})))
    return serve(str(path), **direction)


def test_missing_credentials_are_the_documents_401(serve: Serve) -> None:
    """The product's body says what is missing, and `WWW-Authenticate` how to bring it."""
    got = serve(PETS).get("/pet/1")
    assert (got.status_code, got.headers["www-authenticate"]) == (401, 'ApiKey realm="api"')
    assert got.json()["message"] == "Credentials are missing: key."
    assert "understudy-refused" not in got.headers


def test_undocumented_refusals_are_our_own(serve: Serve, tmp_path: Path) -> None:
    """Without a documented 401 our problem lists the broken promise, with a challenge for each scheme."""
    got = secured(serve, tmp_path).get("/x")
    assert (got.status_code, got.json()["violations"][0]["code"]) == (401, "security-missing")
    assert got.headers["www-authenticate"] == 'Bearer realm="api", Basic realm="api"'


def test_a_document_with_403_alone_refuses_with_403(serve: Serve, tmp_path: Path) -> None:
    """The documented status is taken, with the product's body."""
    got = secured(serve, tmp_path, "403").get("/x")
    assert (got.status_code, set(got.json())) == (403, {"why"})


def test_only_accepted_credentials_pass(serve: Serve, tmp_path: Path) -> None:
    """Tokens, and names with passwords, that were not named are refused; without a list any will do."""
    for refusals, kind in ((("401",), "why"), ((), "type")):
        api = secured(serve, tmp_path, *refusals, accepted=("good", "ann:secret"))
        assert api.get("/x", headers={"authorization": "Bearer good"}).status_code == 200
        assert api.get("/x", auth=("ann", "secret")).status_code == 200
        for wrong in ({"headers": {"authorization": "Bearer bad"}}, {"auth": ("ann", "guess")}):
            got = api.get("/x", **wrong)
            assert got.status_code == 401
            assert kind in got.json()
    assert secured(serve, tmp_path).get("/x", headers={"authorization": "Bearer bad"}).status_code == 200


def test_the_policy_report_lets_missing_credentials_pass(serve: Serve) -> None:
    """Reporting notes what is missing; tokens that were asked for by name are still asked for."""
    got = serve(PETS, policy="report").get("/pet/1")
    assert (got.status_code, "security-missing" in got.headers["understudy-violations"]) == (200, True)
    assert serve(PETS, policy="report", accepted=("k",)).get("/pet/1", headers={"api_key": "x"}).status_code == 401
