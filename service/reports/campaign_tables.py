"""Cells that the report of one campaign and that of all of them have in common."""

from collections.abc import Sequence

from models.cost import Campaign
from service.reports.document import Cell
from service.rules.attribution import Win
from service.rules.campaign_buzz import Reach
from service.rules.campaign_leads import claim
from service.rules.effect import returns
from service.rules.lives import Lives
from service.rules.money import Money, Sums, in_currency

#: What stands where a figure is not known: nothing there would be read as nothing.
UNKNOWN = "unknown"

#: Columns of `money_rows`.
ROI = (
    "currency: currency",
    "revenue: revenue",
    "last: last touch",
    "linear: linear",
    "budget: budget",
    "cost: cost",
    "cost_per_lead: per lead",
    "cost_per_opportunity: per opportunity",
    "cost_per_won: per won",
    "roi: roi %",
)


def reach_cells(reach: Reach) -> tuple[Cell, ...]:
    """Return a reach, how much of it is known, and of how much it isn't."""
    return (
        reach.people,
        reach.known.value,
        reach.chances,
        reach.unknown_places,
        reach.unknown_mentions,
    )


def money_rows(
    campaign: Campaign, lives: Sequence[Lives], wins: Sequence[Win], spent: Sums
) -> list[tuple[Cell, ...]]:
    """Return what a campaign cost and brought, a row for each currency.

    Args:
        campaign: it.
        lives: its leads.
        wins: won leads of which it claims a part.
        spent: what it cost.
    """
    claimed = claim(wins)
    back = {one.currency: one for one in returns(lives, spent)}
    others = {one.currency for one in (*claimed.last, *claimed.linear)}
    if campaign.currency is not None:
        others.add(campaign.currency)
    rows: list[tuple[Cell, ...]] = []
    for currency in sorted(others | back.keys()):
        one = back.get(currency)

        def money(minor: int | None, unit: str = currency) -> Money | None:
            return None if minor is None else Money(unit, minor)

        rows.append(
            (
                currency,
                money(one.revenue if one else 0),
                money(in_currency(claimed.last, currency)),
                money(in_currency(claimed.linear, currency)),
                money(campaign.budget_minor if campaign.currency == currency else None),
                money(one.cost if one else None),
                money(one.per_lead if one else None),
                money(one.per_opportunity if one else None),
                money(one.per_won if one else None),
                one.roi if one else None,
            )
        )
    return rows
