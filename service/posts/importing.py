"""Take in an export that somebody brought: Slack, Discord, Telegram, JSON Lines, CSV or mbox.

What is read is held for a few hundred posts at a time, each lot a transaction. An import that is
stopped is begun again: what is there already is known and not taken in twice.
"""

import asyncio
import gzip
import itertools
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, BinaryIO, cast

from crawlers.errors import BadDocument, NothingToRead, Unreachable
from crawlers.exports.export import Entry, ExportFormat, NotThisFormat, Skipped
from crawlers.exports.reading import read_export, recognise
from crawlers.found import FoundPost
from crawlers.mail.mailbox_path import open_regular, pieces
from crawlers.mail.message import post_of, read_mail
from crawlers.parsing import ParsingPool
from models.words import SourceKind
from service.errors import RefusedError
from service.house import House
from service.posts.brought import existing, source_for, take_in
from service.posts.intake import Counts, Intake
from service.store.engine import reading, writing

_AT_ONCE = 200  # posts a transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of an export."""

    source: str  # slug
    format: ExportFormat
    posts: int  # that were read
    undated: int  # of them, that say no date: they are taken as of today
    skipped: int  # parts that can't be used
    counts: Counts

    def as_json(self) -> dict[str, object]:
        """Return the document that `harken import --json` prints."""
        return {
            "source": self.source,
            "format": self.format.value,
            "posts": self.posts,
            "new": self.counts.new,
            "updated": self.counts.updated,
            "duplicates": self.counts.duplicates,
            "suppressed": self.counts.suppressed,
            "signals": self.counts.signals,
            "undated": self.undated,
            "skipped": self.skipped,
        }


def import_file(
    house: House,
    path: Path,
    *,
    source: str,
    kind: ExportFormat | None = None,
    intake: Intake | None = None,
    on_entry: Callable[[Entry], None] = lambda _: None,
) -> Imported:
    """Take in what a file holds, under a source that is made when there is something for it.

    Args:
        house: the installation.
        path: to a regular file; packed by gzip if its name ends in .gz.
        source: slug of the source.
        kind: what the file is; None looks.
        intake: what judges; None loads the model.
        on_entry: is told of each post, and of each part that is skipped or was in doubt, in
            their order.

    Raises:
        RefusedError: the file can't be read or is nothing that Harken knows, or the slug is that
            of another kind of source.
    """
    now = house.clock.now()
    ready: Intake | None = None
    with ExitStack() as stack:
        stream = stack.enter_context(_opened(path))
        if path.suffix == ".gz":
            stream = cast("BinaryIO", stack.enter_context(gzip.GzipFile(fileobj=stream)))
        found = kind or _recognised(stream, path)
        with reading(house.engine) as db:
            existing(db, kind=SourceKind.IMPORT, slug=source)
        tally = _Tally(on_entry)
        entries = tally.posts_of(_whatever_comes(stream, found, path, now))
        while lot := list(itertools.islice(entries, _AT_ONCE)):
            if ready is None:
                ready = _made_ready(house, source, intake, now)
            tally.counts += take_in(house.engine, ready, source, lot, now=now)
    return Imported(
        source=source,
        format=found,
        posts=tally.posts,
        undated=tally.undated,
        skipped=tally.skipped,
        counts=tally.counts,
    )


def read_mbox(stream: BinaryIO, *, now: datetime) -> Iterator[Entry]:
    """Yield the mails of an mbox file, each parsed in a child.

    Raises:
        NotThisFormat: it holds no mail.
    """
    number = 0
    with asyncio.Runner() as loop:
        pool = ParsingPool(size=1)
        try:
            for number, piece in enumerate(pieces(stream, offset=0), 1):
                try:
                    mail = loop.run(pool.run(read_mail, piece.whole))
                except BadDocument as error:
                    yield Skipped(where=f"mail {number}, byte {piece.offset}", why=error.reason)
                else:
                    yield post_of(mail, now=now)
        finally:
            loop.run(pool.aclose())
    if not number:
        raise NotThisFormat("it holds no mail")


class _Tally:
    """Counts what an export holds."""

    def __init__(self, on_entry: Callable[[Entry], None]) -> None:
        self._on_entry = on_entry
        self.posts = self.undated = self.skipped = 0
        self.counts = Counts()

    def posts_of(self, entries: Iterator[Entry]) -> Iterator[FoundPost]:
        for entry in entries:
            self._on_entry(entry)
            if isinstance(entry, Skipped):
                self.skipped += 1
            elif isinstance(entry, FoundPost):
                self.posts += 1
                self.undated += entry.published is None
                yield entry


def _made_ready(house: House, slug: str, intake: Intake | None, now: datetime) -> Intake:
    """Make the source and return what judges: only now, for a refused file leaves nothing."""
    with writing(house.engine) as db:
        source_for(db, house.config, kind=SourceKind.IMPORT, slug=slug, name=slug, now=now)
    return intake or house.intake()


def _whatever_comes(
    stream: BinaryIO, kind: ExportFormat, path: Path, now: datetime
) -> Iterator[Entry]:
    """Yield what the file holds; where it makes no sense any more, that is its last entry.

    Raises:
        RefusedError: it makes no sense from the beginning.
    """
    began = False
    try:
        entries = (
            read_mbox(stream, now=now)
            if kind is ExportFormat.MBOX
            else read_export(stream, kind, name=str(path), now=now)
        )
        for entry in entries:
            began = True
            yield entry
    except (NotThisFormat, gzip.BadGzipFile, zlib.error, EOFError) as error:
        why = error.detail if isinstance(error, NotThisFormat) else "it is packed badly"
        if not began:
            raise RefusedError(f"{path} is no {kind.value} export: {why}") from error
        yield Skipped(where="the rest", why=why)


def _opened(path: Path) -> BinaryIO:
    try:
        return open_regular(path)
    except NothingToRead as error:
        raise RefusedError(f"{path} is no file") from error
    except Unreachable as error:
        raise RefusedError(f"{path} can't be read: {error.problem}") from error


def _recognised(stream: IO[bytes], path: Path) -> ExportFormat:
    try:
        return recognise(stream, name=path.name)
    except (NotThisFormat, gzip.BadGzipFile, zlib.error, EOFError) as error:
        why = error.detail if isinstance(error, NotThisFormat) else "it is packed badly"
        raise RefusedError(f"{path}: {why}") from error
