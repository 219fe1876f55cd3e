"""The posts of the sample communities, written by hand and checked when they are read."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from models.words import Kind
from service.errors import HarkenError


class SampleError(HarkenError):
    """A bundled sample post is broken: install Harken again."""


class Site(StrEnum):
    """Which of the three servers a post is on."""

    FEED = "feed"
    FORUM = "forum"
    API = "api"


class Label(StrEnum):
    """What its writer meant a post to be. Tests compare with it; it is never served."""

    SIGNAL = "signal"
    LATENT = "latent"  # a need that asks for nothing yet
    SELLER = "seller"
    JOB = "job"  # offers one or looks for one
    HOWTO = "howto"  # help with a tool that stays
    SOLVED = "solved"  # was looking, found one
    ANSWER = "answer"  # recommends to somebody else
    NEWS = "news"
    REVIEW = "review"
    RANT = "rant"
    SURVEY = "survey"
    META = "meta"  # about the community itself
    CHAT = "chat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where threads live: a feed, a board of the forum, or the API community."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    site: Site
    id: str  # a feed's path, a board's number
    name: str
    about: str
    format: Literal["rss", "atom"] = "rss"  # of a feed
    reply_title: str = "Re: {title}"  # of a feed's entry for a reply; may name {author}


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePost:
    """One post, reply or comment. Its time is relative, so that the demo is always fresh."""

    place: Place
    id: int  # unique on its site
    thread: str  # same for all posts of a conversation: a slug, or a number on forum and API
    thread_title: str
    parent: int | None  # the post it answers, None for an opening post
    author: str
    age_hours: float  # before the anchor, > 0
    text: str  # a line break is the author's; an empty line starts a paragraph; "> " quotes
    label: Label
    topic: str | None = None  # of a signal, as in the shipped topics
    kind: Kind | None = None  # of a signal
    signature: str = ""
    points: int | None = None  # of an API story
    link: str | None = None  # what an API story links to
    views: int = 0  # of the thread

    @property
    def is_opening(self) -> bool:
        """Whether the post began its thread."""
        return self.parent is None

    @property
    def key(self) -> str:
        """The served permalink without scheme, host and port: path, query, fragment."""
        match self.place.site:
            case Site.FEED:
                fragment = "" if self.is_opening else f"#comment-{self.id}"
                return f"/{self.place.id}/{self.thread}{fragment}"
            case Site.FORUM:
                return f"/viewtopic.php?p={self.id}#p{self.id}"
            case Site.API:
                return f"/item?id={self.id}"

    def published(self, anchor: datetime) -> datetime:
        """Return the time of the post, whole seconds, in the zone of ``anchor``."""
        return (anchor - timedelta(hours=self.age_hours)).replace(microsecond=0)


class _Entry(BaseModel):
    """What a file may say of anything: known keys only."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class _PostEntry(_Entry):
    id: int = Field(gt=0)
    parent: int | None = None
    author: str = Field(min_length=1)
    age_hours: float = Field(gt=0)
    label: Label
    topic: str | None = None
    kind: Kind | None = None
    signature: str = ""
    points: int | None = None
    url: str | None = None
    text: str

    @model_validator(mode="after")
    def _only_signals_have_a_topic(self) -> Self:
        if (self.label is Label.SIGNAL) != (self.topic is not None and self.kind is not None):
            raise ValueError("a signal, and nothing else, has a topic and a kind")
        return self


class _ThreadEntry(_Entry):
    id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    views: int = 0
    post: tuple[_PostEntry, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _replies_come_after_what_they_answer(self) -> Self:
        opening, *replies = self.post
        ages = {post.id: post.age_hours for post in self.post}
        if len(ages) < len(self.post):
            raise ValueError("two posts have the same id")
        if opening.parent is not None:
            raise ValueError("the first post of a thread answers nothing")
        for reply in replies:
            answered = reply.parent or opening.id
            if answered not in ages:
                raise ValueError(f"post {reply.id} answers {answered}, which is not in the thread")
            if reply.age_hours >= ages[answered]:
                raise ValueError(f"post {reply.id} is older than what it answers")
        return self


class _PostFile(_Entry):
    place: Place
    thread: tuple[_ThreadEntry, ...]

    @model_validator(mode="after")
    def _threads_of_numbered_sites_have_numbers(self) -> Self:
        site = self.place.site
        for thread in self.thread:
            if site is not Site.FEED and not thread.id.isdecimal():
                raise ValueError(f"thread {thread.id!r} must be a number")
            if site is Site.API and int(thread.id) != thread.post[0].id:
                raise ValueError(f"story {thread.id} and its first post differ in their id")
        return self


def load_posts(folder: Traversable | None = None) -> tuple[SamplePost, ...]:
    """Return all sample posts, file by file, each thread in the order it was written.

    Args:
        folder: where the ``*.toml`` files are; the bundled ones when None.

    Raises:
        SampleError: a file is broken; the message names file and place.
    """
    folder = folder or files("service.demo").joinpath("posts")
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    posts = tuple(post for file in found for post in _posts_of(file))
    _refuse_repeated_keys(posts)
    return posts


def labels(posts: Iterable[SamplePost] | None = None) -> Mapping[str, Label]:
    """Return what each post was meant to be, by its permalink's path, query and fragment."""
    return {post.key: post.label for post in (load_posts() if posts is None else posts)}


def _posts_of(file: Traversable) -> Iterator[SamplePost]:
    try:
        read = _PostFile.model_validate(tomllib.loads(file.read_text("utf-8")))
    except ValidationError as error:
        places = "; ".join(_place_of(problem["loc"], problem["msg"]) for problem in error.errors())
        raise SampleError(f"{file.name}: {places}") from error
    except ValueError as error:  # not TOML (the message has line and column), or not UTF-8
        raise SampleError(f"{file.name}: {error}") from error
    for thread in read.thread:
        opening = thread.post[0]
        for entry in thread.post:
            yield SamplePost(
                place=read.place,
                id=entry.id,
                thread=thread.id,
                thread_title=thread.title,
                parent=None if entry is opening else entry.parent or opening.id,
                author=entry.author,
                age_hours=entry.age_hours,
                text=entry.text,
                label=entry.label,
                topic=entry.topic,
                kind=entry.kind,
                signature=entry.signature,
                points=entry.points,
                link=entry.url,
                views=thread.views,
            )


def _place_of(location: tuple[int | str, ...], message: str) -> str:
    """Return where and what as a person reads it, list positions counted from 1."""
    parts = (f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in location)
    return f"{''.join(parts).lstrip('.')}: {message}"


def _refuse_repeated_keys(posts: Iterable[SamplePost]) -> None:
    seen: set[tuple[Site, str]] = set()
    ids: set[tuple[Site, int]] = set()
    for post in posts:
        site = post.place.site
        if (site, post.key) in seen or (site, post.id) in ids:
            raise SampleError(f"two sample posts are called {post.key} on the {site} site")
        seen.add((site, post.key))
        ids.add((site, post.id))
