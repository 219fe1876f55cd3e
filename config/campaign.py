"""What is spent on finding leads: ``costs.toml``."""

from collections import Counter
from datetime import date, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from config.days import FIRST, LAST, is_ours
from config.money import Amount, Currency, minor_units
from config.problem import quoted
from config.shape import Line, Shape, Slug, Word, at
from config.topic import Phrase
from models.words import CampaignKind

#: Days are whole local ones, from ``since`` up to ``until``, which is not one of them.
Day = Annotated[date, Field(strict=True)]
#: What lasts longer is no campaign but the business.
LONGEST = timedelta(days=1_096)
BaselineDays = Annotated[int, Field(ge=1, le=LONGEST.days)]
#: Of one campaign; who needs more has a topic.
MOST_PHRASES = 100


class CampaignSpec(Shape):
    """Something that is done for a while so that people talk, or come."""

    id: Slug
    name: Line
    kind: Word[CampaignKind]
    since: Day
    until: Day
    budget: Amount | None = None
    currency: Currency | None = None
    #: What it is about: posts of these topics, and posts that say one of these phrases. With
    #: neither, everything that is heard.
    topics: tuple[Slug, ...] = ()
    phrases: Annotated[tuple[Phrase, ...], Field(max_length=MOST_PHRASES)] = ()
    sources: tuple[Slug, ...] = ()  # heard there alone; empty: at every source
    baseline: BaselineDays | None = None  # days before it to compare with; None: as many

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        for key, day in (("since", self.since), ("until", self.until)):
            if not is_ours(day):
                raise at(key, f"{day} is no day of a campaign: they are from {FIRST} to {LAST}")
        if self.until <= self.since:
            raise at("until", "must be after since: it is the first day that is no more of it")
        if self.until - self.since > LONGEST:
            raise at("until", f"is too late: a campaign lasts {LONGEST.days:,} days at the most")
        plain = Counter(phrase.casefold() for phrase in self.phrases)
        if twice := [phrase for phrase in self.phrases if plain[phrase.casefold()] > 1]:
            raise at("phrases", f"{quoted(twice[-1])} is there twice")
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
