"""Budget, authority, need and timeline of a lead, 0 to 2 each, suggested from what is quoted.

The rule; lead management asks for 5 of 8 with a need of at least 1 before an opportunity:

========= ============================== ============================ =======================
of        2                              1                            0
========= ============================== ============================ =======================
budget    a sum is stated                money is spoken of, no sum   nothing is said
authority the author decides: runs or    the author buys for an       nothing is said
          owns it, is in charge          organisation, a boss, a team
need      a need or a pain is put in     a thing is looked for, or a  nothing is said
          words                          product to get away from
timeline  by a day or within a time of   later, or "soon", or a day   nothing is said
          at most 92 days                that can't be dated
========= ============================== ============================ =======================

A suggestion with its quotes: a person confirms it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from nlp.judgement import Slot
from nlp.slot_authority import DECIDES
from nlp.times import day_of

#: What is wanted within so many days is wanted soon: a quarter.
NEAR = 92

_SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # durations are as long from any day


@dataclass(frozen=True, slots=True)
class Points:
    """Points for one of the four, with the words that give most of them."""

    points: int  # 0..2
    slot: Slot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bant:
    """What a post says of budget, authority, need and timeline."""

    budget: Points
    authority: Points
    need: Points
    timeline: Points

    @property
    def total(self) -> int:
        """The sum of the four, 0 to 8."""
        return sum(one.points for one in (self.budget, self.authority, self.need, self.timeline))


def bant(slots: Iterable[Slot], said_at: datetime | None = None) -> Bant:
    """Return the points that quoted facts give, by the rule above.

    Args:
        slots: the facts of a post, or of all posts of a lead if they were written at one time.
        said_at: when it was written, aware; without it a dated timeline gives 1, because nobody
            can tell how far away it is.
    """
    kept = tuple(slots)

    def is_near(slot: Slot) -> bool:
        return _is_near(slot, said_at)

    return Bant(
        budget=_best(kept, [("budget", _has_sum, 2), ("budget", _any, 1)]),
        authority=_best(
            kept, [("authority", _decides, 2), ("authority", _any, 1), ("team_size", _any, 1)]
        ),
        need=_best(kept, [("need", _any, 2), ("wants", _any, 1), ("products", _any, 1)]),
        timeline=_best(kept, [("timeline", is_near, 2), ("timeline", _any, 1)]),
    )


def _best(
    slots: Sequence[Slot], rules: Sequence[tuple[str, Callable[[Slot], bool], int]]
) -> Points:
    """Return the points of the first rule, best first, that a slot meets."""
    for name, holds, points in rules:
        for slot in slots:
            if slot.name == name and holds(slot):
                return Points(points, slot)
    return Points(0)


def _any(_: Slot) -> bool:
    return True


def _has_sum(slot: Slot) -> bool:
    return slot.normalised not in (None, "0")


def _decides(slot: Slot) -> bool:
    return slot.normalised == DECIDES


def _is_near(slot: Slot, said_at: datetime | None) -> bool:
    if slot.normalised is None or slot.normalised.startswith("--"):
        return False
    if slot.normalised == "now":
        return True
    if said_at is None:
        return slot.normalised.startswith("P") and _is_near(slot, _SOME_DAY)
    day = day_of(slot.normalised, said_at)
    return day is not None and (day - said_at.date()).days <= NEAR
