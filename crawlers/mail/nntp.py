"""Newsgroups, and mailing lists that are mirrored as such, by NNTP."""

import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from crawlers.apis.asking import secret
from crawlers.errors import BadUrl
from crawlers.fetch import Gate
from crawlers.found import Batch, SourceToPoll
from crawlers.mail.arrived import posts_of
from crawlers.mail.dialogue import Server, ending, in_thread, parse_server
from crawlers.mail.nntp_session import Group, NewsSession

MOST_ARTICLES = 500  # a poll; what is left is read at the next
CHUNK = 50  # articles that are fetched, and committed, together
#: How many of a group's newest articles are read at first.
BEGINNING = 200

_GROUP = re.compile(r"[\w+.-]{1,200}")


@dataclass(frozen=True, slots=True)
class _Opened:
    session: NewsSession
    group: Group


class NntpAdapter:
    """Reads a group by the numbers of its articles; the cursor is the last one that was read.

    The address is ``nntps://host/group``. Options: ``user`` and ``password_env`` where a server
    wants them; ``link``, where the articles can be read on the web, with ``{message_id}`` in it.
    """

    async def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        """Yield batches of articles, oldest first.

        Raises:
            SourceError: the server can't be reached, refuses, or has no such group.
        """
        server, name = _parse(source)
        connection = await gate.dial(server.host, server.port, tls=server.tls)
        with ending(connection), connection.makefile("rb") as answers:

            def choose() -> _Opened:
                session = NewsSession(answers, connection.sendall, host=server.host)
                if user := source.options.get("user"):
                    session.log_in(user, secret(source, "password"))
                return _Opened(session, session.group(name))

            opened = await in_thread(connection, choose, host=server.host)
            first, problem = _beginning(source, opened.group)
            last = min(opened.group.high, first + MOST_ARTICLES - 1)
            for start in range(first, last + 1, CHUNK):
                end = min(start + CHUNK - 1, last)
                read = partial(_articles, opened.session, start, end)
                bodies = await in_thread(connection, read, host=server.host)
                posts, unread = await posts_of(gate, source, bodies, now, called="articles")
                yield Batch(posts=posts, cursor={"article": end}, problem=problem or unread)
                problem = None
            if first > last:
                yield Batch(posts=(), cursor={"article": first - 1}, not_modified=True)
            await in_thread(connection, opened.session.quit, host=server.host)


def newsgroup(url: str) -> tuple[Server, str]:
    """Return the server and the group that an address names.

    Raises:
        BadUrl: it is something else.
    """
    server = parse_server(url, scheme="nntp")
    if not _GROUP.fullmatch(server.path):
        raise BadUrl("it names no newsgroup: nntps://host/comp.some.group")
    return server, server.path


def _parse(source: SourceToPoll) -> tuple[Server, str]:
    server, group = newsgroup(source.url)
    if source.options.get("user") and not server.may_hear_passwords:
        raise BadUrl("a password goes to another machine by nntps:// only")
    return server, group


def _beginning(source: SourceToPoll, group: Group) -> tuple[int, str | None]:
    """Return the first article to read, and what a person should know of it."""
    known = source.cursor.get("article")
    newest = max(group.low, group.high - BEGINNING + 1)
    if not isinstance(known, int):
        return newest, None
    if known > group.high >= group.low:
        return newest, "the group was numbered anew; its newest articles were read again"
    return max(known + 1, group.low), None


def _articles(session: NewsSession, first: int, last: int) -> list[bytes]:
    read = (session.article(number) for number in session.numbers(first, last))
    return [article for article in read if article is not None]
