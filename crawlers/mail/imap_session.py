"""An IMAP session over a connection that the gate opened: read-only, and bounded in what it reads.

``imaplib`` speaks the protocol. It would read as many bytes as a server announces, and wait for
as many lines as one likes to send, so both are counted here.
"""

import imaplib
import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from typing_extensions import override

from crawlers.errors import Truncated, Unparseable
from crawlers.fetch import Connection
from crawlers.mail.dialogue import LoginRefused
from crawlers.mail.message import MAX_MAIL

#: Bytes that one command may bring besides the mails it asks for: 100,000 numbers take 700 KB.
_TALK_BYTES = 2**20
#: Each line costs time too, so a short one counts for more than its bytes.
_LINE_COSTS = 100
_UID = re.compile(rb"\bUID (\d{1,10})\b")
_RUNS = re.compile(r"[ -~]+|[^ -~]+")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class _Line(imaplib.IMAP4):
    """IMAP over a socket that is connected already."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.bytes_left = _TALK_BYTES
        super().__init__()

    @override
    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        self.host, self.port = host, port
        self.sock = self._connection
        self.file = self.sock.makefile("rb")

    @override
    def read(self, size: int) -> bytes:
        self._spend(size)
        return super().read(size)

    @override
    def readline(self) -> bytes:
        line = super().readline()
        self._spend(max(len(line), _LINE_COSTS))
        return line

    def _spend(self, size: int) -> None:
        self.bytes_left -= size
        if self.bytes_left < 0:
            raise self.abort("it sends more than it was asked for")


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder as it was found."""

    validity: int  # as long as this stays, the numbers of messages do; 0: the server doesn't say
    next_uid: int | None  # what the next message will be numbered


class ImapSession:
    """Looks into one folder. It blocks, so it is used in a thread; nothing is marked as read.

    Raises, from every method:
        Truncated: the server hung up.
        Unparseable: it speaks another protocol, or an odd kind of this one.
        OSError: the connection broke.
    """

    def __init__(self, connection: Connection, *, host: str) -> None:
        self._host = host
        try:
            self._line = _Line(connection)
        except imaplib.IMAP4.error as error:
            raise self._named(error) from error

    def log_in(self, user: str, password: str) -> None:
        """Log in.

        Raises:
            LoginRefused: with what the server says of it.
        """
        try:
            self._line.login(user, password)
        except imaplib.IMAP4.abort as error:
            raise self._named(error) from error
        except imaplib.IMAP4.error as error:
            said = str(error.args[0] if error.args else "")
            # a person reads it, so no more than a line; never what was sent
            clean = "".join(filter(str.isprintable, said))[:120]
            raise LoginRefused(self._host, said=clean or "no reason given") from error

    def examine(self, folder: str) -> Folder:
        """Open a folder for reading only."""
        answer, said = self._ask(lambda line: line.select(_quoted(folder), readonly=True))
        if answer != "OK":
            raise Unparseable(f"there is no folder {folder!r} in this mailbox ({_first(said)})")
        return Folder(validity=self._number("UIDVALIDITY") or 0, next_uid=self._number("UIDNEXT"))

    def numbers(self, *, after: int, sender: str, since: date | None) -> list[int]:
        """Return the UIDs of messages whose From holds ``sender``, ascending.

        Args:
            after: the last one that is known.
            sender: an address or a part of one.
            since: leave out what arrived earlier.
        """
        when = (
            "" if since is None else f" SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year}"
        )
        wanted = f"UID {after + 1}:*{when} FROM {_quoted(sender)}"
        answer, data = self._ask(lambda line: line.uid("SEARCH", wanted))
        if answer != "OK":
            raise Unparseable(f"the mailbox can't be searched ({_first(data)})")
        words = b" ".join(part for part in data if isinstance(part, bytes)).split()
        # n:* names the last message even when its number is smaller
        return sorted({int(word) for word in words if word.isdigit() and int(word) > after})

    def messages(self, uids: Sequence[int]) -> dict[int, bytes]:
        """Return the beginnings of messages by UID; those that are gone are left out."""
        listed = ",".join(map(str, uids))
        wanted = f"(UID BODY.PEEK[]<0.{MAX_MAIL}>)"
        allowed = _TALK_BYTES + len(uids) * MAX_MAIL
        answer, data = self._ask(lambda line: line.uid("FETCH", listed, wanted), allowed=allowed)
        if answer != "OK":
            raise Unparseable(f"messages can't be fetched ({_first(data)})")
        found: dict[int, bytes] = {}
        for number, part in enumerate(data):
            if not isinstance(part, tuple):
                continue
            behind = data[number + 1] if number + 1 < len(data) else b""
            told = part[0] + (behind if isinstance(behind, bytes) else b"")
            if uid := _UID.search(told):
                found[int(uid[1])] = part[1]
        wanted_uids = set(uids)
        return {uid: body for uid, body in found.items() if uid in wanted_uids}

    def log_out(self) -> None:
        """Say good-bye; that nobody listens any more is no error."""
        with suppress(imaplib.IMAP4.error, OSError):
            self._line.logout()

    def _ask(
        self, command: Callable[[_Line], tuple[str, list[Any]]], *, allowed: int = _TALK_BYTES
    ) -> tuple[str, list[Any]]:
        self._line.bytes_left = allowed
        try:
            return command(self._line)
        except imaplib.IMAP4.error as error:
            raise self._named(error) from error

    def _number(self, name: str) -> int | None:
        _, data = self._line.response(name)
        last = data[-1] if data else None
        return int(last) if isinstance(last, bytes) and last.isdigit() and len(last) < 11 else None

    def _named(self, error: Exception) -> Truncated | Unparseable:
        if "EOF" in str(error):
            return Truncated(self._host, problem="the mail server hung up")
        if "more than it was asked" in str(error):
            return Unparseable("the mail server sends more than it was asked for")
        return Unparseable("what the mail server says is no IMAP that Harken knows")


def folder_name(name: str) -> str:
    """Return the name of a folder as IMAP writes it (RFC 3501, modified UTF-7)."""
    written = []
    for run in _RUNS.findall(name):
        if run.isascii() and run.isprintable():
            written.append(run.replace("&", "&-"))
        else:
            packed = b64encode(run.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
            written.append(f"&{packed}-")
    return "".join(written)


def _quoted(text: str) -> str:
    return '"' + folder_name(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _first(data: Sequence[object]) -> str:
    said = data[0] if data else b""
    text = said.decode("ascii", "replace") if isinstance(said, bytes) else ""
    return "".join(filter(str.isprintable, text))[:120]
