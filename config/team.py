"""Who works here, which leads go to whom, and how fast: teams, routing and SLA."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from config.hours import ALWAYS, Hours, Span, WorkingSpan, parse_working_hours
from config.problem import quoted
from config.shape import (
    Domain,
    Email,
    Language,
    Line,
    PositiveDuration,
    PostLanguage,
    Shape,
    Slug,
    Word,
    ZoneName,
    at,
)
from models.words import Kind, UserRole


class ChannelKind(StrEnum):
    """How a team sells, which decides how fast it is expected to be."""

    TELESALES = "telesales"
    INSIDE = "inside"
    DIRECT = "direct"
    FIELD = "field"
    DEALER = "dealer"
    DISTRIBUTOR = "distributor"


class Strategy(StrEnum):
    """How one of a team's reps is chosen for a lead."""

    ROUND_ROBIN = "round_robin"  # in turn, by weight
    LEAST_LOADED = "least_loaded"  # who has the fewest open leads for the weight
    FIT_FIRST = "fit_first"  # in turn among those whose skills, languages and regions fit best


class TeamSpec(Shape):
    """People who take leads from one queue."""

    id: Slug
    name: Line
    channel: Word[ChannelKind]
    manager: Slug | None = None  # handle of who hears of breaches; None: the process owner
    allow_claim: bool = False  # its people may take the next waiting lead themselves


class CalendarSpec(Shape):
    """Days on which nobody of a country or a site works."""

    name: Slug
    days: tuple[date, ...] = ()


class UserSpec(Shape):
    """Somebody who works with Harken."""

    handle: Slug
    name: Line
    email: Email | None = None
    role: Word[UserRole]
    team: Slug | None = None  # None: takes no leads
    tz: ZoneName = "UTC"
    hours: Hours = Field(default_factory=lambda: parse_working_hours(ALWAYS))
    max_open: Annotated[int, Field(ge=0, le=10_000)] = 20  # leads at a time; 0: none for now
    max_per_day: Annotated[int, Field(ge=1, le=10_000)] | None = None  # offers in 24 hours
    weight: Annotated[int, Field(ge=1, le=100)] = 1  # 2 gets twice as many as 1
    skills: tuple[Slug, ...] = ()  # what a rule may ask for
    languages: tuple[Language, ...] = ()  # of the buyers; empty: every language
    regions: tuple[Slug, ...] = ()  # of the buyers; empty: everywhere
    calendar: Slug | None = None  # whose days are days off
    reports_to: Slug | None = None  # handle of who hears of this person's breaches
    known_as: tuple[Line, ...] = ()  # their names in communities: what they post is no lead
    active: bool = True


class TeamsFile(Shape):
    """``teams.toml``."""

    team: tuple[TeamSpec, ...] = ()
    own_names: tuple[Line, ...] = ()  # under which the house itself posts, as its brand
    calendar: tuple[CalendarSpec, ...] = ()
    user: tuple[UserSpec, ...] = ()


class When(Shape):
    """What a lead must be for a rule to apply. An absent or empty condition always holds."""

    topics: tuple[Slug, ...] = ()  # one of these
    sources: tuple[Slug, ...] = ()
    kinds: tuple[Word[Kind], ...] = ()
    languages: tuple[PostLanguage, ...] = ()
    regions: tuple[Slug, ...] = ()
    accounts: tuple[Line, ...] = ()  # of companies, as leads name them; letter case is ignored
    min_score: Annotated[float, Field(ge=0, le=100)] = 0.0
    max_score: Annotated[float, Field(ge=0, le=100)] = 100.0


class Rule(Shape):
    """A lead that fits goes to this team."""

    position: Annotated[int, Field(ge=1)]  # the lowest that fits decides
    team: Slug
    when: When = When()
    skills: tuple[Slug, ...] = ()  # that the rep must have
    strategy: Word[Strategy] | None = None  # None: the file's


class Routing(Shape):
    """``routing.toml``: the first rule by position that fits, else the fallback."""

    fallback_team: Slug
    strategy: Word[Strategy] = Strategy.ROUND_ROBIN
    sticky_days: Annotated[int, Field(ge=0, le=3650)] = 90  # who had the buyer before; 0: off
    max_declines: Annotated[int, Field(ge=1, le=100)] = 3  # then a manager decides
    tiers: tuple[Annotated[float, Field(ge=0, le=100)], ...] = (90.0,)  # lower bounds of scores
    regions: Mapping[Slug, tuple[Line, ...]] = Field(default_factory=dict)  # places that it holds
    accounts: Mapping[Domain, Line] = Field(default_factory=dict)  # companies by their domains
    rule: tuple[Rule, ...] = ()

    @model_validator(mode="after")
    def _places_lie_in_one_region(self) -> Self:
        there: dict[str, str] = {}
        for region, places in self.regions.items():
            for place in places:
                other = there.setdefault(place.casefold(), region)
                if other != region:
                    raise at("regions", f"{quoted(place)} is in {other} and in {region}")
        return self

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Return the rules in the order in which they are tried."""
        return tuple(sorted(self.rule, key=lambda rule: rule.position))


class Expectation(Shape):
    """What a channel owes a lead, in its people's working time."""

    accept: Span  # from the offer to the rep's yes
    first_touch: Span  # from the yes to the first contact
    update: Span  # between two signs of life


class Escalation(Shape):
    """Who hears of a clock that runs out, as shares of the time it allows."""

    remind: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = (0.5, 0.8)
    manager: Annotated[float, Field(gt=0, le=100)] = 0.25  # this much after the time is up
    reclaim: Annotated[float, Field(gt=0, le=100)] = 0.5  # and the lead is offered to another
    process_owner: Annotated[float, Field(gt=0, le=100)] = 1.0

    @model_validator(mode="after")
    def _climbs(self) -> Self:
        if any(later <= earlier for earlier, later in pairwise(self.remind)):
            raise at("remind", "must climb, as in [0.5, 0.8]")
        if not self.manager <= self.reclaim <= self.process_owner:
            raise at("reclaim", "must lie between manager and process_owner")
        return self


class Sla(Shape):
    """``sla.toml``: how long everything may take."""

    review: Span  # of an mql by the topic's social seller, in working time
    routing: PositiveDuration  # of a sales-ready lead, on the wall clock
    working_day: PositiveDuration  # of working time that a "1d" stands for
    channels: Mapping[Word[ChannelKind], Expectation]
    escalation: Escalation = Escalation()

    def working_time(self, span: WorkingSpan) -> timedelta:
        """Return the working time, in hours on the clock of the shifts, that ``span`` allows."""
        return span.days * self.working_day + span.time
