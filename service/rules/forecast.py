"""What open leads will bring: the sum of chance times amount, and how such sums came true.

Source: lead-management.md, "Report definitions": forecast = Σ P·amount vs actual. The chance of a
stage is the house's own: of the leads that ever reached it and have left sales since, the share
that was won. A lead that was handed back counts as left, or a house that hands back what it can't
win would look sure of everything.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from models.words import LeadStatus
from service.rules.lives import WAY
from service.rules.money import Money, Sums, rounded, sums

S = LeadStatus

#: Stages that a forecast counts, and at which a lead has not left sales.
OPEN = (S.SALES_READY, S.OFFERED, S.ACCEPTED, S.WORKING, S.OPPORTUNITY)
#: A new house has won nothing yet, which does not make its chances nil.
FLOOR = Fraction(1, 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    """A lead as it stood at a moment, or many that stood alike."""

    lead_id: str  # of one; of many nobody asks
    status: LeadStatus
    furthest: int  # see service.rules.lives.WAY
    worth: Money | None  # of all of them, as it is on record today: amounts have no history
    leads: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """How likely a lead in a stage is won."""

    status: LeadStatus
    left: int  # leads that reached the stage and have left sales
    won: int
    p: Fraction  # won / left, at least FLOOR

    @property
    def is_assumed(self) -> bool:
        """Return whether the chance is the floor, and no figure of the house."""
        return not self.left or Fraction(self.won, self.left) < FLOOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The open leads of a stage in one currency."""

    status: LeadStatus
    p: Fraction
    leads: int
    amount: Money
    expected: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What was to be expected at a moment."""

    chances: tuple[Chance, ...]
    lines: tuple[Line, ...]
    expected: Sums
    assumed: int  # open leads without an amount, for which the typical one stands
    left_out: int  # open leads without an amount and without a typical one


def chances(deals: Iterable[Deal]) -> tuple[Chance, ...]:
    """Return the chance of each open stage from what became of ``deals``."""
    gone = [deal for deal in deals if deal.status not in {*OPEN, S.MERGED, S.ERASED}]
    found = []
    for status in OPEN:
        reached = [deal for deal in gone if deal.furthest >= WAY[status]]
        left = sum(deal.leads for deal in reached)
        won = sum(deal.leads for deal in reached if deal.status is S.WON)
        p = max(Fraction(won, left), FLOOR) if left else FLOOR
        found.append(Chance(status=status, left=left, won=won, p=p))
    return tuple(found)


def typical(deals: Iterable[Deal]) -> Money | None:
    """Return the mean amount of what was won; None if nothing was, or in several currencies."""
    won = [deal for deal in deals if deal.status is S.WON and deal.worth is not None]
    whole = sums(deal.worth for deal in won if deal.worth is not None)
    if len(whole) != 1:
        return None
    leads = sum(deal.leads for deal in won)
    return Money(whole[0].currency, rounded(Fraction(whole[0].minor, leads)))


def forecast(deals: Sequence[Deal]) -> Forecast:
    """Return what the open ones among ``deals`` are expected to bring, by what became of the rest.

    A lead without an amount counts with the mean of those that were won. Each line is rounded to
    the minor unit, and the whole is the sum of the lines.
    """
    found, usual = chances(deals), typical(deals)
    open_deals = [deal for deal in deals if deal.status in OPEN]
    unpriced = sum(deal.leads for deal in open_deals if deal.worth is None)
    lines = [line for chance in found for line in _lines(chance, open_deals, usual)]
    return Forecast(
        chances=found,
        lines=tuple(lines),
        expected=sums(line.expected for line in lines),
        assumed=unpriced if usual else 0,
        left_out=0 if usual else unpriced,
    )


def _lines(chance: Chance, deals: Iterable[Deal], usual: Money | None) -> Iterable[Line]:
    theirs = [deal for deal in deals if deal.status is chance.status]
    amounts = [(deal.worth, deal.leads) for deal in theirs if deal.worth is not None]
    if usual is not None:
        unpriced = sum(deal.leads for deal in theirs if deal.worth is None)
        amounts += [(Money(usual.currency, usual.minor * unpriced), unpriced)] if unpriced else []
    for total in sums(amount for amount, _ in amounts):
        yield Line(
            status=chance.status,
            p=chance.p,
            leads=sum(leads for amount, leads in amounts if amount.currency == total.currency),
            amount=total,
            expected=Money(total.currency, rounded(chance.p * total.minor)),
        )


def came_true(deals: Iterable[Deal], wins: Mapping[str, Money]) -> tuple[Sums, Sums]:
    """Return what of ``wins`` (by lead) was open in ``deals``, and what nobody could foresee."""
    foreseen = {deal.lead_id for deal in deals if deal.status in OPEN}
    return (
        sums(amount for lead, amount in wins.items() if lead in foreseen),
        sums(amount for lead, amount in wins.items() if lead not in foreseen),
    )
