"""One-time codes beside the password (RFC 6238), and codes for the day the device is lost.

A code is good for its 30 seconds and those around them, and never twice (ASVS 5.0 6.5.1, 6.5.5).
"""

import hashlib
import hmac
import io
import secrets
from collections.abc import Sequence
from datetime import datetime

import pyotp
import segno
from sqlalchemy import delete, update
from sqlmodel import Session, col, func, select

from models.people import RecoveryCode, SecondFactor, User
from service.errors import RefusedError
from service.sealed import seal, unseal

RECOVERY_CODES = 10
_STEP_SECONDS = 30
_AROUND = (0, -1, 1)  # clocks of telephones are seldom right to the second
_PURPOSE = "second-factor"
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look like another
_CODE_LETTERS = 16  # 79 bits: a fast hash will do for what nobody can guess


class WrongCodeError(RefusedError):
    """This code is not the one of now: wait for the next one and try again."""


def is_on(db: Session, user_id: str) -> bool:
    """Return whether ``user_id`` is asked for a code at the login."""
    row = db.get(SecondFactor, user_id)
    return row is not None and row.confirmed_at is not None


def begin(db: Session, user_id: str, *, secret: bytes, now: datetime) -> str:
    """Return a new seed for an authenticator, kept sealed and not asked for until `confirm`.

    Raises:
        RefusedError: codes are on already; they are taken away first.
    """
    row = db.get(SecondFactor, user_id)
    if row is not None and row.confirmed_at is not None:
        raise RefusedError("One-time codes are on already. Switch them off to begin anew.")
    if row is not None:
        return unseal(secret, _PURPOSE, user_id, row.sealed)  # the page was loaded once more
    seed = pyotp.random_base32(32)
    sealed = seal(secret, _PURPOSE, user_id, seed)
    db.add(SecondFactor(user_id=user_id, sealed=sealed, created_at=now))
    db.flush()
    return seed


def seed_of(db: Session, user_id: str, *, secret: bytes) -> str | None:
    """Return the seed that waits to be confirmed; None when none does, also when codes are on."""
    row = db.get(SecondFactor, user_id)
    if row is None or row.confirmed_at is not None:
        return None
    return unseal(secret, _PURPOSE, user_id, row.sealed)


def confirm(
    db: Session, user_id: str, code: str, *, secret: bytes, now: datetime
) -> Sequence[str]:
    """Have the login ask for codes from now on; return the recovery codes, shown this once.

    Raises:
        WrongCodeError: the authenticator shows something else.
        RefusedError: nothing was begun.
    """
    row = db.get(SecondFactor, user_id)
    if row is None or row.confirmed_at is not None:
        raise RefusedError("Nothing waits to be confirmed. Begin anew.")
    _use_code(db, row, code, secret=secret, now=now)
    row.confirmed_at = now
    db.add(row)
    return new_recovery_codes(db, user_id)


def new_recovery_codes(db: Session, user_id: str) -> Sequence[str]:
    """Return new recovery codes; those of before stop working."""
    db.execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))
    codes = [
        "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LETTERS))
        for _ in range(RECOVERY_CODES)
    ]
    db.add_all(RecoveryCode(code_hash=_hashed(user_id, code), user_id=user_id) for code in codes)
    db.flush()
    return ["-".join(code[at : at + 4] for at in range(0, _CODE_LETTERS, 4)) for code in codes]


def recovery_codes_left(db: Session, user_id: str) -> int:
    """Return how many recovery codes were not used yet."""
    unused = col(RecoveryCode.used_at).is_(None)
    mine = select(func.count()).where(RecoveryCode.user_id == user_id, unused)
    return db.exec(mine).one()


def check(db: Session, user_id: str, code: str, *, secret: bytes, now: datetime) -> None:
    """Let a code through once: of the authenticator, or a recovery code.

    Raises:
        WrongCodeError: it is neither.
    """
    row = db.get(SecondFactor, user_id)
    if row is None or row.confirmed_at is None:
        raise WrongCodeError
    bare = _bare(code)
    if len(bare) == _CODE_LETTERS:
        _use_recovery_code(db, user_id, bare, now=now)
    else:
        _use_code(db, row, code, secret=secret, now=now)


def switch_off(db: Session, user_id: str) -> None:
    """Ask for no codes any more, and forget seed and recovery codes."""
    db.execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))
    db.execute(delete(SecondFactor).where(col(SecondFactor.user_id) == user_id))


def address_of(seed: str, user: User, *, issuer: str) -> str:
    """Return the otpauth: address that an authenticator reads from the picture."""
    return pyotp.TOTP(seed).provisioning_uri(name=user.handle, issuer_name=issuer)


def picture_of(address: str) -> bytes:
    """Return ``address`` as a QR code: SVG of its own, dark on white also on a dark page."""
    drawn = io.BytesIO()
    segno.make(address, error="m").save(
        drawn, kind="svg", scale=5, border=4, dark="#000", light="#fff"
    )
    return drawn.getvalue()


def matching_step(seed: str, code: str, *, last_step: int | None, now: datetime) -> int | None:
    """Return the 30 seconds of which ``code`` is, later than ``last_step``; None: of none."""
    typed = _bare(code).encode("utf-8", "surrogatepass")
    step_now = int(now.timestamp()) // _STEP_SECONDS
    maker = pyotp.HOTP(seed)
    found = None
    for offset in _AROUND:  # all of them, whatever is found: the time tells nothing
        step = step_now + offset
        is_it = hmac.compare_digest(maker.at(step).encode(), typed)
        if is_it and found is None and (last_step is None or step > last_step):
            found = step
    return found


def _use_code(db: Session, row: SecondFactor, code: str, *, secret: bytes, now: datetime) -> None:
    seed = unseal(secret, _PURPOSE, row.user_id, row.sealed)
    step = matching_step(seed, code, last_step=row.last_step, now=now)
    if step is None:
        raise WrongCodeError
    row.last_step = step
    db.add(row)


def _use_recovery_code(db: Session, user_id: str, bare: str, *, now: datetime) -> None:
    used = db.execute(
        update(RecoveryCode)
        .where(
            col(RecoveryCode.code_hash) == _hashed(user_id, bare),
            col(RecoveryCode.used_at).is_(None),
        )
        .values(used_at=now)
    )
    if used.rowcount != 1:  # type: ignore[attr-defined]  # an update's result has it
        raise WrongCodeError


def _bare(code: str) -> str:
    return "".join(code.split()).replace("-", "").lower()


def _hashed(user_id: str, bare: str) -> str:
    return hashlib.sha256(f"{user_id}\n{bare}".encode("utf-8", "surrogatepass")).hexdigest()
