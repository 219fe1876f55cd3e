"""What becomes of a source from poll to poll: its rhythm, its silence, its moves and its end."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from config.source import SourceSpec
from crawlers.errors import Gone, HostResting, NotFound, SourceError
from crawlers.fetch import Gate
from crawlers.found import Batch, FoundPost
from models.ledger import AuditEvent, Outbox
from models.post import Post
from models.source import Source, SourcePolicy
from models.words import SourceHealth, SourceKind, StorageMode
from service.errors import RefusedError
from service.listening.attention import redirected, silent, wrong_with
from service.listening.crawling import Crawl, Polled
from service.listening.leases import Leased, host_of, lease_all, lease_due
from service.listening.settling import accept_move
from service.rules.spreading import AT_ONCE
from service.store.engine import writing
from tests.builders import Place, a_config, a_place, a_policy, a_post, a_source
from tests.fakes import NOON, Script

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
OLD = "https://talk.example/feed"
NEW = "https://www.talk.example/feed"


def a_house(engine: Engine, *sources: SourceSpec) -> Place:
    return a_place(engine, a_config(sources=sources or (a_source("talk"),)))


def poll(place: Place, *acts: Batch | SourceError, slug: str = "talk") -> Polled:
    """Poll all sources, of which one says this and the others nothing; return how it went."""

    async def run() -> list[Polled]:
        crawl = Crawl(
            engine=place.engine,
            intake=place.intake,
            gate=Gate(user_agent="harken-test"),
            adapters={SourceKind.FEED: Script({slug: acts})},
            clock=place.clock,
        )
        with writing(place.engine) as db:
            leases = lease_all(db, now=place.clock.now())
        return await crawl.run(leases)

    return next(one for one in asyncio.run(run()) if one.source == slug)


def nothing_new(**told: object) -> Batch:
    batch = {"posts": (), "cursor": {}, "not_modified": True} | told
    return Batch(**batch)  # type: ignore[arg-type]  # a test says what it likes


def some_posts(*posts: FoundPost, moved_to: str | None = None, ttl: int | None = None) -> Batch:
    return Batch(posts=posts, cursor={"page": 1}, moved_to=moved_to, ttl_seconds=ttl)


def source(place: Place, slug: str = "talk") -> Source:
    return next(row for row in place.all(Source) if row.slug == slug)


def pause(place: Place) -> timedelta:
    return source(place).next_poll_at - place.clock.now()


def told(place: Place) -> list[str]:
    return [event.kind for event in place.all(Outbox)]


def a_daily_post(days: int) -> list[FoundPost]:
    return [a_post(str(n), "hello", at=NOON - DAY * n) for n in range(days)]


# Its rhythm.


def test_a_busy_source_is_polled_more_often_and_a_sleepy_one_less(engine: Engine) -> None:
    place = a_house(engine)
    poll(place, some_posts(*(a_post(str(n), "hello", at=NOON - MINUTE * n) for n in range(20))))
    assert 5 * MINUTE <= pause(place) <= 5.5 * MINUTE

    place.clock.pass_by(30 * DAY)
    poll(place, nothing_new())
    assert 60 * MINUTE <= pause(place) <= 66 * MINUTE


def test_what_a_source_says_of_how_long_it_holds_is_waited_for(engine: Engine) -> None:
    place = a_house(engine)
    poll(place, some_posts(a_post(at=None), ttl=7200))
    assert 2 * HOUR <= pause(place) <= 2.2 * HOUR

    poll(place, nothing_new())
    assert 2 * HOUR <= pause(place) <= 2.2 * HOUR
    poll(place, nothing_new(ttl_seconds=3600))
    assert 1 * HOUR <= pause(place) <= 1.1 * HOUR
    poll(place, some_posts(a_post(at=None)))
    assert pause(place) <= 16.5 * MINUTE


def test_posts_without_a_time_are_remembered_by_ours(engine: Engine) -> None:
    place = a_house(engine)
    poll(place, some_posts(a_post("1", at=None), a_post("2", at=None)))
    assert source(place).heard_at == [int(NOON.timestamp())]
    assert source(place).last_post_at == NOON

    place.clock.pass_by(HOUR)
    poll(place, some_posts(a_post("1", at=None), a_post("2", at=None)))
    assert source(place).heard_at == [int(NOON.timestamp())]


def test_a_validator_that_changed_without_news_is_kept(engine: Engine) -> None:
    place = a_house(engine)

    poll(place, nothing_new(cursor={"etag": "b"}))
    assert source(place).cursor == {"etag": "b"}
    poll(place, nothing_new(cursor={"etag": "c"}, problem="odd"))
    assert (source(place).cursor, source(place).health) == ({"etag": "c"}, SourceHealth.DEGRADED)


# Its silence.


def test_a_source_that_went_quiet_is_told_once_and_so_is_its_return(engine: Engine) -> None:
    place = a_house(engine)
    poll(place, some_posts(*a_daily_post(20)))
    place.clock.pass_by(8 * DAY)  # it was added a week ago

    poll(place, some_posts(a_post("x", "hello", at=place.clock.now())))
    assert not source(place).is_quiet
    place.clock.pass_by(30 * DAY)
    for _ in range(2):
        poll(place, nothing_new())

    quiet = source(place)
    assert (quiet.is_quiet, quiet.health) == (True, SourceHealth.OK)
    assert told(place) == ["source.went_quiet"]
    assert "brought nothing since 2025-11-27" in str(wrong_with(quiet))

    poll(place, some_posts(a_post("y", "hello", at=place.clock.now())))
    assert told(place) == ["source.went_quiet", "source.speaks_again"]
    assert wrong_with(source(place)) is None


def test_a_source_that_fails_is_not_called_quiet(engine: Engine) -> None:
    place = a_house(engine)
    poll(place, some_posts(*a_daily_post(20)))
    place.clock.pass_by(30 * DAY)

    poll(place, NotFound())

    assert silent(source(place)) is None
    assert "nothing at this address" in str(wrong_with(source(place)))


# Its moves.


def redirect(place: Place, to: str, *, polls: int = 3, days: float = 4) -> None:
    for _ in range(polls):
        poll(place, nothing_new(moved_to=to))
        place.clock.pass_by(DAY * days)


def test_a_lasting_redirect_on_its_site_gives_it_a_new_address(engine: Engine) -> None:
    place = a_house(engine)

    redirect(place, NEW, polls=2)
    assert (source(place).url, source(place).moved_count) == (OLD, 2)
    redirect(place, NEW, polls=1)

    row = source(place)
    assert (row.url, row.moved_to, row.moved_since, row.moved_count) == (NEW, None, None, 0)
    assert [event.payload for event in place.all(Outbox)] == [
        {"source": "talk", "from": OLD, "to": NEW}
    ]
    assert [(event.actor, event.action) for event in place.all(AuditEvent)] == [
        ("harken", "source.moved")
    ]
    place.sync(place.config)  # the file still says the old address
    assert source(place).url == NEW
    place.sync(a_config(sources=[a_source("talk", url="https://else.example/feed")]))
    assert source(place).url == "https://else.example/feed"


def test_what_is_read_besides_says_nothing_of_where_a_source_is_or_how_long_it_holds(
    engine: Engine,
) -> None:
    place = a_house(engine)

    poll(place, nothing_new(moved_to=NEW, ttl_seconds=7200), some_posts(a_post(), ttl=60))

    assert (source(place).moved_to, source(place).ttl_seconds) == (NEW, 7200)


def test_a_redirect_that_ends_is_forgotten(engine: Engine) -> None:
    place = a_house(engine)
    redirect(place, NEW, polls=2)

    poll(place, nothing_new())

    assert (source(place).moved_to, source(place).moved_count) == (None, 0)


def test_a_redirect_to_what_could_not_be_read_well_does_not_count(engine: Engine) -> None:
    place = a_house(engine)

    poll(place, nothing_new(moved_to=NEW, problem="half of it is missing"))

    assert source(place).moved_to is None


def test_a_redirect_to_another_site_is_for_a_person_to_decide(engine: Engine) -> None:
    place = a_house(engine, a_source("talk"), a_source("board"))
    redirect(place, "https://elsewhere.example/feed")

    row = source(place)
    assert (row.url, row.health, told(place)) == (OLD, SourceHealth.OK, [])
    assert "since 2025-11-19 it redirects to https://elsewhere.example/feed" in str(
        redirected(row)
    )
    assert "`harken sources move talk`" in str(wrong_with(row))

    with writing(engine) as db:
        accept_move(db, db.get_one(Source, row.id), now=place.clock.now(), by="command")
    assert source(place).url == "https://elsewhere.example/feed"
    assert told(place) == ["source.moved"]


def test_a_redirect_to_another_source_is_not_followed(engine: Engine) -> None:
    board = "https://board.example/feed"
    place = a_house(engine, a_source("talk"), a_source("board", url=board))
    redirect(place, board, polls=4)

    assert source(place).url == OLD
    with pytest.raises(RefusedError, match="is a source already"), writing(engine) as db:
        accept_move(db, db.get_one(Source, source(place).id), now=NOON, by="command")


def test_what_redirects_nowhere_cannot_be_moved(engine: Engine) -> None:
    place = a_house(engine)

    with pytest.raises(RefusedError, match="does not redirect"), writing(engine) as db:
        accept_move(db, db.get_one(Source, source(place).id), now=NOON, by="command")


# Its end, which is never final.


def test_a_source_that_is_gone_is_looked_at_once_a_week_and_comes_back(engine: Engine) -> None:
    place = a_house(engine)
    poll(place, some_posts(a_post("1", "hello")))

    poll(place, Gone())
    assert 1 * DAY <= pause(place) <= 1.1 * DAY
    poll(place, Gone())
    assert 7 * DAY <= pause(place) <= 7.7 * DAY
    row = source(place)
    assert (row.active, row.health) == (True, SourceHealth.DEGRADED)
    assert "taken down for good (410)" in str(wrong_with(row))

    poll(place, some_posts(a_post("2", "hello")))
    assert (source(place).health, source(place).fail_count) == (SourceHealth.OK, 0)
    assert pause(place) <= HOUR


def test_a_source_that_is_not_found_is_tried_again_soon(engine: Engine) -> None:
    place = a_house(engine)

    poll(place, NotFound())

    assert pause(place) <= 16.5 * MINUTE


# Many sources, many hosts.


def overdue(engine: Engine, *, hosts: int, each: int, gap: float = 2.0) -> Place:
    """Return an installation that slept while all of its sources became due."""
    sources = [
        a_source(f"s{n:04d}", url=f"https://h{n % hosts}.example/{n}") for n in range(hosts * each)
    ]
    place = a_house(engine, *sources)
    with writing(engine) as db:
        db.connection().execute(
            text("UPDATE source_policy SET min_interval_seconds = :gap"), {"gap": gap}
        )
        for n, row in enumerate(sorted(place.all(Source), key=lambda each: each.slug)):
            row.next_poll_at = NOON - HOUR + timedelta(seconds=n)
            db.add(row)
    return place


def leased_due(place: Place, most: int = 500) -> tuple[Leased, ...]:
    with writing(place.engine) as db:
        return lease_due(db, now=place.clock.now(), most=most)


def test_after_a_restart_no_host_is_stampeded(engine: Engine) -> None:
    place = overdue(engine, hosts=5, each=100)

    first = leased_due(place)

    assert [lease.source.slug for lease in first] == [f"s{n:04d}" for n in range(5 * AT_ONCE)]
    turns: dict[str, list[float]] = {}
    for row in sorted(place.all(Source), key=lambda each: each.slug)[5 * AT_ONCE :]:
        wait = (row.next_poll_at - NOON).total_seconds()
        turns.setdefault(host_of(row.url), []).append(wait)
    assert turns == {f"h{n}.example": [2.0 * k for k in range(AT_ONCE, 100)] for n in range(5)}
    assert leased_due(place) == ()


def test_a_busy_host_does_not_keep_others_from_being_leased(engine: Engine) -> None:
    place = overdue(engine, hosts=1, each=60)
    with writing(engine) as db:
        late = db.get_one(Source, source(place, "s0059").id)
        late.url = "https://other.example/"
        db.add(late)

    got = [lease.source.slug for lease in leased_due(place, most=20)]

    assert got == [*(f"s{n:04d}" for n in range(AT_ONCE)), "s0059"]


def test_a_host_that_rests_puts_off_its_sources_without_being_asked(engine: Engine) -> None:
    place = overdue(engine, hosts=2, each=3)
    with writing(engine) as db:
        db.connection().execute(
            text(
                "INSERT INTO host (name, free_at, rest_until, refusals)"
                " VALUES ('h0.example', :n, :u, 1)"
            ),
            {"n": "2025-11-19 12:00:00+00:00", "u": "2025-11-19 13:00:00.000000+00:00"},
        )

    assert {lease.host for lease in leased_due(place)} == {"h1.example"}
    rested = [row.next_poll_at for row in place.all(Source) if host_of(row.url) == "h0.example"]
    assert sorted(rested) == [NOON + HOUR + timedelta(seconds=2 * n) for n in range(3)]


def test_what_is_due_is_found_by_an_index(sqlite_engine: Engine) -> None:
    a_house(sqlite_engine)
    plan = (
        "EXPLAIN QUERY PLAN SELECT id FROM source WHERE next_poll_at <= '2025' AND active IS 1"
        " AND (lease_until IS NULL OR lease_until <= '2025') ORDER BY next_poll_at LIMIT 50"
    )
    with sqlite_engine.connect() as connection:
        steps = " ".join(str(row) for row in connection.execute(text(plan)))

    assert "ix_source_next_poll_at" in steps
    assert "TEMP B-TREE" not in steps


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Talk.example/feed", "talk.example"),
        ("https://talk.example:443", "talk.example"),
        ("http://talk.example:443?x", "talk.example:443"),
        ("http://[::1]:8080/x", "[::1]:8080"),
        ("news:comp.lang", ""),
        ("imap://mail.example:993/inbox", "mail.example:993"),
    ],
)
def test_hosts_are_named_as_budgets_name_them(url: str, host: str) -> None:
    assert host_of(url) == host


def test_a_host_that_rests_longer_than_one_waits_defers_its_source(engine: Engine) -> None:
    place = a_house(engine)

    assert poll(place, HostResting("talk.example", retry_after_seconds=300)).status == "deferred"
    assert 5 * MINUTE <= pause(place) <= 5.5 * MINUTE


# What may be kept, and with whose name.


@pytest.mark.parametrize(
    ("mode", "kept"),
    [(StorageMode.FULL, 2000), (StorageMode.EXCERPT, 400), (StorageMode.NONE, 0)],
)
def test_a_policy_decides_how_much_of_a_post_is_kept(
    engine: Engine, mode: StorageMode, kept: int
) -> None:
    shy = a_policy("shy", store=mode)
    place = a_place(engine, a_config(sources=[a_source("talk", policy="shy")], policies=[shy]))
    words = "Does anybody have experience with a crm? ".ljust(2000, "x")

    poll(place, some_posts(a_post("1", words)))
    again = poll(place, some_posts(a_post("1", words)))

    post = place.only(Post)
    assert len(post.text) <= max(kept, 0)
    assert (len(post.text) == 2000) is (mode is StorageMode.FULL)
    assert again.counts.duplicates == 1
    assert post.url == "https://talk.example/t/1"
    assert {row.name: row.allow_storage for row in place.all(SourcePolicy)}["shy"] is mode
