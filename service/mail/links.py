"""Links in mails: each is signed for one reader, one thing and a time, and changes nothing itself.

Whoever follows one sees a page that asks; mail scanners follow links too (W10). A token is 92
characters: who, what and until when in 36 bytes, and an HMAC-SHA256.
"""

import base64
import hashlib
import struct
from binascii import Error as Base64Error
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from itsdangerous import BadSignature, Signer

from service.errors import NotFoundError

_PACKED = struct.Struct(">16s16sI")
_MINUTE = timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: For links that have to work for as long as somebody keeps the mail.
FOR_EVER = _EPOCH + timedelta(days=365 * 200)


class Purpose(StrEnum):
    """What a link is good for; a token of one is worth nothing for another."""

    LEAD = "lead"  # to decide about a lead
    REJECT = "reject"  # to label a post that was thrown away
    UNSUBSCRIBE = "unsubscribe"


class LinkUselessError(NotFoundError):
    """This link does not work: it was cut short on its way, or its time is over."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What a link lets its bearer do."""

    user_id: str
    subject_id: str  # of a lead, a post or a subscription


def issue(
    secret: bytes, purpose: Purpose, *, user_id: str, subject_id: str, until: datetime
) -> str:
    """Return a token that lets ``user_id`` deal with ``subject_id`` until then.

    Raises:
        ValueError: an id is no UUID.
    """
    minutes = (until - _EPOCH) // _MINUTE
    packed = _PACKED.pack(UUID(user_id).bytes, UUID(subject_id).bytes, minutes)
    payload = base64.urlsafe_b64encode(packed).rstrip(b"=")
    return _signer(secret, purpose).sign(payload).decode("ascii")


def admit(secret: bytes, purpose: Purpose, token: str, *, now: datetime) -> Pass:
    """Return what ``token`` lets its bearer do.

    Raises:
        LinkUselessError: it is not ours, was made for something else, or is too old.
    """
    try:
        payload = _signer(secret, purpose).unsign(token.encode("ascii"))
        user, subject, minutes = _PACKED.unpack(base64.urlsafe_b64decode(payload + b"=="))
    except (BadSignature, UnicodeEncodeError, Base64Error, struct.error) as error:
        raise LinkUselessError from error
    if now >= _EPOCH + minutes * _MINUTE:
        raise LinkUselessError
    return Pass(str(UUID(bytes=user)), str(UUID(bytes=subject)))


def _signer(secret: bytes, purpose: Purpose) -> Signer:
    return Signer(
        secret,
        salt=f"harken.mail.{purpose.value}",
        key_derivation="hmac",
        digest_method=hashlib.sha256,
    )
