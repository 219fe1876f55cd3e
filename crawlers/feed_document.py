"""The bytes of a feed to its entries. Runs in the parsing child; feedparser is the authority.

The split for delta parsing: ``read_feed`` decides which bytes are parsed, ``_entries`` parses.
"""

import calendar
import hashlib
import io
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import feedparser

from crawlers.errors import EmptyDocument, NotAFeed, Unparseable
from crawlers.feed_guard import is_well_formed, safe_encoding
from crawlers.feed_pieces import Pieces, breaks_off, cut, whole_part
from crawlers.plaintext import PlainText, from_html, from_text, one_line, title_from_html

MAX_ENTRIES = 2_000
MAX_TITLE = 300
MAX_NAME = 100
MAX_TAGS = 20
#: Longer ids are replaced by their hash, longer links are dropped.
MAX_ID = 2_048

_HTML = re.compile(rb"<!doctype\s+html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE)
_MAIL = re.compile(r"\S+@\S+\.\S+")
#: feedparser's dictionaries hold whatever the document holds.
Parsed = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An entry as the feed gives it, in plain text and with bounded fields."""

    id: str | None
    link: str | None
    title: str
    text: str
    quoted: str
    author: str | None
    author_url: str | None
    published: int | None  # seconds since 1970, as stated
    updated: int | None
    language: str | None
    tags: tuple[str, ...]
    in_reply_to: str | None  # the id of the entry it answers
    digest: str  # of title and text: tells entries with equal ids apart


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A feed that was read."""

    title: str
    entries: tuple[FeedEntry, ...]  # in the document's order
    problem: str | None = None  # what is wrong with it although it could be read
    whole: bool = True  # False when it broke off, so that there is more to be had


def read_feed(
    body: bytes, *, url: str, content_type: str, language: str = "", most: int = MAX_ENTRIES
) -> FeedDocument:
    """Return what is in a feed.

    Args:
        body: the document.
        url: what its relative links are relative to.
        content_type: as the server declares it, or empty.
        language: the Content-Language that the server declares, or empty.
        most: entries that are read; of more, the newest.

    Raises:
        EmptyDocument: there is nothing in it.
        NotAFeed: it is something else.
        PoisonDocument: it is built to be expensive.
    """
    if not body.strip():
        raise EmptyDocument
    body, content_type = safe_encoding(body, content_type)
    said = {"content-type": content_type, "content-language": language, "content-location": url}
    headers = {name: value for name, value in said.items() if value}
    if is_well_formed(body) or not breaks_off(body):
        body, problem = _bounded(body, headers, most=most)
        return _entries(body, headers, problem=problem)
    pieces = cut(body)
    if not pieces.items:
        raise Unparseable("the document breaks off before its first complete entry")
    problem = f"the document breaks off; its {len(pieces.items)} complete entries were read"
    body, _ = _bounded(whole_part(pieces), headers, most=most)
    return replace(_entries(body, headers, problem=problem), whole=False)


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
    first, last = _date(ends[0], "published"), _date(ends[-1], "published")
    grows_down = first is not None and last is not None and first < last
    return pieces.items[-most:] if grows_down else pieces.items[:most]


def _parse(body: bytes, headers: dict[str, str]) -> Parsed:
    """Let feedparser parse. Only ever a BytesIO: it opens files and URLs that bytes name."""
    parsed: Parsed = feedparser.parse(
        io.BytesIO(body),
        response_headers=headers,
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    return parsed


def _entries(body: bytes, headers: dict[str, str], *, problem: str | None) -> FeedDocument:
    parsed = _parse(body, headers)
    if not parsed["version"] and not parsed["entries"]:
        raise NotAFeed(_what_it_is(body))
    feed = parsed["feed"]
    entries = tuple(_entry(entry, feed) for entry in parsed["entries"][:MAX_ENTRIES])
    return FeedDocument(title=_title(feed), entries=entries, problem=problem)


def _entry(entry: Parsed, feed: Parsed) -> FeedEntry:
    body = _body(entry)
    title = _title(entry)
    return FeedEntry(
        id=_short(_text(entry, "id")),
        link=_text(entry, "link") or None,
        title=title,
        text=body.text,
        quoted=body.quoted,
        author=_author(entry),
        author_url=_text(entry.get("author_detail") or {}, "href")[:MAX_ID] or None,
        published=_date(entry, "published"),
        updated=_date(entry, "updated"),
        language=_language(entry, feed),
        tags=_tags(entry),
        in_reply_to=_short(_text(entry.get("thr_in-reply-to") or {}, "ref")),
        digest=hashlib.sha256(f"{title}\0{body.text}".encode()).hexdigest()[:32],
    )


def _body(entry: Parsed) -> PlainText:
    """Return the fullest text: some feeds put a teaser into one field and all into another."""
    candidates = [part for part in entry.get("content") or () if part.get("value")]
    if not candidates and _text(entry, "summary"):
        candidates = [entry.get("summary_detail") or {"value": entry["summary"]}]
    if not candidates:
        return PlainText("")
    fullest = max(candidates, key=lambda part: len(part.get("value") or ""))
    read = from_text if fullest.get("type") == "text/plain" else from_html
    return read(str(fullest.get("value") or ""))


def _title(of: Parsed) -> str:
    detail = of.get("title_detail") or {}
    raw = _text(of, "title")
    if detail.get("type") == "text/plain":
        return one_line(raw, most=MAX_TITLE)
    return title_from_html(raw, most=MAX_TITLE)


def _author(entry: Parsed) -> str | None:
    """Return the author's name. A mail address is not kept, only the name before its @."""
    detail = entry.get("author_detail") or {}
    # not its "name" first: feedparser knows no endings longer than .name, and cuts addresses up
    raw = _text(entry, "author") or _text(detail, "name") or _text(detail, "email")
    if _MAIL.search(raw):
        raw = _MAIL.sub("", raw).strip(" ()<>,;") or raw.partition("@")[0]
    name = one_line(raw, most=MAX_NAME)
    return name or None


def _language(entry: Parsed, feed: Parsed) -> str | None:
    parts = [*(entry.get("content") or ()), entry.get("summary_detail") or {}, feed]
    return next((one_line(str(p["language"]), most=35) for p in parts if p.get("language")), None)


def _tags(entry: Parsed) -> tuple[str, ...]:
    terms = (one_line(str(tag.get("term") or ""), most=60) for tag in entry.get("tags") or ())
    return tuple(dict.fromkeys(term for term in terms if term))[:MAX_TAGS]


def _date(entry: Parsed, which: str) -> int | None:
    # dict.get: feedparser's own answers "updated" with "published", and warns
    moment = dict.get(entry, f"{which}_parsed") if isinstance(entry, dict) else None
    if not isinstance(moment, time.struct_time):
        return None
    try:
        return calendar.timegm(moment)
    except (ValueError, OverflowError):
        return None


def _text(of: Parsed, key: str) -> str:
    value = of.get(key)
    return value.strip() if isinstance(value, str) else ""


def _short(identifier: str) -> str | None:
    if len(identifier) > MAX_ID:
        return hashlib.sha256(identifier.encode(errors="replace")).hexdigest()
    return identifier or None


def _what_it_is(body: bytes) -> str:
    if _HTML.search(body, 0, 4_096):
        return "a web page"
    if body.lstrip()[:1] in {b"{", b"["}:
        return "a JSON document"
    return "something else"
