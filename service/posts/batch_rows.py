"""The rows that a batch of found posts meets and makes: looked up together, written together.

A post is three rows, with its thread and its author. A statement for each costs more than all
else that is done with a post. So what is there is read once for the whole batch, and what is new
is gathered until ``write``, which has to come before anybody else may look for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import BindParameter, bindparam, insert
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from crawlers.found import FoundPost
from models.ids import new_id
from models.post import Author, Post, Thread
from models.source import Source, SourcePolicy
from models.words import StorageMode
from service.posts.suppression import normalise_handle

_IN_CHUNK = 500  # ids in one query; SQLite takes 999 variables at the least

# Built once: to build a statement costs as much as to run it.
_OF_SOURCE: BindParameter[str] = bindparam("source")
_NAMES: BindParameter[str] = bindparam("names", expanding=True)
_POSTS = select(Post).where(Post.source_id == _OF_SOURCE, col(Post.external_id).in_(_NAMES))
_THREADS = select(Thread).where(Thread.source_id == _OF_SOURCE, col(Thread.key).in_(_NAMES))
_AUTHORS = select(Author).where(
    Author.source_id == _OF_SOURCE, col(Author.handle_norm).in_(_NAMES)
)
_STORAGE = columns(col(SourcePolicy.allow_storage)).where(
    col(SourcePolicy.name) == bindparam("name")
)

RowT = TypeVar("RowT", Author, Thread)
#: A row that is not written yet, by column; all of one table name the same columns.
Values = dict[str, Any]


@dataclass(slots=True)
class _Named(Generic[RowT]):
    """Rows of one table by what names them at their source."""

    table: type[RowT]
    there: dict[str, RowT]
    new: dict[str, Values] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)  # ids of those that were new

    def get(self, db: Session, name: str) -> RowT | None:
        """Return the row if it is there, also one that this batch has written."""
        if name in self.written:
            self.there[name] = db.get_one(self.table, self.written.pop(name))
        return self.there.get(name)

    def write(self, db: Session) -> None:
        """Insert what is new."""
        if self.new:
            db.connection().execute(insert(self.table), list(self.new.values()))
            self.written |= {name: str(row["id"]) for name, row in self.new.items()}
            self.new = {}


@dataclass(slots=True)
class BatchRows:
    """A batch's posts, threads and authors, in the transaction that takes the batch in."""

    db: Session
    source: Source
    storage: StorageMode  # how much of a post the source's policy lets us keep
    now: datetime
    posts: Mapping[str, Post]  # those that are there, by external id; tombstones too
    #: Ids of conversations in which somebody spoke and that a lead may have come of.
    talked: set[str]
    _threads: _Named[Thread]
    _authors: _Named[Author]
    _begun: set[str] = field(default_factory=set)  # ids of threads that began with this batch
    _new_posts: list[Values] = field(default_factory=list)

    @classmethod
    def look_up(
        cls, db: Session, source: Source, found: Sequence[FoundPost], *, now: datetime
    ) -> "BatchRows":
        """Return what is there of ``found`` and around it."""
        return cls(
            db=db,
            source=source,
            storage=db.connection().execute(_STORAGE, {"name": source.policy_name}).scalar_one(),
            now=now,
            posts=_posts(db, source, [post.external_id for post in found]),
            talked=set(),
            _threads=_Named(Thread, _threads(db, source, {_key(post) for post in found})),
            _authors=_Named(Author, _authors(db, source, {post.author or "" for post in found})),
        )

    def thread_id(self, found: FoundPost) -> str:
        """Return the thread of a post, with the title and the address that the post gives it."""
        key = _key(found)
        title = found.thread_title or (found.title if found.is_opening else "")
        own_url = found.url if found.is_opening else None
        thread = self._threads.get(self.db, key)
        if thread is None:
            new = self._threads.new.setdefault(key, self._a_thread(key))
            new["title"] = title or new["title"]
            new["url"] = found.thread_url or new["url"] or own_url
            self._begun.add(new["id"])
            return str(new["id"])
        if thread.deleted_at_source is None:  # replies still carry the title that was deleted
            thread.title = title or thread.title
            thread.url = found.thread_url or thread.url or own_url
            self.db.add(thread)
        return thread.id

    def show_again(self, found: FoundPost) -> None:
        """Let a thread be there again, whose opening post its source had taken back."""
        thread = self._threads.get(self.db, _key(found))
        if thread is not None:
            thread.deleted_at_source = None
            self.db.add(thread)

    def author_id(self, found: FoundPost) -> str | None:
        """Return the author of a post, with the profile that the post gives; None without one."""
        handle_norm = normalise_handle(found.author or "")
        if not found.author or not handle_norm:
            return None
        author = self._authors.get(self.db, handle_norm)
        if author is None:
            named = self._an_author(found.author, handle_norm)
            new = self._authors.new.setdefault(handle_norm, named)
            new["profile_url"] = found.author_url or new["profile_url"]
            return str(new["id"])
        author.profile_url = found.author_url or author.profile_url
        self.db.add(author)
        return author.id

    def add(self, post: Values, *, is_heard: bool) -> None:
        """Gather a new post, whose thread and author were asked for here before."""
        self._new_posts.append(post)
        if is_heard or post["thread_id"] not in self._begun:  # nobody was ever heard in a new one
            self.talked.add(post["thread_id"])

    def write(self) -> None:
        """Insert what was gathered: from here on it is found, and can be changed."""
        self._threads.write(self.db)
        self._authors.write(self.db)
        if self._new_posts:
            self.db.connection().execute(insert(Post), self._new_posts)
            self._new_posts = []

    def _a_thread(self, key: str) -> Values:
        return {
            "id": new_id(),
            "source_id": self.source.id,
            "key": key,
            "title": "",
            "url": None,
            "first_seen_at": self.now,
        }

    def _an_author(self, handle: str, handle_norm: str) -> Values:
        return {
            "id": new_id(),
            "source_id": self.source.id,
            "handle": handle,
            "handle_norm": handle_norm,
            "profile_url": None,
            "first_seen_at": self.now,
        }


def _key(found: FoundPost) -> str:
    return found.thread_key or found.external_id


def _posts(db: Session, source: Source, external_ids: Sequence[str]) -> dict[str, Post]:
    there: dict[str, Post] = {}
    for some in _chunks(external_ids):
        rows = db.exec(_POSTS, params={"source": source.id, "names": some})
        there.update((row.external_id, row) for row in rows)
    return there


def _threads(db: Session, source: Source, keys: set[str]) -> dict[str, Thread]:
    there: dict[str, Thread] = {}
    for some in _chunks(sorted(keys)):
        rows = db.exec(_THREADS, params={"source": source.id, "names": some})
        there.update((row.key, row) for row in rows)
    return there


def _authors(db: Session, source: Source, handles: set[str]) -> dict[str, Author]:
    there: dict[str, Author] = {}
    names = {normalise_handle(handle) for handle in handles} - {""}
    for some in _chunks(sorted(names)):
        rows = db.exec(_AUTHORS, params={"source": source.id, "names": some})
        there.update((row.handle_norm, row) for row in rows)
    return there


def _chunks(names: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), _IN_CHUNK):
        yield names[start : start + _IN_CHUNK]
