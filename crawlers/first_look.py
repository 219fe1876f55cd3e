"""A first look at a document that somebody gave the address of. Runs in the parsing child."""

import json
import re
from dataclasses import dataclass
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from crawlers.feed_document import read_feed
from crawlers.forum_page import read_forum_page
from crawlers.plaintext import one_line

_FEED_ROOT = re.compile(rb"<(?:[\w-]+:)?(?:rss|feed|RDF|channel)[\s>]", re.IGNORECASE)
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml")
_COMMENTS = re.compile(r"comment", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FirstLook:
    """What a document turned out to be."""

    title: str
    is_feed: bool = False
    is_search_api: bool = False  # answers like Hacker News' search
    forum: str | None = None  # the name of its software
    feeds: tuple[str, ...] = ()  # that the page names, the likeliest first


def look_at(body: bytes, *, url: str, content_type: str) -> FirstLook:
    """Return what the document is: a feed, an answer of a search API, a forum, or a page.

    Raises:
        BadDocument: it is a feed that cannot be read.
    """
    start = body.lstrip()[:4_096]
    if start[:1] == b"{":
        return FirstLook(title="", is_search_api=_is_search_answer(body))
    if _FEED_ROOT.search(start) and b"<html" not in start.lower():
        return FirstLook(title=_feed_title(body, url, content_type), is_feed=True)
    tree = LexborHTMLParser(body)
    title = tree.css_first("title")
    page = read_forum_page(body, url=url)
    is_forum = bool(page.platform and (page.boards or page.threads or page.posts))
    return FirstLook(
        title=one_line(title.text(), most=300) if title else "",
        forum=page.platform if is_forum else None,
        feeds=_alternates(tree, url),
    )


def _feed_title(body: bytes, url: str, content_type: str) -> str:
    return read_feed(body, url=url, content_type=content_type).title


def _alternates(tree: LexborHTMLParser, url: str) -> tuple[str, ...]:
    """Return the feeds that the page names, those of comments last."""
    found: list[tuple[bool, str]] = []
    for link in tree.css("link[rel~=alternate][href]")[:50]:
        attributes = link.attributes
        kind = (attributes.get("type") or "").partition(";")[0].strip().lower()
        href = (attributes.get("href") or "").strip()
        if kind in _FEED_TYPES and href:
            of_comments = _COMMENTS.search(f"{attributes.get('title')} {href}") is not None
            found.append((of_comments, urljoin(url, href)))
    return tuple(dict.fromkeys(href for _, href in sorted(found, key=lambda pair: pair[0])))


def _is_search_answer(body: bytes) -> bool:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return False
    hits = answer.get("hits") if isinstance(answer, dict) else None
    return isinstance(hits, list) and all(
        isinstance(hit, dict) and "objectID" in hit for hit in hits
    )
