"""The numbers of a lead's score: ``scoring.toml``.

Source of the formula and of the shipped numbers: docs, Score. A profile is never edited once
leads were scored with it: a change is a new version.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from config.shape import Line, PositiveDuration, Shape, Share, Word, at
from models.words import ActivityKind, Kind, Negative, SignalClass

Points = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1)]


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
    #: What is different in profiles on trial: they score in the background and move nothing.
    shadow: tuple[Mapping[str, Any], ...] = ()  # tables of this file's own shape, in part

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

    @model_validator(mode="after")
    def _shadows_are_profiles(self) -> Self:
        versions = [self.version, *(shadow.get("version") for shadow in self.shadow)]
        if None in versions or len(set(versions)) < len(versions):
            raise at("shadow", "every profile on trial needs a version of its own")
        try:
            self.shadows()
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise at("shadow", f"{place}: {first['msg']}") from error
        return self

    def shadows(self) -> "tuple[ScoringProfile, ...]":
        """Return the profiles on trial: this one with what is different in each.

        Raises:
            pydantic.ValidationError: one is no profile; not of one that was read from a file.
        """
        numbers = self.model_dump(exclude={"shadow"})
        return tuple(
            ScoringProfile.model_validate(overlaid(numbers, shadow)) for shadow in self.shadow
        )


def overlaid(numbers: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``numbers`` with what ``other`` says instead, table by table."""
    # Any: what a TOML file or a dumped model holds; it is validated after.
    merged = dict(numbers)
    for key, value in other.items():
        there = merged.get(key)
        if isinstance(there, Mapping) and isinstance(value, Mapping):
            merged[key] = overlaid(there, value)
        else:
            merged[key] = value
    return merged
