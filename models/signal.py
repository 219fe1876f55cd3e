"""A post judged against a topic."""

from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from models.base import Row
from models.columns import JSONColumn, one_of
from models.ids import new_id
from models.words import Kind, Role, SignalClass, SignalStatus

#: Stands between two phrases: a unit separator, which no cleaned text has.
BETWEEN = "\x1f"


class Signal(Row, table=True):
    """What a post says about its author's buying, under one topic."""

    __tablename__ = "signal"
    __table_args__ = (
        UniqueConstraint("post_id", "topic_id"),
        CheckConstraint("probability BETWEEN 0 AND 1", name="probability_is_one"),
        CheckConstraint("strength BETWEEN 0 AND 3", name="strength_of_guide"),
        CheckConstraint("journey_step BETWEEN 1 AND 6", name="journey_has_six_steps"),
        CheckConstraint("fit BETWEEN 0 AND 1", name="fit_is_share"),
        # All that reports count of signals, so that no row is fetched for it.
        Index("ix_signal_heard", "created_at", "probability", "topic_id", "source_id", "status"),
        Index("ix_signal_topic", "topic_id", "happened_at"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    post_id: str = Field(foreign_key="post.id")
    topic_id: str = Field(foreign_key="topic.id")
    #: Where it was heard: that of its post, which never changes.
    source_id: str = Field(sa_column_kwargs={"server_default": ""})
    kind: Kind = Field(sa_type=one_of(Kind, "kind"))
    role: Role = Field(sa_type=one_of(Role, "role"))
    #: Where it counts as something finer than its kind: a complaint, a peer asked, an inquiry.
    signal_class: SignalClass | None = Field(
        default=None, sa_type=one_of(SignalClass, "signal_class")
    )
    journey_step: int
    probability: float
    strength: int
    fit: float  # how surely the post is about the topic
    uncertain: bool
    solved: bool
    negatives: list[str] = Field(sa_type=JSONColumn)  # models.words.Negative
    slots: list[dict[str, JsonValue]] = Field(sa_type=JSONColumn)
    evidence: list[dict[str, JsonValue]] = Field(sa_type=JSONColumn)
    matched: list[dict[str, JsonValue]] = Field(sa_type=JSONColumn)  # the topic's phrases
    #: Their texts, with BETWEEN between them: to be counted without a look into the JSON.
    phrases: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    model_version: str
    status: SignalStatus = Field(default=SignalStatus.NEW, sa_type=one_of(SignalStatus, "status"))
    judged_by: str | None = Field(default=None, max_length=36)  # whose verdict it is, a user's id
    happened_at: datetime  # when the post was written: what decay counts from
    created_at: datetime


class CrossPost(Row, table=True):
    """A further post in which its author says what a signal says: a permalink, and no evidence."""

    __tablename__ = "cross_post"

    signal_id: str = Field(
        primary_key=True, foreign_key="signal.id", ondelete="CASCADE", max_length=36
    )
    post_id: str = Field(
        primary_key=True, foreign_key="post.id", ondelete="CASCADE", index=True, max_length=36
    )
