"""The bytes of a feed to its entries. Runs in the parsing child; feedparser is the authority.

``read_feed`` decides which bytes are parsed: all, what is whole of a document that breaks off,
the newest items of a huge one, or those never seen.
"""

import io
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import feedparser
from feedparser.encodings import convert_to_utf8

from crawlers.errors import EmptyDocument, NotAFeed, Unparseable
from crawlers.feeds.delta import Sight, sight, unseen_part
from crawlers.feeds.entry import MAX_ENTRIES, FeedDocument, key_of
from crawlers.feeds.fields import Parsed, date_of, entry_of, next_url_of, text_of, title_of
from crawlers.feeds.guard import is_well_formed, safe_encoding
from crawlers.feeds.json_feed import is_json, read_json_feed
from crawlers.feeds.pieces import Pieces, breaks_off, cut, whole_part
from crawlers.freshness import declared_seconds

#: Else it would look through all of the path for "drv_libxml2" at each document, a twelfth of its
#: time, and read feeds differently where it found it.
feedparser.api.PREFERRED_XML_PARSERS = []

#: What every feed has one of, in an encoding that extends ASCII.
_FEED_TAG = re.compile(
    rb"<(?:[A-Za-z_][\w.-]{0,40}:)?(?:rss|feed|rdf|channel|item|entry)[\s/>]", re.IGNORECASE
)
_NO_ASCII = re.compile(rb"\x00|^\x4c\x6f\xa7\x94")  # UTF-16, UTF-32, EBCDIC
_HTML = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)


def read_feed(
    body: bytes,
    *,
    url: str,
    content_type: str,
    language: str = "",
    most: int = MAX_ENTRIES,
    known: Sequence[str] = (),
) -> FeedDocument:
    """Return what is in a feed.

    Args:
        body: the document.
        url: what its relative links are relative to.
        content_type: as the server declares it, or empty.
        language: the Content-Language that the server declares, or empty.
        most: entries that are read; of more, the newest.
        known: the keys of items whose entries are not wanted any more.

    Raises:
        EmptyDocument: there is nothing in it.
        NotAFeed: it is something else.
        PoisonDocument: it is built to be expensive.
    """
    if not body.strip():
        raise EmptyDocument
    if is_json(body):
        return read_json_feed(body, url=url, most=most, known=known)
    if not _FEED_TAG.search(body) and not _NO_ASCII.search(body):
        raise NotAFeed(_what_it_is(body))  # feedparser needs a minute for a megabyte of "<"
    seen = sight(body, url=url, content_type=content_type, language=language)
    body, content_type = safe_encoding(body, content_type)
    said = {"content-type": content_type, "content-language": language, "content-location": url}
    headers = {name: value for name, value in said.items() if value}
    unseen = frozenset(known)
    if unseen and seen is not None and len(seen.keys) <= most:
        feed = _delta(body, headers, seen, url=url, known=unseen)
        if feed is not None:
            return feed
    if is_well_formed(body) or not breaks_off(body):
        body, problem = _bounded(body, headers, most=most)
        feed = _document(_understood(body, headers), seen, url=url, known=unseen)
        return replace(feed, problem=problem)
    pieces = cut(body)
    if not pieces.items:
        raise Unparseable("the document breaks off before its first complete entry")
    problem = f"the document breaks off; its {len(pieces.items)} complete entries were read"
    whole = whole_part(pieces)
    seen = sight(whole, url=url, content_type=said["content-type"], language=language)
    body, _ = _bounded(whole, headers, most=most)
    feed = _document(_understood(body, headers), seen, url=url, known=unseen)
    return replace(feed, problem=problem, whole=False)


def _delta(
    body: bytes, headers: Mapping[str, str], seen: Sight, *, url: str, known: Collection[str]
) -> FeedDocument | None:
    """Return the feed with its new entries, having parsed those only; None when that is unsafe.

    Raises:
        PoisonDocument: what would be parsed is built to be expensive.
    """
    decoded: dict[str, Any] = {}  # feedparser tells the encoding in it
    document = convert_to_utf8(headers, body, decoded)
    part = unseen_part(document, seen, known=known, encoding=decoded["encoding"])
    if part is None or not is_well_formed(part.body):
        return None
    in_utf_8 = {**headers, "content-type": "application/xml; charset=utf-8"}
    parsed = _parse(part.body, in_utf_8)
    if len(parsed["entries"]) != len(part.places) or not parsed["version"]:
        return None
    of_part = replace(seen, keys=tuple(seen.keys[place] for place in part.places))
    return replace(_document(parsed, of_part, url=url, known=known), items=seen.keys)


def _bounded(body: bytes, headers: dict[str, str], *, most: int) -> tuple[bytes, str | None]:
    """Return the document with no more entries than are read, and what was left out."""
    pieces = cut(body)
    problem = None
    if len(pieces.items) > most:
        problem = f"the document has {len(pieces.items):,} entries; {most:,} were read"
        body = pieces.document(_newest(pieces, headers, most=most))
    return body, problem


def _newest(pieces: Pieces, headers: dict[str, str], *, most: int) -> tuple[bytes, ...]:
    """Return as many items as are read, from the end that is newer."""
    ends = _parse(pieces.document((pieces.items[0], pieces.items[-1])), headers)["entries"]
    first, last = date_of(ends[0], "published"), date_of(ends[-1], "published")
    grows_down = first is not None and last is not None and first < last
    return pieces.items[-most:] if grows_down else pieces.items[:most]


def _parse(body: bytes, headers: Mapping[str, str]) -> Parsed:
    """Let feedparser parse. Only ever a BytesIO: it opens files and URLs that bytes name."""
    parsed: Parsed = feedparser.parse(
        io.BytesIO(body),
        response_headers=headers,
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    return parsed


def _understood(body: bytes, headers: dict[str, str]) -> Parsed:
    parsed = _parse(body, headers)
    if not parsed["version"] and not parsed["entries"]:
        raise NotAFeed(_what_it_is(body))
    return parsed


def _document(
    parsed: Parsed, seen: Sight | None, *, url: str, known: Collection[str]
) -> FeedDocument:
    feed, found = parsed["feed"], parsed["entries"][:MAX_ENTRIES]
    is_atom = parsed["version"].startswith("atom")
    entries = [entry_of(entry, feed, is_atom=is_atom) for entry in found]
    if seen is not None and len(seen.keys) == len(entries):
        keys = seen.keys
    else:  # what cannot be told apart in the bytes is known by what was read
        keys = tuple(map(key_of, entries))
    new = ((entry, key) for entry, key in zip(entries, keys, strict=True) if key not in known)
    return FeedDocument(
        title=title_of(feed),
        entries=tuple(replace(entry, item=key) for entry, key in new),
        items=keys,
        holds_seconds=declared_seconds(
            ttl=text_of(feed, "ttl"),
            period=text_of(feed, "sy_updateperiod"),
            frequency=text_of(feed, "sy_updatefrequency"),
        ),
        next_url=next_url_of(feed, url=url),
    )


def _what_it_is(body: bytes) -> str:
    if _HTML.search(body, 0, 4_096):
        return "a web page"
    if body.lstrip()[:1] == b"[":
        return "a JSON document"
    return "something else"
