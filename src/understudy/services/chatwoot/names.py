"""Names for visitors who do not say theirs: an adjective, a noun and a number.

Chatwoot invents them so that agents can tell visitors apart. The words are our own; the randomness is the
caller's, so that a seeded sandbox invents the same names again.
"""

from __future__ import annotations

import random

ADJECTIVES = (
    "amber", "brisk", "calm", "clever", "distant", "eager", "fancy", "gentle", "hidden", "ivory", "jolly",
    "keen", "lucky", "mellow", "nimble", "olive", "patient", "quiet", "rapid", "silent", "tidy", "upbeat",
    "velvet", "winter", "young", "zesty",
)  # fmt: skip
NOUNS = (
    "acorn", "bay", "cedar", "dune", "ember", "field", "grove", "harbor", "island", "jasmine", "kite",
    "lagoon", "meadow", "nest", "orchard", "pebble", "quartz", "river", "shore", "thicket", "valley",
    "willow", "yard", "zephyr",
)  # fmt: skip
NUMBERS = 1000


def invent(source: random.Random) -> str:
    """A name such as ``calm-harbor-394``."""
    return f"{source.choice(ADJECTIVES)}-{source.choice(NOUNS)}-{source.randrange(NUMBERS)}"
