"""Who works here, and how they are let in."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from models.base import Row
from models.columns import JSONColumn, one_of
from models.ids import new_id
from models.words import UserRole


class Team(Row, table=True):
    """A group of people that leads are routed to."""

    __tablename__ = "team"

    id: str = Field(primary_key=True, max_length=64)
    name: str
    channel: str  # telesales, inside, field, direct, dealer, distributor: decides the SLA


class User(Row, table=True):
    """A person who works with leads."""

    __tablename__ = "user_account"  # "user" is a keyword of PostgreSQL
    __table_args__ = (
        CheckConstraint("weight > 0", name="weight_positive"),
        CheckConstraint("max_open >= 0", name="max_open_not_negative"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    handle: str = Field(unique=True, max_length=64)
    name: str
    email: str | None = None
    role: UserRole = Field(sa_type=one_of(UserRole, "role"))
    team_id: str | None = Field(default=None, foreign_key="team.id", index=True)
    tz: str = "UTC"  # IANA name
    hours: str  # "mon-fri 09:00-17:30" in tz
    weight: int = 1  # share of the team's leads
    turn: int = 0  # running credit of the smooth weighted round robin
    max_open: int
    max_per_day: int | None = None  # offers within 24 hours; None: any number
    skills: list[str] = Field(default_factory=list, sa_type=JSONColumn)
    languages: list[str] = Field(default_factory=list, sa_type=JSONColumn)  # empty: every one
    regions: list[str] = Field(default_factory=list, sa_type=JSONColumn)  # empty: everywhere
    days_off: list[str] = Field(default_factory=list, sa_type=JSONColumn)  # ISO dates
    left_at: datetime | None = None  # left by a command; the files can't bring them back
    active: bool = True
    password_hash: str | None = None  # argon2id; None: never logged in
    created_at: datetime


class Absence(Row, table=True):
    """A time in which somebody takes no leads, whatever the working hours say."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("to_at IS NULL OR to_at > from_at", name="ends_after_it_begins"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    user_id: str = Field(foreign_key="user_account.id", index=True)
    from_at: datetime
    to_at: datetime | None = None  # None: until they are back
    by: str  # a user's id, or "harken"
    created_at: datetime


class LoginLink(Row, table=True):
    """A one-time way in; only the hash of its token is kept."""

    __tablename__ = "login_link"

    token_hash: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(foreign_key="user_account.id", index=True)
    expires_at: datetime
    used_at: datetime | None = None


class LoginSession(Row, table=True):
    """A browser that is logged in; only the hash of its token is kept."""

    __tablename__ = "login_session"

    token_hash: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(foreign_key="user_account.id", index=True)
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    role: str | None = Field(default=None, max_length=32)  # as it opened; another one ends it
    browser: str = ""  # "Firefox on Linux", as it told at the login


class SecondFactor(Row, table=True):
    """What makes somebody's one-time codes (RFC 6238), sealed."""

    __tablename__ = "second_factor"

    user_id: str = Field(primary_key=True, foreign_key="user_account.id")
    sealed: str
    confirmed_at: datetime | None = None  # None: begun, and asked for at no login yet
    last_step: int | None = None  # 30 seconds of the last code that was used: none is good twice
    created_at: datetime


class RecoveryCode(Row, table=True):
    """A way in without the device that makes the codes; only a hash of it is kept."""

    __tablename__ = "recovery_code"

    code_hash: str = Field(primary_key=True, max_length=64)
    user_id: str = Field(foreign_key="user_account.id", index=True)
    used_at: datetime | None = None
