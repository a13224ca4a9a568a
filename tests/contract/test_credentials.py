"""Security schemes: what each kind asks a request for, and whose credentials are accepted."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from documents import document
from understudy.contract import credentials
from understudy.contract.contract import ENGINES, Contract
from understudy.contract.document import load
from understudy.contract.exchange import Request

SCHEMES: dict[str, Any] = {
    "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "query": {"type": "apiKey", "in": "query", "name": "key"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "session"},
    "basic": {"type": "http", "scheme": "basic"},
    "bearer": {"type": "http", "scheme": "Bearer"},
    "digest": {"type": "http", "scheme": "digest"},
    "oauth": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://a.example/t", "scopes": {}}}},
    "openid": {"type": "openIdConnect", "openIdConnectUrl": "https://a.example/.well-known"},
}
BASIC = base64.b64encode(b"ann:secret").decode()
GOOD: dict[str, tuple[str, str]] = {
    "header": ("x-key", "k1"),
    "query": ("?", "key=k1"),
    "cookie": ("cookie", "a=b; session=k1"),
    "basic": ("authorization", f"Basic {BASIC}"),
    "bearer": ("authorization", "bearer abc.def"),
    "digest": ("authorization", 'Digest username="ann"'),
    "oauth": ("authorization", "Bearer abc"),
    "openid": ("authorization", "Bearer abc"),
}
BAD: dict[str, tuple[tuple[str, str], ...]] = {
    "header": (("x-key", ""), ("x-other", "k1")),
    "query": (("?", "key="), ("x-key", "k1")),
    "cookie": (("cookie", "a=b"), ("x-session", "k1")),
    "basic": (("authorization", "Basic ann:secret"), ("authorization", "Bearer abc"), ("authorization", "Basic YW5u")),
    "bearer": (("authorization", "Bearer"), ("authorization", "Bearer a b"), ("authorization", "abc")),
    "digest": (("authorization", "Digest "), ("authorization", "Basic x")),
    "oauth": (("authorization", f"Basic {BASIC}"), ("x-none", "1")),
    "openid": (("authorization", "Bearer ä"), ("x-none", "1")),
}


def asking(tmp_path: Path, security: list[Any], engine: Any = "plan") -> Contract:
    """A contract with one operation that asks for this."""
    paths = {"/x": {"get": {"operationId": "x", "security": security, "responses": {"200": {"description": "Fine"}}}}}
    path = tmp_path / "document.json"
    path.write_text(json.dumps(document(paths, components={"securitySchemes": SCHEMES})))
    return Contract(load(path), engine)


def request(*brought: tuple[str, str]) -> Request:
    """A request that brings this: headers, and a query under the name ``?``."""
    query = "&".join(value for name, value in brought if name == "?")
    headers = [(name.encode(), value.encode("latin-1")) for name, value in brought if name != "?"]
    return Request("GET", "/x", query=query.encode(), headers=headers, template="/x")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", SCHEMES)
def test_every_kind_of_scheme_is_judged(kind: str, engine: Any, tmp_path: Path) -> None:
    """Credentials in the right place and form pass; missing and malformed ones break one promise, by either engine."""
    contract = asking(tmp_path, [{kind: []}], engine)
    assert contract.check_request(request(GOOD[kind])) == ()
    for bad in (*((one,) for one in BAD[kind]), ()):
        codes = {violation.code for violation in contract.check_request(request(*bad))}
        assert "security-missing" in codes, bad


def test_alternatives_and_combinations(tmp_path: Path) -> None:
    """One alternative is enough, all of its schemes are needed, and an empty one lets everybody in."""
    contract = asking(tmp_path, [{"header": [], "query": []}, {"bearer": []}])
    assert contract.check_request(request(GOOD["header"]))
    assert not contract.check_request(request(GOOD["header"], GOOD["query"]))
    assert not contract.check_request(request(GOOD["bearer"]))
    assert not asking(tmp_path, [{"bearer": []}, {}]).check_request(request())


@pytest.mark.parametrize("kind", ["header", "query", "cookie", "basic", "bearer"])
def test_accepted_credentials_are_compared(kind: str, tmp_path: Path) -> None:
    """The token itself is compared, of basic credentials name and password."""
    contract = asking(tmp_path, [{kind: []}])
    token = {"basic": "ann:secret", "bearer": "abc.def"}.get(kind, "k1")
    operation = contract.by_id["x"]
    assert credentials.accepted(contract.data, operation, request(GOOD[kind]), frozenset({token}))
    assert not credentials.accepted(contract.data, operation, request(GOOD[kind]), frozenset({"other"}))


def test_the_challenge_names_every_scheme(tmp_path: Path) -> None:
    """`WWW-Authenticate` has one challenge for each way in."""
    contract = asking(tmp_path, [{"basic": []}, {"oauth": []}, {"header": []}])
    told = credentials.challenges(contract.data, contract.by_id["x"])
    assert told == 'Basic realm="api", Bearer realm="api", ApiKey realm="api"'
