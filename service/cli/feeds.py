"""`harken feeds`: leads in a feed reader, by an address that only its owner knows."""

from typing import Annotated

import typer

from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import print_json, say, table

app = typer.Typer(no_args_is_help=True, help="Give people feeds of their leads; take them back.")


@app.command()
def add(
    name: Annotated[str, typer.Option("--for", metavar="NAME", help="Whose: a handle.")],
    data: DataDir = None,
    topic: Annotated[
        str | None, typer.Option("--topic", metavar="ID", help="Of this topic, not their own.")
    ] = None,
) -> None:
    """Print the secret addresses of a new feed: Atom, RSS and JSON Feed. It is shown once.

    Example: harken feeds add --for ada --topic crm
    """
    from service.address import reached_at
    from service.delivery.feeds_out import FORMS, issue
    from service.house import existing_house
    from service.store.engine import writing

    with existing_house(data_dir(data)) as house:
        with writing(house.engine) as db:
            path = issue(db, user=name, topic=topic, now=house.clock.now())
        base_url = reached_at(house.config.settings, house.folder)
    for form in FORMS:
        say(f"{base_url}{path}.{form}")


@app.command(name="list")
def list_(data: DataDir = None, as_json: AsJson = False) -> None:
    """List the feeds that were given out; their addresses are not kept.

    Example: harken feeds list
    """
    from sqlmodel import select

    from models.delivery import FeedLink
    from models.people import User
    from service.house import existing_house
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        links = db.exec(select(FeedLink).order_by(FeedLink.id)).all()
        handles = dict(db.exec(select(User.id, User.handle)).all())
    rows = [
        {
            "id": link.id,
            "for": handles[link.user_id],
            "topic": link.topic_id,
            "created": link.created_at,
            "revoked": link.revoked_at,
        }
        for link in links
    ]
    if as_json:
        for row in rows:
            print_json(row)
        return
    shown = [tuple("-" if value is None else str(value) for value in row.values()) for row in rows]
    table(("id", "for", "topic", "created", "revoked"), shown)


@app.command()
def revoke(
    feed: Annotated[str, typer.Argument(help="Its id, see `list`.")], data: DataDir = None
) -> None:
    """Have the addresses of a feed lead nowhere from now on.

    Example: harken feeds revoke 019a9c1e-0000-7000-8000-000000000000
    """
    from service.delivery.feeds_out import revoke as take_back
    from service.house import existing_house
    from service.store.engine import writing

    with existing_house(data_dir(data)) as house, writing(house.engine) as db:
        take_back(db, feed, now=house.clock.now())
    say("revoked")
