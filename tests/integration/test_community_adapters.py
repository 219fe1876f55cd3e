"""What all adapters of communities must stand, each against an imitation of its API."""

from collections.abc import Callable
from datetime import UTC, timedelta

import pytest

from crawlers.errors import BadDocument, EmptyDocument, HostResting, RateLimited
from crawlers.fetch import Gate
from crawlers.found import Batch, Cursor, SourceToPoll
from crawlers.registry import adapter_for
from models.words import SourceKind
from tests.crawling import NOW, a_source, batches, polled, posts_of, stored, through_gate
from tests.imitations import (
    MINUTE,
    PRESENT,
    Bluesky,
    Community,
    Discourse,
    Lemmy,
    Mastodon,
    NodeBB,
    Said,
)
from tests.misbehaving import MisbehavingServer, Reply

Make = Callable[[], Community]
EACH = pytest.mark.parametrize("make", [Discourse, Lemmy, Mastodon, NodeBB, Bluesky])
#: Some are asked for more than one list, or for topics besides.
OPTIONS = {
    SourceKind.MASTODON: {"tags": "crm"},
    SourceKind.BLUESKY: {"query": "crm"},
}


def source(
    server: MisbehavingServer, community: Community, cursor: Cursor | None = None
) -> SourceToPoll:
    options = OPTIONS.get(community.kind)
    return a_source(server.url("/"), kind=community.kind, cursor=cursor, options=options)


def texts(found: list[Batch]) -> set[str]:
    # NodeBB's list of recent posts does not tell quotes from the rest
    return {post.text.removeprefix("theirs ") for post in posts_of(found)}


def ids(found: list[Batch]) -> list[str]:
    return [post.external_id for post in posts_of(found)]


def told(count: int, *, every: int = MINUTE, until: int = PRESENT) -> list[Said]:
    return [
        Said(number=n, at=until - (count - n) * every, text=f"words {n}")
        for n in range(1, count + 1)
    ]


def one_batch_at_a_time(
    community: Community, server: MisbehavingServer, cursor: Cursor
) -> set[str]:
    """Poll as a crawl does that is killed after each batch that it commits."""

    async def run(gate: Gate) -> set[str]:
        at, seen = cursor, set[str]()
        for _ in range(60):
            polling = adapter_for(community.kind).poll(
                source(server, community, at), gate, now=NOW
            )
            batch = await anext(polling, None)
            if batch is None:
                break
            await polling.aclose()
            seen |= texts([batch])
            following = stored(batch)
            if following == at:
                break
            at = following
        return seen

    return through_gate(run)


@EACH
def test_the_first_poll_is_bounded_and_takes_the_newest(make: Make) -> None:
    community = make()
    community.said = told(700)
    with MisbehavingServer(community) as server:
        found = polled(source(server, community))
    assert "words 700" in texts(found)
    assert 40 <= len(texts(found)) <= 500
    assert not any(batch.problem for batch in found)
    assert all(post.published and post.published.tzinfo is UTC for post in posts_of(found))


@EACH
def test_the_next_poll_brings_what_is_new_and_misses_nothing(make: Make) -> None:
    community = make()
    community.said = told(30, until=PRESENT - 300 * MINUTE)
    with MisbehavingServer(community) as server:
        first = polled(source(server, community))
        community.said = told(30, until=PRESENT - 300 * MINUTE) + [
            Said(number=30 + n, at=PRESENT - (200 - n) * MINUTE, text=f"words {30 + n}")
            for n in range(1, 201)
        ]
        second = polled(source(server, community, stored(first[-1])))
        third = polled(source(server, community, stored(second[-1])))
    assert texts(first) == {f"words {n}" for n in range(1, 31)}
    assert texts(second) >= {f"words {n}" for n in range(31, 231)}
    assert len(posts_of(third)) <= 160  # the overlap, no more
    assert not any(batch.problem for batch in (*first, *second, *third))


@EACH
def test_a_quiet_poll_asks_little_and_stays_where_it_was(make: Make) -> None:
    community = make()
    community.said = told(5, every=120 * MINUTE, until=PRESENT - 300 * MINUTE)
    with MisbehavingServer(community) as server:
        (*_, first) = polled(source(server, community))
        before = community.requests
        (*_, second) = polled(source(server, community, stored(first)))
    assert community.requests - before <= 2
    assert stored(second) == stored(first)


@EACH
def test_a_crawl_that_is_killed_after_each_page_gets_through(make: Make) -> None:
    community = make()
    community.said = told(10, until=PRESENT - 900 * MINUTE)
    with MisbehavingServer(community) as server:
        (*_, first) = polled(source(server, community))
        community.said += [
            Said(number=10 + n, at=PRESENT - (120 - n) * MINUTE, text=f"words {10 + n}")
            for n in range(1, 121)
        ]
        seen = one_batch_at_a_time(community, server, stored(first))
    assert seen >= {f"words {n}" for n in range(11, 131)}


@EACH
def test_a_server_that_asks_for_rest_gets_it(make: Make) -> None:
    community = make()
    community.said = told(10)
    community.fail_at = 1
    with MisbehavingServer(community) as server:

        async def twice(gate: Gate) -> None:
            with pytest.raises(RateLimited) as refused:
                await batches(gate, source(server, community))
            assert refused.value.retry_after_seconds == 77
            with pytest.raises(HostResting):
                await batches(gate, source(server, community))

        through_gate(twice)
    assert community.requests == 1


@EACH
def test_a_poll_that_fails_midway_is_made_up_for(make: Make) -> None:
    community = make()
    community.said = told(10, until=PRESENT - 900 * MINUTE)
    with MisbehavingServer(community) as server:
        (*_, first) = polled(source(server, community))
        community.said += [
            Said(number=10 + n, at=PRESENT - (150 - n) * MINUTE, text=f"words {10 + n}")
            for n in range(1, 151)
        ]
        community.fail_at = community.requests + 2
        seen: list[Batch] = []

        async def broken(gate: Gate) -> None:
            polling = adapter_for(community.kind).poll(
                source(server, community, stored(first)), gate, now=NOW
            )
            async for batch in polling:
                seen.append(batch)

        with pytest.raises(RateLimited):
            through_gate(broken)
        cursor = stored(seen[-1]) if seen else stored(first)
        seen += polled(source(server, community, cursor))
    assert texts(seen) >= {f"words {n}" for n in range(11, 161)}


@EACH
def test_an_empty_community_is_no_error(make: Make) -> None:
    community = make()
    with MisbehavingServer(community) as server:
        found = polled(source(server, community))
        again = polled(source(server, community, stored(found[-1])))
    assert posts_of(found) == posts_of(again) == []
    assert community.requests <= 16


@EACH
def test_a_page_that_repeats_for_ever_ends_the_poll(make: Make) -> None:
    community = make()
    community.said = told(600)
    with MisbehavingServer(community) as server:
        cursor = stored(polled(source(server, community))[-1])
        community.repeats = True
        community.said += [
            Said(number=600 + n, at=PRESENT + n, text="late") for n in range(1, 301)
        ]
        before = community.requests
        found = polled(source(server, community, cursor), now=NOW + timedelta(hours=10))
    assert community.requests - before <= 50
    assert any(batch.problem for batch in found)


@EACH
def test_posts_of_an_unknown_shape_are_left_out_and_said(make: Make) -> None:
    community = make()
    community.said = told(3)
    community.rubbish = [{"id": []}, 7]
    with MisbehavingServer(community) as server:
        found = polled(source(server, community))
    assert texts(found) == {"words 1", "words 2", "words 3"}
    assert any("unknown shape" in (batch.problem or "") for batch in found)


@EACH
@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(body=b"<!doctype html><p>Log in"), BadDocument),
        (Reply(body=b'{"error": "nothing for you"}'), BadDocument),
        (Reply(body=b" "), EmptyDocument),
    ],
    ids=["a page", "another shape", "nothing"],
)
def test_what_is_no_answer_is_named(make: Make, reply: Reply, error: type[BadDocument]) -> None:
    community = make()
    community.instead = reply
    with MisbehavingServer(community) as server, pytest.raises(error):
        polled(source(server, community))


@EACH
def test_what_is_hidden_or_deleted_is_left_out(make: Make) -> None:
    community = make()
    community.said = [
        Said(number=1, at=PRESENT - 90, text="shown"),
        Said(number=2, at=PRESENT - 60, text="hidden", hidden=True),
        Said(number=3, at=PRESENT - 50, text="hidden too", answers=1, hidden=True),
    ]
    with MisbehavingServer(community) as server:
        assert texts(polled(source(server, community))) == {"shown"}


@EACH
def test_a_reply_stands_in_the_thread_of_what_it_answers(make: Make) -> None:
    community = make()
    community.said = [
        Said(number=1, at=PRESENT - 90, text="question"),
        Said(number=2, at=PRESENT - 60, text="answer", answers=1),
    ]
    with MisbehavingServer(community) as server:
        found = {post.text: post for post in posts_of(polled(source(server, community)))}
    question, answer = found["question"], found["answer"]
    assert question.is_opening
    assert question.parent_external_id is None
    assert not answer.is_opening
    assert answer.parent_external_id == question.external_id
    assert answer.thread_key == question.thread_key is not None
    assert question.url
    assert question.url.startswith("http")
    assert answer.url != question.url


@EACH
def test_a_time_in_the_future_keeps_no_later_post_away(make: Make) -> None:
    community = make()
    community.said = [
        Said(number=1, at=PRESENT - 90, text="now"),
        Said(number=2, at=PRESENT + 10**7, text="some day"),
    ]
    with MisbehavingServer(community) as server:
        cursor = stored(polled(source(server, community))[-1])
        community.said.append(Said(number=3, at=PRESENT + 60, text="new"))
        found = polled(source(server, community, cursor), now=NOW + timedelta(minutes=5))
    assert "new" in texts(found)
