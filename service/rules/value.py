"""What leads that nobody follows up are worth: the sum that a board understands.

Source: the third source document (rows C7-C9 of the requirements), which rounds after each step.
Its 70 % and 45 % are quoted from Gartner at second hand: parameters, never facts about a house.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from service.rules.money import rounded

#: Of leads buy something within the year, from somebody (Gartner, as quoted; see C8).
BUY = Decimal("0.45")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrealised:
    """Each step of the sum, rounded, and the whole without rounding in between."""

    leads: int
    qualified: int
    unfollowed: int
    buyers: int
    value: int  # of the rounded buyers, in the unit of the price
    exact: Fraction  # nothing rounded


def unrealised(
    leads: int,
    *,
    qualified: Fraction | Decimal,
    unfollowed: Fraction | Decimal,
    buy: Fraction | Decimal,
    price: int,
) -> Unrealised:
    """Return what the buyers among the qualified leads that nobody followed up would have spent.

    Args:
        leads: how many there were.
        qualified: the share of them (0..1) that was worth a rep's time.
        unfollowed: the share of those (0..1) that nobody followed up.
        buy: the share of those (0..1) that buys, from whomever.
        price: what one buyer spends, in whole units of anything.

    Each step is rounded to whole leads, a half up, before the next.
    """
    worth_it = rounded(leads * Fraction(qualified))
    left = rounded(worth_it * Fraction(unfollowed))
    buyers = rounded(left * Fraction(buy))
    exact = leads * Fraction(qualified) * Fraction(unfollowed) * Fraction(buy) * price
    return Unrealised(
        leads=leads,
        qualified=worth_it,
        unfollowed=left,
        buyers=buyers,
        value=buyers * price,
        exact=exact,
    )
