"""How much of one person's eagerness counts: limits against gaming the score.

Days and windows lie fixed on the calendar (UTC), not around an event: only so can one event more
never push out more than it brings. Within them the strongest count, whatever the order in which
they came; the limits are nested, and there the greedy choice is the best one.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

Event = TypeVar("Event")

#: What an event counts towards, and how many of that count.
Limit = tuple[Hashable, int]


def within(ranked: Iterable[tuple[Event, Sequence[Limit]]]) -> list[Event]:
    """Return the events, strongest first as given, as far as none of their limits is full."""
    counted: Counter[Hashable] = Counter()
    kept: list[Event] = []
    for event, limits in ranked:
        if all(counted[key] < most for key, most in limits):
            counted.update(key for key, _ in limits)
            kept.append(event)
    return kept


def window_of(at: datetime, window: timedelta) -> int:
    """Return the number of the fixed window of whole days that ``at`` falls into."""
    return at.date().toordinal() // max(window.days, 1)
