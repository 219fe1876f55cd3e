"""Shares, intervals and quantiles: what several reports count with."""

import math
from collections.abc import Sequence
from typing import NamedTuple

_Z95 = 1.959963984540054  # the normal distribution's 97.5 % point: 95 % lie between -z and z


class Interval(NamedTuple):
    """From where to where."""

    low: float
    high: float


def share(part: int, whole: int) -> float | None:
    """Return ``part`` of ``whole`` as 0..1; None of nothing."""
    return part / whole if whole else None


def wilson(part: int, whole: int, *, z: float = _Z95) -> Interval | None:
    """Return the 95 % interval of a share that was seen as ``part`` of ``whole``; None of nothing.

    It stays within 0..1 and holds for small numbers, where a span of deviations around the share
    does not: 3 of 3 is 44 % at the least, not 100 %.

    Source: Wilson 1927, without continuity correction.
    """
    if not whole:
        return None
    seen, spread = part / whole, z * z / whole
    centre = (seen + spread / 2) / (1 + spread)
    reach = z / (1 + spread) * math.sqrt(seen * (1 - seen) / whole + spread / (4 * whole))
    low = 0.0 if part == 0 else centre - reach  # what rounding leaves there is no share
    return Interval(low, 1.0 if part == whole else centre + reach)


def quantile(values: Sequence[float], q: float) -> float | None:
    """Return the value below which ``q`` (0..1) of ``values`` lie; None of nothing.

    Between two values it is interpolated (Hyndman and Fan's type 7, as numpy and R do unless told
    otherwise), so the quantile 0.5 is the median.
    """
    if not values:
        return None
    ranked = sorted(values)
    place = q * (len(ranked) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (ranked[above] - ranked[below]) * (place - below)


def p_limits(centre: float, size: int) -> Interval | None:
    """Return between which shares a sample of ``size`` lies if nothing but chance is at work.

    ``centre`` ± 3·√(centre·(1 - centre)/size), cut to 0..1: the limits of a p-chart. None of
    nothing.
    """
    if not size:
        return None
    reach = 3 * math.sqrt(centre * (1 - centre) / size)
    return Interval(max(centre - reach, 0.0), min(centre + reach, 1.0))
