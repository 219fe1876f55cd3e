"""A mail that came back (RFC 3464, delivery status notification). Runs in the parsing child.

Whom a mail did not reach, why, and which mail that was. What a machine wrote for machines comes
first; where there is none of that, what a server wrote in prose (bounce_prose.py).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses, parseaddr

from crawlers.errors import NothingToRead
from crawlers.mail.bounce_prose import failures, is_server, returned_id
from crawlers.mail.message import MAX_MAIL
from crawlers.plaintext import from_html, one_line

_MOST_PARTS = 60
_MOST_RECIPIENTS = 100
_LONGEST_ADDRESS = 254
_LONGEST_WORDS = 300
_MOST_TEXT = 64 * 1024  # bytes of what is written to a person, with a copy of the mail below
_NAMED = "X-Failed-Recipients"  # Exim's and Gmail's, of what failed for good


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """What became of a mail to one reader."""

    addresses: tuple[str, ...]  # in lower case: as it was sent to, and as it ended
    action: str  # failed, delayed, delivered, relayed, expanded
    status: str  # RFC 3463: "5.1.1"; empty when it doesn't say
    words: str  # the server's


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """A notification about a mail; one that is no bounce names nobody."""

    about: str | None  # the Message-ID of the mail that it is about, without its brackets
    recipients: tuple[Recipient, ...] = ()


def read_bounce(body: bytes) -> Bounce:
    """Return what a mail says of another mail's way.

    Raises:
        NothingToRead: it is no mail.
    """
    message = message_from_bytes(body[:MAX_MAIL])
    if not message.keys():
        raise NothingToRead("this is no mail")
    about, recipients = None, list[Recipient]()
    for part in _parts(message):
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            recipients += _recipients(part)
        elif kind == "message/rfc822":
            about = about or next((_id(mail) for mail in _inner(part)), None)
        elif kind in {"text/rfc822-headers", "message/rfc822-headers"}:
            about = about or _id(message_from_bytes(_bytes(part)))
    if not recipients and _is_from_a_server(message):
        return _in_prose(message, about)
    about = about or _answered(message)
    return Bounce(about=about, recipients=tuple(recipients[:_MOST_RECIPIENTS]))


def _in_prose(message: Message, about: str | None) -> Bounce:
    """Return what a server says of a mail to a person."""
    text, copies = "", list[Message]()
    for part in _leaves(message):
        if part.get_content_type() == "message/rfc822":
            copies += _inner(part)
        elif part.get_content_type() == "text/plain" or not text:
            text += f"{_words(part)}\n"
    about = about or next((_id(mail) for mail in copies), None) or returned_id(text)
    named = getaddresses([_text(message, _NAMED)])
    failed = failures(text, named=[address for _, address in named if "@" in address])
    return Bounce(
        about=about or _answered(message),
        recipients=tuple(
            Recipient(
                addresses=(one.address[:_LONGEST_ADDRESS],),
                action="failed",
                status=one.status,
                words=one_line(one.words, most=_LONGEST_WORDS),
            )
            for one in failed
        ),
    )


def _is_from_a_server(message: Message) -> bool:
    """Tell whether a machine wrote this, by what it says of itself; it proves nothing."""
    if _text(message, _NAMED):
        return True
    return is_server(parseaddr(_text(message, "From"))[1])


def _leaves(message: Message) -> Iterator[Message]:
    """Yield the parts that hold something, without what is within the mail that came back."""
    waiting, looked_at = [message], 0
    while waiting and looked_at < _MOST_PARTS:
        part, looked_at = waiting.pop(0), looked_at + 1
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting += [each for each in payload[:_MOST_PARTS] if isinstance(each, Message)]
        elif part.get_content_maintype() == "text" or part.get_content_type() == "message/rfc822":
            yield part


def _words(part: Message) -> str:
    text = _bytes(part)[:_MOST_TEXT].decode("utf-8", "replace").replace("\r\n", "\n")
    return from_html(text).text if part.get_content_type() == "text/html" else text


def _answered(message: Message) -> str | None:
    """Return the mail that this one says it answers."""
    named = f"{_text(message, 'References')} {_text(message, 'In-Reply-To')}".split()
    return named[-1].strip("<>") or None if named else None


def _parts(message: Message) -> Iterator[Message]:
    """Yield the parts of a report, without what is within the mail that came back."""
    payload = message.get_payload()
    if message.get_content_type() == "multipart/report" and isinstance(payload, list):
        yield from (part for part in payload[:_MOST_PARTS] if isinstance(part, Message))


def _inner(part: Message) -> Iterator[Message]:
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (each for each in payload[:1] if isinstance(each, Message))


def _recipients(part: Message) -> Iterator[Recipient]:
    payload = part.get_payload()
    blocks = payload if isinstance(payload, list) else []
    for block in blocks[: _MOST_RECIPIENTS + 1]:
        if not isinstance(block, Message):
            continue
        named = (_typed(block, "Original-Recipient"), _typed(block, "Final-Recipient"))
        addresses = tuple(dict.fromkeys(name.lower() for name in named if "@" in name))
        action = _text(block, "Action").lower()
        if addresses and action:
            yield Recipient(
                addresses=addresses,
                action=action[:20],
                status=_text(block, "Status").partition(" ")[0][:20],
                words=_typed(block, "Diagnostic-Code")[:_LONGEST_WORDS],
            )


def _typed(block: Message, name: str) -> str:
    """Return what follows the type in ``rfc822; ann@example.com``."""
    kind, semicolon, value = _text(block, name).partition(";")
    return (value if semicolon else kind).strip().strip("<>")[:_LONGEST_WORDS]


def _text(block: Message, name: str) -> str:
    return one_line(str(block.get(name) or ""), most=_LONGEST_ADDRESS + _LONGEST_WORDS)


def _id(mail: Message) -> str | None:
    return _text(mail, "Message-ID").strip("<> ") or None


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
