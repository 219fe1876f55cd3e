"""`harken audit`: is the record of who did what still whole?"""

import typer

from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import complain, print_json, say

app = typer.Typer(no_args_is_help=True, help="Look at the record of who did what.")


@app.callback()
def _group() -> None:
    """Keep ``verify`` a sub-command although it is the only one so far."""


@app.command()
def verify(data: DataDir = None, as_json: AsJson = False) -> None:
    """Go through the audit chain: each event holds the hash of the one before.

    The status is 1 when an event was changed, left out or put in. The hash of the last one is
    printed: written down elsewhere, it proves later that the end was not cut off.

    Example: harken audit verify
    """
    from sqlmodel import col, func, select

    from models.ledger import AuditEvent
    from service.house import existing_house
    from service.leads.ledger import GENESIS, broken_link
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        broken = broken_link(db)
        events = db.exec(select(func.count()).select_from(AuditEvent)).one()
        newest = select(AuditEvent.hash).order_by(col(AuditEvent.seq).desc()).limit(1)
        last = db.exec(newest).first() or GENESIS
    if as_json:
        told = {"whole": broken is None, "events": events, "last": last, "breaks_at": broken}
        print_json(told)
    elif broken is None:
        say(f"{events:,} events, whole; the last one is {last}")
    else:
        complain(f"breaks at event {broken}: somebody changed the table; compare with a backup")
    if broken is not None:
        raise typer.Exit(1)
