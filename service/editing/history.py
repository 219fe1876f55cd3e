"""What the files of a configuration said before, who changed them and why."""

import difflib
from collections.abc import Sequence

from sqlmodel import Session, col, select

from models.file_version import FileVersion


def newest(db: Session, file: str) -> FileVersion | None:
    """Return the last version of ``file`` that was kept."""
    return db.exec(
        select(FileVersion)
        .where(FileVersion.file == file)
        .order_by(col(FileVersion.id).desc())
        .limit(1)
    ).first()


def versions(db: Session, file: str, *, most: int = 100) -> Sequence[FileVersion]:
    """Return the versions of ``file``, newest first; what was written outside has no author."""
    return db.exec(
        select(FileVersion)
        .where(FileVersion.file == file)
        .order_by(col(FileVersion.id).desc())
        .limit(most)
    ).all()


def difference(before: str | None, after: str | None) -> tuple[str, ...]:
    """Return the lines of a unified diff, without its head; empty when nothing differs."""
    lines = difflib.unified_diff(
        (before or "").splitlines(), (after or "").splitlines(), lineterm="", n=2
    )
    return tuple(lines)[2:]
