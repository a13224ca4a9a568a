"""The proposal: a value to try at a site, and what it is to show.

Made by `edges`, `sizes`, `oddities` and `breaks`, taken by `assemble`. What it says of itself is a hope; the contract
gives the label.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from understudy.probe.cases.making import Maker
from understudy.probe.cases.sites import Site


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value to try at a site.

    Attributes:
        value: the value of the site.
        keyword: the keyword that it aims at.
        what: what of it, in a few words.
        breaks: whether it is meant to break something; None where either will do.
        spare: only to be tried while nothing broke the keyword's promise.
    """

    value: Any
    keyword: str
    what: str
    breaks: bool | None = None
    spare: bool = False


Propose = Callable[[Maker, Site], Iterator[Proposal]]
"""What proposes values for a site, by what one keyword of its schema says."""
