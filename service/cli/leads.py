"""`harken leads`: what was found, with its evidence."""

from typing import Annotated

import typer

from models.words import LeadStatus
from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import print_json, say, table

app = typer.Typer(no_args_is_help=True, help="Look at leads.")


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
    from service.errors import NotFoundError
    from service.house import open_house
    from service.listing import list_leads
    from service.store.engine import reading

    with open_house(data_dir(data)) as house, reading(house.engine) as db:
        owner_id = db.exec(select(User.id).where(User.handle == owner)).first() if owner else None
        if owner and owner_id is None:
            raise NotFoundError(f"nobody is called {owner!r}; see `harken users list`")
        lines = list_leads(db, statuses=status, owner_id=owner_id, topics=topic, most=most)
    if as_json:
        for line in lines:
            print_json(line.as_json())
        return
    table(
        ("score", "status", "kind", "owner", "title", "id"),
        [(f"{x.score:.0f}", x.status.value, x.kind, x.owner or "", x.title, x.id) for x in lines],
    )


@app.command()
def show(
    lead: Annotated[str, typer.Argument(help="Its id, or a unique beginning of it.")],
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Show one lead with the buyer's words and the reasons.

    Example: harken leads show 0198c2aa
    """
    from service.errors import NotFoundError
    from service.house import open_house
    from service.listing import list_leads
    from service.store.engine import reading

    with open_house(data_dir(data)) as house, reading(house.engine) as db:
        found = list_leads(db, lead_id=lead, most=2)
    if len(found) != 1:
        words = "no lead begins" if not found else "more than one lead begins"
        raise NotFoundError(f"{words} with {lead!r}; see `harken leads list`")
    line = found[0]
    if as_json:
        print_json(line.as_json())
        return
    say(f"{line.title}\n  {line.score:.0f} of 100, {line.kind}, {line.status.value}")
    say(f"  {line.source}, {line.heard_at:%Y-%m-%d %H:%M} UTC\n  {line.url or 'no address'}")
    say(f"  next: {line.next_step}\n\n  {line.quote}\n")
    for quote in line.evidence:
        say(f"  {quote.weight:+.2f}  {quote.reason}: “{quote.text}”")
