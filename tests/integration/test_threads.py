"""Conversations that go on: replies that close a search, posts that are taken back."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import JsonValue
from sqlalchemy import Engine
from sqlmodel import select

from config import Config
from crawlers.apis.hackernews import HackerNewsAdapter
from crawlers.errors import NotFound, SourceError, TimedOut
from crawlers.fetch import Gate
from crawlers.found import Adapter, Batch, FoundPost, SourceToPoll, ThreadToRead
from models.lead import Lead, LeadSignal
from models.ledger import Outbox
from models.moves import CLOSED
from models.post import Author, Post, PostBand, Thread
from models.signal import Signal
from models.source import Source
from models.words import (
    Kind,
    LeadStatus,
    SourceKind,
    SuppressionReason,
)
from service.leads.ledger import broken_link
from service.listening.crawling import Crawl
from service.listening.leases import lease_all
from service.posts.following import claim_threads
from service.posts.liveness import bury
from service.posts.replies import BY_REPLIES
from service.posts.rereading import Reread, reread
from service.posts.suppression import suppress_author
from service.store.engine import reading, writing
from tests.builders import (
    ASK,
    NO_TAKERS,
    SECRET,
    Place,
    a_config,
    a_place,
    a_policy,
    a_post,
    a_source,
    undone,
)
from tests.crawling import SHARED, a_gate
from tests.fakes import NOON, Script
from tests.misbehaving import Asked, MisbehavingServer, Reply

HOUR = timedelta(hours=1)
QUESTION = f"{ASK} a crm for ten people?"


def an_opening(text: str = QUESTION, *, url: str | None = None) -> FoundPost:
    return a_post("1", text, title="Which crm?", thread="1", url=url)


def a_reply(
    external_id: str,
    text: str,
    *,
    author: str | None = "ben",
    after: timedelta = HOUR,
    quoted: str = "",
) -> FoundPost:
    return a_post(
        external_id,
        text,
        author=author,
        thread="1",
        at=NOON + after,
        is_opening=False,
        quoted=quoted,
        thread_title="Which crm?",
    )


def waiting(engine: Engine) -> Place:
    """Return a place where leads stay where the score brings them: nobody takes them."""
    return a_place(engine, a_config(users=NO_TAKERS))


def patient_with(url: str) -> Config:
    """Return a configuration with one source, which may be asked without pause."""
    return a_config(users=NO_TAKERS, sources=[a_source(url=url)], policies=[a_policy("feed")])


def solved(place: Place) -> list[str]:
    posts = {post.id: post.external_id for post in place.all(Post)}
    return sorted(posts[signal.post_id] for signal in place.all(Signal) if signal.solved)


def post(place: Place, external_id: str) -> Post:
    return next(one for one in place.all(Post) if one.external_id == external_id)


def delete(place: Place, *external_ids: str) -> int:
    with writing(place.engine) as db:
        source = db.exec(select(Source).order_by(Source.slug)).first()
        assert source is not None
        return bury(db, source, external_ids, config=place.config, now=place.clock.now())


# Replies.


def test_an_asker_who_has_chosen_ends_a_search_that_nobody_works_on(engine: Engine) -> None:
    place = waiting(engine)
    before = place.hear(an_opening())

    place.take_in(a_reply("2", "We went with Tidepool, thanks!", author="anna"))

    lead = place.only(Lead)
    assert solved(place) == ["2"]
    assert lead.score < before.score / 2
    assert (lead.status, lead.close_reason) == (LeadStatus.DISQUALIFIED, "solved")
    told = [row.payload for row in place.all(Outbox) if row.kind == "lead.score_changed"]
    assert told[-1]["because"] == "solved"


def test_whoever_has_the_lead_is_told_that_the_asker_has_chosen(engine: Engine) -> None:
    place = a_place(engine)
    place.hear(an_opening())
    place.accept(place.open_offer())

    place.take_in(a_reply("2", "We went with Tidepool, thanks!", author="anna"))

    lead = place.only(Lead)
    assert lead.status is LeadStatus.ACCEPTED
    assert lead.next_step.startswith("the asker chose Tidepool")
    assert {"name": "solved", "factor": 0.3} in lead.score_explain["negatives"]  # type: ignore[operator]  # JSON


def test_a_reply_that_comes_before_its_opening_post_is_heeded_when_that_comes(
    engine: Engine,
) -> None:
    place = waiting(engine)
    place.take_in(a_reply("2", "We went with Tidepool, thanks!", author="anna"))
    assert place.all(Lead) == []

    place.take_in(an_opening())

    assert solved(place) == ["2"]
    assert place.only(Lead).close_reason == "solved"


def test_the_same_replies_again_change_nothing(engine: Engine) -> None:
    place = a_place(engine)
    said = (
        an_opening(),
        a_reply("2", "We went with Tidepool, thanks!", author="anna"),
        a_reply("3", "Same boat here, we need this too."),
    )
    place.take_in(*said)
    before = [row.model_dump() for row in (*place.all(Lead), *place.all(Signal))]

    place.take_in(*said)

    assert [row.model_dump() for row in (*place.all(Lead), *place.all(Signal))] == before


def test_a_choice_that_is_edited_away_ends_nothing_any_more(engine: Engine) -> None:
    place = a_place(engine)
    place.hear(an_opening())
    place.take_in(a_reply("2", "We went with Tidepool, thanks!", author="anna"))
    low = place.only(Lead).score

    place.take_in(a_reply("2", "We tried Tidepool, still looking.", author="anna"))

    assert solved(place) == []
    assert place.only(Lead).score > 2 * low


def test_somebody_in_the_same_boat_is_a_lead_of_his_own(engine: Engine) -> None:
    place = waiting(engine)
    place.hear(an_opening())

    counts = place.take_in(
        a_reply("2", "Same boat here, we need this too."), a_reply("3", "Following!", author="cy")
    )

    assert counts.signals == 1
    (own,) = [one for one in place.all(Signal) if one.model_version == BY_REPLIES]
    assert (own.kind, own.strength, own.evidence[0]["text"]) == (Kind.NEED, 1, "Same boat")
    leads = place.all(Lead)
    assert {lead.thread_id for lead in leads} == {leads[0].thread_id}
    assert len({lead.author_id for lead in leads}) == 2
    assert min(lead.score for lead in leads) < 35 < max(lead.score for lead in leads)


def test_the_suppressed_are_not_heard_in_replies_either(engine: Engine) -> None:
    place = waiting(engine)
    place.hear(an_opening())
    with writing(engine) as db:
        suppress_author(
            db,
            secret=SECRET,
            host="talk.example",
            handle="ben",
            reason=SuppressionReason.OBJECTION,
            by="harken",
            now=NOON,
        )

    counts = place.take_in(a_reply("2", "Same boat here, we need this too."))

    assert (counts.suppressed, len(place.all(Post)), len(place.all(Lead))) == (1, 1, 1)


# Tombstones.


def test_a_deleted_post_leaves_its_place_and_nothing_else(engine: Engine) -> None:
    place = a_place(engine)
    place.hear(an_opening())
    place.take_in(a_reply("2", "Hm?", quoted=QUESTION))

    assert delete(place, "1") == 1

    gone = post(place, "1")
    assert gone.deleted_at_source == NOON
    assert (gone.title, gone.text, gone.quoted, gone.content_hash) == ("", "", "", "")
    assert (gone.author_id, gone.url, gone.signature) == (None, None, None)
    assert place.all(PostBand) == []
    assert [author.handle for author in place.all(Author)] == ["ben"]
    thread = place.only(Thread)
    assert (thread.title, thread.url) == ("", None)
    reply = post(place, "2")
    assert reply.text == "Hm?"
    signal = place.only(Signal)
    assert (signal.probability, signal.evidence, signal.slots) == (0, [], [])
    lead = place.only(Lead)
    assert (lead.status, lead.close_reason) == (LeadStatus.DISQUALIFIED, "unreachable_expired")
    assert (lead.title, lead.author_id) == ("CRM", None)
    assert lead.score < 1
    assert place.all(LeadSignal) == []
    with reading(engine) as db:
        assert broken_link(db) is None


def test_what_a_deleted_post_said_is_nowhere_in_the_database(engine: Engine) -> None:
    place = a_place(engine)
    place.hear(an_opening(f"{QUESTION} Whimbrel and sons."))
    place.take_in(an_opening(f"{QUESTION} Whimbrel and daughters."))

    delete(place, "1")

    rows = [
        row for table in (Post, Thread, Author, Signal, Lead, Outbox) for row in place.all(table)
    ]
    said = json.dumps([row.model_dump(mode="json") for row in rows], default=str)
    assert "Whimbrel" not in said
    assert "anna" not in said
    assert "Which crm?" not in said


def test_a_deletion_that_is_told_twice_is_one(engine: Engine) -> None:
    place = a_place(engine)
    place.hear(an_opening())
    delete(place, "1")
    before = [row.model_dump() for row in (*place.all(Lead), *place.all(Post))]

    place.clock.pass_by(HOUR)
    assert delete(place, "1", "no-such-post") == 0
    assert [row.model_dump() for row in (*place.all(Lead), *place.all(Post))] == before


def test_a_lead_keeps_what_its_author_said_elsewhere(engine: Engine) -> None:
    place = a_place(engine)
    place.hear(an_opening())
    place.take_in(a_post("9", "And does a crm print? " + ASK + " that?", thread="9"))
    before = place.only(Lead)

    delete(place, "1")

    lead = place.only(Lead)
    assert lead.status not in CLOSED
    assert 1 < lead.score < before.score
    assert lead.title.startswith("And does a crm print?")
    assert len(place.all(LeadSignal)) == 1


def test_a_choice_that_its_author_deletes_no_longer_ends_the_search(engine: Engine) -> None:
    place = a_place(engine)
    before = place.hear(an_opening())
    place.take_in(a_reply("2", "We went with Tidepool, thanks!", author="anna"))

    delete(place, "2")

    assert solved(place) == []
    assert place.only(Lead).score == pytest.approx(before.score, abs=0.5)


def test_what_is_killed_between_deletion_and_score_leaves_all_as_it_was(engine: Engine) -> None:
    place = a_place(engine)
    place.hear(an_opening())
    tables = (Post, Lead, Signal, LeadSignal, Outbox)
    before = [row.model_dump() for table in tables for row in place.all(table)]

    with undone(engine) as db:
        source = db.exec(select(Source)).one()
        assert bury(db, source, ["1"], config=place.config, now=NOON) == 1

    assert [row.model_dump() for table in tables for row in place.all(table)] == before


@pytest.mark.parametrize("shell", ["[deleted]", "[removed]", " [Deleted by user] "])
def test_a_shell_in_a_feed_is_a_deletion(engine: Engine, shell: str) -> None:
    place = a_place(engine)
    place.hear(an_opening())

    place.take_in(an_opening(shell), a_reply("7", shell))

    assert post(place, "1").deleted_at_source == NOON
    assert len(place.all(Post)) == 1  # of what was never here nothing is taken in


def test_a_feed_that_still_has_the_text_does_not_bring_it_back(engine: Engine) -> None:
    place = a_place(engine)
    place.hear(an_opening())
    delete(place, "1")

    place.take_in(an_opening())
    place.take_in(an_opening(f"{QUESTION} Edited."), a_reply("2", "Hm?"))

    assert post(place, "1").text == ""
    assert place.only(Thread).title == ""
    assert place.only(Lead).status is LeadStatus.DISQUALIFIED


def test_its_own_page_brings_a_post_back(engine: Engine) -> None:
    place = a_place(engine)
    place.hear(an_opening())
    delete(place, "1")

    with writing(engine) as db:
        source = db.exec(select(Source)).one()
        place.intake.take_in(db, source, [an_opening()], now=NOON + HOUR, own_page=True)

    assert (post(place, "1").text, post(place, "1").deleted_at_source) == (QUESTION, None)
    assert place.only(Thread).title == "Which crm?"
    assert [lead.status for lead in place.all(Lead)] == [
        LeadStatus.DISQUALIFIED,
        LeadStatus.OFFERED,
    ]


# Reading again.


@dataclass
class Rereads:
    """An adapter whose conversations are what a test says."""

    pages: Sequence[Batch | SourceError]
    read: list[ThreadToRead] = field(default_factory=list)

    async def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        for page in tuple[Batch, ...]():
            yield page

    async def read_thread(
        self, source: SourceToPoll, gate: Gate, thread: ThreadToRead, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        self.read.append(thread)
        page = self.pages[min(len(self.read), len(self.pages)) - 1]
        if isinstance(page, SourceError):
            raise page
        yield page


def a_page(*posts: FoundPost, deleted: tuple[str, ...] = (), whole: bool = True) -> Batch:
    return Batch(posts=posts, cursor={}, deleted=deleted, whole=whole)


def a_crawl(place: Place, adapter: Adapter, gate: Gate) -> Crawl:
    return Crawl(
        engine=place.engine,
        intake=place.intake,
        gate=gate,
        adapters={place.only(Source).kind: adapter},
        clock=place.clock,
    )


def again(place: Place, adapter: Adapter, *, after: timedelta = timedelta(0)) -> Reread:
    """Let time pass and read what is due."""
    place.clock.pass_by(after)

    async def run() -> Reread:
        async with a_gate() as gate:
            return await reread(a_crawl(place, adapter, gate))

    return SHARED.run(run())


def test_a_conversation_is_read_again_when_something_was_heard_in_it(engine: Engine) -> None:
    place = waiting(engine)
    place.hear(an_opening())
    adapter = Rereads([a_page(an_opening(), a_reply("2", "Try Tidepool"))])

    assert again(place, adapter).threads == 0
    done = again(place, adapter, after=timedelta(minutes=15))

    assert (done.threads, done.counts.new) == (1, 1)
    assert adapter.read == [ThreadToRead(key="1", url="https://talk.example/t/1")]
    thread = place.only(Thread)
    assert thread.read_at == place.clock.now()
    assert again(place, adapter).threads == 0
    assert again(place, adapter, after=timedelta(minutes=15)).threads == 1


def test_a_conversation_is_left_alone_when_its_lead_is_closed(engine: Engine) -> None:
    place = waiting(engine)
    place.hear(an_opening())
    chose = a_reply("2", "Went with Tidepool.", author="anna")

    done = again(place, Rereads([a_page(an_opening(), chose)]), after=HOUR)

    assert done.threads == 1
    assert place.only(Lead).close_reason == "solved"
    assert place.only(Thread).next_read_at is None


def test_what_fails_is_tried_later_and_nothing_is_lost(engine: Engine) -> None:
    place = waiting(engine)
    place.hear(an_opening())
    slow = TimedOut("talk.example", seconds=9, waited_for="a reply")

    done = again(place, Rereads([slow]), after=HOUR)

    thread = place.only(Thread)
    assert (done.failed, thread.read_fails, thread.read_at) == (1, 1, None)
    assert thread.next_read_at == place.clock.now() + timedelta(minutes=30)


def test_what_a_killed_process_claimed_is_due_again_soon(engine: Engine) -> None:
    place = waiting(engine)
    place.hear(an_opening())
    adapter = Rereads([a_page(an_opening())])
    place.clock.pass_by(HOUR)
    with writing(engine) as db:
        kinds = [SourceKind.FEED]
        assert claim_threads(db, kinds=kinds, now=place.clock.now(), most=9)
        assert claim_threads(db, kinds=kinds, now=place.clock.now(), most=9) == ()

    assert again(place, adapter).threads == 0
    assert again(place, adapter, after=timedelta(minutes=10)).threads == 1


def test_of_one_source_only_its_own_conversations_are_read_again(engine: Engine) -> None:
    place = a_place(engine, a_config(users=NO_TAKERS, sources=[a_source("talk"), a_source("pub")]))
    for slug, text in (("talk", QUESTION), ("pub", f"{ASK} a crm that speaks Welsh?")):
        place.take_in(a_post("1", text, author=slug, title="Crm?", thread="1"), source=slug)
    place.clock.pass_by(HOUR)
    pub = next(one.id for one in place.all(Source) if one.slug == "pub")
    adapter = Rereads([a_page(an_opening())])

    async def read() -> Reread:
        async with a_gate() as gate:
            kinds = {SourceKind.FEED: adapter}
            crawl = Crawl(
                engine=engine,
                intake=place.intake,
                gate=gate,
                adapters=kinds,
                clock=place.clock,
            )
            return await reread(crawl, only={pub})

    assert SHARED.run(read()).threads == 1
    read_at = {thread.source_id: thread.read_at for thread in place.all(Thread)}
    assert [one for one, at in read_at.items() if at] == [pub]


def test_who_is_missing_twice_is_deleted(engine: Engine) -> None:
    place = waiting(engine)
    place.take_in(an_opening(), a_reply("2", "Hm?"))
    adapter = Rereads([a_page(an_opening())])

    first = again(place, adapter, after=timedelta(minutes=20))
    assert (first.deleted, post(place, "2").text) == (0, "Hm?")
    second = again(place, adapter, after=HOUR)

    assert (second.deleted, post(place, "2").text) == (1, "")
    assert post(place, "1").text == QUESTION


def test_who_was_missing_once_and_is_there_again_is_not_deleted(engine: Engine) -> None:
    place = waiting(engine)
    place.take_in(an_opening(), a_reply("2", "Hm?"))
    both = a_page(an_opening(), a_reply("2", "Hm?"))
    adapter = Rereads([a_page(an_opening()), both, a_page(an_opening(), whole=False)])

    for _ in range(4):
        again(place, adapter, after=HOUR)

    assert post(place, "2").text == "Hm?"
    assert post(place, "2").missing_since is None


def test_a_conversation_that_is_gone_twice_is_deleted_with_all_its_posts(engine: Engine) -> None:
    place = waiting(engine)
    place.take_in(an_opening(), a_reply("2", "Hm?"))

    deleted = [again(place, Rereads([NotFound()]), after=HOUR).deleted for _ in range(2)]

    assert deleted == [0, 2]
    assert place.only(Lead).close_reason == "unreachable_expired"


def test_deletions_that_a_poll_brings_are_heeded(engine: Engine) -> None:
    place = waiting(engine)
    place.hear(an_opening())
    script = Script({"talk": [Batch(posts=(), cursor={}, deleted=("1",))]})

    async def run() -> None:
        with writing(engine) as db:
            leases = lease_all(db, now=place.clock.now())
        await a_crawl(place, script, a_gate()).run(leases)

    asyncio.run(run())

    assert post(place, "1").deleted_at_source is not None


# Permalinks.


def test_evidence_whose_permalink_is_gone_twice_is_deleted(engine: Engine) -> None:
    there = {"status": "200 OK"}

    def site(asked: Asked) -> Reply | None:
        return Reply(body=b"<p>words", status=there["status"]) if asked.path == "/t/1" else None

    with MisbehavingServer(site) as server:
        config = patient_with(server.url("/feed"))
        place = a_place(engine, config)
        place.hear(an_opening(url=server.url("/t/1")))
        blind = Script({})

        week = [again(place, blind, after=after) for after in (HOUR, timedelta(days=7))]
        there["status"] = "500 Broken"
        broken = again(place, blind, after=timedelta(days=7))
        there["status"] = "404 Not Found"
        first = again(place, blind, after=timedelta(days=7))
        text = post(place, "1").text
        second = again(place, blind, after=6 * HOUR)
        asked = len(server.asked_for("/t/1"))

    assert [one.checks for one in week] == [0, 1]
    assert (broken.failed, broken.deleted) == (1, 0)
    assert (first.deleted, text) == (0, QUESTION)
    assert (second.deleted, post(place, "1").text) == (1, "")
    assert asked == 4
    assert place.only(Lead).close_reason == "unreachable_expired"


def test_the_permalink_of_a_closed_lead_is_not_looked_at(engine: Engine) -> None:
    place = waiting(engine)
    place.take_in(an_opening(), a_reply("2", "Went with Tidepool.", author="anna"))

    done = again(place, Script({}), after=timedelta(days=8))

    assert (done.checks, post(place, "1").next_check_at) == (0, None)


# Hacker News, on a loopback imitation.


@dataclass
class Story:
    """A story and its comments, by Algolia's shape."""

    hits: list[dict[str, JsonValue]] = field(default_factory=list)
    asked: list[Mapping[str, str]] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply | None:
        url = urlsplit(asked.path)
        if not url.path.endswith("/search_by_date"):
            return None
        self.asked.append({key: values[-1] for key, values in parse_qs(url.query).items()})
        body = {"hits": self.hits, "nbHits": len(self.hits), "nbPages": 1}
        return Reply(body=json.dumps(body).encode(), kind="application/json")


def a_hit(number: str, text: str | None, *, author: str | None = "anna") -> dict[str, JsonValue]:
    is_story = number == "1"
    return {
        "objectID": number,
        "created_at_i": int(NOON.timestamp()) + int(number),
        "author": author,
        "title": "Which crm?" if is_story and text else None,
        "story_text" if is_story else "comment_text": text,
        "story_id": "1",
        "parent_id": None if is_story else "1",
        "_tags": ["story" if is_story else "comment", "story_1"],
    }


def test_a_story_is_read_with_its_comments_and_its_shells(engine: Engine) -> None:
    story = Story([a_hit("1", QUESTION)])
    with MisbehavingServer(story) as server:
        config = patient_with(server.url("/api/v1"))
        place = a_place(engine, config)
        with writing(engine) as db:
            source = db.exec(select(Source)).one()
            source.kind = SourceKind.HACKER_NEWS
            db.add(source)
        place.hear(a_post("1", QUESTION, title="Which crm?", thread="1"))

        story.hits = [a_hit("1", QUESTION), a_hit("2", "Try Tidepool", author="ben")]
        came = again(place, HackerNewsAdapter(), after=timedelta(minutes=15))
        story.hits = [a_hit("1", QUESTION), a_hit("2", None, author=None)]
        went = again(place, HackerNewsAdapter(), after=timedelta(minutes=15))

    assert story.asked[0]["tags"] == "(story,comment),story_1"
    assert came.counts.new == 1
    assert went.deleted == 1
    assert post(place, "2").text == ""
    assert post(place, "1").text == QUESTION
