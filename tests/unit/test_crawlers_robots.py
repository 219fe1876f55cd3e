import asyncio

import pytest

from crawlers.errors import RobotsDisallowed
from crawlers.robots import MAX_ROBOTS, MemoryRobots, RobotsFile, crawl_delay, read_robots
from crawlers.urls import parse_url

PAGE = parse_url("https://a.example/private/page")


def delay(body: bytes, *, status: int = 200) -> float:
    return crawl_delay(read_robots(status, body), PAGE, agent="harken")


def test_without_rules_everything_may_be_fetched() -> None:
    assert delay(b"") == 0
    assert delay(b"nothing that makes sense") == 0
    assert delay(b"User-agent: *\nDisallow: /", status=404) == 0
    assert delay(b"", status=403) == 0


@pytest.mark.parametrize(
    "body",
    [
        b"User-agent: *\nDisallow: /private",
        b"User-agent: HARKEN\nDisallow: /",
        b"\xef\xbb\xbfUser-agent: *\nDisallow: /",
        "User-agent: *\nDisallow: /".encode("utf-16"),
        b"User-agent: *\r\nDisallow: /*page$\r\n",
    ],
)
def test_u25_what_robots_txt_disallows_is_not_fetched(body: bytes) -> None:
    with pytest.raises(RobotsDisallowed, match="disallows"):
        delay(body)


def test_our_own_rules_go_before_everyone_s() -> None:
    assert delay(b"User-agent: *\nDisallow: /\n\nUser-agent: harken\nAllow: /") == 0


@pytest.mark.parametrize("status", [500, 503, 599, 429])
def test_u25_a_host_that_fails_on_robots_txt_is_left_alone(status: int) -> None:
    with pytest.raises(RobotsDisallowed, match=str(status)):
        delay(b"", status=status)
    assert read_robots(status, b"").keep_seconds < read_robots(200, b"").keep_seconds


def test_u25_a_huge_robots_txt_is_read_in_part() -> None:
    assert len(read_robots(200, b"# x\n" * 200_000).text) == MAX_ROBOTS


def test_crawl_delay_is_honoured_within_reason() -> None:
    assert delay(b"User-agent: *\nCrawl-delay: 2.5") == 2.5
    assert delay(b"User-agent: *\nCrawl-delay: 86400") == 600
    assert delay(b"User-agent: *\nCrawl-delay: -1") == 0
    assert delay(b"User-agent: *\nCrawl-delay: nan") == 0


def test_robots_txt_is_forgotten_when_its_time_is_over() -> None:
    async def kept(seconds: int) -> RobotsFile | None:
        cache = MemoryRobots()
        await cache.put("https://a.example", RobotsFile(200, "", keep_seconds=seconds))
        return await cache.get("https://a.example")

    assert asyncio.run(kept(60)) is not None
    assert asyncio.run(kept(0)) is None
