"""Change files of the configuration: all of it stays right, nothing of it is lost.

A change is tried on a copy first; only what leaves the whole configuration usable is written. The
files, the rows that follow from them and their history change together or not at all.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session

from config import Config, load_config
from config.folder import FILES, SHIPPED, TOPICS
from models.file_version import FileVersion
from service.editing.files import check_label, digest_of, has_own_topics, read_file
from service.editing.history import newest
from service.errors import ConflictError, RefusedError
from service.leads.ledger import audit
from service.store.engine import writing
from service.sync import sync

_LOCK = ".editing.lock"


class EditedMeanwhileError(ConflictError):
    """The file was changed since you opened it: look at it as it is now, then change it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What somebody wants a file to say."""

    file: str
    text: str | None  # None: the file goes
    seen: str | None  # digest of what they started from; None: there was no such file


def try_change(folder: Path, changes: Sequence[Change]) -> Config:
    """Return the configuration as it would be with ``changes``; nothing is written.

    Raises:
        RefusedError: a file is not edited this way.
        config.ConfigError: with every problem that there would be.
    """
    return _tried(folder, _with_shipped_topics(folder, changes))


def change_files(
    engine: Engine,
    folder: Path,
    changes: Sequence[Change],
    *,
    by: str,
    note: str | None,
    now: datetime,
    along: Callable[[Session], None] = lambda _: None,
) -> Config:
    """Write ``changes``, bring the rows in line, and return the configuration as it is now.

    Args:
        engine: the installation's database.
        folder: its folder.
        changes: all of them, or none.
        by: id of the user who changes.
        note: why, in their words.
        now: when.
        along: does what goes with it in the database, in the same transaction, before the rows
            are brought in line; when it refuses, no file is written either.

    Raises:
        EditedMeanwhileError: a file is not what they started from.
        RefusedError: a file is not edited this way, or can't be written.
        config.ConfigError: with every problem that there would be; nothing was written.
    """
    with _alone(folder):
        before = {change.file: _text(folder, change.file) for change in changes}
        for change in changes:
            was = before[change.file]
            if (None if was is None else digest_of(was)) != change.seen:
                raise EditedMeanwhileError
        written = _with_shipped_topics(folder, changes)
        config = _tried(folder, written)
        on_disk = {change.file: _own_text(folder, change.file) for change in written}
        try:
            with writing(engine) as db:
                for change in changes:
                    _keep(db, change, before[change.file], by=by, note=note, now=now)
                along(db)
                sync(db, config, now=now)
                db.flush()
                for change in written:
                    _put(folder / change.file, change.text)
        except BaseException as error:
            for file, text in on_disk.items():
                _put(folder / file, text)
            if isinstance(error, OSError):
                raise RefusedError(f"It can't be written: {error.strerror}.") from error
            raise
    return config


def _tried(folder: Path, written: Sequence[Change]) -> Config:
    """Return the configuration of a copy of ``folder`` in which all of ``written`` is done."""
    for change in written:
        check_label(change.file)
    with tempfile.TemporaryDirectory(prefix="harken-") as name:
        copy = Path(name)
        (copy / TOPICS).mkdir()
        for label in _own_files(folder):
            shutil.copy2(folder / label, copy / label)
        for change in written:
            _put(copy / change.file, change.text)
        return load_config(copy)


def _keep(  # what was edited outside since the last version is kept as one too
    db: Session, change: Change, was: str | None, *, by: str, note: str | None, now: datetime
) -> None:
    last = newest(db, change.file)
    if was is not None and (last is None or last.digest != digest_of(was)):
        db.add(FileVersion(file=change.file, digest=digest_of(was), text=was, at=now, by=None))
        db.flush()
    text = change.text
    version = FileVersion(
        file=change.file,
        digest=None if text is None else digest_of(text),
        text=text,
        at=now,
        by=by,
        note=note,
    )
    db.add(version)
    db.flush()
    audit(
        db,
        actor=by,
        action="config.changed",
        subject=change.file,
        at=now,
        detail={"version": version.id, "digest": version.digest},
    )


def _with_shipped_topics(folder: Path, changes: Sequence[Change]) -> tuple[Change, ...]:
    """Return ``changes``, and with the first own topic the shipped ones: they would give way."""
    touches = any(change.file.startswith(f"{TOPICS}/") for change in changes)
    if not touches or has_own_topics(folder):
        return tuple(changes)
    named = {change.file for change in changes}
    shipped = {f"{TOPICS}/{path.name}": path for path in sorted((SHIPPED / TOPICS).glob("*.toml"))}
    stay = (
        Change(file=label, text=path.read_text(encoding="utf-8"), seen=None)
        for label, path in shipped.items()
        if label not in named
    )
    return (*changes, *stay)


def _own_files(folder: Path) -> Iterator[str]:
    yield from (name for name in FILES if (folder / name).is_file())
    yield from (f"{TOPICS}/{path.name}" for path in (folder / TOPICS).glob("[!.]*.toml"))


def _text(folder: Path, file: str) -> str | None:
    found = read_file(folder, file)
    return None if found is None else found.text


def _own_text(folder: Path, file: str) -> str | None:
    path = folder / file
    return path.read_bytes().decode("utf-8") if path.exists() else None


def _put(path: Path, text: str | None) -> None:
    """Write a file whole or not at all, also when the power goes."""
    if text is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    try:
        with beside.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one process at a time edit the folder."""
    try:
        lock = (folder / _LOCK).open("w")
    except OSError as error:
        raise RefusedError(f"{folder} can't be written: {error.strerror}.") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
