"""`harken users`: who works here, and how they get in."""

from typing import Annotated

import typer

from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import complain, print_json, say, table

app = typer.Typer(no_args_is_help=True, help="See who works here; let somebody in.")


@app.command(name="list")
def list_(data: DataDir = None, as_json: AsJson = False) -> None:
    """List the users of teams.toml and whether they have logged in.

    Example: harken users list
    """
    from sqlmodel import select

    from models.people import User
    from service.house import existing_house
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        users = db.exec(select(User).order_by(User.handle)).all()
    rows = [
        {
            "handle": user.handle,
            "name": user.name,
            "role": user.role.value,
            "team": user.team_id,
            "active": user.active,
            "has_password": user.password_hash is not None,
        }
        for user in users
    ]
    if as_json:
        for row in rows:
            print_json(row)
        return
    table(tuple(rows[0]), [tuple(_shown(value) for value in row.values()) for row in rows])


def _shown(value: str | bool | None) -> str:
    match value:
        case None:
            return "-"
        case bool():
            return "yes" if value else "no"
        case _:
            return value


@app.command()
def link(
    name: Annotated[str, typer.Argument(help="The user's handle.")], data: DataDir = None
) -> None:
    """Print a one-time link with which a user sets a password: the first one, or a new one.

    Example: harken users link ada
    """
    from sqlmodel import col, select

    from models.people import User
    from service.address import reached_at, running_at
    from service.house import existing_house
    from service.store.engine import writing
    from service.unknown import unknown
    from service.web.auth import issue_first_login

    with existing_house(data_dir(data)) as house:
        with writing(house.engine) as db:
            users = {user.handle: user for user in db.exec(select(User).where(col(User.active)))}
            if name not in users:
                raise unknown("user", name, users)
            path = issue_first_login(db, users[name].id, house.clock.now())
        settings = house.config.settings
        if settings.base_url is None and running_at(house.folder) is None:
            complain("Harken does not run here now; the link works once it runs at that address")
        say(f"{reached_at(settings, house.folder)}{path}")
