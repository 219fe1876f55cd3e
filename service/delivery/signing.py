"""Signatures of Standard Webhooks 1.0, made and checked.

The library knows how to sign; which secrets sign while one is being changed, what time it is, and
that a message counts once, is decided here.
"""

import hmac
import re
import secrets as randomness
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col
from standardwebhooks import Webhook

from models.delivery import ReceivedWebhook
from service.errors import ConflictError, ForbiddenError

#: How far a sender's clock may be off, to either side.
TOLERANCE = timedelta(minutes=5)
#: For how long the ids of messages are remembered: a replay that is older is too old anyway.
_REMEMBERED = timedelta(days=1)
_ID = re.compile(r"[\x21-\x2d\x2f-\x7e]{1,255}")  # visible, and without the dot that divides


class BadSignatureError(ForbiddenError):
    """This message is not signed as it must be."""


class ReplayedError(ConflictError):
    """This message has come before."""


def new_secret() -> str:
    """Return a secret to give to an endpoint: 32 random bytes as ``whsec_...``."""
    return f"whsec_{b64encode(randomness.token_bytes(32)).decode()}"


def sign(secrets: Sequence[str], *, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers that sign ``body``, with a signature by each secret.

    Args:
        secrets: ``whsec_...``, the present one first.
        message_id: the same at each attempt.
        at: of this attempt.
        body: as it is sent, byte by byte.
    """
    text, moment = body.decode(), at.astimezone(UTC)
    signatures = (Webhook(secret).sign(message_id, moment, text) for secret in secrets)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def verify(
    secrets: Sequence[str], *, headers: Mapping[str, str], body: bytes, now: datetime
) -> str:
    """Return the id of a message that is signed by one of ``secrets``.

    Raises:
        BadSignatureError: a header is missing or odd, it is older or newer than five minutes, or
            no signature is good.
    """
    given = {name.lower(): value for name, value in headers.items()}
    message_id = given.get("webhook-id", "")
    stamp, signatures = given.get("webhook-timestamp", ""), given.get("webhook-signature", "")
    if not _ID.fullmatch(message_id) or not (stamp.isascii() and stamp.isdigit()):
        raise BadSignatureError
    at = _moment(stamp)
    if at is None or abs(now - at) > TOLERANCE:
        raise BadSignatureError("This message is too old or too new: is a clock wrong?")
    try:
        expected = sign(secrets, message_id=message_id, at=at, body=body)["webhook-signature"]
    except UnicodeDecodeError as error:
        raise BadSignatureError from error
    passed = [each.encode() for each in signatures.split(" ")[:16]]
    good = [hmac.compare_digest(each.encode(), one) for each in expected.split() for one in passed]
    if not any(good):
        raise BadSignatureError
    return message_id


def receive(
    db: Session,
    secrets: Sequence[str],
    *,
    sender: str,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
) -> str:
    """Return the id of a good message and note it in the caller's transaction: it counts once.

    Raises:
        BadSignatureError: it is not signed as it must be.
        ReplayedError: it came before.
    """
    message_id = verify(secrets, headers=headers, body=body, now=now)
    db.connection().execute(
        delete(ReceivedWebhook).where(col(ReceivedWebhook.at) < now - _REMEMBERED)
    )
    if db.get(ReceivedWebhook, (sender, message_id)) is not None:
        raise ReplayedError
    db.add(ReceivedWebhook(sender=sender, id=message_id, at=now))
    db.flush()
    return message_id


def _moment(stamp: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(stamp[:12]), UTC)
    except (OverflowError, OSError, ValueError):
        return None
