"""`harken users`: who works here, and how they get in."""

from typing import Annotated

import typer

from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import print_json, say, table

app = typer.Typer(no_args_is_help=True, help="See who works here; let somebody in.")


@app.command(name="list")
def list_(data: DataDir = None, as_json: AsJson = False) -> None:
    """List the users of teams.toml and whether they have logged in.

    Example: harken users list
    """
    from sqlmodel import select

    from models.people import User
    from service.house import open_house
    from service.store.engine import reading

    with open_house(data_dir(data)) as house, reading(house.engine) as db:
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
    table(tuple(rows[0]), [tuple(str(value) for value in row.values()) for row in rows])


@app.command()
def link(
    name: Annotated[str, typer.Argument(help="The user's handle.")], data: DataDir = None
) -> None:
    """Print a one-time link with which a user sets a password: the first one, or a new one.

    Example: harken users link ada
    """
    from sqlmodel import col, select

    from models.people import User
    from service.errors import NotFoundError
    from service.house import open_house
    from service.store.engine import writing
    from service.web.auth import issue_first_login

    with open_house(data_dir(data)) as house, writing(house.engine) as db:
        user = db.exec(select(User).where(User.handle == name, col(User.active))).first()
        if user is None:
            raise NotFoundError(f"nobody is called {name!r}; see `harken users list`")
        path = issue_first_login(db, user.id, house.clock.now())
        settings = house.config.settings
        say(f"{settings.base_url or f'http://{settings.host}:{settings.port}'}{path}")
