from pathlib import Path

import pytest

from tests.command import Ran, harken_here
from tests.misbehaving import MisbehavingServer


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an installation in which asking leaves nothing behind."""
    folder = tmp_path_factory.mktemp("robots") / "house"
    assert harken_here("init", str(folder)).code == 0
    return folder


def check(house: Path, url: str, *more: str) -> Ran:
    return harken_here(
        "robots", "check", url, *more, data=house, HARKEN_ALLOW_NETWORKS="127.0.0.0/8"
    )


def test_what_robots_txt_says_is_told_and_nothing_else_asked_for(house: Path) -> None:
    robots = b"User-agent: harken\nDisallow: /private\nCrawl-delay: 5"
    with MisbehavingServer(robots=robots) as server:
        fine = check(house, server.url("/feed.xml"))
        closed = check(house, server.url("/private/x"), "--json")
        assert {asked.path for asked in server.requests} == {"/robots.txt"}
    assert fine.code == 0
    assert fine.out == "allowed: its robots.txt allows it, with 5 seconds between two pages\n"
    assert closed.code == 1
    assert closed.lines == [
        {
            "url": server.url("/private/x"),
            "allowed": False,
            "because": "its robots.txt disallows it",
            "crawl_delay_seconds": 5.0,
        }
    ]


def test_a_crawl_delay_that_is_longer_than_what_is_waited_is_told_with_both(house: Path) -> None:
    with MisbehavingServer(robots=b"User-agent: *\nCrawl-delay: 86400") as server:
        ran = check(house, server.url("/feed.xml"))
    assert ran.out == (
        "allowed: its robots.txt allows it, with 600 seconds between two pages, the most that is"
        " waited (it asks for 86400)\n"
    )


def test_what_cannot_be_asked_is_said_in_one_line(house: Path) -> None:
    ran = check(house, "http://10.0.0.1/")
    assert ran.code == 1
    assert "private network" in ran.err
    assert len(ran.err.splitlines()) == 1
