"""Conversations of communities that are read again, each against an imitation of its API."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import JsonValue
from sqlmodel import select
from typing_extensions import override

from config.source import SourceSpec
from crawlers.errors import Gone, NotFound, UnexpectedStatus
from crawlers.found import SourceToPoll
from models.post import Post, Thread
from models.words import SourceKind
from service.house import open_house
from service.listening.polling import crawl_now, lease
from service.store.engine import reading, writing
from tests.builders import a_config, a_policy
from tests.crawling import NOW, a_source, polled, posts_of, read_again
from tests.fakes import StandingClock
from tests.imitations import MINUTE, PRESENT, Community, Discourse, Lemmy, NodeBB, Said
from tests.metered_apis import ids
from tests.misbehaving import MisbehavingServer, Reply

EACH = pytest.mark.parametrize("make", [Discourse, Lemmy, NodeBB])
Make = Callable[[], Community]
KEYS = {SourceKind.DISCOURSE: "1", SourceKind.LEMMY: "post/1", SourceKind.NODEBB: "1"}


def a_talk(replies: int, *, hidden: int = 0) -> list[Said]:
    """Return a question, replies, and another question; ``hidden`` is the number of a reply."""
    said = [Said(number=1, at=PRESENT - 3_000 * MINUTE)]
    said += [
        Said(number=n, at=PRESENT - (3_000 - n) * MINUTE, answers=1, hidden=n == hidden)
        for n in range(2, replies + 2)
    ]
    return [*said, Said(number=replies + 2, at=PRESENT)]


def source(server: MisbehavingServer, community: Community) -> SourceToPoll:
    return a_source(server.url("/"), kind=community.kind)


@EACH
def test_a_conversation_that_is_read_again_has_the_posts_that_polls_gave(make: Make) -> None:
    community = make()
    community.said = a_talk(5)
    key = KEYS[community.kind]
    with MisbehavingServer(community) as server:
        found = posts_of(polled(source(server, community)))
        (batch,) = read_again(source(server, community), key)
    assert set(batch.posts) == {post for post in found if post.thread_key == key}
    assert len(batch.posts) == 6
    assert batch.whole
    assert batch.deleted == ()


@EACH
def test_what_was_taken_back_is_named_by_polls_and_readings(make: Make) -> None:
    community = make()
    community.said = a_talk(3)
    key = KEYS[community.kind]
    with MisbehavingServer(community) as server:
        before = {post.external_id for post in posts_of(polled(source(server, community)))}
        community.said = a_talk(3, hidden=3)
        found = polled(source(server, community))
        (batch,) = read_again(source(server, community), key)
    after = {post.external_id for post in posts_of(found)}
    assert len(before - after) == 1
    assert {one for page in found for one in page.deleted} == set(batch.deleted) == before - after
    assert batch.whole


@EACH
def test_a_long_conversation_is_read_with_few_requests_and_its_newest_replies(make: Make) -> None:
    community = make()
    community.said = a_talk(600)
    with MisbehavingServer(community) as server:
        (batch,) = read_again(source(server, community), KEYS[community.kind])
    assert community.requests == batch.fetched == 10
    assert len({post.external_id for post in batch.posts}) >= 180
    newest = max(post.published or NOW for post in batch.posts)
    assert newest.timestamp() == PRESENT - (3_000 - 601) * MINUTE
    assert any(post.is_opening for post in batch.posts)
    assert not batch.whole


@EACH
def test_a_conversation_that_is_gone_is_not_found(make: Make) -> None:
    community = make()
    with MisbehavingServer(community) as server, pytest.raises(NotFound):
        read_again(source(server, community), KEYS[community.kind])


@EACH
def test_a_post_of_unknown_shape_makes_it_a_part(make: Make) -> None:
    community = make()
    community.said = a_talk(2)
    community.rubbish = [{"odd": 1}]
    with MisbehavingServer(community) as server:
        (batch,) = read_again(source(server, community), KEYS[community.kind])
    assert len(batch.posts) == 3
    assert batch.problem
    assert not batch.whole


def test_a_nodebb_that_repeats_a_page_gives_a_part() -> None:
    community = NodeBB(said=a_talk(30), repeats=True)
    with MisbehavingServer(community) as server:
        (batch,) = read_again(source(server, community), "1")
    assert (len(batch.posts), community.requests, batch.whole) == (20, 2, False)


def test_a_discourse_topic_whose_ids_are_not_told_is_a_part() -> None:
    community = Discourse(said=a_talk(2), ids_told=False)
    with MisbehavingServer(community) as server:
        (batch,) = read_again(source(server, community), "1")
    assert (ids([batch]), batch.whole) == (["1/1", "1/2", "1/3"], False)


def test_a_deleted_lemmy_post_is_named() -> None:
    community = Lemmy(said=[Said(number=1, at=PRESENT, hidden=True)])
    with MisbehavingServer(community) as server:
        (batch,) = read_again(source(server, community), "post/1")
    assert (batch.posts, batch.deleted) == ((), ("post/1",))


@pytest.mark.parametrize(
    ("error", "raised"),
    [("couldnt_find_post", NotFound), ("instance_is_private", UnexpectedStatus)],
)
def test_an_older_lemmy_says_in_words_that_a_post_is_not_there(
    error: str, raised: type[Exception]
) -> None:
    said = Reply(
        body=f'{{"error": "{error}"}}'.encode(), status="400 Bad", kind="application/json"
    )
    community = Lemmy(instead=said)
    with MisbehavingServer(community) as server, pytest.raises(raised):
        read_again(source(server, community), "post/1")


def test_a_deleted_nodebb_topic_is_gone() -> None:
    class Closed(NodeBB):
        @override
        def topic(self, tid: str, query: dict[str, list[str]]) -> JsonValue:
            shown = super().topic(tid, query)
            assert isinstance(shown, dict)
            return {**shown, "deleted": 1}

    community = Closed(said=a_talk(1))
    with MisbehavingServer(community) as server, pytest.raises(Gone):
        read_again(source(server, community), "1")


# `harken crawl`.


def test_a_crawl_reads_due_conversations_again_after_polling(tmp_path: Path) -> None:
    small_talk = [replace(said, text="<p>Lunch was good.</p>") for said in a_talk(1)]
    community = Discourse(said=small_talk)
    clock = StandingClock()
    with MisbehavingServer(community) as server:
        spec = SourceSpec(
            id="talk",
            kind=SourceKind.DISCOURSE,
            name="Talk",
            url=server.url("/"),
            every=timedelta(hours=1),
            policy="plain",
        )
        config = a_config(sources=[spec], policies=[a_policy("plain")])
        loopback = {"allow_networks": ("127.0.0.0/8",), "contact": "bot@harken.example"}
        settings = config.settings.model_copy(update=loopback)
        with open_house(tmp_path, config=replace(config, settings=settings), clock=clock) as house:
            (polled,) = crawl_now(house, lease(house))
            with writing(house.engine) as db:
                thread = db.exec(select(Thread).where(Thread.key == "1")).one()
                thread.next_read_at = clock.now()
                db.add(thread)
            community.said.append(Said(number=4, at=PRESENT, answers=1, text="So it was."))
            clock.pass_by(timedelta(minutes=1))  # too early for a poll

            assert crawl_now(house, lease(house)) == []

            with reading(house.engine) as db:
                found = {post.external_id for post in db.exec(select(Post)).all()}
    assert (polled.error, polled.counts.new) == (None, 3)
    assert found == {"1/1", "1/2", "1/3", "3/1"}
