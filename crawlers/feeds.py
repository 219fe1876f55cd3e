"""RSS, Atom and RDF feeds: fetched conditionally, parsed in a child, given as posts."""

import hashlib
from collections.abc import AsyncGenerator
from datetime import datetime

from pydantic import JsonValue

from crawlers.errors import NotAllowed
from crawlers.feed_document import read_feed
from crawlers.feed_posts import posts
from crawlers.fetch import Gate, Page
from crawlers.found import Batch, Cursor, SourceToPoll
from crawlers.urls import resolve

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, */*;q=0.5"
)


class FeedAdapter:
    """Reads a feed, one document a poll. Its cursor is what the server and the bytes say of it."""

    async def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield the feed's posts as one batch, or one without posts when nothing changed.

        Raises:
            SourceError: the feed could not be fetched or read.
        """
        page = await gate.get(
            source.url,
            headers={"Accept": ACCEPT},
            etag=_text(source.cursor, "etag"),
            last_modified=_text(source.cursor, "last_modified"),
            obey_robots=source.obey_robots,
            min_interval=source.min_interval_seconds,
        )
        if page.not_modified:
            yield Batch(posts=(), cursor=source.cursor, fetched=page.requests, not_modified=True)
            return
        cursor = _cursor(page)
        # validators lie: some servers send them and answer 200 all the same
        if cursor["body_sha"] == source.cursor.get("body_sha"):
            yield Batch(posts=(), cursor=cursor, fetched=page.requests, not_modified=True)
            return
        feed = await gate.parsing.run(
            read_feed,
            page.body,
            url=_base(page),
            content_type=page.headers.get("content-type", ""),
            language=page.headers.get("content-language", ""),
        )
        yield Batch(
            posts=posts(feed.entries, feed_url=page.url, now=now),
            cursor=cursor if feed.whole else {},  # with validators the rest would stay away
            fetched=page.requests,
            problem=feed.problem,
        )


def _base(page: Page) -> str:
    """Return what the feed's relative links are relative to."""
    try:
        return resolve(page.headers.get("content-location", ""), base=page.url).url
    except NotAllowed:
        return page.url


def _cursor(page: Page) -> dict[str, JsonValue]:
    return {
        "etag": page.etag,
        "last_modified": page.last_modified,
        "body_sha": hashlib.sha256(page.body).hexdigest(),
    }


def _text(cursor: Cursor, key: str) -> str | None:
    value = cursor.get(key)
    return value if isinstance(value, str) else None
