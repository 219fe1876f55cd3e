"""What makes a part of a page a post: its time, its author, and where its words are.

The words are the largest pieces that hold neither time nor author, less what is named or reads
like a signature, a button or a profile. Where they hang is decided for all posts of a look
together: what is a body in most of them is it in all.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crawlers.forums.authors import author_of
from crawlers.forums.furniture import HEADINGS, is_furniture
from crawlers.forums.nodes import MAX_NAME
from crawlers.forums.sketch import Sketch
from crawlers.quote_words import QUOTE_NAMES

_WORDS_NAME = re.compile(
    r"(?:^|[\s_-])(?:content|body|text|message|entry|markdown|prose|comment|msg|words|copy)"
    r"(?=$|[\s_-])",
    re.IGNORECASE,
)
_SURE_WORDS_NAME = re.compile(
    r"(?:^|[\s_-])(?:content|body|text|markdown|prose)(?=$|[\s_-])", re.IGNORECASE
)
_NOISE_NAME = re.compile(
    r"(?:^|[\s_-])(?:sig(?:nature)?|foot(?:er)?|actions?|buttons?|btn|tool(?:bar|s)?|controls?|"
    r"avatar|meta(?:data)?|reactions?|likes?|votes?|voting|share|badges?|rank|stats?|menu|nav|"
    r"attachments?|edited|report|user(?:info|card|-details)?|profile|author|sidebar|ad|ads|"
    r"sponsored|head(?:er)?|number|score|points|subject|hidden|tags?)(?=$|[\s_\d-])",
    re.IGNORECASE,
)
# fmt: off
_FLOW = frozenset({
    "#text", "p", "ul", "ol", "li", "pre", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "b",
    "i", "a", "em", "strong", "code", "span", "u", "s", "q", "cite", "small", "sub", "sup",
    "table", "tbody", "tr", "td", "dl", "dt", "dd", "figure", "figcaption", "details", "kbd",
    "del", "ins", "mark",
})
# fmt: on
_MENUS = frozenset({"div", "ul", "ol", "footer", "nav", "form", "section", "aside", "header"})
_FLOW_NAME = re.compile(rf"\b(?:{QUOTE_NAMES}|code|cite)|highlight|spoiler", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Block:
    """Where a post is: a slice of the page, with what it holds."""

    start: int
    stop: int
    time: int
    user: int
    name: str  # of the author, as the page words it
    bodies: dict[str, list[int]]  # pieces of text by where they hang


def blocks_of(drawn: Sketch, members: Sequence[int], *, spread: bool = False) -> list[Block]:
    """Return the members that have time, author and text; ``spread``: up to the next member."""
    blocks = []
    for nth, start in enumerate(members):
        stop = drawn.end[start]
        if spread:
            above = drawn.parent[start]
            stop = drawn.end[above] if above >= 0 else stop
            behind = members[nth + 1] if nth + 1 < len(members) else stop
            stop = min(stop, behind)
        block = block_at(drawn, start, stop, holes=_nested(drawn, members, nth, stop))
        if block is not None:
            blocks.append(block)
    return blocks


def _nested(drawn: Sketch, members: Sequence[int], nth: int, stop: int) -> dict[int, int]:
    """Return the members within this one, start to end: answers to it, with words of their own."""
    holes, until = {}, -1
    for other in members[nth + 1 :]:
        if other >= stop:
            break
        if other >= until:
            holes[other] = until = drawn.end[other]
    return holes


def block_at(drawn: Sketch, start: int, stop: int, *, holes: dict[int, int]) -> Block | None:
    """Return the post in a slice of the page, None when time, author or words are missing.

    ``holes`` are the posts within it, start to end, which are not its own.
    """
    inside = _without(range(start, stop), holes)
    time = _time_of(drawn, inside)
    user, name = author_of(drawn, inside, time)
    if time is None or user is None:
        return None
    menus = [at for at in inside if _is_menu(drawn, at)]
    tainted = _above(drawn, (time, user, *holes), start)
    tainted |= _above(drawn, (drawn.parent[at] for at in menus if at > start), start)
    named = {at for at in (time, user) if at != start and drawn.length[at] <= MAX_NAME}
    bodies = _bodies(drawn, start, stop, tainted, holes | {at: drawn.end[at] for at in named})
    return Block(start, stop, time, user, name, bodies) if bodies else None


def _without(span: range, holes: dict[int, int]) -> list[int]:
    kept, at = [], span.start
    while at < span.stop:
        if at in holes:
            at = holes[at]
        else:
            kept.append(at)
            at += 1
    return kept


def _time_of(drawn: Sketch, inside: list[int]) -> int | None:
    times = [at for at in inside if at in drawn.moments]
    marked = [at for at in times if drawn.moments[at].marked]
    return next(iter(marked or times), None)


def _above(drawn: Sketch, ats: Iterable[int], start: int) -> set[int]:
    tainted = set()
    for at in ats:
        while at >= start and at not in tainted:
            tainted.add(at)
            at = drawn.parent[at]
    return tainted


def _bodies(
    drawn: Sketch, start: int, stop: int, tainted: set[int], holes: dict[int, int]
) -> dict[str, list[int]]:
    """Return the largest pieces without author and time, by where they hang."""
    bodies: defaultdict[str, list[int]] = defaultdict(list)
    at = start
    while at < stop:
        if at in holes:
            at = holes[at]
        elif at in tainted and at not in drawn.users and at not in drawn.moments:
            at += 1
        else:
            if at not in tainted and drawn.length[at] and not _is_noise(drawn, at):
                bodies[_hangs(drawn, at)].append(at)
            at = drawn.end[at]
    return bodies


def _is_menu(drawn: Sketch, at: int) -> bool:
    """Say whether an element stands around words: buttons, a signature, a head."""
    if at in drawn.quoted:
        return False  # what stands around a quote belongs to the words that quote it
    return drawn.tag[at] in _MENUS | HEADINGS and drawn.length[at] > 0 and _is_noise(drawn, at)


def _is_noise(drawn: Sketch, at: int) -> bool:
    names = drawn.names[at]
    if _NOISE_NAME.search(names) and not _SURE_WORDS_NAME.search(names):
        return True
    if drawn.tag[at] == "form" and not any(one in drawn.moments for one in drawn.within(at)):
        return True
    if drawn.length[at] > 60:
        return False
    return is_furniture(drawn.text(at, most=60))


def _hangs(drawn: Sketch, at: int) -> str:
    names = drawn.names[at]
    flows = drawn.tag[at] in _FLOW or _FLOW_NAME.search(names) is not None
    if at in drawn.quoted or (flows and not _WORDS_NAME.search(names)):
        above = drawn.parent[at]
        return f"{drawn.signature[above]}>*" if above >= 0 else "*"
    return drawn.signature[at]


def home_of(drawn: Sketch, blocks: Sequence[Block]) -> tuple[str, float]:
    """Return where the words hang in these posts, and how many there are."""
    words: Counter[str] = Counter()
    posts: Counter[str] = Counter()
    for block in blocks:
        for hangs, pieces in block.bodies.items():
            said = sum(drawn.length[at] - drawn.linked[at] / 2 for at in pieces)
            named = any(_WORDS_NAME.search(drawn.names[at]) for at in pieces)
            words[hangs] += int(said * (3 if named else 1))
            posts[hangs] += 1
    if not words:
        return "", 0
    home = max(words, key=lambda hangs: words[hangs] * posts[hangs] / len(blocks))
    return home, words[home] * posts[home] / len(blocks)
