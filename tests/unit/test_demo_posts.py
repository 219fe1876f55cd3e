"""The sample posts: what they are a mixture of, and how their text is put into markup."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.words import Kind
from service.demo.communities import Communities
from service.demo.samples import Label, SampleError, SamplePost, Site, labels, load_posts
from service.demo.sites.api_search import BadSearchError, Hit, Search
from service.demo.sites.api_site import ApiSite
from service.demo.sites.feed_site import FeedSite
from service.demo.sites.forum_site import ForumSite
from service.demo.sites.markup import as_board_text, as_hopper_text, as_paragraphs
from service.demo.sites.page import PageSource

ANCHOR = datetime(2026, 3, 4, 9, 30, 15, 777, tzinfo=UTC)
POSTS = load_posts()
SIGNALS = [post for post in POSTS if post.label is Label.SIGNAL]
TOPIC_WORDS = re.compile(
    r"\bcrm|help ?desk|ticket|zendesk|hubspot|kitchen|bathroom|roof|heat pump|window|floor"
    r"|contractor|velux",
    re.IGNORECASE,
)
GOOD_FILE = """
[place]
site = "forum"
id = "2"
name = "House"
about = "Leaks."

[[thread]]
id = "7"
title = "A leak"

[[thread.post]]
id = 70
author = "ann"
age_hours = 3.0
label = "chat"
text = '''It drips.'''

[[thread.post]]
id = 71
author = "bob"
age_hours = 2.0
label = "answer"
text = '''A bucket.'''
"""


def sites(posts: tuple[SamplePost, ...]) -> list[PageSource]:
    return [FeedSite(posts, ANCHOR), ForumSite(posts, ANCHOR), ApiSite(posts, ANCHOR)]


def test_there_are_enough_posts_and_few_of_them_are_signals() -> None:
    assert len(POSTS) >= 150
    assert 22 <= len(SIGNALS) <= 0.15 * len(POSTS)


def test_every_label_is_there_and_the_hard_ones_speak_of_the_topics() -> None:
    hard = {
        Label.SELLER,
        Label.JOB,
        Label.HOWTO,
        Label.SOLVED,
        Label.ANSWER,
        Label.NEWS,
        Label.REVIEW,
        Label.SURVEY,
        Label.RANT,
        Label.META,
    }
    assert {post.label for post in POSTS} == set(Label)
    on_topic = Counter(
        post.label for post in POSTS if TOPIC_WORDS.search(f"{post.thread_title} {post.text}")
    )
    assert {label: on_topic[label] for label in hard if on_topic[label] < 2} == {}


def test_signals_are_spread_over_topics_kinds_sites_and_replies() -> None:
    topics = Counter(post.topic for post in SIGNALS)
    assert set(topics) == {"crm", "help-desk", "home-improvement"}
    assert min(topics.values()) >= 6
    assert {post.kind for post in SIGNALS} == set(Kind) - {Kind.NEED, Kind.NONE}
    assert {post.place.site for post in SIGNALS} == set(Site)
    assert sum(not post.is_opening for post in SIGNALS) >= 5


def test_signals_are_mostly_fresh_and_some_are_days_old() -> None:
    ages = [post.age_hours for post in SIGNALS]
    assert sum(age <= 30 for age in ages) >= 0.8 * len(ages)
    assert any(age > 48 for age in ages)


def test_every_permalink_is_a_key_of_its_own() -> None:
    found = labels()
    assert len(found) == len(POSTS)
    assert all(key.startswith("/") and "127.0.0.1" not in key for key in found)


def test_a_post_is_as_many_hours_older_than_the_anchor_as_it_says() -> None:
    post = replace(POSTS[0], age_hours=1.5)
    assert post.published(ANCHOR) == datetime(2026, 3, 4, 8, 0, 15, tzinfo=UTC)


def test_what_a_post_was_meant_to_be_is_never_served() -> None:
    unlabelled = tuple(replace(post, label=Label.CHAT, topic=None, kind=None) for post in POSTS)
    keys = {site: [post.key for post in POSTS if post.place.site is site] for site in Site}
    keys[Site.FEED] += FeedSite(POSTS, ANCHOR).feeds.values()
    keys[Site.FORUM] += [f"/viewforum.php?f={post.place.id}" for post in POSTS]
    keys[Site.API] += ["/api/v1/search_by_date?hitsPerPage=1000"]
    for site, labelled, without in zip(Site, sites(POSTS), sites(unlabelled), strict=True):
        for key in keys[site]:
            address = urlsplit(key)
            query = dict(parse_qsl(address.query))
            page = labelled.page(address.path, query, base="")
            assert page is not None
            assert page == without.page(address.path, query, base=""), key


def test_a_naive_anchor_is_refused() -> None:
    with pytest.raises(ValueError, match="aware UTC"):
        Communities(ANCHOR.replace(tzinfo=None))


def test_a_good_file_gives_its_posts(tmp_path: Path) -> None:
    (tmp_path / "house.toml").write_text(GOOD_FILE)
    opening, reply = load_posts(tmp_path)
    assert (opening.key, opening.is_opening) == ("/viewtopic.php?p=70#p70", True)
    assert (reply.parent, reply.thread_title, reply.text) == (70, "A leak", "A bucket.")


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ('label = "answer"', 'label = "advice"', r"house\.toml: thread\[1\]\.post\[2\]\.label: "),
        ("age_hours = 3.0", "age_hours = -3.0", r"thread\[1\]\.post\[1\]\.age_hours: "),
        ("age_hours = 2.0", "age_hours = 4.0", "post 71 is older than what it answers"),
        ('label = "chat"', 'label = "signal"', "a signal, and nothing else"),
        ('id = "7"', 'id = "leak"', "must be a number"),
        ('about = "Leaks."', 'aboot = "Leaks."', "aboot"),
        ("id = 71", "id = 71\nparent = 99", "answers 99, which is not in the thread"),
        ("id = 71", "id = 70", "two posts have the same id"),
        ("[[thread]]", "[[thread]", r"house\.toml: .*line 8"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(
    tmp_path: Path, before: str, after: str, complaint: str
) -> None:
    assert before in GOOD_FILE
    (tmp_path / "house.toml").write_text(GOOD_FILE.replace(before, after))
    with pytest.raises(SampleError, match=complaint):
        load_posts(tmp_path)


def test_a_post_that_two_files_hold_is_refused(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(GOOD_FILE)
    with pytest.raises(SampleError, match=r"two sample posts are called .*p=70"):
        load_posts(tmp_path)


def test_links_are_made_of_addresses_and_nothing_else() -> None:
    text = "see https://a.example/b?c=1&d=2. or (https://e.example)"
    assert as_paragraphs(text) == (
        '<p>see <a href="https://a.example/b?c=1&amp;d=2" class="postlink">'
        "https://a.example/b?c=1&amp;d=2</a>. or "
        '(<a href="https://e.example" class="postlink">https://e.example</a>)</p>'
    )


def test_a_board_puts_a_leading_quote_in_a_block() -> None:
    assert as_board_text("> Bo wrote:\n> a < b\nno") == (
        "<blockquote><div><cite>Bo wrote:</cite>a &lt; b</div></blockquote>no"
    )


def test_hopper_text_is_written_like_hacker_news_does() -> None:
    assert as_hopper_text("it's a/b\nc\n\n> d") == "it&#x27;s a&#x2F;b c<p>&gt; d"


@given(st.text(st.characters(exclude_categories=["C", "Z"], include_characters=" "), min_size=1))
def test_markup_says_what_the_text_says(text: str) -> None:
    for written in (str(as_paragraphs(text)), as_hopper_text(text)):
        assert unescape(re.sub(r"<[^>]*>", "", written)) == text


@given(st.integers(1, 60), st.sampled_from(["", "crm", "heat pump", "no such words"]))
def test_the_pages_of_a_search_hold_every_hit_once(size: int, words: str) -> None:
    hits: list[Hit] = [
        {"objectID": str(number), "title": title, "_tags": ["story"], "created_at_i": number}
        for number, title in enumerate(post.thread_title for post in POSTS[:50])
    ]
    asked = {"hitsPerPage": str(size), "query": words}
    first = Search.asked(asked).over(hits)
    pages = [Search.asked({**asked, "page": str(n)}).over(hits) for n in range(_count(first))]
    found = [hit["objectID"] for page in pages for hit in _hits(page)]
    assert len(found) == len(set(found)) == first["nbHits"]
    if not words:
        assert len(found) == len(hits)


@pytest.mark.parametrize(
    "asked", [{"numericFilters": "created_at_i>yesterday"}, {"page": "-1"}, {"hitsPerPage": "x"}]
)
def test_a_search_that_cannot_be_read_is_refused(asked: dict[str, str]) -> None:
    with pytest.raises(BadSearchError, match="invalid"):
        Search.asked(asked)


def _count(answer: object) -> int:
    assert isinstance(answer, dict)
    pages = answer["nbPages"]
    assert isinstance(pages, int)
    return pages


def _hits(answer: object) -> list[dict[str, str]]:
    assert isinstance(answer, dict)
    hits = answer["hits"]
    assert isinstance(hits, list)
    return hits
