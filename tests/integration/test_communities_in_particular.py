"""What is particular to one community's API."""

import pytest
from pydantic import JsonValue
from typing_extensions import override

from crawlers.apis.bluesky import SearchRefused
from crawlers.apis.mastodon import MembersOnly, behind, tags_of
from crawlers.apis.metered import MissingOption
from crawlers.found import FoundPost
from models.words import SourceKind
from tests.crawling import a_source, polled, posts_of, stored
from tests.imitations import PRESENT, Bluesky, Discourse, Lemmy, Mastodon, NodeBB, Said
from tests.misbehaving import MisbehavingServer, Reply

QUOTE = (
    '<aside class="quote no-group" data-username="bob" data-post="1" data-topic="1">'
    '<div class="title">bob:</div><blockquote><p>theirs</p></blockquote></aside><p>mine</p>'
)


def ask(said: str = "question") -> Said:
    return Said(number=1, at=PRESENT - 90, text=said)


def only(found: list[FoundPost]) -> FoundPost:
    (post,) = found
    return post


def test_discourse_gives_quotes_apart_and_permalinks() -> None:
    forum = Discourse(said=[ask(QUOTE)])
    with MisbehavingServer(forum) as server:
        address = server.url("/c/support/5?page=2")
        post = only(posts_of(polled(a_source(address, kind=SourceKind.DISCOURSE))))
        base = server.url("")
    assert (post.text, post.quoted) == ("mine", "bob:\n\ntheirs")
    assert post.url == f"{base}/t/vans/1/1"
    assert (post.author, post.author_url) == ("ann", f"{base}/u/ann")
    assert (post.title, post.thread_title) == ("Which van?", "Which van?")
    assert post.edited is None


def test_an_older_discourse_whose_pages_are_empty_is_read_on() -> None:
    forum = Discourse(ids_wide=True, private=frozenset(range(110, 290)))
    forum.say(100)
    with MisbehavingServer(forum) as server:
        source = a_source(server.url("/"), kind=SourceKind.DISCOURSE)
        cursor = stored(polled(source)[-1])
        forum.say(200)
        found = polled(a_source(server.url("/"), kind=SourceKind.DISCOURSE, cursor=cursor))
    assert {f"{n}/1" for n in (*range(101, 110), *range(290, 301))} <= {
        post.external_id for post in posts_of(found)
    }


def test_discourse_may_be_narrowed_to_categories() -> None:
    forum = Discourse()
    forum.say(9)
    with MisbehavingServer(forum) as server:
        source = a_source(server.url("/"), kind=SourceKind.DISCOURSE, options={"category": "2, 7"})
        found = polled(source)
    assert [post.external_id for post in posts_of(found)] == [f"{n}/1" for n in (1, 3, 5, 7, 9)]


def test_lemmy_is_asked_for_the_community_of_the_address() -> None:
    instance = Lemmy(said=[ask("> theirs\n\nmine, in *Markdown*")])
    with MisbehavingServer(instance) as server:
        address = server.url("/c/vans@away.example")
        post = only(posts_of(polled(a_source(address, kind=SourceKind.LEMMY))))
    assert instance.asked[0]["community_name"] == ["vans@away.example"]
    assert instance.asked[0]["type_"] == ["All"]
    assert (post.text, post.quoted) == ("mine, in *Markdown*", "> theirs")
    assert post.url == "https://away.example/post/1"


def test_a_whole_lemmy_instance_gives_what_is_local_unless_asked() -> None:
    instance = Lemmy()
    with MisbehavingServer(instance) as server:
        polled(a_source(server.url("/"), kind=SourceKind.LEMMY))
        options = {"type": "All"}
        polled(a_source(server.url("/"), kind=SourceKind.LEMMY, options=options))
    assert [query["type_"] for query in instance.asked] == [["Local"]] * 2 + [["All"]] * 2
    assert not any("community_name" in query for query in instance.asked)


@pytest.mark.parametrize("setting", ["indexable", "discoverable", "noindex"])
def test_mastodon_accounts_that_do_not_want_to_be_found_are_left_out(setting: str) -> None:
    class Shy(Mastodon):
        @override
        def show(self, said: Said) -> JsonValue:
            shown = super().show(said)
            assert isinstance(shown, dict)
            return {**shown, "account": {"acct": "ann", setting: setting == "noindex"}}

    server_of_shy = Shy(said=[ask()])
    with MisbehavingServer(server_of_shy) as server:
        source = a_source(server.url("/tags/crm"), kind=SourceKind.MASTODON)
        (batch,) = polled(source)
    assert batch.posts == ()
    assert batch.problem is None
    assert batch.cursor["reached"]


@pytest.mark.parametrize("status", ["401 No", "422 Unprocessable", "403 No"])
def test_a_mastodon_without_public_preview_says_so_in_words(status: str) -> None:
    closed = Mastodon(instead=Reply(body=b"{}", status=status))
    with MisbehavingServer(closed) as server, pytest.raises(MembersOnly, match="token_env"):
        polled(a_source(server.url("/tags/crm"), kind=SourceKind.MASTODON))


def test_a_mastodon_is_asked_with_the_token_and_for_all_tags() -> None:
    community = Mastodon(said=[ask()])
    with MisbehavingServer(community) as server:
        source = a_source(
            server.url("/"),
            kind=SourceKind.MASTODON,
            options={"tags": "crm, #Helpdesk"},
            secrets={"token": "t0ken"},
        )
        polled(source)
        asked = server.asked_for("/api/v1/timelines/tag/crm")[0]
    assert asked.headers["authorization"] == "Bearer t0ken"
    assert community.asked[0]["any[]"] == ["helpdesk"]


def test_a_mastodon_that_ignores_min_id_is_not_asked_for_ever() -> None:
    community = Mastodon(ignores_min_id=True)
    community.say(100)
    with MisbehavingServer(community) as server:
        source = a_source(server.url("/tags/crm"), kind=SourceKind.MASTODON)
        cursor = stored(polled(source)[-1])
        community.say(3, until=PRESENT + 30)
        before = community.requests
        *_, last = polled(a_source(source.url, kind=source.kind, cursor=cursor))
    assert community.requests - before == 2
    assert last.problem
    assert len(last.posts) == 40


def test_mastodon_s_hashtags_come_from_the_options_or_the_address() -> None:
    assert tags_of("https://m.example/tags/CRM", "") == ("crm",)
    assert tags_of("https://m.example/tags/crm", "#a,b, c a") == ("a", "b", "c")
    for url, option in (("https://m.example/", ""), ("https://m.example/", "a,b,c,d,e,f")):
        with pytest.raises(MissingOption, match="hashtags"):
            tags_of(url, option)


def test_ids_that_do_not_tell_the_time_are_not_set_back() -> None:
    assert behind("9Xk2") == "9Xk2"
    assert behind("4711") == "4711"
    assert int(behind(str(PRESENT * 1_000 << 16))) == (PRESENT - 3_600) * 1_000 << 16


def test_nodebb_s_topics_tell_what_is_quoted() -> None:
    forum = NodeBB(said=[ask("<p>mine</p>")])
    with MisbehavingServer(forum) as server:
        address = server.url("/topic/9/other?page=2")
        post = only(posts_of(polled(a_source(address, kind=SourceKind.NODEBB))))
        assert post.url == server.url("/post/1")
        assert post.thread_url == server.url("/topic/1/which-van")
    assert (post.text, post.quoted) == ("mine", "theirs")
    assert post.title == "Which van & why?"


def test_nodebb_s_long_topics_are_read_at_both_ends() -> None:
    replies = [
        Said(number=n, at=PRESENT - 90_000 + n, text=f"reply {n}", answers=1) for n in range(2, 66)
    ]
    forum = NodeBB(said=[Said(number=1, at=PRESENT - 90_000, text="question"), *replies])
    with MisbehavingServer(forum) as server:
        found = posts_of(polled(a_source(server.url("/"), kind=SourceKind.NODEBB)))
    assert forum.topics_asked == ["1", "1"]
    assert {"question", "reply 65"} <= {post.text for post in found}
    assert {post.external_id for post in found} >= {
        str(n) for n in (*range(1, 21), *range(61, 66))
    }


def test_a_nodebb_without_a_list_of_posts_is_read_by_its_topics() -> None:
    forum = NodeBB(said=[ask(), Said(number=2, at=PRESENT - 60, text="answer", answers=1)])
    forum.lists_posts = False
    with MisbehavingServer(forum) as server:
        source = a_source(server.url("/"), kind=SourceKind.NODEBB)
        first = polled(source)
        forum.said.append(Said(number=3, at=PRESENT, text="thanks", answers=1))
        second = polled(a_source(source.url, kind=source.kind, cursor=stored(first[-1])))
    assert {post.text for post in posts_of(first)} == {"question", "answer"}
    assert "thanks" in {post.text for post in posts_of(second)}


def test_bluesky_posts_carry_their_language_and_links() -> None:
    network = Bluesky(said=[ask()])
    with MisbehavingServer(network) as server:
        address = server.url("/?q=help+desk&lang=en")
        post = only(posts_of(polled(a_source(address, kind=SourceKind.BLUESKY))))
    assert network.asked[0]["q"] == ["help desk"]
    assert network.asked[0]["lang"] == ["en"]
    assert post.url == "https://bsky.app/profile/ann.example/post/1"
    assert post.thread_url == "https://bsky.app/profile/did:plc:ann/post/1"
    assert post.language == "en-GB"
    assert post.external_id == "did:plc:ann/app.bsky.feed.post/1"


def test_a_bluesky_server_that_does_not_search_for_the_public_says_so() -> None:
    closed = Bluesky(instead=Reply(body=b"{}", status="403 Forbidden"))
    with (
        MisbehavingServer(closed) as server,
        pytest.raises(SearchRefused, match=r"api\.bsky\.app"),
    ):
        polled(a_source(server.url("/?q=crm"), kind=SourceKind.BLUESKY))


def test_a_bluesky_source_without_words_is_told_so() -> None:
    with pytest.raises(MissingOption, match="query"):
        polled(a_source("https://public.api.bsky.app", kind=SourceKind.BLUESKY))
