"""`harken leads export|import|imports|undo-import|schema`: leads in files."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.words import LeadStatus
from service.cli.acting import By, acting, user_id
from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import complain, print_json, say, table, unusable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.exports.batches import Outcome
    from service.exports.bringing import Plan
    from service.house import House


class Form(StrEnum):
    """What leads are written as."""

    JSONL = "jsonl"
    CSV = "csv"
    HUBSPOT = "hubspot"
    SALESFORCE = "salesforce"
    PIPEDRIVE = "pipedrive"


class Separator(StrEnum):
    """What stands between two cells."""

    COMMA = "comma"
    SEMICOLON = "semicolon"
    TAB = "tab"


_SIGNS = {Separator.COMMA: ",", Separator.SEMICOLON: ";", Separator.TAB: "\t"}


def register(app: typer.Typer) -> None:
    """Add these commands to those of `harken leads`."""
    app.command()(export)
    app.command(name="import")(import_)
    app.command()(imports)
    app.command(name="undo-import")(undo_import)
    app.command()(schema)


def export(
    form: Annotated[Form, typer.Option("--format", help="What to write.")] = Form.JSONL,
    status: Annotated[
        list[LeadStatus] | None, typer.Option("--status", help="Only these; repeatable.")
    ] = None,
    topic: Annotated[
        list[str] | None, typer.Option("--topic", metavar="ID", help="Only these; repeatable.")
    ] = None,
    separator: Annotated[
        Separator, typer.Option("--separator", help="Of CSV; Excel in Europe wants semicolons.")
    ] = Separator.COMMA,
    data: DataDir = None,
) -> None:
    """Write leads to standard output, the oldest first.

    jsonl holds everything and `harken leads import` reads it again; csv is a sheet for people, in
    which nothing is taken for a formula; hubspot and salesforce are CSV for their importers;
    pipedrive is JSON Lines. Whoever wants to be left alone is in none of them.

    Example: harken leads export --format csv --status working > working.csv
    """
    from service.exports.leaving import leads_to_tell, note_export
    from service.house import existing_house
    from service.leads.transitions import HARKEN
    from service.store.engine import reading, writing

    with existing_house(data_dir(data)) as house:
        with reading(house.engine) as db:
            ids = leads_to_tell(db, secret=house.secret, statuses=status, topics=topic)
        now = house.clock.now()
        with writing(house.engine) as db:
            note_export(db, form=form.value, leads=len(ids), by=HARKEN, now=now)
        _write(house, ids, form, _SIGNS[separator])


def _write(house: "House", ids: "Sequence[str]", form: Form, separator: str) -> None:
    import sys

    from service.exports.leaving import Format, written
    from service.store.engine import reading

    with reading(house.engine) as db:
        lines = written(
            db,
            ids,
            Format(form.value),
            secret=house.secret,
            delimiter=separator,  # type: ignore[arg-type]  # one of the three
        )
        for line in lines:
            typer.echo(line.encode("utf-8", "backslashreplace"), nl=False)
        sys.stdout.flush()


def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A .jsonl of an export, a .csv or an .xlsx.")
    ],
    by: By,
    topic: Annotated[
        str | None, typer.Option("--topic", metavar="ID", help="Of rows that name none.")
    ] = None,
    owner: Annotated[
        str | None, typer.Option("--owner", metavar="NAME", help="Whose leads they are.")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="HEADING=COLUMN",
            help="What a column holds, else it is guessed; '-' for nothing. Repeatable.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would come of it, and keep nothing.")
    ] = False,
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Take in leads: those that another Harken exported, or a rep's spreadsheet.

    A row of a spreadsheet that says what somebody needs becomes a lead; one that only says who
    somebody is becomes a contact, and never a lead. Rows that can't be used are named with their
    place and left out; then the status is 1. The same row again changes nothing.

    Columns: need, title, url, name, first_name, last_name, company, email, consent, handle,
    source, topic, region, owner, heard, next_step, due, amount, currency.

    Example: harken leads import mine.xlsx --topic crm --owner ada --by ada --dry-run
    """
    from service.house import existing_house
    from service.store.engine import reading

    is_records = file.suffix.lower() in {".jsonl", ".ndjson"}
    if is_records and (topic or owner or columns):
        raise unusable("--topic, --owner and --map are for spreadsheets; an export says it all")
    said = _said(columns or [])
    with existing_house(data_dir(data)) as house:
        with reading(house.engine) as db:
            who = user_id(db, by)
        outcomes = (
            _records(house, file, who, dry_run)
            if is_records
            else _rows(house, file, who, said, topic, owner, dry_run, as_json)
        )
        problems = _tell_all(file, outcomes, dry_run=dry_run, as_json=as_json)
    if problems:
        raise typer.Exit(1)


def imports(data: DataDir = None, as_json: AsJson = False) -> None:
    """List what was brought in files, the newest first.

    Example: harken leads imports
    """
    from service.exports.batches import batches
    from service.house import existing_house
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        found = batches(db)
    if as_json:
        for one in found:
            print_json(
                {
                    "id": one.id,
                    "kind": one.kind.value,
                    "file": one.file,
                    "by": one.by,
                    "at": one.at,
                    "leads": one.leads,
                    "contacts": one.contacts,
                    "undone_at": one.undone_at,
                }
            )
        return
    table(
        ("import", "file", "by", "at", "leads", "contacts", ""),
        [
            (
                one.id[-8:],
                one.file,
                one.by,
                f"{one.at:%Y-%m-%d %H:%M}",
                str(one.leads),
                str(one.contacts),
                "taken back" if one.undone_at else "",
            )
            for one in found
        ],
    )


def undo_import(
    name: Annotated[
        str, typer.Argument(metavar="IMPORT", help="Its id, or a beginning or end of it.")
    ],
    by: By,
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Take back what an import made, as far as nobody touched it since.

    Leads that somebody moved, worked on or merged stay; the status is 1 then.

    Example: harken leads undo-import 1f0c22aa --by mia
    """
    from models.people import User
    from service.errors import ForbiddenError
    from service.exports.batches import batch_named, undo
    from service.leads.whose import DECIDERS

    with acting(data) as (house, db):
        batch, who = batch_named(db, name), user_id(db, by)
        if batch.by != who and db.get_one(User, who).role not in DECIDERS:
            raise ForbiddenError
        done = undo(db, batch, by=who, now=house.clock.now())
    if as_json:
        told = {"leads": done.leads, "contacts": done.contacts, "kept": list(done.kept)}
        print_json(told)
    else:
        say(f"{done.leads:,} leads and {done.contacts:,} contacts were taken back.")
        for lead_id in done.kept:
            complain(f"lead {lead_id} stays: somebody did something with it")
    if done.kept:
        raise typer.Exit(1)


def schema() -> None:
    """Print the JSON Schema of a line of `harken leads export --format jsonl`.

    Example: harken leads schema > lead.schema.json
    """
    import json

    from service.exports.records import schema as schema_of_records

    say(json.dumps(schema_of_records(), indent=2, sort_keys=True))


def _said(columns: list[str]) -> dict[str, str]:
    said = {}
    for pair in columns:
        heading, equals, column = pair.rpartition("=")
        if not equals or not heading:
            raise unusable(f"--map {pair!r}: write it as HEADING=COLUMN, as in 'Firma=company'")
        said[heading] = column.strip()
    return said


def _records(house: "House", file: Path, by: str, dry_run: bool) -> "Iterator[Outcome]":
    from service.exports.returning import return_records

    return return_records(house, file, by=by, dry_run=dry_run)


def _rows(
    house: "House",
    file: Path,
    by: str,
    said: dict[str, str],
    topic: str | None,
    owner: str | None,
    dry_run: bool,
    as_json: bool,
) -> "Iterator[Outcome]":
    from service.exports.bringing import bring, plan_of

    plan = plan_of(file, said)
    if dry_run and not as_json:
        _tell_plan(plan)
    return bring(house, plan, file=file.name, by=by, topic=topic, owner=owner, dry_run=dry_run)


def _tell_plan(plan: "Plan") -> None:
    for heading, column in plan.told():
        say(f"  {heading or '(no heading)'}: {column or 'left out; say --map to use it'}")


def _tell_all(file: Path, outcomes: "Iterator[Outcome]", *, dry_run: bool, as_json: bool) -> int:
    """Say what became of each row; return how many could not be used."""
    leads = contacts = known = problems = 0
    for one in outcomes:
        problems += one.problem is not None
        known += one.known
        leads += one.lead_id is not None and not one.known
        contacts += one.person_id is not None
        if as_json:
            print_json(
                {
                    "place": one.place,
                    "lead": one.lead_id,
                    "contact": one.person_id,
                    "known": one.known,
                    "note": one.note,
                    "problem": one.problem,
                }
            )
        elif one.problem or one.note:
            words = one.problem or f"left out {one.note}"
            complain(f"{file.name}:{one.place}: {words}")
    if not as_json:
        would = "would be taken in" if dry_run else "taken in"
        say(
            f"{leads:,} leads and {contacts:,} contacts {would}, {known:,} were here already, "
            f"{problems:,} can't be used."
        )
    return problems
