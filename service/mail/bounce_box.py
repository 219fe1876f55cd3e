"""The mailbox that mail comes back to, read by IMAP through the gate; nothing is marked there."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlmodel import Session

from config.mail import Mail
from crawlers.errors import BadDocument, SourceError
from crawlers.fetch import Gate
from crawlers.mail.bounce import Bounce, read_bounce
from crawlers.mail.bounce_prose import SERVERS
from crawlers.mail.dialogue import Server, ending, in_thread, parse_server
from crawlers.mail.imap_session import ImapSession
from crawlers.parsing import ParsingPool
from models.digest import BounceBox
from service.house import House
from service.mail.errors import MailLaterError
from service.mail.returned import Noted, note_bounces
from service.store.engine import reading, writing

logger = logging.getLogger(__name__)

READ_EVERY = timedelta(minutes=10)

#: Who writes that a mail came back, as mail servers sign it (RFC 5321, 4.5.5; RFC 3464).
_SENDERS = tuple(sorted(SERVERS))
_BEGINNING = timedelta(days=7)  # how far back a mailbox is read that is new to us
_CHUNK = 20  # mails that are fetched together
_MOST = 500  # mails of one reading; what is left is read at the next


async def look(house: House) -> None:
    """Read what came back since the last time, if there is a mailbox for it."""
    if house.config.settings.mail.bounces_url:
        try:
            await read_box(house)
        except MailLaterError as error:
            logger.warning("bounces not read", extra={"problem": str(error)})


async def read_box(house: House) -> Noted:
    """Read what came back since the last time and note it.

    Raises:
        MailLaterError: the mailbox can't be read; its row says why, until it can.
    """
    mail = house.config.settings.mail
    server = parse_server(mail.bounces_url, scheme="imap")
    try:
        async with house.gate() as gate:
            bounces, before, validity, uid = await _read(house, gate, mail, server)
    except SourceError as error:
        with writing(house.engine) as db:
            row = _row(db, mail, house.clock.now())
            row.problem = error.reason
            db.add(row)
        raise MailLaterError(f"the mailbox for bounces can't be read: {error.reason}") from error
    with writing(house.engine) as db:
        now = house.clock.now()
        row = _row(db, mail, now)
        row.validity, row.uid, row.read_at, row.problem = validity, max(uid, before), now, None
        db.add(row)
        return note_bounces(db, bounces, after=mail.bounces_after, now=now)


async def _read(
    house: House, gate: Gate, mail: Mail, server: Server
) -> tuple[list[Bounce], int, int, int]:
    """Return the mails, up to where it was read before, the folder's UIDVALIDITY, the last UID."""
    with reading(house.engine) as db:
        known = db.get(BounceBox, _key(mail))
    password = mail.bounces_password.get_secret_value() if mail.bounces_password else ""
    connection = await gate.dial(server.host, server.port, tls=server.tls)
    with ending(connection):

        def find() -> tuple[ImapSession, int, int, list[int]]:
            session = ImapSession(connection, host=server.host)
            session.log_in(mail.bounces_user, password)
            folder = session.examine(mail.bounces_folder)
            same = known is not None and known.validity == folder.validity
            after = known.uid if known is not None and same else 0
            since = None if after else (house.clock.now() - _BEGINNING).date()
            found: set[int] = set()
            for sender in _SENDERS:
                found.update(session.numbers(after=after, sender=sender, since=since))
            return session, folder.validity, after, sorted(found)[:_MOST]

        session, validity, after, uids = await in_thread(connection, find, host=server.host)
        bounces: list[Bounce] = []
        for start in range(0, len(uids), _CHUNK):
            chunk = uids[start : start + _CHUNK]
            fetch = partial(session.messages, chunk)
            fetched = await in_thread(connection, fetch, host=server.host)
            bounces += await understood(gate.parsing, fetched.values())
        await in_thread(connection, session.log_out, host=server.host)
    return bounces, after, validity, uids[-1] if uids else after


async def understood(parsing: ParsingPool, mails: Iterable[bytes]) -> Sequence[Bounce]:
    """Return what mails say of other mails; one that can't be read says nothing."""
    bounces = []
    for body in mails:
        try:
            bounces.append(await parsing.run(read_bounce, body))
        except BadDocument:
            bounces.append(Bounce(about=None))
    return bounces


def _row(db: Session, mail: Mail, now: datetime) -> BounceBox:
    key = _key(mail)
    return db.get(BounceBox, key) or BounceBox(url=key, validity=0, uid=0, read_at=now)


def _key(mail: Mail) -> str:
    return f"{mail.bounces_url}#{mail.bounces_folder}"
