"""Who may drive the control plane: this machine, or who knows the token; never a web page elsewhere."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from front_door import FrontDoor
from processes import run, serving
from understudy.server.app import create_app
from understudy.server.guard import Admission
from understudy.server.stage import Direction, stage

CLOCK = "/_understudy/clock"
AGENT = "/_understudy/chatwoot/conversations"
DANA = "/public/api/v1/inboxes/demo-inbox/contacts/demo-contact"
TOKEN = "s3cret-token"  # noqa: S105 - made up


@pytest.fixture(scope="module")
def knock() -> Any:
    """Asks for a path with headers: ``knock(path, token=None, host="127.0.0.1", **headers)``."""
    part = stage(["chatwoot"], Direction(seed=1))[0].part
    clients: dict[tuple[str, str | None], httpx.Client] = {}

    def ask(path: str, *, admit: str | None = None, at: str = "127.0.0.1", **headers: str) -> httpx.Response:
        key = (at, admit)
        if key not in clients:
            app = create_app([part], admission=Admission(at, admit))
            clients[key] = httpx.Client(transport=FrontDoor(app), base_url="http://127.0.0.1:8080")
        return clients[key].get(path, headers=headers)

    yield ask
    for client in clients.values():
        client.close()


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:8080",
        "LOCALHOST.",
        "my.localhost:1",
        "127.0.0.1",
        "127.8.9.1:8080",
        "[::1]:8080",
        "[::1]",
    ],
)
def test_this_machine_is_let_in_by_any_of_its_names(knock: Any, host: str) -> None:
    """A request that names a loopback host may drive the control plane."""
    assert knock(CLOCK, Host=host).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["example.com", "example.com:8080", "127.0.0.1.example.com", "localhost.example.com", "127.0.0.1@example.com",
     "192.168.0.7:8080", "0.0.0.0", "[::2]", "[", "", "127.0.0.1, example.com", "2130706433"],  # noqa: S104 - refused
)  # fmt: skip
def test_a_name_that_was_rebound_to_this_machine_is_refused(knock: Any, host: str) -> None:
    """Whatever a name resolves to, one that is not this machine's may not drive the control plane."""
    for path in (CLOCK, AGENT, f"/~a{CLOCK}", "/%5Funderstudy/clock", "/_understudy/nowhere"):
        answer = knock(path, Host=host)
        assert answer.status_code == 403, path
        assert answer.headers["understudy-refused"] == "contract"
        assert answer.json()["type"] == "urn:understudy:control-forbidden"
        assert "--control-token" in answer.json()["detail"]


def test_the_host_that_is_served_is_let_in(knock: Any) -> None:
    """The name that was given to `--host` is one of ours."""
    assert knock(CLOCK, at="Fake.Test", Host="fake.test:8080").status_code == 200
    assert knock(CLOCK, at="Fake.Test", Host="other.test:8080").status_code == 403


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:3000", 200),
        ("http://127.0.0.1:8080", 200),
        ("http://[::1]:5173", 200),
        ("https://app.localhost", 200),
        ("https://example.com", 403),
        ("http://localhost.example.com", 403),
        ("http://192.168.0.7:8080", 403),
        ("null", 403),
        ("http://[", 403),
        ("", 403),
    ],
)
def test_a_page_elsewhere_may_not_drive_it(knock: Any, origin: str, status: int) -> None:
    """A browser says whose page asks; only a page of this machine may."""
    assert knock(CLOCK, Origin=origin).status_code == status


def test_a_page_of_the_same_host_may_drive_it(knock: Any) -> None:
    """With a token a page may come from the host it talks to, and from no other."""
    knows = {"Authorization": f"Bearer {TOKEN}", "Host": "fake.example:8080"}
    assert knock(CLOCK, admit=TOKEN, Origin="http://fake.example:8080", **knows).status_code == 200
    assert knock(CLOCK, admit=TOKEN, Origin="http://evil.example", **knows).status_code == 403


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        (None, 401),
        ("", 401),
        (TOKEN, 401),
        ("Bearer", 401),
        (f"Bearer {TOKEN}x", 401),
        (f"Bearer {TOKEN[:-1]}", 401),
        ("Bearer \xe4", 401),
        (f"Basic {TOKEN}", 401),
    ],
)
def test_with_a_token_only_who_knows_it_is_let_in(knock: Any, said: str | None, status: int) -> None:
    """The token opens the control plane to any host; without it this machine is refused as well."""
    for host in ("example.com", "127.0.0.1"):
        for path in (CLOCK, AGENT):
            headers: dict[str, Any] = {"Host": host} | (
                {} if said is None else {"Authorization": said.encode("latin-1")}
            )
            answer = knock(path, admit=TOKEN, **headers)
            assert answer.status_code == status
            if status == 401:
                assert answer.headers["www-authenticate"] == "Bearer"
                assert answer.json()["type"] == "urn:understudy:control-token-missing"
                assert TOKEN not in answer.text


def test_the_product_and_the_health_check_are_open(knock: Any) -> None:
    """What the product serves, the documents and the health check are for any host, page and stranger."""
    for path in (DANA, f"/~a{DANA}", "/openapi.json", "/_understudy/health"):
        for admit in (None, TOKEN):
            answer = knock(path, admit=admit, Host="example.com", Origin="https://example.com")
            assert answer.status_code == 200, path


def test_the_journal_does_not_tell_the_token(knock: Any) -> None:
    """Who reads the journal does not learn the token from it; what was refused stands in it too."""
    knows = {"Authorization": f"Bearer {TOKEN}"}
    knock(CLOCK, admit=TOKEN, at="journal.test")
    knock(CLOCK, admit=TOKEN, at="journal.test", **knows)
    told = knock("/_understudy/journal?control=true", admit=TOKEN, at="journal.test", **knows)
    assert [(e["response"]["status"], e["service"]) for e in told.json()] == [(401, "control"), (200, "control")]
    assert TOKEN not in told.text
    assert "authorization" in told.text


def test_serving_other_machines_needs_a_token() -> None:
    """`--host` with an address that others reach is a usage error without a token, and works with one."""
    done = run("serve", "--host", "0.0.0.0", "--port", "0")  # noqa: S104 - that is the point
    assert done.returncode == 2
    assert done.stderr.strip() == (
        "error: --host 0.0.0.0 lets other machines drive the control plane; give it a --control-token, or leave --host out"
    )
    with serving("--host", "0.0.0.0", "--control-token", TOKEN) as server:  # noqa: S104 - that is the point
        url = server.url.replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - what was announced
        assert httpx.get(f"{url}{DANA}").status_code == 200
        assert httpx.get(f"{url}{CLOCK}").status_code == 401
        assert httpx.get(f"{url}{CLOCK}", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
        assert TOKEN not in server.announced


@pytest.mark.parametrize("token", ["", "two words", "ä", "a\nb"])
def test_a_token_that_no_header_carries_is_told(token: str) -> None:
    """A token that cannot stand in a header is a usage error."""
    done = run("serve", "--port", "0", "--control-token", token)
    assert done.returncode == 2
    assert "choose another token" in done.stderr


def test_the_token_may_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """`UNDERSTUDY_CONTROL_TOKEN` is as good as the option, and does not show in a list of processes."""
    monkeypatch.setenv("UNDERSTUDY_CONTROL_TOKEN", TOKEN)
    with serving() as server:
        assert httpx.get(f"{server.url}{CLOCK}").status_code == 401
        assert httpx.get(f"{server.url}{CLOCK}", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
