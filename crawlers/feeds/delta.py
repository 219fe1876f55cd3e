"""Delta parsing: which items of a feed were never seen, and the small document that has them.

feedparser is the authority and slow, so it gets head, new items and tail instead of everything:
9 times cheaper for one new item in thirty. What it says of an item depends on more than the item,
and each such thing is either in the item's key, or looked for here, and then the whole document
is parsed: the head's language, base and prefixes; the encoding, which is chosen by what all bytes
allow; whether all of it is XML, since feedparser has another parser for what is not; and what
earlier items leave behind in feedparser's state.
"""

import base64
import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from xml.parsers import expat

from crawlers.feeds.pieces import Pieces, split

#: The largest document whose items are looked at outside the parsing child: of hostile bytes it
#: takes about 50 ms, and most feeds are smaller (the median has 79 KB).
LARGEST_AT_ONCE = 256 * 1024
_MOST_AROUND = 64 * 1024  # before the first item, and behind the last

#: Signs of encodings in which a byte that looks like "<" may be part of a character.
_SHIFTS = (b"\x00", b"\x1b", b"~{")
_DECLARED = re.compile(
    rb"""(?<![\w:.-])(?:xml:base|(?:xml:)?lang|xmlns(?::[\w.-]{1,60})?|version|encoding)
    \s{0,9}=\s{0,9}(?:"[^"<]{0,500}"|'[^'<]{0,500}')""",
    re.VERBOSE,
)
_LANGUAGE = re.compile(rb"<(?:[\w.-]{1,40}:)?language[^<>]{0,200}>([^<]{0,200})")
_PREFIX = re.compile(rb"""xmlns:([\w.-]{1,60})\s{0,9}=\s{0,9}["']([^"'<>]{0,500})["']""")
_MAX_PREFIXES = 200
_FIRST_TAG = re.compile(rb"<(?:[\w.-]{1,40}:)?(\w{1,40})")
#: Without one of these as the default, RDF's version hangs on what items declare.
_RDF_FEEDS = (b"http://purl.org/rss/1.0/", b"http://my.netscape.com/rdf/simple/0.9/")

_CDATA_OR_COMMENT = re.compile(rb"<!\[CDATA\[.*?\]\]>|<!--.*?-->", re.DOTALL)
#: Elements whose end feedparser takes for the end of a text that it collects, wherever they are.
_TEXTS = (
    rb"title|subtitle|tagline|rights|copyright|description|abstract|info|browserfriendly|summary"
    rb"|content|body|encoded|fullitem"
)
_TEXT_TAG = re.compile(rb"(?i)<(/?)(?:[\w.-]{1,40}:)?(?:" + _TEXTS + rb")(?=[\s/>])[^<>]*?(/?)>")
#: Elements that change what it thinks of the items behind them.
_ODD_TAG = re.compile(rb"(?i)<(?:[\w.-]{1,40}:)?(?:div|svg|math|rss|feed|channel|rdf)[\s/>]")


@dataclass(frozen=True, slots=True)
class Sight:
    """A feed's items and the key of each: equal keys mean that feedparser would say the same."""

    body: bytes  # as it came
    pieces: Pieces
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A document with some of a feed's items, and where they were."""

    body: bytes
    places: tuple[int, ...]


def sight(body: bytes, *, url: str, content_type: str, language: str) -> Sight | None:
    """Return a feed's items with their keys; None when they cannot be told apart for sure.

    Args:
        body: the document as it came.
        url: what its relative links are relative to.
        content_type: as the server declares it.
        language: the Content-Language that the server declares.
    """
    pieces = None if any(sign in body for sign in _SHIFTS) else split(body)
    if pieces is None or max(len(pieces.head), len(pieces.tail)) > _MOST_AROUND:
        return None
    around = hashlib.blake2b(digest_size=32)
    for said in (url, content_type, language):
        around.update(said.encode(errors="replace") + b"\n")
    for declared in (pieces.head, pieces.tail):
        around.update(b"\n".join(_DECLARED.findall(declared) + _LANGUAGE.findall(declared)))
    secret = around.digest()
    return Sight(body, pieces, tuple(_key(item, secret) for item in pieces.items))


def _key(item: bytes, around: bytes) -> str:
    return short(hashlib.blake2b(item, digest_size=8, key=around).digest())


def short(digest: bytes) -> str:
    """Return a digest as text; eight bytes are eleven characters."""
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def unseen_part(
    document: bytes, seen: Sight, *, known: Collection[str], encoding: str
) -> Part | None:
    """Return the document with the items that feedparser must see to tell what the new ones are.

    None when it must see all: there is nothing to leave out, or leaving out could make a
    difference.

    Args:
        document: the feed in UTF-8, as feedparser reads it.
        seen: the items and keys of the feed as it came.
        known: the keys of the items that were parsed before.
        encoding: what it was decoded from.
    """
    pieces = _pieces_of(document, seen, encoding)
    new = [place for place, key in enumerate(seen.keys) if key not in known]
    if pieces is None or not new or not _is_sure(document, pieces):
        return None
    if not all(_is_same(seen.pieces.items, pieces.items, place, encoding) for place in new):
        return None
    before = set(range(new[-1])).difference(new)
    places = sorted({*new, *(place for place in before if leaves_traces(pieces.items[place]))})
    if len(places) == len(pieces.items):
        return None
    body = pieces.document(tuple(pieces.items[place] for place in places))
    return Part(body, tuple(places))


def _pieces_of(document: bytes, seen: Sight, encoding: str) -> Pieces | None:
    """Return the document's pieces: those it came in where decoding touched its prolog only."""
    items_on = seen.body[len(seen.pieces.head) :]
    if encoding.lower() == "utf-8" and document.endswith(items_on):
        return replace(seen.pieces, head=document[: -len(items_on)])
    return split(document)


def _is_same(raw: tuple[bytes, ...], items: tuple[bytes, ...], place: int, encoding: str) -> bool:
    try:
        decoded = raw[place].decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return len(raw) == len(items) and decoded.encode(errors="replace") == items[place]


def _is_sure(document: bytes, pieces: Pieces) -> bool:
    """Say whether an item means the same without those before it."""
    root = _FIRST_TAG.search(pieces.head)
    kind = root[1].lower() if root else b""
    if kind not in {b"rss", b"feed", b"rdf"}:
        return False
    if kind == b"rdf" and not any(feed in pieces.head for feed in _RDF_FEEDS):
        return False
    return _prefixes_hold(document, pieces.head) and is_strictly_xml(document)


def _prefixes_hold(document: bytes, head: bytes) -> bool:
    """Say whether prefixes that items declare mean one thing throughout the document."""
    in_head = set(_PREFIX.findall(head))
    everywhere = set(_PREFIX.findall(document))
    in_items = everywhere - in_head
    return len(everywhere) <= _MAX_PREFIXES and all(
        sum(prefix == other or uri == at for other, at in everywhere) == 1
        for prefix, uri in in_items
    )


def leaves_traces(item: bytes) -> bool:
    """Say whether feedparser may read the items behind this one differently because of it.

    It ends a text at the end tag of any element that is called like one, also at a ``<summary>``
    or ``<title>`` in XHTML, and from then on is inside a text once less than it should be.
    """
    markup = _CDATA_OR_COMMENT.sub(b"", item)
    if _ODD_TAG.search(markup):
        return True
    depth = 0
    for tag in _TEXT_TAG.finditer(markup):
        if not tag[2]:
            depth += -1 if tag[1] else 1
        if depth not in {0, 1}:
            return True
    return depth != 0


def is_strictly_xml(document: bytes) -> bool:
    """Say whether a document is XML with namespaces, as feedparser's strict parser demands."""
    try:
        expat.ParserCreate(namespace_separator=" ").Parse(document, True)
    except (expat.ExpatError, LookupError, ValueError):
        return False
    return True
