"""Which page of a list or thread an address is, and which link leads to the next. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from selectolax.lexbor import LexborHTMLParser

from crawlers.forums.nodes import address, attribute
from crawlers.forums.onward_links import Link, onward

#: ``/page-3``, ``/page/3``, ``/page3``, ``/page:3``, ``/p3``, WordPress' ``/comment-page-3``,
#: SMF's ``,12.20.html``
_IN_PATH = re.compile(
    r"/(?:(?:comment-)?page[-/:=_]?|p)([0-9]{1,6})(?=/|$|\.html?$)|-page-([0-9]{1,6})"
)
_SMF = re.compile(r"(?<=topic[,=])([0-9]+)\.([0-9]+)|(?<=board[,=])([0-9]+)\.([0-9]+)")
#: What else an address may hold of its place in a list.
# fmt: off
PLACE_KEYS = frozenset({
    "page", "start", "offset", "st", "pagenumber", "pageno", "pagenum", "paged", "cpage", "pg",
    "page_id", "seite", "pagina", "página", "sida", "side", "strona", "strana", "sivu", "sayfa",
})
# fmt: on
_FOLLOWING = (
    "link[rel=next], a[rel~=next], .pagination .next a, .pagination a.next, li.next > a, "
    "a.next, a[aria-label^=Next], a[aria-label^=next], .pager .next a, a.pagination-next, "
    ".pagination-next a, a.next-page, a.nextpage, a.page-next"
)
#: What an address of a page holds; told before it is taken apart, which costs.
_MAY_PAGE = re.compile(
    r"(?:page|start|offset|st|no|pg|p|topic|board|paged|num|seite|gina|sida|side|strona|strana|"
    r"sivu|sayfa)[-_/:=,.]?[0-9]",
    re.IGNORECASE,
)
_MAX_LINKS = 3_000


@dataclass(frozen=True, slots=True)
class Place:
    """An address taken apart: of what, and how far into it."""

    of: str  # the address without the page
    at: int  # page or offset; 0 when the address doesn't say


def place(url: str) -> Place:
    """Return of what list or thread ``url`` is a page, and which."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return Place(url, 0)
    found = _IN_PATH.search(parts.path)
    at = int(found[1] or found[2]) if found else 0
    path = _IN_PATH.sub("", parts.path)
    query = parts.query
    if smf := _SMF.search(path + "?" + query):
        at = int(smf[2] or smf[4])
        path, query = (_SMF.sub(_only_number, text) for text in (path, query))
    kept = []
    for key, value in parse_qsl(query[:2_000]):
        if key.lower() in PLACE_KEYS and value.isascii() and value.isdigit():
            at = int(value[:9])
        elif key.lower() not in {"sid", "s", "phpsessid"}:
            kept.append((key, value))
    rest = "&".join(f"{key}={value}" for key, value in sorted(kept))
    return Place(f"{parts.netloc}{path.rstrip('/')}?{rest}", at)


def is_first(url: str) -> bool:
    """Say whether ``url`` is a first page, as far as it tells."""
    return place(url).at <= 1 if "page" in url.lower() else place(url).at == 0


def following(tree: LexborHTMLParser, *, url: str, selector: str = "") -> str | None:
    """Return the next page: as the page names it, else the nearest one behind this in its links.

    Args:
        tree: the page.
        url: its address.
        selector: what its platform uses.
    """
    for known in filter(None, (selector, _FOLLOWING)):
        for node in tree.css(known)[:3]:
            named = address(attribute(node, "href"), url)
            if named and not named.lower().startswith("javascript:") and not _is_back(named, url):
                return named
    anchors = tree.css("a[href]")[:_MAX_LINKS]
    hrefs = [attribute(node, "href") for node in anchors]
    if nearest := _nearest(hrefs, url):
        return nearest
    told = ((href, node.text()) for href, node in zip(hrefs, anchors, strict=True))
    return onward(_links(told, url), url=url)


def _is_back(named: str, url: str) -> bool:
    """Say whether a link leads to this page or one before it: on a last page, the last link is."""
    here, there = place(url), place(named)
    return there.of == here.of and there.at <= here.at and here.at > 0


def _links(told: Iterable[tuple[str, str]], url: str) -> Iterator[Link]:
    for href, words in told:
        target = address(href.partition("#")[0], url)
        if target:
            yield Link(target, words)


def _nearest(hrefs: Iterable[str], url: str) -> str | None:
    here = place(url)
    best: tuple[int, str] | None = None
    for href in dict.fromkeys(hrefs):
        if not _MAY_PAGE.search(href):
            continue
        target = address(href.partition("#")[0], url)
        there = place(target) if target else None
        if target and there and there.of == here.of and there.at > max(here.at, 1):
            best = min(best or (there.at, target), (there.at, target))
    return best[1] if best else None


def _only_number(found: re.Match[str]) -> str:
    return f"{found[1] or found[3]}.0"
