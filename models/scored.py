"""How scores came about: the profiles they were made with, and what went into them."""

from datetime import datetime

from pydantic import JsonValue
from sqlmodel import Field

from models.base import Row
from models.columns import JSONColumn
from models.ids import new_id


class ProfileVersion(Row, table=True):
    """The numbers of a scoring profile as they were used. Never changed, never deleted."""

    __tablename__ = "scoring_profile"

    version: str = Field(primary_key=True, max_length=220)  # "2026-1", or "2026-1+3fa94c12"
    digest: str = Field(max_length=64, unique=True)  # SHA-256 of the numbers
    numbers: dict[str, JsonValue] = Field(sa_type=JSONColumn)
    created_at: datetime


class ScoreEntry(Row, table=True):
    """What a lead's score was made of from a moment on. The score at any time follows from it.

    Written when what goes in changes, not when time passes: decay is arithmetic. It holds ids,
    numbers and codes, no words and no names.
    """

    __tablename__ = "score_entry"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    lead_id: str = Field(foreign_key="lead.id", ondelete="CASCADE", index=True)
    at: datetime
    profile_version: str = Field(foreign_key="scoring_profile.version", max_length=220)
    score: float  # at ``at``
    ingredients: dict[str, JsonValue] = Field(sa_type=JSONColumn)


class ShadowScore(Row, table=True):
    """What a profile on trial makes of a lead. It moves nothing and routes nobody."""

    __tablename__ = "shadow_score"

    lead_id: str = Field(
        primary_key=True, foreign_key="lead.id", ondelete="CASCADE", max_length=36
    )
    profile_version: str = Field(
        primary_key=True, foreign_key="scoring_profile.version", max_length=220
    )
    score: float
    at: datetime


class LeadFact(Row, table=True):
    """A fact about the buyer behind a lead: whether it suits what we sell."""

    __tablename__ = "lead_fact"

    lead_id: str = Field(
        primary_key=True, foreign_key="lead.id", ondelete="CASCADE", max_length=36
    )
    name: str = Field(primary_key=True, max_length=64)  # one of the profile's fit weights
    suits: bool
    source: str  # where it is known from
    by: str  # a user's id, or "harken"
    at: datetime
    until: datetime | None = None  # not trusted after this
