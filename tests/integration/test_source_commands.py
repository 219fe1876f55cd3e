"""`harken sources list|check|coverage|policies|move` on an installation with some history."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from typer.testing import CliRunner, Result

from models.host import Host
from models.source import Source
from service.cli import app
from service.errors import RefusedError
from service.house import House, open_house
from service.listening.coverage import coverage
from service.store.engine import reading, writing
from tests.builders import Place, a_config, a_place, a_post
from tests.command import Ran, harken_here
from tests.fakes import NOON
from tests.misbehaving import Asked, MisbehavingServer, Reply

DAY = timedelta(days=1)


@pytest.fixture
def house(fresh_house: Path) -> Iterator[House]:
    with open_house(fresh_house) as house:
        yield house


def change(house: House, **changes: object) -> None:
    """Change the one active source."""
    with writing(house.engine) as db:
        row = db.exec(select(Source).where(Source.slug == "hn-ask")).one()
        for name, value in changes.items():
            setattr(row, name, value)
        db.add(row)


def run(house: House, *command: str) -> Result:
    return CliRunner().invoke(app, ["sources", *command, "--data", str(house.folder)])


def the_listed(house: House) -> dict[str, object]:
    """Return what the list says of the one active source."""
    lines = run(house, "list", "--json").stdout.splitlines()
    rows: list[dict[str, object]] = [json.loads(line) for line in lines]
    return next(row for row in rows if row["id"] == "hn-ask")


def now() -> datetime:
    return datetime.now(UTC)


def gone_quiet() -> dict[str, object]:
    heard_at = [int((now() - DAY * (60 - n)).timestamp()) for n in range(20)]
    return {"heard_at": heard_at, "quiet_at": now() - 30 * DAY, "last_success_at": now()}


def test_a_quiet_source_is_listed_as_such_and_checked(house: House) -> None:
    change(house, **gone_quiet())

    assert " quiet " in run(house, "list").stdout
    listed = the_listed(house)
    assert (listed["id"], listed["quiet"], listed["health"]) == ("hn-ask", True, "ok")
    assert "has brought nothing since" in str(listed["problem"])
    checked = run(house, "check")
    assert checked.exit_code == 1
    assert "hn-ask: it answers, but has brought nothing since" in checked.stderr


def test_hosts_that_rest_are_checked_too(house: House) -> None:
    assert run(house, "check").stdout == "all well\n"
    with writing(house.engine) as db:
        resting = Host(name="hn.algolia.com", free_at=now(), rest_until=now() + DAY, refusals=2)
        resting.last_reason = "it answered 503"
        db.add(resting)

    checked = run(house, "check")

    assert checked.exit_code == 1
    assert "host hn.algolia.com: left alone until " in checked.stderr
    assert "it answered 503, 2 times in a row" in checked.stderr


def test_a_person_accepts_a_move(house: House) -> None:
    assert isinstance(run(house, "move", "hn-ask").exception, RefusedError)
    to = "https://hn.example/api"
    week = {"moved_count": 3, "moved_since": now() - 8 * DAY, "last_success_at": now()}
    change(house, moved_to=to, **week)
    assert "`harken sources move hn-ask`" in run(house, "check").stderr

    moved = run(house, "move", "hn-ask")

    assert moved.stdout.splitlines() == [
        f"hn-ask is now at {to}",
        "Write the new address into sources.toml, too",
    ]
    assert the_listed(house)["url"] == to


def test_policies_say_what_is_off_and_why(house: House) -> None:
    told = run(house, "policies")
    rows = [json.loads(line) for line in run(house, "policies", "--json").stdout.splitlines()]

    assert "reddit is off: policy 'reddit' needs an approval" in told.stdout
    off = {row["name"] for row in rows if row["off"]}
    assert "reddit" in off
    assert next(row for row in rows if row["name"] == "feed")["allow_storage"] == "full"


def test_coverage_is_told_in_numbers_and_in_words(house: House) -> None:
    told = run(house, "coverage")
    as_json = json.loads(run(house, "coverage", "--json").stdout)

    assert told.exit_code == 0
    assert "nothing is heard from 1 hackernews source" in told.stdout
    assert [kind["name"] for kind in as_json["kinds"]] == ["hackernews"]
    assert as_json["gaps"][0] in told.stdout


def test_coverage_counts_what_is_stored(sqlite_engine: object, postgres_engine: object) -> None:
    for engine in (sqlite_engine, postgres_engine):
        place: Place = a_place(engine, a_config())  # type: ignore[arg-type]  # both are engines
        place.take_in(
            a_post("1", at=NOON - DAY),
            a_post("2", "hello", author="ben", at=NOON - 10 * DAY),
            a_post("3", "hello", author="cleo", at=NOON - 40 * DAY),
        )
        with writing(place.engine) as db:
            row = db.exec(select(Source)).one()
            row.last_success_at = NOON
            db.add(row)

        with reading(place.engine) as db:
            found = coverage(db, now=NOON)

        (feeds,), (crm,) = found.kinds, found.topics
        assert (feeds.name, feeds.sources, feeds.ok) == ("feed", 1, 1)
        assert (feeds.posts_7d, feeds.posts_30d, feeds.signals_30d) == (1, 2, 1)
        assert (crm.name, crm.sources, crm.leads_30d, crm.last_success) == ("crm", 1, 1, NOON)
        assert found.gaps == ("topic crm is heard in 1 source only: talk",)


def added(house: House, *words: str) -> Ran:
    return harken_here(
        "sources", "add", *words, data=house.folder, HARKEN_ALLOW_NETWORKS="127.0.0.0/8"
    )


def a_long_feed(asked: Asked) -> Reply | None:
    if asked.path != "/feed":
        return None
    item = (
        "<item><guid>1</guid><dc:creator>Ann</dc:creator><description><![CDATA[<p>Which desk?</p>"
        f"<p>Ours is old. {'word ' * 90}]]></description></item>"
        f"<item><guid>2</guid><title>{'Title ' * 90}</title></item>"
    )
    head = (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>F</title>'
    )
    return Reply(body=f"{head}{item}</channel></rss>".encode())


def test_what_an_address_brings_is_shown_a_line_for_each_post(house: House) -> None:
    with MisbehavingServer(a_long_feed) as server:
        told = added(house, server.url("/feed"), "--option", "comments=no")
    _, first, second = told.out.splitlines()
    assert first.startswith("  Ann: Which desk? Ours is old. word")
    assert second.startswith("  -: Title Title")
    assert max(len(first), len(second)) < 120


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("foo=bar", "'foo' is no option of feed, which knows backfill_days, comments"),
        ("comments=maybe", '\'maybe\' is neither "yes" nor "no"'),
        ("backfill_days=1000000", "no number of days up to 3650"),
    ],
)
def test_an_option_that_means_nothing_adds_nothing(house: House, option: str, told: str) -> None:
    with MisbehavingServer(a_long_feed) as server:
        refused = added(house, server.url("/feed"), "--option", option)
    assert refused.code != 0
    assert told in refused.err
    assert "127.0.0.1" not in run(house, "list").stdout


def test_an_address_that_is_none_is_said_in_a_line(house: House) -> None:
    nothing = added(house, " ")
    assert nothing.code == 2
    assert "name the address of a feed" in nothing.err
    endless = added(house, f"http://127.0.0.1:9/{'x' * 9_000}")
    assert endless.code == 1
    assert len(endless.err) < 300
    assert "longer than 4,096 characters" in endless.err


def test_nobody_reads_back_more_than_ten_years(house: House) -> None:
    far = added(house, "http://127.0.0.1:9/", "--backfill", "1000000")
    assert far.code == 2
    assert "3650" in far.err
