"""What arrived as mail, read in the parser's child: one that is broken costs itself alone."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import quote

from crawlers.errors import BadDocument
from crawlers.fetch import Gate
from crawlers.found import FoundPost, SourceToPoll
from crawlers.mail.message import Mail, post_of, read_mail


async def mails_of(
    gate: Gate, bodies: Sequence[bytes], *, called: str = "mails"
) -> tuple[list[Mail], str | None]:
    """Return the mails among ``bodies``, and what a person should know of the others.

    Args:
        gate: has the parser.
        bodies: as they arrived.
        called: what they are, in words for a person.
    """
    mails: list[Mail] = []
    for body in bodies:
        try:
            mails.append(await gate.parsing.run(read_mail, body))
        except BadDocument:
            continue
    unreadable = len(bodies) - len(mails)
    problem = f"{unreadable} of {len(bodies)} {called} can't be read" if unreadable else None
    return mails, problem


async def posts_of(
    gate: Gate, source: SourceToPoll, bodies: Sequence[bytes], now: datetime, *, called: str
) -> tuple[tuple[FoundPost, ...], str | None]:
    """Return the posts that ``bodies`` are, each with its `permalink`; and as `mails_of`."""
    mails, problem = await mails_of(gate, bodies, called=called)
    return tuple(post_of(mail, now=now, url=permalink(source, mail)) for mail in mails), problem


def permalink(source: SourceToPoll, mail: Mail) -> str | None:
    """Return where a mail can be read on the web, by the source's option ``link``."""
    pattern = source.options.get("link", "")
    if "{message_id}" not in pattern or mail.message_id is None:
        return None
    return pattern.replace("{message_id}", quote(mail.message_id, safe="@"))
