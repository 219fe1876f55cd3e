"""What programs may say of a lead."""

from typing import Annotated

from pydantic import ConfigDict, Field

from models.words import (
    DeclineReason,
    DisqualifyReason,
    HandBackReason,
    LeadStatus,
    LostReason,
    TaskKind,
    TouchpointKind,
)
from service.api.shapes.base import (
    ANOTHER,
    Day,
    Handle,
    Id,
    Moment,
    MoneyTaken,
    ShortLine,
    Taken,
    Words,
)
from service.typed import Prose

Fencing = Annotated[
    int, Field(ge=0, le=1_000_000, description="of the offer that you answer", examples=[1])
]
Note = Annotated[Words, Field(description="in words, beside the reason")]
Reason = Annotated[Prose, Field(min_length=3, max_length=500, examples=["met them at the fair"])]
Points = Annotated[int, Field(ge=0, le=2)]


class Accept(Taken):
    """Yes to an offer."""

    fencing: Fencing


class Decline(Taken):
    """No to an offer, and why."""

    fencing: Fencing
    reason: DeclineReason


class Touch(Taken):
    """What you did for the lead; Harken notes it and never does it."""

    kind: TouchpointKind
    note: Note = ""


class NoteTaken(Taken):
    """Something to remember."""

    note: Annotated[Prose, Field(min_length=1, max_length=4000, examples=["asked for a quote"])]
    shared: Annotated[
        bool, Field(description="a partner who has the lead now or later reads it too")
    ] = False


class HandBack(Taken):
    """Why marketing has the lead again."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "wrong_timing", "until": "2027-03-01"}]}
    )

    reason: HandBackReason
    until: Annotated[
        Day | None, Field(description="of wrong_timing: the day of the right one")
    ] = None
    note: Note = ""


class Qualify(Taken):
    """Budget, authority, need and timeline: 0 unknown or no, 1 partly, 2 yes. It takes 5 of 8."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"budget": 1, "authority": 2, "need": 2, "timeline": 1}]}
    )

    budget: Points
    authority: Points
    need: Points
    timeline: Points


class Win(Taken):
    """What was bought."""

    product: Annotated[ShortLine, Field(examples=["Team plan"])]
    amount: MoneyTaken | None = None
    note: Note = ""


class Lose(Taken):
    """Why they did not buy from us."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "price"}]})

    reason: LostReason
    competitor: Annotated[ShortLine | None, Field(description="to whom, when to a competitor")] = (
        None
    )
    note: Note = ""


class Disqualify(Taken):
    """Why it is no lead."""

    reason: DisqualifyReason
    note: Note = ""


class WithReason(Taken):
    """Why, in words; it is kept."""

    reason: Reason


class Snooze(Taken):
    """Until when the lead rests: 30 days at the most."""

    until: Annotated[Moment, Field(examples=["2026-03-09T08:00:00Z"])]


class Assign(Taken):
    """Whom the lead is offered to."""

    to: Annotated[Handle, Field(examples=["ada"])]
    reason: Annotated[Prose, Field(max_length=500)] = ""


class Merge(Taken):
    """The other lead, which is the same situation."""

    other: Annotated[Id, Field(examples=[ANOTHER])]
    other_rev: Annotated[int, Field(ge=1, le=1_000_000, description="as you saw it")]


class NewTask(Taken):
    """Something to do for a lead."""

    what: Annotated[ShortLine, Field(examples=["send the price list"])]
    due: Annotated[Moment, Field(examples=["2026-03-09T08:00:00Z"])]
    kind: TaskKind = TaskKind.REMINDER
    assignee: Annotated[Handle | None, Field(description="else the owner of the lead")] = None


class Patch(Taken):
    """A status that somebody would like to set. It can't be: a lead moves by actions."""

    status: LeadStatus
