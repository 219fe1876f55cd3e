"""What is passed on to leads that are not ready yet: ``nurture.toml``."""

from datetime import time, timedelta
from typing import Annotated, Self

from pydantic import Field, PlainValidator, model_validator

from config.problem import quoted
from config.shape import Duration, Line, PositiveDuration, Prose, Shape, Slug, Word, at
from models.moves import LIVE, LeadEvent
from models.words import HandBackReason, LeadStatus, NurtureChannel

#: What may have brought a lead to where a rule finds it.
CAUSES = frozenset({*LeadEvent, *HandBackReason})


def parse_time_of_day(value: object) -> time:
    """Return what "09:00" means.

    Raises:
        ValueError: it is no time of a day.
    """
    if isinstance(value, time):
        return value
    try:
        return time.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise ValueError(f'{quoted(value)} is no time of day; write it like "09:00"') from error


class NurtureStep(Shape):
    """Something that a human passes on, so many days after the start."""

    day: Annotated[int, Field(ge=0, le=3_650)]  # counted on the contact's calendar
    title: Line
    points: Prose = ""  # what to say; the human words it
    channel: Word[NurtureChannel] = NurtureChannel.EMAIL
    content: Slug | None = None  # id in content.toml; left out: what the content map suggests


class NurtureTrack(Shape):
    """A row of steps."""

    id: Slug
    name: Line
    step: Annotated[tuple[NurtureStep, ...], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _days_rise(self) -> Self:
        days = [step.day for step in self.step]
        if days != sorted(days):
            raise at("step", "the days of its steps must rise")
        return self


class NurtureRule(Shape):
    """Which leads are put on a track by themselves."""

    track: Slug
    on: Word[LeadStatus] = LeadStatus.NURTURING
    after: Duration = timedelta(0)  # in that status
    because: tuple[Line, ...] = ()  # what brought it there; empty: whatever it was
    topics: tuple[Slug, ...] = ()  # empty: every topic

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.on not in LIVE:
            raise at("on", "a lead that is closed is not nurtured")
        if strange := [word for word in self.because if word not in CAUSES]:
            raise at("because", f"{quoted(strange[0])} is no event and no reason to hand back")
        return self


class Nurture(Shape):
    """Tracks and who is put on them."""

    time_of_day: Annotated[time, PlainValidator(parse_time_of_day)]  # the contact's own
    review_after: PositiveDuration  # marketing looks at a lead again that was handed back
    track: tuple[NurtureTrack, ...] = ()
    rule: tuple[NurtureRule, ...] = ()  # the first that fits decides
