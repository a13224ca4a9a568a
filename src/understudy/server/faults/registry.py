"""The rules of every sandbox, and the dice: who is hit by which fault.

Made by `create_app`, filled through the control plane, asked by the layer for each call and by sockets for each frame.
A sandbox's rules end with it. Draws from randomness of its own, so that a fault does not change the ids that a service
gives.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from understudy.server.call import Call, Part
from understudy.server.faults.catalogue import FAULTS
from understudy.server.faults.fault import Fault, FrameFault
from understudy.server.faults.rules import Known, Rule, read

MOST_RULES = 100
MOST_SANDBOXES = 1_000

_ORDER = {fault.name: place for place, fault in enumerate(FAULTS)}


@dataclass
class _Bag:
    """The rules of one sandbox, and where its dice come from."""

    random: Random
    rules: dict[str, Rule] = field(default_factory=dict)


class Faults:
    """The rules of every sandbox.

    Args:
        seed: the server's; with a sandbox's name it seeds that sandbox's dice.

    Attributes:
        parts: what is served; `create_app` says so.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.parts: Sequence[Part] = ()
        self._bags: OrderedDict[str, _Bag] = OrderedDict()
        self._last = 0

    def add(self, sandbox: str, data: Any) -> Rule:
        """Let a rule hold in a sandbox from now on.

        Args:
            sandbox: the sandbox's name; empty for everybody's.
            data: the rule, see `rules.read`.

        Errors: `ValueError` with a sentence that names the fix.
        """
        rule = read(str(self._last + 1), sandbox, data, self._known())
        bag = self._bags.get(sandbox)
        if bag is not None and len(bag.rules) >= MOST_RULES:
            raise ValueError(f"this sandbox has {MOST_RULES} rules already; remove those that are no longer needed")
        if bag is None:
            bag = self._bags[sandbox] = _Bag(Random(f"{self.seed}/{sandbox}"))  # noqa: S311 - repeatable on purpose
        self._last += 1
        bag.rules[rule.id] = rule
        self._bags.move_to_end(sandbox)
        if len(self._bags) > MOST_SANDBOXES:
            self._bags.popitem(last=False)
        return rule

    def list(self, sandbox: str) -> Sequence[Rule]:
        """The rules of a sandbox, oldest first; those that have hit as often as they may included."""
        bag = self._bags.get(sandbox)
        return tuple(bag.rules.values()) if bag else ()

    def remove(self, sandbox: str, number: str) -> bool:
        """End a rule; returns whether there was one of this id."""
        bag = self._bags.get(sandbox)
        return bag is not None and bag.rules.pop(number, None) is not None

    def clear(self, sandbox: str) -> int:
        """End all rules of a sandbox; returns how many there were. Its dice begin anew."""
        bag = self._bags.pop(sandbox, None)
        return len(bag.rules) if bag else 0

    def forget(self, service: str, sandbox: str) -> None:
        """End the rules of a sandbox of a service that has ended; those for every service end with the first one."""
        bag = self._bags.get(sandbox)
        if bag is None:
            return
        bag.rules = {number: rule for number, rule in bag.rules.items() if rule.service not in (None, service)}
        if not bag.rules:
            del self._bags[sandbox]

    def hits(self, call: Call) -> tuple[Sequence[tuple[Rule, Fault]], Random | None]:
        """The rules that hit a call, in the order in which they act, and where their faults draw from.

        Each one counts as having hit; whoever finds that it did not takes that back.
        """
        bag = self._bags.get(call.sandbox)
        if bag is None:
            return [], None
        found = [
            (rule, rule.fault)
            for rule in bag.rules.values()
            if isinstance(rule.fault, Fault)
            and rule.operation in (None, call.operation_id)
            and rule.service in (None, call.part.name)
            and _strikes(rule, bag.random)
        ]
        found.sort(key=lambda pair: _ORDER[pair[1].name])
        return found, bag.random

    def frame_hits(self, sandbox: str, event: str) -> tuple[Sequence[tuple[Rule, FrameFault]], Random | None]:
        """The rules that hit a frame, oldest first, and where their faults draw from."""
        bag = self._bags.get(sandbox)
        if bag is None:
            return [], None
        senders = {part.name for part in self.parts if part.events is None or event in part.events.events}
        found = [
            (rule, rule.fault)
            for rule in bag.rules.values()
            if isinstance(rule.fault, FrameFault)
            and rule.event in (None, event)
            and (rule.service is None or rule.service in senders)
            and _strikes(rule, bag.random)
        ]
        return found, bag.random

    def _known(self) -> Known:
        return Known(
            services=[part.name for part in self.parts],
            operations=[name for part in self.parts for name in part.contract.by_id],
            events=[name for part in self.parts if part.events for name in part.events.events],
        )


def _strikes(rule: Rule, random: Random) -> bool:
    """Whether a rule hits this time; it is counted if it does."""
    if rule.spent or (rule.probability < 1 and random.random() >= rule.probability):
        return False
    rule.hits += 1
    return True
