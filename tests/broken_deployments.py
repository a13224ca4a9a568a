"""The list of broken deployments, each one planted bug away from correct, and of the correct ones that look unlike ours.

``python tests/broken_deployments.py`` verifies each of them, lets plain `st run` do the same with as many requests,
and prints who found what. Bugs of the websocket stand apart, in `broken.sockets`.
"""

from __future__ import annotations

import sys

from broken.answers import ANSWERS
from broken.bug import Bug
from broken.correct import CORRECT
from broken.messages import MESSAGE_LAWS
from broken.people import PEOPLE
from broken.talks import TALKS
from broken.unseen import UNSEEN
from broken.wire import WIRE

BUGS: tuple[Bug, ...] = (*ANSWERS, *WIRE, *TALKS, *MESSAGE_LAWS, *PEOPLE, *UNSEEN)

__all__ = ["BUGS", "CORRECT"]

if __name__ == "__main__":
    from broken.table import main

    sys.exit(main(BUGS, CORRECT))
