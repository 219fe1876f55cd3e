"""Defects: leads that marketing handed over and that were none, on a p-chart.

Source: lead-management.md, "Report definitions", after the manufacturing analogy of the second
source document: nobody would run a factory of which 80 % of the parts are bad. A lead is
defective when a rep declined it as no lead, or when it was disqualified after its hand-off.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from service.rules.figures import Interval, p_limits, share
from service.rules.period import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """So many leads that were handed to sales in one week, and of which the same came."""

    at: datetime  # a moment of that week
    topic: str
    source: str
    defect: str | None  # why it was none: "not_a_lead" or the reason of its disqualification
    leads: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A week's hand-offs on the chart."""

    week: date
    handed_off: int
    defective: int
    rate: float | None
    limits: Interval | None

    @property
    def alert(self) -> str | None:
        """Say what is the matter when chance alone does not explain the week's rate."""
        if self.rate is None or self.limits is None:
            return None
        if self.rate > self.limits.high:
            return "more defects than chance explains: look at what changed"
        if self.rate < self.limits.low:
            return "fewer defects than chance explains: find out what went well"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The defects of one topic, or source."""

    name: str
    handed_off: int
    defective: int
    rate: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A p-chart with what lies behind it."""

    handed_off: int
    defective: int
    rate: float | None  # of the period
    centre: float | None  # that the limits are around
    samples: tuple[Sample, ...]
    reasons: tuple[tuple[str, int], ...]  # the most frequent first
    topics: tuple[Part, ...]
    sources: tuple[Part, ...]


def chart(
    delivered: Sequence[Delivered], *, period: Period, standard: float | None = None
) -> Chart:
    """Return the p-chart of ``delivered``, a sample for each week.

    Args:
        delivered: the leads that were handed off in ``period``.
        period: what the chart is about.
        standard: the share (0..1) that the house has set itself. Without one the limits are
            around the period's own rate, and a house where everything is bad sees no alert.
    """
    handed_off, defective = _counted(delivered)
    rate = share(defective, handed_off)
    centre = rate if standard is None else standard
    weeks: dict[date, list[Delivered]] = defaultdict(list)
    for one in delivered:
        weeks[period.week_of(one.at)].append(one)
    reasons: Counter[str] = Counter()
    for one in delivered:
        if one.defect is not None:
            reasons[one.defect] += one.leads
    return Chart(
        handed_off=handed_off,
        defective=defective,
        rate=rate,
        centre=centre,
        samples=tuple(_sample(week, weeks.get(week, ()), centre) for week in period.weeks()),
        reasons=tuple(sorted(reasons.items(), key=lambda reason: (-reason[1], reason[0]))),
        topics=_parts(delivered, lambda one: one.topic),
        sources=_parts(delivered, lambda one: one.source),
    )


def _counted(leads: Iterable[Delivered]) -> tuple[int, int]:
    """Return how many there are, and how many of them are defective."""
    handed_off = defective = 0
    for one in leads:
        handed_off += one.leads
        defective += one.leads if one.defect is not None else 0
    return handed_off, defective


def _sample(week: date, leads: Sequence[Delivered], centre: float | None) -> Sample:
    handed_off, defective = _counted(leads)
    return Sample(
        week=week,
        handed_off=handed_off,
        defective=defective,
        rate=share(defective, handed_off),
        limits=None if centre is None else p_limits(centre, handed_off),
    )


def _parts(
    delivered: Iterable[Delivered], name_of: Callable[[Delivered], str]
) -> tuple[Part, ...]:
    groups: dict[str, list[Delivered]] = defaultdict(list)
    for one in delivered:
        groups[name_of(one)].append(one)
    counted = {name: _counted(leads) for name, leads in groups.items()}
    parts = [
        Part(name=name, handed_off=whole, defective=bad, rate=share(bad, whole))
        for name, (whole, bad) in counted.items()
    ]
    return tuple(sorted(parts, key=lambda part: (-(part.rate or 0.0), part.name)))
