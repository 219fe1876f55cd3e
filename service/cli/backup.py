"""`harken backup`: a copy of everything, and the end of copies that had their time."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import print_json, say


def backup(
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="DIR", help="Where to; else in the folder's backups/."),
    ] = None,
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Copy database, secret and files into a new folder, while Harken goes on working.

    Backups that are older than retention.backups_days and were made there by this command are
    deleted. `harken restore` puts one back. Whoever can read a backup can read everything.

    Example: harken backup --to /mnt/usb/harken
    """
    from service.house import existing_house
    from service.leads.ledger import audit
    from service.leads.transitions import HARKEN
    from service.store.backups import BACKUPS, forget_backups, make_backup
    from service.store.engine import writing

    with existing_house(data_dir(data)) as house:
        into, now = to or house.folder / BACKUPS, house.clock.now()
        kept = timedelta(days=house.config.settings.retention.backups_days)
        made = make_backup(house.engine, house.folder, into, now=now)
        gone = forget_backups(into, before=now - kept)
        with writing(house.engine) as db:
            detail = {"deleted": len(gone)}
            audit(db, actor=HARKEN, action="backup.made", subject="backup", at=now, detail=detail)
    if as_json:
        print_json({"backup": made, "deleted": gone})
        return
    say(f"Backed up to {made}")
    if gone:
        say(f"Deleted, older than {kept.days} days: {', '.join(gone)}")
