"""A news session (RFC 3977) over a connection that the gate opened.

By hand: ``nntplib`` left the standard library with Python 3.13, and these are five commands. It
blocks, so it is used in a thread. What a server may send is counted.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from crawlers.errors import NotFound, Unparseable
from crawlers.mail.dialogue import LoginRefused
from crawlers.mail.message import MAX_MAIL

_LONGEST_LINE = 64 * 1024
_LONGEST_LIST = 4 * 2**20
#: What is read past of an article that is longer than what is looked at.
_LONGEST_ARTICLE = 8 * 2**20


@dataclass(frozen=True, slots=True)
class Group:
    """A newsgroup's articles: their lowest and highest numbers."""

    low: int
    high: int


class NewsSession:
    """Reads one server's groups.

    Args:
        answers: what the server sends.
        send: tells it something.
        host: its name, for what went wrong.

    Raises, from every method:
        Unparseable: the server speaks another protocol.
        EOFError, OSError: the connection ended.
    """

    def __init__(self, answers: BinaryIO, send: Callable[[bytes], object], *, host: str) -> None:
        self._answers, self._send, self._host = answers, send, host
        status, said = self._status()
        if status not in {200, 201}:
            raise LoginRefused(host, said=said) if 400 <= status < 600 else _nonsense()

    def log_in(self, user: str, password: str) -> None:
        """Log in (RFC 4643).

        Raises:
            LoginRefused: with what the server says of it.
        """
        status, said = self._ask(f"AUTHINFO USER {user}")
        if status == 381:
            status, said = self._ask(f"AUTHINFO PASS {password}")
        if status != 281:
            raise LoginRefused(self._host, said=said)

    def group(self, name: str) -> Group:
        """Choose a group.

        Raises:
            NotFound: there is none of that name.
            LoginRefused: it isn't open to everyone.
        """
        status, said = self._ask(f"GROUP {name}")
        if status == 411:
            raise NotFound
        if status in {480, 483, 502}:
            raise LoginRefused(self._host, said=said)
        words = said.split()
        if status != 211 or len(words) < 3 or not all(_is_number(word) for word in words[:3]):
            raise _nonsense()
        return Group(low=int(words[1]), high=int(words[2]))

    def numbers(self, first: int, last: int) -> list[int]:
        """Return the numbers of the articles from ``first`` to ``last`` that are there."""
        for command in ("OVER", "XOVER"):  # servers from before 2006 know the latter
            status, _ = self._ask(f"{command} {first}-{last}")
            if status == 224:
                break
            if status in {420, 423}:
                return []
        else:
            return list(range(first, last + 1))  # asked for one by one, some won't be there
        lines = self._lines(most=_LONGEST_LIST)
        named = (line.partition(b"\t")[0] for line in lines)
        found = {int(word) for word in named if word.isdigit() and len(word) < 19}
        return sorted(number for number in found if first <= number <= last)

    def article(self, number: int) -> bytes | None:
        """Return the beginning of an article, or None when it is gone."""
        status, _ = self._ask(f"ARTICLE {number}")
        if status in {420, 423, 430}:
            return None
        if status != 220:
            raise _nonsense()
        kept = bytearray()
        for line in self._lines(most=_LONGEST_ARTICLE):
            if len(kept) < MAX_MAIL:
                kept += line + b"\n"
        return bytes(kept[:MAX_MAIL])

    def quit(self) -> None:
        """Say good-bye, and wait for no answer."""
        self._send(b"QUIT\r\n")

    def _ask(self, command: str) -> tuple[int, str]:
        if any(ord(letter) < 32 or ord(letter) == 127 for letter in command):
            raise Unparseable("a name holds a control character")  # it would be a second command
        self._send(command.encode("utf-8") + b"\r\n")
        return self._status()

    def _status(self) -> tuple[int, str]:
        line = self._line()
        code, said = line[:3], line[3:].decode("utf-8", "replace")
        if not _is_number(code.decode("ascii", "replace")) or len(code) != 3:
            raise _nonsense()
        return int(code), "".join(filter(str.isprintable, said)).strip()[:120]

    def _lines(self, *, most: int) -> Iterator[bytes]:
        """Yield the lines of an answer up to the one that is a dot."""
        left = most
        while (line := self._line()) != b".":
            left -= len(line) + 2
            if left < 0:
                raise Unparseable("the news server sends more than it was asked for")
            yield line[1:] if line.startswith(b"..") else line

    def _line(self) -> bytes:
        line = self._answers.readline(_LONGEST_LINE)
        if not line:
            raise EOFError
        while not line.endswith(b"\n"):  # the rest of an overlong line is read past
            rest = self._answers.readline(_LONGEST_LINE)
            if not rest:
                raise EOFError
            if rest.endswith(b"\n"):
                break
        return line.rstrip(b"\r\n")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _nonsense() -> Unparseable:
    return Unparseable("what the server says is no NNTP")
