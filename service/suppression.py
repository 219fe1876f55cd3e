"""Who must be left alone. Checked before anything of theirs is stored."""

import hashlib
import hmac
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from models.ledger import Suppression
from models.words import SuppressionReason, SuppressionScope

#: Means "at any source" where a source's host would stand.
ANYWHERE = "*"


def normalise_handle(handle: str) -> str:
    """Return the form in which two spellings of one handle are equal.

    Compatibility forms, case, invisible characters and the usual prefixes (``@``, ``u/``) are
    taken away, so that nobody returns by way of a wider letter.
    """
    seen = "".join(
        c for c in " ".join(handle.split()) if unicodedata.category(c) not in {"Cf", "Cc"}
    )
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", seen).casefold())
    bare = " ".join(folded.split()).removeprefix("/").removeprefix("u/").removeprefix("@")
    return bare.strip()


def author_key(secret: bytes, host: str, handle: str) -> str:
    """Return the keyed hash of an author at ``host`` (or `ANYWHERE`): HMAC-SHA256 in hex."""
    message = f"author\n{host.casefold()}\n{normalise_handle(handle)}"
    return hmac.new(secret, message.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


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
    listed = db.exec(select(Suppression.key_hmac).where(col(Suppression.key_hmac).in_(spellings)))
    return frozenset(handle for key in listed for handle in spellings[key])
