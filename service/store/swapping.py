"""Exchange all that an installation is for something else, whole or not at all.

Several files can't be renamed at once. So the new ones are made and written to the disk in a
folder beside them; the moment that this folder gets its final name is the moment from which the
new ones count. Moving them to their places comes after that, and whoever finds it half done, after
a power cut or a kill, ends it: every command does before it does anything else.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from config.folder import FILES, TOPICS
from service.errors import RefusedError
from service.folder import DATABASE, SECRET, make, usable

#: Where the new ones are made; it counts for nothing, and may be thrown away.
PART: Final = ".restoring.part"
#: Whole: from here on the new ones count.
WHOLE: Final = ".restoring"
_LOCK: Final = ".restoring.lock"
_PLAN: Final = "plan.json"
#: Beside the database; they are parts of it.
_WITH_IT = (f"{DATABASE}-wal", f"{DATABASE}-shm")
#: All that makes up an installation, but for the list of who is left alone: that is merged.
BELONGS: Final = (DATABASE, *_WITH_IT, SECRET, *FILES, TOPICS)


@contextmanager
def exchanging(folder: Path) -> Iterator[None]:
    """Let nobody else exchange anything in ``folder``, nor begin to use it, meanwhile.

    Raises:
        RefusedError: somebody does.
    """
    with _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB) as is_ours:
        if not is_ours:
            raise RefusedError(f"Another restore is at work in {folder}: wait until it is done.")
        shutil.rmtree(folder / PART, ignore_errors=True)
        try:
            yield
        finally:
            _tidy(folder)


def settle(folder: Path) -> None:
    """Wait for an exchange in ``folder`` that is at work, and end one that was cut short.

    Without one, as nearly always, it looks whether three files are there.

    Raises:
        RefusedError: it can't be ended: the machine refuses to move what belongs to it.
    """
    if not any(os.path.lexists(folder / name) for name in (WHOLE, PART, _LOCK)):
        return
    if not os.access(folder, os.W_OK) and not os.path.lexists(folder / WHOLE):
        return  # somebody who only reads has nothing to wait for
    with usable(folder), _locked(folder, fcntl.LOCK_EX):
        finish(folder)
        _tidy(folder)


def commit(folder: Path, names: Sequence[str], *, old: str | None) -> None:
    """Let what was made under `PART` be what ``folder`` holds from now on.

    Args:
        folder: of the installation.
        names: what of `PART` is moved to its place; all that belongs to an installation is moved
            to ``old`` before, and a file that does not is overwritten.
        old: the folder for what was there before, relative to ``folder``; None: nothing was.
    """
    part = folder / PART
    (part / _PLAN).write_text(json.dumps({"names": list(names), "old": old}), "utf-8")
    for path in sorted(part.rglob("*"), reverse=True):
        _to_disk(path)
    _to_disk(part)
    part.rename(folder / WHOLE)
    _to_disk(folder)
    finish(folder)


def finish(folder: Path) -> bool:
    """End an exchange that was committed; return whether there was one."""
    if not (folder / WHOLE / _PLAN).exists():
        shutil.rmtree(folder / WHOLE, ignore_errors=True)  # its plan goes last
        return False
    for _ in steps(folder):
        pass
    return True


def steps(folder: Path) -> Iterator[str]:
    """Move everything to its place, one thing at a time; yield what was moved.

    Wherever it is cut short, beginning anew ends it.
    """
    whole = folder / WHOLE
    plan = json.loads((whole / _PLAN).read_text("utf-8"))
    names, old = list(plan["names"]), plan["old"]
    for name in BELONGS:
        is_there_already = name in names and not os.path.lexists(whole / name)
        if is_there_already or not os.path.lexists(folder / name):
            continue
        if old is None:
            raise RefusedError(f"{folder / name} came in between: move it away")
        make(folder / old)
        (folder / name).rename(folder / old / name)
        yield f"{name} away"
    for name in names:
        if os.path.lexists(whole / name):
            (whole / name).rename(folder / name)
            yield f"{name} in"
    for path in (folder, *((folder / old,) if old and (folder / old).is_dir() else ())):
        _to_disk(path)
    (whole / _PLAN).unlink()
    yield "plan"
    shutil.rmtree(whole)


def _tidy(folder: Path) -> None:
    """Throw away what was not finished: it holds people's words."""
    shutil.rmtree(folder / PART, ignore_errors=True)
    (folder / _LOCK).unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    if path.is_symlink():
        return
    held = os.open(path, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[bool]:
    """Hold the lock of exchanges; give False where somebody else does and we are not to wait."""
    held = os.open(folder / _LOCK, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(held, how)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(held)
