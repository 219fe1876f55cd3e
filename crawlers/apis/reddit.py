"""Reddit by its Data API, as an application that Reddit has approved.

The policy ``reddit`` keeps it off until that approval is on record. What is deleted there comes
no more, and comes as ``[deleted]`` where it was in a listing already: neither is taken in, and
the latter is told to be deleted.

``before=FULLNAME`` would ask for exactly what is new, but answers nothing for ever once that one
post is deleted. So listings are walked from the newest to what is known.
"""

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Self, TypeVar

from pydantic import BaseModel, JsonValue
from yarl import URL

from crawlers.apis.asking import MOST_THREAD_PAGES, Answer, left_out, readable, secret
from crawlers.apis.metered import MissingOption, ask_metered, asking_for_one, option
from crawlers.apis.newest_first import Gap, Leaf, Progress, walk
from crawlers.apis.reddit_answer import (
    COMMENT,
    POST,
    Conversation,
    Listing,
    MoreComments,
    Said,
    Thing,
    explain,
    fullname,
    posts,
    shells,
)
from crawlers.errors import BadUrl
from crawlers.fetch import Gate
from crawlers.found import Batch, SourceToPoll, ThreadToRead
from crawlers.urls import parse_url

Model = TypeVar("Model", bound=BaseModel)

PAGE_SIZE = 100
#: What Reddit gives of a conversation at once, and what of the rest.
COMMENTS_AT_ONCE = 500
REST_AT_ONCE = 100
#: A listing ends after about a thousand, whatever there is.
MOST_PAGES = 10
TOKEN_URL = "https://www.reddit.com/api/v1/access_token"  # noqa: S105 - where to get one

#: What each listing holds, and how far behind the newest known number to look again, since posts
#: that a filter held back appear late: about an hour of what all of Reddit writes.
_LISTINGS: Mapping[str, tuple[str, int]] = {"new": (POST, 50_000), "comments": (COMMENT, 300_000)}
_SITE = "https://www.reddit.com"
_POST_NAME = re.compile(r"t3_[0-9a-z]{1,13}")
_NAMES = re.compile(r"[A-Za-z0-9_]{2,50}(?:\+[A-Za-z0-9_]{2,50})*")
_ENDED = "Reddit lists no more than the newest 1,000; some older ones since the last poll are lost"


@dataclass(frozen=True, slots=True)
class _Communities:
    """What a source asks for."""

    base: URL
    site: str  # where the pages are
    listings: tuple[str, ...]

    @classmethod
    def of(cls, source: SourceToPoll) -> Self:
        target = parse_url(source.url)
        names = source.options.get("subreddits") or _named_by(target.url)
        if not names:
            raise MissingOption("subreddits", meaning='as in "sales+crm"')
        if not _NAMES.fullmatch(names):
            raise BadUrl("the names of subreddits are joined by +, without blanks")
        is_reddit = f".{target.host}".endswith(".reddit.com")
        alone = source.options.get("comments", "").strip().lower() in {"no", "off", "false"}
        return cls(
            base=URL(f"{target.origin}/r/{names}", encoded=True),
            site=_SITE if is_reddit else target.origin,
            listings=("new",) if alone else tuple(_LISTINGS),
        )

    def url(self, listing: str, *, below: int | None) -> str:
        kind, _ = _LISTINGS[listing]
        asked = {"limit": str(PAGE_SIZE), "raw_json": "1"}
        if below is not None:
            asked["after"] = fullname(kind, below)
        return str((self.base / listing).with_query(asked))

    def of_post(self, name: str) -> str:
        asked = {"limit": str(COMMENTS_AT_ONCE), "sort": "new", "raw_json": "1"}
        return str((self.base.origin() / "comments" / name[3:]).with_query(asked))

    def of_rest(self, name: str, comments: Sequence[str]) -> str:
        asked = {"api_type": "json", "link_id": name, "children": ",".join(comments)}
        url = self.base.origin() / "api" / "morechildren"
        return str(url.with_query({**asked, "sort": "new", "raw_json": "1"}))


class RedditAdapter:
    """Reads the new posts and comments of communities. Its cursor says for each how far.

    The address is ``https://oauth.reddit.com/r/a+b``. Options: ``subreddits`` (instead of the
    address's), ``user_agent`` (needed: ``web:your.app:1.0 (by /u/you)``, as Reddit demands),
    ``comments = "no"``, ``token_url``. Secrets: ``client_id`` and ``client_secret``. The first
    poll takes the newest hundred posts and comments.
    """

    async def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield a batch for each page, newest first, posts before comments.

        Raises:
            SourceError: Reddit could not be reached, refused, or asked us to rest: what was
                yielded stands.
        """
        communities = _Communities.of(source)
        headers = await _headers(source, gate)
        cursor: dict[str, JsonValue] = dict(source.cursor)
        for listing in communities.listings:
            reading = _Reading(source, gate, communities, listing, headers, now)
            steps = walk(
                Progress.of(cursor.get(listing)),
                reading.leaf,
                overlap=_LISTINGS[listing][1],
                first_pages=1,
                most_pages=MOST_PAGES,
            )
            async with aclosing(steps) as open_steps:
                async for step in open_steps:
                    cursor = {**cursor, listing: step.progress.stored()}
                    yield step.batch(cursor)

    async def read_thread(
        self, source: SourceToPoll, gate: Gate, thread: ThreadToRead, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield a post with its comments: the newest 500, then the others by hundreds.

        Raises:
            NotFound: there is no such post any more.
            SourceError: Reddit could not be reached, refused, or asked us to rest.
        """
        if not _POST_NAME.fullmatch(thread.key):
            raise BadUrl(f"{thread.key!r} is no post of Reddit")
        communities = _Communities.of(source)
        asking = _Asking(source, gate, await _headers(source, gate), now)
        said = Said()
        with asking_for_one():
            requests = await asking.page(communities.of_post(thread.key), into=said)
        asked = 1
        while said.left and asked < MOST_THREAD_PAGES:
            some, said.left = said.left[:REST_AT_ONCE], said.left[REST_AT_ONCE:]
            requests += await asking.rest(communities.of_rest(thread.key, some), into=said)
            asked += 1
        entries = said.titled()
        yield Batch(
            posts=posts(entries, site=communities.site, now=now),
            cursor={},
            fetched=requests,
            problem=left_out(said.unreadable, said.unreadable + len(entries)),
            deleted=shells(entries),
            whole=not (said.left or said.is_cut or said.unreadable),
        )


@dataclass(frozen=True, slots=True)
class _Reading:
    """One poll of one listing."""

    source: SourceToPoll
    gate: Gate
    communities: _Communities
    listing: str
    headers: Mapping[str, str]
    now: datetime

    async def leaf(self, gap: Gap) -> Leaf:
        """Return the page that ``gap`` comes to next."""
        asked = await ask_metered(
            self.gate,
            self.source,
            self.communities.url(self.listing, below=gap.below),
            Listing,
            explain=explain,
            now=self.now,
            headers=self.headers,
        )
        data = asked.body.data
        things, unreadable = readable(data.children, Thing)
        kind, _ = _LISTINGS[self.listing]
        entries = [thing.data for thing in things if thing.data.name.startswith(kind)]
        unreadable += len(things) - len(entries)
        places = {entry.name: entry.number for entry in entries}
        cut = data.after is None and gap.page >= MOST_PAGES
        missed = cut and min(places.values(), default=gap.above + 1) > gap.above >= 0
        return Leaf(
            posts=posts(entries, site=self.communities.site, now=self.now),
            places=places,
            fetched=asked.page.requests,
            problem=left_out(unreadable, len(data.children)) or (_ENDED if missed else None),
            is_last=data.after is None,
            deleted=shells(entries),
        )


@dataclass(frozen=True, slots=True)
class _Asking:
    """One reading of one conversation. Both return how many requests they made."""

    source: SourceToPoll
    gate: Gate
    headers: Mapping[str, str]
    now: datetime

    async def page(self, url: str, *, into: Said) -> int:
        asked = await self._ask(url, Conversation)
        for listing in asked.body.root:
            into.take(listing.data.children)
        return asked.page.requests

    async def rest(self, url: str, *, into: Said) -> int:
        asked = await self._ask(url, MoreComments)
        into.take(asked.body.wrapped.data.things)
        return asked.page.requests

    async def _ask(self, url: str, shape: type[Model]) -> Answer[Model]:
        return await ask_metered(
            self.gate,
            self.source,
            url,
            shape,
            explain=explain,
            now=self.now,
            headers=self.headers,
        )


async def _headers(source: SourceToPoll, gate: Gate) -> dict[str, str]:
    """Log in; return what goes with every request."""
    agent = option(source, "user_agent", meaning='as in "web:your.app:1.0 (by /u/you)"')
    if not (agent.isascii() and agent.isprintable()):
        raise MissingOption("user_agent", meaning="in printable ASCII")
    token = await gate.client_credentials(
        source.options.get("token_url") or TOKEN_URL,
        client_id=secret(source, "client_id"),
        client_secret=secret(source, "client_secret"),
        min_interval=source.min_interval_seconds,
    )
    return {"Authorization": f"Bearer {token}", "User-Agent": agent}


def _named_by(url: str) -> str:
    """Return the communities that an address names, joined by ``+``."""
    parts = [part for part in URL(url, encoded=True).raw_path.split("/") if part]
    return parts[1] if len(parts) >= 2 and parts[0] == "r" else ""
