"""The answers of Stack Exchange's API 2.3 to posts. Pure."""

import html
import re
from collections.abc import Sequence
from datetime import datetime

from pydantic import Field, JsonValue
from typing_extensions import override

from crawlers.answers import MAX_RETRY, MIN_RETRY
from crawlers.apis.asking import ApiModel
from crawlers.apis.metered import Identifier, Moment, RefusedByApi, explained
from crawlers.errors import RateLimited, ServerFailed, SourceError
from crawlers.fetch import Page
from crawlers.found import FoundPost
from crawlers.plaintext import PlainText, one_line
from crawlers.times import stated
from crawlers.urls import safe_link

#: Sites that have a domain of their own; all others are NAME.stackexchange.com.
_OWN_DOMAINS = frozenset({"askubuntu", "serverfault", "stackapps", "stackoverflow", "superuser"})
_SECONDS = re.compile(r"\b(\d{1,6}) seconds?\b")
_THROTTLED = 502
_PASSING = frozenset({500, 503})


class Owner(ApiModel):
    """Who wrote a post. Of a deleted account only the name is left."""

    name: str | None = Field(default=None, alias="display_name")
    link: str | None = None


class Piece(ApiModel):
    """What all kinds of posts have."""

    created: Moment = Field(alias="creation_date", ge=0, le=2**40)
    edited: Moment | None = Field(default=None, alias="last_edit_date", ge=0, le=2**40)
    body: str = ""
    owner: Owner = Owner()
    licence: str | None = Field(default=None, alias="content_license")

    @property
    def key(self) -> str:
        """What makes it the same post at the next poll, within its site."""
        raise NotImplementedError

    @property
    def says_something(self) -> bool:
        """Whether anything is there to be read."""
        return bool(self.body)


class Question(Piece):
    """A question."""

    id: Identifier = Field(alias="question_id")
    title: str = ""
    link: str | None = None
    tags: tuple[str, ...] = ()

    @property
    @override
    def key(self) -> str:
        """Questions and answers are numbered together."""
        return self.id

    @property
    @override
    def says_something(self) -> bool:
        """Whether anything is there to be read."""
        return bool(self.body or self.title)


class Reply(Piece):
    """An answer to a question."""

    id: Identifier = Field(alias="answer_id")
    question: Identifier = Field(alias="question_id")

    @property
    @override
    def key(self) -> str:
        """Questions and answers are numbered together."""
        return self.id


class Comment(Piece):
    """A comment on a question."""

    id: Identifier = Field(alias="comment_id")
    question: Identifier = Field(alias="post_id")

    @property
    @override
    def key(self) -> str:
        """Comments are numbered apart."""
        return f"comment-{self.id}"


class RawAnswer(ApiModel):
    """A page of results, each of which may have any shape, and what it cost."""

    items: list[JsonValue]
    has_more: bool = False
    backoff: int | None = Field(default=None, ge=0)  # seconds until the method may be asked again
    quota_max: int | None = None
    quota_remaining: int | None = None


class _Refusal(ApiModel):
    error_id: int
    error_name: str = ""
    error_message: str = ""


def explain(page: Page) -> SourceError | None:
    """Return what a refusal of the API says.

    Source: https://api.stackexchange.com/docs/error-handling - mostly answered with status 400.
    """
    said = explained(page, _Refusal)
    if said is None:
        return None
    if said.error_id == _THROTTLED or said.error_name == "throttle_violation":
        seconds = _SECONDS.search(said.error_message[:500])
        wait = int(seconds[1]) if seconds else MIN_RETRY
        return RateLimited(min(max(wait, MIN_RETRY), MAX_RETRY))
    if said.error_id in _PASSING:
        return ServerFailed(said.error_id)
    words = [said.error_name.replace("_", " "), said.error_message]
    return RefusedByApi(said.error_id, said=", ".join(filter(None, words)))


def site_origin(site: str) -> str:
    """Return where a site's pages are, by the name that the API has for it."""
    if "." in site:
        return f"https://{site}"
    return f"https://{site}.com" if site in _OWN_DOMAINS else f"https://{site}.stackexchange.com"


def posts(
    pieces: Sequence[Piece], texts: Sequence[PlainText], *, origin: str, now: datetime
) -> tuple[FoundPost, ...]:
    """Return the posts of what was found, whose texts were made plain, in its order."""
    return tuple(
        _post(piece, text, origin=origin, now=now)
        for piece, text in zip(pieces, texts, strict=True)
        if piece.says_something
    )


def _post(piece: Piece, text: PlainText, *, origin: str, now: datetime) -> FoundPost:
    question = piece if isinstance(piece, Question) else None
    thread = piece.question if isinstance(piece, Reply | Comment) else piece.key
    title = one_line(html.unescape(question.title[:2_000]), most=300) if question else ""
    name = html.unescape((piece.owner.name or "")[:1_000])
    thread_url = safe_link(f"{origin}/q/{thread}")
    if question is not None:
        thread_url = safe_link(question.link) or thread_url
    return FoundPost(
        external_id=piece.key,
        url=_permalink(piece, origin=origin) or thread_url,
        title=title,
        text=text.text,
        quoted=text.quoted,
        author=one_line(name, most=100) or None,
        author_url=safe_link(piece.owner.link),
        published=stated(piece.created, now=now),
        edited=stated(piece.edited, now=now),
        thread_key=thread,
        thread_title=title,
        thread_url=thread_url,
        parent_external_id=None if question else thread,
        is_opening=question is not None,
        tags=_tags(piece),
    )


def _permalink(piece: Piece, *, origin: str) -> str | None:
    match piece:
        case Reply():
            return safe_link(f"{origin}/a/{piece.id}")
        case Comment():
            return safe_link(f"{origin}/q/{piece.question}#comment{piece.id}_{piece.question}")
        case _:
            return None


def _tags(piece: Piece) -> tuple[str, ...]:
    """Return a question's tags, and its licence, which changed over the years."""
    own = piece.tags[:20] if isinstance(piece, Question) else ()
    licence = f"licence:{'-'.join(piece.licence.lower().split())}" if piece.licence else ""
    return tuple(one_line(tag, most=60) for tag in (*own, licence) if tag)
