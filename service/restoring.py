"""Put a backup back, and take out of it again whoever was erased since it was made.

Everything is made ready beside the installation, checked and brought up to date there, and then
exchanged at once: killed at any moment, what is left is what was there, or what comes.
"""

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import JsonValue
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, func, select

from config import Config, load_config
from config.folder import FILES, TOPICS
from models.lead import Lead
from models.people import User
from models.post import Post
from models.source import Source
from models.topic import Topic
from service.address import running_at
from service.errors import HarkenError, RefusedError
from service.folder import DATABASE, LEFT_ALONE, SECRET, make, usable
from service.leads.ledger import audit, broken_link
from service.leads.transitions import HARKEN
from service.privacy.left_alone import (
    Entries,
    leave_alone_again,
    listed,
    merged,
    read_list,
    write_list,
)
from service.secret import read_secret
from service.store import migrate, revisions
from service.store.backups import BACKUPS, BEFORE_RESTORE, made_at, name_at
from service.store.engine import (
    database_url,
    fold_in,
    open_engine,
    open_to_read,
    reading,
    sqlite_url,
    writing,
)
from service.store.inspecting import inspect_database
from service.store.swapping import BELONGS, PART, commit, exchanging

_COUNTED: tuple[tuple[str, type[Any]], ...] = (
    ("posts", Post),
    ("leads", Lead),
    ("topics", Topic),
    ("sources", Source),
    ("users", User),
)
_ON_A_SERVER = (
    "The database is a server's, so a backup of it is restored by its own tools: stop Harken, "
    "put the dump back with `pg_restore --clean --if-exists`, put secret.key and the files back "
    f"where they were, and leave {LEFT_ALONE} where it is. The next command brings the schema up "
    "to date, and erases again whoever is on that list."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came back."""

    made_at: datetime | None  # of the backup; None: its name doesn't say
    revision: str  # of its database
    newest: str  # that it was brought to
    counts: dict[str, int]
    erased_again: int  # handles and persons
    left_alone: int  # people on the list
    is_audit_whole: bool
    before: Path | None = None  # where what was there is now; None: there was nothing


def restore(
    backup: Path, folder: Path, *, force: bool, left_alone: Path | None, now: datetime
) -> Restored:
    """Put ``backup`` in the place of the installation in ``folder``.

    Args:
        backup: the folder that `harken backup` made.
        folder: of the installation; made if it is missing.
        force: also where there is one; what was there is kept beside the backups.
        left_alone: a further list of who is left alone, kept somewhere else.
        now: the time.

    Raises:
        config.ConfigError: the backup's configuration can't be used by this version.
        RefusedError: it is no backup, or damaged; or there is something in the folder, or somebody
            works with it; or the database is a server's.
        StoreError: the database can't be used.
        OSError: the machine refuses.
    """
    _check_place(backup)
    with usable(folder):
        make(folder)
    with exchanging(folder):
        was_there = [name for name in BELONGS if (folder / name).exists()]
        _check_free(folder, was_there, force=force)
        part = folder / PART
        make(part)
        names = _copy(backup, part)
        config = load_config(part)
        _check_database(config, folder)
        revision = inspect_database(part / DATABASE)
        secret = _secret_of(config, part)
        write_list(
            part / LEFT_ALONE,
            _everybody_left_alone(backup, folder, left_alone, secret=secret).values(),
            secret=secret,
        )
        told = _make_ready(part, config, revision, made_at(_name_of(backup)), now=now)
        old = f"{BACKUPS}/{name_at(now)}{BEFORE_RESTORE}" if was_there else None
        if old and (folder / old).exists():
            raise RefusedError(f"{folder / old} is there already; wait a second.")
        commit(folder, [*names, LEFT_ALONE], old=old)
    return replace(told, before=folder / old) if old else told


def _name_of(backup: Path) -> str:
    return backup.resolve().name


def _check_place(backup: Path) -> None:
    if not backup.is_dir():
        raise RefusedError(
            f"{backup} is no folder: name the one that `harken backup` made, harken-…Z"
        )
    if not (backup / DATABASE).is_file():
        raise RefusedError(f"There is no {DATABASE} in {backup}: this is no backup of Harken.")


def _check_free(folder: Path, was_there: list[str], *, force: bool) -> None:
    if at := running_at(folder):
        raise RefusedError(f"Harken is running on {folder}, at {at}: stop it first.")
    if was_there and not force:
        raise RefusedError(
            f"There is an installation in {folder} ({', '.join(was_there)}). With --force the "
            "backup takes its place, and what was there is kept beside the backups."
        )
    if mounted := [name for name in was_there if os.path.ismount(folder / name)]:
        raise RefusedError(
            f"{', '.join(mounted)} in {folder} is mounted there, and can't be exchanged: "
            "take it away, and put it back then."
        )
    if DATABASE in was_there:
        _check_unused(folder / DATABASE)


def _check_unused(file: Path) -> None:
    """Fold the log of a database in that nobody writes to; a damaged one is left as it is.

    Raises:
        RefusedError: somebody writes to it.
    """
    try:
        with closing(sqlite3.connect(file, timeout=0, isolation_level=None)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            words = f"A command of Harken works with {file} at this moment: wait until it is done."
            raise RefusedError(words) from error
    except sqlite3.DatabaseError:
        return


def _copy(backup: Path, part: Path) -> list[str]:
    """Copy what belongs to an installation, for its owner's eyes; return the names of it.

    Links are left where they are: what they lead to is not part of the backup.
    """
    names = []
    for name in (DATABASE, f"{DATABASE}-wal", SECRET, *FILES):
        if (backup / name).is_file() and not (backup / name).is_symlink():
            shutil.copyfile(backup / name, part / name)
            (part / name).chmod(0o600)
            names.append(name)
    topics = [p for p in sorted((backup / TOPICS).glob("[!.]*.toml")) if not p.is_symlink()]
    if topics:
        make(part / TOPICS)
        for path in topics:
            shutil.copyfile(path, part / TOPICS / path.name)
        names.append(TOPICS)
    return [name for name in names if not name.endswith("-wal")]  # it is folded in before


def _check_database(config: Config, folder: Path) -> None:
    """Refuse where the database is not the file beside the configuration.

    Raises:
        RefusedError: with what to do instead.
    """
    url = database_url(config.settings, folder)
    if not url.startswith("sqlite"):
        raise RefusedError(_ON_A_SERVER)
    if url != sqlite_url(folder / DATABASE):
        raise RefusedError(
            f"The database is set to be another file than {folder / DATABASE}: take the setting "
            "`database` away, or put the copy there by hand; the next command erases again "
            f"whoever is on {LEFT_ALONE}."
        )


def _secret_of(config: Config, part: Path) -> bytes:
    key = config.settings.secret_key
    if key is not None:
        return key.get_secret_value().encode()
    try:
        return read_secret(part / SECRET)
    except FileNotFoundError as error:
        words = (
            f"There is no {SECRET} in the backup, so nobody who is left alone could be recognised."
        )
        raise RefusedError(f"{words} Put it there.") from error


def _everybody_left_alone(
    backup: Path, folder: Path, more: Path | None, *, secret: bytes
) -> Entries:
    """Return who is on any list that can be found: here, in the backup, and kept elsewhere.

    Raises:
        RefusedError: a list can't be read, or is another installation's.
    """
    if more is not None and not more.is_file():
        raise RefusedError(f"There is no list in {more}.")
    files = [folder / LEFT_ALONE, backup / LEFT_ALONE, *((more,) if more else ())]
    return merged(
        *(read_list(file, secret=secret) for file in files), _listed_in(folder, secret=secret)
    )


def _listed_in(folder: Path, *, secret: bytes) -> Entries:
    """Return who is on the list of the database that is there now, as far as it can be read.

    The file beside it says so, too, but for what the last seconds brought.
    """
    if not (folder / DATABASE).is_file():
        return {}
    engine = open_to_read(folder / DATABASE)
    try:
        if read_secret(folder / SECRET) != secret:
            return {}
        with reading(engine) as db:
            return listed(db)
    except (OSError, HarkenError, SQLAlchemyError):  # a damaged one may be why we are here
        return {}
    finally:
        engine.dispose()


def _make_ready(
    part: Path, config: Config, revision: str, at: datetime | None, *, now: datetime
) -> Restored:
    """Bring the copy up to date and take out of it who was erased; return what is in it."""
    engine = open_engine(sqlite_url(part / DATABASE))
    secret = _secret_of(config, part)
    try:
        migrate.upgrade(engine)
        erased = leave_alone_again(engine, part, config, secret=secret, now=now)
        with writing(engine) as db:
            is_whole = broken_link(db) is None
            detail: dict[str, JsonValue] = {
                "made_at": at.isoformat() if at else None,
                "erased_again": erased,
            }
            audit(
                db, actor=HARKEN, action="backup.restored", subject="backup", at=now, detail=detail
            )
            counts = _counts(db)
            left_alone = len(listed(db))
        fold_in(engine)
    finally:
        engine.dispose()
    return Restored(
        made_at=at,
        revision=revision,
        newest=revisions.newest(),
        counts=counts,
        erased_again=erased,
        left_alone=left_alone,
        is_audit_whole=is_whole,
    )


def _counts(db: Session) -> dict[str, int]:
    return {
        name: db.exec(select(func.count()).select_from(table)).one() for name, table in _COUNTED
    }
