"""Backups: a copy of all that an installation is, and the end of those that had their time.

A backup holds what an erasure takes out of the database, so it lives no longer than it is told to.
"""

import os
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Engine

from config.folder import FILES, TOPICS
from service.errors import RefusedError, StoreError
from service.folder import DATABASE, LEFT_ALONE, SECRET, make

#: In the folder of the installation.
BACKUPS: Final = "backups"
_STAMP = "%Y%m%dT%H%M%SZ"
#: Ends the name of what was there before a restore: it is kept as long as a backup.
BEFORE_RESTORE: Final = ".before-restore"
_NAME = re.compile(rf"harken-(\d{{8}}T\d{{6}}Z)(?:{re.escape(BEFORE_RESTORE)})?")


def make_backup(engine: Engine, folder: Path, into: Path, *, now: datetime) -> Path:
    """Copy database, secret and files of the installation in ``folder``; return the new folder.

    People go on working meanwhile. The copy of the database is compact: nothing that was deleted
    is left in it.

    Raises:
        RefusedError: the database is a server's, which has its own way to do that; or there is a
            backup of this second already.
        StoreError: SQLite can't write it.
        OSError: the machine refuses to write it.
    """
    if engine.dialect.name != "sqlite":
        message = (
            "This database is a server's: back it up with pg_dump, and delete the dumps when "
            "retention.backups_days are over."
        )
        raise RefusedError(message)
    made = into / name_at(now)
    part = into / f".{made.name}.part"
    if made.exists():
        raise RefusedError(f"{made} is there already.")
    make(into)
    shutil.rmtree(part, ignore_errors=True)
    make(part)
    # SQLite fills an empty file, and so nobody else can ever read it.
    os.close(os.open(part / DATABASE, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    _copy(engine, part / DATABASE)
    for name in (SECRET, LEFT_ALONE, *FILES, *(f"{TOPICS}/{p.name}" for p in _topics(folder))):
        if (folder / name).is_file():
            make((part / name).parent)
            shutil.copy2(folder / name, part / name)
    part.rename(made)
    return made


def name_at(now: datetime) -> str:
    """Return what a backup of then is called."""
    return f"harken-{now.astimezone(UTC):{_STAMP}}"


def forget_backups(folder: Path, *, before: datetime) -> list[str]:
    """Delete the backups in ``folder`` from before then; return the names of those that went.

    Only what `make_backup` made, by its name; the time is that of the name, whatever the file
    system says. Links are left alone: what they lead to is somebody else's.
    """
    if not folder.is_dir():
        return []
    over = sorted(
        path
        for path in folder.iterdir()
        if (at := made_at(path.name)) is not None
        and at < before
        and path.is_dir()
        and not path.is_symlink()
    )
    for path in over:
        shutil.rmtree(path)
    return [path.name for path in over]


def _copy(engine: Engine, file: Path) -> None:
    """Write the database into an empty file, by a connection that has begun no transaction."""
    with closing(engine.raw_connection()) as connection:
        try:
            connection.cursor().execute("VACUUM INTO ?", (str(file),))
        except sqlite3.Error as error:
            raise StoreError(f"The backup can't be written: {error}.") from error


def made_at(name: str) -> datetime | None:
    """Return when the backup of that name was made; None: it is not called like one."""
    match = _NAME.fullmatch(name)
    try:
        return datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC) if match else None
    except ValueError:
        return None


def _topics(folder: Path) -> list[Path]:
    return sorted((folder / TOPICS).glob("[!.]*.toml"))
