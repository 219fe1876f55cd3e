"""What reading a feed costs, without the network and without the child that it happens in."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import feedparser

from crawlers.feeds.document import read_feed
from tests.measuring import microseconds, peer, show

POSTS = (10, 30, 100)


def a_feed(posts: int) -> bytes:
    words = "We have outgrown our spreadsheet and I wonder what others in the trade use. " * 5
    items = "".join(
        f"<item><guid>{n}</guid><title>What do you use, part {n}?</title>"
        f"<link>https://talk.example/{n}</link><description>{words}</description></item>"
        for n in range(posts)
    )
    return f"<rss version='2.0'><channel><title>Talk</title>{items}</channel></rss>".encode()


def test_what_reading_a_whole_feed_costs() -> None:
    """All of a feed, as on its first poll; later ones read the new posts only."""
    fast = peer("fastfeedparser")
    rows = []
    for posts in POSTS:
        feed = a_feed(posts)
        ours = microseconds(_read, [feed])
        theirs: list[Callable[[bytes], Any]] = [
            lambda feed: feedparser.parse(BytesIO(feed)),
            lambda feed: feedparser.parse(
                BytesIO(feed), sanitize_html=False, resolve_relative_uris=False
            ),
            *([fast.parse] if fast else []),
        ]
        ratios = [f"{microseconds(read, [feed]) / ours:.2f} x" for read in theirs]
        rows.append((f"{posts}", f"{ours / 1000:.1f}", *ratios, *([] if fast else ["-"])))
    show(
        "Reading a whole feed",
        ("posts", "Harken, ms", "feedparser", "without sanitiser", "fastfeedparser"),
        rows,
    )


def _read(feed: bytes) -> None:
    document = read_feed(feed, url="https://talk.example/feed", content_type="application/rss+xml")
    assert document.entries
