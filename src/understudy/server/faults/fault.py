"""What a fault is: a name, a table of parameters, and one thing it does at one stage of a call, or to one frame.

Every fault is one file that fills in one of the two classes here; `catalogue` lists them. A fault must not know which
rule brought it about, nor how probable it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, ClassVar, Literal

from starlette.types import Receive

from understudy.contract.exchange import Response
from understudy.server.actioncable.line import FramePlan
from understudy.server.call import Call
from understudy.server.preferring import Synthesisers
from understudy.server.wire import Waits, Wire

ParameterType = Literal["integer", "number", "string"]
TYPES: Mapping[ParameterType, type | tuple[type, ...]] = {"integer": int, "number": (int, float), "string": str}

Stage = Literal["before", "answer", "alter", "send"]
"""What happens to a call: before anybody answers; instead of who answers; to the answer; to how it is sent."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a fault.

    Attributes:
        name: what rules call it.
        type: the JSON type of its values; null is one too where the default is null.
        default: the value where a rule does not say.
        help: one line for people.
        minimum: the least value, of a number.
        maximum: the greatest value, of a number.
        choices: the values allowed; empty means any.
    """

    name: str
    type: ParameterType
    default: Any
    help: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()

    def check(self, value: Any) -> None:
        """Take a value, or say why not.

        Errors: `ValueError`.
        """
        if value is None and self.default is None:
            return
        if isinstance(value, bool) or not isinstance(value, TYPES[self.type]):
            null = " or null" if self.default is None else ""
            raise ValueError(  # noqa: TRY004 - whoever reads rules answers with the sentence, whatever is wrong
                f"`{self.name}` is {value!r}; give it a value of type {self.type}{null}"
            )
        if self.choices and value not in self.choices:
            raise ValueError(f"`{self.name}` is {value!r}; choose one of: {', '.join(self.choices)}")
        self._check_size(value)

    def _check_size(self, value: Any) -> None:
        if self.minimum is not None and value < self.minimum:
            raise ValueError(f"`{self.name}` is {value!r}; give it at least {self.minimum:g}")
        if self.maximum is not None and value > self.maximum:
            raise ValueError(f"`{self.name}` is {value!r}; give it at most {self.maximum:g}")


class Definition:
    """What both kinds of fault have in common.

    Attributes:
        name: what rules call it.
        help: one line for people.
        parameters: its parameters.
    """

    name: ClassVar[str]
    help: ClassVar[str]
    parameters: ClassVar[tuple[Parameter, ...]] = ()

    def check(self, values: Mapping[str, Any]) -> None:
        """Say what is wrong with parameters that are each right by themselves.

        Errors: `ValueError`.
        """


class Hit:
    """One fault coming to pass on one call.

    Args:
        call: the call.
        values: the fault's parameters.
        random: where the fault draws from.
        receive: hears of a client that hangs up.
        synthesisers: make answers from the document alone.
        waits: keep the pauses.

    Attributes:
        told: what happened in a few words, or why nothing did.
        happened: whether it came to pass.
    """

    def __init__(  # noqa: PLR0913 - what a fault may need
        self,
        call: Call,
        values: Mapping[str, Any],
        *,
        random: Random,
        receive: Receive,
        synthesisers: Synthesisers,
        waits: Waits,
    ) -> None:
        self.call = call
        self.values = values
        self.random = random
        self.receive = receive
        self.synthesisers = synthesisers
        self.waits = waits
        self.told = ""
        self.happened = True

    @property
    def wire(self) -> Wire:
        """How the answer is to be sent."""
        if self.call.wire is None:
            self.call.wire = Wire(self.waits)
        return self.call.wire

    @property
    def response(self) -> Response:
        """The answer so far; the stages ``alter`` and ``send`` have one."""
        assert self.call.response is not None  # noqa: S101 - the layer asks nobody to alter what is not there
        return self.call.response

    def answer(self, response: Response) -> None:
        """Let another answer go out, which is not enforced."""
        self.call.response = response
        self.call.altered = True

    def stand_back(self, reason: str) -> None:
        """Say that nothing happened, and why."""
        self.happened = False
        self.told = reason


class Fault(Definition):
    """A fault that a request meets.

    Attributes:
        stage: when it acts.
    """

    stage: ClassVar[Stage]

    async def act(self, hit: Hit) -> None:
        """Do it to one call."""
        raise NotImplementedError


class FrameFault(Definition):
    """A fault that a realtime frame meets."""

    def plan(self, plan: FramePlan, values: Mapping[str, Any], random: Random) -> FramePlan:
        """The plan for a frame, with this fault in it.

        Args:
            plan: what becomes of the frame so far.
            values: the fault's parameters.
            random: where the fault draws from.
        """
        raise NotImplementedError
