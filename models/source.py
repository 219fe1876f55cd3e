"""Places that are listened to, and the terms under which."""

from datetime import UTC, datetime

from pydantic import JsonValue
from sqlalchemy import BigInteger, CheckConstraint, Index, Text, text
from sqlmodel import Field

from models.base import Row
from models.columns import JSONColumn, one_of
from models.ids import new_id
from models.words import Licence, SourceHealth, SourceKind, StorageMode


class SourcePolicy(Row, table=True):
    """What a platform or an operator allows; gates the crawler and the store."""

    __tablename__ = "source_policy"
    __table_args__ = (
        CheckConstraint("min_interval_seconds >= 0", name="interval_not_negative"),
        CheckConstraint("approval_ref <> ''", name="approval_is_named"),
    )

    name: str = Field(primary_key=True, max_length=64)
    obey_robots: bool
    min_interval_seconds: float  # between two requests to one host
    #: How often it is looked whether posts that are evidence for live leads are still there.
    recheck_seconds: float = Field(default=604_800, sa_column_kwargs={"server_default": "604800"})
    requires_approval: bool
    approval_ref: str | None = None  # where the permission is on record; None: not given
    allow_storage: StorageMode = Field(sa_type=one_of(StorageMode, "allow_storage"))
    licence: Licence = Field(sa_type=one_of(Licence, "licence"))
    attribution: str = ""  # shown beside every quote
    community_rules: str = Field(default="", sa_type=Text)


class Source(Row, table=True):
    """One place to listen, with the state of its polling."""

    __tablename__ = "source"
    __table_args__ = (
        CheckConstraint("every_seconds > 0", name="every_positive"),
        CheckConstraint("quality BETWEEN 0 AND 1", name="quality_is_share"),
        CheckConstraint("audience > 0", name="audience_is_somebody"),
        Index(
            "ix_source_leased",
            "lease_token",
            sqlite_where=text("lease_token IS NOT NULL"),
            postgresql_where=text("lease_token IS NOT NULL"),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    slug: str = Field(unique=True, max_length=64)  # its name in files and commands
    kind: SourceKind = Field(sa_type=one_of(SourceKind, "kind"))
    name: str
    url: str
    #: As sources.toml had it last: ``url`` may have moved on from there. None: never in a file.
    given_url: str | None = None
    policy_name: str = Field(foreign_key="source_policy.name")
    options: dict[str, str] = Field(default_factory=dict, sa_type=JSONColumn)
    from_files: bool  # False: added by a command and not touched when files change
    active: bool = True
    quality: float = 1.0  # 0..1: how much a signal from here is worth
    audience: int | None = Field(default=None, sa_type=BigInteger)  # people; None: not known
    every_seconds: float
    next_poll_at: datetime = Field(index=True)
    lease_until: datetime | None = None  # a crawl has it until then
    lease_token: str | None = None  # and proves so with this
    cursor: dict[str, JsonValue] = Field(default_factory=dict, sa_type=JSONColumn)
    health: SourceHealth = Field(default=SourceHealth.OK, sa_type=one_of(SourceHealth, "health"))
    fail_count: int = 0  # since the last success
    last_success_at: datetime | None = None
    last_problem: str | None = None  # in words for a person
    #: When posts were published, seconds since 1970, oldest first: see service.rules.rhythm.
    heard_at: list[int] = Field(
        default_factory=list, sa_type=JSONColumn, sa_column_kwargs={"server_default": "[]"}
    )
    quiet_at: datetime | None = None  # silence up to here is usual for it; None: not known yet
    ttl_seconds: int | None = None  # how long it says that its document holds
    moved_to: str | None = None  # where it has been redirecting to for good
    moved_since: datetime | None = None
    moved_count: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    created_at: datetime

    @property
    def last_post_at(self) -> datetime | None:
        """When its newest post was published, as far as is known."""
        return datetime.fromtimestamp(self.heard_at[-1], UTC) if self.heard_at else None

    @property
    def is_quiet(self) -> bool:
        """Whether it answers, but has been silent for longer than is usual for it."""
        asked = self.last_success_at
        return self.quiet_at is not None and asked is not None and asked >= self.quiet_at
