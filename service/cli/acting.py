"""What commands that change leads share: who acts, which lead, and what is told after."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import data_dir
from service.cli.output import print_json, say

if TYPE_CHECKING:
    from sqlmodel import Session

    from models.lead import Lead
    from service.house import House
    from service.leads.by_hand import Deed

LeadName = Annotated[
    str, typer.Argument(metavar="LEAD", help="Its id, or a beginning or end that only it has.")
]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Handle of who says so.")]


@contextmanager
def acting(data: Path | None) -> "Iterator[tuple[House, Session]]":
    """Give the installation and a session whose work is committed as one at the end."""
    from service.house import existing_house
    from service.store.engine import writing

    with existing_house(data_dir(data)) as house, writing(house.engine) as db:
        yield house, db


def lead_named(db: "Session", name: str) -> "Lead":
    """Return the lead whose id begins or ends so, a merged one too, of which nothing is listed.

    Raises:
        NotFoundError: none does, or several.
    """
    from sqlmodel import col, select

    from models.lead import Lead
    from service.leads.listing import the_lead

    called = name.lower()
    ids = db.exec(
        select(Lead.id)
        .where(
            col(Lead.id).startswith(called, autoescape=True)
            | col(Lead.id).endswith(called, autoescape=True)
        )
        .limit(2)
    ).all()
    return db.get_one(Lead, ids[0] if len(ids) == 1 else the_lead(db, name).id)


def user_id(db: "Session", handle: str) -> str:
    """Return the id of the user with this handle.

    Raises:
        NotFoundError: there is none.
    """
    from sqlmodel import select

    from models.people import User
    from service.unknown import unknown

    known = dict(db.exec(select(User.handle, User.id)).all())
    if handle not in known:
        raise unknown("user", handle, known)
    return known[handle]


def act_on(
    data: Path | None, lead: str, by: str, deed: "Callable[[House], Deed]", *, as_json: bool
) -> None:
    """Have somebody do something with a lead as it is now, and say where it stands then.

    Args:
        data: the installation's folder, as the option gives it.
        lead: as `lead_named` knows it.
        by: handle of who does it.
        deed: what is done, of this installation.
        as_json: say it so.
    """
    with acting(data) as (house, db):
        row = lead_named(db, lead)
        deed(house)(
            db, lead_id=row.id, user_id=user_id(db, by), rev=row.rev, now=house.clock.now()
        )
    tell(row, as_json=as_json)


def tell(lead: "Lead", *, as_json: bool) -> None:
    """Say where a lead stands now."""
    if as_json:
        print_json(
            {
                "id": lead.id,
                "status": lead.status.value,
                "rev": lead.rev,
                "next_step": lead.next_step,
                "due": lead.next_step_at,
                "close_reason": lead.close_reason,
            }
        )
        return
    due = f", due {lead.next_step_at:%Y-%m-%d %H:%M} UTC" if lead.next_step_at else ""
    say(f"{lead.id} is {lead.status.value.replace('_', ' ')}. Next: {lead.next_step}{due}.")


def moment(text: str) -> datetime:
    """Return a day or a moment as an aware one; without a zone it is UTC."""
    from config.days import FIRST, LAST, is_ours

    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is no time; write it like 2026-06-30 or 2026-06-30T09:00"
        ) from error
    if not is_ours(at.date()):
        raise typer.BadParameter(f"{text!r} is too far away: from {FIRST} to {LAST}")
    return at if at.tzinfo else at.replace(tzinfo=UTC)
