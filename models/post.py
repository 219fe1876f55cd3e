"""What was found: authors, threads and posts. Plain text only; there is no HTML column."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlmodel import Field

from models.base import Row
from models.ids import new_id

_NAMED = "pseudonymised_at IS NULL"


class Author(Row, table=True):
    """A handle at a source, or what stands for one that was not told of us in time."""

    __tablename__ = "author"
    __table_args__ = (
        UniqueConstraint("source_id", "handle_norm"),
        Index("ix_author_handle_norm", "handle_norm"),  # people search by name alone
        Index(
            "ix_author_named_since",
            "first_seen_at",
            sqlite_where=text(_NAMED),
            postgresql_where=text(_NAMED),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    source_id: str = Field(foreign_key="source.id")
    handle: str
    handle_norm: str  # see normalise_handle
    profile_url: str | None = None
    first_seen_at: datetime
    #: The name went, and a pseudonym stands for it: see service.privacy.pseudonyms.
    pseudonymised_at: datetime | None = None


class Thread(Row, table=True):
    """A conversation at a source."""

    __tablename__ = "thread"
    __table_args__ = (
        UniqueConstraint("source_id", "key"),
        Index(
            "ix_thread_watched",
            "next_read_at",
            sqlite_where=text("next_read_at IS NOT NULL"),
            postgresql_where=text("next_read_at IS NOT NULL"),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    source_id: str = Field(foreign_key="source.id")
    key: str
    title: str
    url: str | None = None
    first_seen_at: datetime
    next_read_at: datetime | None = None  # watched: see service.posts.following; None: not watched
    read_at: datetime | None = None  # when it was last read as a whole
    read_fails: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # in a row
    deleted_at_source: datetime | None = None  # its opening post is a tombstone: no title, no URL
    pseudonymised_at: datetime | None = None  # who began it has a pseudonym: no URL leads there


class Post(Row, table=True):
    """A post as its source gave it, at its latest revision."""

    __tablename__ = "post"
    __table_args__ = (
        UniqueConstraint("source_id", "external_id"),
        CheckConstraint("revision >= 1", name="revision_counts_from_one"),
        Index("ix_post_published", "published_at", "source_id"),  # counted by source, row unseen
        # What is said at each source, day by day: six times as fast as by the index above.
        Index("ix_post_said", "source_id", "published_at", "deleted_at_source"),
        Index(
            "ix_post_checked",
            "next_check_at",
            sqlite_where=text("next_check_at IS NOT NULL"),
            postgresql_where=text("next_check_at IS NOT NULL"),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    source_id: str = Field(foreign_key="source.id")
    external_id: str = Field(max_length=512)
    thread_id: str = Field(foreign_key="thread.id", index=True)
    author_id: str | None = Field(default=None, foreign_key="author.id", index=True)
    parent_external_id: str | None = None
    is_opening: bool
    url: str | None = None
    title: str
    text: str = Field(sa_type=Text)
    quoted: str = Field(default="", sa_type=Text)  # others' words; never judged
    language: str  # ISO 639-1 or "und"
    published_at: datetime  # when the source says nothing, fetched_at
    edited_at: datetime | None = None
    fetched_at: datetime
    content_hash: str = Field(index=True, max_length=64)  # of title, text and author, not of URLs
    signature: bytes | None = Field(default=None, sa_type=LargeBinary)  # nlp.near; of signals only
    revision: int = 1
    retention_until: datetime = Field(index=True)
    #: When it turned out that it had been taken back: a tombstone, which holds no words, no name
    #: and no address any more. See service.posts.liveness.
    deleted_at_source: datetime | None = None
    missing_since: datetime | None = None  # looked for and not found; a second time it is deleted
    next_check_at: datetime | None = None  # when its permalink is looked at; None: it isn't


class PostBand(Row, table=True):
    """A key by which a post is found when its author says nearly the same again.

    Only posts that are signals have keys; see ``nlp.near.band_keys``.
    """

    __tablename__ = "post_band"

    key: int = Field(primary_key=True, sa_type=BigInteger)
    post_id: str = Field(
        primary_key=True, foreign_key="post.id", ondelete="CASCADE", index=True, max_length=36
    )
