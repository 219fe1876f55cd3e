"""A crawl: leases, batches, and how a source that fails is treated."""

import asyncio
import os
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, event
from sqlmodel import select

from config.source import SourceSpec
from crawlers.errors import HostResting, PoisonDocument, RateLimited, SourceError, TimedOut
from crawlers.fetch import Gate
from crawlers.found import Adapter, Batch, FoundPost, SourceToPoll
from models.ledger import Outbox
from models.post import Post
from models.source import Source
from models.words import SourceHealth, SourceKind
from service.listening.crawling import Crawl, Polled
from service.listening.leases import LEASE, Leased, held, lease_all, lease_due, lease_named, renew
from service.posts.intake import Counts
from service.store.engine import reading, writing
from tests.builders import Place, a_config, a_place, a_policy, a_post, a_source
from tests.fakes import NOON, Script

MINUTE = timedelta(minutes=1)


def a_batch(
    *posts: FoundPost, page: int = 1, not_modified: bool = False, problem: str | None = None
) -> Batch:
    return Batch(posts=posts, cursor={"page": page}, not_modified=not_modified, problem=problem)


def places(engine: Engine, *sources: SourceSpec) -> Place:
    given = sources or (a_source("talk"), a_source("board"), a_source("shout"))
    return a_place(engine, a_config(sources=given))


def leased(place: Place) -> tuple[Leased, ...]:
    with writing(place.engine) as db:
        return lease_all(db, now=place.clock.now())


def ready(place: Place, adapter: Adapter) -> Crawl:
    return Crawl(
        engine=place.engine,
        intake=place.intake,
        gate=Gate(user_agent="harken-test"),  # closed: the adapters here ask nobody
        adapters={SourceKind.FEED: adapter},
        clock=place.clock,
    )


def crawl(
    place: Place, adapter: Adapter, leases: Sequence[Leased] | None = None
) -> dict[str, Polled]:
    """Poll what is leased, or everything; return how each source went."""
    run = ready(place, adapter).run(leased(place) if leases is None else leases)
    return {polled.source: polled for polled in asyncio.run(run)}


def source(place: Place, slug: str = "talk") -> Source:
    return next(row for row in place.all(Source) if row.slug == slug)


def posts(place: Place) -> list[str]:
    return sorted(post.external_id for post in place.all(Post))


# What a crawl brings.


def test_what_a_source_gives_is_taken_in_with_its_cursor(engine: Engine) -> None:
    place = places(engine, a_source("talk"))
    script = Script({"talk": [a_batch(a_post("1")), a_batch(a_post("2", "Hello"), page=2)]})

    polled = crawl(place, script)["talk"]

    assert replace(polled, seconds=0.0) == Polled(
        source="talk",
        status="ok",
        fetched=2,
        counts=Counts(new=2, signals=1),
        seconds=0.0,
        error=None,
    )
    assert polled.as_json() | {"seconds": 0} == {
        "source": "talk",
        "status": "ok",
        "fetched": 2,
        "new": 2,
        "updated": 0,
        "duplicates": 0,
        "seconds": 0,
        "error": None,
    }
    row = source(place)
    assert posts(place) == ["1", "2"]
    assert row.cursor == {"page": 2}
    assert (row.health, row.fail_count, row.last_success_at) == (SourceHealth.OK, 0, NOON)
    assert (row.lease_token, row.lease_until, row.last_problem) == (None, None, None)
    assert 13.5 * MINUTE <= row.next_poll_at - NOON <= 16.5 * MINUTE


def test_the_next_poll_goes_on_where_the_last_one_stopped(engine: Engine) -> None:
    place = places(engine, a_source("talk"))
    crawl(place, Script({"talk": [a_batch(a_post("1"), page=7)]}))
    script = Script({"talk": [a_batch(page=7, not_modified=True)]})

    polled = crawl(place, script)["talk"]

    assert script.asked[0].cursor == {"page": 7}
    assert script.asked[0].url == "https://talk.example/feed"
    assert (polled.status, polled.counts) == ("unchanged", Counts())


def test_the_same_posts_again_are_no_news(engine: Engine) -> None:
    place = places(engine, a_source("talk"))
    script = Script({"talk": [a_batch(a_post("1"))]})
    crawl(place, script)

    assert crawl(place, script)["talk"].counts == Counts(duplicates=1)


def test_each_source_is_told_about_as_it_ends(engine: Engine) -> None:
    place = places(engine)
    ended: list[str] = []

    polled = asyncio.run(
        ready(place, Script({})).run(
            leased(place), on_done=lambda polled: ended.append(polled.source)
        )
    )

    assert ended == [one.source for one in polled]
    assert sorted(ended) == ["board", "shout", "talk"]


def test_a_crawl_keeps_on_with_what_becomes_due(engine: Engine) -> None:
    place = places(engine)
    first, *others = leased(place)
    due, ended = [others], list[str]()

    def more(most: int) -> Sequence[Leased]:
        assert most >= len(others)
        return due.pop() if due else ()

    asyncio.run(
        ready(place, Script({})).keep_on(
            [first], more=more, on_done=lambda polled: ended.append(polled.source)
        )
    )

    assert sorted(ended) == ["board", "shout", "talk"]


# Failing.


@pytest.mark.parametrize("failure", [TimedOut("talk.example", seconds=9, waited_for="a reply")])
def test_a_source_that_fails_does_not_stop_the_others(
    engine: Engine, failure: SourceError
) -> None:
    place = places(engine)
    script = Script(
        {
            "talk": [a_batch(a_post("1")), failure],
            "board": [a_batch(a_post("2", author="ben"))],
            "shout": [a_batch(a_post("3", author="cleo"))],
        }
    )

    polled = crawl(place, script)

    assert {slug: one.status for slug, one in polled.items()} == {
        "talk": "failed",
        "board": "ok",
        "shout": "ok",
    }
    assert polled["talk"].error == failure.reason
    assert posts(place) == ["1", "2", "3"]  # what came before the failure stands
    row = source(place)
    assert (row.cursor, row.fail_count) == ({"page": 1}, 1)
    assert (row.health, row.last_problem) == (SourceHealth.DEGRADED, failure.reason)
    assert (row.lease_token, row.last_success_at) == (None, None)


def test_an_adapter_with_a_bug_does_not_stop_the_others(engine: Engine) -> None:
    place = places(engine)
    script = Script({"talk": [KeyError("oops")], "board": [a_batch(a_post("2"))]})

    polled = crawl(place, script)

    assert polled["board"].status == "ok"
    assert polled["talk"].status == "failed"
    assert "stumbled over this source (KeyError)" in str(polled["talk"].error)
    assert "oops" not in str(source(place).last_problem)


def test_a_judge_with_a_bug_leaves_neither_posts_nor_cursor_of_its_batch(engine: Engine) -> None:
    place = places(engine, a_source("talk"))

    def stumble(text: str) -> None:
        if text == "boom":
            raise ZeroDivisionError

    place.ears.on_judge = stumble
    batches = [a_batch(a_post("1"), page=1), a_batch(a_post("2"), a_post("3", "boom"), page=2)]

    polled = crawl(place, Script({"talk": batches}))["talk"]

    assert (polled.status, posts(place), source(place).cursor) == ("failed", ["1"], {"page": 1})


def test_many_polls_are_stored_together_and_one_s_trouble_is_nobody_else_s(
    engine: Engine,
) -> None:
    slugs = [f"s{n}" for n in range(20)]
    place = places(engine, *(a_source(slug, url=f"https://{slug}.example/") for slug in slugs))
    commits: list[None] = []
    event.listen(engine, "commit", lambda _connection: commits.append(None))

    def stumble(text: str) -> None:
        if text == "boom":
            raise ZeroDivisionError

    place.ears.on_judge = stumble
    script = Script({slug: [a_batch(a_post("1", f"from {slug}"))] for slug in slugs})
    polled = crawl(place, script)
    stored_in = len(commits)
    again = Script(
        {slug: [a_batch(a_post("2", "boom" if slug == "s7" else f"of {slug}"))] for slug in slugs}
    )
    second = crawl(place, again)

    assert {one.status for one in polled.values()} == {"ok"}
    assert stored_in < 15, "beside leases, hosts and ends: not one for each"
    assert [slug for slug, one in second.items() if one.status == "failed"] == ["s7"]
    assert len(posts(place)) == 39


def test_others_may_write_while_a_batch_is_judged(engine: Engine) -> None:
    place = places(engine, a_source("talk"), a_source("board"))

    def write_meanwhile(text: str) -> None:
        change(place, board={"last_problem": text})

    place.ears.on_judge = write_meanwhile

    polled = crawl(place, Script({"talk": [a_batch(a_post("1", "hello"))]}))["talk"]

    assert (polled.status, posts(place)) == ("ok", ["1"])
    assert source(place, "board").last_problem == "hello"


def test_what_is_known_is_not_judged_again(engine: Engine) -> None:
    place = places(engine, a_source("talk"))
    judged: list[str] = []
    place.ears.on_judge = judged.append

    for text in ("one", "one", "one, edited"):
        crawl(place, Script({"talk": [a_batch(a_post("1", text))]}))

    assert judged == ["one", "one, edited"]


def test_a_kind_that_nobody_reads_is_reported(engine: Engine) -> None:
    place = places(engine, a_source("talk"))
    with writing(engine) as db:
        row = db.exec(select(Source)).one()
        row.kind = SourceKind.FORUM
        db.add(row)

    assert crawl(place, Script({}))["talk"].status == "failed"


def test_a_source_whose_policy_waits_for_an_approval_is_not_asked(engine: Engine) -> None:
    shy = a_policy("shy", requires_approval=True)
    config = a_config(sources=[a_source("talk", policy="shy")], policies=[shy])
    place = a_place(engine, config)
    script = Script({"talk": [a_batch(a_post("1"))]})

    polled = crawl(place, script)["talk"]

    assert (polled.status, script.asked, posts(place)) == ("failed", [], [])
    assert "'shy' needs an approval" in str(polled.error)


def test_each_failure_doubles_the_pause_and_a_success_ends_it(engine: Engine) -> None:
    place = places(engine, a_source("talk"))
    failing = Script({"talk": [TimedOut("talk.example", seconds=9, waited_for="a reply")]})

    for minutes in (15, 30, 60):
        crawl(place, failing)
        pause = source(place).next_poll_at - place.clock.now()
        assert 0.9 * minutes * MINUTE <= pause <= 1.1 * minutes * MINUTE
    assert source(place).fail_count == 3

    crawl(place, Script({"talk": [a_batch()]}))
    row = source(place)
    assert (row.fail_count, row.health, row.last_problem) == (0, SourceHealth.OK, None)
    assert row.next_poll_at - NOON <= 16.5 * MINUTE


def test_a_host_that_asks_for_a_pause_gets_it(engine: Engine) -> None:
    place = places(engine, a_source("talk"))

    crawl(place, Script({"talk": [RateLimited(retry_after_seconds=7200)]}))

    assert source(place).next_poll_at == NOON + 120 * MINUTE


def test_a_source_whose_host_rests_because_of_another_is_put_off_and_not_to_blame(
    engine: Engine,
) -> None:
    place = places(engine, a_source("talk"), a_source("board"))
    resting = Script(
        {
            "talk": [RateLimited(retry_after_seconds=600)],
            "board": [HostResting("talk.example", retry_after_seconds=600)],
        }
    )

    told = crawl(place, resting)

    assert (told["talk"].status, told["board"].status) == ("failed", "deferred")
    row = source(place, "board")
    assert (row.health, row.fail_count, row.last_problem) == (SourceHealth.OK, 0, None)
    assert row.lease_token is None
    assert 10 * MINUTE <= row.next_poll_at - NOON <= 11 * MINUTE


def test_bytes_that_had_to_be_killed_make_a_source_poison(engine: Engine) -> None:
    place = places(engine, a_source("talk"))

    crawl(place, Script({"talk": [PoisonDocument("it took too long")]}))

    assert source(place).health is SourceHealth.POISON


def test_a_batch_with_something_wrong_in_it_is_used_and_reported(engine: Engine) -> None:
    place = places(engine, a_source("talk"))

    polled = crawl(place, Script({"talk": [a_batch(a_post("1"), problem="bad date")]}))["talk"]

    assert (polled.status, polled.error, posts(place)) == ("partial", "bad date", ["1"])
    assert (source(place).health, source(place).fail_count) == (SourceHealth.DEGRADED, 0)


def test_a_change_of_health_is_told_once(engine: Engine) -> None:
    place = places(engine, a_source("talk"))
    failing = Script({"talk": [TimedOut("talk.example", seconds=9, waited_for="a reply")]})

    for script in (failing, failing, Script({}), Script({})):
        crawl(place, script)

    told = [event.payload for event in place.all(Outbox)]
    assert told == [
        {"source": "talk", "health": "degraded"},
        {"source": "talk", "health": "ok"},
    ]


# Leases.


def test_a_crawl_that_lost_its_lease_writes_nothing_more(engine: Engine) -> None:
    place = places(engine, a_source("talk"))
    first = leased(place)

    def taken_over(_: str) -> None:
        if posts(place):
            place.clock.pass_by(LEASE)
            leased(place)

    script = Script(
        {"talk": [a_batch(a_post("1"), page=1), a_batch(a_post("2"), page=2)]},
        on_batch=taken_over,
    )

    polled = crawl(place, script, first)["talk"]

    assert "Another crawl has taken this source over" in str(polled.error)
    assert (posts(place), source(place).cursor) == (["1"], {"page": 1})
    assert source(place).lease_token not in {None, first[0].token}


def test_a_source_that_is_gone_is_no_longer_held(engine: Engine) -> None:
    place = places(engine, a_source("talk"))
    (lease,) = leased(place)
    with writing(engine) as db:
        db.delete(db.get_one(Source, lease.source.id))

    with writing(engine) as db:
        assert held(db, lease, now=NOON) is None


def test_a_crawl_that_is_stopped_goes_on_behind_its_last_batch(engine: Engine) -> None:
    place = places(engine, a_source("talk"))

    @dataclass
    class Endless:
        async def poll(
            self, source: SourceToPoll, gate: Gate, *, now: datetime
        ) -> AsyncGenerator[Batch, None]:
            yield a_batch(a_post("1"), page=1)
            await asyncio.sleep(60)
            yield a_batch(a_post("2"), page=2)

    async def run() -> None:
        task = asyncio.create_task(ready(place, Endless()).run(leased(place)))
        while not await asyncio.to_thread(posts, place):
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())

    assert (posts(place), source(place).cursor) == (["1"], {"page": 1})
    place.clock.pass_by(LEASE)
    script = Script({"talk": [a_batch(a_post("2"), page=2)]})
    assert crawl(place, script)["talk"].status == "ok"
    assert script.asked[0].cursor == {"page": 1}


def slugs(leases: Sequence[Leased]) -> list[str]:
    return [lease.source.slug for lease in leases]


def change(place: Place, **changes: Mapping[str, object]) -> None:
    """Change rows of sources: ``change(place, talk={"active": False})``."""
    with writing(place.engine) as db:
        for row in db.exec(select(Source)):
            for name, value in changes.get(row.slug, {}).items():
                setattr(row, name, value)
            db.add(row)


def test_what_is_due_is_leased_longest_overdue_first(engine: Engine) -> None:
    place = places(engine)
    change(
        place,
        talk={"next_poll_at": NOON - MINUTE},
        board={"next_poll_at": NOON - 2 * MINUTE},
        shout={"next_poll_at": NOON + MINUTE},
    )

    with writing(engine) as db:
        leases = lease_due(db, now=NOON)

    assert slugs(leases) == ["board", "talk"]
    assert leases[0].policy.name == "feed"
    with writing(engine) as db:
        assert lease_due(db, now=NOON) == ()


def test_only_so_many_are_leased_at_once(engine: Engine) -> None:
    place = places(engine)

    with writing(place.engine) as db:
        assert len(lease_due(db, now=NOON, most=2)) == 2
    with writing(place.engine) as db:
        assert len(lease_due(db, now=NOON, most=2)) == 1


@pytest.mark.parametrize("state", [{"active": False}, {"health": SourceHealth.PAUSED}])
def test_what_is_switched_off_or_paused_is_left_alone(
    engine: Engine, state: Mapping[str, object]
) -> None:
    place = places(engine)
    change(place, talk=state)

    with writing(engine) as db:
        assert sorted(slugs(lease_due(db, now=NOON))) == ["board", "shout"]
    place.clock.pass_by(LEASE)
    assert slugs(leased(place)) == ["board", "shout"]


def test_a_source_that_is_paused_while_it_is_polled_stays_paused(engine: Engine) -> None:
    place = places(engine, a_source("talk"))

    def pause(_: str) -> None:
        change(place, talk={"health": SourceHealth.PAUSED})

    crawl(place, Script({"talk": [a_batch(a_post("1"))]}, on_batch=pause))

    assert (posts(place), source(place).health) == (["1"], SourceHealth.PAUSED)


def test_named_sources_are_leased_whether_they_are_due_or_not(engine: Engine) -> None:
    place = places(engine)
    change(place, talk={"next_poll_at": NOON + MINUTE})

    with writing(engine) as db:
        assert slugs(lease_named(db, ["talk", "nowhere"], now=NOON)) == ["talk"]


def test_a_lease_ends_and_a_live_crawl_renews_it(engine: Engine) -> None:
    place = places(engine, a_source("talk"))
    (lease,) = leased(place)

    place.clock.pass_by(0.9 * LEASE)
    with writing(engine) as db:
        renew(db, [lease], now=place.clock.now())
    place.clock.pass_by(0.2 * LEASE)
    assert leased(place) == ()
    with writing(engine) as db:
        assert held(db, lease, now=place.clock.now()) is not None

    place.clock.pass_by(LEASE)
    (other,) = leased(place)
    with writing(engine) as db:
        renew(db, [lease], now=place.clock.now() + MINUTE)
        assert held(db, lease, now=place.clock.now()) is None
    assert source(place).lease_until == place.clock.now() + LEASE
    assert other.token != lease.token


def test_what_a_dead_process_held_is_free_at_once(engine: Engine) -> None:
    place = places(engine)
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        dead.wait()
    name = socket.gethostname()
    until = {"lease_until": NOON + LEASE}
    change(
        place,
        talk=until | {"lease_token": f"{name}:{dead.pid}:x"},
        board=until | {"lease_token": f"{name}:{os.getpid()}:x"},
        shout=until | {"lease_token": f"not-{name}:{dead.pid}:x"},
    )

    assert slugs(leased(place)) == ["talk"]


def test_two_that_lease_at_once_never_get_the_same_source(engine: Engine) -> None:
    place = places(engine, *(a_source(f"s{n}") for n in range(12)))
    got: list[str] = []

    def lease() -> None:
        for _ in range(4):
            with writing(engine) as db:
                got.extend(slugs(lease_due(db, now=NOON, most=2)))

    threads = [threading.Thread(target=lease) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(got) == sorted(f"s{n}" for n in range(12))
    assert all(row.lease_token for row in place.all(Source))


# Hosts.


@dataclass
class Watcher:
    """An adapter that notes how many polls run side by side, by host and in all."""

    at_once: dict[str, int] = field(default_factory=dict)
    most: dict[str, int] = field(default_factory=dict)

    async def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        host = source.url.split("/")[2]
        for name in (host, "all"):
            self.at_once[name] = self.at_once.get(name, 0) + 1
            self.most[name] = max(self.most.get(name, 0), self.at_once[name])
        await asyncio.sleep(0.05)
        for name in (host, "all"):
            self.at_once[name] -= 1
        yield a_batch()


def test_hosts_are_polled_side_by_side_and_their_sources_one_after_the_other(
    engine: Engine,
) -> None:
    sources = [
        *(a_source(f"t{n}", url=f"https://talk.example/{n}") for n in range(3)),
        *(a_source(f"b{n}", url=f"https://board.example/{n}") for n in range(3)),
    ]
    watcher = Watcher()

    crawl(places(engine, *sources), watcher)

    assert watcher.most == {"talk.example": 1, "board.example": 1, "all": 2}


def test_nothing_leased_is_nothing_to_do(engine: Engine) -> None:
    place = places(engine)

    assert crawl(place, Script({}), []) == {}
    with reading(engine) as db:
        assert db.exec(select(Post)).all() == []
