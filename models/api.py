"""Programs that work for somebody here: their tokens, and what they were answered."""

from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import Text
from sqlmodel import Field

from models.base import Row
from models.columns import JSONColumn, one_of
from models.ids import new_id
from models.words import TokenScope


class ApiToken(Row, table=True):
    """A program may act for a user; only the hash of its token is kept."""

    __tablename__ = "api_token"

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    user_id: str = Field(foreign_key="user_account.id", index=True)
    name: str  # what it is for, in its owner's words
    token_hash: str = Field(unique=True, max_length=64)
    prefix: str = Field(max_length=16)  # how it begins, by which its owner knows it again
    scope: TokenScope = Field(sa_type=one_of(TokenScope, "scope"))
    created_at: datetime
    expires_at: datetime | None = None  # None: it holds until it is revoked
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None  # within a few minutes


class IdempotencyKey(Row, table=True):
    """A write that a program may send again: what it asked, and what it was answered.

    The answer is written in the transaction of what it tells, so there is both or neither. It
    holds ids and codes, nobody's words, since it outlives an erasure by hours.
    """

    __tablename__ = "idempotency_key"

    token_id: str = Field(
        primary_key=True, foreign_key="api_token.id", ondelete="CASCADE", max_length=36
    )
    key: str = Field(primary_key=True, max_length=255)
    fingerprint: str = Field(max_length=64)  # a keyed hash of the request
    attempt: str = Field(max_length=36)  # whoever is at it; another one takes over with his own
    started_at: datetime
    expires_at: datetime = Field(index=True)
    status: int | None = None  # None: still at it
    headers: dict[str, JsonValue] = Field(default_factory=dict, sa_type=JSONColumn)
    body: str = Field(default="", sa_type=Text)
