"""Bluesky by its post search, without a key.

Who isn't logged in is refused the search's own cursor, so it is walked back by time.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime

from yarl import URL

from crawlers.apis.asking import ask, left_out, readable
from crawlers.apis.bluesky_answer import (
    FoundPosts,
    SkyPost,
    ThreadAnswer,
    is_gone,
    posts,
    unfolded,
    uri_of,
)
from crawlers.apis.metered import MissingOption
from crawlers.apis.newest_first import Gap, Leaf, Progress, walk
from crawlers.errors import Forbidden, Unparseable
from crawlers.fetch import Gate
from crawlers.found import Batch, SourceToPoll, ThreadToRead
from crawlers.urls import parse_url

SERVER = "https://public.api.bsky.app"
SEARCH = "xrpc/app.bsky.feed.searchPosts"
THREAD = "xrpc/app.bsky.feed.getPostThread"
POSTS = "xrpc/app.bsky.feed.getPosts"
PAGE_SIZE = 100
FIRST_PAGES = 5
MOST_PAGES = 20
#: Posts are indexed late at times, and sorted by when they were written.
OVERLAP_SECONDS = 3_600
#: Replies to replies that are asked for; JSON that is nested twice as deep can still be read.
DEEPEST = 50


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
                yield step.batch(step.progress.stored())

    async def read_thread(
        self, source: SourceToPoll, gate: Gate, thread: ThreadToRead, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield a post with its replies.

        A post that was taken back does not take its replies with it: it alone is named, once the
        server has said so in two ways.

        Raises:
            SourceError: the server could not be reached, or answers in another shape.
        """
        server, uri = server_of(source.url), uri_of(thread.key)
        url = URL(f"{server}/{THREAD}").with_query(uri=uri, depth=DEEPEST, parentHeight=0)
        answer = (await ask(gate, source, str(url), ThreadAnswer, accept=(200, 400))).body
        if is_gone(answer):
            single = URL(f"{server}/{POSTS}").with_query(uris=uri)
            left = (await ask(gate, source, str(single), FoundPosts)).body.posts
            yield Batch(posts=(), cursor={}, fetched=2, deleted=() if left else (thread.key,))
            return
        if answer.thread is None:
            raise Unparseable("the API answers in a shape that Harken does not know")
        found = unfolded(answer.thread, most_deep=DEEPEST)
        yield Batch(
            posts=posts(found.posts, now=now),
            cursor={},
            problem=left_out(found.unreadable, found.unreadable + len(found.posts)),
            whole=found.whole,
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
