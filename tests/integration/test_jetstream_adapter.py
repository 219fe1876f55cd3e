"""Against an imitation of Jetstream that misbehaves on request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import JsonValue

from crawlers.apis.jetstream import JetstreamAdapter, NoAuthor
from crawlers.errors import (
    AddressRefused,
    BrokenAnswer,
    RateLimited,
    RobotsDisallowed,
    ServerFailed,
    SourceError,
    TimedOut,
    Truncated,
    UnexpectedStatus,
    Unparseable,
)
from crawlers.fetch import AllowedNetworks, Gate, Limits, Share
from crawlers.found import Batch, Cursor, SourceToPoll
from models.words import SourceKind
from tests.crawling import (
    AGENT,
    LOOPBACK,
    NOW,
    a_gate,
    a_source,
    posts_of,
    read_again,
    stored,
    through_gate,
)
from tests.imitations import PRESENT, Said
from tests.misbehaving import MisbehavingServer, Reply
from tests.streaming import (
    BINARY,
    CLOSE,
    MINUTE_US,
    NOW_US,
    PING,
    TEXT,
    Jetstream,
    Streamed,
    View,
    account,
    event,
    frame,
    upgraded,
)
from tests.talking import TalkingServer

HASTY = Limits(stall_seconds=0.3, total_seconds=2)
SHARE = Share(seconds=5, bytes=2**20, message_bytes=4_096)


def named(text: str, **_: str) -> bool:
    """Stand for topics: who names a CRM is listened to."""
    return "crm" in text


@dataclass(frozen=True)
class Polled:
    """A poll's batches, and the error that it ended with."""

    batches: list[Batch]
    error: SourceError | None

    @property
    def texts(self) -> list[str]:
        return [post.text for post in posts_of(self.batches)]

    @property
    def deleted(self) -> list[str]:
        return [name for batch in self.batches for name in batch.deleted]

    @property
    def cursor(self) -> Mapping[str, JsonValue]:
        return stored(self.batches[-1])


@dataclass
class Network:
    """A stream, the API beside it, and a way to poll both."""

    stream: Jetstream
    view: View
    options: Mapping[str, str]
    is_heeded: bool = True
    allowed: AllowedNetworks = LOOPBACK

    def poll(
        self,
        cursor: Cursor | None = None,
        *,
        now: datetime = NOW,
        share: Share = SHARE,
        most_names: int = 500,
    ) -> Polled:
        adapter = JetstreamAdapter(share=share, most_names=most_names)
        batches: list[Batch] = []

        async def run(gate: Gate) -> SourceError | None:
            try:
                async for batch in adapter.poll(self.source(cursor), gate, now=now):
                    batches.append(batch)  # noqa: PERF401 - what came before an error counts
            except SourceError as error:
                return error
            return None

        with TalkingServer(self.stream) as self.server, MisbehavingServer(self.view) as self.api:
            gate = a_gate(limits=HASTY, allowed=self.allowed)
            return Polled(batches, through_gate(run, gate))

    def source(self, cursor: Cursor | None) -> SourceToPoll:
        return SourceToPoll(
            id="source-1",
            kind=SourceKind.JETSTREAM,
            name="All of Bluesky",
            url=f"ws://127.0.0.1:{self.server.port}/subscribe",
            cursor=cursor or {},
            options={"api": self.api.url("/"), **self.options},
            min_interval_seconds=0,
            sieve=named if self.is_heeded else None,
        )


def a_network(*events: bytes, said: int = 0, **options: str) -> Network:
    posts = [
        Said(number=n, at=PRESENT - 60, text=f"which crm? {n}", answers=1 if n > 1 else None)
        for n in range(1, said + 1)
    ]
    return Network(Jetstream([*events, account()]), View(said=posts), options)


def at(minutes: int) -> int:
    """Return a moment so many minutes ago."""
    return NOW_US - minutes * MINUTE_US


def test_who_names_what_is_listened_for_becomes_a_post_and_nobody_else() -> None:
    network = a_network(event(1), event(2, "lunch"), event(3, "no crm"), said=3)
    found = network.poll()
    first, third = posts_of(found.batches)
    assert network.view.named == ["1", "3"]
    assert (first.author, first.text) == ("ann.example", "which crm? 1")
    assert first.external_id == "did:plc:ann/app.bsky.feed.post/1"
    assert first.url == "https://bsky.app/profile/ann.example/post/1"
    assert (third.parent_external_id, third.is_opening) == (first.external_id, False)
    assert third.thread_key == first.external_id
    assert found.error is None
    assert found.batches[-1].problem is None


def test_it_asks_for_posts_alone_uncompressed_and_says_who_it_is() -> None:
    network = a_network(event(1), said=1)
    network.poll({"time_us": at(5)})
    (asked,), (headers,) = network.stream.asked, network.stream.headers
    assert asked["wantedCollections"] == ["app.bsky.feed.post"]
    assert asked["cursor"] == [str(at(5) - 10_000_000)]  # a few seconds rewound
    assert int(asked["maxMessageSizeBytes"][0]) > 0
    assert not {"compress", "wantedDids"} & set(asked)
    assert headers["user-agent"] == AGENT
    assert not {"sec-websocket-extensions", "socket-encoding", "cookie"} & set(headers)


def test_the_next_poll_goes_on_where_the_last_one_stopped() -> None:
    network = a_network(event(1, at=at(3)), said=3)
    first = network.poll()
    network.stream.events.append(event(2, at=NOW_US + MINUTE_US))
    second = network.poll(first.cursor, now=NOW + timedelta(minutes=1))
    assert first.cursor == {"time_us": NOW_US, "awaited": []}
    assert second.texts == ["which crm? 2"]
    assert second.cursor == {"time_us": NOW_US + MINUTE_US, "awaited": []}


def test_what_is_heard_up_to_now_is_enough_however_much_is_said() -> None:
    def on_and_on(streamed: Streamed) -> None:
        number = 1
        while True:
            streamed.tell(event(number, "lunch", at=at(1) + number * 1_000_000))
            number += 1

    network = a_network()
    network.stream.behave = on_and_on
    found = network.poll()
    assert found.error is None
    assert found.batches[-1].not_modified
    assert found.cursor["time_us"] == NOW_US


def test_an_event_from_the_future_does_not_hide_what_follows() -> None:
    network = a_network(event(1, at=NOW_US * 2), said=1)
    assert network.poll().cursor["time_us"] == NOW_US


def test_what_is_known_already_is_not_asked_for_again() -> None:
    network = a_network(said=2)

    def too_early(streamed: Streamed) -> None:  # as servers do that replay a whole segment
        streamed.tell(event(1, at=at(50)), event(2, at=at(2)), account())

    network.stream.behave = too_early
    assert network.poll({"time_us": at(5)}).texts == ["which crm? 2"]


def test_what_was_taken_back_is_deleted_and_never_asked_for() -> None:
    network = a_network(
        event(1),
        event(2, operation="delete"),
        event(1, operation="delete"),
        event(3, "lunch instead", operation="update"),
        event(4, operation="update"),
        event(5, operation="delete", collection="app.bsky.feed.like"),
        said=5,
    )
    found = network.poll()
    assert found.texts == ["which crm? 4"]
    assert [name.rpartition("/")[2] for name in found.deleted] == ["2", "1", "3"]


@pytest.mark.parametrize(
    ("langs", "is_heard"),
    [(["de-AT"], True), (["fr", "en"], True), (["fr"], False), ([], True), ({"x": 1}, True)],
)
def test_other_languages_are_let_go_and_untold_ones_are_not(
    langs: JsonValue, *, is_heard: bool
) -> None:
    network = a_network(event(1, langs=langs), said=1, lang="de, en")
    assert bool(network.poll().texts) is is_heard


def test_authors_are_asked_for_by_their_ids() -> None:
    network = a_network(event(1), said=1, authors="did:plc:ann, did:web:bob.example")
    assert network.poll().texts
    assert network.stream.asked[0]["wantedDids"] == ["did:plc:ann", "did:web:bob.example"]


@pytest.mark.parametrize("authors", ["ann.example", ",".join(["did:plc:a"] * 51)])
def test_what_names_no_account_is_said_so(authors: str) -> None:
    network = a_network(authors=authors)
    assert isinstance(network.poll().error, NoAuthor)
    assert network.stream.paths == []


def test_who_wants_to_be_seen_by_members_only_is_left_out() -> None:
    network = a_network(event(1))
    network.view.said = [Said(number=1, at=PRESENT, text="which crm?", hidden=True)]
    found = network.poll()
    assert found.texts == []
    assert found.cursor["awaited"] == []


def test_a_post_that_is_not_shown_yet_is_asked_for_once_more() -> None:
    network = a_network(event(1), event(2))
    first = network.poll()
    network.view.said = [Said(number=1, at=PRESENT, text="which crm?")]
    network.stream.events = [account(NOW_US + MINUTE_US)]
    second = network.poll(first.cursor, now=NOW + timedelta(minutes=1))
    third = network.poll(second.cursor, now=NOW + timedelta(minutes=1))
    assert first.texts == []
    assert first.cursor["awaited"] == [f"did:plc:ann/app.bsky.feed.post/{n}" for n in (1, 2)]
    assert second.texts == ["which crm?"]
    assert third.cursor["awaited"] == []
    assert network.view.named == ["1", "2"] * 2


def test_many_posts_are_asked_for_in_portions_each_with_its_cursor() -> None:
    network = a_network(*(event(n) for n in range(1, 61)), said=60)
    found = network.poll()
    assert [len(batch.posts) for batch in found.batches] == [25, 25, 10, 0]
    cursors = [batch.cursor["time_us"] for batch in found.batches]
    assert cursors == [NOW_US - MINUTE_US + n for n in (25, 50, 60)] + [NOW_US]
    assert found.texts == [f"which crm? {n}" for n in range(1, 61)]


def test_posts_that_the_api_refuses_stop_nothing() -> None:
    network = a_network(event(1), said=1)
    network.view.instead = Reply(status="400 Bad Request")
    found = network.poll()
    assert found.error is None
    assert "can't show 1 posts" in str(found.batches[0].problem)


def test_an_api_that_is_down_loses_nothing() -> None:
    network = a_network(event(1), said=1)
    network.view.instead = Reply(status="500 Oh")
    assert isinstance(network.poll().error, ServerFailed)
    assert network.poll().batches == []


def test_a_preview_shows_a_few_posts_whatever_they_say() -> None:
    network = a_network(*(event(n, "lunch") for n in range(1, 61)), said=60)
    network.is_heeded = False
    assert len(network.poll().texts) == 10


def test_a_poll_takes_its_share_and_the_next_one_goes_on() -> None:
    network = a_network(*(event(n, at=at(60 - n)) for n in range(1, 60)), said=59)
    share = Share(seconds=5, bytes=3_000, message_bytes=4_096)
    first = network.poll({"time_us": at(60)}, share=share)
    full = network.poll(first.cursor, most_names=9)
    rest = network.poll(full.cursor)
    assert "follows at the next polls" in str(first.batches[-1].problem)
    assert "follows at the next polls" in str(full.batches[-1].problem)
    assert set(first.texts + full.texts + rest.texts) == {f"which crm? {n}" for n in range(1, 60)}
    assert rest.batches[-1].problem is None


def test_what_the_server_does_not_keep_any_more_is_told() -> None:
    network = a_network(event(1, at=at(20 * 60)), said=1)
    found = network.poll({"time_us": at(40 * 60)})
    assert found.texts == ["which crm? 1"]
    assert "from 2026-06-28 19:59 to 2026-06-29 16:00 UTC" in str(found.batches[0].problem)


def test_a_network_that_was_silent_for_long_has_lost_nothing() -> None:
    network = a_network(event(1, at=at(5)), said=1)
    assert network.poll({"time_us": at(10 * 60)}).batches[0].problem is None


@pytest.mark.parametrize("cursor", [{"time_us": "x"}, {"time_us": True}, {"time_us": -1}, {}])
def test_a_damaged_cursor_begins_anew(cursor: Cursor) -> None:
    network = a_network(event(1, at=at(3)), event(2, at=at(30)), said=2)
    assert network.poll(cursor).texts == ["which crm? 1"]


def test_a_cursor_from_the_future_is_brought_back() -> None:
    network = a_network()
    assert network.poll({"time_us": NOW_US * 2}).cursor["time_us"] == NOW_US


def garbage(streamed: Streamed) -> None:
    streamed.tell(event(1), b"{", b"[]", b'"x"', b"\xff\xfe", b'{"kind": "commit"}', b"")
    streamed.send(frame(b"(\xb5/\xfd zstd", kind=BINARY) + frame(b'{"did": 1e999}'))
    streamed.tell(event(2, at=NOW_US))


def test_messages_that_make_no_sense_are_counted_and_skipped() -> None:
    network = a_network(said=2)
    network.stream.behave = garbage
    found = network.poll()
    assert found.texts == ["which crm? 1", "which crm? 2"]
    assert "8 of 10" in str(found.batches[0].problem)


def test_a_server_that_sends_nothing_else_is_no_jetstream() -> None:
    network = a_network()
    network.stream.behave = lambda streamed: streamed.tell(*[b"hello"] * 3)
    assert isinstance(network.poll().error, Unparseable)


@pytest.mark.parametrize(
    "name",
    ["../../x", "a b", "é", "", ".", "x" * 200, "a?b", "a/b"],
)
def test_a_post_of_an_odd_name_is_never_asked_for(name: str) -> None:
    odd = event(1).replace(b'"rkey": "1"', b'"rkey": "%s"' % name.encode())
    network = a_network(odd)
    found = network.poll()
    assert network.view.named == []
    assert found.batches[-1].problem is None


def test_a_server_that_is_there_and_has_nothing_to_say_is_quiet() -> None:
    found = Network(Jetstream(), View(), {}).poll({"time_us": at(60)})
    assert found.error is None
    assert found.batches[-1].not_modified
    assert found.cursor == {"time_us": at(60), "awaited": []}


def silent(streamed: Streamed) -> None:
    while streamed.hear() is not None:
        pass


def drip(streamed: Streamed) -> None:
    whole = frame(event(2))
    for n in range(len(whole)):
        streamed.send(whole[n : n + 1])
        streamed.talk.connection.settimeout(0.05)
        try:
            streamed.talk.connection.recv(1)
        except TimeoutError:
            continue


def hang_up(streamed: Streamed) -> None:
    """End the connection in the middle of a message, without a word."""
    streamed.send(frame(event(2))[:40])


def say_goodbye(streamed: Streamed) -> None:
    streamed.send(frame(b"\x03\xf0slow", kind=CLOSE))  # 1008: policy
    streamed.hear()


def huge(streamed: Streamed) -> None:
    streamed.send(frame(b"x" * 5_000, length=2**40))


def endless_fragments(streamed: Streamed) -> None:
    streamed.send(frame(b"x" * 1_000, is_last=False))
    while True:
        streamed.send(frame(b"x" * 1_000, kind=0, is_last=False))


def no_websocket(streamed: Streamed) -> None:
    streamed.send(b"\xff\xff\xff\xff" * 10)
    streamed.hear()


def compressed(streamed: Streamed) -> None:
    """Send what only an extension allows that nobody asked for."""
    streamed.send(bytes([0xC0 | TEXT, 1]) + b"x")
    streamed.hear()


@pytest.mark.parametrize(
    ("behave", "error", "words"),
    [
        (silent, TimedOut, "no whole message came"),
        (drip, TimedOut, "no whole message came"),
        (hang_up, Truncated, "ended the stream"),
        (say_goodbye, Truncated, "ended the stream (1008)"),
        (huge, BrokenAnswer, "longer than 4 KiB"),
        (endless_fragments, BrokenAnswer, "longer than 4 KiB"),
        (no_websocket, BrokenAnswer, "no WebSocket"),
        (compressed, BrokenAnswer, "no WebSocket"),
    ],
)
def test_a_stream_that_goes_wrong_midway_keeps_what_it_told(
    behave: Callable[[Streamed], None], error: type[SourceError], words: str
) -> None:
    def first_well(streamed: Streamed) -> None:
        streamed.tell(event(1, at=at(3)))
        behave(streamed)

    network = a_network(said=2)
    network.stream.behave = first_well
    found = network.poll({"time_us": at(5)})
    assert isinstance(found.error, error)
    assert words in found.error.reason
    assert found.texts == ["which crm? 1"]
    assert found.cursor["time_us"] == at(3)
    network.stream.behave = None
    network.stream.events = [event(2, at=at(2)), account()]
    assert network.poll(found.cursor).texts == ["which crm? 2"]


@pytest.mark.parametrize("behave", [silent, hang_up, huge])
def test_a_stream_that_goes_wrong_at_once_brings_nothing(
    behave: Callable[[Streamed], None],
) -> None:
    network = a_network()
    network.stream.behave = behave
    found = network.poll({"time_us": at(5)})
    assert found.error is not None
    assert found.batches == []


def test_pings_are_answered_and_are_no_news() -> None:
    answers = []

    def ping(streamed: Streamed) -> None:
        streamed.send(frame(b"there?", kind=PING))
        answers.append(streamed.hear())
        streamed.tell(account())
        streamed.be_polite()

    network = a_network()
    network.stream.behave = ping
    assert network.poll().error is None
    assert answers == [(10, b"there?")]


def test_a_server_that_only_pings_is_left_when_the_share_is_spent() -> None:
    def ping(streamed: Streamed) -> None:
        while True:
            streamed.send(frame(b"", kind=PING))

    network = a_network()
    network.stream.behave = ping
    share = Share(seconds=30, bytes=20_000, message_bytes=100)
    found = network.poll({"time_us": at(1)}, share=share)
    assert found.error is None
    assert found.cursor["time_us"] == at(1)


def status(line: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 " + line, *headers, b"Content-Length: 0", b"", b""])


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (status(b"429 No", b"Retry-After: 90"), RateLimited),
        (status(b"503 Full"), ServerFailed),
        (status(b"400 Bad"), UnexpectedStatus),
        (status(b"200 OK"), UnexpectedStatus),
        (status(b"302 Away", b"Location: /elsewhere"), UnexpectedStatus),
        (status(b"308 Away", b"Location: http://169.254.169.254/"), UnexpectedStatus),
        (b"\r\n".join(upgraded("another key")) + b"\r\n", BrokenAnswer),
        (b"SSH-2.0-x\r\n", BrokenAnswer),
        (b"HTTP/1.1 101 Yes\r\n" + b"X: %s\r\n" % (b"x" * 70_000) + b"\r\n", BrokenAnswer),
        (b"", BrokenAnswer),
    ],
)
def test_a_handshake_that_fails_says_why_and_is_followed_nowhere(
    answer: bytes, error: type[SourceError]
) -> None:
    network = a_network()
    network.stream.instead = answer
    found = network.poll()
    assert isinstance(found.error, error)
    assert set(network.stream.paths) == {"/subscribe"}


def test_a_private_address_is_not_listened_to() -> None:
    network = a_network(event(1))
    network.allowed = AllowedNetworks.parse(["10.0.0.0/8"])
    assert isinstance(network.poll().error, AddressRefused)
    assert network.stream.paths == []


def test_a_server_whose_robots_txt_turns_us_away_is_not_listened_to() -> None:
    network = a_network(event(1))
    network.stream.robots = b"User-agent: *\nDisallow: /subscribe\n"
    assert isinstance(network.poll().error, RobotsDisallowed)
    assert network.stream.paths == []


def test_its_conversations_are_read_at_the_api() -> None:
    view = View(said=[Said(number=1, at=PRESENT), Said(number=2, at=PRESENT, answers=1)])
    with MisbehavingServer(view) as api:
        at_stream = a_source(
            "wss://stream.example/subscribe",
            kind=SourceKind.JETSTREAM,
            options={"api": api.url("/")},
        )
        (batch,) = read_again(at_stream, "did:plc:ann/app.bsky.feed.post/1")
    assert batch.whole
    assert len(batch.posts) == 2


def test_times_are_those_of_the_post() -> None:
    network = a_network(event(1), said=1)
    (post,) = posts_of(network.poll().batches)
    assert post.published == datetime.fromtimestamp(PRESENT - 60, UTC)
