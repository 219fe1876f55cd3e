"""Exports that people bring, from the file to the lead."""

import asyncio
import gzip
import json
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from config import ConfigError
from crawlers.exports.export import Entry, ExportFormat, Skipped
from models.lead import Lead
from models.post import Author, Post, Thread
from models.source import Source
from models.words import SourceKind, SuppressionReason
from service.cli.importing import import_
from service.errors import RefusedError
from service.house import House
from service.listening.leases import lease_all
from service.listening.sourcing import add_source
from service.posts.importing import Imported, import_file
from service.posts.suppression import suppress_author
from service.store.engine import writing
from tests.builders import ASK, NO_TAKERS, SECRET, Place, a_config, a_place
from tests.command import harken_here
from tests.exported import slack_message, slack_zip
from tests.mails import a_mail

QUESTION = f"{ASK} a crm for ten people?"


@pytest.fixture
def place(sqlite_engine: Engine) -> Place:
    return a_place(sqlite_engine, a_config(users=NO_TAKERS))


@pytest.fixture
def house(place: Place, tmp_path: Path) -> House:
    return House(
        folder=tmp_path,
        config=place.config,
        engine=place.engine,
        secret=SECRET,
        clock=place.clock,
    )


def bring(
    house: House,
    place: Place,
    body: bytes | str,
    *,
    name: str = "posts.jsonl",
    kind: ExportFormat | None = None,
    source: str = "acme",
) -> tuple[Imported, list[Skipped]]:
    path = house.folder / name
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    heard: list[Entry] = []
    done = import_file(
        house, path, source=source, kind=kind, intake=place.intake, on_entry=heard.append
    )
    return done, [entry for entry in heard if isinstance(entry, Skipped)]


def a_line(text: str = QUESTION, **more: object) -> str:
    return json.dumps({"text": text, "author": "Ann", "date": "2025-11-19", **more}) + "\n"


def test_an_export_becomes_posts_and_leads(house: House, place: Place) -> None:
    done, skipped = bring(house, place, a_line() + a_line("Other words."))

    assert (done.posts, done.counts.new, done.counts.signals, skipped) == (2, 2, 1, [])
    assert place.only(Lead).title
    source = next(row for row in place.all(Source) if row.slug == "acme")
    assert (source.kind, source.url) == (SourceKind.IMPORT, "import://acme")


def test_the_same_file_again_changes_nothing(house: House, place: Place) -> None:
    bring(house, place, a_line())
    again, _ = bring(house, place, a_line())
    assert (again.counts.new, again.counts.duplicates) == (0, 1)
    assert len(place.all(Lead)) == 1


def test_an_import_is_never_polled(house: House, place: Place) -> None:
    bring(house, place, a_line())
    with writing(place.engine) as db:
        leased = lease_all(db, now=place.clock.now())
        assert [lease.source.slug for lease in leased] == ["talk"]


@pytest.mark.parametrize("kind", [SourceKind.IMPORT, SourceKind.CAPTURE])
def test_what_people_bring_is_not_added_as_a_place_to_poll(house: House, kind: SourceKind) -> None:
    adding = add_source(house, "https://acme.example/", kind=kind, every=timedelta(hours=1))
    with pytest.raises(RefusedError, match="nothing polls"):
        asyncio.run(adding)


def test_a_slug_of_a_crawled_source_is_refused(house: House, place: Place) -> None:
    with pytest.raises(RefusedError, match="talk is a source of kind feed"):
        bring(house, place, a_line(), source="talk")


@pytest.mark.parametrize("slug", ["Acme Slack", "", "../x", "a" * 65])
def test_a_name_that_is_none_is_refused(house: House, place: Place, slug: str) -> None:
    with pytest.raises(RefusedError, match="is no id"):
        bring(house, place, a_line(), source=slug)


def test_f06_an_export_says_nothing_of_our_own_fields(house: House, place: Place) -> None:
    bring(house, place, a_line(status="won", score=100, owner="admin", id="1", role="admin"))
    lead = place.only(Lead)
    assert lead.owner_id is None
    assert lead.status.value != "won"
    assert place.only(Post).id != "1"
    assert place.only(Author).handle == "Ann"


def test_who_objected_is_not_brought_in_by_the_back_door(house: House, place: Place) -> None:
    with writing(place.engine) as db:
        suppress_author(
            db,
            secret=SECRET,
            host="talk.example",
            handle="ann",
            reason=SuppressionReason.OBJECTION,
            by="max",
            now=place.clock.now(),
        )
    done, _ = bring(house, place, a_line(url="https://talk.example/t/1") + a_line())
    assert (done.counts.suppressed, done.counts.new) == (1, 1)
    assert [post.url for post in place.all(Post)] == [None]


def test_a_large_export_is_taken_in_by_lots(house: House, place: Place) -> None:
    rows = "".join(f"Words {number}.,Ann {number}\n" for number in range(205))
    done, _ = bring(house, place, f"text,author\n{rows}", name="rows.csv")
    assert (done.format, done.posts, done.counts.new) == (ExportFormat.CSV, 205, 205)


def test_a_packed_file_is_unpacked_on_the_way(house: House, place: Place) -> None:
    done, _ = bring(house, place, gzip.compress(a_line().encode()), name="posts.jsonl.gz")
    assert done.counts.new == 1


def test_a_workspace_keeps_its_threads(house: House, place: Place) -> None:
    days = {"sales/2026-01-02.json": [slack_message("One"), slack_message("Two", seconds=9)]}
    place.clock.at = place.clock.at.replace(year=2026, month=6)
    done, _ = bring(house, place, slack_zip(days), name="export.zip")
    assert (done.format, done.counts.new) == (ExportFormat.SLACK, 2)
    assert {thread.title for thread in place.all(Thread)} == {"#sales"}


def test_mails_are_parsed_in_a_child(house: House, place: Place) -> None:
    dated = a_mail(QUESTION, date="Tue, 18 Nov 2025 10:00:00 +0000")
    body = b"From ann\n" + dated + b"\n\nFrom x\n\nno head\n"
    done, (skipped,) = bring(house, place, body, name="list.mbox")
    assert (done.format, done.counts.new, done.counts.signals) == (ExportFormat.MBOX, 1, 1)
    assert skipped.where.startswith("mail 2, byte ")


def test_what_came_before_the_file_broke_off_stays(house: House, place: Place) -> None:
    messages = [slack_message(f"Words {number}.", seconds=-(10**7) * number) for number in (1, 2)]
    body = json.dumps(messages).encode()[:-20]
    done, (skipped,) = bring(house, place, body, name="day.json")
    assert done.counts.new == 1
    assert (skipped.where, "after message 1" in skipped.why) == ("the rest", True)


@pytest.mark.parametrize(
    ("body", "name", "said"),
    [
        (b"", "x.jsonl", "empty"),
        (b"PK\x03\x04 no zip", "x.zip", "no slack export"),
        (b"\x1f\x8bxx", "x.jsonl.gz", "packed badly"),
        (b"1,2\n", "x.csv", "name the columns"),
        (b"words", "x", "--format"),
    ],
)
def test_what_is_no_export_is_refused(
    house: House, place: Place, body: bytes, name: str, said: str
) -> None:
    with pytest.raises(RefusedError, match=said):
        bring(house, place, body, name=name)


@pytest.mark.parametrize("path", ["/dev/zero", "/nowhere/x.csv", "/"])
def test_what_is_no_file_is_refused(house: House, place: Place, path: str) -> None:
    with pytest.raises(RefusedError):
        import_file(house, Path(path), source="acme", intake=place.intake)


def test_a_name_that_is_off_is_refused(house: House, place: Place) -> None:
    bring(house, place, a_line())
    with writing(place.engine) as db:
        row = next(source for source in place.all(Source) if source.slug == "acme")
        row.active = False
        db.add(row)
    with pytest.raises(RefusedError, match="acme is off"):
        bring(house, place, a_line())


def test_the_command_reports_each_bad_line_and_takes_the_others(tmp_path: Path) -> None:
    assert harken_here("init", str(tmp_path / "house")).code == 0
    file = tmp_path / "posts.jsonl"
    file.write_text(a_line("Which one?") + "{bad\n" + a_line(" "), encoding="utf-8")

    ran = harken_here("import", str(file), "--source", "acme", "--json", data=tmp_path / "house")

    assert ran.code == 1
    (told,) = ran.lines
    assert (told["source"], told["format"], told["new"], told["skipped"]) == (
        *("acme", "jsonl", 1, 2),
    )
    bad, empty = ran.err.splitlines()
    assert bad == f"{file}: line 2, column 2: it is no JSON"
    assert empty == f"{file}: line 3: it has neither text nor title"


def test_the_command_says_what_it_dated_itself(tmp_path: Path) -> None:
    assert harken_here("init", str(tmp_path / "house")).code == 0
    file = tmp_path / "posts.jsonl"
    file.write_text(a_line("Which one?", date="") + a_line("Which two?"), encoding="utf-8")

    (told,) = harken_here(
        *("import", str(file), "--source", "acme", "--json"), data=tmp_path / "house"
    ).lines
    said = harken_here("import", str(file), "--source", "other", data=tmp_path / "house").out
    assert (told["posts"], told["undated"]) == (2, 1)
    assert "1 without a date, taken as of today" in said

    file.write_text(a_line("Which three?"), encoding="utf-8")
    said = harken_here("import", str(file), "--source", "acme", data=tmp_path / "house").out
    assert "without a date" not in said


def test_the_command_says_how_it_read_the_dates(tmp_path: Path) -> None:
    assert harken_here("init", str(tmp_path / "house")).code == 0
    file = tmp_path / "posts.csv"
    file.write_text("text,date\nWhich one?,03/04/2025\n", encoding="utf-8")
    ran = harken_here("import", str(file), "--source", "acme", data=tmp_path / "house")
    assert ran.code == 0
    assert "the day first" in ran.err


@pytest.mark.parametrize(
    ("body", "name"),
    [(b"x,y\n1,2\n", "x.csv"), (b"", "x.csv"), (b'{"text": null}\n', "x.jsonl")],
)
def test_what_brings_nothing_leaves_no_source_behind(
    house: House, place: Place, body: bytes, name: str
) -> None:
    with suppress(RefusedError):
        bring(house, place, body, name=name)
    assert [source.slug for source in place.all(Source)] == ["talk"]


def test_an_old_mail_without_a_date_makes_no_fresh_lead(house: House, place: Place) -> None:
    body = b"From a@b Thu Nov  5 11:00:00 2020\nFrom: Ann <a@x.example>\n\n" + QUESTION.encode()
    done, _ = bring(house, place, body + b"\n", name="list.mbox")
    assert done.undated == 0
    assert place.only(Post).published_at.year == 2020


def test_the_command_needs_an_installation(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        import_(tmp_path / "x.csv", source="acme", data=tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
