"""Mail on this machine's disk: an mbox file or a Maildir, read piece by piece.

The path is the operator's own word, from sources.toml or the command line. Still it may turn into
something else behind their back, so nothing but regular files is read, and nothing is written or
locked: an mbox to which mail is delivered meanwhile is read as far as it goes.
"""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from crawlers.errors import BadUrl, NothingToRead, Unreachable
from crawlers.mail.message import ENVELOPE_DATE, MAX_MAIL

_FROM = b"From "
_HEADER = re.compile(rb"[!-9;-~]{1,100}:(?:\s|$)")
_HEAD_BYTES = 4_096
_LONGEST_LINE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Piece:
    """A mail of an mbox file: where it begins, and its beginning."""

    offset: int
    body: bytes
    envelope: bytes  # the line "From " before it

    @property
    def whole(self) -> bytes:
        """The mail with the line before it, which may be all that dates it."""
        return self.envelope + self.body


@dataclass(frozen=True, slots=True, order=True)
class Letter:
    """A file of a Maildir, in the order in which they came."""

    changed: int  # ns since 1970, by the file system: when it came, or was marked
    name: str  # its unique part; flags come and go
    path: Path


def mailbox_path(url: str) -> Path:
    """Return the path that an absolute path or a file:// address names.

    Raises:
        BadUrl: it is neither.
    """
    path = url
    if url.startswith("file:"):
        parts = urlsplit(url)
        if parts.netloc not in {"", "localhost"}:
            raise BadUrl("a file:// address has three slashes: file:///var/mail/lists")
        path = unquote(parts.path)
    if not path.startswith("/") or "\0" in path:
        raise BadUrl("it is written as a path from the root: /var/mail/lists")
    return Path(path)


def open_regular(path: Path, *, follow: bool = True) -> BinaryIO:
    """Open a regular file for reading.

    A FIFO would let us wait for ever and a device never ends, so the opened thing itself is
    looked at, not its name.

    Args:
        path: to it.
        follow: a symbolic link that the operator named leads on; one in a Maildir does not.

    Raises:
        Unreachable: it isn't there, or may not be read.
        NothingToRead: it is something else.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
    try:
        opened = os.open(path, flags if follow else flags | os.O_NOFOLLOW)
    except OSError as error:
        raise Unreachable(str(path), problem=error.strerror or "it can't be opened") from error
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise NothingToRead(f"{path} is no file and no Maildir")
    return os.fdopen(opened, "rb")


def is_maildir(path: Path) -> bool:
    """Say whether ``path`` is a folder with mails in its ``new`` and ``cur``."""
    return (path / "new").is_dir() and (path / "cur").is_dir()


def head_of(stream: BinaryIO, offset: int) -> str:
    """Return what tells whether the file up to ``offset`` is still the one it was."""
    stream.seek(0)
    head = stream.read(min(_HEAD_BYTES, offset))
    return hashlib.sha256(head).hexdigest()[:32]


def begins_at(stream: BinaryIO, offset: int) -> bool:
    """Say whether a mail begins at ``offset``."""
    stream.seek(offset)
    return stream.read(len(_FROM)) == _FROM


def pieces(stream: BinaryIO, *, offset: int) -> Iterator[Piece]:
    """Yield the mails of an mbox file from ``offset`` on, where one begins.

    A mail is cut to what is looked at of it. One begins at a line "From " after an empty line, or
    at one with a date and a header behind it; within a mail such lines have a ``>`` before them,
    which is taken off.
    """
    stream.seek(offset)
    begin, body, after_blank, at = offset, bytearray(), True, offset
    envelope = b""
    line = stream.readline(_LONGEST_LINE)
    while line:
        following = stream.readline(_LONGEST_LINE)
        if line.startswith(_FROM) and (after_blank or _is_envelope(line, following)):
            if envelope:
                yield Piece(begin, bytes(body), envelope)
            envelope, begin = line, at
            body.clear()
        elif len(body) < MAX_MAIL:
            body += line[1:] if line.startswith(b">") and line.lstrip(b">")[:5] == _FROM else line
        at += len(line)
        after_blank = line in {b"\n", b"\r\n"}
        line = following
    if envelope:
        yield Piece(begin, bytes(body), envelope)


def _is_envelope(line: bytes, following: bytes) -> bool:
    """Say whether a line begins a mail although none is empty before it: some programs forget."""
    return bool(ENVELOPE_DATE.fullmatch(line) and _HEADER.match(following))


def letters(path: Path) -> list[Letter]:
    """Return the files of a Maildir, the one that came or changed last at the end.

    Raises:
        Unreachable: it can't be read.
    """
    found: dict[str, Letter] = {}
    try:
        for folder in ("new", "cur"):
            with os.scandir(path / folder) as entries:
                for entry in entries:
                    if entry.is_file(follow_symlinks=False) and not entry.name.startswith("."):
                        name = entry.name.partition(":")[0]
                        changed = entry.stat(follow_symlinks=False).st_ctime_ns
                        found[name] = Letter(changed, name, Path(entry.path))
    except OSError as error:
        raise Unreachable(str(path), problem=error.strerror or "it can't be read") from error
    return sorted(found.values())


def read_letter(letter: Letter) -> bytes:
    """Return the beginning of a mail in a Maildir.

    Raises:
        Unreachable: it is gone; a reader moved it, and it will be found again.
        NothingToRead: it is no regular file.
    """
    with open_regular(letter.path, follow=False) as stream:
        return stream.read(MAX_MAIL)
