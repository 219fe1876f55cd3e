"""The list of who is left alone, in a file beside the database: it outlives a restored backup.

A backup from before an erasure holds what was erased, and does not know that it was. So the keyed
hashes of the suppression list also stand in a file of their own. Whoever is on it and not in the
database was forgotten by a restore: they are erased again before anything else happens, and kept
out (security-and-privacy.md, R8 and P21). Who was erased never leaves the file; who is taken off
the list in the database leaves it here, too.
"""

import fcntl
import hmac
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, select

from config import Config
from models.ledger import Suppression
from models.words import SuppressionReason
from service.errors import RefusedError
from service.folder import LEFT_ALONE
from service.leads.objecting import take_out
from service.leads.transitions import HARKEN
from service.posts.suppression import suppress
from service.store.engine import fold_in, reading, writing

_ABOUT = """\
# Whom this Harken leaves alone: keyed hashes, no names. It outlives a backup that is restored, so
# that nobody comes back who was erased since. Keep a copy of it where your backups are not.
"""
_CHECK = re.compile(r"secret ([0-9a-f]{64})")
_LINE = re.compile(r"([0-9a-f]{64}) ([a-z_]+) (\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Somebody on the list."""

    key: str  # a keyed hash
    reason: SuppressionReason
    at: datetime

    @property
    def is_for_good(self) -> bool:
        """Whether they were erased, and so stay on it."""
        return self.reason is SuppressionReason.ERASURE


Entries = Mapping[str, Entry]


def read_list(file: Path, *, secret: bytes) -> Entries:
    """Return who is on the list in ``file``, by key; nobody where there is none.

    Raises:
        RefusedError: it can't be understood, or another secret made it, so that nobody on it can
            be told from anybody else.
        OSError: it can't be read.
    """
    try:
        lines = file.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError as error:
        raise RefusedError(f"{file} is damaged: restore it from a copy") from error
    entries: dict[str, Entry] = {}
    check = ""
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        if found := _CHECK.fullmatch(line):
            check = found[1]
        elif entry := _entry(line):
            entries[entry.key] = entry
        else:
            raise RefusedError(f"{file}, line {number}, is damaged: restore it from a copy")
    if entries and not hmac.compare_digest(check, _check_of(secret)):
        raise RefusedError(
            f"{file} was written under another secret, so nobody on it can be recognised: put the "
            "secret back that belongs to it, or move the file away if it is another Harken's"
        )
    return entries


def write_list(file: Path, entries: Iterable[Entry], *, secret: bytes) -> None:
    """Write the list whole or not at all, for its owner's eyes.

    Raises:
        OSError: the machine refuses to.
    """
    lines = [
        f"{one.key} {one.reason.value} {one.at.isoformat()}"
        for one in sorted(entries, key=lambda one: (one.at, one.key))
    ]
    text = "\n".join((f"{_ABOUT}secret {_check_of(secret)}", *lines, ""))
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)


def listed(db: Session) -> Entries:
    """Return who is on the list in the database."""
    rows = db.exec(select(Suppression.key_hmac, Suppression.reason, Suppression.at)).all()
    return {
        key: Entry(key=key, reason=SuppressionReason(reason), at=at) for key, reason, at in rows
    }


def merged(*lists: Entries) -> Entries:
    """Return who is on any of the lists; who was erased by one of them was erased."""
    found: dict[str, Entry] = {}
    for entries in lists:
        for key, entry in entries.items():
            if key not in found or (entry.is_for_good and not found[key].is_for_good):
                found[key] = entry
    return found


def note_left_alone(engine: Engine, folder: Path | None, *, secret: bytes) -> None:
    """Bring the file into line with the database; call it after each change of the list there.

    Args:
        engine: the database.
        folder: of the installation; None: it has none, and so no file.
        secret: of the installation.

    Raises:
        RefusedError: the file can't be used, see `read_list`.
        OSError: the machine refuses to write it.
    """
    if folder is None:
        return
    with _alone(folder), reading(engine) as db:
        there, known = listed(db), read_list(folder / LEFT_ALONE, secret=secret)
        wanted = merged(there, {k: one for k, one in known.items() if one.is_for_good})
        if wanted != known:
            write_list(folder / LEFT_ALONE, wanted.values(), secret=secret)


def leave_alone_again(
    engine: Engine, folder: Path, config: Config, *, secret: bytes, now: datetime
) -> int:
    """Erase again whom a restore brought back, and bring the file into line; return how many.

    Without anything to do it costs a look at the file and a query.

    Raises:
        RefusedError: the file can't be used, see `read_list`.
        OSError: the machine refuses to write it.
    """
    known = read_list(folder / LEFT_ALONE, secret=secret)
    erased = 0
    if known:
        with reading(engine) as db:
            there = listed(db)
        lost = [
            one for key, one in known.items() if there.get(key) is None or _was_less(one, there)
        ]
        if lost:
            with writing(engine) as db:
                erased = _take_out_again(db, lost, config, secret=secret, now=now)
            fold_in(engine)
    note_left_alone(engine, folder, secret=secret)
    return erased


def _was_less(entry: Entry, there: Entries) -> bool:
    return entry.is_for_good and not there[entry.key].is_for_good


def _take_out_again(
    db: Session, lost: Iterable[Entry], config: Config, *, secret: bytes, now: datetime
) -> int:
    from service.posts.erasing import erase_listed  # takes a while to load, and is seldom needed

    keys = set()
    for one in lost:
        suppress(db, one.key, reason=one.reason, by=HARKEN, now=now)
        if one.is_for_good:
            keys.add(one.key)
    db.flush()
    gone = erase_listed(db, keys, secret=secret, by=HARKEN, config=config, now=now)
    take_out(db, secret=secret, now=now)
    return gone


def _entry(line: str) -> Entry | None:
    found = _LINE.fullmatch(line)
    try:
        return (
            Entry(
                key=found[1],
                reason=SuppressionReason(found[2]),
                at=datetime.fromisoformat(found[3]),
            )
            if found
            else None
        )
    except ValueError:
        return None


def _check_of(secret: bytes) -> str:
    """Return by what a list is told to be this secret's: it tells nothing of the secret."""
    return hmac.digest(secret, b"harken.left-alone", "sha256").hex()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Be the only process that reads the database for the file, and writes it."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)
