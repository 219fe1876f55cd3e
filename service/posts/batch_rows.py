"""The rows that a batch of found posts meets and makes: looked up together, written together.

A post is three rows, with its thread and its author. A statement for each costs more than all
else that is done with a post. So what is there is read once for the whole batch, and what is new
is gathered until ``write``, which has to come before anybody else may look for it; also by the
batches of many sources together, each of which may have brought one post.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Self, TypeVar

from sqlalchemy import BindParameter, bindparam, insert
from sqlalchemy import select as columns
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from crawlers.found import FoundPost
from models.ids import new_id
from models.post import Author, Post, Thread
from models.source import Source, SourcePolicy
from models.words import StorageMode
from service.posts.suppression import normalise_handle

_IN_CHUNK = 400  # names in one query; SQLite takes 999 variables at the least

# Built once: to build a statement costs as much as to run it. Two lists and not one of pairs: by
# those SQLite finds each row in the index, by pairs it goes through the table.
_OF_SOURCES: BindParameter[str] = bindparam("sources", expanding=True)
_NAMES: BindParameter[str] = bindparam("names", expanding=True)
_POSTS = select(Post).where(
    col(Post.source_id).in_(_OF_SOURCES), col(Post.external_id).in_(_NAMES)
)
_THREADS = select(Thread).where(
    col(Thread.source_id).in_(_OF_SOURCES), col(Thread.key).in_(_NAMES)
)
_AUTHORS = select(Author).where(
    col(Author.source_id).in_(_OF_SOURCES), col(Author.handle_norm).in_(_NAMES)
)
_HASHES = columns(
    col(Post.source_id),
    col(Post.external_id),
    col(Post.content_hash),
    col(Post.deleted_at_source),
).where(
    col(Post.source_id).in_(_OF_SOURCES),
    col(Post.external_id).in_(_NAMES),
)

RowT = TypeVar("RowT", Author, Thread)
AnyRow = TypeVar("AnyRow", Author, Post, Thread)
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

    def take_new(self) -> list[Values]:
        """Return what is new, to be inserted at once."""
        new, self.new = self.new, {}
        self.written |= {name: str(row["id"]) for name, row in new.items()}
        return list(new.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class AtHand:
    """What is there of several sources' batches, looked up together; by source's id and name."""

    posts: Mapping[tuple[str, str], Post]
    threads: Mapping[tuple[str, str], Thread]
    authors: Mapping[tuple[str, str], Author]
    policies: Mapping[str, SourcePolicy]  # all

    @classmethod
    def look_up(cls, db: Session, brought: Sequence[tuple[Source, Sequence[FoundPost]]]) -> Self:
        """Return what is there of batches of different sources, a hundred posts or one batch."""
        sources = sorted({source.id for source, _ in brought})
        every = [post for _, found in brought for post in found]
        posts = _named(db, _POSTS, sources, {post.external_id for post in every})
        threads = _named(db, _THREADS, sources, {_key(post) for post in every})
        handles = {normalise_handle(author) for author in {post.author or "" for post in every}}
        authors = _named(db, _AUTHORS, sources, handles - {""})
        return cls(
            posts={(post.source_id, post.external_id): post for post in posts},
            threads={(thread.source_id, thread.key): thread for thread in threads},
            authors={(author.source_id, author.handle_norm): author for author in authors},
            policies={policy.name: policy for policy in db.exec(select(SourcePolicy))},
        )


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
    together: list["BatchRows"]  # the batches of this transaction, which are written as one
    _threads: _Named[Thread]
    _authors: _Named[Author]
    _begun: set[str] = field(default_factory=set)  # ids of threads that began with this batch
    _new_posts: list[Values] = field(default_factory=list)

    @classmethod
    def look_up(
        cls, db: Session, brought: Sequence[tuple[Source, Sequence[FoundPost]]], *, now: datetime
    ) -> list["BatchRows"]:
        """Return what is there of batches of different sources, and around them."""
        there = AtHand.look_up(db, brought)
        together: list[BatchRows] = []
        together += (
            cls(
                db=db,
                source=source,
                storage=there.policies[source.policy_name].allow_storage,
                now=now,
                posts=_of_source(there.posts, source),
                talked=set(),
                together=together,
                _threads=_Named(Thread, _of_source(there.threads, source)),
                _authors=_Named(Author, _of_source(there.authors, source)),
            )
            for source, _ in brought
        )
        return together

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
        # Replies still carry the title that was deleted, or the address that led to a name.
        if thread.deleted_at_source is None and thread.pseudonymised_at is None:
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
        """Insert what all batches gathered: from here on it is found, and can be changed."""
        _insert(self.db, Thread, [row for one in self.together for row in one._threads.take_new()])
        _insert(self.db, Author, [row for one in self.together for row in one._authors.take_new()])
        _insert(self.db, Post, [row for one in self.together for row in one._take_new_posts()])

    def _take_new_posts(self) -> list[Values]:
        new, self._new_posts = self._new_posts, []
        return new

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


def hashes_of(
    db: Session, brought: Sequence[tuple[Source, Sequence[FoundPost]]]
) -> Mapping[str, Mapping[str, str | None]]:
    """Return by source the hashes of the posts that are there; None for one taken back."""
    found: dict[str, dict[str, str | None]] = {source.id: {} for source, _ in brought}
    names = sorted({post.external_id for _, posts in brought for post in posts})
    for some in _chunks(names):
        asked = {"sources": sorted(found), "names": list(some)}
        for source_id, name, digest, deleted_at in db.connection().execute(_HASHES, asked):
            found[source_id][name] = None if deleted_at else digest
    return found


def _insert(db: Session, table: type[Author | Post | Thread], rows: Sequence[Values]) -> None:
    if rows:
        db.connection().execute(insert(table), rows)


def _key(found: FoundPost) -> str:
    return found.thread_key or found.external_id


def _of_source(rows: Mapping[tuple[str, str], AnyRow], source: Source) -> dict[str, AnyRow]:
    return {name: row for (source_id, name), row in rows.items() if source_id == source.id}


def _named(
    db: Session, statement: SelectOfScalar[AnyRow], sources: Sequence[str], names: Set[str]
) -> Iterator[AnyRow]:
    for some in _chunks(sorted(names)):
        yield from db.exec(statement, params={"sources": list(sources), "names": list(some)})


def _chunks(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield names in portions of which one query may hold one."""
    for start in range(0, len(names), _IN_CHUNK):
        yield names[start : start + _IN_CHUNK]
