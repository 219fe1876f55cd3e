"""Read posts again for what they say about campaigns.

Only buying signals are kept as rows of their own, and people talk about a campaign without buying
anything. So the words of all posts of its days are looked at, as listening looks at new ones: that
finds also what was said before anybody thought of measuring it, as far as posts are still kept.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from config import Config
from crawlers.found import FoundPost
from models.cost import Campaign
from models.post import Author, Post, Thread
from nlp.phrases import TopicIndex, TopicPhrases
from service.posts.judging import TopicFinder
from service.reports.lives import slugs
from service.rules.campaign_buzz import Mention

_AT_ONCE = 1_000  # rows: a post has up to 64 KB


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A campaign, and which posts are to be read for it."""

    campaign: Campaign
    start: datetime  # published from then
    end: datetime  # up to then
    fetched_after: datetime | None = None  # None: whenever
    fetched_until: datetime | None = None

    @property
    def is_about_all(self) -> bool:
        """Whether everything that is heard counts for it."""
        return not self.campaign.topics and not self.campaign.phrases

    def takes(self, post: "_Row", source: str) -> bool:
        """Tell whether a post is to be read for it."""
        return (
            self.start <= post.at < self.end
            and (not self.campaign.sources or source in self.campaign.sources)
            and (self.fetched_after is None or post.fetched > self.fetched_after)
            and (self.fetched_until is None or post.fetched <= self.fetched_until)
        )


@dataclass(frozen=True, slots=True)
class Read:
    """A post that was read for a campaign."""

    campaign: str  # its id
    post: str
    mention: Mention | None  # None: it has no words, so that nobody knows what it is about


class _Row(NamedTuple):
    """A post, as far as it matters what it is about."""

    id: str
    place: str  # its source's id
    at: datetime
    fetched: datetime
    title: str
    text: str
    url: str | None
    thread_title: str
    author: str | None


def read_posts(db: Session, config: Config, wanted: Sequence[Wanted]) -> Iterator[Read]:
    """Yield the posts that are about campaigns, and those of which that can't be told.

    A post that was taken back at its source is none: nobody can see it any more.
    """
    if not wanted:
        return
    reader, names = _Reader.of(config, [one.campaign for one in wanted]), slugs(db)
    posts = (
        select(
            col(Post.id),
            col(Post.source_id),
            col(Post.published_at),
            col(Post.fetched_at),
            col(Post.title),
            col(Post.text),
            col(Post.url),
            col(Thread.title),
            col(Author.handle),
        )
        .join(Thread, col(Thread.id) == col(Post.thread_id))
        .outerjoin(Author, col(Author.id) == col(Post.author_id))
        .where(
            col(Post.published_at) >= min(one.start for one in wanted),
            col(Post.published_at) < max(one.end for one in wanted),
            col(Post.deleted_at_source).is_(None),
            *_only_new(wanted),
        )
    )
    for found in db.connection().execute(posts, execution_options={"yield_per": _AT_ONCE}):
        post = _Row(*found)
        source = names[post.place]
        takers = [one for one in wanted if one.takes(post, source)]
        if takers:
            yield from _about(post, source, takers, reader)


def how_many(db: Session, wanted: Wanted, *, most: int) -> int:
    """Return how many posts are to be read for a campaign, up to ``most`` of them."""
    posts = (
        select(col(Post.id))
        .where(
            col(Post.published_at) >= wanted.start,
            col(Post.published_at) < wanted.end,
            col(Post.deleted_at_source).is_(None),
            *_only_new([wanted]),
        )
        .limit(most)
    )
    counted = select(func.count()).select_from(posts.subquery())
    return int(db.connection().execute(counted).scalar_one())


def _only_new(wanted: Sequence[Wanted]) -> list[ColumnElement[bool]]:
    """Return the condition that a post has not been read for all of ``wanted``."""
    after = [one.fetched_after for one in wanted if one.fetched_after is not None]
    return [col(Post.fetched_at) > min(after)] if len(after) == len(wanted) else []


def _about(post: _Row, source: str, takers: Sequence[Wanted], reader: "_Reader") -> Iterator[Read]:
    has_words = bool(post.title or post.text)
    about = reader.about(post, source) if has_words else frozenset[str]()
    for one in takers:
        theirs = about & {*one.campaign.topics, *one.campaign.phrases}
        if theirs or one.is_about_all:
            mention = Mention(at=post.at, source=source, about=theirs)
            yield Read(one.campaign.id, post.id, mention)
        elif not has_words:
            yield Read(one.campaign.id, post.id, None)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Tells what a post is about: which topics, and which phrases it says."""

    finder: TopicFinder
    phrases: TopicIndex

    @classmethod
    def of(cls, config: Config, campaigns: Iterable[Campaign]) -> "_Reader":
        subjects: Mapping[str, set[str]] = {"topics": set(), "phrases": set()}
        for campaign in campaigns:
            subjects["topics"].update(campaign.topics)
            subjects["phrases"].update(campaign.phrases)
        known = [config.topics[one] for one in sorted(subjects["topics"] & config.topics.keys())]
        return cls(
            # One that was switched off since was on when it was talked about.
            TopicFinder(topic.model_copy(update={"active": True}) for topic in known),
            TopicIndex.build(
                TopicPhrases(id=one, keywords=(one,)) for one in sorted(subjects["phrases"])
            ),
        )

    def about(self, post: _Row, source: str) -> frozenset[str]:
        """Return the ids of the topics that a post is about, and the phrases that it says."""
        found = FoundPost(
            external_id="",
            url=post.url,
            title=post.title,
            text=post.text,
            author=post.author,
            thread_title=post.thread_title,
        )
        topics = self.finder.find(found, source)
        says = self.phrases.match(post.title, post.text)
        return frozenset(match.topic_id for match in (*topics, *says))
