"""The answers of Reddit's Data API to posts. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, JsonValue, RootModel, StringConstraints

from crawlers.apis.asking import ApiModel, readable
from crawlers.apis.metered import Moment, RefusedByApi, explained
from crawlers.errors import SourceError
from crawlers.fetch import Page
from crawlers.found import FoundPost
from crawlers.plaintext import from_text, one_line
from crawlers.times import stated
from crawlers.urls import safe_link

POST = "t3"
COMMENT = "t1"

#: What is read of one conversation's comments.
MOST_COMMENTS = 1_500

#: What stands in the place of words, or of a name, that were taken back.
_GONE = frozenset({"[deleted]", "[removed]", "[deleted by user]"})
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

#: What Reddit calls a "fullname": the kind and a number in base 36.
_Fullname = Annotated[str, StringConstraints(pattern=r"^t[13]_[0-9a-z]{1,13}$")]


class Entry(ApiModel):
    """A post or a comment."""

    name: _Fullname
    created: Moment = Field(alias="created_utc", ge=0, le=2**40)
    edited: Moment | bool = False  # when; false when it never was, true of very old ones
    author: str | None = None
    subreddit: str = ""
    permalink: str = ""
    title: str | None = None
    selftext: str | None = None
    removed_by_category: str | None = None
    link_flair_text: str | None = None
    body: str | None = None
    link_id: _Fullname | None = None
    link_title: str | None = None
    parent_id: _Fullname | None = None
    replies: JsonValue = None  # to a comment on its post's page: a listing, or an empty text

    @property
    def number(self) -> int:
        """Its number, which grows with time."""
        return int(self.name[3:], 36)

    @property
    def is_comment(self) -> bool:
        """Whether it answers something."""
        return self.name.startswith(COMMENT)

    @property
    def words(self) -> str:
        """Its text, as Markdown."""
        return (self.body if self.is_comment else self.selftext) or ""

    @property
    def is_gone(self) -> bool:
        """Whether its author, a moderator or Reddit took it away."""
        if self.removed_by_category or self.author in _GONE:
            return True
        if self.is_comment:
            return not self.words.strip() or self.words.strip() in _GONE
        return self.words.strip() in _GONE or not self.title or self.title.strip() in _GONE


class Thing(ApiModel):
    """An entry in its wrapping."""

    kind: str
    data: Entry


class ListingData(ApiModel):
    """A page of a listing, each part of which may have any shape."""

    children: list[JsonValue]
    after: str | None = None


class Listing(ApiModel):
    """A page of a listing in its wrapping."""

    data: ListingData


class Conversation(RootModel[tuple[Listing, Listing]]):
    """A post's page: the post, then its comments with those that answer them."""


class _Left(ApiModel):
    children: list[str]


class _More(ApiModel):
    """Stands for comments that a page has no room for; without ids it names a place below."""

    kind: Literal["more"]
    data: _Left


class _Things(ApiModel):
    things: list[JsonValue]


class _Wrapped(ApiModel):
    data: _Things


class MoreComments(ApiModel):
    """An answer of ``/api/morechildren``."""

    wrapped: _Wrapped = Field(alias="json")


@dataclass(slots=True)
class Said:
    """What was found of a conversation."""

    entries: dict[str, Entry] = field(default_factory=dict)  # by fullname
    left: list[str] = field(default_factory=list)  # ids of comments that are still to be asked for
    unreadable: int = 0
    is_cut: bool = False  # some are out of reach

    def take(self, children: Sequence[JsonValue]) -> None:
        """Take entries, and those that answer them."""
        waiting = [children]
        while waiting:
            level = waiting.pop()
            cuts, _ = readable(level, _More)
            self.left += [name for cut in cuts for name in cut.data.children]
            self.is_cut |= any(not cut.data.children for cut in cuts)
            things, strange = readable(level, Thing)
            self.unreadable += strange - len(cuts)
            room = MOST_COMMENTS - len(self.entries)
            self.is_cut |= len(things) > room
            self.entries |= {thing.data.name: thing.data for thing in things[:room]}
            below, _ = readable([thing.data.replies for thing in things[:room]], Listing)
            waiting += [listing.data.children for listing in below]

    def titled(self) -> list[Entry]:
        """Return the entries, each with its post's title: a post's own page says it once."""
        posts = [entry for entry in self.entries.values() if not entry.is_comment]
        titles = {post.name: post.title for post in posts if not post.is_gone}
        return [
            entry.model_copy(update={"link_title": titles.get(entry.link_id or "")})
            for entry in self.entries.values()
        ]


class _Refusal(ApiModel):
    message: str
    reason: str | None = None


def explain(page: Page) -> SourceError | None:
    """Return what a refusal says: that a community is private, banned, or the token no good."""
    said = explained(page, _Refusal)
    if said is None:
        return None
    words = f"{said.message} ({said.reason})" if said.reason else said.message
    return RefusedByApi(page.status, said=words)


def fullname(kind: str, number: int) -> str:
    """Return what Reddit calls the post or comment with this number."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return f"{kind}_{digits or '0'}"


def posts(entries: Sequence[Entry], *, site: str, now: datetime) -> tuple[FoundPost, ...]:
    """Return the posts of entries, oldest first, without those that were taken away."""
    kept = [entry for entry in entries if not entry.is_gone]
    return tuple(
        _post(entry, site=site, now=now) for entry in sorted(kept, key=lambda kept: kept.number)
    )


def shells(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Return the ids of those that were taken away."""
    return tuple(entry.name for entry in entries if entry.is_gone)


def _post(entry: Entry, *, site: str, now: datetime) -> FoundPost:
    text = from_text(entry.words)
    title = one_line((entry.link_title if entry.is_comment else entry.title) or "", most=300)
    thread = (entry.link_id if entry.is_comment else entry.name) or entry.name
    author = one_line(entry.author or "", most=100) or None
    edited = None if isinstance(entry.edited, bool) else entry.edited
    url = safe_link(f"{site}{entry.permalink}") if entry.permalink.startswith("/") else None
    tags = (f"r/{entry.subreddit}" if entry.subreddit else "", entry.link_flair_text or "")
    return FoundPost(
        external_id=entry.name,
        url=url,
        title="" if entry.is_comment else title,
        text=text.text,
        quoted=text.quoted,
        author=author,
        author_url=safe_link(f"{site}/user/{author}") if author else None,
        published=stated(entry.created, now=now),
        edited=stated(edited, now=now),
        thread_key=thread,
        thread_title=title,
        thread_url=safe_link(f"{site}/comments/{thread[3:]}/") if entry.is_comment else url,
        parent_external_id=entry.parent_id if entry.is_comment else None,
        is_opening=not entry.is_comment,
        tags=tuple(one_line(tag, most=60) for tag in tags if tag),
    )
