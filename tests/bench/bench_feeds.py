"""What reading a feed costs, without the network and without the child that it happens in."""

import time
from statistics import median

import pytest

from crawlers.feed_document import read_feed

POSTS = 30
RUNS = 50
BUDGET_SECONDS = 0.05  # one core polls 1,000 changed feeds a minute


def a_feed() -> bytes:
    words = "We have outgrown our spreadsheet and I wonder what others in the trade use. " * 5
    items = "".join(
        f"<item><guid>{n}</guid><title>What do you use, part {n}?</title>"
        f"<link>https://talk.example/{n}</link><description>{words}</description></item>"
        for n in range(POSTS)
    )
    return f"<rss version='2.0'><channel><title>Talk</title>{items}</channel></rss>".encode()


def test_a_feed_of_thirty_posts_is_read_in_time(pytestconfig: pytest.Config) -> None:
    feed = a_feed()
    seconds = [seconds_to_read(feed) for _ in range(RUNS)]

    milliseconds = median(seconds) * 1000
    pytestconfig.get_terminal_writer().line(f"\n{POSTS} posts: {milliseconds:.1f} ms")
    assert median(seconds) < BUDGET_SECONDS


def seconds_to_read(feed: bytes) -> float:
    began = time.perf_counter()
    document = read_feed(feed, url="https://talk.example/feed", content_type="application/rss+xml")
    taken = time.perf_counter() - began
    assert len(document.entries) == POSTS
    return taken
