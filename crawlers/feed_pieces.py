"""Cutting a feed's bytes into its items, without understanding them.

For what only bytes can tell: that a document breaks off, and where its last whole item ends;
and for keeping a huge one small enough to parse. This is also where delta parsing begins:
hash the pieces, and let feedparser see those that are new.
"""

import re
from dataclasses import dataclass

_ITEM = re.compile(rb"<((?:[A-Za-z_][\w.-]{0,40}:)?(?:item|entry))(?=[\s>])", re.IGNORECASE)
_ROOT = re.compile(rb"<((?:[A-Za-z_][\w.-]{0,40}:)?(?:rss|feed|RDF|channel))[\s>]", re.IGNORECASE)
_ROOT_WITHIN = 8_192  # bytes, after comments and a doctype
_TAIL = 2_048


@dataclass(frozen=True, slots=True)
class Pieces:
    """A feed as head, items and tail; put together they are the document."""

    head: bytes
    items: tuple[bytes, ...]  # each from its start tag up to the next one's
    tail: bytes

    def document(self, items: tuple[bytes, ...]) -> bytes:
        """Return the document with these items only."""
        return self.head + b"".join(items) + self.tail


def cut(body: bytes) -> Pieces:
    """Return the pieces of a feed in an encoding that extends ASCII; no items for all others."""
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
