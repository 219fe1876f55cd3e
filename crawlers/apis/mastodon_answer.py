"""The answers of Mastodon to posts. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import JsonValue, StringConstraints

from crawlers.apis.asking import ApiModel
from crawlers.apis.metered import Moment
from crawlers.found import FoundPost
from crawlers.plaintext import PlainText, one_line
from crawlers.times import stated
from crawlers.urls import safe_link

_Id = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,100}$")]


class _Account(ApiModel):
    acct: str = ""
    url: str | None = None
    indexable: bool | None = None  # whether its posts may be found by searching
    discoverable: bool | None = None  # whether it wants to be recommended; null: not asked yet
    noindex: bool | None = None  # whether search engines shall stay away
    suspended: bool | None = None
    limited: bool | None = None  # hidden by its server's moderators

    @property
    def wants_to_be_found(self) -> bool:
        """Whether nothing says that it does not."""
        hidden = self.noindex or self.suspended or self.limited
        return self.indexable is not False and self.discoverable is not False and not hidden


class _Tag(ApiModel):
    name: str = ""


class Status(ApiModel):
    """A post."""

    id: _Id
    created_at: Moment
    edited_at: Moment | None = None
    account: _Account
    content: str = ""  # HTML
    spoiler_text: str = ""  # what it is about, when the text is folded away
    visibility: str = "public"
    url: str | None = None
    uri: str | None = None
    language: str | None = None
    in_reply_to_id: _Id | None = None
    reblog: JsonValue = None
    tags: tuple[_Tag, ...] = ()

    @property
    def is_shown(self) -> bool:
        """Whether it is its author's own, for everybody, and may be found."""
        public = self.visibility in {"public", "unlisted"}
        return public and self.reblog is None and self.account.wants_to_be_found


class Context(ApiModel):
    """What is said around a post; each of it may have any shape."""

    ancestors: tuple[JsonValue, ...] = ()
    descendants: tuple[JsonValue, ...] = ()


def depth_below(identifier: str, statuses: Sequence[Status]) -> int:
    """Return how many replies to replies stand below a post at the most."""
    parents = {status.id: status.in_reply_to_id for status in statuses}
    deepest = 0
    for reply in parents:
        at, steps = reply, 0
        while at != identifier and (parent := parents.get(at)) and steps < len(parents):
            at, steps = parent, steps + 1
        deepest = max(deepest, steps if at == identifier else 0)
    return deepest


def posts(
    statuses: Sequence[Status], texts: Sequence[PlainText], *, now: datetime
) -> tuple[FoundPost, ...]:
    """Return the posts, whose texts were made plain, in their order."""
    parents = {status.id: status.in_reply_to_id for status in statuses}
    return tuple(
        _post(status, text, thread=_root(status.id, parents), now=now)
        for status, text in zip(statuses, texts, strict=True)
    )


def _root(identifier: str, parents: dict[str, str | None]) -> str:
    """Return the oldest post of the conversation that is known: a timeline holds but parts."""
    seen = {identifier}
    while (parent := parents.get(identifier)) is not None and parent not in seen:
        seen.add(parent)
        identifier = parent
    return identifier


def _post(status: Status, text: PlainText, *, thread: str, now: datetime) -> FoundPost:
    names = (one_line(tag.name, most=60) for tag in status.tags[:20])
    return FoundPost(
        external_id=status.id,
        url=safe_link(status.url) or safe_link(status.uri),
        title=one_line(status.spoiler_text, most=300),
        text=text.text,
        quoted=text.quoted,
        author=one_line(status.account.acct, most=100) or None,
        author_url=safe_link(status.account.url),
        published=stated(status.created_at, now=now),
        edited=stated(status.edited_at, now=now),
        thread_key=thread,
        parent_external_id=status.in_reply_to_id,
        is_opening=status.in_reply_to_id is None,
        language=one_line(status.language or "", most=35) or None,
        tags=tuple(name for name in names if name),
    )
