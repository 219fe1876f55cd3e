"""The numbers of a lead's score: ``scoring.toml``.

Source of the formula and of the shipped numbers: docs, Score. A profile is never edited once
leads were scored with it: a change is a new version.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from config.shape import Line, PositiveDuration, Shape, Share, Word, at
from models.words import Kind, Negative

Points = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]


class SignalClass(StrEnum):
    """What a signal counts as. Finer than the kind: it knows complaints, replies and inquiries."""

    RESEARCH = "research"
    SEEK_RECOMMENDATION = "seek_recommendation"
    ASK_EXPERIENCE = "ask_experience"
    ALTERNATIVES = "alternatives"
    COMPARE = "compare"
    PRICE = "price"
    COMPLAINT_SWITCH = "complaint_switch"
    PEER_CONTACT = "peer_contact"
    READY = "ready"
    INQUIRY = "inquiry"


class ActivityKind(StrEnum):
    """What a known, consenting contact did."""

    EMAIL_OPEN = "email_open"
    LINK_CLICK = "link_click"
    PAGE_VIEW = "page_view"
    DOWNLOAD = "download"
    WEBINAR = "webinar"
    APPOINTMENT = "appointment"
    DEMO = "demo"


class Thresholds(Shape):
    """Scores at which a lead moves."""

    intake: Points  # below: no lead
    mql: Points  # shown to marketing for review
    sql: Points  # sales-ready
    hysteresis: Points  # how far it must fall below mql to go back

    @model_validator(mode="after")
    def _rise(self) -> Self:
        if self.mql <= self.intake:
            raise at("mql", "must be above intake")
        if self.sql <= self.mql:
            raise at("sql", "must be above mql")
        return self


class ClassWeight(Shape):
    """What a signal of one class is worth."""

    weight: Share  # a: a fresh signal's share of its probability
    half_life: PositiveDuration  # h
    journey_step: Annotated[int, Field(ge=1, le=6)]  # 1 search ... 6 ready


class ActivityWeight(Shape):
    """What an activity is worth."""

    points: Points
    half_life: PositiveDuration


class Fit(Shape):
    """How much the facts about a buyer count beside what the buyer says."""

    slope: Amount  # of the fit in the log-odds
    unknown: Share  # value of a fact that nobody knows; 0.5 is neutral
    weights: Mapping[Line, Amount]  # w_k by the fact's name


class Limits(Shape):
    """How much one person's eagerness may count; against gaming."""

    signals_per_thread_day: Count  # of one author in one thread
    signals_per_author: Count  # within author_window
    author_window: PositiveDuration
    page_views_per_day: Count


class Clip(Shape):
    """Bounds that keep the score off 0 and 100."""

    signal_max: Share
    base_min: Share
    base_max: Share

    @model_validator(mode="after")
    def _leave_room(self) -> Self:
        if not 0 < self.base_min < self.base_max < 1:
            raise at("base_max", "base_min and base_max must rise and stay off 0 and 1")
        if self.signal_max == 1:
            raise at("signal_max", "must stay below 1")
        return self


class ScoringProfile(Shape):
    """Everything that a score depends on, besides the lead and the time."""

    version: Line
    thresholds: Thresholds
    clip: Clip
    limits: Limits
    fit: Fit
    classes: Mapping[Word[SignalClass], ClassWeight]
    activities: Mapping[Word[ActivityKind], ActivityWeight]
    negatives: Mapping[Word[Negative], Share]  # factors on the whole score
    kinds: Mapping[Word[Kind], Word[SignalClass]]
    complaint_class: Word[SignalClass]  # of kind alternative with a complaint
    peer_reply_class: Word[SignalClass]  # of a reply that asks another user about a product

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        for table, wanted, given in (
            ("classes", list[str](SignalClass), list[str](self.classes)),
            ("activities", list[str](ActivityKind), list[str](self.activities)),
            ("negatives", list[str](Negative), list[str](self.negatives)),
            ("kinds", list[str](Kind), [*self.kinds, Kind.NONE]),
        ):
            missing = [word for word in wanted if word not in given]
            if missing:
                raise at(table, f"lacks {', '.join(missing)}")
        if Kind.NONE in self.kinds:
            raise at("kinds", "'none' is no signal and has no class; take it out")
        return self
