"""Exports that people bring: what a reader of them yields. Each format has a file of its own.

An export is a file from a stranger's program: it is read as a stream, every part of it is capped,
and a part that can't be used is reported with its place and skipped. Only what a post is made of
is looked for; a column such as ``status``, ``score``, ``owner``, ``id`` or ``role`` means nothing.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crawlers.errors import BadDocument
from crawlers.found import FoundPost
from crawlers.plaintext import MAX_TEXT, PlainText, from_text, one_line
from crawlers.times import Order, epoch, stated
from crawlers.urls import safe_link

MAX_ID = 200


class ExportFormat(StrEnum):
    """What an export may be."""

    SLACK = "slack"
    DISCORD = "discord"
    TELEGRAM = "telegram"
    JSONL = "jsonl"
    CSV = "csv"
    MBOX = "mbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A part of an export that can't be used."""

    where: str  # within the file: "line 7, column 12", "general/2026-01-02.json, message 3"
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """How a part of an export was understood, which a person may know better."""

    where: str
    what: str


#: What a reader yields, in the order of the file.
Entry = FoundPost | Skipped | Noted


class NotThisFormat(BadDocument):
    """This export cannot be read: {detail}."""


#: Names that columns and keys have in the exports that people make, in lower case, letters only.
ALIASES: Mapping[str, frozenset[str]] = {
    "text": frozenset(
        {"text", "body", "message", "content", "comment", "post", "description", "nachricht"}
    ),
    "title": frozenset({"title", "subject", "headline", "betreff", "titel"}),
    "author": frozenset(
        {"author", "user", "username", "from", "sender", "handle", "postedby", "autor", "by"}
    ),
    "url": frozenset({"url", "link", "permalink", "posturl", "messageurl"}),
    "published": frozenset(
        {
            *("published", "publishedat", "date", "datetime", "time", "timestamp", "created"),
            *("createdat", "createdutc", "posted", "postedat", "sent", "sentat", "datum"),
        }
    ),
    "key": frozenset({"externalid", "messageid", "postid", "guid"}),
    "thread": frozenset({"thread", "threadid", "conversation", "conversationid"}),
    "thread_title": frozenset({"threadtitle", "channel", "group", "forum", "community"}),
    "parent": frozenset({"parent", "parentid", "inreplyto", "replyto"}),
}
_FIELD_OF = {alias: field for field, aliases in ALIASES.items() for alias in aliases}


def field_of(heading: str) -> str | None:
    """Return what a column or key means, or None when it means nothing here."""
    return _FIELD_OF.get("".join(filter(str.isalpha, heading[:60].lower())))


def post_of_fields(
    fields: Mapping[str, str], *, now: datetime, order: Order | None = None
) -> FoundPost:
    """Return the post that a row or an object is.

    Args:
        fields: values by the names of ``ALIASES``.
        now: nothing is dated later.
        order: of day and month in its date, as for ``epoch``.

    Raises:
        NotThisFormat: it has no words, or a date that can't be believed.
    """
    title = one_line(fields.get("title", ""), most=300)
    words = from_text(fields.get("text", ""))
    if not (title or words.text):
        raise NotThisFormat("it has neither text nor title")
    author = one_line(fields.get("author", ""), most=100) or None
    url = safe_link(fields.get("url"))
    published = moment(fields.get("published", ""), now=now, order=order)
    parent = short(fields.get("parent", ""))
    key = short(fields.get("key", "")) or _key(title, words, author, url, published)
    return FoundPost(
        external_id=key,
        url=url,
        title=title,
        text=words.text,
        quoted=words.quoted,
        author=author,
        published=published,
        thread_key=short(fields.get("thread", "")) or parent or None,
        thread_title=one_line(fields.get("thread_title", ""), most=300) or title,
        parent_external_id=parent or None,
        is_opening=not parent,
    )


def moment(text: str, *, now: datetime, order: Order | None = None) -> datetime | None:
    """Return a stated time; None when nothing is stated.

    Raises:
        NotThisFormat: it can't be read, lies in the future, or before the web. A post that is
            taken for new although nobody knows when it was written would be a wrong lead.
    """
    if not text.strip():
        return None
    seconds = epoch(text, order=order)
    if seconds is None:
        raise NotThisFormat(f"its date {one_line(text, most=40)!r} can't be read")
    published = stated(seconds, now=now)
    if published is None:
        raise NotThisFormat(f"its date {one_line(text, most=40)!r} lies in the future or past")
    return published


def short(identifier: str) -> str:
    """Return an identifier, or its hash when it is long."""
    bare = one_line(identifier, most=2_000)
    if len(bare) <= MAX_ID:
        return bare
    return f"~{hashlib.sha256(identifier.encode('utf-8', 'replace')).hexdigest()}"


def plain(text: str) -> PlainText:
    """Return a message's text, cleaned and capped."""
    return from_text(text[: 2 * MAX_TEXT])


def renamed(entries: Iterator[Entry], *, prefix: str) -> Iterator[Entry]:
    """Yield entries whose problems name the part of the export that they are in."""
    for entry in entries:
        if isinstance(entry, Skipped):
            yield Skipped(where=f"{prefix}, {entry.where}", why=entry.why)
        else:
            yield entry


def _key(
    title: str,
    words: PlainText,
    author: str | None,
    url: str | None,
    published: datetime | None,
) -> str:
    """Return what makes a row without an id the same row in the next export.

    All of it: two people may write the same, and one person twice, behind one address. So an
    edited row is another post, which is better than a lost one.
    """
    said = published.isoformat() if published else ""
    whole = "\0".join((url or "", author or "", said, title, words.text, words.quoted))
    return f"row:{hashlib.sha256(whole.encode('utf-8', 'replace')).hexdigest()[:40]}"
