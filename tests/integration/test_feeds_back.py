"""Feeds in pages: what came while nobody looked, and as many days as somebody asked for."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from pydantic import JsonValue

from crawlers.feeds.adapter import FeedAdapter
from crawlers.feeds.back import beginning, following
from crawlers.feeds.reading import Reading
from crawlers.fetch import Gate
from crawlers.found import Batch, SourceToPoll
from crawlers.trip import Page
from tests.builders import a_post
from tests.crawling import NOW, a_source, polled, stored, through_gate
from tests.metered_apis import ids
from tests.misbehaving import Asked, MisbehavingServer, Reply

SIZE = 4


@dataclass
class Paged:
    """A feed of ten days with an entry each, then all today, a few on each page."""

    entries: int = 10
    as_xml: bool = False
    next_of: Mapping[int, str] = field(default_factory=dict)  # other words for some pages' next
    status: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply | None:
        path = urlsplit(asked.path).path
        if not path.startswith("/feed"):
            return None
        self.asked.append(path)
        page = int(path.removeprefix("/feed") or 0)
        numbers = range(self.entries, 0, -1)[page * SIZE : (page + 1) * SIZE]
        more = self.entries > (page + 1) * SIZE
        following = self.next_of.get(page, f"/feed{page + 1}" if more else "")
        body = (self._xml if self.as_xml else self._json)(list(numbers), following)
        return Reply(body=body.encode(), status=self.status.get(path, "200 OK"))

    def _json(self, numbers: list[int], following: str) -> str:
        items: list[JsonValue] = [
            {"id": f"urn:e{n}", "content_text": f"Entry {n}", "date_published": self._day(n)}
            for n in numbers
        ]
        version = "https://jsonfeed.org/version/1.1"
        return json.dumps({"version": version, "next_url": following, "items": items})

    def _xml(self, numbers: list[int], following: str) -> str:
        link = f"<link rel='next' href='{following}'/>" if following else ""
        entries = "".join(
            f"<entry><id>urn:e{n}</id><title>Entry {n}</title>"
            f"<updated>{self._day(n)}</updated></entry>"
            for n in numbers
        )
        return f"<feed xmlns='http://www.w3.org/2005/Atom'>{link}{entries}</feed>"

    def _day(self, number: int) -> str:
        return (NOW - timedelta(days=max(10 - number, 0))).isoformat()


def a_feed(server: MisbehavingServer, before: Batch | None = None, days: str = "") -> SourceToPoll:
    options = {"backfill_days": days} if days else {}
    cursor = None if before is None else stored(before)
    return a_source(server.url("/feed"), cursor=cursor, options=options)


EACH = pytest.mark.parametrize("as_xml", [False, True], ids=["JSON Feed", "Atom"])


def numbers(first: int, last: int) -> list[str]:
    return [f"urn:e{n}" for n in range(first, last + 1)]


@EACH
def test_a_first_poll_reads_one_page_unless_more_days_are_asked_for(as_xml: bool) -> None:
    feed = Paged(as_xml=as_xml)
    with MisbehavingServer(feed) as server:
        assert len(ids(polled(a_feed(server)))) == SIZE
        some = polled(a_feed(server, days="6"))
        every = polled(a_feed(server, days="90"))
    assert sorted(ids(some)) == sorted(numbers(4, 10))
    assert sorted(ids(every)) == sorted(numbers(1, 10))
    assert "back" not in every[-1].cursor
    assert not any(batch.problem for batch in every)


@EACH
def test_what_one_page_has_no_room_for_is_found_at_the_next_poll(as_xml: bool) -> None:
    feed = Paged(as_xml=as_xml)
    with MisbehavingServer(feed) as server:
        (first,) = polled(a_feed(server))
        feed.entries = 21
        feed.asked.clear()
        late = polled(a_feed(server, first))
        assert set(ids(late)) >= set(numbers(11, 21))
        assert feed.asked == ["/feed", "/feed1", "/feed2"]
        (quiet,) = polled(a_feed(server, late[-1]))
    assert quiet.not_modified


def test_a_poll_that_finds_anything_known_reads_one_page() -> None:
    feed = Paged()
    with MisbehavingServer(feed) as server:
        (first,) = polled(a_feed(server))
        feed.entries += SIZE - 1
        (second,) = polled(a_feed(server, first))
    assert sorted(ids([second])) == numbers(11, 13)


def test_a_crawl_killed_after_each_page_goes_on_behind_it() -> None:
    feed = Paged(entries=30)
    seen: list[str] = []

    async def first_batch(gate: Gate, source: SourceToPoll) -> Batch:
        batches = FeedAdapter().poll(source, gate, now=NOW)
        try:
            return await anext(batches)
        finally:
            await batches.aclose()

    with MisbehavingServer(feed) as server:
        batch: Batch | None = None
        for _ in range(9):  # each poll commits the front page first, and then is killed

            async def once(gate: Gate, before: Batch | None = batch) -> list[Batch]:
                batches = FeedAdapter().poll(a_feed(server, before, "90"), gate, now=NOW)
                found = [await anext(batches)]
                if (more := await anext(batches, None)) is not None:
                    found.append(more)
                await batches.aclose()
                return found

            found = through_gate(once)
            batch = found[-1]
            seen += ids(found)
    assert sorted(seen) == sorted(numbers(1, 30))
    assert len(seen) == 30


@pytest.mark.parametrize(
    ("following", "pages"),
    [
        ("http://elsewhere.example/feed1", 1),
        ("/feed", 1),  # itself
        ("javascript:alert(1)", 1),
        ("http://[", 1),
        ("/feed1?" + "x" * 5_000, 1),
        ("/feed0", 2),  # itself under another address: everything on it is known
    ],
)
def test_a_feed_that_leads_astray_is_not_followed(following: str, pages: int) -> None:
    feed = Paged(next_of={0: following})
    with MisbehavingServer(feed) as server:
        found = polled(a_feed(server, days="90"))
    assert len(feed.asked) == pages
    assert sorted(ids(found)) == sorted(numbers(7, 10))


def test_a_feed_without_an_end_is_read_back_twenty_pages() -> None:
    feed = Paged(entries=1_000)
    with MisbehavingServer(feed) as server:
        found = polled(a_feed(server, days="9000"))
    assert len(feed.asked) == 21
    assert "back" not in found[-1].cursor


@pytest.mark.parametrize(
    ("status", "kept"), [("500 Oops", True), ("404 Not Found", False)], ids=["later", "never"]
)
def test_a_page_that_fails_is_told_and_tried_again_unless_it_is_gone(
    status: str, kept: bool
) -> None:
    feed = Paged(status={"/feed1": status})
    with MisbehavingServer(feed) as server:
        front, failed = polled(a_feed(server, days="90"))
        assert len(front.posts) == SIZE
        assert "older page" in (failed.problem or "")
        assert ("back" in failed.cursor) is kept
        feed.status.clear()
        rest = polled(a_feed(server, failed, days="90"))
    assert sorted(ids(rest)) == (sorted(numbers(1, 6)) if kept else [])


def test_a_damaged_cursor_begins_anew() -> None:
    feed = Paged()
    with MisbehavingServer(feed) as server:
        (first,) = polled(a_feed(server))
        odd: dict[str, JsonValue] = {**stored(first), "back": {"url": 7}}
        (again,) = polled(a_source(server.url("/feed"), cursor=odd))
    assert again.not_modified


@pytest.mark.parametrize("since", [None, 1_000])
def test_a_reading_back_that_was_cut_short_is_not_forgotten_over_a_newer_one(
    since: int | None,
) -> None:
    # All of the first page is new: what was killed on its way back lies behind what it brought,
    # so nothing known may stop the one that begins now.
    def read(url: str, *, met_known: bool) -> Reading:
        page = Page(
            url=url,
            status=200,
            headers={},
            body=b"",
            etag=None,
            last_modified=None,
            not_modified=False,
            requests=1,
        )
        posts = (a_post(at=NOW),)
        return Reading(
            page=page,
            state={},
            posts=posts,
            met_known=met_known,
            next_url="https://talk.example/feed2",
        )

    cut_short: JsonValue = {"url": "https://talk.example/feed7", "left": 13, "since": since}
    back = beginning(
        {"posts": {}, "back": cut_short},
        read("https://talk.example/feed", met_known=False),
        days=None,
        now=NOW,
    )

    assert back is not None
    behind = following(back, read("https://talk.example/feed1", met_known=True))
    assert behind is not None, "it goes on past what was taken in before"
    assert behind.since == (since or 0)


@pytest.mark.parametrize("days", ["1000000", "999999999999", "9" * 5_000])
def test_more_days_than_there_were_are_all_of_them(days: str) -> None:
    with MisbehavingServer(Paged()) as server:
        posts = [post for batch in polled(a_feed(server, days=days)) for post in batch.posts]
    assert len(posts) == 10
