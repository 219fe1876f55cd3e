"""A feed's entries to posts: dates that can be, threads, replies. Pure."""

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from crawlers.feeds.entry import FeedEntry
from crawlers.feeds.identity import fit
from crawlers.found import FoundPost
from crawlers.times import stated
from crawlers.urls import safe_link, strip_origin, strip_session

_REPLY_TITLE = re.compile(r"(?:^|[•|:»]\s*)re(?:\[\d+\])?:", re.IGNORECASE)
_ON = re.compile(r"^(?:comment on|kommentar zu|commentaires? sur|comentario en)\s+", re.IGNORECASE)
_COMMENT_PLACE = re.compile(r"comment|reply", re.IGNORECASE)
_PLACE_KEYS = frozenset({"p", "post", "postid", "start", "page", "pid"})


def posts(
    entries: Sequence[FeedEntry], names: Sequence[str], *, feed_url: str, now: datetime
) -> tuple[FoundPost, ...]:
    """Return a post for each entry, in their order; an entry that is there twice counts once.

    Args:
        entries: as the feed gives them.
        names: the external id of each, see ``crawlers.feeds.identity``.
        feed_url: where the feed was found.
        now: the time, which dates must not be behind.
    """
    host = host_of(feed_url)
    found: dict[str, FoundPost] = {}
    for entry, name in zip(entries, names, strict=True):
        if name not in found:
            found[name] = _post(entry, external_id=name, host=host, now=now)
    return tuple(found.values())


def host_of(feed_url: str) -> str:
    """Return the host that a feed's own URLs are on."""
    return urlsplit(feed_url).hostname or ""


def _post(entry: FeedEntry, *, external_id: str, host: str, now: datetime) -> FoundPost:
    link = safe_link(entry.link)
    published = stated(entry.published, now=now)
    updated = stated(entry.updated, now=now)
    parent = entry.in_reply_to
    about = _commented(entry, link)
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
        thread_title=about or "",
        parent_external_id=fit(strip_origin(parent, own_host=host)) if parent else None,
        is_opening=parent is None and about is None and not _REPLY_TITLE.search(entry.title),
        language=entry.language,
        tags=entry.tags,
    )


def _thread_key(link: str | None, *, own_host: str) -> str | None:
    """Return what the links of a conversation share: the page, without place in it."""
    if link is None:
        return None
    path, _, query = strip_origin(strip_session(link), own_host=own_host).partition("?")
    kept = [pair for pair in query.split("&") if pair.partition("=")[0] not in _PLACE_KEYS]
    return fit(f"{path}?{'&'.join(kept)}" if any(kept) else path)


def _commented(entry: FeedEntry, link: str | None) -> str | None:
    """Return the title of what a comment is on, None where the entry is none.

    "Comment on Which helpdesk? by ann" holds the asker's words, not ann's.
    """
    if link is None or not _COMMENT_PLACE.match(urlsplit(link).fragment):
        return None
    title = entry.title.strip()
    if entry.author and title.endswith(entry.author):
        title = title.removesuffix(entry.author).rstrip().rpartition(" ")[0]
    return _ON.sub("", title)
