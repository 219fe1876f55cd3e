"""What a source gives and what it needs to know: plain values between crawlers and the service."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

from pydantic import JsonValue

from crawlers.fetch import Gate
from models.words import SourceKind

#: Where an adapter stopped; stored as JSON beside its source.
Cursor = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPost:
    """A post as its source gave it. Plain text only, never HTML.

    ``external_id`` is what makes it the same post at the next poll: unique within its source,
    at most 512 characters, and without scheme, host or port.
    """

    external_id: str
    url: str | None  # http(s) permalink or None
    title: str = ""  # at most 300 characters
    text: str = ""  # at most 64 KiB in UTF-8, quoted text removed
    quoted: str = ""  # what the author quoted from others, kept apart so that it is not judged
    author: str | None = None  # handle as shown
    author_url: str | None = None
    published: datetime | None = None  # aware UTC; None when the source does not say
    edited: datetime | None = None
    thread_key: str | None = None  # same value for all posts of a conversation; None: alone
    thread_title: str = ""
    thread_url: str | None = None
    parent_external_id: str | None = None  # the post it answers
    is_opening: bool = True  # False for replies and comments
    language: str | None = None  # as the source declares it, e.g. "en-US"
    tags: tuple[str, ...] = ()


class Sieve(Protocol):
    """Says of a post, before it is one, whether anybody listens for what it says."""

    def __call__(self, *, text: str, url: str) -> bool:
        """Return whether a post of these words at this address is to be taken in."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceToPoll:
    """What an adapter must know of a source to read on where it stopped."""

    id: str
    kind: SourceKind
    name: str
    url: str
    cursor: Cursor = field(default_factory=dict)  # as the last committed batch left it
    obey_robots: bool = True  # False only where a permission is on record
    min_interval_seconds: float = 2.0  # between two requests to its host, as its policy says
    options: Mapping[str, str] = field(
        default_factory=dict
    )  # e.g. {"query": "crm"} for hackernews
    #: What ``NAME_env`` options point at, by NAME: passwords and tokens, from the environment.
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: For what brings everybody's posts; None where nobody listens yet, as in a preview.
    sieve: Sieve | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Posts that are committed together with the cursor that follows them.

    A batch is complete in itself: a process killed after it is committed goes on behind it.
    """

    posts: tuple[FoundPost, ...]
    cursor: Cursor
    fetched: int = 1  # requests answered for this batch
    not_modified: bool = False  # the source said that nothing changed
    problem: str | None = None  # the batch is usable, but something was wrong: for a person
    #: How long the source says that what it gave holds: a feed's ttl, Cache-Control, Expires. The
    #: longest of them; None when it says nothing. See ``crawlers.freshness``.
    ttl_seconds: int | None = None
    #: Where the source's own address redirects to for good: ``Page.moved_to`` of its document.
    moved_to: str | None = None
    #: The source names where the comments of its posts are, and was not asked for them.
    has_comments: bool = False
    #: External ids of posts that the source says were taken back: tombstones, deletion events.
    deleted: tuple[str, ...] = ()
    #: Of ``read_thread`` alone: these are all posts of the conversation. Who isn't there is gone.
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadToRead:
    """A conversation that is looked at again."""

    key: str  # as ``FoundPost.thread_key`` had it
    url: str | None  # as ``FoundPost.thread_url`` had it last


class Adapter(Protocol):
    """Reads one kind of source."""

    def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield batches, newest information first or oldest first, each with its cursor.

        Raises:
            SourceError: the source refused, timed out or sent nonsense; what was yielded stands.
        """
        ...


@runtime_checkable
class ThreadReader(Protocol):
    """An adapter that can read one conversation by itself."""

    def read_thread(
        self, source: SourceToPoll, gate: Gate, thread: ThreadToRead, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield the conversation as it stands on the source's own page, in any order.

        The batches' cursors mean nothing. ``whole`` is true only of a batch that holds every post
        of the conversation, ``deleted`` names those that stay as empty shells.

        Raises:
            NotFound, Gone: there is no such conversation any more.
            SourceError: the source refused, timed out or sent nonsense; what was yielded stands.
        """
        ...
