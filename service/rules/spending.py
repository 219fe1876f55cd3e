"""Costs as reports need them: cut to a period, and spread over what they paid for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from service.rules.money import Money, Sums, shared_out, sums
from service.rules.period import Period

#: Where the costs of a source go that brought nothing to spread them over.
UNSPREAD = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Money that was spent over some days, the same each day."""

    name: str  # of a source or a campaign
    since: date
    until: date  # the first day that it does not pay for
    amount: Money


def within(cost: Cost, period: Period) -> Money | None:
    """Return what of ``cost`` falls into ``period``; None when no day does.

    What two adjacent periods get adds up to what both get together, to the last minor unit.
    """
    first, until = max(cost.since, period.first), min(cost.until, period.until)
    if until <= first:
        return None
    days = (cost.until - cost.since).days
    before = cost.amount.minor * (first - cost.since).days // days
    by_then = cost.amount.minor * (until - cost.since).days // days
    return Money(cost.amount.currency, by_then - before)


def spent(costs: Iterable[Cost], period: Period) -> dict[str, Sums]:
    """Return what was spent in ``period`` by name, each currency for itself."""
    amounts: dict[str, list[Money]] = {}
    for cost in costs:
        if (amount := within(cost, period)) is not None:
            amounts.setdefault(cost.name, []).append(amount)
    return {name: sums(parts) for name, parts in amounts.items()}


def spread(costs: Mapping[str, Sums], weights: Mapping[str, Mapping[str, int]]) -> dict[str, Sums]:
    """Divide the costs of sources among what was heard there, to the last minor unit.

    Args:
        costs: by source.
        weights: by source, how often each topic (or phrase) was heard there.

    Returns:
        By topic (or phrase); under "-" the costs of sources in which nothing was heard.
    """
    parts: dict[str, list[Money]] = {}
    for source, amounts in costs.items():
        heard = weights.get(source) or {UNSPREAD: 1}
        for amount in amounts:
            for name, part in shared_out(amount, heard).items():
                parts.setdefault(name, []).append(part)
    return {name: sums(amounts) for name, amounts in parts.items()}
