"""What people change about sources on the page: options, on and off, when to read, where to.

A source of sources.toml is changed there, so that the file stays the truth; one that a command
added moves into the file with its first change.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from config.folder import SHIPPED
from models.source import Source
from models.words import SourceHealth, SourceKind
from service.editing.change import Change
from service.editing.files import read_file
from service.editing.tables import Value, put_entry
from service.errors import RefusedError

FILE = "sources.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A source as somebody wants it."""

    id: str
    kind: SourceKind
    name: str
    url: str
    every: timedelta
    options: Mapping[str, str]
    quality: float = 1.0
    policy: str | None = None  # None: as its host and kind have it
    active: bool = True


def wanted_of(source: Source, *, policy: str | None = None) -> Wanted:
    """Return a source as it is."""
    return Wanted(
        id=source.slug,
        kind=source.kind,
        name=source.name,
        url=source.url,
        every=timedelta(seconds=source.every_seconds),
        options=source.options,
        quality=source.quality,
        policy=policy,
        active=source.active,
    )


def put_sources(
    folder: Path, wanted: Sequence[Wanted], *, instead_of_examples: bool = False
) -> Change:
    """Return the change of sources.toml that has these sources say so.

    Args:
        folder: of the files.
        wanted: the sources, new or changed.
        instead_of_examples: the shipped sources go, where the file is the shipped one still.

    Raises:
        RefusedError: the file can't be read.
    """
    file = read_file(folder, FILE)
    text = file.text if file is not None else ""
    if instead_of_examples and has_examples(folder):
        text = _introduction(text)
    for one in wanted:
        text = put_entry(text, "source", "id", _fields(one))
    return Change(file=FILE, text=text, seen=file.digest if file is not None else None)


def has_examples(folder: Path) -> bool:
    """Return whether sources.toml is as it was shipped: nobody has chosen a source there.

    Raises:
        RefusedError: the file can't be read.
    """
    file = read_file(folder, FILE)
    shipped = (SHIPPED / FILE).read_text(encoding="utf-8")
    return file is not None and file.text.splitlines() == shipped.splitlines()


def _introduction(text: str) -> str:
    """Return the comments that a file begins with, without those of its first source."""
    before, is_there, _ = text.partition("\n[[source]]\n")
    blocks = before.rstrip().split("\n\n")
    return "\n\n".join(blocks[:-1]) + "\n\n" if is_there and len(blocks) > 1 else before


def _fields(wanted: Wanted) -> dict[str, Value]:
    return {
        "id": wanted.id,
        "kind": wanted.kind.value,
        "name": wanted.name,
        "url": wanted.url,
        "every": duration_text(wanted.every),
        "policy": wanted.policy,
        "options": dict(wanted.options) or None,
        "quality": wanted.quality if wanted.quality != 1 else None,
        "active": None if wanted.active else False,
    }


def duration_text(span: timedelta) -> str:
    """Return a duration as the files have it: "90s", "15m", "1h", "2d"."""
    seconds = int(span.total_seconds())
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def parse_options(text: str) -> dict[str, str]:
    """Return the options of a text with one a line, as ``name = value``.

    Raises:
        RefusedError: a line has no name or no value.
    """
    options: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        name, equals, value = (part.strip() for part in line.partition("="))
        if not (name and equals and value):
            raise RefusedError(f"Options, line {number}: write it like name = value")
        options[name] = value
    return options


def read_next(db: Session, source: Source, *, now: datetime) -> None:
    """Have a source read at the next tick; its host's budget still holds.

    Raises:
        RefusedError: it is off, paused, or never polled.
    """
    if not source.active:
        raise RefusedError(f"{source.name} is off: switch it on first.")
    if source.health is SourceHealth.PAUSED:
        raise RefusedError(f"{source.name} is paused: resume it first.")
    if not source.kind.is_polled:
        raise RefusedError(f"{source.name} is never polled: it gets what people bring.")
    source.next_poll_at = now
    db.add(source)
