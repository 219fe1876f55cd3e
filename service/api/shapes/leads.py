"""Leads as programs read them."""

from datetime import datetime
from typing import Annotated

from pydantic import AliasChoices, Field, JsonValue

from models.words import (
    DeclineReason,
    Funnel,
    Kind,
    LeadStatus,
    Negative,
    OfferState,
    Role,
    SignalClass,
    SignalStatus,
    TaskKind,
    TouchpointKind,
)
from service.api.problems import Way
from service.api.shapes.base import A_LEAD, A_TASK, ANOTHER, NOON, Given, Money
from service.rules.levels import Level

_ID = Annotated[str, Field(examples=[A_LEAD])]
_Handle = Annotated[str | None, Field(description="a user's handle", examples=["ada"])]
_At = Annotated[datetime, Field(examples=[NOON])]
_Maybe = Annotated[datetime | None, Field(examples=[NOON])]


class Quote(Given):
    """Words of the buyer, and why they count."""

    text: Annotated[str, Field(examples=["does anybody have experience with"])]
    reason: Annotated[str, Field(examples=["asks for experience"])]
    weight: Annotated[
        float, Field(description="log-odds; below 0 it speaks against", examples=[1.9])
    ]


class AlsoPosted(Given):
    """Another place where the buyer said the same."""

    source: Annotated[str, Field(examples=["Small Business Talk"])]
    url: str | None
    published: _At


class LeadSummary(Given):
    """A lead as a line of a list."""

    id: _ID
    rev: Annotated[int, Field(description="its version; the ETag of the lead", examples=[7])]
    title: Annotated[str, Field(examples=["Does anybody have experience with Tidepool CRM?"])]
    status: LeadStatus
    funnel: Funnel
    level: Annotated[
        Level | None, Field(description="how far its buyer is; null: no lead after all")
    ]
    score: Annotated[float, Field(description="0 to 100, rounded down to tenths", examples=[84.2])]
    kind: Kind
    topic: Annotated[str, Field(description="its id", examples=["crm"])]
    journey_step: Annotated[int, Field(ge=1, le=6, examples=[3])]
    source: Annotated[str, Field(description="its name", examples=["Small Business Talk"])]
    url: Annotated[str | None, Field(examples=["https://talk.example/t/81"])]
    owner: _Handle
    offered_to: _Handle
    team: Annotated[str | None, Field(examples=["sales"])]
    account: Annotated[str | None, Field(description="the buyer's company")]
    existing_customer: Annotated[bool, Field(description="they bought from us before")]
    heard: Annotated[datetime, Field(description="when its strongest post was written")]
    first_heard: _At
    last_heard: _At
    created: _At
    status_since: _At
    next_step: Annotated[str, Field(examples=["Ada makes the first contact"])]
    due: _Maybe
    snoozed_until: _Maybe
    closed: _Maybe
    close_reason: Annotated[str | None, Field(examples=["price"])]
    amount: Money | None
    quote: Annotated[str, Field(description="at most 280 characters around the evidence")]
    evidence: tuple[Quote, ...]
    also_posted: tuple[AlsoPosted, ...]


class Taking(Given):
    """Something that takes score away."""

    name: Negative
    factor: Annotated[float, Field(examples=[0.3])]


class Part(Given):
    """What one signal brings to the score; contributions add up."""

    signal_id: str
    kind: Kind
    probability: Annotated[float, Field(validation_alias=AliasChoices("probability", "p"))]
    age_hours: float
    contribution: Annotated[float, Field(description="-ln(1 - strength), which adds up")]


class ScoreExplained(Given):
    """How the score came about: `base` from its parts, moved by fit, times each factor."""

    version: Annotated[str, Field(description="of the scoring profile", examples=["1"])]
    base: Annotated[float, Field(description="0 to 1", examples=[0.84])]
    fit: Annotated[float, Field(description="0 to 1; 0.5 changes nothing", examples=[0.5])]
    negatives: tuple[Taking, ...] = ()
    parts: tuple[Part, ...] = ()
    activities: tuple[dict[str, JsonValue], ...] = ()


class OfferGiven(Given):
    """The lease of a lead to a rep."""

    id: _ID
    lead: _ID
    to: Annotated[str, Field(examples=["ada"])]
    state: OfferState
    fencing: Annotated[
        int, Field(description="send it with your answer; an older one is refused", examples=[1])
    ]
    offered: _At
    accept_by: _At
    answered: _Maybe
    decline_reason: DeclineReason | None


class TaskGiven(Given):
    """Something that somebody has to do for a lead."""

    id: Annotated[str, Field(examples=[A_TASK])]
    lead: _ID
    kind: TaskKind
    what: Annotated[str, Field(examples=["send the price list"])]
    assignee: _Handle
    due: _At
    mandatory: Annotated[bool, Field(description="it can be done, never deleted")]
    created: _At
    done: _Maybe


class Qualified(Given):
    """Budget, authority, need and timeline, 0 to 2 each, as a person sees them."""

    budget: Annotated[int, Field(ge=0, le=2)]
    authority: Annotated[int, Field(ge=0, le=2)]
    need: Annotated[int, Field(ge=0, le=2)]
    timeline: Annotated[int, Field(ge=0, le=2)]
    at: _At


class LeadGiven(LeadSummary):
    """A lead with everything that is needed to decide about it."""

    score_explained: ScoreExplained | None
    offer: OfferGiven | None
    qualified: Qualified | None
    tasks: Annotated[tuple[TaskGiven, ...], Field(description="that are open")]
    licence: Annotated[str, Field(description="of the source", examples=["cc-by-sa-4.0"])]
    attribution: Annotated[str, Field(description="show it beside every quote")]
    community_rules: Annotated[str, Field(description="read them before you answer there")]
    region: str | None
    lost_to: str | None
    recycle_count: Annotated[int, Field(description="how often it was handed back")]
    mandatory_follow_up: bool
    ways: Annotated[tuple[Way, ...], Field(description="what you may do with it now")]


class Happening(Given):
    """Something that happened to a lead."""

    at: _At
    kind: Annotated[str, Field(description='"status" or "touch"', examples=["status"])]
    event: Annotated[str, Field(examples=["accepted"])]
    from_status: LeadStatus | None = None
    to_status: LeadStatus | None = None
    touch: TouchpointKind | None = None
    by: Annotated[str, Field(description='a handle, or "harken"', examples=["ada"])]
    reason: str | None = None
    note: str = ""
    shared: Annotated[bool, Field(description="a note that a partner reads too")] = False


_Shown = Annotated[float, Field(ge=0, le=1, examples=[0.7])]


class FacetsGiven(Given):
    """What of a buyer a post shows, 0 to 1 each; `none` when no facet reaches 0.25."""

    interest: Annotated[float, Field(ge=0, le=1, description="wants to buy", examples=[0.93])]
    awareness: Annotated[_Shown, Field(description="knows what there is")]
    need: Annotated[_Shown, Field(description="needs something")]
    product_understanding: Annotated[_Shown, Field(description="knows the products")]
    problem_understanding: Annotated[_Shown, Field(description="knows the problem")]
    knowledge: Annotated[_Shown, Field(description="has experience")]
    none: bool


class SignalGiven(Given):
    """A post judged against a topic."""

    id: _ID
    lead: Annotated[str | None, Field(description="that it is evidence for", examples=[A_LEAD])]
    post: Annotated[str, Field(examples=[ANOTHER])]
    topic: Annotated[str, Field(examples=["crm"])]
    kind: Kind
    signal_class: SignalClass | None
    role: Role
    journey_step: Annotated[int, Field(ge=1, le=6)]
    probability: Annotated[float, Field(ge=0, le=1, examples=[0.93])]
    strength: Annotated[int, Field(ge=0, le=3)]
    fit: Annotated[float, Field(ge=0, le=1)]
    uncertain: bool
    solved: bool
    facets: FacetsGiven
    negatives: tuple[str, ...]
    slots: tuple[dict[str, JsonValue], ...]
    evidence: tuple[dict[str, JsonValue], ...]
    matched: tuple[dict[str, JsonValue], ...]
    model: str
    status: SignalStatus
    happened: _At
    created: _At


class PostGiven(Given):
    """A post as its source gave it, as plain text."""

    id: _ID
    source: Annotated[str, Field(description="its slug", examples=["talk"])]
    external_id: Annotated[str, Field(examples=["t-81"])]
    url: str | None
    thread: Annotated[str, Field(description="its key at the source", examples=["81"])]
    parent: str | None
    author: Annotated[str | None, Field(examples=["quiet_otter"])]
    title: str
    text: str
    language: Annotated[str, Field(description='ISO 639-1 or "und"', examples=["en"])]
    published: _At
    edited: _Maybe
    fetched: _At
    deleted: Annotated[
        datetime | None, Field(description="when it turned out to be gone at its source")
    ]


class RelatedLead(Given):
    """A lead that may belong to another."""

    id: Annotated[str, Field(examples=[ANOTHER])]
    why: Annotated[str, Field(examples=["same_person"])]
    can_be_merged: bool


class LeadState(Given):
    """Where a lead stands after a write."""

    id: _ID
    rev: Annotated[int, Field(examples=[8])]
    status: LeadStatus
    funnel: Funnel
    owner: _Handle
    due: _Maybe
    snoozed_until: _Maybe
    close_reason: Annotated[str | None, Field(examples=["price"])]


class Merged(Given):
    """Two leads that are one now."""

    lead: Annotated[str, Field(description="the one that lives on", examples=[A_LEAD])]
    rev: Annotated[int, Field(examples=[8])]
    merged: Annotated[str, Field(description="the one that is part of it", examples=[ANOTHER])]
    undo_until: _At


class TaskState(Given):
    """A task after a write."""

    id: Annotated[str, Field(examples=[A_TASK])]
    lead: _ID
    due: _At
    done: _Maybe
