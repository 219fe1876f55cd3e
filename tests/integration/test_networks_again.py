"""Conversations of networks that are read again: a post is gone there, and its replies are not."""

from collections.abc import Callable

import pytest
from typing_extensions import override

from crawlers.apis.mastodon import MembersOnly
from crawlers.errors import Unparseable
from crawlers.found import Batch, SourceToPoll
from models.words import SourceKind
from tests.crawling import a_source, polled, posts_of, read_again
from tests.imitations import PRESENT, Bluesky, Community, Mastodon, Said
from tests.metered_apis import ids
from tests.misbehaving import Asked, MisbehavingServer, Reply

EACH = pytest.mark.parametrize("make", [Mastodon, Bluesky])
Make = Callable[[], Community]
OPTIONS = {SourceKind.MASTODON: {"tags": "crm"}, SourceKind.BLUESKY: {"query": "crm"}}


def a_talk(replies: int, *, deep: bool = False, hidden: int = 0) -> list[Said]:
    """Return a question with replies to it, or each to the one before."""
    said = [Said(number=1, at=PRESENT - 3_000)]
    for n in range(2, replies + 2):
        answers = n - 1 if deep else 1
        said.append(Said(number=n, at=PRESENT - 3_000 + n, answers=answers, hidden=n == hidden))
    return said


def source(server: MisbehavingServer, community: Community) -> SourceToPoll:
    return a_source(server.url("/"), kind=community.kind, options=OPTIONS[community.kind])


def key_of(community: Community) -> str:
    if isinstance(community, Mastodon):
        return str(community.id(a_talk(0)[0]))
    return "did:plc:ann/app.bsky.feed.post/1"


def again(community: Community) -> Batch:
    with MisbehavingServer(community) as server:
        (batch,) = read_again(source(server, community), key_of(community))
    return batch


@EACH
@pytest.mark.parametrize("deep", [False, True])
def test_a_conversation_has_the_posts_that_polls_gave(make: Make, deep: bool) -> None:
    community = make()
    community.said = a_talk(1) if deep else a_talk(5)
    with MisbehavingServer(community) as server:
        found = posts_of(polled(source(server, community)))
        (batch,) = read_again(source(server, community), key_of(community))
    assert set(batch.posts) == set(found)
    assert batch.whole
    assert batch.deleted == ()


@EACH
def test_replies_to_replies_stand_in_one_conversation(make: Make) -> None:
    community = make()
    community.said = a_talk(10, deep=True)
    batch = again(community)
    assert len(batch.posts) == 11
    assert batch.whole
    assert {post.thread_key for post in batch.posts} >= {key_of(community)}
    assert [post.is_opening for post in batch.posts] == [True] + 10 * [False]


@EACH
def test_an_opening_post_that_is_gone_is_named_without_its_replies(make: Make) -> None:
    community = make()
    community.said = a_talk(3)[1:]
    batch = again(community)
    assert (batch.posts, batch.deleted, batch.whole) == ((), (key_of(community),), False)


@EACH
def test_whoever_hides_is_left_out_of_the_whole(make: Make) -> None:
    community = make()
    community.said = a_talk(3, hidden=3)
    batch = again(community)
    assert len(batch.posts) == 3
    assert batch.whole


@EACH
def test_a_conversation_that_is_cut_short_is_a_part(make: Make) -> None:
    long, deep, odd = make(), make(), make()
    long.said, deep.said, odd.said = a_talk(80), a_talk(70, deep=True), a_talk(2)
    if isinstance(long, Bluesky):
        long.shows = 50
    odd.rubbish = [7]
    for community, least in ((long, 51), (deep, 51)):
        batch = again(community)
        assert len(batch.posts) >= least
        assert not batch.whole
    strange = again(odd)
    assert (len(strange.posts), strange.whole) == (3, False)
    assert strange.problem


def test_a_mastodon_conversation_that_is_deep_is_a_part() -> None:
    assert not again(Mastodon(said=a_talk(25, deep=True))).whole


def test_what_a_mastodon_post_answers_is_read_too() -> None:
    community = Mastodon(said=a_talk(3, deep=True))
    middle = str(community.id(community.said[2]))
    with MisbehavingServer(community) as server:
        (batch,) = read_again(source(server, community), middle)
    assert len(batch.posts) == 4
    assert {post.thread_key for post in batch.posts} == {middle}


def test_a_mastodon_that_shows_posts_to_members_says_so() -> None:
    with pytest.raises(MembersOnly):
        again(Mastodon(instead=Reply(body=b"{}", status="401 No")))


def test_a_bluesky_post_that_one_answer_denies_and_another_shows_is_not_gone() -> None:
    assert again(Bluesky(contradicts=True)).deleted == ()


@pytest.mark.parametrize(
    ("body", "status", "deleted"),
    [
        (b'{"error": "NotFound", "message": "Post not found"}', "400 Bad", True),
        (b'{"error": "InvalidRequest"}', "400 Bad", False),
        (b'{"thread": {"blocked": true}}', "200 OK", False),
        (b'{"thread": 7}', "200 OK", False),
    ],
)
def test_a_bluesky_server_says_in_words_what_is_gone(
    body: bytes, status: str, deleted: bool
) -> None:
    class Worded(Bluesky):
        @override
        def __call__(self, asked: Asked) -> Reply | None:
            if "getPostThread" in asked.path:
                return Reply(body=body, status=status, kind="application/json")
            return super().__call__(asked)

    community = Worded()
    if b"InvalidRequest" in body:
        with pytest.raises(Unparseable):
            again(community)
        return
    batch = again(community)
    assert batch.deleted == ((key_of(community),) if deleted else ())
    assert ids([batch]) == []
    assert not batch.whole
