"""Passwords: argon2id at OWASP's minimum, and a short list of what nobody may use."""

from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 8
LONGEST = 128
_COMMON = Path(__file__).parent / "common_passwords.txt"
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiopasdfghjklzxcvbnm")

# m=19 MiB, t=2, p=1 is OWASP's minimum: 63 ms on one core (security-and-privacy.md, S7).
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
# What is checked when there is no such user, so that the answer takes as long.
_NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$+BlCtY7GvOEr7kyxJDvYYA"
    "$zmUISIGXpUSYE5dTlnPD7fu9ASrmWhGAqqZwGjot1GQ"
)
# 40 worker threads at 19 MiB each would be 760 MB of hashing; four at a time are enough.
_AT_ONCE = BoundedSemaphore(4)


def hash_password(password: str) -> str:
    """Return what the database keeps of ``password``."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def is_password(password: str, kept: str | None) -> bool:
    """Return whether ``kept`` was made of ``password``; takes as long when ``kept`` is None."""
    if len(password) > LONGEST:
        return False
    with _AT_ONCE:
        try:
            _HASHER.verify(kept or _NOBODY, password)
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def objection(password: str, *, names: tuple[str, ...]) -> str | None:
    """Return why ``password`` can't be taken, in words, or None when it can.

    ``names`` are the user's own: a password that is one of them, with or without digits around
    it, is refused. Length counts, kinds of characters don't (ASVS 5.0 6.2.5).
    """
    if len(password) < SHORTEST:
        return f"Take at least {SHORTEST} characters; 15 are better, a short sentence is best."
    if len(password) > LONGEST:
        return f"Take at most {LONGEST} characters."
    plain = password.lower()
    core = plain.strip("0123456789!?.*#$@_- ")
    if plain in _common() or core in _common() or _is_run(plain):
        return "Everybody's guess: take something else, a short sentence for example."
    if core in {name.lower() for name in names if name} | {"harken"}:
        return "It is your own name: take something that others can't guess."
    return None


def _is_run(plain: str) -> bool:
    """Return whether it is one character over and over, or a run along the keyboard."""
    return len(set(plain)) <= 2 or any(plain in run or plain in run[::-1] for run in _RUNS)


@cache
def _common() -> frozenset[str]:
    return frozenset(_COMMON.read_text("utf-8").split())
