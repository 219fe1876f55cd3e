"""The answers of Lemmy's API v3 to posts. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import Field, JsonValue

from crawlers.apis.asking import ApiModel
from crawlers.apis.metered import Moment
from crawlers.found import FoundPost
from crawlers.plaintext import from_text, one_line
from crawlers.times import stated
from crawlers.urls import safe_link

_Id = Annotated[int, Field(ge=0, le=2**53)]


class _Creator(ApiModel):
    name: str | None = None
    actor_id: str | None = None


class _PostFields(ApiModel):
    id: _Id
    name: str = ""  # its title
    body: str | None = None  # Markdown
    published: Moment
    updated: Moment | None = None
    removed: bool = False  # by a moderator
    deleted: bool = False  # by its author
    ap_id: str | None = None  # its address at the instance where it was written


class _CommentFields(ApiModel):
    id: _Id
    content: str = ""  # Markdown
    path: str = ""  # ids from the root to this one: 0.12.15
    published: Moment
    updated: Moment | None = None
    removed: bool = False
    deleted: bool = False
    ap_id: str | None = None


class _ThreadFields(ApiModel):
    id: _Id
    name: str = ""
    ap_id: str | None = None
    removed: bool = False
    deleted: bool = False


class Post(ApiModel):
    """A post with who wrote it."""

    post: _PostFields
    creator: _Creator = _Creator()

    @property
    def external_id(self) -> str:
        """Its number at this instance."""
        return f"post/{self.post.id}"

    @property
    def seconds(self) -> int:
        """When it was written, in seconds since 1970."""
        return self.post.published

    @property
    def is_shown(self) -> bool:
        """Whether people can read it."""
        return not (self.post.removed or self.post.deleted)

    def found(self, *, base: str, now: datetime) -> FoundPost:
        """Return it as a post, the first of its thread."""
        post, text = self.post, from_text(self.post.body or "")
        title = one_line(post.name, most=300)
        url = safe_link(post.ap_id) or f"{base}/post/{post.id}"
        return FoundPost(
            external_id=self.external_id,
            url=url,
            title=title,
            text=text.text,
            quoted=text.quoted,
            author=_name(self.creator),
            author_url=safe_link(self.creator.actor_id),
            published=stated(post.published, now=now),
            edited=stated(post.updated, now=now),
            thread_key=self.external_id,
            thread_title=title,
            thread_url=url,
        )


class Comment(ApiModel):
    """A comment with who wrote it and what it stands under."""

    comment: _CommentFields
    creator: _Creator = _Creator()
    post: _ThreadFields

    @property
    def external_id(self) -> str:
        """Its number at this instance."""
        return f"comment/{self.comment.id}"

    @property
    def seconds(self) -> int:
        """When it was written, in seconds since 1970."""
        return self.comment.published

    @property
    def is_shown(self) -> bool:
        """Whether people can read it."""
        return not (
            self.comment.removed or self.comment.deleted or self.post.removed or self.post.deleted
        )

    @property
    def parent(self) -> str:
        """The id of what it answers: another comment, or the post."""
        above = self.comment.path.split(".")[:-1]
        if above and above[-1].isdigit() and above[-1] != "0":
            return f"comment/{above[-1][:20]}"
        return f"post/{self.post.id}"

    def found(self, *, base: str, now: datetime) -> FoundPost:
        """Return it as a post that answers another."""
        comment, text = self.comment, from_text(self.comment.content)
        return FoundPost(
            external_id=self.external_id,
            url=safe_link(comment.ap_id) or f"{base}/comment/{comment.id}",
            text=text.text,
            quoted=text.quoted,
            author=_name(self.creator),
            author_url=safe_link(self.creator.actor_id),
            published=stated(comment.published, now=now),
            edited=stated(comment.updated, now=now),
            thread_key=f"post/{self.post.id}",
            thread_title=one_line(self.post.name, most=300),
            thread_url=safe_link(self.post.ap_id) or f"{base}/post/{self.post.id}",
            parent_external_id=self.parent,
            is_opening=False,
        )


class OnePost(ApiModel):
    """An answer of ``/post``, or what it says instead."""

    post_view: Post | None = None
    error: str = ""


class PostList(ApiModel):
    """A page of ``/post/list``, of which each may have any shape."""

    posts: list[JsonValue]


class CommentList(ApiModel):
    """A page of ``/comment/list``, of which each may have any shape."""

    comments: list[JsonValue]


def posts(found: Sequence[Post | Comment], *, base: str, now: datetime) -> tuple[FoundPost, ...]:
    """Return what can be read of a page, oldest first."""
    shown = sorted((one for one in found if one.is_shown), key=lambda one: one.seconds)
    return tuple(one.found(base=base, now=now) for one in shown)


def shells(found: Sequence[Post | Comment]) -> tuple[str, ...]:
    """Return the ids of what was there and can't be read any more."""
    return tuple(one.external_id for one in found if not one.is_shown)


def _name(creator: _Creator) -> str | None:
    return one_line(creator.name or "", most=100) or None
