"""The shop's door: opened by a test, and closed only if every answer kept the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shop import NOW, Shop, seed

OpenShop = Callable[..., Shop]


@pytest.fixture
def open_shop(serve: Any) -> Iterator[OpenShop]:
    """Opens a shop on a seed: ``open_shop(contacts=[...], settings={...}, policy="enforce")``.

    The policy is ``report``, so that requests outside the contract reach the product; whatever it
    answers must keep the contract all the same.
    """
    opened: list[Shop] = []

    def make(*, policy: str = "report", settings: dict[str, str] | None = None, **lists: Any) -> Shop:
        client = serve(
            "chatwoot", policy=policy, frozen_at=NOW, fixtures=seed(**lists), settings=settings or {}
        )
        opened.append(Shop(client))
        return opened[-1]

    yield make
    broken = [
        (exchange.operation_id, violation)
        for shop in opened
        for exchange in shop.client.journal
        for violation in exchange.violations
        if violation.side == "response"
    ]
    assert broken == []


@pytest.fixture
def shop(open_shop: OpenShop) -> Shop:
    """A shop with one inbox and Ann in it."""
    return open_shop()
