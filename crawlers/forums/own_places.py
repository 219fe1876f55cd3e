"""What a page of unknown software calls its posts: the number of each, and its permalink.

Found for all posts of a look together: the attribute that numbers most of them, and no two alike,
on the post's element, one around it, or one of the first within it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from crawlers.forums.blocks import Block
from crawlers.forums.furniture import in_heading
from crawlers.forums.links import to_service
from crawlers.forums.nodes import MAX_NAME, address, attribute
from crawlers.forums.sketch import Sketch

_PLACES = ("id", "name")  # what an address can point at with ``#``
_IDS = ("id", "data-id", "data-pk", "data-pid", "data-cid", "data-content", "name")
_OTHER_IDS = re.compile(
    r"data-(?:\w+-){0,2}(?:post|comment|message|reply|answer|object)-?(?:\w+-)?u?id"
)
_HEIGHT = 7  # how far around a post's element its number may be
_DEPTH = 12  # how many elements into it
_MOST = 0.6  # of the posts must be numbered so

_NUMBERED = re.compile(r"[0-9]")
_OWN_WORD = re.compile(
    r"perma|bookmark|post-?link|post-?index|(?:#|\b(?:msg|post|comment|reply))\s?[0-9]+|\blink\b",
    re.IGNORECASE,
)
_OF_DAYS = re.compile(r"/(?:activity|timeline|calendar|archive)|[?&](?:from|date|since)=")


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where in a post its number may stand."""

    height: int  # 0: the post's element; above 0: around it; below: within
    signature: str
    attribute: str


def own_ids(drawn: Sketch, blocks: Sequence[Block]) -> list[tuple[str | None, str | None]]:
    """Return what numbers each post, and the place on its page that ``#`` can point at."""
    looks: defaultdict[str, list[int]] = defaultdict(list)
    for nth, block in enumerate(blocks):
        looks[drawn.signature[block.start]].append(nth)
    starts = sorted(block.start for block in blocks)
    found: list[tuple[str | None, str | None]] = [(None, None)] * len(blocks)
    for alike in looks.values():
        slots = [dict(_slots(drawn, blocks[nth], starts)) for nth in alike]
        aims = {aim for nth in alike for aim in _aims(drawn, blocks[nth])}
        ids, places = _best(slots, aims), _best(slots, aims, only=_PLACES)
        for nth, of_post in zip(alike, slots, strict=True):
            found[nth] = (_at(of_post, ids), _at(of_post, places))
    return found


def permalinks(
    drawn: Sketch,
    blocks: Sequence[Block],
    ids: Sequence[tuple[str | None, str | None]],
    *,
    url: str,
) -> list[str | None]:
    """Return each post's address: that of a link of its own, else of its place on the page."""
    links = [
        _likeliest_link(drawn, block, named[0] or named[1], url)
        for block, named in zip(blocks, ids, strict=True)
    ]
    counted = Counter(links)
    page = url.partition("#")[0]
    return [
        link
        if link and counted[link] == 1
        else (f"{page}#{place}" if place and not re.search(r"\s", place) else None)
        for link, (_, place) in zip(links, ids, strict=True)
    ]


def _at(of_post: Mapping[_Slot, str], slot: _Slot | None) -> str | None:
    return of_post.get(slot) if slot else None


def _slots(drawn: Sketch, block: Block, starts: Sequence[int]) -> Iterator[tuple[_Slot, str]]:
    """Yield the numbers in and around a post's element with where they stand, each place once."""
    seen = set()
    for height, at in _elements(drawn, block, starts):
        for name, value in _numbers(drawn, at):
            slot = _Slot(height, drawn.signature[at], name)
            if slot not in seen:
                seen.add(slot)
                yield slot, value


def _elements(drawn: Sketch, block: Block, starts: Sequence[int]) -> Iterator[tuple[int, int]]:
    yield 0, block.start
    at = block.start
    for height in range(1, _HEIGHT + 1):
        at = drawn.parent[at]
        if at < 1 or any(at < other < block.start for other in starts):
            break  # what is around another post before this one is the list
        yield height, at
    within = range(block.start + 1, min(block.stop, block.start + _DEPTH))
    yield from ((-1, one) for one in within if drawn.tag[one] != "#text")


def _numbers(drawn: Sketch, at: int) -> Iterator[tuple[str, str]]:
    attributes = drawn.nodes[at].attributes
    names = [name for name in _IDS if name in attributes]
    names += [name for name in list(attributes)[:20] if _OTHER_IDS.fullmatch(name)]
    for name in names:
        value = (attributes.get(name) or "")[:MAX_NAME]
        if _NUMBERED.search(value):
            yield name, value


def _aims(drawn: Sketch, block: Block) -> Iterator[str]:
    """Yield the places on pages that the links of a post point at, its permalink among them."""
    hrefs = (drawn.links.get(at, "") for at in range(block.start, block.stop))
    yield from (href.partition("#")[2] for href in hrefs if "#" in href)


def _best(
    slots: Sequence[Mapping[_Slot, str]], aims: Set[str], *, only: Sequence[str] = ()
) -> _Slot | None:
    """Return where most posts have a number that no other has; ``aims``: what their links name."""
    values: defaultdict[_Slot, list[str]] = defaultdict(list)
    for of_post in slots:
        for slot, value in of_post.items():
            if not only or slot.attribute in only:
                values[slot].append(value)
    sure = {
        slot: len(said)
        for slot, said in values.items()
        if len(set(said)) == len(said)
        and len(said) >= max(1, _MOST * len(slots))
        # around a post alone may be what is around the thread
        and (slot.height <= 0 or len(said) > 1 or len(slots) == 1)
    }
    best = max(sure, key=lambda slot: (sure[slot], -abs(slot.height)), default=None)
    if best is None:
        return None
    # an element within may have the post's number too, and be all there is of a post alone
    numbers = [_numbers_in(value) for value in values[best]]
    twins = [slot for slot in sure if [_numbers_in(value) for value in values[slot]] == numbers]
    return max(twins, key=lambda slot: (len(aims & set(values[slot])), -abs(slot.height)))


def _numbers_in(value: str) -> list[str]:
    return re.findall(r"[0-9]+", value)


def _likeliest_link(drawn: Sketch, block: Block, named: str | None, url: str) -> str | None:
    number = (re.findall(r"[0-9]+", named or "") or [""])[-1]
    best: tuple[int, str] = (1, "")
    for at in range(block.start, block.stop):
        href = drawn.links.get(at, "")
        if href and at not in drawn.users and not _OF_DAYS.search(href):
            sure = _sureness(drawn, block, at, number)
            best = max(best, (sure, href), key=lambda found: found[0])
    return address(best[1], url) if best[1] else None


def _sureness(drawn: Sketch, block: Block, at: int, number: str) -> int:
    """Return how sure it is that a link is a post's own: 2 and more will do."""
    href = drawn.links[at]
    holds_time = at <= block.time < drawn.end[at] or block.time <= at < drawn.end[block.time]
    told = f"{drawn.names[at]} {attribute(drawn.nodes[at], 'rel')} {drawn.text(at, most=20)}"
    in_place = _NUMBERED.search(href.partition("#")[2]) is not None
    is_own = bool(number) and re.search(rf"(?<![0-9]){number}(?![0-9])", href) is not None
    if to_service(href.partition("#")[0]) and not (in_place and is_own):
        return 0
    sure = 2 * (holds_time + in_place) + 3 * is_own
    return sure + (2 if _OWN_WORD.search(told) and not in_heading(drawn, at) else 0)
