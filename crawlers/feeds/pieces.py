"""Cutting a feed's bytes into its items, without understanding them.

For what only bytes can tell: that a document breaks off, and where its last whole item ends;
for keeping a huge one small enough to parse (``cut``); and for telling items that were seen from
those that are new (``split``, which rather gives up than cuts in a wrong place).
"""

import re
from dataclasses import dataclass
from itertools import pairwise

_ITEM = re.compile(rb"<((?:[A-Za-z_][\w.-]{0,40}:)?(?:item|entry))(?=[\s>])", re.IGNORECASE)
_ROOT = re.compile(rb"<((?:[A-Za-z_][\w.-]{0,40}:)?(?:rss|feed|RDF|channel))[\s>]", re.IGNORECASE)
#: What ``split`` stops at: what may hide an item's tags, and the tags themselves.
_TOKEN = re.compile(
    rb"""<(?:!\[CDATA\[|!--|\?|!DOCTYPE
    |(?P<close>/?)(?P<name>(?:[A-Za-z_][\w.-]{0,40}:)?(?i:item|entry))(?=[\s/>])
     (?:[^<>"']++|"[^"<]*+"|'[^'<]*+')*+>)""",
    re.VERBOSE,
)
_OPAQUE = {b"<![CDATA[": b"]]>", b"<!--": b"-->", b"<?": b"?>"}
#: More items are not told apart: of a huge document the newest are parsed, whatever was seen.
_MOST_ITEMS = 2_000
_MOST_TOKENS = 20_000
_ROOT_WITHIN = 8_192  # bytes, after comments and a doctype
_TAIL = 2_048


@dataclass(frozen=True, slots=True)
class Pieces:
    """A feed as head, items and tail; put together they are the document, but for blanks."""

    head: bytes
    items: tuple[bytes, ...]
    tail: bytes

    def document(self, items: tuple[bytes, ...]) -> bytes:
        """Return the document with these items only."""
        return self.head + b"".join(items) + self.tail


def cut(body: bytes) -> Pieces:
    """Return the pieces of a feed in an encoding that extends ASCII; no items for all others.

    Each item is from its start tag up to the next one's. Any document is cut, well or badly.
    """
    starts: list[tuple[int, int]] = []
    position = 0
    while (start := _ITEM.search(body, position)) is not None:
        closing = b"</" + start[1] + b">"
        end = body.find(closing, start.end())
        if end == -1:
            break
        position = end + len(closing)
        starts.append((start.start(), position))
    if not starts:
        return Pieces(head=body, items=(), tail=b"")
    limits = [begin for begin, _ in starts[1:]] + [starts[-1][1]]
    items = tuple(body[begin:limit] for (begin, _), limit in zip(starts, limits, strict=True))
    return Pieces(head=body[: starts[0][0]], items=items, tail=body[limits[-1] :])


def split(body: bytes) -> Pieces | None:
    """Return the pieces of a feed whose items any XML parser would find where we find them.

    None when there are no items or more than 2,000, anything but blanks between them, one inside
    another, a doctype, which may declare anything, or 20,000 comments and the like. Each item is
    from ``<`` to ``>``. Takes time in proportion to the length, 200 ns for each ``<`` at worst.
    """
    spans: list[tuple[int, int]] = []
    begin, name, position = -1, b"", 0
    tokens = 0
    while (token := _TOKEN.search(body, position)) is not None:
        position, tokens = token.end(), tokens + 1
        if tokens > _MOST_TOKENS:
            return None
        if token["name"] is None:
            position = _behind(body, token[0], position)
            if position == -1:
                return None
        elif token["close"]:
            if begin == -1 or token["name"] != name:
                return None
            spans.append((begin, position))
            begin = -1
        elif begin != -1 or len(spans) == _MOST_ITEMS:
            return None
        elif body[position - 2] == ord("/"):
            spans.append((token.start(), position))
        else:
            begin, name = token.start(), token["name"]
    return None if begin != -1 else _between(body, spans)


def _behind(body: bytes, opening: bytes, position: int) -> int:
    """Return where something ends that isn't markup inside; -1 when nobody knows."""
    closing = _OPAQUE.get(opening)
    end = -1 if closing is None else body.find(closing, position)
    return -1 if closing is None or end == -1 else end + len(closing)


def _between(body: bytes, spans: list[tuple[int, int]]) -> Pieces | None:
    gaps = pairwise(spans)
    if not spans or any(body[end:begin].strip() for (_, end), (begin, _) in gaps):
        return None
    items = tuple(body[begin:end] for begin, end in spans)
    return Pieces(head=body[: spans[0][0]], items=items, tail=body[spans[-1][1] :])


def breaks_off(body: bytes) -> bool:
    """Say whether a feed ends before its root element does."""
    root = _ROOT.search(body, 0, _ROOT_WITHIN)
    return root is not None and b"</" + root[1] not in body[-_TAIL:]


def whole_part(pieces: Pieces) -> bytes:
    """Return what is whole of a feed that breaks off: its complete items, properly closed."""
    root = _ROOT.search(pieces.head, 0, _ROOT_WITHIN)
    name = root[1] if root else b"feed"
    inner = b"</channel>" if name.lower().endswith(b"rss") else b""
    return pieces.head + b"".join(pieces.items) + inner + b"</" + name + b">"
