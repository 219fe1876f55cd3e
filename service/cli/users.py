"""`harken users`: who works here, and how they get in."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import complain, print_json, say, table

if TYPE_CHECKING:
    from sqlmodel import Session

    from models.people import User
    from service.house import House

    Act = Callable[[Session, User, House], str]

_HARKEN = "harken"

app = typer.Typer(no_args_is_help=True, help="See who works here, and who is away; let them in.")


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
    from service.access.first_login import issue_first_login
    from service.address import reached_at, running_at
    from service.house import existing_house
    from service.store.engine import writing
    from service.unknown import unknown

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


@app.command()
def away(
    name: Annotated[str, typer.Argument(help="The user's handle.")],
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until",
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"],
            help="Back from then on, on their own clock; left out: until `harken users back`.",
        ),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"],
            help="Away from then on, on their own clock; left out: from now on.",
        ),
    ] = None,
    data: DataDir = None,
) -> None:
    """Give somebody no leads for a while; what they were offered goes to others.

    Example: harken users away ada --until 2027-01-07
    """
    from service.routing.absences import go_away
    from service.times import on_clock

    def act(db: "Session", user: "User", house: "House") -> str:
        zone, now = ZoneInfo(user.tz), house.clock.now()
        moved = go_away(
            db,
            user,
            from_at=on_clock(since, zone) if since else now,
            to_at=on_clock(until, zone) if until else None,
            by=_HARKEN,
            config=house.config,
            now=now,
        )
        return f"{user.name} is noted as away; {moved} leads went on to others"

    _change(name, data, act)


@app.command()
def back(
    name: Annotated[str, typer.Argument(help="The user's handle.")], data: DataDir = None
) -> None:
    """Let somebody who was away or deactivated take leads again.

    Example: harken users back ada
    """
    from service.routing.absences import come_back

    def act(db: "Session", user: "User", house: "House") -> str:
        offered = come_back(db, user, by=_HARKEN, config=house.config, now=house.clock.now())
        is_on = "" if user.active else ", but switched off in teams.toml"
        return f"{user.name} is back{is_on}; {offered} waiting leads were offered"

    _change(name, data, act)


@app.command()
def deactivate(
    name: Annotated[str, typer.Argument(help="The user's handle.")], data: DataDir = None
) -> None:
    """Let somebody go: no leads, no way in; what they had goes to others or to the manager.

    Example: harken users deactivate ada
    """
    from service.routing.absences import leave

    def act(db: "Session", user: "User", house: "House") -> str:
        moved = leave(db, user, by=_HARKEN, config=house.config, now=house.clock.now())
        return f"{user.name} is deactivated; {moved} leads went on to others"

    _change(name, data, act)


def _change(name: str, data: Path | None, act: "Act") -> None:
    from sqlmodel import select

    from models.people import User
    from service.house import existing_house
    from service.store.engine import writing
    from service.unknown import unknown

    with existing_house(data_dir(data)) as house, writing(house.engine) as db:
        users = {user.handle: user for user in db.exec(select(User))}
        if name not in users:
            raise unknown("user", name, users)
        said = act(db, users[name], house)
    say(said)
