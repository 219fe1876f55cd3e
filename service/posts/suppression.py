"""Who must be left alone. Checked before anything of theirs is stored."""

import hmac
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

from pydantic import JsonValue
from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from crawlers.found import FoundPost
from models.ledger import Suppression
from models.words import SuppressionReason, SuppressionScope
from service.leads.ledger import audit

#: Means "at any source" where a source's host would stand.
ANYWHERE = "*"
_TOLD = 12  # characters of a hash: enough to find it in the list, not to guess from
_IN_CHUNK = 500  # keys in one query; SQLite takes 999 variables at the least
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
    suppress(db, author_key(secret, host, handle), reason=reason, by=by, now=now)


def suppress(db: Session, key: str, *, reason: SuppressionReason, by: str, now: datetime) -> None:
    """Put a keyed hash on the list, an author's or an e-mail address's, and say so in the audit.

    One that is on it already stays as it is; but who asked to be erased stays for good.
    """
    there = db.get(Suppression, key, with_for_update=True)
    if there is not None and (there.reason is reason or reason is not SuppressionReason.ERASURE):
        return
    row = there or Suppression(
        key_hmac=key, scope=SuppressionScope.AUTHOR, reason=reason, at=now, by=by
    )
    row.reason, row.at, row.by = reason, now, by
    db.add(row)
    detail: dict[str, JsonValue] = {"reason": reason.value}
    subject = f"suppression:{key[:_TOLD]}"
    audit(db, actor=by, action="suppression.added", subject=subject, at=now, detail=detail)


def is_listed(db: Session, key: str) -> bool:
    """Say whether a keyed hash is on the list."""
    return db.get(Suppression, key) is not None


#: Who is on the list: a host, and the handle as it was written.
Barred = Set[tuple[str, str]]


def barred_among(
    db: Session, *, secret: bytes, brought: Iterable[tuple[str, Sequence[FoundPost]]]
) -> Barred:
    """Return who must not be stored among the authors of posts, of whole sources at once.

    Args:
        db: an open session.
        secret: the installation's.
        brought: a source's address, and the posts that it brought.
    """
    handles: dict[str, set[str]] = defaultdict(set)
    for source_url, found in brought:
        for post in found:
            for host in _written_at(post, source_url):
                handles[host].add(post.author or "")
    return _listed(db, secret=secret, handles=handles)


def admitted(found: Sequence[FoundPost], *, source_url: str, barred: Barred) -> list[FoundPost]:
    """Return the posts but for those of authors who must not be stored.

    Who asked to be left alone at a platform is left alone also where a feed, a search or an
    export brings what was written there: the post's own address and its author's profile say
    where that was.
    """
    if not barred:  # nearly always
        return list(found)
    return [
        post
        for post in found
        if not any((host, post.author) in barred for host in _written_at(post, source_url))
    ]


def _written_at(post: FoundPost, source_url: str) -> Set[str]:
    if not post.author:
        return frozenset()
    return {_host(source_url), _host(post.url), _host(post.author_url)} - {""}


def suppressed(
    db: Session, *, secret: bytes, source_url: str, handles: Iterable[str]
) -> frozenset[str]:
    """Return those of ``handles``, authors at ``source_url``, who must not be stored."""
    host = _host(source_url)
    barred = _listed(db, secret=secret, handles={host: set(handles)})
    return frozenset(handle for _, handle in barred)


@lru_cache(maxsize=4_096)
def _host(url: str | None) -> str:
    return urlsplit(url or "").hostname or ""


def _listed(
    db: Session, *, secret: bytes, handles: Mapping[str, Set[str]]
) -> frozenset[tuple[str, str]]:
    """Return which of the handles at these hosts are on the list, with their hosts."""
    spellings: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for host, names in handles.items():
        for name in names:
            for where in (host, ANYWHERE):
                spellings[author_key(secret, where, name)].add((host, name))
    keys = sorted(spellings)
    barred: set[tuple[str, str]] = set()
    for start in range(0, len(keys), _IN_CHUNK):
        listed = db.exec(_LISTED, params={"keys": keys[start : start + _IN_CHUNK]})
        barred.update(one for key in listed for one in spellings[key])
    return frozenset(barred)
