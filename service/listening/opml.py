"""Lists of feeds as feed readers exchange them: OPML 2.0 in and out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped] # ships no types
from defusedxml.ElementTree import ParseError, fromstring  # type: ignore[import-untyped] # as above

from config.shape import check_url
from crawlers.plaintext import one_line
from models.source import Source
from models.words import SourceKind
from service.errors import RefusedError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_BYTES = 60_000  # what a form may bring
MOST_FEEDS = 500
_LONGEST_URL = 2_000
_DEEPEST = 50  # outlines within each other


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A feed of a list."""

    url: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedList:
    """What a list holds, without what is there twice."""

    feeds: tuple[Listed, ...]
    refused: tuple[tuple[str, str], ...]  # address and why
    is_cut: bool  # there were more


def read_opml(content: bytes) -> FeedList:
    """Return the feeds of an OPML document.

    Entities, doctypes and what they could fetch are refused, not resolved.

    Raises:
        RefusedError: it is too large, or no OPML.
    """
    if len(content) > MOST_BYTES:
        raise RefusedError(
            f"It has more than {MOST_BYTES // 1000} kB: send it in several parts, or use "
            "`harken sources add` on the machine itself."
        )
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise RefusedError("It is no OPML that can be read: no plain XML.") from error
    if root.tag.rpartition("}")[2].lower() != "opml":
        raise RefusedError("It is no OPML: another kind of XML.")
    feeds: dict[str, Listed] = {}
    refused: list[tuple[str, str]] = []
    for url, name in _outlines(root):
        if url in feeds:
            continue
        if len(feeds) + len(refused) >= MOST_FEEDS:
            return FeedList(feeds=tuple(feeds.values()), refused=tuple(refused), is_cut=True)
        try:
            check_url(url[: _LONGEST_URL + 1])
            if len(url) > _LONGEST_URL:
                raise ValueError("is too long for an address")  # noqa: TRY301
        except ValueError as error:
            refused.append((one_line(url, most=120), str(error)))
        else:
            feeds[url] = Listed(url=url, name=name)
    return FeedList(feeds=tuple(feeds.values()), refused=tuple(refused), is_cut=False)


def _outlines(root: "Element") -> Iterator[tuple[str, str]]:
    """Yield address and name of each feed in reading order; what is nested too deeply is left."""
    waiting = [(root, 0)]
    while waiting:
        element, depth = waiting.pop()
        named = {key.rpartition("}")[2].lower(): value for key, value in element.attrib.items()}
        if url := named.get("xmlurl", "").strip():
            name = one_line(named.get("title") or named.get("text") or url, most=200)
            yield url, name or url[:200]
        if depth < _DEEPEST:
            waiting += [(child, depth + 1) for child in reversed(list(element))]


def write_opml(sources: Iterable[Source], *, title: str, now: datetime) -> bytes:
    """Return sources as OPML: feeds as other readers know them, the others as links."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        "<head>",
        f"<title>{_escaped(title)}</title>",
        f"<dateCreated>{format_datetime(now)}</dateCreated>",
        "</head>",
        "<body>",
        *(_outline(source) for source in sources),
        "</body>",
        "</opml>",
    ]
    return ("\n".join(lines) + "\n").encode()


def _outline(source: Source) -> str:
    name = quoteattr(source.name)
    if source.kind is SourceKind.FEED:
        return f'<outline type="rss" text={name} title={name} xmlUrl={quoteattr(source.url)}/>'
    kind = quoteattr(source.kind.value)
    return f'<outline type="link" text={name} url={quoteattr(source.url)} category={kind}/>'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
