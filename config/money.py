"""Currencies and amounts as people write them."""

import re
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, Field

from config.problem import quoted

#: Currencies whose minor unit is not a hundredth (ISO 4217, list one).
_NO_MINOR_UNIT = frozenset(
    (
        *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"),
        *("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
    )
)
_THOUSANDTHS = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))

_AMOUNT = re.compile(r"[0-9]{1,15}(\.[0-9]{1,3})?")


def minor_digits(currency: str) -> int:
    """Return how many digits of an amount in ``currency`` come after the point."""
    if currency in _NO_MINOR_UNIT:
        return 0
    return 3 if currency in _THOUSANDTHS else 2


def minor_units(amount: str, currency: str) -> int:
    """Return ``amount`` ("49.00") in minor units of ``currency``: 4900 cents.

    Raises:
        ValueError: it is finer than the currency's smallest coin.
    """
    value = Decimal(amount).scaleb(minor_digits(currency))
    if value != value.to_integral_value():
        raise ValueError(f"{quoted(amount)} is finer than {currency} is divided")
    return int(value)


def check_amount(value: str) -> str:
    """Return ``value`` if it is an amount without a currency.

    Raises:
        ValueError: it is none, is below 0, or has commas in it.
    """
    if not _AMOUNT.fullmatch(value):
        raise ValueError(f'{quoted(value)} is no amount; write it like "1250.00"')
    return value


def check_currency(value: str) -> str:
    """Return ``value`` if it has the form of an ISO 4217 code.

    Raises:
        ValueError: it is a sign or a name.
    """
    if not re.fullmatch(r"[A-Z]{3}", value):
        raise ValueError(f"{quoted(value)} is no currency; write it like 'EUR' or 'USD'")
    return value


Amount = Annotated[str, Field(max_length=20), AfterValidator(check_amount)]
Currency = Annotated[str, AfterValidator(check_currency)]
