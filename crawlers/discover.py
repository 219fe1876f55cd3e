"""What is behind an address that somebody pasted: a feed, a community, an API, or nothing.

Some are known by their host alone. Of the others the page is fetched, and looked at in the
parsing child; what it seems to be must then answer as such, for themes and old bookmarks lie.
"""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from yarl import URL

from crawlers.apis.asking import understand
from crawlers.errors import (
    AnswerRefused,
    HostResting,
    NothingToRead,
    RateLimited,
    SourceError,
)
from crawlers.fetch import Gate, Page
from crawlers.first_look import FirstLook, look_at
from crawlers.forums.isso import isso_list
from crawlers.known_software import API_FIRST, Claim, claim
from crawlers.named_places import Recognised, named_place
from crawlers.registry import ADAPTERS
from crawlers.urls import parse_url
from models.words import SourceKind

__all__ = ["Recognised", "recognise"]

_ACCEPT = {"Accept": "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8"}
#: Where forums stand on sites that have nothing at their root.
_FORUMS = ("forum", "forums", "community", "board", "questions")
#: Where feeds stand that no page names: below the page, then at its host. The likeliest first.
_BELOW = ("feed", "rss", "index.xml")
_AT_HOST = ("feed", "rss", "feed.xml", "atom.xml", "index.xml", "rss.xml", "feed.json")


async def recognise(url: str, gate: Gate, *, now: datetime) -> Recognised:
    """Return the source behind ``url``.

    A community whose software has an API is read by it; another forum by its pages, which hold
    every reply, even where it has a feed; any other page by the feed that it names, else by the
    posts on it, else by a feed that stands where feeds usually do.

    Raises:
        NothingToRead: there is a page, but nothing to listen to.
        SourceError: the address could not be fetched, or its feed not read.
    """
    if named := named_place(url):
        return named
    target = parse_url(url)
    try:
        page = await gate.get(target.url, headers=_ACCEPT)
    except AnswerRefused as refused:
        if isinstance(refused, RateLimited):
            raise
        if found := await _without_document(target.url, gate, now):
            return found
        raise refused from None
    look = await _look(page, gate, now)
    if look.is_feed:
        return _source(SourceKind.FEED, page.url, look)
    if look.is_search_api:
        return _source(SourceKind.HACKER_NEWS, _without_paging(page.url), look)
    if look.community and (found := await _claimed(look.community, page.url, look, gate)):
        return found
    if found := await _read_as(page.url, look, gate, now):
        return found
    raise NothingToRead(_why_not(look))


async def _look(page: Page, gate: Gate, now: datetime) -> FirstLook:
    return await gate.parsing.run(
        look_at,
        page.body,
        url=page.url,
        content_type=page.headers.get("content-type", ""),
        powered_by=page.headers.get("x-powered-by", "")[:100],
        now=int(now.timestamp()),
    )


async def _read_as(url: str, look: FirstLook, gate: Gate, now: datetime) -> Recognised | None:
    """Return what a page can be read by: its threads, feeds that it names, its posts, the rest."""
    if look.lists_threads:
        return _source(SourceKind.FORUM, url, look)
    for feed in look.feeds:
        if source := await _feed(feed, gate, now):
            return source
    if look.forum:
        return _source(SourceKind.FORUM, url, look)
    if api := await _search_api(url, gate, now):
        return api
    for feed in usual_feeds(url):
        if source := await _feed(feed, gate, now):
            return source
    return None


async def _without_document(url: str, gate: Gate, now: datetime) -> Recognised | None:
    """Return what is behind an address that has no document of its own.

    It is the base of an API, or of a site whose forum stands below.
    """
    if api := await _search_api(url, gate, now):
        return api
    for kind in API_FIRST:
        if found := await _claimed(kind, url, FirstLook(title=""), gate):
            return found
    base = URL(url)
    below = [str(base / place) + "/" for place in _FORUMS] if base.path == "/" else []
    for place in (isso_list(url), *below):
        if found := await _forum(place, gate, now):
            return found
    return None


async def _forum(url: str, gate: Gate, now: datetime) -> Recognised | None:
    try:
        page = await gate.get(url, headers=_ACCEPT)
        look = await _look(page, gate, now)
    except (RateLimited, HostResting):
        raise
    except SourceError:
        return None  # it may stand elsewhere
    return _source(SourceKind.FORUM, page.url, look) if look.lists_threads else None


async def _claimed(kind: SourceKind, url: str, look: FirstLook, gate: Gate) -> Recognised | None:
    """Return the community if it answers as its software does.

    Raises:
        RateLimited: the server has had enough.
    """
    made = claim(kind, url)
    if made is None or kind not in ADAPTERS or not await _answers(made, gate):
        return None
    name = look.title or urlsplit(url).netloc
    return Recognised(kind=kind, url=made.url, name=name, options=made.options)


async def _answers(made: Claim, gate: Gate) -> bool:
    for url, shape in made.proofs:
        try:
            understand((await gate.get(url)).body, shape)
        except (RateLimited, HostResting):
            raise
        except SourceError:
            continue
        return True
    return False


async def _feed(url: str, gate: Gate, now: datetime) -> Recognised | None:
    try:
        page = await gate.get(url, headers=_ACCEPT)
        look = await _look(page, gate, now)
    except (RateLimited, HostResting):
        raise
    except SourceError:
        return None  # there may be another one
    return _source(SourceKind.FEED, page.url, look) if look.is_feed else None


def usual_feeds(url: str) -> Iterator[str]:
    """Yield where the feed of a page may stand that names none."""
    base = URL(url).with_query(None).with_fragment(None)
    places = [base / name for name in _BELOW] if base.path.strip("/") else []
    places += [base.origin() / name for name in _AT_HOST]
    yield from dict.fromkeys(str(place) for place in places)


async def _search_api(url: str, gate: Gate, now: datetime) -> Recognised | None:
    base = URL(url.partition("?")[0].rstrip("/"))
    asked = base / "search_by_date" if base.name else base / "api" / "v1" / "search_by_date"
    try:
        page = await gate.get(str(asked.with_query(hitsPerPage="1")))
        look = await _look(page, gate, now)
    except (RateLimited, HostResting):
        raise
    except SourceError:
        return None
    found = str(asked.parent)
    return _source(SourceKind.HACKER_NEWS, found, look) if look.is_search_api else None


def _why_not(look: FirstLook) -> str:
    if look.community is SourceKind.MASTODON:
        return "it is a Mastodon server; give the address of a hashtag there, like /tags/helpdesk"
    if look.community is SourceKind.HYPERKITTY:
        return (
            "it is an archive of mailing lists; give the address of one of them, like "
            "/archives/list/users@example.org/"
        )
    return "it is a page without a feed, and no forum that is known"


def _without_paging(url: str) -> str:
    """Return a search without what the adapter sets itself."""
    parsed = URL(url)
    kept = {key: value for key, value in parsed.query.items() if key in {"query", "tags"}}
    return str(parsed.with_query(kept or None))


def _source(kind: SourceKind, url: str, look: FirstLook) -> Recognised:
    return Recognised(kind=kind, url=url, name=look.title or urlsplit(url).netloc)
