"""Posts on pages of unknown software: what repeats, and has an author, a time and words.

A post is an element of which there are several alike: same tag and classes. Each shows when and
by whom, and has a piece of text that isn't links. Rows of a list show these too, but their words
are a link to somewhere else; entries of a blog lead elsewhere by their headings.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from crawlers.forums.blocks import Block, block_at, blocks_of, home_of, in_heading
from crawlers.forums.links import to_board, to_service, to_thread
from crawlers.forums.nodes import MAX_LISTED, MAX_NAME, address, attribute, markup
from crawlers.forums.paging import place
from crawlers.forums.sketch import Moment, Sketch
from crawlers.forums.values import ForumPost
from crawlers.plaintext import from_html, one_line

_HEIGHT = 9  # how far above its time a post may begin
_MAX_TIMES = 2_000
_MAX_GROUPS = 16  # that are looked at closely
_ALIKE = 0.6  # of a group's members must be posts
_FEW = 3  # so many alike need no other sign

_POST_NAME = re.compile(
    r"(?:^|[\s_-])(?:post|comment|message|msg|reply|replies|answer|entry|response|topic|thread|"
    r"beitrag|article|opening|question)(?:s|body|bit|box|item|wrapper|container|row)?"
    r"(?=$|[\s_\d-])",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"[0-9]")


def sibling_posts(drawn: Sketch, *, url: str, single: bool = False) -> tuple[ForumPost, ...]:
    """Return the posts of a page of unknown software; none when nothing repeats as posts do.

    Args:
        drawn: the page.
        url: its address.
        single: it is known to be a thread's page, so that one post alone will do.
    """
    groups = _groups(drawn)
    blocks = _most(drawn, groups, url)
    if not blocks and single:
        blocks = _alone(drawn, groups)
    if not blocks:
        return ()
    blocks = _with_others(drawn, groups, blocks, url)
    return _read(drawn, blocks, url=url)


def _most(drawn: Sketch, groups: dict[str, list[int]], url: str) -> list[Block]:
    """Return the posts of the group that says the most."""
    best: tuple[float, list[Block]] = (0, [])
    for members in _likeliest(groups, drawn):
        blocks = blocks_of(drawn, members)
        if len(blocks) < max(2, _ALIKE * len(members)) and _are_siblings(drawn, members):
            blocks = blocks_of(drawn, members, spread=True)
        if _are_posts(drawn, members, blocks, url):
            words = home_of(drawn, blocks)[1]
            if _POST_NAME.search(drawn.names[members[0]]):
                words *= 1.2  # of elements within each other, the one that is called a post
            best = max(best, (words, blocks), key=lambda found: found[0])
    return best[1]


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
    return blocks_of(drawn, sorted(starts)[:MAX_LISTED])


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


def _are_posts(drawn: Sketch, members: Sequence[int], blocks: Sequence[Block], url: str) -> bool:
    if len(blocks) < 2 or len(blocks) < _ALIKE * len(members):
        return False
    if len(blocks) < _FEW and not any(_POST_NAME.search(drawn.names[b.start]) for b in blocks):
        return False
    elsewhere = sum(_leads_elsewhere(drawn, block, url) for block in blocks)
    return elsewhere <= len(blocks) / 3


def _leads_elsewhere(drawn: Sketch, block: Block, url: str) -> bool:
    """Say whether a block is an entry of a list: its heading or its longest link is its way."""
    here = urlsplit(url).path.rstrip("/")
    longest, title = 0, ""
    for at in range(block.start, block.stop):
        href = drawn.links.get(at)
        if not href or at in drawn.users or drawn.length[at] < 4:
            continue
        if _is_way(href, url):
            return True
        weight = drawn.length[at] + (1_000 if in_heading(drawn, at) else 0)
        if weight > longest:
            longest, title = weight, href
    target = address(title, url)
    if not target or title.startswith("#"):
        return False
    path = urlsplit(target).path.rstrip("/")
    same = path == here or "#" in title
    is_most = longest >= 1_000 or longest * 2 > drawn.length[block.start]
    return is_most and not same


def _is_way(href: str, url: str) -> bool:
    """Say whether a link leads from this page to another thread or board of the forum."""
    target = address(href.partition("#")[0], url)
    if not target or urlsplit(target).netloc != urlsplit(url).netloc:
        return False
    return place(target).of != place(url).of and (to_thread(target) or to_board(target))


def _alone(drawn: Sketch, groups: dict[str, list[int]]) -> list[Block]:
    """Return the only post of a page: the smallest element that is called so and is one."""
    found = [
        block
        for members in groups.values()
        for at in members[:3]
        if _POST_NAME.search(drawn.names[at])
        and (block := block_at(drawn, at, drawn.end[at], holes={}))
        and not _is_list(drawn, block)
    ]
    return [min(found, key=lambda block: (block.stop - block.start, block.start))] if found else []


def _is_list(drawn: Sketch, block: Block) -> bool:
    pieces = block.bodies[home_of(drawn, [block])[0]]
    return sum(drawn.linked[at] for at in pieces) * 2 > sum(drawn.length[at] for at in pieces)


def _up(drawn: Sketch, at: int) -> list[int]:
    way = []
    while at >= 0:
        way.append(at)
        at = drawn.parent[at]
    return way


def _read(drawn: Sketch, blocks: Sequence[Block], *, url: str) -> tuple[ForumPost, ...]:
    """Return the posts; words are looked for where others of the same look have them."""
    looks: defaultdict[str, list[Block]] = defaultdict(list)
    for block in blocks:
        looks[drawn.signature[block.start]].append(block)
    homes = {signature: home_of(drawn, alike)[0] for signature, alike in looks.items()}
    posts = []
    for block in blocks:
        home = homes[drawn.signature[block.start]]
        home = home if home in block.bodies else home_of(drawn, [block])[0]
        posts.append(_post(drawn, block, home, url))
    return tuple(
        _sure_of_ids([post for post in posts if post.author and (post.text or post.quoted)])
    )


def _post(drawn: Sketch, block: Block, home: str, url: str) -> ForumPost:
    read = from_html("".join(markup(drawn.nodes[at]) for at in block.bodies.get(home, ())))
    when: Moment = drawn.moments[block.time]
    return ForumPost(
        id=_id(drawn, block),
        url=_permalink(drawn, block, url),
        author=one_line(drawn.nodes[block.user].text(), most=MAX_NAME).lstrip("@") or None,
        published=when.seconds,
        exact=when.exact,
        text=read.text,
        quoted=read.quoted,
    )


def _id(drawn: Sketch, block: Block) -> str | None:
    """Return the number that the page gives the post, on its element or one around it or first."""
    above = drawn.parent[block.start]
    wraps = above >= 0 and drawn.end[above] == block.stop and above == block.start - 1
    for at in (*((above,) if wraps else ()), *range(block.start, block.start + 6)):
        if at >= block.stop or drawn.tag[at] == "#text":
            continue
        for name in ("id", "data-post-id", "data-id", "data-pk", "data-comment-id", "name"):
            value = attribute(drawn.nodes[at], name)[:MAX_NAME]
            if value and _NUMBERED.search(value):
                return value
    return None


def _permalink(drawn: Sketch, block: Block, url: str) -> str | None:
    """Return a link to a numbered place on a page, or the one around the time."""
    for at in range(block.start, block.stop):
        href = drawn.links.get(at, "")
        if "#" in href and _NUMBERED.search(href.partition("#")[2]):
            return address(href, url)
    around = next((at for at in _up(drawn, block.time)[:3] if at in drawn.links), None)
    if around is None or around in drawn.users or to_service(drawn.links[around]):
        return None
    return address(drawn.links[around], url)


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
