"""Whose is the revenue: the first place that a buyer was heard at, the last, or all of them.

Source: lead-management.md, "Report definitions". Each model gives away the whole amount of each
won lead and not a cent more, so that the three columns have the same sum.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.rules.money import Money, Sums, shared_out, sums

#: Where the revenue of a lead goes of which no signal is left.
NOWHERE = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """A signal of a lead that was won."""

    at: datetime
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Win:
    """A won lead with its amount and what was heard of it before it closed."""

    amount: Money
    touches: Sequence[Touch]


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What the three models give to one source."""

    source: str
    first: Sums
    last: Sums
    linear: Sums


def attribute(wins: Iterable[Win]) -> tuple[Credit, ...]:
    """Return the credit of each source, in the order of their names.

    Linear divides an amount equally among the lead's signals by largest remainder; a source that
    was heard twice gets two parts.
    """
    first: dict[str, list[Money]] = {}
    last: dict[str, list[Money]] = {}
    linear: dict[str, list[Money]] = {}
    for win in wins:
        heard = [t.source for t in sorted(win.touches, key=lambda t: (t.at, t.source))] or [
            NOWHERE
        ]
        first.setdefault(heard[0], []).append(win.amount)
        last.setdefault(heard[-1], []).append(win.amount)
        for source, part in shared_out(win.amount, Counter(heard)).items():
            linear.setdefault(source, []).append(part)
    return tuple(
        Credit(
            source=source,
            first=sums(first.get(source, ())),
            last=sums(last.get(source, ())),
            linear=sums(linear.get(source, ())),
        )
        for source in sorted(linear)
    )
