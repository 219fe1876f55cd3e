"""The answers of Hacker News' search (Algolia's shape) to posts. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field, JsonValue, StringConstraints
from yarl import URL

from crawlers.apis.asking import ApiModel, readable
from crawlers.found import FoundPost
from crawlers.plaintext import PlainText, one_line
from crawlers.times import stated
from crawlers.urls import safe_link

_Id = Annotated[str, StringConstraints(pattern=r"^[\w-]{1,100}$")]


class Hit(ApiModel):
    """A story or a comment."""

    id: _Id = Field(alias="objectID")
    created: int = Field(alias="created_at_i", ge=0, le=2**40)
    author: str | None = None
    title: str | None = None
    story_text: str | None = None
    comment_text: str | None = None
    story_id: _Id | None = None
    story_title: str | None = None
    parent_id: _Id | None = None
    tags: tuple[str, ...] = Field(default=(), alias="_tags")

    @property
    def is_comment(self) -> bool:
        """Whether it answers something."""
        return "comment" in self.tags or self.comment_text is not None

    @property
    def markup(self) -> str:
        """Its text as HTML."""
        return (self.comment_text if self.is_comment else self.story_text) or ""

    @property
    def says_something(self) -> bool:
        """Whether anything is left of it: deleted ones stay as empty shells."""
        return bool(self.markup or self.title)


class RawAnswer(ApiModel):
    """A page of results, each of which may have any shape."""

    hits: list[dict[str, JsonValue]]
    total: int | None = Field(default=None, alias="nbHits")
    pages: int | None = Field(default=None, alias="nbPages")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A page of results."""

    hits: tuple[Hit, ...]
    unreadable: int  # results whose shape isn't the known one
    total: int | None  # results of the whole query
    pages: int | None


def read_answer(answer: RawAnswer) -> Answer:
    """Return what the search found."""
    hits, unreadable = readable(answer.hits, Hit)
    return Answer(hits=hits, unreadable=unreadable, total=answer.total, pages=answer.pages)


def posts(
    hits: Sequence[Hit], texts: Sequence[PlainText], *, site: str, now: datetime
) -> tuple[FoundPost, ...]:
    """Return the posts of the hits, whose texts were made plain, oldest first."""
    found = [
        _post(hit, text, site=site, now=now)
        for hit, text in zip(hits, texts, strict=True)
        if hit.says_something
    ]
    return tuple(sorted(found, key=lambda post: (post.published or now, post.external_id)))


def _post(hit: Hit, text: PlainText, *, site: str, now: datetime) -> FoundPost:
    story = hit.story_id or (None if hit.is_comment else hit.id)
    title = one_line(hit.title or "", most=300)
    return FoundPost(
        external_id=hit.id,
        url=_permalink(site, "item", hit.id),
        title="" if hit.is_comment else title,
        text=text.text,
        quoted=text.quoted,
        author=one_line(hit.author or "", most=100) or None,
        author_url=_permalink(site, "user", hit.author) if hit.author else None,
        published=stated(hit.created, now=now),
        thread_key=story,
        thread_title=one_line(hit.story_title or "", most=300) if hit.is_comment else title,
        thread_url=_permalink(site, "item", story) if story else None,
        parent_external_id=hit.parent_id if hit.is_comment else None,
        is_opening=not hit.is_comment,
        tags=tuple(tag for tag in hit.tags if tag in {"ask_hn", "show_hn", "job", "poll"}),
    )


def _permalink(site: str, page: str, identifier: str) -> str | None:
    return safe_link(str(URL(f"{site}/{page}").with_query(id=identifier)))
