"""What a source, a topic or a phrase is good for: signals, leads, customers, money.

Source: lead-management.md, "Report definitions". Signals are those of the period, leads those
that were opened in it, whatever became of them since.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from models.words import LeadStatus
from service.rules.figures import Interval, share, wilson
from service.rules.lives import Lives, count
from service.rules.money import Sums, in_currency, per_unit, sums


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How many signals there were, and what people said of them."""

    signals: int
    confirmed: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Money in and out in one currency, in minor units."""

    currency: str
    revenue: int
    cost: int | None  # None: no cost is on record, which is not the same as none
    per_lead: int | None
    per_opportunity: int | None
    per_won: int | None
    roi: float | None  # (revenue - cost) / cost; None without cost or with several currencies


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one source, topic or phrase brought."""

    name: str
    signals: int
    confirmed: int
    rejected: int
    precision: float | None  # confirmed / (confirmed + rejected)
    precision_range: Interval | None  # Wilson, 95 %
    leads: int
    mqls: int
    opportunities: int  # qualified by sales
    won: int
    mql_to_won: float | None
    returns: tuple[Return, ...]  # by currency


def effects(
    heard: Mapping[str, Judged],
    lives: Mapping[str, Sequence[Lives]],
    costs: Mapping[str, Sums],
) -> tuple[Effect, ...]:
    """Return the effect of each name that occurs, the most leads won first."""
    found = [
        effect(
            name,
            heard.get(name, Judged(signals=0)),
            lives.get(name, ()),
            costs.get(name, ()),
        )
        for name in {*heard, *lives, *costs}
    ]
    return tuple(sorted(found, key=lambda e: (-e.won, -e.leads, -e.signals, e.name)))


def effect(name: str, heard: Judged, lives: Sequence[Lives], costs: Sums) -> Effect:
    """Return the effect of ``name``."""
    said = heard.confirmed + heard.rejected
    mqls = count(life for life in lives if life.reached(LeadStatus.MQL))
    won = count(life for life in lives if life.won)
    return Effect(
        name=name,
        signals=heard.signals,
        confirmed=heard.confirmed,
        rejected=heard.rejected,
        precision=share(heard.confirmed, said),
        precision_range=wilson(heard.confirmed, said),
        leads=count(lives),
        mqls=mqls,
        opportunities=count(life for life in lives if life.reached(LeadStatus.OPPORTUNITY)),
        won=won,
        mql_to_won=share(won, mqls),
        returns=returns(lives, costs),
    )


def returns(lives: Sequence[Lives], costs: Sums) -> tuple[Return, ...]:
    """Return what ``lives`` brought and cost, each currency for itself."""
    revenue = sums(life.revenue for life in lives if life.revenue is not None)
    currencies = sorted({amount.currency for amount in (*revenue, *costs)})
    paid = {cost.currency: cost.minor for cost in costs}
    opportunities = count(life for life in lives if life.reached(LeadStatus.OPPORTUNITY))
    won = count(life for life in lives if life.won)
    found = []
    for currency in currencies:
        cost, income = paid.get(currency), in_currency(revenue, currency)
        found.append(
            Return(
                currency=currency,
                revenue=income,
                cost=cost,
                per_lead=None if cost is None else per_unit(cost, count(lives)),
                per_opportunity=None if cost is None else per_unit(cost, opportunities),
                per_won=None if cost is None else per_unit(cost, won),
                # A part of the costs beside the whole revenue would flatter, or the other way.
                roi=(income - cost) / cost if cost and len(currencies) == 1 else None,
            )
        )
    return tuple(found)


def by_name(named: Iterable[tuple[str, Lives]]) -> dict[str, list[Lives]]:
    """Return the leads of each name."""
    groups: dict[str, list[Lives]] = defaultdict(list)
    for name, lives in named:
        groups[name].append(lives)
    return dict(groups)
