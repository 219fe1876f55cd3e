"""Against an imitation of YouTube's comment threads that misbehaves on request."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from pydantic import JsonValue
from typing_extensions import override

from crawlers.apis.metered import MissingOption, QuotaUsedUp, RefusedByApi
from crawlers.errors import MissingSecret, NotFound, RateLimited, Unparseable
from crawlers.found import Batch, Cursor, SourceToPoll
from models.words import SourceKind
from tests.crawling import NOW, a_source, polled, read_again, stored
from tests.metered_apis import PAGE, TOO_OFTEN, Imitation, Request, ids, told
from tests.misbehaving import MisbehavingServer, Reply

PRESENT = int(NOW.timestamp())
DAY = 86_400


@dataclass
class YouTube(Imitation):
    """Comments by time, newest first."""

    comments: list[int] = field(default_factory=list)  # times; the first is number 1
    replies: dict[int, list[JsonValue]] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    extra: list[JsonValue] = field(default_factory=list)
    repeats: bool = False

    @override
    def answer(self, request: Request) -> Reply | None:
        if request.path == "/youtube/v3/comments":
            return self.replies_to(request)
        if "id" in request.query:
            there = self.numbered(request.query["id"])
            return told({"items": [self.thread(n, at) for n, at in there] + self.extra})
        if request.path != "/youtube/v3/commentThreads":
            return None
        there = [(at, n) for n, at in enumerate(self.comments, 1) if n not in self.deleted]
        there.sort(reverse=True)
        start = 0 if self.repeats else int(request.query.get("pageToken", "0"))
        size = int(request.query["maxResults"])
        more = self.repeats or len(there) > start + size
        items = [self.thread(n, at) for at, n in there[start : start + size]]
        next_page: dict[str, JsonValue] = {"nextPageToken": str(start + size)} if more else {}
        return told({"items": [*items, *self.extra], **next_page})

    def numbered(self, thread: str) -> list[tuple[int, int]]:
        there = enumerate(self.comments, 1)
        return [(n, at) for n, at in there if f"Ug{n}" == thread and n not in self.deleted]

    def replies_to(self, request: Request) -> Reply:
        (number, _), *_ = self.numbered(request.query["parentId"])
        every = self.replies.get(number, [])
        start = 0 if self.repeats else int(request.query.get("pageToken", "0"))
        more = self.repeats or len(every) > start + 100
        next_page: dict[str, JsonValue] = {"nextPageToken": str(start + 100)} if more else {}
        return told({"items": every[start : start + 100], **next_page})

    def thread(self, number: int, at: int) -> JsonValue:
        return {
            "id": f"Ug{number}",
            "snippet": {
                "videoId": "v1d-e_o",
                "topLevelComment": said(f"Ug{number}", "Which CRM?\nWe're two.", at),
                "totalReplyCount": len(self.replies.get(number, [])),
            },
            **({"replies": {"comments": self.replies[number]}} if number in self.replies else {}),
        }


def said(comment: str, text: str, at: int) -> JsonValue:
    moment = datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
    return {
        "id": comment,
        "snippet": {
            "textDisplay": text,
            "authorDisplayName": "@ann",
            "authorChannelUrl": "http://www.youtube.com/@ann",
            "publishedAt": moment,
            "updatedAt": moment,
            **({"parentId": comment.partition(".")[0]} if "." in comment else {}),
        },
    }


def refusal(reason: str, *, status: str = "403 Forbidden") -> Reply:
    words = 'See <a href="/youtube">here</a>.'
    return told(
        {"error": {"code": int(status[:3]), "message": words, "errors": [{"reason": reason}]}},
        status=status,
    )


def source(server: MisbehavingServer, cursor: Cursor | None = None) -> SourceToPoll:
    return a_source(
        server.url("/youtube/v3"),
        kind=SourceKind.YOUTUBE,
        cursor=cursor,
        options={"video": "v1d-e_o"},
        secrets={"key": "k3y"},
    )


def numbers(first: int, last: int) -> set[str]:
    return {f"Ug{number}" for number in range(first, last + 1)}


def test_the_first_poll_takes_the_newest_hundred_with_their_replies() -> None:
    api = YouTube(comments=[PRESENT - DAY + n for n in range(150)])
    api.replies = {150: [said("Ug150.R1", "Paper.", PRESENT - 60)]}
    with MisbehavingServer(api) as server:
        (batch,) = polled(source(server))
    assert set(ids([batch])) == numbers(51, 150) | {"Ug150.R1"}
    assert batch.cursor == {"published": api.comments[-1]}
    top, answer = batch.posts[-2:]
    assert top.url == "https://www.youtube.com/watch?v=v1d-e_o&lc=Ug150"
    assert (top.text, top.author) == ("Which CRM?\nWe're two.", "@ann")
    assert top.is_opening
    assert top.edited is None
    assert (answer.parent_external_id, answer.thread_key) == ("Ug150", "Ug150")
    assert not answer.is_opening
    (asked,) = api.requests
    assert "key" not in asked.query
    assert asked.headers["x-goog-api-key"] == "k3y"
    assert (asked.query["order"], asked.query["videoId"]) == ("time", "v1d-e_o")


def test_the_next_poll_reads_back_to_what_is_known() -> None:
    api = YouTube(comments=[PRESENT - 2 * DAY + n for n in range(150)])
    with MisbehavingServer(api) as server:
        (first,) = polled(source(server))
        api.comments += [PRESENT - DAY + n for n in range(250)]
        found = polled(source(server, stored(first)))
    assert numbers(151, 400) <= set(ids(found))
    assert len(ids(found)) == len(set(ids(found)))
    assert found[-1].cursor == {"published": api.comments[-1]}


def test_a_crawl_killed_between_pages_begins_again_and_loses_nothing() -> None:
    api = YouTube(comments=[PRESENT - 2 * DAY + n for n in range(50)])
    with MisbehavingServer(api) as server:
        (first,) = polled(source(server))
        api.comments += [PRESENT - DAY + n for n in range(250)]
        (killed, *_) = polled(source(server, stored(first)))
        assert killed.cursor == first.cursor
        later = polled(source(server, stored(killed)))
    assert numbers(51, 300) <= set(ids(later))


def test_a_deleted_comment_and_one_without_words_are_left_out() -> None:
    api = YouTube(comments=[PRESENT - DAY, PRESENT - 60], deleted={1})
    api.replies = {2: [said("Ug2.R1", "  ", PRESENT - 30)]}
    with MisbehavingServer(api) as server:
        assert ids(polled(source(server))) == ["Ug2"]


def test_a_page_that_repeats_for_ever_ends_the_poll() -> None:
    api = YouTube(comments=[PRESENT - 60 - n for n in range(50)], repeats=True)
    with MisbehavingServer(api) as server:
        polled(source(server, {"published": PRESENT - DAY}))
    assert len(api.requests) == 2


def test_a_used_up_quota_rests_until_midnight_in_california() -> None:
    with (
        MisbehavingServer(YouTube(instead={1: refusal("quotaExceeded")})) as server,
        pytest.raises(QuotaUsedUp, match="in about 20 hours") as spent,
    ):
        polled(source(server))
    # noon in UTC is 5 in the morning there in June
    assert spent.value.retry_after_seconds == 19 * 3_600 + 1


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (refusal("commentsDisabled"), RefusedByApi, "comments are turned off"),
        (refusal("videoNotFound", status="404 Not Found"), RefusedByApi, "no such video"),
        (refusal("keyInvalid", status="400 Bad Request"), RefusedByApi, "key is not valid"),
        (refusal("rateLimitExceeded"), RateLimited, "too often"),
        (refusal("unheardOf"), RefusedByApi, "unheardOf"),
        (TOO_OFTEN, RateLimited, "120 seconds"),
        (PAGE, Unparseable, "shape"),
    ],
)
def test_refusals_are_told_in_words(reply: Reply, error: type[Exception], words: str) -> None:
    with MisbehavingServer(YouTube(instead={1: reply})) as server, pytest.raises(error) as refused:
        polled(source(server))
    assert words in str(refused.value)


def test_results_of_an_unknown_shape_are_left_out_and_said() -> None:
    api = YouTube(comments=[PRESENT - 60], extra=[{"id": "Ug9", "snippet": {}}])
    api.replies = {1: [{"id": 3}]}
    with MisbehavingServer(api) as server:
        (batch,) = polled(source(server))
    assert ids([batch]) == ["Ug1"]
    assert batch.problem == "2 of 3 results have an unknown shape and were left out"


def test_a_video_without_comments_is_no_error() -> None:
    with MisbehavingServer(YouTube()) as server:
        (batch,) = polled(source(server, {"published": PRESENT - DAY}))
    assert (batch.posts, batch.problem) == ((), None)
    assert batch.cursor == {"published": PRESENT - DAY}


def test_a_source_says_what_it_lacks() -> None:
    with MisbehavingServer(YouTube()) as server:
        url, kind = server.url("/youtube/v3"), SourceKind.YOUTUBE
        with pytest.raises(MissingOption, match="channel"):
            polled(a_source(url, kind=kind, secrets={"key": "k3y"}))
        with pytest.raises(MissingSecret, match="key_env"):
            polled(a_source(url, kind=kind, options={"channel": "UCx"}))


def reread(api: YouTube, thread: str = "Ug1") -> Batch:
    with MisbehavingServer(api) as server:
        (batch,) = read_again(source(server), thread)
    return batch


def some_replies(count: int) -> list[JsonValue]:
    return [said(f"Ug1.R{n}", f"Paper {n}.", PRESENT - 60) for n in range(count)]


def test_a_conversation_is_read_again_with_all_its_replies() -> None:
    api = YouTube(comments=[PRESENT - DAY, PRESENT], replies={1: some_replies(230)})
    batch = reread(api)
    assert len(set(ids([batch]))) == 231
    assert {post.thread_key for post in batch.posts} == {"Ug1"}
    assert batch.whole
    assert (batch.fetched, len(api.requests)) == (4, 4)


def test_a_conversation_that_is_gone_is_not_found() -> None:
    with pytest.raises(NotFound):
        reread(YouTube(comments=[PRESENT], deleted={1}))
    unknown = YouTube(comments=[PRESENT], instead={2: refusal("gone", status="404 Not Found")})
    with pytest.raises(NotFound):
        reread(unknown)


def test_a_conversation_is_a_part_when_it_is_long_odd_or_repeats_a_page() -> None:
    long = reread(YouTube(comments=[PRESENT], replies={1: some_replies(2_000)}))
    assert (len(long.posts), long.fetched, long.whole) == (901, 10, False)
    odd = reread(YouTube(comments=[PRESENT], replies={1: [*some_replies(2), {"id": []}]}))
    assert (len(odd.posts), odd.whole) == (3, False)
    assert odd.problem
    repeats = reread(YouTube(comments=[PRESENT], replies={1: some_replies(100)}, repeats=True))
    assert (len(repeats.posts), repeats.fetched, repeats.whole) == (101, 3, False)
