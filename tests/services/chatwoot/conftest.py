"""The shop's door: opened by a test, and closed only if every answer kept the contract."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

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
    answers must keep the contract all the same.
    """
    opened: list[Shop] = []

    def make(*, policy: Any = "report", settings: Mapping[str, str] | None = None, **lists: Any) -> Shop:
        def planted(number: int, _: str) -> Sandbox:
            sandbox = Sandbox(number, SERVICE.tables, settings_of(SERVICE, settings or {}), NOW)
            SERVICE.plant(sandbox, seed(**lists))
            return sandbox

        sandboxes = Sandboxes(planted, 1)
        part = dataclasses.replace(parts(settings or {}), answerer=HandlerAnswerer(SERVICE, sandboxes))
        journal = Journal()
        opened.append(Shop(create_app([part], policy=policy, journal=journal), sandboxes.shared, journal))
        return opened[-1]

    yield make
    broken = [
        (exchange.operation_id, violation)
        for shop in opened
        for exchange in shop.journal
        for violation in exchange.violations
        if violation.side == "response"
    ]
    for shop in opened:
        shop.client.close()
    assert broken == []


@pytest.fixture
def shop(open_shop: OpenShop) -> Shop:
    """A shop with one inbox and Ann in it."""
    return open_shop()
