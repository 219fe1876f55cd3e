"""What queries may ask of a post beside its words reaches them."""

import pytest

from config.topic import Topic
from crawlers.found import FoundPost
from service.posts.judging import TopicFinder, host_of


def finder(query: str, *, active: bool = True) -> TopicFinder:
    return TopicFinder([Topic(id="t", name="T", query=(query,), active=active)])


def finds(query: str, *, author: str | None = None, url: str | None = None) -> bool:
    found = finder(query).find(
        FoundPost(external_id="1", url=url, text="a crm", author=author), "talk"
    )
    return bool(found)


def test_the_author_and_the_site_of_a_post_are_known_to_queries() -> None:
    assert finds("crm author:ada", author="Ada")
    assert not finds("crm author:ada")
    assert finds("crm site:talk.example", url="https://Talk.example:8080/t/1")
    assert not finds("crm site:talk.example")


def test_a_reply_matches_by_its_thread_as_far_as_its_author_may() -> None:
    def thread(query: str) -> list[tuple[object, ...]]:
        found = finder(query).find(
            FoundPost(
                external_id="1", url=None, text="me too", author="ada", thread_title="a crm"
            ),
            "talk",
        )
        return [match.phrases for match in found]

    assert thread("crm author:ada") == [()]
    assert thread("crm -author:ada") == []


def test_a_topic_that_is_switched_off_finds_nothing() -> None:
    off = finder("crm", active=False)

    assert off.find(FoundPost(external_id="1", url=None, text="a crm"), "talk") == ()


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Old.Reddit.com./r/crm", "old.reddit.com"),
        ("http://127.0.0.1:80/", "127.0.0.1"),
        (None, ""),
        ("", ""),
        ("mailto:a@b.example", ""),
        ("http://[::1", ""),
    ],
)
def test_the_host_of_an_address(url: str | None, host: str) -> None:
    assert host_of(url) == host
