"""A feed's entries to posts: ids that hold, dates that can be, threads. Pure."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from crawlers.feed_document import FeedEntry
from crawlers.found import FoundPost
from crawlers.times import stated
from crawlers.urls import safe_link, strip_origin, strip_session

MAX_EXTERNAL_ID = 512

_REPLY_TITLE = re.compile(r"(?:^|[•|:»]\s*)re(?:\[\d+\])?:", re.IGNORECASE)
_COMMENT_PLACE = re.compile(r"comment|reply", re.IGNORECASE)
_PLACE_KEYS = frozenset({"p", "post", "postid", "start", "page", "pid"})


def posts(entries: Sequence[FeedEntry], *, feed_url: str, now: datetime) -> tuple[FoundPost, ...]:
    """Return a post for each entry, in their order; an entry that is there twice counts once."""
    host = urlsplit(feed_url).hostname or ""
    seen: set[str] = set()
    found = []
    for entry, external_id in zip(entries, external_ids(entries, own_host=host), strict=True):
        if external_id not in seen:
            seen.add(external_id)
            found.append(_post(entry, external_id=external_id, host=host, now=now))
    return tuple(found)


def external_ids(entries: Sequence[FeedEntry], *, own_host: str) -> Iterator[str]:
    """Yield an id for each entry that stays the same at the next poll.

    The entry's own id, else its link, else a hash of what it says. Entries of one feed that
    share an id and differ in words are told apart by a hash of the words.
    """
    stems = [_stem(entry, own_host=own_host) for entry in entries]
    wordings = Counter(stem for stem, _ in set(zip(stems, _digests(entries), strict=True)))
    for stem, entry in zip(stems, entries, strict=True):
        shared = wordings[stem] > 1
        yield _fit(f"{stem}~{entry.digest[:16]}" if shared else stem)


def _digests(entries: Sequence[FeedEntry]) -> list[str]:
    return [entry.digest for entry in entries]


def _stem(entry: FeedEntry, *, own_host: str) -> str:
    named = entry.id or entry.link
    return strip_origin(named, own_host=own_host) if named else f"~{entry.digest}"


def _fit(identifier: str) -> str:
    if len(identifier) <= MAX_EXTERNAL_ID:
        return identifier
    return f"~{hashlib.sha256(identifier.encode(errors='replace')).hexdigest()}"


def _post(entry: FeedEntry, *, external_id: str, host: str, now: datetime) -> FoundPost:
    link = safe_link(entry.link)
    published = stated(entry.published, now=now)
    updated = stated(entry.updated, now=now)
    parent = entry.in_reply_to
    return FoundPost(
        external_id=external_id,
        url=link,
        title=entry.title,
        text=entry.text,
        quoted=entry.quoted,
        author=entry.author,
        author_url=safe_link(entry.author_url),
        published=published or updated,
        edited=updated if published and updated and updated > published else None,
        thread_key=_thread_key(link, own_host=host),
        parent_external_id=_fit(strip_origin(parent, own_host=host)) if parent else None,
        is_opening=parent is None and not _looks_like_reply(entry, link),
        language=entry.language,
        tags=entry.tags,
    )


def _thread_key(link: str | None, *, own_host: str) -> str | None:
    """Return what the links of a conversation share: the page, without place in it."""
    if link is None:
        return None
    path, _, query = strip_origin(strip_session(link), own_host=own_host).partition("?")
    kept = [pair for pair in query.split("&") if pair.partition("=")[0] not in _PLACE_KEYS]
    return _fit(f"{path}?{'&'.join(kept)}" if any(kept) else path)


def _looks_like_reply(entry: FeedEntry, link: str | None) -> bool:
    fragment = urlsplit(link).fragment if link else ""
    return bool(_REPLY_TITLE.search(entry.title) or _COMMENT_PLACE.match(fragment))
