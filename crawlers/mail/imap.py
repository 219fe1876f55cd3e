"""Notification mails in a mailbox of one's own, by IMAP.

LinkedIn and Facebook may not be crawled. What they mail to a member of a group may be read by
that member: its words are kept as an excerpt, with the link to the post.
"""

import re
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Self

from crawlers.apis.asking import secret
from crawlers.errors import BadUrl
from crawlers.fetch import Gate
from crawlers.found import Batch, FoundPost, SourceToPoll
from crawlers.mail.arrived import mails_of
from crawlers.mail.dialogue import ending, in_thread, parse_server
from crawlers.mail.imap_session import Folder, ImapSession
from crawlers.mail.message import post_of
from crawlers.mail.notice import SENDERS

MOST_MAILS = 500  # a poll; what is left is read at the next
CHUNK = 20  # mails that are fetched, and committed, together
#: How far back a mailbox is read that is new to us, or was numbered anew.
BEGINNING = timedelta(days=30)

_SENDER = re.compile(r"[\w.+%-]{1,64}@[\w.-]{1,250}|[\w-]{1,63}(?:\.[\w-]{1,63})+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    host: str
    port: int
    tls: bool
    user: str
    folder: str
    senders: tuple[str, ...]

    @classmethod
    def of(cls, source: SourceToPoll) -> Self:
        server = parse_server(source.url, scheme="imap")
        if not server.may_hear_passwords:
            raise BadUrl("a password goes to another machine by imaps:// only")
        user = source.options.get("user", "")
        if not user:
            raise BadUrl('its options need a user: user = "me@example.com"')
        named = source.options.get("from", "").replace(",", " ").lower().split()
        if strange := [one for one in named if not _SENDER.fullmatch(one)]:
            raise BadUrl(f'its option "from" has no address and no domain in {strange[0]!r}')
        return cls(
            host=server.host,
            port=server.port,
            tls=server.tls,
            user=user,
            folder=source.options.get("folder", "INBOX"),
            senders=tuple(dict.fromkeys(named)) or SENDERS,
        )

    def takes(self, sender: str) -> bool:
        """Say whether a mail from this address is wanted: servers search for parts of words."""
        domain = sender.rpartition("@")[2]
        return any(
            sender == one or domain == one or domain.endswith(f".{one}") for one in self.senders
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What a look into the folder gave."""

    session: ImapSession
    folder: Folder
    uids: tuple[int, ...]  # ascending
    reached: int  # up to where nothing more is to be looked for, once these are read


class ImapAdapter:
    """Reads new mails of chosen senders. Its cursor is the last UID, and the UIDVALIDITY.

    Options: ``user``; ``folder`` (INBOX); ``from``, the addresses or domains whose mails are
    taken (LinkedIn's and Facebook's); and ``password_env``.
    """

    async def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield batches of mails, oldest first.

        Raises:
            SourceError: the server can't be reached, refuses the login, or speaks no IMAP.
        """
        box, password = _Box.of(source), secret(source, "password")
        since = (now - BEGINNING).date()
        connection = await gate.dial(box.host, box.port, tls=box.tls)
        with ending(connection):

            def look() -> _Found:
                session = ImapSession(connection, host=box.host)
                session.log_in(box.user, password)
                return _look(session, box, source, since=since)

            found = await in_thread(connection, look, host=box.host)
            wanted = found.uids[:MOST_MAILS]
            for start in range(0, len(wanted), CHUNK):
                chunk = wanted[start : start + CHUNK]
                fetch = partial(found.session.messages, chunk)
                bodies = await in_thread(connection, fetch, host=box.host)
                posts, problem = await _posts(gate, box, [bodies[u] for u in sorted(bodies)], now)
                yield Batch(posts=posts, cursor=_cursor(found, chunk[-1]), problem=problem)
            if len(wanted) == len(found.uids):
                last = Batch(
                    posts=(),
                    cursor=_cursor(found, found.reached),
                    not_modified=not wanted,
                    problem=_renumbered(source, found.folder),
                )
                yield last
            await in_thread(connection, found.session.log_out, host=box.host)


def _look(session: ImapSession, box: _Box, source: SourceToPoll, *, since: date) -> _Found:
    folder = session.examine(box.folder)
    same = source.cursor.get("uidvalidity") == folder.validity
    known = source.cursor.get("uid") if same else None
    after = known if isinstance(known, int) else 0
    begin = since if after == 0 else None
    uids: set[int] = set()
    for sender in box.senders:
        uids.update(session.numbers(after=after, sender=sender, since=begin))
    newest = max([after, *uids, (folder.next_uid or 1) - 1])
    return _Found(session=session, folder=folder, uids=tuple(sorted(uids)), reached=newest)


async def _posts(
    gate: Gate, box: _Box, bodies: Sequence[bytes], now: datetime
) -> tuple[tuple[FoundPost, ...], str | None]:
    mails, problem = await mails_of(gate, bodies)
    posts = [post_of(mail, now=now) for mail in mails if box.takes(mail.sender)]
    return tuple(post for post in posts if post.text or post.title), problem


def _cursor(found: _Found, uid: int) -> dict[str, int]:
    return {"uidvalidity": found.folder.validity, "uid": uid}


def _renumbered(source: SourceToPoll, folder: Folder) -> str | None:
    before = source.cursor.get("uidvalidity")
    if before is None or before == folder.validity:
        return None
    return "the server numbered this folder anew; its last 30 days were read again"
