"""The answers of NodeBB's read API to posts. Pure."""

import html
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field, JsonValue, RootModel, StringConstraints

from crawlers.apis.asking import ApiModel
from crawlers.found import FoundPost
from crawlers.plaintext import PlainText, one_line
from crawlers.times import stated
from crawlers.urls import safe_link

#: A number; an address where a post came from another server.
_Id = Annotated[str, StringConstraints(min_length=1, max_length=400)]
_Milliseconds = Annotated[int, Field(ge=0, le=2**53)]


class _User(ApiModel):
    username: str | None = None
    userslug: str | None = None


class _Topic(ApiModel):
    title: str = ""  # HTML-escaped
    slug: str | None = None
    deleted: bool | None = None
    main_pid: _Id | None = Field(default=None, alias="mainPid")


class NodePost(ApiModel):
    """A post, as the list of recent ones and the topics show it."""

    pid: _Id
    tid: _Id
    timestamp: _Milliseconds
    content: str | None = None  # HTML; without tags in the list of recent posts
    edited: _Milliseconds | None = None
    deleted: bool | None = None
    user: _User = _User()
    topic: _Topic | None = None
    is_main: bool | None = Field(default=None, alias="isMainPost")
    to_pid: _Id | None = Field(default=None, alias="toPid")


class _Pagination(ApiModel):
    pages: int = Field(default=1, alias="pageCount", le=10**6)


class TopicPage(ApiModel):
    """A page of a topic, of whose posts each may have any shape."""

    tid: _Id
    title: str = ""
    slug: str | None = None
    deleted: bool | None = None
    main_pid: _Id | None = Field(default=None, alias="mainPid")
    posts: list[JsonValue]
    pagination: _Pagination = _Pagination()

    @property
    def topic(self) -> _Topic:
        """What is said of the topic itself."""
        return _Topic(
            title=self.title, slug=self.slug, deleted=self.deleted, mainPid=self.main_pid
        )


class RecentPosts(RootModel[list[JsonValue]]):
    """A page of ``/api/recent/posts``, of which each post may have any shape."""


class ListedTopic(ApiModel):
    """A topic, as the list of recent ones shows it."""

    tid: _Id
    lastposttime: _Milliseconds
    deleted: bool | None = None


class RecentTopics(ApiModel):
    """A page of ``/api/recent``, of which each topic may have any shape."""

    topics: list[JsonValue]


def is_shown(post: NodePost) -> bool:
    """Whether people can read it."""
    return not (post.deleted or (post.topic and post.topic.deleted))


def posts(
    found: Sequence[NodePost], texts: Sequence[PlainText], *, base: str, now: datetime
) -> tuple[FoundPost, ...]:
    """Return the posts, whose texts were made plain, oldest first."""
    pairs = sorted(zip(found, texts, strict=True), key=lambda pair: pair[0].timestamp)
    return tuple(_post(post, text, base=base, now=now) for post, text in pairs)


def _post(post: NodePost, text: PlainText, *, base: str, now: datetime) -> FoundPost:
    topic = post.topic or _Topic()
    title = one_line(html.unescape(topic.title[:2_000]), most=300)
    is_opening = bool(post.is_main) or post.pid == topic.main_pid
    slug = post.user.userslug
    parent = post.to_pid or topic.main_pid
    return FoundPost(
        external_id=post.pid,
        url=safe_link(f"{base}/post/{post.pid}") if post.pid.isdigit() else safe_link(post.pid),
        title=title if is_opening else "",
        text=text.text,
        quoted=text.quoted,
        author=one_line(html.unescape((post.user.username or "")[:400]), most=100) or None,
        author_url=safe_link(f"{base}/user/{slug}") if slug else None,
        published=stated(post.timestamp // 1_000, now=now),
        edited=stated(post.edited // 1_000, now=now) if post.edited else None,
        thread_key=post.tid,
        thread_title=title,
        thread_url=safe_link(f"{base}/topic/{topic.slug or post.tid}"),
        parent_external_id=None if is_opening else parent,
        is_opening=is_opening,
    )
