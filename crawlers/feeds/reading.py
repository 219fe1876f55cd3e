"""One feed document: fetched conditionally, looked at for anything new, parsed in a child.

What is remembered of it, to be handed back at the next reading, is a JSON object: the server's
validators, a hash of the bytes, and the ledger of the entries that were taken in.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from pydantic import JsonValue

from crawlers.errors import NoLongerAFeed, NotAFeed, NotAllowed, PoisonDocument
from crawlers.feeds.delta import LARGEST_AT_ONCE, sight
from crawlers.feeds.document import read_feed
from crawlers.feeds.entry import MAX_ENTRIES, FeedDocument, FeedEntry
from crawlers.feeds.identity import Face, Ledger, identify
from crawlers.feeds.pieces import breaks_off
from crawlers.feeds.posts import host_of, posts
from crawlers.fetch import Gate, Page
from crawlers.found import FoundPost, SourceToPoll
from crawlers.freshness import fresh_seconds, longest
from crawlers.urls import resolve

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, "
    "application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8, */*;q=0.5"
)
#: A document that had to be stopped is not tried again before that, unless it changes.
POISON_RESTS = timedelta(days=1)
#: Entries made posts of before other polls get their turn; ten take about a millisecond.
_AT_ONCE = 50

State = Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a document had to say since the last reading."""

    page: Page
    state: State  # to be handed back
    entries: tuple[FeedEntry, ...] = ()  # those that are new
    posts: tuple[FoundPost, ...] = ()  # what they say
    unchanged: bool = False
    problem: str | None = None
    poison: PoisonDocument | None = None  # it could not be read, and its state says so
    ttl_seconds: int | None = None
    met_known: bool = False  # among its entries are some that were taken in before
    next_url: str | None = None  # of the page with the entries before these


async def read_document(
    source: SourceToPoll,
    gate: Gate,
    *,
    url: str,
    state: State,
    now: datetime,
    anew: bool = False,
) -> Reading:
    """Return what is new at ``url``, which belongs to ``source``.

    Args:
        source: whose policy holds.
        gate: the way to the network.
        url: the document's address.
        state: what the last reading left.
        now: the time.
        anew: all entries are wanted, also those that were taken in.

    Raises:
        SourceError: the document could not be fetched, or is no feed.
    """
    poison = _poison(state, now=now)
    anew = anew or ("poison" in state and poison is None)
    page = await gate.get(
        url,
        headers={"Accept": ACCEPT},
        etag=None if anew else _text(state, "etag"),
        last_modified=None if anew else _text(state, "last_modified"),
        obey_robots=source.obey_robots,
        min_interval=source.min_interval_seconds,
    )
    ttl = longest(_number(state, "holds"), fresh_seconds(page.headers, now=now))
    if page.not_modified:
        return Reading(page, state, unchanged=True, poison=poison, ttl_seconds=ttl)
    marks = _marks(page)
    # validators lie: some servers send them and answer 200 all the same
    if marks["body_sha"] == state.get("body_sha") and not anew:
        same = {**state, **marks}
        return Reading(page, same, unchanged=True, poison=poison, ttl_seconds=ttl)
    ledger = Ledger.of(state)
    if not anew and _nothing_new(page, ledger):
        kept = {key: state[key] for key in ("holds",) if key in state}
        unchanged = {**kept, **marks, **ledger.as_json()}
        return Reading(page, unchanged, unchanged=True, ttl_seconds=ttl)
    try:
        feed = await gate.parsing.run(
            read_feed,
            page.body,
            url=base_of(page),
            content_type=page.headers.get("content-type", ""),
            language=page.headers.get("content-language", ""),
            known=[] if anew else sorted(ledger.items),
        )
    except NotAFeed as error:
        if ledger.known and "body_sha" in state:  # else it is another page, with a feed's ledger
            raise NoLongerAFeed(error.detail) from error
        raise
    except PoisonDocument as error:
        return Reading(page, _poisoned(error, marks, ledger, now=now), poison=error)
    return await _understood(page, feed, marks, ledger, now=now)


async def _understood(
    page: Page, feed: FeedDocument, marks: State, ledger: Ledger, *, now: datetime
) -> Reading:
    host = host_of(page.url)
    parts = [feed.entries[at : at + _AT_ONCE] for at in range(0, len(feed.entries), _AT_ONCE)]
    faces: list[Face] = []
    for part in parts:
        faces += [Face.of(entry, own_host=host) for entry in part]
        await asyncio.sleep(0)
    named = identify(faces, ledger, items=feed.items)
    names = iter(named.names)
    found: dict[str, FoundPost] = {}
    for part in parts:
        for post in posts(part, list(islice(names, len(part))), feed_url=page.url, now=now):
            found.setdefault(post.external_id, post)
        await asyncio.sleep(0)
    before = frozenset(known.name for known in ledger.known)
    state = named.ledger.as_json()
    if feed.whole:  # with validators the rest would stay away
        state |= marks
    if feed.holds_seconds is not None:
        state["holds"] = feed.holds_seconds
    return Reading(
        page,
        state,
        entries=feed.entries,
        posts=tuple(found.values()),
        problem=feed.problem,
        ttl_seconds=longest(feed.holds_seconds, fresh_seconds(page.headers, now=now)),
        met_known=not ledger.items.isdisjoint(feed.items) or not before.isdisjoint(found),
        next_url=feed.next_url,
    )


def base_of(page: Page) -> str:
    """Return what the feed's relative links are relative to."""
    try:
        return resolve(page.headers.get("content-location", ""), base=page.url).url
    except NotAllowed:
        return page.url


def _nothing_new(page: Page, ledger: Ledger) -> bool:
    """Say whether all items of a feed were taken in, so that no child need look at it."""
    if not ledger.known or len(page.body) > LARGEST_AT_ONCE:
        return False
    seen = sight(
        page.body,
        url=base_of(page),
        content_type=page.headers.get("content-type", ""),
        language=page.headers.get("content-language", ""),
    )
    if seen is None or len(seen.keys) > MAX_ENTRIES or not ledger.items.issuperset(seen.keys):
        return False
    return not breaks_off(page.body)


def _marks(page: Page) -> dict[str, JsonValue]:
    return {
        "etag": page.etag,
        "last_modified": page.last_modified,
        "body_sha": hashlib.sha256(page.body).hexdigest(),
    }


def _poisoned(
    error: PoisonDocument, marks: State, ledger: Ledger, *, now: datetime
) -> dict[str, JsonValue]:
    until = int((now + POISON_RESTS).timestamp())
    return {**marks, **ledger.as_json(), "poison": error.detail, "poison_until": until}


def _poison(state: State, *, now: datetime) -> PoisonDocument | None:
    """Return what was wrong with a document that is not to be tried again yet."""
    detail, until = _text(state, "poison"), _number(state, "poison_until")
    if detail is None or until is None or until <= now.timestamp():
        return None
    return PoisonDocument(detail)


def _text(state: State, key: str) -> str | None:
    value = state.get(key)
    return value if isinstance(value, str) else None


def _number(state: State, key: str) -> int | None:
    value = state.get(key)
    return value if isinstance(value, int) else None
