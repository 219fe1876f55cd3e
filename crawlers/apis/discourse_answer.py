"""The answers of Discourse to posts. Pure."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import Field, JsonValue

from crawlers.apis.asking import ApiModel
from crawlers.found import FoundPost
from crawlers.plaintext import PlainText, one_line
from crawlers.times import epoch, stated
from crawlers.urls import safe_link

_REGULAR = 1  # what people write; the others tell of moderation, or are whispered to staff


class DiscoursePost(ApiModel):
    """A post of any topic."""

    id: int = Field(ge=1, le=2**53)
    topic_id: int = Field(ge=1, le=2**53)
    post_number: int = Field(ge=1, le=2**53)
    created_at: str
    cooked: str = ""  # its text as HTML
    topic_slug: str | None = None
    topic_title: str | None = None
    category_id: int | None = None
    username: str | None = None
    updated_at: str | None = None
    version: int | None = None  # 1 until it is edited
    reply_to_post_number: int | None = None
    post_type: int | None = None
    hidden: bool | None = None  # flagged by members
    user_deleted: bool | None = None
    deleted_at: JsonValue = None

    @property
    def external_id(self) -> str:
        """Topic and number in it: what a post answers is told by its number, not by its id."""
        return f"{self.topic_id}/{self.post_number}"

    @property
    def is_shown(self) -> bool:
        """Whether people can read it, and somebody wrote it."""
        return self._is_regular and not self._is_taken_back

    @property
    def is_gone(self) -> bool:
        """Whether people could read it before it was hidden or deleted."""
        return self._is_regular and self._is_taken_back

    @property
    def _is_regular(self) -> bool:
        return self.post_type in {None, _REGULAR}

    @property
    def _is_taken_back(self) -> bool:
        return bool(self.hidden or self.user_deleted or self.deleted_at)


class LatestPosts(ApiModel):
    """A page of ``/posts.json``, of which each post may have any shape."""

    latest_posts: list[JsonValue]


class Stream(ApiModel):
    """Posts of a topic, each of which may have any shape."""

    posts: list[JsonValue]
    stream: list[int] = Field(default=[], max_length=100_000)  # ids of all posts, in order


class TopicPosts(ApiModel):
    """An answer of ``/t/ID/posts.json``."""

    post_stream: Stream


class Topic(TopicPosts):
    """A topic with its first posts, and the ids of all others."""

    title: str = ""
    slug: str | None = None


def posts(
    found: Sequence[DiscoursePost], texts: Sequence[PlainText], *, base: str, now: datetime
) -> tuple[FoundPost, ...]:
    """Return the posts, whose texts were made plain, oldest first."""
    pairs = sorted(zip(found, texts, strict=True), key=lambda pair: pair[0].id)
    return tuple(_post(post, text, base=base, now=now) for post, text in pairs)


def _post(post: DiscoursePost, text: PlainText, *, base: str, now: datetime) -> FoundPost:
    topic, title = str(post.topic_id), one_line(post.topic_title or "", most=300)
    is_opening = post.post_number == 1
    thread = f"{base}/t/{post.topic_slug or '-'}/{topic}"
    published = stated(epoch(post.created_at), now=now)
    updated = stated(epoch(post.updated_at or ""), now=now) if (post.version or 1) > 1 else None
    return FoundPost(
        external_id=post.external_id,
        url=safe_link(f"{thread}/{post.post_number}"),
        title=title if is_opening else "",
        text=text.text,
        quoted=text.quoted,
        author=one_line(post.username or "", most=100) or None,
        author_url=safe_link(f"{base}/u/{post.username}") if post.username else None,
        published=published,
        edited=updated if published and updated and updated > published else None,
        thread_key=topic,
        thread_title=title,
        thread_url=safe_link(thread),
        parent_external_id=None if is_opening else f"{topic}/{post.reply_to_post_number or 1}",
        is_opening=is_opening,
    )
