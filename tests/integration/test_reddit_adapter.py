"""Against an imitation of Reddit's Data API that misbehaves on request."""

from dataclasses import dataclass, field

import pytest
from pydantic import JsonValue
from typing_extensions import override

from crawlers.apis.metered import MissingOption, RefusedByApi
from crawlers.apis.reddit_answer import fullname
from crawlers.errors import (
    BadUrl,
    HostResting,
    MissingSecret,
    NotFound,
    RateLimited,
    Unparseable,
)
from crawlers.found import Cursor, SourceToPoll
from models.words import SourceKind
from tests.crawling import NOW, a_source, polled, posts_of, read_again, stored
from tests.metered_apis import (
    PAGE,
    TOO_OFTEN,
    Imitation,
    Request,
    ids,
    told,
)
from tests.misbehaving import MisbehavingServer, Reply

PRESENT = int(NOW.timestamp())
#: Numbers so far apart that the overlap covers only a few of them.
STRIDE = 20_000
FIRST = 40_000_000


@dataclass
class Reddit(Imitation):
    """The posts and comments of a community, by number."""

    posts: list[int] = field(default_factory=list)
    comments: list[int] = field(default_factory=list)
    taken_back: dict[int, dict[str, JsonValue]] = field(default_factory=dict)
    extra: list[JsonValue] = field(default_factory=list)
    repeats: bool = False
    room: int = 500  # comments that a post's page has room for
    headers: dict[str, str] = field(default_factory=dict)

    @override
    def answer(self, request: Request) -> Reply | None:
        if request.path == "/token":
            return told({"access_token": "t0ken", "expires_in": 86_400})
        if request.path.startswith("/comments/"):
            return self.conversation(request.path.rpartition("/")[2])
        if request.path == "/api/morechildren":
            asked = [int(name, 36) for name in request.query["children"].split(",")]
            things = [self.thing("t1", number) for number in asked]
            return told({"json": {"errors": [], "data": {"things": things}}})
        listing = request.path.rpartition("/")[2]
        kind, numbers = ("t3", self.posts) if listing == "new" else ("t1", self.comments)
        newest_first = sorted(numbers, reverse=True)[:1_000]
        after = request.query.get("after")
        start = 0
        if after and not self.repeats:
            number = int(after[3:], 36)
            start = newest_first.index(number) + 1 if number in newest_first else len(numbers)
        page = newest_first[start : start + int(request.query["limit"])]
        more = self.repeats or len(newest_first) > start + len(page)
        children = [self.thing(kind, number) for number in page]
        return told(
            {
                "kind": "Listing",
                "data": {
                    "children": [*children, *self.extra],
                    "after": fullname(kind, page[-1]) if page and more else None,
                },
            },
            headers=self.headers,
        )

    def thing(self, kind: str, number: int) -> JsonValue:
        data: dict[str, JsonValue] = {
            "name": fullname(kind, number),
            "created_utc": float(PRESENT - (FIRST + 2_000 * STRIDE - number) // 1_000),
            "edited": False,
            "author": "ann",
            "subreddit": "sales",
            "permalink": f"/r/sales/comments/{number}/x/",
        }
        if kind == "t3":
            data |= {"title": "Which CRM?", "selftext": "We're two.", "link_flair_text": "Tools"}
        else:
            data |= {
                "body": "> Which?\n\nPaper.",
                "link_id": fullname("t3", FIRST),
                "parent_id": fullname("t3", FIRST),
                "link_title": "Which CRM?",
            }
        return {"kind": kind, "data": {**data, **self.taken_back.get(number, {})}}

    def conversation(self, name: str) -> Reply:
        number = int(name, 36)
        if number not in self.posts:
            return told({"message": "Not Found", "error": 404}, status="404 Not Found")
        shown, left = self.comments[: self.room], self.comments[self.room :]
        children: list[JsonValue] = []
        for comment in reversed(shown):  # each answers the one before
            thing = self.thing("t1", comment)
            assert isinstance(thing, dict)
            assert isinstance(thing["data"], dict)
            thing["data"] |= {"replies": {"data": {"children": children}} if children else ""}
            del thing["data"]["link_title"]
            children = [thing]
        more: JsonValue = {"count": len(left), "children": [fullname("t1", n)[3:] for n in left]}
        cuts: list[JsonValue] = [{"kind": "more", "data": more}] if left else []
        post: JsonValue = {"children": [self.thing("t3", number)]}
        return told([{"data": post}, {"data": {"children": [*children, *cuts, *self.extra]}}])

    def asked(self, listing: str) -> list[Request]:
        return [request for request in self.requests if request.path.endswith(f"/{listing}")]


def numbers(count: int, *, first: int = 0) -> list[int]:
    return [FIRST + STRIDE * n for n in range(first, first + count)]


def names(count: int, *, first: int = 0) -> list[str]:
    return [fullname("t3", number) for number in numbers(count, first=first)]


def source(
    server: MisbehavingServer, cursor: Cursor | None = None, **options: str
) -> SourceToPoll:
    return a_source(
        server.url("/r/sales+crm"),
        kind=SourceKind.REDDIT,
        cursor=cursor,
        options={
            "user_agent": "web:harken.example:1.0 (by /u/someone)",
            "token_url": server.url("/token"),
            **options,
        },
        secrets={"client_id": "id", "client_secret": "s3cret"},
    )


def test_the_first_poll_takes_the_newest_posts_and_comments() -> None:
    api = Reddit(posts=numbers(150), comments=numbers(3))
    with MisbehavingServer(api) as server:
        posts, comments = polled(source(server))
        site = server.url("")
    assert ids([posts]) == names(100, first=50)
    comment = comments.posts[0]
    assert (comment.text, comment.quoted) == ("Paper.", "> Which?")
    assert (comment.thread_key, comment.parent_external_id) == (names(1)[0], names(1)[0])
    assert (comment.title, comment.thread_title) == ("", "Which CRM?")
    assert not comment.is_opening
    post = posts.posts[0]
    assert (post.title, post.text, post.author) == ("Which CRM?", "We're two.", "ann")
    assert post.author_url == f"{site}/user/ann"
    assert post.tags == ("r/sales", "Tools")
    asked = api.asked("new")[0]
    assert asked.path == "/r/sales+crm/new"
    assert asked.headers["authorization"] == "Bearer t0ken"
    assert asked.headers["user-agent"] == "web:harken.example:1.0 (by /u/someone)"


def test_the_next_poll_reads_back_to_what_is_known() -> None:
    api = Reddit(posts=numbers(150))
    with MisbehavingServer(api) as server:
        first = polled(source(server, comments="no"))
        api.posts += numbers(250, first=150)
        found = polled(source(server, stored(first[-1]), comments="no"))
    assert set(names(250, first=150)) <= set(ids(found))
    assert len(found) == 3
    assert not any(batch.problem for batch in found)


def test_a_known_post_that_was_deleted_does_not_hide_what_came_since() -> None:
    api = Reddit(posts=numbers(120))
    with MisbehavingServer(api) as server:
        first = polled(source(server, comments="no"))
        api.posts.pop()
        api.posts += numbers(5, first=120)
        found = polled(source(server, stored(first[-1]), comments="no"))
    assert set(names(5, first=120)) <= set(ids(found))


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_a_crawl_killed_between_pages_goes_on_where_it_stopped(pages: int) -> None:
    api = Reddit(posts=numbers(150))
    with MisbehavingServer(api) as server:
        first = polled(source(server, comments="no"))
        api.posts += numbers(450, first=150)
        killed = polled(source(server, stored(first[-1]), comments="no"))[:pages]
        api.posts += numbers(5, first=600)
        later = polled(source(server, stored(killed[-1]), comments="no"))
    assert set(names(455, first=150)) <= set(ids([*killed, *later]))
    assert len(later) <= 7 - pages


def test_more_than_reddit_lists_is_said() -> None:
    api = Reddit(posts=numbers(1))
    with MisbehavingServer(api) as server:
        first = polled(source(server, comments="no"))
        api.posts += numbers(1_200, first=1)
        found = polled(source(server, stored(first[-1]), comments="no"))
    assert len(ids(found)) == 1_000
    assert found[-1].problem is not None
    assert "newest 1,000" in found[-1].problem


def test_what_was_deleted_or_removed_is_left_out() -> None:
    gone: list[dict[str, JsonValue]] = [
        {"author": "[deleted]"},
        {"selftext": "[removed]"},
        {"removed_by_category": "moderator"},
        {"title": "[deleted by user]"},
    ]
    api = Reddit(posts=numbers(5), taken_back=dict(zip(numbers(4), gone, strict=True)))
    with MisbehavingServer(api) as server:
        (batch,) = polled(source(server, comments="no"))
    assert ids([batch]) == names(1, first=4)
    assert batch.deleted == tuple(reversed(names(4)))


def test_a_page_that_repeats_for_ever_ends_the_poll() -> None:
    api = Reddit(posts=numbers(100), repeats=True)
    with MisbehavingServer(api) as server:
        polled(source(server, {"new": {"reached": 5, "gaps": []}}, comments="no"))
    assert len(api.asked("new")) <= 3


def test_an_empty_listing_is_no_error() -> None:
    with MisbehavingServer(Reddit()) as server:
        found = polled(source(server))
    assert ids(found) == []
    assert not any(batch.problem for batch in found)


def test_results_of_an_unknown_shape_are_left_out_and_said() -> None:
    rubbish: list[JsonValue] = [{"kind": "t5", "data": {"name": "t5_x"}}, 3]
    with MisbehavingServer(Reddit(posts=numbers(1), extra=rubbish)) as server:
        (batch,) = polled(source(server, comments="no"))
    assert len(batch.posts) == 1
    assert batch.problem == "2 of 3 results have an unknown shape and were left out"


def test_when_nothing_may_be_asked_any_more_the_host_rests() -> None:
    headers = {"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "300"}
    with (
        MisbehavingServer(Reddit(posts=numbers(3), headers=headers)) as server,
        pytest.raises(HostResting) as resting,
    ):
        polled(source(server))
    assert resting.value.retry_after_seconds in range(295, 301)


def test_a_private_community_is_named() -> None:
    refusal = told(
        {"message": "Forbidden", "reason": "private", "error": 403}, status="403 Forbidden"
    )
    with (
        MisbehavingServer(Reddit(instead={2: refusal})) as server,
        pytest.raises(RefusedByApi, match=r"Forbidden \(private\)"),
    ):
        polled(source(server))


@pytest.mark.parametrize(("reply", "error"), [(TOO_OFTEN, RateLimited), (PAGE, Unparseable)])
def test_429_and_a_page_for_people_are_named(reply: Reply, error: type[Exception]) -> None:
    with MisbehavingServer(Reddit(instead={2: reply})) as server, pytest.raises(error):
        polled(source(server))


def test_a_source_says_what_it_lacks() -> None:
    with MisbehavingServer(Reddit()) as server:
        whole = {"user_agent": "web:x:1 (by /u/y)", "token_url": server.url("/token")}
        kind = SourceKind.REDDIT
        with pytest.raises(MissingOption, match="subreddits"):
            polled(a_source(server.url("/"), kind=kind, options=whole))
        with pytest.raises(MissingOption, match="user_agent"):
            polled(a_source(server.url("/r/sales"), kind=kind))
        with pytest.raises(MissingSecret, match="client_id"):
            polled(a_source(server.url("/r/sales"), kind=kind, options=whole))
        with pytest.raises(BadUrl):
            polled(source(server, subreddits="sales/../../api/v1/me"))


def test_posts_of_one_poll_come_oldest_first_in_each_batch() -> None:
    with MisbehavingServer(Reddit(posts=numbers(20))) as server:
        found = posts_of(polled(source(server, comments="no")))
    times = [post.published for post in found if post.published]
    assert times == sorted(times)
    assert len(times) == 20


# Conversations.


def test_a_conversation_that_is_read_again_has_the_posts_that_polls_gave() -> None:
    api = Reddit(posts=numbers(1), comments=numbers(4, first=1))
    with MisbehavingServer(api) as server:
        found = posts_of(polled(source(server)))
        (batch,) = read_again(source(server), names(1)[0])
    assert batch.posts == tuple(found)
    assert batch.whole
    (asked,) = (request for request in api.requests if request.path.startswith("/comments/"))
    assert asked.headers["authorization"] == "Bearer t0ken"


def test_what_was_taken_back_is_named_and_what_answers_it_stays() -> None:
    gone: dict[int, dict[str, JsonValue]] = {
        numbers(1, first=1)[0]: {"body": "[deleted]", "author": "[deleted]"},
        numbers(1)[0]: {"selftext": "[removed]"},
    }
    api = Reddit(posts=numbers(1), comments=numbers(3, first=1), taken_back=gone)
    with MisbehavingServer(api) as server:
        (batch,) = read_again(source(server), names(1)[0])
    assert ids([batch]) == [fullname("t1", number) for number in numbers(2, first=2)]
    assert set(batch.deleted) == {names(1)[0], fullname("t1", numbers(1, first=1)[0])}
    assert {post.thread_title for post in batch.posts} == {""}
    assert batch.whole


def test_comments_that_a_page_has_no_room_for_are_asked_for_by_hundreds() -> None:
    api = Reddit(posts=numbers(1), comments=numbers(250, first=1), room=20)
    with MisbehavingServer(api) as server:
        (batch,) = read_again(source(server), names(1)[0])
    assert len(batch.posts) == 251
    assert len(api.asked("morechildren")) == 3
    assert batch.whole


def test_of_a_conversation_without_end_a_part_is_read() -> None:
    api = Reddit(posts=numbers(1), comments=numbers(1_200, first=1), room=20)
    with MisbehavingServer(api) as server:
        (batch,) = read_again(source(server), names(1)[0])
    assert len(batch.posts) == 1 + 20 + 900
    assert not batch.whole


def test_a_cut_or_a_strange_comment_makes_it_a_part() -> None:
    cut: JsonValue = {"kind": "more", "data": {"count": 0, "children": []}}
    strange: JsonValue = {"kind": "t1", "data": {"name": "rubbish"}}
    for odd in (cut, strange):
        with MisbehavingServer(Reddit(posts=numbers(1), extra=[odd])) as server:
            (batch,) = read_again(source(server), names(1)[0])
        assert ids([batch]) == names(1)
        assert not batch.whole


def test_a_conversation_that_is_gone_is_not_found() -> None:
    with MisbehavingServer(Reddit()) as server, pytest.raises(NotFound):
        read_again(source(server), names(1)[0])
