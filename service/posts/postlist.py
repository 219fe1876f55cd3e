"""Stored posts as scripts read them."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session, col, select

from models.post import Author, Post, Thread
from models.source import Source


def stored_posts(
    db: Session, *, source: str | None = None, since: datetime | None = None
) -> Iterator[dict[str, object]]:
    """Yield stored posts by the time they were written, in the shape of `harken posts list`."""
    wanted = (
        select(Post, Source.slug, Thread.key, Author.handle)
        .join(Source, col(Source.id) == Post.source_id)
        .join(Thread, col(Thread.id) == Post.thread_id)
        .outerjoin(Author, col(Author.id) == Post.author_id)
        .order_by(col(Post.published_at), col(Post.id))
    )
    if source is not None:
        wanted = wanted.where(Source.slug == source)
    if since is not None:
        wanted = wanted.where(Post.published_at >= since)
    for post, slug, thread, author in db.exec(wanted.execution_options(yield_per=500)):
        yield {
            "id": post.id,
            "source": slug,
            "external_id": post.external_id,
            "url": post.url,
            "thread": thread,
            "parent": post.parent_external_id,
            "author": author,
            "title": post.title,
            "text": post.text,
            "language": post.language,
            "published": post.published_at.isoformat(),
            "edited": post.edited_at.isoformat() if post.edited_at else None,
            "fetched": post.fetched_at.isoformat(),
        }
