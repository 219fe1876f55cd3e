"""Mailing lists, and whatever else arrives as mail, from an mbox file or a Maildir."""

import asyncio
import itertools
import os
from collections.abc import AsyncGenerator, Generator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pydantic import JsonValue

from crawlers.errors import NothingToRead, SourceError
from crawlers.fetch import Gate
from crawlers.found import Batch, Cursor, SourceToPoll
from crawlers.mail.arrived import posts_of
from crawlers.mail.mailbox_path import (
    begins_at,
    head_of,
    is_maildir,
    letters,
    mailbox_path,
    open_regular,
    pieces,
    read_letter,
)

CHUNK = 100  # mails that are committed together
#: Files of a Maildir that changed shortly before the last one are read again: clocks are coarse.
_OVERLAP_NS = 1_000_000_000

_REPLACED = "the file is not the one that it was; it was read again from its beginning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Mails that belong together, and the cursor that follows them."""

    bodies: tuple[bytes, ...]
    cursor: Mapping[str, JsonValue]
    problem: str | None = None


class MailboxAdapter:
    """Reads on where it stopped: in an mbox at an offset, in a Maildir at a time of change.

    The last mail of an mbox is read again when the file has grown, since it may have been half
    written. Option: ``link``, where the mails can be read on the web, with ``{message_id}`` in it.
    """

    async def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield batches of mails, oldest first.

        Raises:
            SourceError: nothing is there, or it is neither an mbox file nor a Maildir.
        """
        path = mailbox_path(source.url)
        read = in_maildir if await asyncio.to_thread(is_maildir, path) else in_mbox
        chunks = read(path, source.cursor)
        try:
            while (chunk := await asyncio.to_thread(next, chunks, None)) is not None:
                posts, unreadable = await posts_of(gate, source, chunk.bodies, now, called="mails")
                yield Batch(
                    posts=posts,
                    cursor=chunk.cursor,
                    not_modified=not chunk.bodies,
                    problem=chunk.problem or unreadable,
                )
        finally:
            await asyncio.to_thread(chunks.close)


def in_mbox(path: Path, cursor: Cursor) -> Generator[Chunk, None, None]:
    """Yield what an mbox file holds since ``cursor``; it blocks.

    Raises:
        Unreachable: it isn't there.
        NothingToRead: it is no mbox.
    """
    with open_regular(path) as stream:
        status = os.fstat(stream.fileno())
        stamp: dict[str, JsonValue] = {"size": status.st_size, "changed": status.st_mtime_ns}
        offset, problem = _offset(stream, cursor, size=status.st_size)
        unchanged = problem is None and stamp.items() <= cursor.items()
        if status.st_size == 0 or unchanged:
            yield Chunk(bodies=(), cursor={**cursor, **stamp}, problem=problem)
            return
        if not begins_at(stream, offset):
            raise NothingToRead(f"{path} is no mbox file")
        mails = pieces(stream, offset=offset)
        while chunk := list(itertools.islice(mails, CHUNK)):
            reached = chunk[-1].offset
            where = stream.tell()
            head = head_of(stream, reached)
            stream.seek(where)
            # without the stamp the next poll reads on; the last chunk adds it below
            yield Chunk(
                bodies=tuple(piece.whole for piece in chunk),
                cursor={"offset": reached, "head": head, **(stamp if len(chunk) < CHUNK else {})},
                problem=problem,
            )
            problem = None


def in_maildir(path: Path, cursor: Cursor) -> Generator[Chunk, None, None]:
    """Yield what a Maildir holds since ``cursor``; it blocks.

    Raises:
        Unreachable: it can't be read.
    """
    known = cursor.get("changed")
    after = known - _OVERLAP_NS if isinstance(known, int) else -1
    new = [letter for letter in letters(path) if letter.changed > after]
    if not new or new[-1].changed == known:
        yield Chunk(bodies=(), cursor=dict(cursor))
        return
    for start in range(0, len(new), CHUNK):
        chunk = new[start : start + CHUNK]
        bodies = []
        for letter in chunk:
            try:
                bodies.append(read_letter(letter))
            except SourceError:  # moved by a mail program meanwhile, which is a change: see above
                continue
        yield Chunk(bodies=tuple(bodies), cursor={"changed": chunk[-1].changed})


def _offset(stream: BinaryIO, cursor: Cursor, *, size: int) -> tuple[int, str | None]:
    """Return where to read on, and what a person should know of it."""
    offset = cursor.get("offset")
    if not isinstance(offset, int):
        return 0, None
    grew_only = 0 <= offset < size and cursor.get("head") == head_of(stream, offset)
    return (offset, None) if grew_only and begins_at(stream, offset) else (0, _REPLACED)
