from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from crawlers.feed_document import FeedEntry
from crawlers.feed_posts import MAX_EXTERNAL_ID, external_ids, posts
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


def ids(*entries: FeedEntry) -> list[str]:
    return list(external_ids(entries, own_host="a.example"))


def the_post(entry: FeedEntry) -> FoundPost:
    (post,) = posts([entry], feed_url=FEED, now=NOW)
    return post


def test_an_id_is_the_entry_s_own_without_scheme_host_and_port() -> None:
    assert ids(an_entry("tag:a,1")) == ["tag:a,1"]
    assert ids(an_entry("http://a.example:8080/x?y=1#z")) == ["/x?y=1#z"]
    assert ids(an_entry("https://b.example/x")) == ["//b.example/x"]


def test_an_entry_without_id_goes_by_its_link_and_without_link_by_its_words() -> None:
    assert ids(an_entry(None)) == ["/posts/1"]
    assert ids(an_entry(None, link=None, digest="abc")) == ["~abc"]


def test_x29_entries_with_the_same_id_are_told_apart_by_their_words() -> None:
    same = [an_entry("same", digest="d1"), an_entry("same", digest="d2"), an_entry("other")]
    assert ids(*same) == ["same~d1", "same~d2", "other"]
    assert ids(*reversed(same)) == ["other", "same~d2", "same~d1"]


def test_an_entry_that_is_there_twice_counts_once() -> None:
    assert len(posts([an_entry(), an_entry()], feed_url=FEED, now=NOW)) == 1


@given(st.lists(st.tuples(st.text(max_size=700), st.text(max_size=3)), max_size=8))
def test_ids_are_unique_short_and_the_same_at_the_next_poll(pairs: list[tuple[str, str]]) -> None:
    entries = [an_entry(identifier, digest=digest) for identifier, digest in pairs]
    found = posts(entries, feed_url=FEED, now=NOW)
    external = [post.external_id for post in found]
    assert len(set(external)) == len(external)
    assert all(len(identifier) <= MAX_EXTERNAL_ID for identifier in external)
    assert [post.external_id for post in posts(entries, feed_url=FEED, now=NOW)] == external


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


def test_a_reply_that_says_what_it_answers_has_a_parent() -> None:
    post = the_post(an_entry("2", in_reply_to="https://a.example/posts/1"))
    assert post.parent_external_id == "/posts/1"
    assert not post.is_opening


def test_an_entry_without_link_is_alone() -> None:
    post = the_post(replace(an_entry(), link=None))
    assert (post.url, post.thread_key) == (None, None)
