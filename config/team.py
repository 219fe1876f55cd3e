"""Who works here, which leads go to whom, and how fast: teams, routing and SLA."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from config.hours import ALWAYS, Hours, Span, WorkingSpan, parse_working_hours
from config.shape import (
    Email,
    Language,
    Line,
    PositiveDuration,
    Shape,
    Slug,
    Word,
    ZoneName,
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

    ROUND_ROBIN = "round_robin"


class TeamSpec(Shape):
    """People who take leads from one queue."""

    id: Slug
    name: Line
    channel: Word[ChannelKind]


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
    weight: Annotated[int, Field(ge=1, le=100)] = 1  # 2 gets twice as many as 1
    active: bool = True


class TeamsFile(Shape):
    """``teams.toml``."""

    team: tuple[TeamSpec, ...] = ()
    user: tuple[UserSpec, ...] = ()


class When(Shape):
    """What a lead must be for a rule to apply. An absent or empty condition always holds."""

    topics: tuple[Slug, ...] = ()  # one of these
    sources: tuple[Slug, ...] = ()
    kinds: tuple[Word[Kind], ...] = ()
    languages: tuple[Language, ...] = ()
    min_score: Annotated[float, Field(ge=0, le=100)] = 0.0


class Rule(Shape):
    """A lead that fits goes to this team."""

    position: Annotated[int, Field(ge=1)]  # the lowest that fits decides
    team: Slug
    when: When = When()


class Routing(Shape):
    """``routing.toml``: the first rule by position that fits, else the fallback."""

    fallback_team: Slug
    strategy: Word[Strategy] = Strategy.ROUND_ROBIN
    rule: tuple[Rule, ...] = ()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Return the rules in the order in which they are tried."""
        return tuple(sorted(self.rule, key=lambda rule: rule.position))


class Expectation(Shape):
    """What a channel owes a lead, in its people's working time."""

    accept: Span  # from the offer to the rep's yes
    first_touch: Span  # from the yes to the first contact
    update: Span  # between two signs of life


class Sla(Shape):
    """``sla.toml``: how long everything may take."""

    review: Span  # of an mql by the topic's social seller, in working time
    routing: PositiveDuration  # of a sales-ready lead, on the wall clock
    working_day: PositiveDuration  # of working time that a "1d" stands for
    channels: Mapping[Word[ChannelKind], Expectation]

    def working_time(self, span: WorkingSpan) -> timedelta:
        """Return the working time, in hours on the clock of the shifts, that ``span`` allows."""
        return span.days * self.working_day + span.time
