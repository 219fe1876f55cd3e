"""What is behind an address that somebody pasted: a feed, a forum, a search API, or nothing."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from yarl import URL

from crawlers.errors import AnswerRefused, NothingToRead, SourceError
from crawlers.fetch import Gate, Page
from crawlers.first_look import FirstLook, look_at
from crawlers.urls import parse_url
from models.words import SourceKind

_HACKER_NEWS = "https://hn.algolia.com/api/v1"
_HACKER_NEWS_HOSTS = frozenset({"news.ycombinator.com", "hn.algolia.com"})
_ACCEPT = {"Accept": "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """A source that can be read."""

    kind: SourceKind
    url: str  # to poll; may differ from what was asked for
    name: str


async def recognise(url: str, gate: Gate) -> Recognised:
    """Return the source behind ``url``.

    A forum is read by its pages, which hold every reply, even where it has a feed; any other page
    by the feed that it names.

    Raises:
        NothingToRead: there is a page, but nothing to listen to.
        SourceError: the address could not be fetched, or its feed not read.
    """
    target = parse_url(url)
    if target.host in _HACKER_NEWS_HOSTS:
        return Recognised(kind=SourceKind.HACKER_NEWS, url=_HACKER_NEWS, name="Hacker News")
    try:
        page = await gate.get(target.url, headers=_ACCEPT)
    except AnswerRefused as refused:
        # the base of an API has no document of its own
        if api := await _search_api(target.url, gate):
            return api
        raise refused from None
    look = await _look(page, gate)
    if look.is_feed:
        return _source(SourceKind.FEED, page.url, look)
    if look.is_search_api:
        return _source(SourceKind.HACKER_NEWS, _without_paging(page.url), look)
    if look.forum:
        return _source(SourceKind.FORUM, page.url, look)
    for feed in look.feeds:
        if source := await _feed(feed, gate):
            return source
    if api := await _search_api(page.url, gate):
        return api
    raise NothingToRead("it is a page without a feed, and no forum that is known")


async def _look(page: Page, gate: Gate) -> FirstLook:
    return await gate.parsing.run(
        look_at,
        page.body,
        url=page.url,
        content_type=page.headers.get("content-type", ""),
    )


async def _feed(url: str, gate: Gate) -> Recognised | None:
    try:
        page = await gate.get(url, headers=_ACCEPT)
        look = await _look(page, gate)
    except SourceError:
        return None  # the page may name another one
    return _source(SourceKind.FEED, page.url, look) if look.is_feed else None


async def _search_api(url: str, gate: Gate) -> Recognised | None:
    base = URL(url.partition("?")[0].rstrip("/"))
    asked = base / "search_by_date" if base.name else base / "api" / "v1" / "search_by_date"
    try:
        page = await gate.get(str(asked.with_query(hitsPerPage="1")))
        look = await _look(page, gate)
    except SourceError:
        return None
    found = str(asked.parent)
    return _source(SourceKind.HACKER_NEWS, found, look) if look.is_search_api else None


def _without_paging(url: str) -> str:
    """Return a search without what the adapter sets itself."""
    parsed = URL(url)
    kept = {key: value for key, value in parsed.query.items() if key in {"query", "tags"}}
    return str(parsed.with_query(kept or None))


def _source(kind: SourceKind, url: str, look: FirstLook) -> Recognised:
    return Recognised(kind=kind, url=url, name=look.title or urlsplit(url).netloc)
