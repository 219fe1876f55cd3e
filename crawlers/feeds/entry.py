"""A feed as it was read, whatever it was written in: plain values, and their bounds."""

import hashlib
from dataclasses import astuple, dataclass

from crawlers.feeds.delta import short

MAX_ENTRIES = 2_000
MAX_TITLE = 300
MAX_NAME = 100
MAX_TAGS = 20
MAX_TAG = 60
MAX_LANGUAGE = 35
#: Longer ids are replaced by their hash, longer links are dropped.
MAX_ID = 2_048


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An entry as the feed gives it, in plain text and with bounded fields."""

    id: str | None
    link: str | None
    title: str
    text: str
    quoted: str
    author: str | None
    author_url: str | None
    published: int | None  # seconds since 1970, as stated
    updated: int | None
    language: str | None
    tags: tuple[str, ...]
    in_reply_to: str | None  # the id of the entry it answers
    digest: str  # of title and text: tells entries with equal ids apart
    item: str = ""  # its key, which tells that it was seen
    comments_url: str | None = None  # the feed of what is said to it
    comments: int | None = None  # how many there are


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A feed that was read."""

    title: str
    entries: tuple[FeedEntry, ...]  # in the document's order, without those that were known
    items: tuple[str, ...] = ()  # the keys of all entries, known or not
    problem: str | None = None  # what is wrong with it although it could be read
    whole: bool = True  # False when it broke off, so that there is more to be had
    holds_seconds: int | None = None  # how long it says that it need not be asked for again
    next_url: str | None = None  # of the page with the entries before these


def key_of(entry: FeedEntry) -> str:
    """Return the key of an entry that cannot be told from others by its bytes alone."""
    said = repr(astuple(entry)).encode(errors="replace")
    return short(hashlib.blake2b(said, digest_size=8).digest())


def digest_of(title: str, text: str) -> str:
    """Return what tells entries apart by their words."""
    return hashlib.sha256(f"{title}\0{text}".encode(errors="replace")).hexdigest()[:32]


def id_of(identifier: str) -> str | None:
    """Return an entry's id, or a hash for one that nobody can have meant."""
    if len(identifier) > MAX_ID:
        return hashlib.sha256(identifier.encode(errors="replace")).hexdigest()
    return identifier or None
