"""The answers of YouTube's Data API to posts. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, JsonValue, StringConstraints
from yarl import URL

from crawlers.apis.asking import ApiModel, readable
from crawlers.apis.metered import Moment, QuotaUsedUp, RefusedByApi, explained
from crawlers.errors import RateLimited, SourceError
from crawlers.fetch import Page
from crawlers.found import FoundPost
from crawlers.plaintext import from_text, one_line
from crawlers.times import stated
from crawlers.urls import safe_link

#: "Daily quotas reset at midnight Pacific Time."
_QUOTA_ZONE = ZoneInfo("America/Los_Angeles")
_DAY_SPENT = frozenset({"quotaExceeded", "dailyLimitExceeded"})
_TOO_FAST = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})
_REST = 60
#: What the API's own words, which are HTML, say at length.
_WORDS = {
    "commentsDisabled": "comments are turned off there",
    "videoNotFound": "there is no such video, or it is private",
    "channelNotFound": "there is no such channel",
    "keyInvalid": "the key is not valid",
    "badRequest": "the request is not valid; look at the key first",
    "accessNotConfigured": "the YouTube Data API is not switched on in the key's project",
    "ipRefererBlocked": "the key may not be used from here",
    "forbidden": "the key may not read this",
}

#: Replies are called THREAD.REPLY, and ids hold ``-`` and ``_``.
_Id = Annotated[str, StringConstraints(pattern=r"^[\w.-]{1,200}$")]
_Part = Annotated[str, StringConstraints(pattern=r"^[\w-]{1,100}$")]


class CommentSnippet(ApiModel):
    """What a comment says."""

    text: str = Field(default="", alias="textDisplay")  # plain, as it was asked for
    author: str | None = Field(default=None, alias="authorDisplayName")
    author_url: str | None = Field(default=None, alias="authorChannelUrl")
    published: Moment = Field(alias="publishedAt", ge=0, le=2**40)
    updated: Moment | None = Field(default=None, alias="updatedAt", ge=0, le=2**40)
    parent: _Id | None = Field(default=None, alias="parentId")


class Comment(ApiModel):
    """A comment or a reply to one."""

    id: _Id
    snippet: CommentSnippet


class ThreadSnippet(ApiModel):
    """A comment, and where it was made."""

    video: _Part | None = Field(default=None, alias="videoId")
    top: Comment = Field(alias="topLevelComment")


class Replies(ApiModel):
    """The replies that the API lists with a comment: a few, not all."""

    comments: tuple[JsonValue, ...] = ()


class Thread(ApiModel):
    """A comment with its replies."""

    id: _Id
    snippet: ThreadSnippet
    replies: Replies = Replies()

    def comments(self) -> tuple[tuple[Comment, ...], int]:
        """Return its readable comments, the opening one first, and how many can't be read."""
        read, unreadable = readable(self.replies.comments, Comment)
        return (self.snippet.top, *read), unreadable


class RawAnswer(ApiModel):
    """A page of threads, each of which may have any shape."""

    items: list[JsonValue]
    next_page: str | None = Field(default=None, alias="nextPageToken", max_length=2_000)


class _Problem(ApiModel):
    reason: str = ""


class _Error(ApiModel):
    message: str = ""
    status: str = ""
    errors: tuple[_Problem, ...] = ()


class _Refusal(ApiModel):
    error: _Error


def explain(page: Page, *, now: datetime) -> SourceError | None:
    """Return what a refusal says: the quota is spent, comments are off, the key is bad.

    Source: https://developers.google.com/youtube/v3/docs/errors
    """
    said = explained(page, _Refusal)
    if said is None:
        return None
    reasons = [problem.reason for problem in said.error.errors if problem.reason]
    if _DAY_SPENT.intersection(reasons):
        seconds = seconds_to_new_quota(now)
        words = "10,000 units as a rule, renewed at midnight in California"
        return QuotaUsedUp(page.status, said=words, retry_after_seconds=seconds)
    if _TOO_FAST.intersection(reasons) or page.status == 429:
        return RateLimited(_REST)
    reason = next(iter(reasons), said.error.status)
    return RefusedByApi(page.status, said=_WORDS.get(reason) or reason or said.error.message)


def seconds_to_new_quota(now: datetime) -> int:
    """Return the seconds until the next midnight in California, where the quota's day begins."""
    there = now.astimezone(_QUOTA_ZONE)
    tomorrow = (there + timedelta(days=1)).date()
    midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=_QUOTA_ZONE)
    return max(int(midnight.timestamp() - now.timestamp()) + 1, 1)


def posts(
    thread: Thread, *, now: datetime, replies: Sequence[Comment] | None = None
) -> Iterator[FoundPost]:
    """Yield a thread's comments that say something, the opening one first.

    ``replies`` are those that were asked for; without them, those that the API lists beside it.
    """
    comments = thread.comments()[0] if replies is None else (thread.snippet.top, *replies)
    for comment in comments:
        if comment.snippet.text.strip():
            yield _post(comment, thread, now=now)


def _post(comment: Comment, thread: Thread, *, now: datetime) -> FoundPost:
    said, opening = comment.snippet, thread.snippet.top.id
    text = from_text(said.text)
    edited = said.updated if said.updated != said.published else None
    return FoundPost(
        external_id=comment.id,
        url=_permalink(thread.snippet.video, comment.id),
        text=text.text,
        quoted=text.quoted,
        author=one_line(said.author or "", most=100) or None,
        author_url=safe_link(said.author_url),
        published=stated(said.published, now=now),
        edited=stated(edited, now=now),
        thread_key=opening,
        thread_url=_permalink(thread.snippet.video, opening),
        parent_external_id=None if comment.id == opening else said.parent or opening,
        is_opening=comment.id == opening,
    )


def _permalink(video: str | None, comment: str) -> str | None:
    if video is None:  # said to the channel, which has no page for it
        return None
    return safe_link(str(URL("https://www.youtube.com/watch").with_query(v=video, lc=comment)))
