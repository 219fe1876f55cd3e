"""`harken campaign`: what a campaign is talked about, whom that reaches, and what comes of it."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import print_json, say, table
from service.cli.report import AsCsv, Most, WhichTable, check_choice, show, write_csv

if TYPE_CHECKING:
    from pydantic import JsonValue

    from service.house import House
    from service.reports.asked import Asked
    from service.reports.campaign import CampaignReport

app = typer.Typer(
    no_args_is_help=True, help="Measure the campaigns of costs.toml; Harken never runs one."
)


@app.command(name="list")
def list_(data: DataDir = None, as_json: AsJson = False) -> None:
    """List the campaigns, the latest first.

    Example: harken campaign list
    """
    from sqlmodel import col, select

    from models.cost import Campaign
    from service.house import existing_house
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        latest = col(Campaign.starts_on).desc()
        found = db.exec(select(Campaign).order_by(latest, col(Campaign.id))).all()
        rows: list[dict[str, JsonValue]] = [
            {
                "id": one.id,
                "kind": one.kind.value,
                "from": one.starts_on.isoformat(),
                "to": one.ends_on.isoformat(),
                "about": [*one.topics, *one.phrases],
                "name": one.name,
            }
            for one in found
        ]
    if as_json:
        for row in rows:
            print_json(row)
        return
    if not rows:
        say("no campaign yet: write one into costs.toml, which says how")
        return
    table(
        ["id", "kind", "from", "up to", "about", "name"],
        [
            [
                str(row["id"]),
                str(row["kind"]),
                str(row["from"]),
                str(row["to"]),
                ", ".join(map(str, about)) if (about := _list(row["about"])) else "everything",
                str(row["name"]),
            ]
            for row in rows
        ],
    )


def _list(value: "JsonValue") -> "list[JsonValue]":
    return value if isinstance(value, list) else []


@app.command()
def report(
    campaign: Annotated[str, typer.Argument(metavar="ID", help="Which; see `list`.")],
    data: DataDir = None,
    most: Most = 100,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    sheet: WhichTable = None,
) -> None:
    """Say what a campaign is talked about before, during and after it, and what became of it.

    Mentions, and how many people could have seen them; its funnel from the first mention to the
    close, who followed up, what it cost and brought, and the wins. It is of today: a campaign that
    goes on is told as far as it got.

    Example: harken campaign report spring-fair --json
    """
    from service.house import existing_house
    from service.reports.campaign import report_of
    from service.store.engine import reading

    check_choice(as_json=as_json, as_csv=as_csv)
    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        found = report_of(db, _asked(house, most), campaign)
        document = _document(found)
    if as_json:
        print_json(document)
    elif as_csv:
        write_csv(found.report, sheet)
    else:
        say(f"{document['name']} ({document['kind']})")
        show(found.report)


def _asked(house: "House", most: int) -> "Asked":
    from service.reports.asked import Asked
    from service.reports.campaign_talk import zone_of
    from service.rules.period import latest

    now = house.clock.now()
    period = latest(now, zone_of(house.config))
    return Asked(period=period, now=now, config=house.config, most=most)


def _document(found: "CampaignReport") -> "dict[str, JsonValue]":
    campaign = found.campaign
    about: dict[str, JsonValue] = {
        "campaign": campaign.id,
        "name": campaign.name,
        "kind": campaign.kind.value,
        "topics": [*campaign.topics],
        "phrases": [*campaign.phrases],
        "sources": [*campaign.sources],
    }
    return about | found.report.as_json()
