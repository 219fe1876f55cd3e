"""Whose turn it is: smooth weighted round robin, or who is least loaded.

After any number of picks nobody has a whole lead more than the fair share, and nobody lacks more
than one (one and a half with a dozen reps and weights from 1 to 100); weighted random drifts by 79
over 6,000 picks: security-and-privacy.md, fact 9.

That also holds while reps come and go, because credit counts leads: each who could have had this
one gains their part of it, and who gets it pays it. Counted in weights, as with servers that are
always there, one lead of three reps would be worth less than one of twelve, and shares drift by
ten leads.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from config.team import Strategy

#: What a lead is worth in credit. It divides by all numbers up to 16, so that nearly all parts of
#: it are exact; of others less than a millionth is lost in a turn, and to nobody.
LEAD = 720_720


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A rep who may get the lead."""

    user_id: str
    weight: int  # > 0: share of the team's leads
    credit: int  # what earlier turns left, a LEAD is one lead; stored between them
    open_leads: int
    fit: int = 0  # how much of a specialist for the lead, see eligibility.fit


def choose(seats: Sequence[Seat], strategy: Strategy) -> tuple[Seat | None, tuple[Seat, ...]]:
    """Return who gets the lead, and those whose credits have changed with their new ones."""
    if strategy is Strategy.LEAST_LOADED:
        return least_loaded(seats), ()
    if strategy is Strategy.FIT_FIRST:
        best = max((seat.fit for seat in seats), default=0)
        seats = [seat for seat in seats if seat.fit == best]
    return next_turn(seats)


def next_turn(seats: Sequence[Seat]) -> tuple[Seat | None, tuple[Seat, ...]]:
    """Return the seat whose turn it is and all seats with their new credits.

    Ties go to who has fewer open leads, then by id, so that the same input gives the same pick.
    """
    if not seats:
        return None, ()
    total = sum(seat.weight for seat in seats)
    raised = [replace(seat, credit=seat.credit + _part(seat, total)) for seat in seats]
    chosen = max(raised, key=lambda s: (s.credit, -s.open_leads, s.user_id))
    paid = sum(_part(seat, total) for seat in seats)  # a lead, but for what was rounded off
    settled = tuple(
        replace(seat, credit=seat.credit - paid) if seat is chosen else seat for seat in raised
    )
    return chosen, settled


def least_loaded(seats: Sequence[Seat]) -> Seat | None:
    """Return the seat with the fewest open leads for its weight; ties go by id."""
    return min(seats, key=lambda s: (s.open_leads / s.weight, s.user_id), default=None)


def _part(seat: Seat, total: int) -> int:
    return seat.weight * LEAD // total
