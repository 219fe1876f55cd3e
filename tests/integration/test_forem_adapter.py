"""Against an imitation of Forem's API that misbehaves on request."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from pydantic import JsonValue
from typing_extensions import override

from crawlers.apis.forem import MOST_BODIES
from crawlers.apis.metered import RefusedByApi
from crawlers.errors import NotFound, RateLimited, Unparseable
from crawlers.found import Cursor, SourceToPoll
from models.words import SourceKind
from tests.crawling import NOW, a_source, polled, posts_of, read_again, stored
from tests.metered_apis import (
    PAGE,
    TOO_OFTEN,
    Imitation,
    Request,
    ids,
    killed_after_each_batch,
    told,
)
from tests.misbehaving import MisbehavingServer, Reply

PRESENT = int(NOW.timestamp())


@dataclass
class Forem(Imitation):
    """Articles, numbered by age, and what was said under them."""

    articles: int = 0
    deleted: set[int] = field(default_factory=set)  # still listed, but not there
    trees: dict[int, list[JsonValue]] = field(default_factory=dict)
    extra: list[JsonValue] = field(default_factory=list)
    repeats: bool = False

    @override
    def answer(self, request: Request) -> Reply | None:
        match request.path.removeprefix("/api/").split("/"):
            case ["articles", "latest"] | ["articles"]:
                return self._listed(request)
            case ["articles", number] if int(number) not in self.deleted:
                return told(self._article(int(number), {"body_html": f"<p>Body {number}</p>"}))
            case ["comments"]:
                return told(self.trees.get(int(request.query["a_id"]), []))
        return told({"error": "not found", "status": 404}, status="404 Not Found")

    def _listed(self, request: Request) -> Reply:
        size = int(request.query["per_page"])
        start = 0 if self.repeats else (int(request.query["page"]) - 1) * size
        listed = [self._article(n) for n in range(self.articles, 0, -1)]
        return told([*listed[start : start + size], *self.extra])

    def _article(self, number: int, more: dict[str, JsonValue] | None = None) -> JsonValue:
        at = datetime.fromtimestamp(PRESENT - 60 * (1_000 - number), UTC)
        return {
            "id": number,
            "title": f"How we chose, part {number}",
            "description": f"In short {number}",
            "url": f"https://forem.example/ann/part-{number}",
            "published_at": at.isoformat(),
            "comments_count": len(self.trees.get(number, [])),
            "tag_list": "crm, tools" if more else ["crm", "tools"],
            "user": {"username": "ann", "name": "Ann"},
            **(more or {}),
        }


def comment(code: str, *children: JsonValue, gone: bool = False) -> JsonValue:
    return {
        "id_code": code,
        "created_at": "2026-06-29T10:00:00Z",
        "body_html": "<p>[deleted]</p>" if gone else f"<p>Say {code}</p>",
        "user": {} if gone else {"username": "bob"},
        "children": list(children),
    }


def source(
    server: MisbehavingServer, cursor: Cursor | None = None, **options: str
) -> SourceToPoll:
    return a_source(server.url("/"), kind=SourceKind.FOREM, cursor=cursor, options=options)


def test_the_first_poll_takes_the_newest_with_the_text_of_some() -> None:
    api = Forem(articles=150)
    with MisbehavingServer(api) as server:
        (batch,) = polled(source(server))
        assert batch.posts[-1].author_url == server.url("/ann")
    assert ids([batch]) == [str(number) for number in range(51, 151)]
    assert [post.text for post in batch.posts[-2:]] == ["Body 149", "Body 150"]
    assert batch.posts[0].text == "In short 51"
    assert batch.posts[-1].tags == ("crm", "tools")
    assert batch.posts[-1].url == "https://forem.example/ann/part-150"
    assert batch.fetched == 1 + MOST_BODIES == len(api.requests)


def test_the_next_poll_takes_only_what_is_new() -> None:
    api = Forem(articles=150)
    with MisbehavingServer(api) as server:
        (first,) = polled(source(server))
        api.articles = 153
        api.requests.clear()
        (second,) = polled(source(server, stored(first)))
        (third,) = polled(source(server, stored(second)))
    assert ids([second]) == ["151", "152", "153"]
    assert ids([third]) == []
    assert len(api.requests) == 5


def test_pages_are_read_on_until_what_is_known() -> None:
    api = Forem(articles=20)
    with MisbehavingServer(api) as server:
        (first,) = polled(source(server))
        api.articles = 270
        found = polled(source(server, stored(first)))
    assert set(ids(found)) == {str(number) for number in range(21, 271)}
    assert len(ids(found)) == 250


def test_a_crawl_killed_after_each_page_loses_nothing_and_asks_for_no_text_twice() -> None:
    api = Forem(articles=20)
    with MisbehavingServer(api) as server:
        (first,) = polled(source(server))
        api.articles = 130
        api.requests.clear()
        (killed, *_) = polled(source(server, stored(first)))
        asked = len(api.requests)
        later = polled(source(server, stored(killed)))
    assert set(ids([killed, *later])) == {str(number) for number in range(21, 131)}
    assert len(ids([killed, *later])) == 110
    bodies = [r.path for r in api.requests if r.path.count("/") == 3 and "latest" not in r.path]
    assert len(bodies) == len(set(bodies))
    assert asked >= 1


def test_a_crawl_that_is_killed_again_and_again_stays_within_its_cursor() -> None:
    with MisbehavingServer(Forem(articles=40)) as server:
        seen, cursor = killed_after_each_batch(source(server))
    assert len(set(seen)) == len(seen) == 40
    assert len(str(cursor)) < 20_000


def test_an_article_that_was_deleted_meanwhile_is_left_out() -> None:
    with MisbehavingServer(Forem(articles=3, deleted={2})) as server:
        assert ids(polled(source(server))) == ["1", "3"]


def test_comments_keep_their_place_and_come_once() -> None:
    tree: list[JsonValue] = [comment("a", comment("b", gone=False)), comment("c", gone=True)]
    api = Forem(articles=2, trees={1: tree})
    with MisbehavingServer(api) as server:
        articles, comments = polled(source(server, comments="yes"))
        first, answer = comments.posts
        assert first.url == server.url("/bob/comment/a")
        again = polled(source(server, stored(comments), comments="yes"))
        api.trees[1] = [*tree, comment("d")]
        later = polled(source(server, stored(again[-1]), comments="yes"))
    assert len(articles.posts) == 2
    assert (first.external_id, first.parent_external_id, first.thread_key) == (
        *("comment-a", "1"),
        "1",
    )
    assert (answer.text, answer.parent_external_id) == ("Say b", "comment-a")
    assert not first.is_opening
    assert ids(again) == []
    assert "comment-d" in ids(later)


def test_a_tag_is_asked_for_by_name() -> None:
    api = Forem(articles=2)
    with MisbehavingServer(api) as server:
        polled(source(server, tag="crm"))
    asked = api.requests[0]
    assert (asked.path, asked.query["tag"], asked.query["state"]) == (
        *("/api/articles", "crm"),
        "fresh",
    )


def test_a_page_that_repeats_for_ever_ends_the_poll() -> None:
    api = Forem(articles=5, repeats=True)
    with MisbehavingServer(api) as server:
        polled(source(server, {"known": ["no-longer-there"]}))
    assert len([r for r in api.requests if r.path.endswith("latest")]) == 2


def test_when_the_host_wants_rest_descriptions_have_to_do() -> None:
    with MisbehavingServer(Forem(articles=4, instead={3: TOO_OFTEN})) as server:
        (batch,) = polled(source(server))
    assert [post.text for post in batch.posts] == [
        *("In short 1", "In short 2", "In short 3"),
        "Body 4",
    ]


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (TOO_OFTEN, RateLimited),
        (PAGE, Unparseable),
        (told({"error": "unauthorized"}, status="401 Unauthorized"), RefusedByApi),
        (told({"articles": []}), Unparseable),
    ],
)
def test_refusals_and_pages_for_people_are_named(reply: Reply, error: type[Exception]) -> None:
    with MisbehavingServer(Forem(instead={1: reply})) as server, pytest.raises(error):
        polled(source(server))


def test_an_empty_community_is_no_error() -> None:
    with MisbehavingServer(Forem()) as server:
        (batch,) = polled(source(server))
    assert (batch.posts, batch.problem) == ((), None)


def test_results_of_an_unknown_shape_are_left_out_and_said() -> None:
    with MisbehavingServer(Forem(articles=1, extra=[{"id": {}}, None])) as server:
        (batch,) = polled(source(server))
    assert len(posts_of([batch])) == 1
    assert batch.problem == "2 of 3 results have an unknown shape and were left out"


# Conversations.


def test_an_article_that_is_read_again_has_the_posts_that_polls_gave() -> None:
    tree = [comment("a", comment("b", gone=True), comment("c", comment("d")))]
    api = Forem(articles=2, trees={2: tree})
    with MisbehavingServer(api) as server:
        found = polled(source(server, comments="yes"))
        (batch,) = read_again(source(server), "2")
    assert set(batch.posts) == {post for post in posts_of(found) if post.thread_key == "2"}
    assert ids([batch])[0] == "2"
    assert batch.deleted == found[-1].deleted == ("comment-b",)
    assert batch.whole


def test_an_article_that_is_gone_is_not_found() -> None:
    with MisbehavingServer(Forem(articles=2, deleted={2})) as server, pytest.raises(NotFound):
        read_again(source(server), "2")


def test_a_strange_comment_makes_it_a_part() -> None:
    with MisbehavingServer(Forem(articles=1, trees={1: [comment("a"), {"no": 1}]})) as server:
        (batch,) = read_again(source(server), "1")
    assert ids([batch]) == ["1", "comment-a"]
    assert batch.problem
    assert not batch.whole
