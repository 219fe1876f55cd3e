"""Everything beside leads: what is listened for and where, people, reports, the audit log."""

from datetime import date, datetime
from typing import Annotated

from pydantic import AfterValidator, Field, JsonValue

from config.shape import check_zone
from models.digest_words import ItemKind, RunState
from models.words import (
    ActivityKind,
    InquiryChannel,
    SourceHealth,
    SourceKind,
    SuppressionReason,
    TokenScope,
    UserRole,
)
from service.api.shapes.base import A_LEAD, ANOTHER, NOON, Given, Id, Moment, ShortLine, Taken
from service.typed import Line, Prose

_At = Annotated[datetime, Field(examples=[NOON])]
_Maybe = Annotated[datetime | None, Field(examples=[NOON])]
_Reference = Annotated[
    Line,
    Field(
        min_length=1,
        max_length=128,
        description="of your own: the same one is taken in once",
        examples=["form-4711"],
    ),
]


class TopicGiven(Given):
    """Something that marketers listen for."""

    id: Annotated[str, Field(examples=["crm"])]
    name: Annotated[str, Field(examples=["CRM for small teams"])]
    active: bool
    changed: _At
    definition: Annotated[
        dict[str, JsonValue] | None, Field(description="the content of its file; null in lists")
    ]


class SourceGiven(Given):
    """A place that is listened to."""

    id: Annotated[str, Field(description="its slug", examples=["talk"])]
    kind: SourceKind
    name: Annotated[str, Field(examples=["Small Business Talk"])]
    url: Annotated[str, Field(description="without a user, password or query")]
    policy: str
    active: bool
    health: SourceHealth
    quality: Annotated[float, Field(ge=0, le=1)]
    every_seconds: float
    next_poll: _At
    last_success: _Maybe
    last_problem: str | None


class TeamGiven(Given):
    """A group of people that leads are routed to."""

    id: Annotated[str, Field(examples=["sales"])]
    name: str
    channel: Annotated[str, Field(examples=["inside"])]


class UserGiven(Given):
    """Somebody who works here."""

    handle: Annotated[str, Field(examples=["ada"])]
    name: str
    role: UserRole
    team: str | None
    tz: Annotated[str, Field(examples=["Europe/Berlin"])]
    active: bool
    away: Annotated[bool, Field(description="takes no leads at present")]


class Me(Given):
    """For whom a token acts, and how far."""

    handle: Annotated[str, Field(examples=["ada"])]
    name: str
    role: UserRole
    team: str | None
    tz: Annotated[str, Field(examples=["Europe/Berlin"])]
    token: Annotated[str, Field(description="its id", examples=[ANOTHER])]
    scope: TokenScope
    permissions: tuple[str, ...]


class NewInquiry(Taken):
    """Somebody wrote to you. At least one of name, email and handle says who it was."""

    topic: Annotated[Line, Field(min_length=1, max_length=64, examples=["crm"])]
    message: Annotated[
        Prose, Field(min_length=1, max_length=20_000, examples=["What does it cost for ten?"])
    ]
    subject: Annotated[Line, Field(max_length=200)] = ""
    at: Annotated[Moment | None, Field(description="else now")] = None
    reference: _Reference | None = None
    channel: InquiryChannel = InquiryChannel.API
    name: Annotated[ShortLine | None, Field(examples=["Rosa Lind"])] = None
    email: Annotated[
        Line | None,
        Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$", examples=["rosa@example.org"]),
    ] = None
    email_verified: Annotated[
        bool, Field(description="they answered a mail to it, or wrote from it")
    ] = False
    consent_how: Annotated[
        ShortLine | None,
        Field(description="how they agreed to be followed and written to; null: they did not"),
    ] = None
    handle: Annotated[ShortLine | None, Field(description="who they are at `source`")] = None
    source: Annotated[Line | None, Field(max_length=64, description="a source's slug")] = None
    account: Annotated[ShortLine | None, Field(description="their company")] = None
    tz: Annotated[
        Line | None,
        Field(max_length=64, description="IANA name", examples=["Europe/Berlin"]),
        AfterValidator(lambda name: check_zone(name) if name is not None else None),
    ] = None


class InquiryReceived(Given):
    """What became of an inquiry."""

    id: Annotated[str, Field(examples=[ANOTHER])]
    person: Annotated[str, Field(description="for activities of theirs", examples=[ANOTHER])]
    lead: Annotated[str, Field(examples=[A_LEAD])]
    is_new: Annotated[bool, Field(description="false: it was here before; nothing was done")]


class NewActivity(Taken):
    """Something that a known person did who agreed to be followed."""

    person: Annotated[Id, Field(description="as an inquiry's answer names it", examples=[ANOTHER])]
    kind: ActivityKind
    reference: _Reference
    at: Annotated[Moment | None, Field(description="else now")] = None
    topic: Annotated[
        Line | None, Field(max_length=64, description="null: every topic of theirs")
    ] = None
    what: Annotated[Line, Field(max_length=500, description="the page, the paper, the event")] = ""


class ActivityNoted(Given):
    """The live leads that an activity counts for."""

    leads: tuple[str, ...]


class NewObjection(Taken):
    """Somebody who must be left alone: nothing of theirs is stored, scored or shown any more."""

    handle: Annotated[
        ShortLine, Field(description="as it is spelt there", examples=["quiet_otter"])
    ]
    host: Annotated[
        Line,
        Field(
            min_length=1,
            max_length=253,
            pattern=r"^(\*|[A-Za-z0-9.-]+)$",
            description="of the source; * means at any",
            examples=["talk.example"],
        ),
    ] = "*"
    reason: SuppressionReason = SuppressionReason.OBJECTION


class ObjectionNoted(Given):
    """What an objection led to."""

    leads_taken_out: Annotated[int, Field(examples=[1])]


class AuditGiven(Given):
    """Who did what; each event holds the hash of the one before."""

    seq: int
    at: _At
    actor: Annotated[str, Field(description="a user's id, or a part of Harken")]
    action: Annotated[str, Field(examples=["lead.status_changed"])]
    subject: Annotated[str, Field(examples=[f"lead:{A_LEAD}"])]
    detail: dict[str, JsonValue]
    prev_hash: str
    hash: str


class AuditVerified(Given):
    """Whether the log is as it was written."""

    whole: bool
    events: int
    broken_at: Annotated[
        int | None, Field(description="the first that does not follow from the one before")
    ]
    cut_through: Annotated[
        int | None, Field(description="the last that had its time and left, by the log itself")
    ]


class DigestGiven(Given):
    """A digest of yours."""

    id: Annotated[str, Field(examples=[ANOTHER])]
    date: Annotated[date, Field(description="on your own calendar")]
    state: RunState
    due: _At
    sent: _Maybe
    not_shown: Annotated[int, Field(description="leads that did not fit")]


class DigestItemGiven(Given):
    """Something that a digest shows."""

    position: int
    kind: ItemKind
    lead: str | None
    post: str | None
    score: float | None


class DigestWithItems(DigestGiven):
    """A digest of yours with what it shows."""

    items: tuple[DigestItemGiven, ...]


class ReportNames(Given):
    """What there are reports of."""

    reports: Annotated[tuple[str, ...], Field(examples=[["funnel", "speed"]])]


class ReportGiven(Given):
    """A report: tables by name, a row an object."""

    report: Annotated[str, Field(examples=["funnel"])]
    first_day: Annotated[date | None, Field(description="null: of the present moment")]
    until: Annotated[date | None, Field(description="the first day that is not in it")]
    zone: str | None
    tables: dict[str, tuple[dict[str, JsonValue], ...]]
    notes: tuple[str, ...]
