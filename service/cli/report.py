"""`harken report`: figures on what listening, marketing and sales come to."""

from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import print_json, say, table, unusable
from service.cli.value import parse_share

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from service.house import House
    from service.reports.document import Report
    from service.rules.money import Money
    from service.rules.period import Period


class Name(StrEnum):
    """What there are reports of."""

    FUNNEL = "funnel"
    JOURNEY = "journey"
    SPEED = "speed"
    SOURCES = "sources"
    TOPICS = "topics"
    PHRASES = "phrases"
    DEFECTS = "defects"
    VALUE = "value"
    ROI = "roi"
    ATTRIBUTION = "attribution"
    RECYCLE = "recycle"
    FORECAST = "forecast"
    ADHERENCE = "adherence"
    NEGLECTED = "neglected"
    EARLY = "early"
    CAMPAIGNS = "campaigns"
    WINS = "wins"
    JUDGING = "judging"


#: How a report is written, the same for every command that writes one.
Most = Annotated[int, typer.Option("--most", min=1, help="Rows of a list at the most.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Write one table as CSV, and nothing else.")]
WhichTable = Annotated[
    str | None, typer.Option("--table", metavar="NAME", help="Which; else the first.")
]


def _day(text: str) -> date:
    from config.days import FIRST, LAST, is_ours

    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no day; write it like 2026-11-01") from error
    if not is_ours(day):
        raise typer.BadParameter(f"{text} is too far away: from {FIRST} to {LAST}")
    return day


def report(
    name: Annotated[Name, typer.Argument(help="Of what.")],
    data: DataDir = None,
    first: Annotated[
        date | None,
        typer.Option("--from", metavar="DAY", parser=_day, help="Its first day."),
    ] = None,
    until: Annotated[
        date | None,
        typer.Option("--to", metavar="DAY", parser=_day, help="The first day after it."),
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option("--zone", help="Where days begin; else where the process's owner is."),
    ] = None,
    viewer: Annotated[
        str | None,
        typer.Option("--for", metavar="NAME", help="adherence, wins: who wants to see it."),
    ] = None,
    standard: Annotated[
        Decimal | None,
        typer.Option(
            "--standard", metavar="SHARE", parser=parse_share, help="defects: your own limit."
        ),
    ] = None,
    buy: Annotated[
        Decimal | None,
        typer.Option("--buy", metavar="SHARE", parser=parse_share, help="value: who buys; .45."),
    ] = None,
    asp: Annotated[
        str | None,
        typer.Option("--asp", metavar="AMOUNT", help='value: what one spends: "1250.00 EUR".'),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(
            "--days",
            min=1,
            help="neglected: with nothing done for so long; else 30, or as offerings.toml has it.",
        ),
    ] = None,
    most: Most = 100,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    sheet: WhichTable = None,
) -> None:
    """Say what listening, marketing and sales come to, for whole days; usually of twelve weeks.

    Example: harken report funnel --from 2026-01-01 --to 2026-04-01 --json
    """
    from service.house import existing_house
    from service.reports.asked import Asked
    from service.reports.shelf import REPORTS
    from service.rules.value import BUY
    from service.store.engine import reading

    check_choice(as_json=as_json, as_csv=as_csv)
    with existing_house(data_dir(data)) as house:
        asked = Asked(
            period=_period(house, first, until, zone),
            now=house.clock.now(),
            config=house.config,
            viewer=viewer,
            standard=float(standard) if standard is not None else None,
            idle=timedelta(days=days) if days is not None else None,
            buy=buy if buy is not None else BUY,
            price=_price(asp),
            most=most,
        )
        with reading(house.engine) as db:
            found = REPORTS[name.value](db, asked)
    if as_json:
        print_json(found.as_json())
    elif as_csv:
        write_csv(found, sheet)
    else:
        show(found)


def _period(house: "House", first: date | None, until: date | None, name: str | None) -> "Period":
    from service.rules.period import Period, latest

    zone = _zone(house, name)
    usual = latest(house.clock.now(), zone)
    try:
        return Period(first=first or usual.first, until=until or usual.until, zone=zone)
    except ValueError as error:
        raise unusable(str(error)) from error


def _zone(house: "House", name: str | None) -> "ZoneInfo":
    from zoneinfo import ZoneInfo

    from config.shape import check_zone

    if name is None:
        owner = house.config.users.get(house.config.process.owner)
        return ZoneInfo(owner.tz if owner else "UTC")
    try:
        return ZoneInfo(check_zone(name))
    except ValueError as error:
        raise unusable(f"--zone: {error}") from error


def _price(text: str | None) -> "Money | None":
    from service.reports.asked import price_of

    if text is None:
        return None
    try:
        return price_of(text)
    except ValueError as error:
        raise unusable(f"--asp: {error}") from error


def check_choice(*, as_json: bool, as_csv: bool) -> None:
    """Refuse to write a report in two ways at once."""
    if as_csv and as_json:
        raise unusable("choose --json or --csv")


def write_csv(found: "Report", sheet: str | None) -> None:
    """Write one table of a report as CSV: the first unless ``sheet`` names one.

    Raises:
        NotFoundError: there is no such table.
    """
    from service.unknown import unknown

    tables = {one.name: one for one in found.tables}
    if sheet is not None and sheet not in tables:
        raise unknown("table", sheet, tables)
    chosen = tables[sheet] if sheet is not None else found.tables[0]
    typer.echo(chosen.as_csv(), nl=False)


def show(found: "Report") -> None:
    """Write a report for a person: its tables, and what they rest on."""
    if found.period is not None:
        period = found.period
        say(f"{period.first} up to {period.until} ({period.zone.key})")
    for one in found.tables:
        say(f"\n{one.title}")
        if one.rows:
            table([column.heading for column in one.columns], one.lines())
        else:
            say("  nothing")
    if found.notes:
        say()
    for note in found.notes:
        say(f"- {note}")
