"""Feeds that are polled again and again: what is new, what was stopped, what is commented on."""

import asyncio
import json
from datetime import timedelta

import pytest
from pydantic import JsonValue

from crawlers.errors import PoisonDocument
from crawlers.feeds.adapter import FeedAdapter
from crawlers.fetch import Gate
from crawlers.found import Batch, SourceToPoll
from tests.crawling import NOW, a_gate, a_source, batches, polled, posts_of, stored, through_gate
from tests.misbehaving import Asked, MisbehavingServer, Reply, rss

_XML = "application/xml; charset=utf-8"
_WFW = "xmlns:wfw='http://wellformedweb.org/CommentAPI/'"
_SLASH = "xmlns:slash='http://purl.org/rss/1.0/modules/slash/'"


class Site:
    """Documents by path, which a test may change."""

    def __init__(self, **documents: bytes) -> None:
        self.documents = {f"/{name}": body for name, body in documents.items()}
        self.status: dict[str, str] = {}

    def __call__(self, asked: Asked) -> Reply | None:
        body = self.documents.get(asked.path)
        status = self.status.get(asked.path, "200 OK")
        return None if body is None else Reply(body=body, kind=_XML, status=status)


def again(source: SourceToPoll, batch: Batch) -> SourceToPoll:
    """Return the source as it is after a batch."""
    return a_source(source.url, cursor=stored(batch), options=source.options)


def test_a_feed_whose_bytes_changed_and_whose_items_did_not_costs_no_child() -> None:
    site = Site(feed=rss(5).replace(b"<item>", b"<lastBuildDate>1</lastBuildDate><item>", 1))
    with MisbehavingServer(site) as server:
        source = a_source(server.url("/feed"))

        async def twice(gate: Gate) -> Batch:
            (first,) = await batches(gate, source)
            await gate.parsing.aclose()
            children = gate.parsing.started
            site.documents["/feed"] = site.documents["/feed"].replace(b"Date>1<", b"Date>2<")
            (second,) = await batches(gate, again(source, first))
            assert gate.parsing.started == children
            assert second.cursor["posts"] == first.cursor["posts"]
            return second

        second = through_gate(twice)
    assert second.not_modified
    assert second.posts == ()


def test_only_what_is_new_or_edited_is_given_and_an_edit_has_the_same_id() -> None:
    site = Site(feed=rss(5))
    with MisbehavingServer(site) as server:
        source = a_source(server.url("/feed"))
        (first,) = polled(source)
        site.documents["/feed"] = rss(6).replace(b"What entry 2 says", b"What entry 2 said")
        (second,) = polled(again(source, first))
        (third,) = polled(again(source, second))
    assert [(post.external_id, post.text) for post in second.posts] == [
        ("entry-2", "What entry 2 said."),
        ("entry-6", "What entry 6 says."),
    ]
    assert third.posts == ()


def test_the_rest_of_a_feed_that_broke_off_is_taken_when_it_is_whole_again() -> None:
    site = Site(feed=rss(5)[: rss(5).index(b"<title>entry 4")])
    with MisbehavingServer(site) as server:
        source = a_source(server.url("/feed"))
        (first,) = polled(source)
        (same,) = polled(again(source, first))
        site.documents["/feed"] = rss(5)
        (whole,) = polled(again(source, same))
    assert [post.external_id for post in first.posts] == ["entry-1", "entry-2", "entry-3"]
    assert (same.posts, "breaks off" in str(same.problem)) == ((), True)
    assert [post.external_id for post in whole.posts] == ["entry-4", "entry-5"]


def test_a_poison_feed_is_marked_and_not_tried_again_until_it_changes_or_a_day_is_over() -> None:
    site = Site(feed=b"<rss><channel>" + b"<b>" * 300_000)
    with MisbehavingServer(site) as server:
        source = a_source(server.url("/feed"))

        async def poll(gate: Gate, source: SourceToPoll, days: int) -> tuple[Batch, str]:
            at = NOW + timedelta(days=days)
            found = FeedAdapter().poll(source, gate, now=at)
            marked = await anext(found)
            with pytest.raises(PoisonDocument) as caught:
                await anext(found)
            return marked, caught.value.reason

        async def rounds(gate: Gate) -> Batch:
            first, reason = await poll(gate, source, 0)
            assert "had to be stopped" in reason
            assert "had to be stopped" in str(first.problem)
            await gate.parsing.aclose()
            children = gate.parsing.started
            second, same = await poll(gate, again(source, first), 0)
            assert (gate.parsing.started, same) == (children, reason)
            await poll(gate, again(source, second), 2)
            assert gate.parsing.started == children + 1
            site.documents["/feed"] = rss(1)
            (healed,) = await batches(gate, again(source, second))
            return healed

        healed = through_gate(rounds)
    assert len(healed.posts) == 1
    assert "poison" not in healed.cursor


HAZARDS = {
    "X10 comments in a description": rss(1).replace(b"&lt;p", b"&lt;!--" * 64_000 + b"&lt;p"),
    "X11 attributes": b"<rss><item " + b" ".join(b"a%d=''" % n for n in range(64_000)) + b"/>",
    "X15 angle brackets": b"<" * 1_000_000,
    "X16 nested elements": b"<rss><channel><item>" + b"<b>" * 100_000,
    "X17 items": b"<rss><channel>"
    + b"<item><guid>x</guid></item>" * 100_000
    + b"</channel></rss>",
    "X18 a title": rss(1).replace(b"entry 1<", b"x" * 4_000_000 + b"<"),
    "X35 nested lists": b'{"version": "https://jsonfeed.org/version/1.1", "items": '
    + b"[" * 100_000,
    "many posts": rss(500),
    "long posts": rss(20).replace(b"&lt;p", "ü".encode() * 60_000 + b"&lt;p"),
}


@pytest.mark.parametrize("body", HAZARDS.values(), ids=HAZARDS)
def test_no_feed_holds_up_the_others(body: bytes) -> None:
    """The bound is for a machine with other work; alone it is below 0.1 s."""

    async def longest_pause() -> float:
        loop, longest = asyncio.get_running_loop(), 0.0
        while True:
            before = loop.time()
            try:
                await asyncio.sleep(0.005)
            except asyncio.CancelledError:
                return longest
            longest = max(longest, loop.time() - before)

    async def measured(gate: Gate) -> float:
        watch = asyncio.create_task(longest_pause())
        await asyncio.gather(batches(gate, a_source(server.url("/feed"))), return_exceptions=True)
        watch.cancel()
        return await watch

    with MisbehavingServer(Site(feed=body)) as server:
        pause = through_gate(measured)
    assert pause < 0.5


def test_a_json_feed_becomes_posts() -> None:
    items: list[JsonValue] = [{"id": "1", "url": "/a", "content_text": "Who knows a desk?"}]
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": items}
    site = Site(feed=json.dumps(feed).encode())
    with MisbehavingServer(site) as server:
        source = a_source(server.url("/feed"))
        (first,) = polled(source)
        feed["items"] = [{"id": "2", "content_text": "And who a CRM?"}, *items]
        site.documents["/feed"] = json.dumps(feed).encode()
        (second,) = polled(again(source, first))
    (post,) = first.posts
    assert (post.external_id, post.text) == ("1", "Who knows a desk?")
    assert post.url == server.url("/a")
    assert [post.external_id for post in second.posts] == ["2"]


def test_what_a_feed_says_of_how_long_it_holds_is_passed_on() -> None:
    site = Site(feed=rss(1).replace(b"<item>", b"<ttl>90</ttl><item>"))
    with MisbehavingServer(site) as server:
        source = a_source(server.url("/feed"))
        (first,) = polled(source)
        (second,) = polled(again(source, first))
    assert (first.ttl_seconds, second.ttl_seconds) == (5_400, 5_400)


def blog(*posts: tuple[int, str, int]) -> bytes:
    """Return a blog's feed: of each post its number, date and count of comments."""
    items = "".join(
        f"<item><title>Post {n}</title><link>/post/{n}</link><guid>/post/{n}</guid>"
        f"<pubDate>{date} 10:00:00 GMT</pubDate><wfw:commentRss>/post/{n}/feed</wfw:commentRss>"
        f"<slash:comments>{count}</slash:comments></item>"
        for n, date, count in posts
    )
    return f"<rss version='2.0' {_WFW} {_SLASH}><channel>{items}</channel></rss>".encode()


def comments(post: int, count: int) -> bytes:
    items = "".join(
        f"<item><title>By: Bo</title><guid isPermaLink='false'>{n}</guid>"
        f"<link>/post/{post}#comment-{n}</link><description>Comment {n}.</description></item>"
        for n in range(1, count + 1)
    )
    return f"<rss version='2.0'><channel>{items}</channel></rss>".encode()


def test_comments_are_replies_in_the_thread_of_their_post() -> None:
    site = Site(blog=blog((1, "28 Jun 2026", 2), (2, "27 Jun 2026", 1), (3, "1 Jun 2026", 9)))
    site.documents |= {"/post/1/feed": comments(1, 2), "/post/2/feed": comments(2, 1)}
    with MisbehavingServer(site) as server:
        source = a_source(server.url("/blog"), options={"comments": "yes"})
        first = polled(source)
        asked = [asked.path for asked in server.requests if asked.path.startswith("/post")]
    posts = {post.external_id: post for post in posts_of(first)}
    assert set(posts) == {"/post/1", "/post/2", "/post/3", "/post/1#1", "/post/1#2", "/post/2#1"}
    reply = posts["/post/1#2"]
    assert (reply.parent_external_id, reply.is_opening) == ("/post/1", False)
    assert reply.thread_key == posts["/post/1"].thread_key
    assert (reply.thread_title, reply.text) == ("Post 1", "Comment 2.")
    assert sorted(asked) == ["/post/1/feed", "/post/2/feed"]  # the third is too old


def test_a_feed_tells_that_its_comments_are_not_read() -> None:
    commented = blog((1, "28 Jun 2026", 2))
    with MisbehavingServer(Site(blog=commented, feed=rss(1))) as server:
        (left,) = polled(a_source(server.url("/blog")))
        read = polled(a_source(server.url("/blog"), options={"comments": "yes"}))
        (without,) = polled(a_source(server.url("/feed")))
    assert left.has_comments
    assert not any(batch.has_comments for batch in (*read, without))


def test_comments_are_read_again_only_when_there_are_others() -> None:
    site = Site(blog=blog((1, "28 Jun 2026", 1), (2, "27 Jun 2026", 0)))
    site.documents |= {"/post/1/feed": comments(1, 1), "/post/2/feed": comments(2, 0)}
    with MisbehavingServer(site) as server:
        source = a_source(server.url("/blog"), options={"comments": "yes"})
        first = polled(source)
        second = polled(again(source, first[-1]))
        site.documents["/blog"] = blog((1, "28 Jun 2026", 2), (2, "27 Jun 2026", 0))
        site.documents["/post/1/feed"] = comments(1, 2)
        third = polled(again(source, second[-1]))
    assert [len(batch.posts) for batch in first] == [2, 1]
    assert [len(batch.posts) for batch in second] == [0]
    assert [post.external_id for post in posts_of(third)] == ["/post/1", "/post/1#2"]


def test_no_more_than_five_comment_feeds_are_read_in_a_poll_and_the_others_in_the_next() -> None:
    site = Site(blog=blog(*((n, "28 Jun 2026", 1) for n in range(1, 9))))
    site.documents |= {f"/post/{n}/feed": comments(n, 1) for n in range(1, 9)}
    with MisbehavingServer(site) as server:
        source = a_source(server.url("/blog"), options={"comments": "yes"})
        first = polled(source)
        second = polled(again(source, first[-1]), now=NOW + timedelta(hours=1))
    replies = [
        {p.external_id for p in posts_of(found) if "#" in p.external_id}
        for found in (first, second)
    ]
    assert (len(replies[0]), len(replies[1])) == (5, 3)
    assert not replies[0] & replies[1]


def test_a_comment_feed_that_cannot_be_read_does_not_cost_the_others() -> None:
    site = Site(blog=blog((1, "28 Jun 2026", 1), (2, "27 Jun 2026", 1)))
    site.documents |= {"/post/2/feed": comments(2, 1)}
    with MisbehavingServer(site) as server:
        found = polled(a_source(server.url("/blog"), options={"comments": "yes"}))
    assert [len(batch.posts) for batch in found] == [2, 0, 1]
    assert "comments" in str(found[1].problem)
    assert "404" in str(found[1].problem)


def test_a_host_that_has_enough_is_asked_for_no_more_comments() -> None:
    site = Site(blog=blog((1, "28 Jun 2026", 1), (2, "27 Jun 2026", 1)))
    site.documents |= {f"/post/{n}/feed": comments(n, 1) for n in (1, 2)}
    site.status = {f"/post/{n}/feed": "503 Service Unavailable" for n in (1, 2)}
    with MisbehavingServer(site) as server:
        found = polled(a_source(server.url("/blog"), options={"comments": "yes"}), a_gate())
    assert [len(batch.posts) for batch in found] == [2, 0]


def test_comments_that_are_asked_for_later_are_found_all_the_same() -> None:
    site = Site(blog=blog((1, "28 Jun 2026", 1)))
    site.documents |= {"/post/1/feed": comments(1, 1)}
    with MisbehavingServer(site) as server:
        (first,) = polled(a_source(server.url("/blog")))
        url = server.url("/blog")
        then = polled(a_source(url, cursor=stored(first), options={"comments": "yes"}))
    assert {post.external_id for post in posts_of(then)} == {"/post/1", "/post/1#1"}


def test_atom_says_by_a_link_where_replies_are_and_which_comment_is_answered() -> None:
    thread = "xmlns:thr='http://purl.org/syndication/thread/1.0'"
    atom = f"<feed xmlns='http://www.w3.org/2005/Atom' {thread}>%s</feed>"
    entry = (
        "<entry><id>tag:post</id><published>2026-06-28T10:00:00Z</published>"
        "<link rel='replies' type='application/atom+xml' href='/replies' thr:count='2'/></entry>"
    )
    answers = (
        "<entry><id>tag:c1</id><thr:in-reply-to ref='tag:post'/></entry>"
        "<entry><id>tag:c2</id><thr:in-reply-to ref='tag:c1'/></entry>"
    )
    site = Site(atom=(atom % entry).encode(), replies=(atom % answers).encode())
    with MisbehavingServer(site) as server:
        found = polled(a_source(server.url("/atom"), options={"comments": "yes"}))
    post, one, two = posts_of(found)
    assert one.parent_external_id == post.external_id
    assert two.parent_external_id == one.external_id
    assert {one.thread_key, two.thread_key} == {post.thread_key or post.external_id}
