"""The comment feeds of a feed's newest posts: which to read, and whose replies they hold. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from crawlers.errors import NotAllowed
from crawlers.feeds.entry import FeedEntry
from crawlers.feeds.identity import fit
from crawlers.found import FoundPost
from crawlers.urls import parse_url

#: Posts are not commented on for longer, as a rule, or not by people who wait for an answer.
YOUNG = timedelta(days=14)
MOST_WATCHED = 20  # posts, the newest
MOST_AT_ONCE = 5  # comment feeds that are read in one poll


class Watched(BaseModel):
    """A post whose comments are read, and how far they were."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    post: str  # its external id
    url: str  # of the feed of its comments
    published: int  # seconds since 1970
    thread_key: str
    thread_title: str = ""
    thread_url: str | None = None
    count: int | None = None  # comments, as the feed says
    count_read: int | None = None  # what it said when they were read last
    read_at: int | None = None
    state: dict[str, JsonValue] = {}


def watched_in(kept: JsonValue) -> tuple[Watched, ...]:
    """Return the posts that ``as_json`` wrote down."""
    read = []
    for row in kept if isinstance(kept, list) else ():
        try:
            read.append(Watched.model_validate(row))
        except ValidationError:
            continue
    return tuple(read)


def as_json(watched: Sequence[Watched]) -> list[JsonValue]:
    """Return the posts as they are stored in the cursor."""
    return [each.model_dump(mode="json", exclude_defaults=True) for each in watched]


def watching(
    watched: Sequence[Watched],
    entries: Sequence[FeedEntry],
    posts: Mapping[str, FoundPost],
    *,
    now: datetime,
) -> tuple[Watched, ...]:
    """Return which posts to watch: young ones with a comment feed, the newest.

    Args:
        watched: those so far.
        entries: what is new in the feed.
        posts: the posts that were made of them, by the key of the item.
        now: the time.
    """
    known = {each.post: each for each in watched}
    for entry in entries:
        post = posts[entry.item]
        if entry.comments_url and post.published and _is_fetchable(entry.comments_url):
            before = known.get(post.external_id)
            known[post.external_id] = Watched(
                post=post.external_id,
                url=entry.comments_url,
                published=int(post.published.timestamp()),
                thread_key=post.thread_key or post.external_id,
                thread_title=post.title,
                thread_url=post.url,
                count=entry.comments,
                count_read=before.count_read if before else None,
                read_at=before.read_at if before else None,
                state=before.state if before and before.url == entry.comments_url else {},
            )
    oldest = (now - YOUNG).timestamp()
    young = [each for each in known.values() if each.published >= oldest]
    return tuple(sorted(young, key=lambda each: -each.published)[:MOST_WATCHED])


def due(watched: Sequence[Watched]) -> tuple[Watched, ...]:
    """Return the posts whose comments to read now: those that were not read for longest.

    Where the feed counts comments, only those with another count than at the last reading.
    """
    waiting = [
        each for each in watched if each.count is None or each.count != (each.count_read or 0)
    ]
    return tuple(sorted(waiting, key=lambda each: each.read_at or 0)[:MOST_AT_ONCE])


def replies(
    comments: Sequence[FoundPost], to: Watched, *, others: Collection[str]
) -> tuple[FoundPost, ...]:
    """Return comments as replies in their post's thread.

    Args:
        comments: the posts of the comment feed; the post itself may be among them.
        to: the post.
        others: the names of all comments known of that feed, some of which may be answered.
    """
    return tuple(
        replace(
            comment,
            external_id=_name(to, comment.external_id),
            title="",  # "By: ann", or the post's own again
            thread_key=to.thread_key,
            thread_title=to.thread_title,
            thread_url=to.thread_url,
            parent_external_id=_parent(comment, to, others=others),
            is_opening=False,
        )
        for comment in comments
        if comment.external_id != to.post
    )


def _parent(comment: FoundPost, to: Watched, *, others: Collection[str]) -> str:
    answered = comment.parent_external_id
    if answered is None or answered == to.post or answered not in others:
        return to.post
    return _name(to, answered)


def _name(to: Watched, name: str) -> str:
    """Return a comment's external id: comments of two posts may both be the first."""
    return fit(f"{to.post}#{name}")


def _is_fetchable(url: str) -> bool:
    try:
        parse_url(url)
    except NotAllowed:
        return False
    return True
