"""When open leads are to be expected to be won: once their offering's sales cycle has passed.

Source: requirement E14. What is expected of each is what the forecast expects, see
`service.rules.forecast`; a lead that is open for longer than its cycle is late, and counts all the
same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from models.words import LeadStatus
from service.rules.money import Money, Sums, rounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """An open lead of something that is sold in a time of its own."""

    status: LeadStatus
    ready_at: datetime
    cycle: timedelta
    worth: Money | None  # None: nobody said


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What is to be expected in a month."""

    begins: date | None  # its first day, UTC; None: the time of these leads is over
    leads: int
    expected: Sums


def by_month(
    leads: Iterable[Running],
    *,
    chances: Mapping[LeadStatus, Fraction],
    usual: Money | None,
    now: datetime,
) -> tuple[Month, ...]:
    """Return what is expected when: first what is late already, then month by month.

    Args:
        leads: that are open.
        chances: of each stage to be won.
        usual: what a lead without an amount counts with; None: nothing.
        now: aware UTC.
    """
    found: dict[date, list[Running]] = {}
    for lead in leads:
        due = lead.ready_at + lead.cycle
        begins = date.min if due < now else due.date().replace(day=1)
        found.setdefault(begins, []).append(lead)
    return tuple(
        Month(
            begins=None if begins == date.min else begins,
            leads=len(theirs),
            expected=_expected(theirs, chances, usual),
        )
        for begins, theirs in sorted(found.items())
    )


def _expected(
    leads: Iterable[Running], chances: Mapping[LeadStatus, Fraction], usual: Money | None
) -> Sums:
    """Return chance times amount, each currency rounded once to its minor unit."""
    exact: dict[str, Fraction] = {}
    for lead in leads:
        worth = lead.worth or usual
        if worth is not None:
            expected = chances[lead.status] * worth.minor
            exact[worth.currency] = exact.get(worth.currency, Fraction(0)) + expected
    return tuple(Money(currency, rounded(exact[currency])) for currency in sorted(exact))
