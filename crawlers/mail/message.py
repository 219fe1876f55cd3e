"""A mail (RFC 5322) to a post. ``read_mail`` runs in the parsing child.

Lists, newsgroups, mailboxes and notification mails all bring these. No address is kept: an author
is a display name or a masked local part, and a message's id, which may hold one, is a hash.
"""

import codecs
import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime

from crawlers.errors import NothingToRead
from crawlers.found import FoundPost
from crawlers.mail.notice import Notice, is_platform, read_notice
from crawlers.mail.text import bare_subject, masked, masked_name, own_words, unflowed
from crawlers.plaintext import MAX_TEXT, PlainText, from_html, one_line
from crawlers.times import epoch, stated
from crawlers.urls import safe_link

#: Bytes of a mail that are looked at; behind them are attachments.
MAX_MAIL = 256 * 1024
_MAX_PARTS = 60
_MAX_REFERENCES = 100
#: The line that stands before a mail in an mbox file: "From ann@people.example Mon Jan  5 ...".
_ENVELOPE = re.compile(rb"From [^\r\n]*\r?\n")
_DAY = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_MONTH = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
#: Such a line with all of its date, as ``asctime`` writes it; some name a zone in it or behind.
ENVELOPE_DATE = re.compile(
    rb"From [^\r\n]{0,320}?\s(" + _DAY + rb" " + _MONTH + rb" [ 0-9]?[0-9] [0-9]{2}:[0-9]{2}"
    rb"(?::[0-9]{2})?(?: [A-Z]{2,5})? [0-9]{4}(?: [A-Z]{2,5}| [+-][0-9]{4})?)\s*"
)
_ID = re.compile(r"<([^<>\s]{1,900})>")
_VIA = re.compile(r"^['\"]?(.{1,100}?)['\"]?\s+via\s+.{1,100}$", re.IGNORECASE)
#: Codecs that are slow or hide what they hold; nobody writes mail in them.
_NEVER = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What is needed of a mail; ``sender`` and ``message_id`` are for asking, not for keeping."""

    key: str  # what stands for its Message-ID; of its content when it has none
    message_id: str | None
    parent: str | None  # key of the mail that it answers
    root: str | None  # key of the first mail of its thread, as far as it says
    sender: str  # address in lower case
    author: str | None
    subject: str
    text: str
    quoted: str
    sent: int | None  # seconds since 1970, as stated
    link: str | None  # where its list keeps it (RFC 5064)
    notice: Notice | None = None  # of a platform's notification
    received: int | None = None  # as the last server states, or else an mbox file's line before it


def read_mail(body: bytes) -> Mail:
    """Return what a mail says; the line that an mbox file has before it may stand there.

    Raises:
        NothingToRead: it is none.
    """
    found = _ENVELOPE.match(body)
    envelope, body = (found[0], body[found.end() :]) if found else (b"", body)
    message = message_from_bytes(body[:MAX_MAIL])
    if not message.keys():
        raise NothingToRead("this is no mail")
    name, sender = _from(message)
    subject = one_line(_header(message, "Subject"), most=300)
    plain, markup = _parts(message)
    words = _words(plain, markup)
    own_id, answered = _first_id(message, "Message-ID"), _answered(message)
    return Mail(
        key=message_key(own_id) if own_id else _content_key(body),
        message_id=own_id,
        parent=message_key(answered[-1]) if answered else None,
        root=message_key(answered[0]) if answered else None,
        sender=sender,
        author=_author(name, sender),
        subject=masked(subject),
        text=words.text,
        quoted=words.quoted,
        sent=_stamp(str(message.get("Date", ""))[:100]),
        received=_received(message, envelope),
        link=safe_link(_header(message, "Archived-At").strip(" <>")),
        notice=_notice(name, sender, subject, words.text, markup),
    )


def post_of(mail: Mail, *, now: datetime, url: str | None = None) -> FoundPost:
    """Return the post that a mail is; of a platform's notification, its words and its link.

    Args:
        mail: what was read.
        now: nothing is dated later.
        url: where it can be read, when the mail doesn't say.
    """
    if mail.notice is not None:
        return _notified(mail, mail.notice, now=now)
    title = bare_subject(mail.subject)
    return FoundPost(
        external_id=mail.key,
        url=mail.link or safe_link(url),
        title="" if mail.parent else title,
        text=mail.text,
        quoted=mail.quoted,
        author=mail.author,
        published=_dated(mail, now),
        thread_key=mail.root or mail.key,
        thread_title=title,
        parent_external_id=mail.parent,
        is_opening=mail.parent is None,
    )


def message_key(message_id: str) -> str:
    """Return what stands for a Message-ID here: a hash, for ids are often made of addresses."""
    return f"mail:{hashlib.sha256(message_id.encode('utf-8', 'replace')).hexdigest()[:40]}"


def _notified(mail: Mail, notice: Notice, *, now: datetime) -> FoundPost:
    return FoundPost(
        external_id=mail.key,
        url=notice.link,
        text=masked(notice.words),
        author=notice.author,
        published=_dated(mail, now),
        thread_key=notice.link or mail.key,
        thread_title=masked(notice.group),
        thread_url=notice.link,
    )


def _notice(name: str, sender: str, subject: str, text: str, markup: str) -> Notice | None:
    if not is_platform(sender.rpartition("@")[2]):
        return None
    return read_notice(sender_name=name, subject=subject, text=text, markup=markup)


def _header(message: Message, name: str) -> str:
    """Return a header decoded, on one line; empty when it isn't there."""
    raw = str(message.get(name, ""))[:4_000]
    try:
        text = str(make_header(decode_header(raw)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        text = raw
    return " ".join(text.split())


def _from(message: Message) -> tuple[str, str]:
    """Return the display name and the address of who wrote a mail."""
    raw = str(message.get("From", ""))[:2_000]
    try:
        name, address = parseaddr(" ".join(raw.split()))
    except RecursionError:  # a thousand brackets
        name, address = "", ""
    with suppress(HeaderParseError, LookupError, UnicodeError, ValueError):
        name = str(make_header(decode_header(name)))
    return one_line(name.strip(" '\""), most=100), address.lower()[:320]


def _author(name: str, address: str) -> str | None:
    if via := _VIA.match(name):  # Mailman and Google Groups write so for senders under DMARC
        name = via[1]
    if name and "@" not in name:
        return name
    address = name if "@" in name else address
    return masked_name(address) if address else None


def _first_id(message: Message, name: str) -> str | None:
    found = _ID.search(str(message.get(name, ""))[:4_000])
    return found[1] if found else None


def _answered(message: Message) -> list[str]:
    """Return the ids of the mails that this one answers, the first of its thread first."""
    references = _ID.findall(str(message.get("References", ""))[:16_000])
    direct = _ID.findall(str(message.get("In-Reply-To", ""))[:4_000])[:1]
    if len(references) > _MAX_REFERENCES:
        references = [references[0], *references[1 - _MAX_REFERENCES :]]
    return [*(one for one in references if one not in direct), *direct]


def _content_key(body: bytes) -> str:
    return f"body:{hashlib.sha256(body[:MAX_MAIL]).hexdigest()[:40]}"


def _dated(mail: Mail, now: datetime) -> datetime | None:
    """Return when a mail was written, or else received: an old one is not to pass for new."""
    return stated(mail.sent, now=now) or stated(mail.received, now=now)


def _received(message: Message, envelope: bytes) -> int | None:
    latest = str(message.get("Received", ""))[:4_000]  # each server adds its own on top
    stamp = _stamp(latest.rpartition(";")[2].strip()[:100])
    if stamp is None and (found := ENVELOPE_DATE.fullmatch(envelope)):
        stamp = epoch(found[1].decode("ascii"))
    return stamp


def _stamp(text: str) -> int | None:
    try:
        return int(parsedate_to_datetime(text).timestamp())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _words(plain: str, markup: str) -> PlainText:
    """Return what the author wrote: from the plain part, or else from the HTML."""
    if plain.strip() or not markup:
        return own_words(plain)
    read = from_html(markup)
    own = own_words(read.text)
    return PlainText(own.text, "\n".join(filter(None, (own.quoted, masked(read.quoted)))))


def _parts(message: Message) -> tuple[str, str]:
    """Return the first plain part and the first HTML part; either may be empty."""
    plain = markup = ""
    for part in _leaves(message):
        kind = part.get_content_type()
        if kind == "text/plain" and not plain:
            plain = _decoded(part)
            if str(part.get_param("format", "")).lower() == "flowed":
                plain = unflowed(plain)
        elif kind == "text/html" and not markup:
            markup = _decoded(part)
    return plain, markup


def _leaves(message: Message) -> Iterator[Message]:
    """Yield the parts that hold something and are no attachment."""
    for number, part in enumerate(message.walk()):
        if number >= _MAX_PARTS:
            return
        if not part.is_multipart() and part.get_content_disposition() != "attachment":
            yield part


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    raw = payload[: 4 * MAX_TEXT] if isinstance(payload, bytes) else b""
    declared = part.get_content_charset() or "utf-8"
    try:
        if codecs.lookup(declared).name not in _NEVER:
            return raw.decode(declared, errors="strict")
    except (LookupError, UnicodeError, ValueError):
        pass
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")
