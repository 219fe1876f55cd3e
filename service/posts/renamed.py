"""Posts that a forum shows under other ids than before.

What a page of unknown software calls its posts is read off the page, and that changes: numbers
that seemed to count places turn out to be ids, a first answer shows which element is the post.
So who said the same in the same thread at the same time said it once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from crawlers.found import FoundPost
from models.post import Post, Thread
from models.source import Source
from models.words import SourceKind

_IN_CHUNK = 400  # hashes in one query; SQLite takes 999 variables at the least

#: What a post is recognised by: hash of author and words, key of its thread, time.
Face = tuple[str, str, datetime]


def rename(
    db: Session,
    source: Source,
    found: Iterable[tuple[str, FoundPost]],
    known: Mapping[str, Post],
) -> dict[str, Post]:
    """Give posts of a forum that are there the ids that they have now; return them by these.

    One that the batch shows under its old id is another post, also where it says the same. A post
    without author or time is never recognised.

    Args:
        db: the caller's transaction.
        source: of the posts.
        found: the posts of a batch with their hashes.
        known: the posts of the batch that are there, by external id.
    """
    if source.kind is not SourceKind.FORUM:
        return {}
    new: dict[Face, str] = {}
    for digest, post in found:
        if post.external_id not in known and post.author and post.thread_key and post.published:
            new.setdefault((digest, post.thread_key, post.published), post.external_id)
    renamed: dict[str, Post] = {}
    for row, key in _saying(db, source, sorted({digest for digest, _, _ in new})):
        face = (row.content_hash, key, row.published_at)
        if row.external_id not in known and face in new:
            row.external_id = new.pop(face)
            db.add(row)
            renamed[row.external_id] = row
    return renamed


def _saying(db: Session, source: Source, hashes: Sequence[str]) -> Iterator[tuple[Post, str]]:
    """Yield the source's posts of these hashes, each with the key of its thread.

    Asked for the source's as well, SQLite would go through all of them: few posts share a hash.
    """
    for start in range(0, len(hashes), _IN_CHUNK):
        rows = db.exec(
            select(Post, Thread.key)
            .join(Thread, col(Thread.id) == Post.thread_id)
            .where(col(Post.content_hash).in_(hashes[start : start + _IN_CHUNK]))
            .order_by(Post.id)
        ).all()
        yield from (row for row in rows if row[0].source_id == source.id)
