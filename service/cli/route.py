"""`harken route`: who gets which lead, and why."""

from typing import Annotated

import typer

from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import print_json, say, table

app = typer.Typer(no_args_is_help=True, help="See who gets which lead, and why.")


@app.command()
def explain(
    lead: Annotated[str, typer.Argument(help="Its id, or a beginning or end that only it has.")],
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Say who would get a lead if it were routed now, and why nobody else would.

    Example: harken route explain e5658dc6
    """
    from models.lead import Lead
    from service.house import existing_house
    from service.leads.listing import the_lead
    from service.process.gaps import gaps
    from service.routing.route import explain as decide
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        row = db.get_one(Lead, the_lead(db, lead).id)
        found = decide(db, row, config=house.config, now=house.clock.now())
        lacking = gaps(house.config)
    told = {
        "lead": row.id,
        "status": row.status.value,
        "team": found.team_id,
        "rule": found.rule,
        "how": found.how,
        "rep": found.rep.handle if found.rep else None,
        "not_eligible": dict(found.turned_away),
        "gaps": list(lacking),
    }
    if as_json:
        print_json(told)
        return
    by = f"rule {found.rule}" if found.rule is not None else "the fallback"
    say(f"{row.title}\n  is {row.status.value}; {by} sends it to team {found.team_id}")
    if found.rep is not None:
        say(f"  {found.rep.handle} would get it ({found.how.replace('_', ' ')})")
    elif not found.turned_away:
        say("  nobody is in that team")
    for handle, why in found.turned_away.items():
        say(f"  not {handle}: {why}")
    for gap in lacking:
        say(f"  nothing is routed: {gap}")


@app.command()
def queue(data: DataDir = None, as_json: AsJson = False) -> None:
    """List the leads that wait for a rep, in the order in which they are offered.

    Example: harken route queue
    """
    from sqlmodel import col, select

    from models.lead import Lead
    from models.score import shown
    from service.house import existing_house
    from service.routing.cases import waiting
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        ids = waiting(db, house.config)[:200]
        leads = {lead.id: lead for lead in db.exec(select(Lead).where(col(Lead.id).in_(ids)))}
    rows = [
        {
            "id": lead_id,
            "title": leads[lead_id].title,
            "score": shown(leads[lead_id].score),
            "team": leads[lead_id].team_id,
            "since": leads[lead_id].sales_ready_at,
            "next_step": leads[lead_id].next_step,
        }
        for lead_id in ids
    ]
    if as_json:
        for row in rows:
            print_json(row)
        return
    table(
        ("score", "since", "team", "title", "why"),
        [
            (
                f"{row['score']:.1f}",
                f"{row['since']:%Y-%m-%d %H:%M}",
                str(row["team"] or ""),
                str(row["title"]),
                str(row["next_step"]),
            )
            for row in rows
        ],
    )
