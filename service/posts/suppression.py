"""Who must be left alone. Checked before anything of theirs is stored."""

import hmac
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from models.ledger import Suppression
from models.words import SuppressionReason, SuppressionScope

#: Means "at any source" where a source's host would stand.
ANYWHERE = "*"
_LISTED = select(Suppression.key_hmac).where(
    col(Suppression.key_hmac).in_(bindparam("keys", expanding=True))
)


def normalise_handle(handle: str) -> str:
    """Return the form in which two spellings of one handle are equal.

    Compatibility forms, case, invisible characters and the usual prefixes (``@``, ``u/``) are
    taken away, so that nobody returns by way of a wider letter.
    """
    if handle.isascii() and handle.isprintable():  # as most are: nothing to be taken away
        return _bare(" ".join(handle.split()).lower())
    seen = "".join(
        c for c in " ".join(handle.split()) if unicodedata.category(c) not in {"Cf", "Cc"}
    )
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())
    return _bare(" ".join(folded.split()))


def _bare(folded: str) -> str:
    return folded.removeprefix("/").removeprefix("u/").removeprefix("@").strip()


def author_key(secret: bytes, host: str, handle: str) -> str:
    """Return the keyed hash of an author at ``host`` (or `ANYWHERE`): HMAC-SHA256 in hex."""
    message = f"author\n{host.casefold()}\n{normalise_handle(handle)}"
    return hmac.digest(secret, message.encode("utf-8", "surrogatepass"), "sha256").hex()


def suppress_author(
    db: Session,
    *,
    secret: bytes,
    host: str,
    handle: str,
    reason: SuppressionReason,
    by: str,
    now: datetime,
) -> None:
    """Put an author on the list; a second time changes nothing."""
    key = author_key(secret, host, handle)
    if db.get(Suppression, key) is None:
        db.add(
            Suppression(key_hmac=key, scope=SuppressionScope.AUTHOR, reason=reason, at=now, by=by)
        )


def suppressed(
    db: Session, *, secret: bytes, source_url: str, handles: Iterable[str]
) -> frozenset[str]:
    """Return those of ``handles``, authors at ``source_url``, who must not be stored."""
    host = urlsplit(source_url).hostname or ""
    spellings: dict[str, set[str]] = {}
    for handle in handles:
        for where in (host, ANYWHERE):
            spellings.setdefault(author_key(secret, where, handle), set()).add(handle)
    if not spellings:
        return frozenset()
    listed = db.exec(_LISTED, params={"keys": list(spellings)})
    return frozenset(handle for key in listed for handle in spellings[key])
