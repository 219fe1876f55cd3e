"""The answers of Forem's API, which DEV runs, to posts. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import Field, JsonValue, RootModel
from yarl import URL

from crawlers.apis.asking import ApiModel, readable
from crawlers.apis.metered import Identifier, Moment, RefusedByApi, explained
from crawlers.errors import SourceError
from crawlers.fetch import Page
from crawlers.found import FoundPost
from crawlers.plaintext import PlainText, from_text, one_line
from crawlers.times import stated
from crawlers.urls import safe_link

#: What is read of one article's comments.
MOST_COMMENTS = 1_000

#: What the API writes in the place of a comment that was taken back; its author is left out too.
_GONE = frozenset({"", "[deleted]", "[hidden by post author]"})


class Author(ApiModel):
    """Who wrote something. Empty where a comment was deleted."""

    username: str = Field(default="", max_length=300)


class Article(ApiModel):
    """An article as lists have it, without its text."""

    id: Identifier
    title: str
    description: str | None = None
    url: str | None = None
    published: Moment | None = Field(default=None, alias="published_at", ge=0, le=2**40)
    edited: Moment | None = Field(default=None, alias="edited_at", ge=0, le=2**40)
    comments_count: int = 0
    tag_list: tuple[str, ...] | str = ()  # a text where the article is asked for alone
    user: Author = Author()


class Body(ApiModel):
    """The text of an article that was asked for alone."""

    body_html: str = ""


class FullArticle(Article, Body):
    """An article that was asked for alone."""


class Comment(ApiModel):
    """A comment with those that answer it, each of which may have any shape."""

    id: Identifier = Field(alias="id_code")
    created: Moment | None = Field(default=None, alias="created_at", ge=0, le=2**40)
    body_html: str = ""
    user: Author = Author()
    children: tuple[JsonValue, ...] = ()


class Items(RootModel[list[JsonValue]]):
    """A list of anything."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A comment and what it answers."""

    comment: Comment
    parent: str  # the external id of an article or a comment


class _Refusal(ApiModel):
    error: str


def explain(page: Page) -> SourceError | None:
    """Return what a refusal says."""
    said = explained(page, _Refusal)
    return None if said is None else RefusedByApi(page.status, said=said.error)


def comments_of(items: Sequence[JsonValue], article: str) -> tuple[tuple[Placed, ...], int]:
    """Return an article's comments, each before those that answer it, and how many can't be read.

    What answers a deleted comment keeps its place.
    """
    placed: list[Placed] = []
    unreadable = 0
    waiting: list[tuple[Sequence[JsonValue], str]] = [(items, article)]
    while waiting and len(placed) < MOST_COMMENTS:
        level, parent = waiting.pop()
        read, missing = readable(level, Comment)
        unreadable += missing
        placed += [Placed(comment, parent) for comment in read]
        waiting += [(comment.children, comment_id(comment)) for comment in read]
    return tuple(placed[:MOST_COMMENTS]), unreadable


def comment_id(comment: Comment) -> str:
    """Return what a comment is called here: articles are numbered apart."""
    return f"comment-{comment.id}"


def articles(
    found: Sequence[Article], texts: Mapping[str, PlainText], *, origin: str, now: datetime
) -> tuple[FoundPost, ...]:
    """Return the posts of articles, oldest first; one without text says what lists say of it."""
    ordered = sorted(found, key=lambda article: (article.published or 0, article.id))
    return tuple(
        _article(article, texts.get(article.id), origin=origin, now=now) for article in ordered
    )


def _article(article: Article, text: PlainText | None, *, origin: str, now: datetime) -> FoundPost:
    text = text or from_text(article.description or "")
    title = one_line(article.title, most=300)
    link = safe_link(article.url)
    listed = article.tag_list
    tags = listed.split(",") if isinstance(listed, str) else listed
    return FoundPost(
        external_id=article.id,
        url=link,
        title=title,
        text=text.text,
        quoted=text.quoted,
        author=_author(article.user),
        author_url=_profile(article.user, origin=origin),
        published=stated(article.published, now=now),
        edited=stated(article.edited, now=now),
        thread_key=article.id,
        thread_title=title,
        thread_url=link,
        tags=tuple(one_line(tag, most=60) for tag in tags[:20] if tag.strip()),
    )


def comments(
    placed: Sequence[Placed],
    texts: Sequence[PlainText],
    article: Article,
    *,
    origin: str,
    now: datetime,
) -> Iterator[FoundPost]:
    """Yield the posts of comments that are still there, whose texts were made plain."""
    for one, text in zip(placed, texts, strict=True):
        comment, user = one.comment, one.comment.user
        if not user.username or text.text.strip() in _GONE:
            continue
        path = URL(origin) / user.username / "comment" / comment.id
        yield FoundPost(
            external_id=comment_id(comment),
            url=safe_link(str(path)),
            text=text.text,
            quoted=text.quoted,
            author=_author(user),
            author_url=_profile(user, origin=origin),
            published=stated(comment.created, now=now),
            thread_key=article.id,
            thread_title=one_line(article.title, most=300),
            thread_url=safe_link(article.url),
            parent_external_id=one.parent,
            is_opening=False,
        )


def _author(user: Author) -> str | None:
    return one_line(user.username, most=100) or None


def _profile(user: Author, *, origin: str) -> str | None:
    return safe_link(str(URL(origin) / user.username)) if user.username else None
