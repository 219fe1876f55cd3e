"""A first look at a document that somebody gave the address of. Runs in the parsing child."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from crawlers.feeds.document import read_feed
from crawlers.forums.page import AFTER_FEEDS, UNKNOWN, read_forum_page
from crawlers.forums.values import ForumPage
from crawlers.plaintext import one_line
from models.words import SourceKind

_FEED_ROOT = re.compile(rb"<(?:[\w-]+:)?(?:rss|feed|RDF|channel)[\s>]", re.IGNORECASE)
_FEED_TYPES = (
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+json",
    "application/json",
)
#: So many threads that say how many answers they have make a list.
_THREADS_OF_A_LIST = 3
_COMMENTS = re.compile(r"comment", re.IGNORECASE)
#: Other JSON that pages name as an alternate of theirs.
_NO_FEED = re.compile(r"oembed|wp-json|/api/", re.IGNORECASE)

#: What ``<meta name=generator>`` begins with, and what else only this software's pages have.
_MARKS = (
    (
        SourceKind.DISCOURSE,
        "discourse",
        "meta#data-discourse-setup, meta[name=discourse_theme_id]",
    ),
    (SourceKind.NODEBB, "nodebb", "script[src*='/assets/nodebb.min.js']"),
    (SourceKind.MASTODON, "mastodon", "#mastodon, #mastodon-svg-logo"),
    (SourceKind.LEMMY, "lemmy", "meta[name=Description][content=Lemmy]"),
    (SourceKind.FOREM, "forem", "meta[property='forem:name'], meta[name='forem:name']"),
    (SourceKind.HYPERKITTY, "hyperkitty", "link[href*='hyperkitty'], script[src*='hyperkitty']"),
)
#: lemmy-ui hands its pages' content over under this name, in a script.
_LEMMY_DATA = b"window.isoData"
#: What the answers of APIs are known by, when the address of one was given.
_ANSWERS = (
    (SourceKind.DISCOURSE, ("latest_posts",)),
    (SourceKind.DISCOURSE, ("topic_list",)),
    (SourceKind.LEMMY, ("site_view",)),
    (SourceKind.NODEBB, ("topics", "nextStart")),
)


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What a document turned out to be."""

    title: str
    is_feed: bool = False
    is_search_api: bool = False  # answers like Hacker News' search
    forum: str | None = None  # the name of its software, when its pages can be read
    lists_threads: bool = False  # so that its pages have more to say than its feed
    community: SourceKind | None = None  # what reads it by an API, if its marks are true
    feeds: tuple[str, ...] = ()  # that the page names, the likeliest first


def look_at(
    body: bytes, *, url: str, content_type: str, powered_by: str = "", now: int = 0
) -> FirstLook:
    """Return what the document is: a feed, an answer of an API, a forum, or a page.

    Args:
        body: the document.
        url: where it was found.
        content_type: as the server declares it, or empty.
        powered_by: the header X-Powered-By, or empty.
        now: seconds since 1970, for times like "2 hours ago".

    Raises:
        BadDocument: it is a feed that cannot be read.
    """
    start = body.lstrip()[:4_096]
    if start[:1] == b"{":
        return _look_at_json(body)
    if _FEED_ROOT.search(start) and b"<html" not in start.lower():
        return FirstLook(title=_feed_title(body, url, content_type), is_feed=True)
    tree = LexborHTMLParser(body)
    title = tree.css_first("title")
    page = read_forum_page(body, url=url, now=now)
    is_forum = bool(page.platform and (page.boards or page.threads or page.posts))
    return FirstLook(
        title=one_line(title.text(), most=300) if title else "",
        forum=page.platform if is_forum else None,
        lists_threads=is_forum and _lists_threads(page),
        community=_community(tree, body, powered_by),
        feeds=_alternates(tree, url),
    )


def _look_at_json(body: bytes) -> FirstLook:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return FirstLook(title="")
    if str(answer.get("version")).startswith("https://jsonfeed.org/version/"):
        return FirstLook(title=one_line(str(answer.get("title") or ""), most=300), is_feed=True)
    kinds = (kind for kind, keys in _ANSWERS if all(key in answer for key in keys))
    return FirstLook(
        title="", is_search_api=_is_search_answer(answer), community=next(kinds, None)
    )


def _lists_threads(page: ForumPage) -> bool:
    """Say whether it is a forum's list for sure: a blog may look like one, and has a feed."""
    if page.platform not in AFTER_FEEDS:
        return True
    told = sum(thread.state is not None for thread in page.threads)
    return page.platform == UNKNOWN and (bool(page.boards) or told >= _THREADS_OF_A_LIST)


def _community(tree: LexborHTMLParser, body: bytes, powered_by: str) -> SourceKind | None:
    node = tree.css_first("meta[name=generator]")
    says = ((node.attributes.get("content") or "") if node else "").strip().lower()
    for kind, name, mark in _MARKS:
        if says.startswith(name) or powered_by.lower().startswith(name) or tree.css_first(mark):
            return kind
    return SourceKind.LEMMY if _LEMMY_DATA in body else None


def _feed_title(body: bytes, url: str, content_type: str) -> str:
    return read_feed(body, url=url, content_type=content_type).title


def _alternates(tree: LexborHTMLParser, url: str) -> tuple[str, ...]:
    """Return the feeds that the page names, those of comments last."""
    found: list[tuple[bool, str]] = []
    for link in tree.css("link[rel~=alternate][href]")[:50]:
        attributes = link.attributes
        kind = (attributes.get("type") or "").partition(";")[0].strip().lower()
        href = (attributes.get("href") or "").strip()
        if kind in _FEED_TYPES and href and not (kind.endswith("/json") and _NO_FEED.search(href)):
            of_comments = _COMMENTS.search(f"{attributes.get('title')} {href}") is not None
            found.append((of_comments, urljoin(url, href)))
    return tuple(dict.fromkeys(href for _, href in sorted(found, key=lambda pair: pair[0])))


def _is_search_answer(answer: Mapping[str, object]) -> bool:
    hits = answer.get("hits")
    return isinstance(hits, list) and all(
        isinstance(hit, dict) and "objectID" in hit for hit in hits
    )
