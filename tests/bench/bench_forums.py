"""What reading a forum's page costs: the page alone, and a crawl by Scrapy through the gate."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median

import pytest

from crawlers.fetch import AllowedNetworks, Gate
from crawlers.forums.adapter import ForumAdapter
from crawlers.forums.page import read_forum_page
from crawlers.found import SourceToPoll
from models.words import SourceKind
from tests.forum_pages import THREADS, Said
from tests.misbehaving import Asked, MisbehavingServer, Reply

POSTS_A_PAGE = 20
PAGES = 100
RUNS = 30
BUDGET_SECONDS = 0.05  # of one core for a page
WORDS = "We have outgrown our spreadsheet and I wonder what others in the trade use. " * 6


def posts(number: int) -> list[Said]:
    """Return a page's worth of posts of a thread."""
    begin = datetime(2026, 1, 5, tzinfo=UTC)
    return [
        Said(number * 1_000 + n, f"user_{n}", begin + timedelta(hours=n), f"{n}: {WORDS}")
        for n in range(POSTS_A_PAGE)
    ]


def unknown(said: list[Said]) -> str:
    """Return a page of software without selectors of its own."""
    return "<html><body>" + "".join(
        f"<div class='reply' id='r{p.number}'><a href='/people/x'>{p.author}</a><time"
        f" datetime='{p.at.isoformat()}'>x</time><div class='body'><p>{p.words}</p></div></div>"
        for p in said
    )


@pytest.mark.parametrize("name", ["phpBB", "XenForo 2", "MyBB", "WordPress comments", "unknown"])
def test_a_page_of_twenty_posts_is_read_in_time(pytestconfig: pytest.Config, name: str) -> None:
    page: Callable[[list[Said]], str] = THREADS.get(name, unknown)
    html = page(posts(1)).encode()
    seconds = median(cpu_seconds(html) for _ in range(RUNS))
    line = f"{name}, {len(html) // 1024} KB: {seconds * 1000:.1f} ms, {1 / seconds:.0f} pages/s"
    pytestconfig.get_terminal_writer().line(f"\n{line}")
    assert seconds < BUDGET_SECONDS


def cpu_seconds(html: bytes) -> float:
    """Return what reading a page takes."""
    began = time.process_time()
    page = read_forum_page(html, url="https://desks.example/t/1")
    taken = time.process_time() - began
    assert len(page.posts) == POSTS_A_PAGE
    return taken


def test_a_crawl_of_a_hundred_pages(pytestconfig: pytest.Config) -> None:
    threads = {f"/viewtopic.php?t={n}": THREADS["phpBB"](posts(n)) for n in range(PAGES)}
    rows = "".join(
        f'<li class="row"><a class="topictitle" href=".{path}">x</a></li>' for path in threads
    )
    index = f'<body id="phpbb"><ul class="topiclist topics">{rows}</ul></body>'

    def board(asked: Asked) -> Reply | None:
        html = index if asked.path == "/" else threads.get(asked.path)
        return Reply(body=html.encode()) if html else None

    with MisbehavingServer(board) as server:
        began = time.process_time()
        found, children = asyncio.run(crawled(server.url("/")))
        taken = time.process_time() - began
    line = f"{PAGES} pages, {found} posts: {taken * 1000 / PAGES:.1f} ms a page in the service"
    pytestconfig.get_terminal_writer().line(f"\n{line} (with the server's), {children} children")
    assert found == PAGES * POSTS_A_PAGE


async def crawled(url: str) -> tuple[int, int]:
    """Return how many posts a crawl brings, and how many children it took."""
    source = SourceToPoll(id="1", kind=SourceKind.FORUM, name="x", url=url, min_interval_seconds=0)
    async with Gate(
        user_agent="harken/0.1 (+https://harken.example/bot)",
        allowed=AllowedNetworks.parse(["127.0.0.0/8"]),
        policy_interval=0,
    ) as gate:
        found = 0
        async for batch in ForumAdapter().poll(source, gate, now=datetime(2026, 6, 1, tzinfo=UTC)):
            found += len(batch.posts)
        return found, gate.parsing.started
