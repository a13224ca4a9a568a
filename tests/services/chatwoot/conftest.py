"""The shop's door: opened by a test, and closed only if every answer and event kept the contract."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from desk import MORNING, Desk
from front_door import FrontDoor
from played import BASE, Client
from shop import NOW, Shop, seed
from understudy.effective import settings_of
from understudy.sandbox.registry import Sandboxes
from understudy.sandbox.sandboxes import Sandbox
from understudy.server.app import create_app
from understudy.server.call import Part
from understudy.server.handlers import HandlerAnswerer
from understudy.server.journal import Journal
from understudy.server.stage import Direction, stage
from understudy.services.chatwoot import SERVICE

OpenShop = Callable[..., Shop]


@pytest.fixture(scope="session")
def parts() -> Callable[[Mapping[str, str]], Part]:
    """Chatwoot staged once for each choice of settings: the document is the same for every shop."""
    staged: dict[tuple[tuple[str, str], ...], Part] = {}

    def part(settings: Mapping[str, str]) -> Part:
        key = tuple(sorted(settings.items()))
        if key not in staged:
            staged[key] = stage(["chatwoot"], Direction(settings=settings))[0].part
        return staged[key]

    return part


@pytest.fixture
def open_shop(parts: Callable[[Mapping[str, str]], Part]) -> Iterator[OpenShop]:
    """Opens a shop on a seed: ``open_shop(contacts=[...], settings={...}, policy="enforce")``.

    The policy is ``report``, so that requests outside the contract reach the product; whatever it
    answers, and whatever it tells those who listen, must keep the contract all the same.
    """
    opened: list[Shop] = []

    def make(*, policy: Any = "report", settings: Mapping[str, str] | None = None, **lists: Any) -> Shop:
        def planted(number: int, _: str) -> Sandbox:
            sandbox = Sandbox(number, SERVICE.tables, settings_of(SERVICE, settings or {}), NOW)
            SERVICE.plant(sandbox, seed(**lists))
            return sandbox

        sandboxes = Sandboxes(planted, 1)
        part = dataclasses.replace(
            parts(settings or {}), answerer=HandlerAnswerer(SERVICE, sandboxes), sandboxes=sandboxes
        )
        journal = Journal()
        opened.append(Shop(create_app([part], policy=policy, journal=journal), sandboxes, journal))
        return opened[-1]

    yield make
    broken = [
        (violation.operation_id, violation)
        for shop in opened
        for entry in shop.journal
        for violation in entry.violations
        if violation.side in ("response", "event")
    ]
    for shop in opened:
        shop.client.close()
    assert broken == []


@pytest.fixture
def shop(open_shop: OpenShop) -> Shop:
    """A shop with one inbox and Ann in it."""
    return open_shop()


@pytest.fixture(scope="session")
def office() -> Iterator[Callable[..., Client]]:
    """Clients on the bundled seed, one for each choice of settings; everybody takes a sandbox of their own."""
    opened: dict[tuple[tuple[str, str], ...], Client] = {}

    def make(**settings: str) -> Client:
        key = tuple(sorted(settings.items()))
        if key not in opened:
            part = stage(["chatwoot"], Direction(seed=1, frozen_at=MORNING, settings=settings))[0].part
            journal = Journal()
            client = Client(transport=FrontDoor(create_app([part], journal=journal)), base_url=BASE)
            client.journal, client.part = journal, part
            opened[key] = client
        return opened[key]

    yield make
    for client in opened.values():
        client.close()


@pytest.fixture
def open_desk(office: Callable[..., Client], request: pytest.FixtureRequest) -> Iterator[Callable[..., Desk]]:
    """Opens a desk in a sandbox of the test's own: ``open_desk(autoreply="on")``; nothing it told broke the contract."""
    name = f"desk-{zlib.crc32(request.node.nodeid.encode())}"
    desks: list[Desk] = []

    def make(**settings: str) -> Desk:
        desks.append(Desk(office(**settings), name))
        return desks[-1]

    yield make
    told = [entry for desk in desks for entry in desk.client.journal if entry.sandbox == name]
    broken = [violation for entry in told for violation in entry.violations if violation.side != "request"]
    assert broken == []


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    """A desk where nobody answers but the test."""
    return open_desk()
