"""What is spent on finding leads: ``costs.toml``."""

from collections import Counter
from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from config.money import Amount, Currency, minor_units
from config.shape import Line, Shape, Slug, Word, at
from models.words import CampaignKind

#: Days are whole local ones, from ``since`` up to ``until``, which is not one of them.
Day = Annotated[date, Field(strict=True)]


class CampaignSpec(Shape):
    """Something that is done for a while so that people talk, or come."""

    id: Slug
    name: Line
    kind: Word[CampaignKind]
    since: Day
    until: Day
    budget: Amount | None = None
    currency: Currency | None = None
    topics: tuple[Slug, ...] = ()  # whose leads count for it; empty: every topic
    sources: tuple[Slug, ...] = ()  # where they were heard first; empty: every source

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.until <= self.since:
            raise at("until", "must be after since: it is the first day that is no more of it")
        if (self.budget is None) is not (self.currency is None):
            raise at("budget", "an amount and a currency belong together")
        if self.budget is not None and self.currency is not None:
            _check_coins("budget", self.budget, self.currency)
        return self

    @property
    def budget_minor(self) -> int | None:
        """Return the budget in minor units."""
        if self.budget is None or self.currency is None:
            return None
        return minor_units(self.budget, self.currency)


class CostSpec(Shape):
    """Money that was spent on one source or one campaign, the same each day."""

    source: Slug | None = None
    campaign: Slug | None = None
    since: Day
    until: Day
    amount: Amount
    currency: Currency
    note: Line | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if (self.source is None) is (self.campaign is None):
            raise at("source", "name a source or a campaign: the one that it was spent on")
        if self.until <= self.since:
            raise at("until", "must be after since: it is the first day that it does not pay for")
        _check_coins("amount", self.amount, self.currency)
        return self

    @property
    def amount_minor(self) -> int:
        """Return the amount in minor units."""
        return minor_units(self.amount, self.currency)


class CostsFile(Shape):
    """``costs.toml``."""

    campaign: tuple[CampaignSpec, ...] = ()
    cost: tuple[CostSpec, ...] = ()

    @model_validator(mode="after")
    def _is_spent_once(self) -> Self:
        if any(count > 1 for count in Counter(self.cost).values()):
            raise at("cost", "two entries are the same; if both were paid, tell them by a note")
        return self


def _check_coins(key: str, amount: str, currency: str) -> None:
    try:
        minor_units(amount, currency)
    except ValueError as error:
        raise at(key, str(error)) from error
