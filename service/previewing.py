"""Which stored posts a topic or a query finds, before anybody relies on it."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from config.topic import Topic
from models.post import Author, Post, Thread
from models.source import Source
from nlp.judgement import TopicMatch
from service.posts.judging import TopicFinder

_AT_ONCE = 500  # rows in memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """A stored post, and how it matches; None when it doesn't."""

    post: Post
    source: str
    author: str | None
    match: TopicMatch | None

    def as_json(self) -> dict[str, object]:
        """Return the line that `harken topics preview --json` prints for a match."""
        phrases = self.match.phrases if self.match else ()
        return {
            "id": self.post.id,
            "source": self.source,
            "url": self.post.url,
            "author": self.author,
            "title": self.post.title,
            "published": self.post.published_at,
            "fit": self.match.fit if self.match else 0.0,
            "matched": [
                {
                    "text": phrase.text,
                    "reason": phrase.reason,
                    "field": phrase.span.field,
                    "start": phrase.span.start,
                    "end": phrase.span.end,
                }
                for phrase in phrases
            ],
        }


def count_posts(db: Session) -> int:
    """Return how many posts are stored."""
    return db.exec(select(func.count(col(Post.id)))).one()


def preview(db: Session, topic: Topic) -> Iterator[Previewed]:
    """Yield every stored post, newest first, with its match by ``topic`` as if it were active."""
    finder = TopicFinder([topic.model_copy(update={"active": True})])
    rows = db.exec(
        select(Post, Source.slug, Thread.title, Author.handle)
        .join(Source, col(Source.id) == Post.source_id)
        .join(Thread, col(Thread.id) == Post.thread_id)
        .outerjoin(Author, col(Author.id) == Post.author_id)
        .order_by(col(Post.published_at).desc(), col(Post.id))
        .execution_options(yield_per=_AT_ONCE)
    )
    for post, slug, thread_title, author in rows:
        found = finder.find(
            title=post.title,
            text=post.text,
            thread_title=thread_title,
            source=slug,
            author=author,
            url=post.url,
        )
        yield Previewed(post=post, source=slug, author=author, match=next(iter(found), None))
