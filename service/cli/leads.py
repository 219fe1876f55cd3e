"""`harken leads`: what was found, with its evidence."""

from typing import Annotated

import typer

from models.words import LeadStatus
from service.cli import leads_acts, leads_ends, leads_files
from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import print_json, say, table

app = typer.Typer(no_args_is_help=True, help="Look at leads, and say what comes of them.")
leads_acts.register(app)
leads_ends.register(app)
leads_files.register(app)


@app.command(name="list")
def list_(
    data: DataDir = None,
    status: Annotated[
        list[LeadStatus] | None, typer.Option("--status", help="Only these; repeatable.")
    ] = None,
    owner: Annotated[
        str | None, typer.Option("--owner", metavar="NAME", help="Owned by or offered to.")
    ] = None,
    topic: Annotated[
        list[str] | None, typer.Option("--topic", metavar="ID", help="Only these; repeatable.")
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="How many at the most.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List leads, best score first.

    Example: harken leads list --status offered --owner ada
    """
    from sqlmodel import select

    from models.people import User
    from models.topic import Topic
    from service.house import existing_house
    from service.leads.listing import list_leads
    from service.store.engine import reading
    from service.unknown import unknown

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        owners = dict(db.exec(select(User.handle, User.id)).all())
        if owner is not None and owner not in owners:
            raise unknown("user", owner, owners)
        topics = db.exec(select(Topic.id)).all()
        for name in topic or ():
            if name not in topics:
                raise unknown("topic", name, topics)
        owner_id = owners[owner] if owner is not None else None
        lines = list_leads(db, statuses=status, owner_id=owner_id, topics=topic, most=most)
    if as_json:
        for line in lines:
            print_json(line.as_json())
        return
    table(
        ("score", "status", "kind", "owner", "title", "id"),
        [
            (
                f"{line.shown_score:.1f}",
                line.status.value,
                line.kind,
                line.owner or "",
                line.title,
                line.short_id,
            )
            for line in lines
        ],
    )


@app.command()
def show(
    lead: Annotated[str, typer.Argument(help="Its id, or a beginning or end that only it has.")],
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show one lead with the buyer's words and the reasons.

    Example: harken leads show e5658dc6
    """
    from service.house import existing_house
    from service.leads.listing import the_lead
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        line = the_lead(db, lead)
    if as_json:
        print_json(line.as_json())
        return
    say(f"{line.title}\n  {line.id}")
    say(f"  {line.shown_score:.1f} of 100, {line.kind}, {line.status.value}")
    say(f"  {line.source}, {line.heard_at:%Y-%m-%d %H:%M} UTC\n  {line.url or 'no address'}")
    say(f"  next: {line.next_step}\n\n  {line.quote}\n")
    for quote in line.evidence:
        say(f"  {quote.weight:+.2f}  {quote.reason}: “{quote.text}”")
