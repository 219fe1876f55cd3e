from dataclasses import replace
from datetime import UTC, datetime

from crawlers.feeds.entry import FeedEntry
from crawlers.feeds.posts import posts
from crawlers.found import FoundPost

NOW = datetime(2026, 6, 30, 12, 0, tzinfo=UTC)
FEED = "https://a.example/feed.xml"
DAY = 86_400
LAST_WEEK = int(NOW.timestamp()) - 7 * DAY


def an_entry(
    identifier: str | None = "1",
    *,
    link: str | None = "https://a.example/posts/1",
    title: str = "A title",
    published: int | None = LAST_WEEK,
    updated: int | None = None,
    in_reply_to: str | None = None,
    digest: str = "d1",
) -> FeedEntry:
    return FeedEntry(
        id=identifier,
        link=link,
        title=title,
        text="Words.",
        quoted="",
        author="Ann",
        author_url=None,
        published=published,
        updated=updated,
        language=None,
        tags=(),
        in_reply_to=in_reply_to,
        digest=digest,
    )


def the_post(entry: FeedEntry) -> FoundPost:
    (post,) = posts([entry], ["name"], feed_url=FEED, now=NOW)
    return post


def test_an_entry_that_is_there_twice_counts_once() -> None:
    twice = [an_entry(title="first"), an_entry(title="second"), an_entry()]
    found = posts(twice, ["a", "a", "b"], feed_url=FEED, now=NOW)
    assert [(post.external_id, post.title) for post in found] == [("a", "first"), ("b", "A title")]


def test_x28_dates_that_cannot_be_are_left_out() -> None:
    assert the_post(an_entry(published=LAST_WEEK + 30 * DAY)).published is None
    assert the_post(an_entry(published=0)).published is None
    only_updated = the_post(an_entry(published=None, updated=LAST_WEEK))
    assert only_updated.published is not None
    assert only_updated.edited is None
    assert the_post(an_entry(updated=LAST_WEEK + DAY)).edited is not None


def test_x31_a_link_that_runs_code_is_dropped() -> None:
    assert the_post(an_entry(link="javascript:alert(1)")).url is None


def test_replies_share_the_thread_of_what_they_answer() -> None:
    opening = the_post(an_entry("1", link="https://a.example/t.php?f=3&t=12"))
    reply = the_post(
        an_entry("2", link="https://a.example/t.php?f=3&t=12&p=40#p40", title="Re: A title")
    )
    comment = the_post(an_entry("3", link="https://a.example/blog/x#comment-4"))
    assert opening.thread_key == reply.thread_key == "/t.php?f=3&t=12"
    assert (opening.is_opening, reply.is_opening, comment.is_opening) == (True, False, False)
    assert comment.thread_key == "/blog/x"


def test_a_comment_is_in_the_thread_of_what_its_title_says_it_is_on() -> None:
    place = "https://a.example/blog/x#comment-4"
    for title in ("Comment on Which desk? by Ann", "Kommentar zu Which desk? von Ann"):
        comment = the_post(an_entry("4", link=place, title=title))
        assert (comment.title, comment.thread_title) == (title, "Which desk?")
    assert the_post(an_entry("4", link=place, title="By: Ann")).thread_title == ""
    assert the_post(an_entry(title="Which desk?")).title == "Which desk?"


def test_a_reply_that_says_what_it_answers_has_a_parent() -> None:
    post = the_post(an_entry("2", in_reply_to="https://a.example/posts/1"))
    assert post.parent_external_id == "/posts/1"
    assert not post.is_opening


def test_an_entry_without_link_is_alone() -> None:
    post = the_post(replace(an_entry(), link=None))
    assert (post.url, post.thread_key) == (None, None)
