"""JSON Feed 1.0 and 1.1, which feedparser does not know. Runs in the parsing child.

https://www.jsonfeed.org/version/1.1/. Read with tolerance: an item of a strange shape costs
itself at most, also one with two values for one name, of which each reader takes another. What
JSON allows and no feed needs is refused: a thousand nested lists, numbers of twenty digits, NaN.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urljoin

from crawlers.errors import NotAFeed, PoisonDocument, Unparseable
from crawlers.feeds.entry import (
    MAX_ENTRIES,
    MAX_ID,
    MAX_LANGUAGE,
    MAX_TAG,
    MAX_TAGS,
    MAX_TITLE,
    FeedDocument,
    FeedEntry,
    digest_of,
    id_of,
    key_of,
)
from crawlers.feeds.fields import author_name
from crawlers.plaintext import PlainText, from_html, from_text, one_line
from crawlers.times import epoch

_VERSION = "jsonfeed.org/version/"
_MAX_DIGITS = 20
_BLANKS = "\ufeff \t\r\n"  # with the mark that some write before Unicode
_LOOKED_AT = 4_096  # bytes, for the first that is no blank

#: What JSON may hold: the shape is only known once it was looked at.
Json = Mapping[str, object]


def is_json(body: bytes) -> bool:
    """Say whether a document is a JSON object, and so no XML."""
    return _decoded(body[:_LOOKED_AT])[:1] == "{"


def _decoded(body: bytes) -> str:
    """Return the text, of UTF-8 if it isn't UTF-16 or UTF-32; one bad byte costs one letter."""
    return body.decode(json.detect_encoding(body), errors="replace").lstrip(_BLANKS)


class _TwoValued(dict[str, object]):
    """An object that has two values for one name."""


def read_json_feed(
    body: bytes, *, url: str, most: int = MAX_ENTRIES, known: Sequence[str] = ()
) -> FeedDocument:
    """Return what is in a JSON Feed, as ``read_feed`` does.

    Raises:
        NotAFeed: it is another JSON document.
        PoisonDocument: it is built to be expensive.
        Unparseable: it is no JSON, or can be read in two ways.
    """
    feed = _load(body)
    if isinstance(feed, _TwoValued):
        raise Unparseable("a name is given twice in one object")
    items = feed.get("items")
    if _VERSION not in _text(feed, "version") or not isinstance(items, list):
        raise NotAFeed("a JSON document")
    objects = [item for item in items if isinstance(item, dict) and _is_sure(item)]
    entries = [_entry(item, feed, url=url) for item in _newest(objects, most=most)]
    readable = [entry for entry in entries if entry.id or entry.link or entry.title or entry.text]
    seen = frozenset(known)
    keyed = [replace(entry, item=key_of(entry)) for entry in readable]
    return FeedDocument(
        title=one_line(_text(feed, "title"), most=MAX_TITLE),
        entries=tuple(entry for entry in keyed if entry.item not in seen),
        items=tuple(entry.item for entry in keyed),
        problem=_problem(len(items), len(keyed)),
        next_url=_link(feed, "next_url", base=url),
    )


def _load(body: bytes) -> Json:
    try:
        loaded = json.loads(
            _decoded(body),
            strict=False,  # line breaks within a text, as templates write them
            parse_int=_integer,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except RecursionError as error:
        raise PoisonDocument("its parts are nested without end") from error
    except ValueError as error:
        raise Unparseable("it is no JSON") from error
    return loaded if isinstance(loaded, dict) else {}


def _integer(digits: str) -> int:
    if len(digits) > _MAX_DIGITS:
        raise PoisonDocument(f"a number has more than {_MAX_DIGITS} digits")
    return int(digits)


def _constant(name: str) -> float:
    raise Unparseable(f"it says {name}, which is no JSON")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    read = dict(pairs)
    is_plain = len(read) == len(pairs) or all(
        read[name] is value or read[name] == value for name, value in pairs
    )
    return read if is_plain else _TwoValued(read)


def _is_sure(item: Mapping[str, object]) -> bool:
    """Say whether an item can be read in one way only."""
    authors = item.get("authors")
    parts = [item, item.get("author"), *(authors if isinstance(authors, list) else [])]
    return not any(isinstance(part, _TwoValued) for part in parts)


def _newest(items: Sequence[Json], *, most: int) -> Sequence[Json]:
    """Return as many items as are read, from the end that is newer."""
    if len(items) <= most:
        return items
    first, last = _date(items[0], "date_published"), _date(items[-1], "date_published")
    grows_down = first is not None and last is not None and first < last
    return items[-most:] if grows_down else items[:most]


def _problem(there: int, read: int) -> str | None:
    if there == read:
        return None
    return f"the document has {there:,} entries; {read:,} were read"


def _entry(item: Json, feed: Json, *, url: str) -> FeedEntry:
    body = _body(item)
    title = one_line(_text(item, "title"), most=MAX_TITLE)
    author = _author(item) or _author(feed) or {}
    language = _text(item, "language") or _text(feed, "language")
    return FeedEntry(
        id=id_of(_text(item, "id")),
        link=_link(item, "url", base=url) or _link(item, "external_url", base=url),
        title=title,
        text=body.text,
        quoted=body.quoted,
        author=author_name(_text(author, "name")),
        author_url=_link(author, "url", base=url),
        published=_date(item, "date_published"),
        updated=_date(item, "date_modified"),
        language=one_line(language, most=MAX_LANGUAGE) or None,
        tags=_tags(item),
        in_reply_to=None,
        digest=digest_of(title, body.text),
    )


def _body(item: Json) -> PlainText:
    if markup := _text(item, "content_html"):
        return from_html(markup)
    return from_text(_text(item, "content_text") or _text(item, "summary"))


def _author(of: Json) -> Json | None:
    """Return the first author: 1.1 has a list of them, 1.0 has one."""
    authors = of.get("authors")
    candidates = (
        [*authors[:1], of.get("author")] if isinstance(authors, list) else [of.get("author")]
    )
    return next((author for author in candidates if isinstance(author, dict)), None)


def _tags(item: Json) -> tuple[str, ...]:
    tags = item.get("tags")
    named = (
        [tag for tag in tags[: 4 * MAX_TAGS] if isinstance(tag, str)]
        if isinstance(tags, list)
        else []
    )
    terms = dict.fromkeys(one_line(tag, most=MAX_TAG) for tag in named)
    return tuple(term for term in terms if term)[:MAX_TAGS]


def _link(of: Json, key: str, *, base: str) -> str | None:
    reference = _text(of, key)
    if not reference or len(reference) > MAX_ID:
        return None
    try:
        return urljoin(base, reference)
    except ValueError:
        return None


def _date(item: Json, key: str) -> int | None:
    text = _text(item, key)
    return epoch(text) if text else None


def _text(of: Json, key: str) -> str:
    """Return a text; numbers that should be texts, as ids often are, become them."""
    value = of.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else ""
