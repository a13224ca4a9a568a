"""Draws numbers: within bounds, in steps, and by preference the kind of number that a name promises.

Called by `values`, with what a schema asks of the number.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from math import nextafter
from random import Random

from understudy.generator import names
from understudy.generator.fits import is_multiple
from understudy.generator.shape import Shape, UnsatisfiableError

INFINITE = float("inf")
SPAN = 1_000  # how far from its one bound a number strays
TRIES = 40

# What a format allows at most: bounds of its own.
RANGES: Mapping[str, tuple[int, int]] = {
    "int8": (-128, 127),
    "uint8": (0, 255),
    "int16": (-(2**15), 2**15 - 1),
    "uint16": (0, 2**16 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "uint32": (0, 2**32 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint64": (0, 2**63 - 1),
}

Limits = Mapping[str, int | float]


def draw(shape: Shape, random: Random, name: str, *, whole: bool) -> int | float:
    """A number.

    Args:
        shape: what is asked of it: bounds, step, format.
        random: where choices come from.
        name: what the number is called.
        whole: whether it must be an integer.

    Errors: `UnsatisfiableError` where no number keeps the bounds.
    """
    wanted = names.number(name, random, whole=whole)
    if shape.step is None and wanted is not None and _within(wanted, shape.limits, shape.format):
        return wanted
    low, high = _ends(shape.limits, shape.format)
    if low > high:
        raise UnsatisfiableError(f"no number is at least {low} and at most {high}")
    if whole or shape.step is not None:
        return _multiple(low, high, shape, random, whole=whole)
    return _fraction(low, high, shape.limits, random)


def _within(value: float, limits: Limits, form: str) -> bool:
    least, most = RANGES.get(form, (-INFINITE, INFINITE))
    return max(least, limits.get("minimum", -INFINITE)) <= value <= min(
        most, limits.get("maximum", INFINITE)
    ) and limits.get("exclusiveMinimum", -INFINITE) < value < limits.get("exclusiveMaximum", INFINITE)


def _ends(limits: Limits, form: str) -> tuple[Decimal, Decimal]:
    """The closed range to draw from; a side without a bound lies `SPAN` from the other."""
    least, most = RANGES.get(form, (None, None))
    lows = [Decimal(str(limits[name])) for name in ("minimum", "exclusiveMinimum") if name in limits]
    highs = [Decimal(str(limits[name])) for name in ("maximum", "exclusiveMaximum") if name in limits]
    low = max(lows) if lows else None
    high = min(highs) if highs else None
    if low is None:
        low = Decimal(1) if high is None or high >= 1 else high - SPAN
    if high is None:
        high = low + SPAN
    if least is not None and most is not None:
        low, high = max(low, Decimal(least)), min(high, Decimal(most))
    return low, high


def _multiple(low: Decimal, high: Decimal, shape: Shape, random: Random, *, whole: bool) -> int | float:
    """A multiple of a step within the range; where floats round the wrong way, the next draw."""
    step, limits = shape.step, shape.limits
    unit = Decimal(str(step)) if step is not None else Decimal(1)
    if whole and unit % 1:
        unit = Decimal(unit.as_integer_ratio()[0])  # the least whole multiple of a fraction
    with localcontext() as context:
        context.prec = 60
        first = int((low / unit).to_integral_value(ROUND_CEILING))
        last = int((high / unit).to_integral_value(ROUND_FLOOR))
        first += 1 if first * unit <= Decimal(str(limits.get("exclusiveMinimum", "-Infinity"))) else 0
        last -= 1 if last * unit >= Decimal(str(limits.get("exclusiveMaximum", "Infinity"))) else 0
        if first > last and "minimum" not in limits and "exclusiveMinimum" not in limits:
            first = last - SPAN
        if first > last and "maximum" not in limits and "exclusiveMaximum" not in limits:
            last = first + SPAN
        if first > last:
            raise UnsatisfiableError(f"no multiple of {unit} lies between {low} and {high}")
        for _ in range(TRIES):
            exact = random.randint(first, last) * unit
            value = int(exact) if exact == int(exact) else float(exact)
            if step is None or is_multiple(value, step):
                return value
    raise UnsatisfiableError(f"no multiple of {step} between {low} and {high} survives rounding")


def _fraction(low: Decimal, high: Decimal, limits: Limits, random: Random) -> float:
    """A number with few digits within the range: two after the point, or as many as it takes."""
    for digits in range(2, 18):
        value = round(random.uniform(float(low), float(high)), digits)
        if _within(value, limits, ""):
            return value
    bottom = nextafter(float(low), INFINITE)
    for value in (float(low), float(high), bottom, nextafter(float(high), -INFINITE)):
        if _within(value, limits, ""):
            return value
    raise UnsatisfiableError(f"no number lies between {low} and {high}")
