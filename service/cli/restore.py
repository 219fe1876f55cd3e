"""`harken restore`: a backup takes the place of what is there."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import complain, print_json, say


def restore(
    backup: Annotated[
        Path,
        typer.Argument(metavar="BACKUP", help="The folder that harken backup made: harken-…Z."),
    ],
    force: Annotated[
        bool,
        typer.Option(
            "--force", help="Also where there is an installation; it is kept beside the backups."
        ),
    ] = False,
    left_alone: Annotated[
        Path | None,
        typer.Option(
            "--left-alone",
            metavar="FILE",
            help="A further left-alone.list, kept somewhere else, of who must be erased again.",
        ),
    ] = None,
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Put a backup back: checked, brought up to date, and without whoever was erased since.

    Stop Harken first. What was there is kept as backups/harken-…Z.before-restore, for as long as a
    backup. It is all or nothing: killed at any moment, the next command finds what was there, or
    what comes.

    Example: harken restore /mnt/usb/harken/harken-20251119T120000Z --data /srv/harken --force
    """
    from models.clock import SystemClock
    from service.restoring import restore as put_back

    folder = data_dir(data)
    told = put_back(backup, folder, force=force, left_alone=left_alone, now=SystemClock().now())
    if as_json:
        print_json(
            {
                "restored": backup,
                "made_at": told.made_at,
                "revision": told.revision,
                "newest": told.newest,
                "counts": told.counts,
                "erased_again": told.erased_again,
                "left_alone": told.left_alone,
                "audit_whole": told.is_audit_whole,
                "before": told.before,
            }
        )
    else:
        made = f" of {told.made_at:%Y-%m-%d %H:%M} UTC" if told.made_at else ""
        counted = ", ".join(f"{count} {name}" for name, count in told.counts.items())
        say(f"Restored the backup{made} into {folder}: {counted}.")
        if told.revision != told.newest:
            say(f"Its schema was {told.revision}; it is {told.newest} now.")
        if told.erased_again:
            say(f"Erased again, as they had been since: {told.erased_again} handles and persons.")
        say(f"Left alone: {told.left_alone}, by keyed hashes.")
        if told.before:
            say(f"What was there is in {told.before}")
        say("Look it over with `harken doctor`, then start Harken.")
    if not told.is_audit_whole:
        complain("the audit log of the backup is not whole: see `harken audit verify`")
