import asyncio

import pytest

from crawlers.errors import (
    EmptyDocument,
    NotAFeed,
    NotFound,
    PoisonDocument,
    SourceError,
    TimedOut,
    TooManyRedirects,
)
from crawlers.fetch import Gate
from crawlers.found import Batch, SourceToPoll
from tests.crawling import a_source, batches, polled, posts_of, stored, through_gate
from tests.misbehaving import Asked, MisbehavingServer, Reply, rss


def the_batch(source: SourceToPoll) -> Batch:
    (batch,) = polled(source)
    return batch


def test_a_feed_becomes_posts(misbehaving: MisbehavingServer) -> None:
    batch = the_batch(a_source(misbehaving.url("/feed.xml")))
    first = batch.posts[0]
    assert (first.external_id, first.title) == ("entry-1", "entry 1")
    assert first.text == "What entry 1 says."
    assert first.url == misbehaving.url("/entry/1")
    assert first.published is not None
    assert len(batch.posts) == 3
    assert batch.problem is None


def test_an_unchanged_feed_gives_no_posts_and_is_not_parsed(
    misbehaving: MisbehavingServer,
) -> None:
    url = misbehaving.url("/conditional.xml")

    async def twice(gate: Gate) -> Batch:
        (first,) = await batches(gate, a_source(url))
        await gate.parsing.aclose()
        children = gate.parsing.started
        (second,) = await batches(gate, a_source(url, cursor=stored(first)))
        assert gate.parsing.started == children
        assert second.cursor == stored(first)
        return second

    second = through_gate(twice)
    assert second.not_modified
    assert second.posts == ()
    assert misbehaving.asked_for("/conditional.xml")[1].headers["if-none-match"] == '"v1"'


def test_the_same_bytes_under_a_new_etag_are_unchanged(misbehaving: MisbehavingServer) -> None:
    first = the_batch(a_source(misbehaving.url("/always-200.xml")))
    second = the_batch(a_source(misbehaving.url("/always-200.xml"), cursor=stored(first)))
    assert second.not_modified
    assert second.cursor["etag"] != first.cursor["etag"]


def test_the_same_posts_have_the_same_ids_at_another_port() -> None:
    with MisbehavingServer() as one, MisbehavingServer() as other:
        ids = [
            [post.external_id for post in the_batch(a_source(server.url("/feed.xml"))).posts]
            for server in (one, other)
        ]
    assert ids[0] == ids[1]


def test_what_is_whole_of_a_truncated_feed_is_taken_and_the_rest_asked_for_again(
    misbehaving: MisbehavingServer,
) -> None:
    batch = the_batch(a_source(misbehaving.url("/truncated.xml")))
    assert [post.external_id for post in batch.posts] == ["entry-1", "entry-2"]
    assert "breaks off" in str(batch.problem)
    assert set(batch.cursor) == {"posts"}


@pytest.mark.parametrize(
    ("path", "kind", "words"),
    [
        ("/html", NotAFeed, "no feed but a web page"),
        ("/empty", EmptyDocument, "empty document"),
        ("/missing.xml", NotFound, "nothing at this address"),
        ("/stall", TimedOut, "nothing was sent within"),
        ("/loop", TooManyRedirects, "without end"),
        ("/attributes.xml", PoisonDocument, "more than 256 attributes"),  # X11
        ("/laughs.xml", PoisonDocument, "entities"),  # X05
        ("/deep.xml", PoisonDocument, "nested"),
    ],
)
def test_what_is_wrong_with_a_feed_is_said_in_words(
    misbehaving: MisbehavingServer, path: str, kind: type[SourceError], words: str
) -> None:
    with pytest.raises(kind) as caught:
        polled(a_source(misbehaving.url(path)))
    assert words in caught.value.reason


def test_a_feed_that_a_web_page_took_the_place_of_is_said_to_have_been_one() -> None:
    shown = Reply(body=rss(3))
    with MisbehavingServer(lambda asked: shown) as server:
        first = the_batch(a_source(server.url("/feed")))
        shown = Reply(body=b"<html><title>Log in</title><body>Who are you?", kind="text/html")
        with pytest.raises(NotAFeed) as caught:
            polled(a_source(server.url("/feed"), cursor=stored(first)))
    assert "There was a feed here when it was last read, and now it is a web page" in str(
        caught.value
    )
    assert "login" in str(caught.value)


def test_bad_feeds_leave_the_others_unaffected(misbehaving: MisbehavingServer) -> None:
    paths = ["/feed.xml", "/html", "/empty", "/deep.xml", "/stall", "/loop", "/conditional.xml"]

    async def all_at_once(gate: Gate) -> list[object]:
        polls = (batches(gate, a_source(misbehaving.url(path))) for path in paths)
        return await asyncio.gather(*polls, return_exceptions=True)

    outcomes = dict(zip(paths, through_gate(all_at_once), strict=True))
    fine = [path for path, outcome in outcomes.items() if isinstance(outcome, list)]
    assert fine == ["/feed.xml", "/conditional.xml"]
    assert all(isinstance(outcomes[path], SourceError) for path in set(paths) - set(fine))


def test_x08_a_dtd_on_a_server_is_never_fetched(misbehaving: MisbehavingServer) -> None:
    dtd = misbehaving.url("/evil.dtd")

    def site(asked: Asked) -> Reply | None:
        doctype = f"<!DOCTYPE rss [<!ENTITY % x SYSTEM '{dtd}'> %x;]>"
        body = doctype.encode() + rss(1)
        return Reply(body=body, kind="text/xml") if asked.path == "/dtd.xml" else None

    with MisbehavingServer(site) as server:
        assert len(posts_of(polled(a_source(server.url("/dtd.xml"))))) == 1
    assert misbehaving.requests == []


def test_a_new_entry_is_found_at_the_next_poll() -> None:
    count = 3

    def site(asked: Asked) -> Reply | None:
        return Reply(body=rss(count), kind="text/xml") if asked.path == "/f" else None

    with MisbehavingServer(site) as server:
        first = the_batch(a_source(server.url("/f")))
        count = 4
        second = the_batch(a_source(server.url("/f"), cursor=stored(first)))
    assert len(first.posts) == 3
    assert [post.external_id for post in second.posts] == ["entry-4"]
