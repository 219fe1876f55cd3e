"""Bluesky by its post search, without a key.

Who isn't logged in is refused the search's own cursor, so it is walked back by time.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime

from yarl import URL

from crawlers.apis.asking import ask, left_out, readable
from crawlers.apis.bluesky_answer import FoundPosts, SkyPost, posts
from crawlers.apis.metered import MissingOption
from crawlers.apis.newest_first import Gap, Leaf, Progress, walk
from crawlers.errors import Forbidden
from crawlers.fetch import Gate
from crawlers.found import Batch, SourceToPoll
from crawlers.urls import parse_url

SERVER = "https://public.api.bsky.app"
SEARCH = "xrpc/app.bsky.feed.searchPosts"
PAGE_SIZE = 100
FIRST_PAGES = 5
MOST_PAGES = 20
#: Posts are indexed late at times, and sorted by when they were written.
OVERLAP_SECONDS = 3_600


class SearchRefused(Forbidden):
    """This server does not search posts for the public at the moment ({status}).

    It may again later. Or add https://api.bsky.app/?q= and the words, as kind bluesky: another
    server, which may answer.
    """


class BlueskyAdapter:
    """Reads what a search finds. Its cursor is the time up to which all was read, and the gaps.

    Options: ``query`` (words, ``"a phrase"``, ``#tag``) and ``lang`` (``en``). Posts of authors
    who want to be seen by members only are left out.
    """

    async def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield a batch for each page, newest first.

        Raises:
            SourceError: the server could not be reached, or does not let the public search.
        """
        steps = walk(
            Progress.of(dict(source.cursor)),
            _Reading(source, gate, _parameters(source), now).leaf,
            overlap=OVERLAP_SECONDS,
            first_pages=FIRST_PAGES,
            most_pages=MOST_PAGES,
        )
        async with aclosing(steps):
            async for step in steps:
                yield Batch(
                    posts=step.leaf.posts,
                    cursor=step.progress.stored(),
                    fetched=step.leaf.fetched,
                    problem=step.problem,
                )


@dataclass(frozen=True, slots=True)
class _Reading:
    """One poll of one search."""

    source: SourceToPoll
    gate: Gate
    parameters: dict[str, str]
    now: datetime

    async def leaf(self, gap: Gap) -> Leaf:
        """Return the newest posts that are not later than ``gap.below``."""
        try:
            answer = await ask(self.gate, self.source, self._url(gap.below), FoundPosts)
        except Forbidden as refused:
            raise SearchRefused(refused.status) from refused
        found, unreadable = readable(answer.body.posts, SkyPost)
        present = int(self.now.timestamp())
        return Leaf(
            posts=posts(found, now=self.now),
            places={post.external_id: min(post.seconds, present) for post in found},
            problem=left_out(unreadable, unreadable + len(found)),
        )

    def _url(self, below: int | None) -> str:
        bounds = {}
        if below is not None:
            # "until" leaves its own moment out, and there may be more posts of that second
            until = datetime.fromtimestamp(below + 1, UTC)
            bounds["until"] = until.isoformat().replace("+00:00", "Z")
        return str(
            URL(f"{server_of(self.source.url)}/{SEARCH}").with_query({**self.parameters, **bounds})
        )


def server_of(url: str) -> str:
    """Return the server to ask: the app's own address is not one."""
    target = parse_url(url)
    return SERVER if target.host == "bsky.app" else target.origin


def _parameters(source: SourceToPoll) -> dict[str, str]:
    asked = URL(parse_url(source.url).url, encoded=True).query
    query = source.options.get("query") or asked.get("q") or ""
    if not query.strip():
        raise MissingOption("query", meaning="the words to search for")
    lang = source.options.get("lang") or asked.get("lang") or ""
    narrowed = {"lang": lang} if lang else {}
    return {"q": query, "sort": "latest", "limit": str(PAGE_SIZE), **narrowed}
