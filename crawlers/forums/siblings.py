"""Posts on pages of unknown software: what repeats, and has an author, a time and words.

A post is an element of which there are several alike: same tag and classes. Each shows when and
by whom, and has a piece of text that isn't links. Rows of a list show these too, but their words
are a link to somewhere else; entries of a blog lead elsewhere by their headings.
"""

import re
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from urllib.parse import urlsplit

from crawlers.forums.blocks import Block, block_at, blocks_of, home_of
from crawlers.forums.furniture import in_heading
from crawlers.forums.links import to_board, to_thread
from crawlers.forums.nodes import MAX_LISTED, MAX_NAME, address, markup
from crawlers.forums.own_places import own_ids, permalinks
from crawlers.forums.paging import place
from crawlers.forums.sketch import Moment, Sketch
from crawlers.forums.thread_keys import thread_key
from crawlers.forums.values import ForumPost
from crawlers.forums.words import said
from crawlers.plaintext import one_line

_HEIGHT = 9  # how far above its time a post may begin
_MAX_TIME = 60  # characters of a text that is a time with a word or two around it
_MAX_TIMES = 2_000
_MAX_GROUPS = 16  # that are looked at closely
_MOST_WORDS = 0.8  # of what is said around an opening must be in it
_MAX_HEAD = 20  # characters beside author and time that the head of a post may hold
_ALIKE = 0.6  # of a group's members must be posts
_NAMED_WITHIN = 30  # elements and texts in which something may be called a post
_FEW = 3  # so many alike need no other sign

_POST_NAME = re.compile(
    r"(?:^|[\s_-])(?:post|comment|message|msg|reply|replies|answer|entry|response|topic|thread|"
    r"beitrag|article|opening|question|discussion|ticket|node|q-view|[ac]-list-item)"
    r"(?:s|body|bit|box|item|wrapper|container|row)?"
    r"(?=$|[\s_\d-])",
    re.IGNORECASE,
)
_TO_BOARD = "board "
_NUMBERED = re.compile(r"[0-9]")


def sibling_posts(
    drawn: Sketch, *, url: str, single: bool = False, looks: Collection[str] = ()
) -> tuple[tuple[ForumPost, ...], frozenset[str]]:
    """Return the posts of a page of unknown software, and how they look where they are several.

    There are none when nothing repeats as posts do.

    Args:
        drawn: the page.
        url: its address.
        single: it is known to be a thread's page, so that one post alone will do where it is
            called one, and two of any name.
        looks: of posts on other pages of this forum: one alone that looks so will do as well.
    """
    groups = _groups(drawn)
    blocks = _most(drawn, groups, url, few=2 if single else _FEW)
    of_several = frozenset(drawn.signature[block.start] for block in blocks)
    if not blocks and single:
        blocks = _alone(drawn, groups, looks)
    if not blocks:
        return (), frozenset()
    blocks = _with_others(drawn, groups, blocks, url)
    return _read(drawn, blocks, url=url), of_several


def _most(drawn: Sketch, groups: dict[str, list[int]], url: str, *, few: int) -> list[Block]:
    """Return the posts of the group that says the most; ``few`` alike need no other sign."""
    best: tuple[float, list[Block]] = (0, [])
    for members in _likeliest(groups, drawn):
        blocks = blocks_of(drawn, members)
        if _are_heads(drawn, members, blocks):
            blocks = blocks_of(drawn, members, spread=True)
        if _are_posts(drawn, members, blocks, url, few=few):
            words = home_of(drawn, blocks)[1]
            if _POST_NAME.search(drawn.names[members[0]]):
                words *= 1.2  # of elements within each other, the one that is called a post
            best = max(best, (words, blocks), key=lambda found: found[0])
    return best[1]


def _are_heads(drawn: Sketch, members: Sequence[int], blocks: Sequence[Block]) -> bool:
    """Say whether these are but the heads of posts, and the words in elements behind them."""
    if not _are_siblings(drawn, members):
        return False
    if len(blocks) < max(2, _ALIKE * len(members)):
        return True
    if any(_own_length(drawn, block) > _MAX_HEAD for block in blocks):
        return False
    gaps = [range(drawn.end[at], behind) for at, behind in pairwise(members)]
    words = [sum(drawn.tag[at] == "#text" and drawn.length[at] for at in gap) for gap in gaps]
    # what tells another time is another post
    return all(words) and not any(at in drawn.moments for gap in gaps for at in gap)


def _own_length(drawn: Sketch, block: Block) -> int:
    return sum(
        drawn.length[at] - drawn.linked[at] for pieces in block.bodies.values() for at in pieces
    )


def _are_siblings(drawn: Sketch, members: Sequence[int]) -> bool:
    return len({drawn.parent[at] for at in members}) == 1


def _with_others(
    drawn: Sketch, groups: dict[str, list[int]], blocks: list[Block], url: str
) -> list[Block]:
    """Return the posts with those that look different: an opening, comments on answers.

    Others have a time of their own, and are called posts or are several alike.
    """
    if any(block.stop != drawn.end[block.start] for block in blocks):
        return blocks  # posts that are no elements of their own have no others among them
    starts, times = [block.start for block in blocks], {block.time for block in blocks}
    named = [
        members
        for members in groups.values()
        if len(members) >= _FEW or _POST_NAME.search(drawn.names[members[0]])
    ]
    named.sort(key=lambda members: -_weight(drawn, members))
    for members in named[:_MAX_GROUPS]:
        new = [
            block
            for at in members[:MAX_LISTED]
            if at not in starts
            if (block := block_at(drawn, at, drawn.end[at], holes=_holes(drawn, starts, at)))
            and block.time not in times
            and not _leads_elsewhere(drawn, block, url)
        ]
        if len({block.time for block in new}) == len(new):
            starts += [block.start for block in new]
            times |= {block.time for block in new}
    if opening := _opening(drawn, groups, starts, url):
        starts.append(opening.start)
    return blocks_of(drawn, sorted(starts)[:MAX_LISTED])


def _opening(
    drawn: Sketch, groups: dict[str, list[int]], starts: Sequence[int], url: str
) -> Block | None:
    """Return a post before all others that looks like none: the smallest that says as much."""
    first = min(starts)
    found = [
        (home_of(drawn, [block])[1], block)
        for members in groups.values()
        if len(members) == 1
        and drawn.end[members[0]] <= first
        and (block := block_at(drawn, members[0], drawn.end[members[0]], holes={}))
        and (drawn.moments[block.time].marked or _is_called_post(drawn, block))
        and drawn.users.get(block.user, 0)
        and not _leads_elsewhere(drawn, block, url)
    ]
    most = max((words for words, _ in found), default=0)
    whole = [block for words, block in found if words >= _MOST_WORDS * most]
    return min(whole, key=lambda block: block.stop - block.start, default=None)


def _holes(drawn: Sketch, starts: Iterable[int], at: int) -> dict[int, int]:
    return {other: drawn.end[other] for other in starts if at < other < drawn.end[at]}


def _groups(drawn: Sketch) -> dict[str, list[int]]:
    """Return elements around times, by tag and classes."""
    groups: defaultdict[str, dict[int, None]] = defaultdict(dict)
    for at in list(drawn.moments)[:_MAX_TIMES]:
        above = at
        for _ in range(_HEIGHT):
            above = drawn.parent[above]
            if above < 1:
                break
            groups[drawn.signature[above]][above] = None
    return {signature: sorted(members) for signature, members in groups.items()}


def _likeliest(groups: dict[str, list[int]], drawn: Sketch) -> list[list[int]]:
    several = [members for members in groups.values() if len(members) > 1]
    several.sort(key=lambda members: -_weight(drawn, members))
    return [members[:MAX_LISTED] for members in several[:_MAX_GROUPS]]


def _weight(drawn: Sketch, members: list[int]) -> int:
    """Return how much text is in a group that isn't links, what is nested counted once."""
    weight, until = 0, -1
    for at in members:
        if at >= until:
            weight += drawn.length[at] - drawn.linked[at]
            until = drawn.end[at]
    return weight


def _are_posts(
    drawn: Sketch, members: Sequence[int], blocks: Sequence[Block], url: str, *, few: int
) -> bool:
    if len(blocks) < 2 or len(blocks) < _ALIKE * len(members):
        return False
    if len(blocks) < few and not any(_is_called_post(drawn, block) for block in blocks):
        return False
    starts = sorted(block.start for block in blocks)
    ways = Counter(
        way for block in blocks if (way := _leads_elsewhere(drawn, block, url, starts=starts))
    )
    # to what thread all lead, that is where this is: the same one under another address
    elsewhere = sum(
        times
        for way, times in ways.items()
        if times * 2 <= len(blocks) or way.startswith(_TO_BOARD)
    )
    return elsewhere <= len(blocks) / 3


def _is_called_post(drawn: Sketch, block: Block) -> bool:
    within = range(block.start, min(block.stop, block.start + _NAMED_WITHIN))
    return any(_POST_NAME.search(drawn.names[at]) for at in within)


def _leads_elsewhere(drawn: Sketch, block: Block, url: str, *, starts: Sequence[int] = ()) -> str:
    """Return where a block leads if it is an entry of a list, by its heading or longest link.

    What belongs to an entry may be around the block: all up to the next one of ``starts``.
    """
    here = urlsplit(url).path.rstrip("/")
    longest, title = 0, ""
    for at in _unit(drawn, block, starts):
        href = drawn.links.get(at)
        if not href or at in drawn.users or drawn.length[at] < 4 or _is_place(drawn, block, at):
            continue
        if way := _way(href, url):
            return way
        weight = drawn.length[at] + (1_000 if in_heading(drawn, at) else 0)
        if weight > longest and _leads_off(href, url, here):
            longest, title = weight, href
    words = max(
        sum(drawn.length[at] - drawn.linked[at] for at in pieces if _is_said(drawn, at))
        for pieces in block.bodies.values()
    )
    is_most = longest >= 1_000 or longest * 2 > drawn.length[block.start] or longest >= words
    return address(title, url) or "" if title and is_most else ""


def _is_said(drawn: Sketch, at: int) -> bool:
    """Say whether a piece is words, and neither a link nor a time."""
    is_time = drawn.length[at] <= _MAX_TIME and any(up in drawn.moments for up in drawn.within(at))
    return drawn.tag[at] != "a" and not is_time


def _leads_off(href: str, url: str, here: str) -> bool:
    target = address(href, url)
    return bool(target) and "#" not in href and urlsplit(target or "").path.rstrip("/") != here


def _unit(drawn: Sketch, block: Block, starts: Sequence[int]) -> range:
    """Return the most that is around a block and no other."""
    unit = range(block.start, block.stop)
    at = block.start
    for _ in range(_HEIGHT if len(starts) > 1 else 0):
        at = drawn.parent[at]
        if at < 1 or bisect(starts, drawn.end[at] - 1) - bisect(starts, at - 1) > 1:
            break
        unit = range(at, max(drawn.end[at], block.stop))
    return unit


def _is_place(drawn: Sketch, block: Block, at: int) -> bool:
    """Say whether a link is a post's own: at its time, or to a numbered place on a page."""
    if at <= block.time < drawn.end[at] or block.time <= at < drawn.end[block.time]:
        return True
    fragment = drawn.links[at].partition("#")[2]
    return _NUMBERED.search(fragment) is not None and not in_heading(drawn, at)


def _way(href: str, url: str) -> str:
    """Return the thread or board of the forum that a link leads to, if it isn't this one."""
    target = address(href.partition("#")[0], url)
    if not target or urlsplit(target).netloc != urlsplit(url).netloc:
        return ""
    if not (to_thread(target) or to_board(target)) or place(target).of == place(url).of:
        return ""
    path = urlsplit(target).path
    if path == urlsplit(url).path and _NUMBERED.search(path):
        return ""  # the number is the thread's, what comes behind it a place in it
    key = thread_key(target)
    if key == thread_key(url):
        return ""
    return key if to_thread(target) else f"{_TO_BOARD}{key}"


def _alone(drawn: Sketch, groups: dict[str, list[int]], looks: Collection[str]) -> list[Block]:
    """Return the only post of a page: the smallest element that is called so, or looks so."""
    found = [
        block
        for signature, members in groups.items()
        for at in members[:3]
        if (signature in looks or _POST_NAME.search(drawn.names[at]))
        and (block := block_at(drawn, at, drawn.end[at], holes={}))
        and not _is_list(drawn, block)
    ]
    return [min(found, key=lambda block: (block.stop - block.start, block.start))] if found else []


def _is_list(drawn: Sketch, block: Block) -> bool:
    pieces = block.bodies[home_of(drawn, [block])[0]]
    return sum(drawn.linked[at] for at in pieces) * 2 > sum(drawn.length[at] for at in pieces)


def _read(drawn: Sketch, blocks: Sequence[Block], *, url: str) -> tuple[ForumPost, ...]:
    """Return the posts; words are looked for where others of the same look have them."""
    looks: defaultdict[str, list[Block]] = defaultdict(list)
    for block in blocks:
        looks[drawn.signature[block.start]].append(block)
    homes = {signature: home_of(drawn, alike)[0] for signature, alike in looks.items()}
    ids = own_ids(drawn, blocks)
    links = permalinks(drawn, blocks, ids, url=url)
    posts = []
    for block, (named, _), link in zip(blocks, ids, links, strict=True):
        home = homes[drawn.signature[block.start]]
        home = home if home in block.bodies else home_of(drawn, [block])[0]
        posts.append(replace(_post(drawn, block, home), id=named, url=link))
    return tuple(
        _sure_of_ids([post for post in posts if post.author and (post.text or post.quoted)])
    )


def _post(drawn: Sketch, block: Block, home: str) -> ForumPost:
    read = said("".join(markup(drawn.nodes[at]) for at in block.bodies.get(home, ())))
    when: Moment = drawn.moments[block.time]
    return ForumPost(
        id=None,
        url=None,
        author=one_line(block.name, most=MAX_NAME).lstrip("@") or None,
        published=when.seconds,
        exact=when.exact,
        text=read.text,
        quoted=read.quoted,
    )


def _sure_of_ids(posts: list[ForumPost]) -> list[ForumPost]:
    """Drop ids that aren't the posts' own: twice on the page, or only their place on it."""
    counted = Counter(post.id for post in posts)
    numbers = [int(found[0][-9:]) if (found := _numbers(post.id)) else -1 for post in posts]
    only_places = numbers in (list(range(len(posts))), list(range(1, len(posts) + 1)))
    return [_without_id(post) if only_places or counted[post.id] > 1 else post for post in posts]


def _numbers(text: str | None) -> list[str]:
    return re.findall(r"[0-9]+", text or "")[-1:]


def _without_id(post: ForumPost) -> ForumPost:
    return replace(post, id=None, url=post.url if post.url and "#" not in post.url else None)
