"""`harken tokens`: what programs of ours get in with."""

from datetime import datetime, timedelta
from typing import Annotated

import typer

from models.words import TokenScope
from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import complain, print_json, say, table

app = typer.Typer(no_args_is_help=True, help="Let programs use the API; take that back.")

_HARKEN = "harken"


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="What it is for, in a few words.")],
    user: Annotated[
        str, typer.Option("--for", metavar="NAME", help="Whom it acts for: a handle.")
    ],
    scope: Annotated[
        TokenScope,
        typer.Option("--scope", help="How much of what that person may do; write also reads."),
    ] = TokenScope.READ,
    days: Annotated[
        int, typer.Option("--days", min=0, max=3650, help="How long; 0: until it is revoked.")
    ] = 90,
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Print a new token. It is shown this once: what is kept of it opens nothing.

    Example: harken tokens add "CRM sync" --for ada --scope write --days 365
    """
    from service.cli.acting import acting, user_id
    from service.tokens import issue

    with acting(data) as (house, db):
        issued = issue(
            db,
            user_id=user_id(db, user),
            name=name,
            scope=scope,
            lasts=timedelta(days=days) if days else None,
            by=_HARKEN,
            now=house.clock.now(),
        )
    if as_json:
        print_json({"id": issued.id, "prefix": issued.prefix, "token": issued.token})
        return
    complain("It is shown this once. Send it as the header `Authorization: Bearer TOKEN`:")
    say(issued.token)


@app.command(name="list")
def list_(data: DataDir = None, as_json: AsJson = False) -> None:
    """List the tokens that were made: whose, for what, and when they were used last.

    Example: harken tokens list
    """
    from sqlmodel import select

    from models.people import User
    from service.house import existing_house
    from service.store.engine import reading
    from service.tokens import is_live, tokens_of

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        handles = dict(db.exec(select(User.id, User.handle)).all())
        rows = [
            {
                "id": token.id,
                "begins": token.prefix,
                "name": token.name,
                "for": handles[token.user_id],
                "scope": token.scope.value,
                "created": token.created_at,
                "expires": token.expires_at,
                "last_used": token.last_used_at,
                "revoked": token.revoked_at,
                "live": is_live(token, house.clock.now()),
            }
            for token in tokens_of(db)
        ]
    if as_json:
        for row in rows:
            print_json(row)
        return
    shown = ("begins", "name", "for", "scope", "expires", "last_used", "live")
    table(
        [heading.replace("_", " ") for heading in shown],
        [tuple(_words(row[name]) for name in shown) for row in rows],
    )


@app.command()
def revoke(
    token: Annotated[str, typer.Argument(help="Its id, or what it begins with; see `list`.")],
    data: DataDir = None,
) -> None:
    """Have a token open nothing from now on.

    Example: harken tokens revoke hk_Ab3dE6
    """
    from service.cli.acting import acting
    from service.tokens import revoke as take_back

    with acting(data) as (house, db):
        row = take_back(db, token, by=None, now=house.clock.now())
    say(f"{row.prefix}… ({row.name}) is revoked")


def _words(value: str | bool | datetime | None) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case _:
            return value
