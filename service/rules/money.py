"""Money: whole minor units (cents, yen, fils) of one currency, divided without a loss."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from typing_extensions import override

from config.money import minor_digits


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount."""

    currency: str  # ISO 4217
    minor: int  # may be below 0

    @override
    def __str__(self) -> str:
        """Return it for a person: "1,234.50 EUR"."""
        digits = minor_digits(self.currency)
        return f"{Decimal(self.minor).scaleb(-digits):,.{digits}f} {self.currency}"


#: Amounts of which no two are in the same currency, in the order of the currencies.
Sums = tuple[Money, ...]


def sums(amounts: Iterable[Money]) -> Sums:
    """Return one sum for each currency: different ones are never added up."""
    totals: Counter[str] = Counter()
    for amount in amounts:
        totals[amount.currency] += amount.minor
    return tuple(Money(currency, totals[currency]) for currency in sorted(totals))


def in_currency(amounts: Iterable[Money], currency: str) -> int:
    """Return what of ``amounts`` is in ``currency``, in minor units."""
    return sum(amount.minor for amount in amounts if amount.currency == currency)


def rounded(value: Fraction | Decimal) -> int:
    """Return the nearest whole number; a half goes away from zero, as people round."""
    exact = Fraction(value)
    whole = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return whole if exact >= 0 else -whole


def per_unit(minor: int, count: int) -> int | None:
    """Return what one of ``count`` comes to, in minor units; None when there is none."""
    return rounded(Fraction(minor, count)) if count else None


def split(minor: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Divide ``minor`` in proportion to ``weights`` so that the parts add up to it exactly.

    By largest remainder: everybody gets the whole units that are theirs, and the units left over
    go one each to the largest remainders, the first first. An amount of 100 in three equal parts
    is 34, 33, 33.

    Raises:
        ValueError: the weights are none, or one is below 0, or all are 0.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError(f"nothing can be divided by the weights {tuple(weights)}")
    parts = [minor * weight // total for weight in weights]
    remainders = [minor * weight % total for weight in weights]
    for place in sorted(range(len(parts)), key=lambda n: -remainders[n])[: minor - sum(parts)]:
        parts[place] += 1
    return tuple(parts)


def shared_out(amount: Money, weights: Mapping[str, int]) -> dict[str, Money]:
    """Divide ``amount`` among the keys of ``weights`` to the last minor unit; see `split`."""
    keys = sorted(weights)
    parts = split(amount.minor, [weights[key] for key in keys])
    return {key: Money(amount.currency, part) for key, part in zip(keys, parts, strict=True)}
