"""What somebody wants to know of a report."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlmodel import Session

from config import Config
from config.money import check_amount, check_currency, minor_units
from service.reports.document import Report
from service.rules.money import Money
from service.rules.period import Period
from service.rules.value import BUY


def price_of(text: str) -> Money:
    """Return an amount with its currency, as people write them: "1250.00 EUR".

    Raises:
        ValueError: it has no currency, is no amount, or is finer than the currency is divided.
    """
    amount, _, currency = text.strip().partition(" ")
    code = check_currency(currency.strip().upper())
    return Money(code, minor_units(check_amount(amount), code))


@dataclass(frozen=True, slots=True, kw_only=True)
class Only:
    """What of the house a report is about; all of it where nothing is said."""

    topic: str | None = None  # an id
    source: str | None = None  # a slug: of leads, where they were heard first
    team: str | None = None  # an id
    rep: str | None = None  # a user's id: of leads, who owns them


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The question; each report looks at what concerns it."""

    period: Period
    now: datetime  # aware UTC
    config: Config
    viewer: str | None = None  # the handle of who wants to see figures about people
    standard: float | None = None  # the defect rate (0..1) that the house has set itself
    #: Without anything done for so long, a lead is neglected; None: as what it is sold has it.
    idle: timedelta | None = None
    buy: Decimal = BUY  # the share (0..1) of leads that buy, from whomever
    price: Money | None = None  # what one buyer spends; None: the mean of what was won
    most: int = 100  # rows of a list at the most
    #: Posts that nobody has looked at yet and that are read for a campaign at the most; where
    #: there are more, none of them count. None: all are read, however long that takes.
    unread: int | None = None
    only: Only = Only()


Reporter = Callable[[Session, Asked], Report]
