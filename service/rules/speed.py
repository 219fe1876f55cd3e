"""Speed to lead, and the leads that nobody ever followed up.

Source: lead-management.md, "Report definitions". The clock runs from the moment at which a lead
is first ready for sales to the first contact. Whoever answers a stranger's question late answers
to nobody, so the clock's figure is what the buyer felt, and the business figure is what the rep
could do about it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.rules.figures import quantile, share

#: A lead without a first contact this long after its hand-off was never followed up.
NEVER = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOff:
    """A lead that was handed to sales."""

    at: datetime
    first_touch_at: datetime | None
    business: timedelta | None = None  # of the rep's own working time until then; None: unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """How fast hand-offs are followed up, and how many never are."""

    handed_off: int
    touched: int
    clock_p50: timedelta | None
    clock_p90: timedelta | None
    business_p50: timedelta | None
    business_p90: timedelta | None
    ripe: int  # handed off at least 30 days ago: only of these can one say "never"
    never_followed_up: int
    never_followed_up_share: float | None  # of the ripe ones


def speed(leads: Sequence[HandedOff], *, now: datetime) -> Speed:
    """Return how fast ``leads`` were followed up, as far as one can tell at ``now``.

    A lead that had its first contact before it was (again) ready for sales counts as 0.
    """
    clock = [
        max((lead.first_touch_at - lead.at).total_seconds(), 0.0)
        for lead in leads
        if lead.first_touch_at is not None
    ]
    business = [lead.business.total_seconds() for lead in leads if lead.business is not None]
    ripe = [lead for lead in leads if lead.at + NEVER <= now]
    never = sum(not is_followed_up(lead) for lead in ripe)
    return Speed(
        handed_off=len(leads),
        touched=len(clock),
        clock_p50=_span(clock, 0.5),
        clock_p90=_span(clock, 0.9),
        business_p50=_span(business, 0.5),
        business_p90=_span(business, 0.9),
        ripe=len(ripe),
        never_followed_up=never,
        never_followed_up_share=share(never, len(ripe)),
    )


def is_followed_up(lead: HandedOff) -> bool:
    """Tell whether its first contact came within 30 days of its hand-off."""
    return lead.first_touch_at is not None and lead.first_touch_at < lead.at + NEVER


def _span(seconds: Sequence[float], q: float) -> timedelta | None:
    found = quantile(seconds, q)
    return None if found is None else timedelta(seconds=found)
