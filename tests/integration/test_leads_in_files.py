"""Leads as files: out and in again is the same, sheets come in, and imports can be taken back."""

import csv
import io
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from openpyxl import Workbook
from sqlalchemy import Engine
from sqlmodel import col, select

from models.contact import Person
from models.imported import ImportBatch, ImportedRow
from models.lead import Lead, LeadSignal, StatusChange, Touchpoint
from models.ledger import Outbox
from models.post import Author, Post, Thread
from models.signal import Signal
from models.sla import Task
from models.words import BatchKind, LeadStatus, SuppressionReason, TouchpointKind
from service.errors import ConflictError, RefusedError
from service.exports.batches import Outcome, Undone, batches, begin, undo
from service.exports.batches import note as note_row
from service.exports.bringing import bring, plan_of
from service.exports.leaving import COLUMNS, Format, leads_to_tell, records, written
from service.exports.returning import return_records
from service.folder import DATABASE
from service.house import House
from service.leads.by_hand import log_touch
from service.leads.ledger import broken_link
from service.posts.suppression import suppress_author
from service.store.engine import open_engine, reading, sqlite_url, writing
from tests.builders import SECRET, Place, a_config, a_place, a_post
from tests.fakes import NOON

HEADINGS = "need,name,company,email,consent,owner,next step"


@pytest.fixture
def place(sqlite_engine: Engine) -> Place:
    return a_place(sqlite_engine)


def house_of(place: Place) -> House:
    return House(
        folder=Path(),
        config=place.config,
        engine=place.engine,
        secret=SECRET,
        clock=place.clock,
    )


def exported(place: Place) -> str:
    with reading(place.engine) as db:
        ids = leads_to_tell(db, secret=SECRET)
        return "".join(written(db, ids, Format.JSONL, secret=SECRET))


def brought(place: Place, path: Path, *, by: str = "max", dry_run: bool = False) -> list[Outcome]:
    who = place.user(by).id
    if path.suffix == ".jsonl":
        return list(return_records(house_of(place), path, by=who, dry_run=dry_run))
    plan = plan_of(path, {})
    return list(bring(house_of(place), plan, file=path.name, by=who, topic="crm", dry_run=dry_run))


def a_sheet(folder: Path, *rows: str, headings: str = HEADINGS) -> Path:
    path = folder / "mine.csv"
    path.write_text("\n".join((headings, *rows)), "utf-8")
    return path


def taken_back(place: Place) -> Undone:
    with writing(place.engine) as db:
        batch = db.exec(select(ImportBatch).order_by(col(ImportBatch.id).desc())).first()
        assert batch is not None
        return undo(db, batch, by=place.user("max").id, now=place.clock.now())


def counts(place: Place) -> Mapping[str, int]:
    tables = (Lead, LeadSignal, Signal, Post, Thread, Author, Person, StatusChange, Task)
    return {table.__name__: len(place.all(table)) for table in tables}


# Whole records.


@pytest.fixture
def elsewhere(fresh_house: Path) -> Iterator[Place]:
    engine = open_engine(sqlite_url(fresh_house / DATABASE))
    yield a_place(engine)
    engine.dispose()


def a_lived_lead(place: Place) -> Lead:
    lead = place.hear(a_post("1", author="anna"), a_post("2", author="anna"))
    lead = place.accept(place.open_offer())
    with writing(place.engine) as db:
        return log_touch(
            db,
            lead_id=lead.id,
            user_id=str(lead.owner_id),
            rev=lead.rev,
            kind=TouchpointKind.CALL,
            note="=SUM(A1) said “später”",
            config=place.config,
            now=place.clock.now(),
        )


def test_what_went_out_and_came_in_goes_out_the_same(
    place: Place, elsewhere: Place, tmp_path: Path
) -> None:
    a_lived_lead(place)
    place.take_in(a_post("3", author="ben"))
    out = exported(place)
    path = tmp_path / "leads.jsonl"
    path.write_text(out, "utf-8")

    outcomes = brought(elsewhere, path)

    assert [one.problem for one in outcomes] == [None, None]
    assert exported(elsewhere) == out
    assert elsewhere.all(Outbox) == []  # it is old news
    assert [one.known for one in brought(elsewhere, path)] == [True, True]
    assert exported(elsewhere) == out
    with reading(elsewhere.engine) as db:
        assert broken_link(db) is None


def test_an_import_of_records_is_taken_back_as_if_it_had_never_been(
    place: Place, elsewhere: Place, tmp_path: Path
) -> None:
    a_lived_lead(place)
    path = tmp_path / "leads.jsonl"
    path.write_text(exported(place), "utf-8")
    before = counts(elsewhere)

    brought(elsewhere, path, dry_run=True)
    assert counts(elsewhere) == before
    brought(elsewhere, path)
    assert counts(elsewhere) == counts(place)

    assert taken_back(elsewhere) == Undone(leads=1, contacts=0, kept=())
    assert counts(elsewhere) == before
    assert [row.kind for row in elsewhere.all(Outbox)] == ["lead.erased"]
    brought(elsewhere, path)
    assert counts(elsewhere) == counts(place)


def test_what_nothing_polls_is_made_where_it_is_missing(
    place: Place, elsewhere: Place, tmp_path: Path
) -> None:
    brought(place, a_sheet(tmp_path, "a CRM,Ann,Acme,,,ada,"))
    path = tmp_path / "leads.jsonl"
    path.write_text(exported(place), "utf-8")

    (outcome,) = brought(elsewhere, path)

    assert outcome.problem is None
    assert exported(elsewhere) == path.read_text("utf-8")


def test_a_merged_lead_still_says_where_it_went(
    place: Place, elsewhere: Place, tmp_path: Path
) -> None:
    place.take_in(a_post("1", author="anna"), a_post("2", author="ben"))
    one, other = place.all(Lead)
    from service.leads.merging import merge

    with writing(place.engine) as db:
        merge(
            db,
            lead_ids=(one.id, other.id),
            revs=None,
            user_id=place.user("max").id,
            config=place.config,
            secret=SECRET,
            now=NOON,
        )
    path = tmp_path / "leads.jsonl"
    path.write_text(exported(place), "utf-8")

    brought(elsewhere, path)

    assert exported(elsewhere) == path.read_text("utf-8")
    assert [lead.merged_into for lead in elsewhere.all(Lead) if lead.merged_into] == [one.id]


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda record: record | {"format": "other/9"}, "format: "),
        (lambda record: record | {"lead": record["lead"] | {"topic_id": "nope"}}, "no topic"),
        (lambda record: record | {"lead": record["lead"] | {"score": "high"}}, "lead.score: "),
        (lambda record: record | {"lead": record["lead"] | {"score": 900.0}}, "contradicts"),
        (lambda record: record | {"more": 1}, "more: "),
        (
            lambda record: record | {"lead": record["lead"] | {"owner_id": "zoe"}},
            "there is no user 'zoe' here",
        ),
    ],
)
def test_a_line_that_cannot_be_used_is_named_and_left_out(
    place: Place,
    elsewhere: Place,
    tmp_path: Path,
    harm: Callable[[dict[str, dict[str, object]]], object],
    said: str,
) -> None:
    place.hear(a_post())
    path = tmp_path / "leads.jsonl"
    whole = json.loads(exported(place))
    path.write_text(f"\nno json\n{json.dumps(harm(whole))}\n", "utf-8")

    first, second = brought(elsewhere, path)

    assert (first.place, second.place) == (2, 3)
    assert "Invalid JSON" in str(first.problem)
    assert said in str(second.problem)
    assert elsewhere.all(Lead) == []


def test_who_must_be_left_alone_neither_leaves_nor_comes_in(
    place: Place, elsewhere: Place, tmp_path: Path
) -> None:
    place.hear(a_post(author="anna"))
    path = tmp_path / "leads.jsonl"
    path.write_text(exported(place), "utf-8")
    for house in (place, elsewhere):
        with writing(house.engine) as db:
            suppress_author(
                db,
                secret=SECRET,
                host="*",
                handle="anna",
                reason=SuppressionReason.OBJECTION,
                by="harken",
                now=NOON,
            )

    assert exported(place) == ""
    assert "left alone" in str(brought(elsewhere, path)[0].problem)


# Sheets that leave.


def test_a_sheet_for_people_has_no_formula_in_it(place: Place) -> None:
    place.hear(a_post(title='=HYPERLINK("https://evil.example")'))
    with reading(place.engine) as db:
        ids = leads_to_tell(db, secret=SECRET)
        sheet = "".join(written(db, ids, Format.CSV, secret=SECRET))

    headings, row = csv.reader(io.StringIO(sheet))

    assert tuple(headings) == COLUMNS
    assert row[1] == '\'=HYPERLINK("https://evil.example")'


@pytest.mark.parametrize("form", [Format.HUBSPOT, Format.SALESFORCE, Format.PIPEDRIVE])
def test_other_programs_get_one_lead_each(place: Place, form: Format) -> None:
    lead = place.hear(a_post(author="anna"))
    with reading(place.engine) as db:
        out = "".join(written(db, [lead.id], form, secret=SECRET))
        assert "".join(written(db, [], form, secret=SECRET)) == ""

    assert lead.id in out
    assert "anna" in out


# Sheets that come in.


def test_a_situation_becomes_the_reps_lead_and_an_address_a_contact(
    place: Place, tmp_path: Path
) -> None:
    path = a_sheet(
        tmp_path,
        "a CRM for twenty people,Ann Lee,Acme,ann@acme.example,by phone,ada,send the offer",
        ",Bo,Bolt,bo@bolt.example,,,",
        "it needs a topic only,,,,,nobody,",
        ",,,,yes,,",
    )

    outcomes = brought(place, path)

    lead = place.only(Lead)
    assert (lead.status, lead.owner_id) == (LeadStatus.ACCEPTED, place.user("ada").id)
    assert (lead.account, lead.title) == ("Acme", "a CRM for twenty people")
    assert "send the offer" in {task.what for task in place.all(Task)}
    assert [one.problem for one in outcomes] == [
        None,
        None,
        "there is no user 'nobody'",
        "it says neither who it is about nor what they need",
    ]
    assert [one.place for one in outcomes] == [2, 3, 4, 5]
    assert outcomes[1].note == "the address: nobody says that they agreed"
    assert {person.email for person in place.all(Person)} == {"ann@acme.example", None}
    assert all(one.known for one in brought(place, path) if one.problem is None)


def test_a_hundred_addresses_make_no_lead(place: Place, tmp_path: Path) -> None:
    rows = [f",Person {n},Company {n},p{n}@x.example,list,," for n in range(100)]

    outcomes = brought(place, a_sheet(tmp_path, *rows))

    assert place.all(Lead) == []
    assert sum(one.person_id is not None for one in outcomes) == 100


def test_a_trial_says_the_same_and_keeps_nothing(place: Place, tmp_path: Path) -> None:
    path = a_sheet(tmp_path, "a CRM,Ann,Acme,,,ada,", "more,,,,,nobody,")
    before = counts(place)

    trial = brought(place, path, dry_run=True)

    assert counts(place) == before
    assert place.all(ImportBatch) == []
    assert [one.problem for one in trial] == [one.problem for one in brought(place, path)]


def test_what_nobody_touched_goes_and_what_somebody_touched_stays(
    place: Place, tmp_path: Path
) -> None:
    before = counts(place)
    brought(place, a_sheet(tmp_path, "a CRM,Ann,,,,ada,", "a till,Bo,,,,ada,", ",Cy,Co,,,,"))
    touched = place.all(Lead)[0]
    with writing(place.engine) as db:
        log_touch(
            db,
            lead_id=touched.id,
            user_id=str(touched.owner_id),
            rev=touched.rev,
            kind=TouchpointKind.CALL,
            note="",
            config=place.config,
            now=NOON,
        )

    done = taken_back(place)

    assert done == Undone(leads=1, contacts=1, kept=(touched.id,))
    assert place.only(Lead).id == touched.id
    assert len(place.all(Touchpoint)) == 1
    assert counts(place)["Person"] == before["Person"] + 1
    with reading(place.engine) as db:
        assert broken_link(db) is None
        (line,) = batches(db)
    assert line.undone_at is None  # one lead of it is still there


def test_all_of_an_import_can_be_taken_back_once_and_brought_again(
    place: Place, tmp_path: Path
) -> None:
    path = a_sheet(tmp_path, "a CRM,Ann,,,,ada,", ",Cy,Co,,,,")
    before = counts(place)
    brought(place, path)

    taken_back(place)

    assert counts(place) == before
    with pytest.raises(ConflictError):
        taken_back(place)
    assert not any(one.known for one in brought(place, path))
    assert len(place.all(ImportedRow)) == 4


def test_a_row_about_a_known_buyer_joins_the_lead_there_is(place: Place, tmp_path: Path) -> None:
    lead = place.hear(a_post(author="anna"))
    path = a_sheet(tmp_path, "she told me more,anna,talk", headings="need,handle,source")

    brought(place, path)

    assert place.only(Lead).id == lead.id
    assert len(place.all(LeadSignal)) == 2
    assert taken_back(place).leads == 0
    assert [link.lead_id for link in place.all(LeadSignal)] == [lead.id]


def test_a_rep_brings_leads_for_nobody_else(place: Place, tmp_path: Path) -> None:
    path = a_sheet(tmp_path, "a CRM,Ann,,,,ben,")

    (outcome,) = brought(place, path, by="ada")

    assert "for others" in str(outcome.problem)
    assert place.all(Lead) == []


# Their files.


def test_excel_s_files_are_read_like_csv(place: Place, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Notizen", "Firma", "Datum", "Betrag", "Währung"])
    sheet.append(["Ein CRM", "Müller", NOON.replace(tzinfo=None), 1200, "EUR"])
    path = tmp_path / "mine.xlsx"
    book.save(path)

    brought(place, path)

    lead = place.only(Lead)
    assert (lead.title, lead.account, lead.amount_minor) == ("Ein CRM", "Müller", 120_000)
    assert lead.first_signal_at == NOON


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "has no headings"),
        (b"PK\x03\x04 no zip", "can't be read as XLSX"),
        (b"a\0b", "no CSV in UTF-8"),
        (b"colour,shape\nred,round\n", "no column of"),
        (b'need\n"open', "can't be read as CSV"),
    ],
)
def test_files_that_are_no_sheets_are_refused_in_words(
    place: Place, tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "mine.csv"
    path.write_bytes(content)

    with pytest.raises(RefusedError, match=said):
        brought(place, path)


def test_the_plainest_heading_holds_the_need_wherever_it_stands(tmp_path: Path) -> None:
    file = tmp_path / "shoebox.csv"
    file.write_text("Notes;Who;What they want;Mail\nfair;Greta Holm;A CRM for 8;g@h.example\n")

    told = dict(plan_of(file, {}).told())

    assert told == {"Notes": None, "Who": "name", "What they want": "need", "Mail": "email"}


def test_what_a_column_holds_can_be_said(tmp_path: Path) -> None:
    path = a_sheet(tmp_path, "x,y,z", headings="Colour,Name,Need")

    said = dict(plan_of(path, {"Colour": "need", "name": "-"}).told())

    assert said == {"Colour": "need", "Name": None, "Need": None}
    with pytest.raises(RefusedError, match="did you mean 'Colour'"):
        plan_of(path, {"Color": "need"})
    with pytest.raises(RefusedError, match="did you mean 'company'"):
        plan_of(path, {"Colour": "compny"})


def test_a_sheet_of_ours_comes_back_as_we_wrote_it(place: Place, tmp_path: Path) -> None:
    place.hear(a_post(text="=1+1 Does anybody have experience with it", title="+49 30"))
    with reading(place.engine) as db:
        ids = leads_to_tell(db, secret=SECRET)
        sheet = "".join(written(db, ids, Format.CSV, secret=SECRET, delimiter=";"))
        (whole,) = records(db, ids)
    path = tmp_path / "ours.csv"
    path.write_text(sheet, "utf-8")

    (row,) = plan_of(path, {}).sheet.rows

    assert isinstance(whole["lead"], dict)
    assert row.cells[COLUMNS.index("title")] == whole["lead"]["title"] == "+49 30"
    assert row.cells[COLUMNS.index("quote")].startswith("=1+1")


def test_a_config_without_the_sheets_topic_says_so(sqlite_engine: Engine, tmp_path: Path) -> None:
    place = a_place(sqlite_engine, a_config())
    path = a_sheet(tmp_path, "a till,cmr", headings="need,topic")

    (outcome,) = brought(place, path)

    assert outcome.problem == "there is no topic 'cmr'; did you mean 'crm'?"


def test_records_go_from_one_database_to_the_other_and_are_taken_back_there(
    place: Place, postgres_engine: Engine, tmp_path: Path
) -> None:
    a_lived_lead(place)
    path = tmp_path / "leads.jsonl"
    path.write_text(exported(place), "utf-8")
    there = a_place(postgres_engine)
    before = counts(there)

    (outcome,) = brought(there, path)

    assert outcome.problem is None
    assert exported(there) == path.read_text("utf-8")
    assert taken_back(there).leads == 1
    assert counts(there) == before


def test_an_import_of_any_size_is_taken_back(elsewhere: Place) -> None:
    by = elsewhere.user("mia").id
    made = {"person": [f"gone-{n}" for n in range(1_200)]}
    with writing(elsewhere.engine) as db:
        raw = db.connection().connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        most = raw.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)  # a sheet has 100,000 rows
        batch = begin(db, BatchKind.SHEET, file="all.csv", by=by, now=NOON)
        note_row(db, batch.id, place=1, fingerprint="f", lead_id=None, person_id="p", made=made)

        undone = undo(db, batch, by=by, now=NOON)
        raw.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, most)

    assert (undone.leads, undone.contacts) == (0, 1)
