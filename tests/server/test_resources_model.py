"""Any sequence of requests against an inferred resource, held against a model that is a dictionary."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from front_door import FrontDoor
from understudy.server.app import create_app
from understudy.server.journal import Journal
from understudy.server.stage import Direction, stage

SHOP = str(Path(__file__).parents[1] / "made_documents" / "shop.yaml")
MERGE = {"content-type": "application/merge-patch+json"}
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)
TIERS = st.sampled_from(["plain", "gold"])
CITIES = st.sampled_from(["Oslo", "Rome"])
NEW = st.fixed_dictionaries({"name": NAMES}, optional={"tier": TIERS, "city": CITIES})
# Staging reads and compiles the document; every run takes a fresh sandbox of the same application.
STAGED = stage([SHOP], Direction(seed=1, state="strict"))


class Shop(RuleBasedStateMachine):
    """Customers, as a client sees them, and as they ought to be."""

    ids = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        STAGED[0].part.sandboxes.reset("")
        self.journal = Journal()
        app = create_app([STAGED[0].part], journal=self.journal)
        self.client = httpx.Client(transport=FrontDoor(app), base_url="http://127.0.0.1")
        self.model: dict[str, dict[str, Any]] = {}
        self.emails = 0

    def email(self) -> str:
        """One that nobody has."""
        self.emails += 1
        return f"n{self.emails}@a.example"

    @rule(target=ids, new=NEW)
    def create(self, new: dict[str, Any]) -> str:
        """What is made has what was sent."""
        sent = {**new, "email": self.email()}
        made = self.client.post("/customers", json=sent)
        assert made.status_code == 201, made.text
        thing = made.json()
        assert thing["id"] not in self.model
        self.model[thing["id"]] = {"tier": "plain", **sent}
        return str(thing["id"])

    @rule(identity=ids, new=NEW)
    def replace(self, identity: str, new: dict[str, Any]) -> None:
        """What is replaced has what was sent alone."""
        sent = {**new, "email": self.email()}
        got = self.client.put(f"/customers/{identity}", json=sent)
        assert got.status_code == (200 if identity in self.model else 404), got.text
        if identity in self.model:
            self.model[identity] = {"tier": "plain", **sent}

    @rule(identity=ids, city=st.none() | CITIES, tier=TIERS)
    def merge(self, identity: str, city: str | None, tier: str) -> None:
        """What is changed has the rest of what it was."""
        got = self.client.patch(f"/customers/{identity}", json={"city": city, "tier": tier}, headers=MERGE)
        assert got.status_code == (200 if identity in self.model else 404), got.text
        if identity in self.model:
            thing = {**self.model[identity], "tier": tier, "city": city}
            self.model[identity] = {name: value for name, value in thing.items() if value is not None}

    @rule(identity=st.one_of(ids, consumes(ids)))
    def delete(self, identity: str) -> None:
        """What is gone is gone, once."""
        got = self.client.delete(f"/customers/{identity}")
        assert got.status_code == (204 if self.model.pop(identity, None) else 404)

    @rule(identity=ids)
    def read(self, identity: str) -> None:
        """What is there can be read, nothing else."""
        got = self.client.get(f"/customers/{identity}")
        assert got.status_code == (200 if identity in self.model else 404)
        if identity in self.model:
            assert plain(got.json()) == self.model[identity]

    @rule(identity=ids, count=st.integers(1, 3))
    def order(self, identity: str, count: int) -> None:
        """Orders need their customer."""
        lines = [{"sku": "ABC-1234", "quantity": count}]
        got = self.client.post(f"/customers/{identity}/orders", json={"lines": lines})
        assert got.status_code == (201 if identity in self.model else 404)

    @rule(tier=TIERS, limit=st.integers(1, 4), offset=st.integers(0, 5))
    def page(self, tier: str, limit: int, offset: int) -> None:
        """A page of a filtered list is a slice of the model."""
        got = self.client.get("/customers", params={"tier": tier, "limit": limit, "offset": offset}).json()
        wanted = [thing for thing in self.model.values() if thing["tier"] == tier]
        assert got["total"] == len(wanted)
        assert [plain(thing) for thing in got["data"]] == wanted[offset : offset + limit]

    @invariant()
    def keeps_the_contract(self) -> None:
        """No answer ever breaks a promise."""
        assert all(v.side == "request" for exchange in self.journal for v in exchange.violations)


def plain(thing: dict[str, Any]) -> dict[str, Any]:
    """A customer without what the server made."""
    return {name: value for name, value in thing.items() if name not in ("id", "created_at", "updated_at")}


TestShop = Shop.TestCase
TestShop.settings = settings(
    max_examples=25,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)
