"""The HTML of a forum's page to what it lists or says. Runs in the parsing child.

In this order: what its software is known to look like, what the page states as data (JSON-LD,
microdata), what repeats on it as posts or threads do. Data comes second where both are there:
boards that state any often state the first post only.
"""

import re
from collections.abc import Collection
from dataclasses import replace
from itertools import pairwise
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawlers.forums.hazards import refuse_hazards
from crawlers.forums.isso import isso_page
from crawlers.forums.jsonld import Statement, statements
from crawlers.forums.microdata import MicroPost, micro_posts
from crawlers.forums.nodes import (
    MAX_LISTED,
    MAX_NAME,
    MAX_TITLE,
    attribute,
    every,
    first,
    inner_html,
    line,
    link,
    moment,
    number,
    numbered,
    rough_moment,
    short_state,
)
from crawlers.forums.paging import following, place
from crawlers.forums.platform import Platform
from crawlers.forums.platforms import PLATFORMS
from crawlers.forums.rows import listed
from crawlers.forums.selectors_other import WORDPRESS
from crawlers.forums.siblings import sibling_posts
from crawlers.forums.sketch import sketch
from crawlers.forums.values import ForumPage, ForumPost, ListedThread
from crawlers.forums.words import is_placeholder, said
from crawlers.plaintext import from_html, one_line
from crawlers.times import epoch

UNKNOWN = "unknown software"
#: What a page's feed goes before: blogs look so too, and a feed has all their articles.
AFTER_FEEDS = frozenset({UNKNOWN, "JSON-LD", "microdata", WORDPRESS.name})

_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
_HTML = re.compile(rb"<html[\s>]", re.IGNORECASE)
_ROOT = 2_048  # bytes in which a document says what it is
_DIGITS = re.compile(r"[0-9]+")
_MAX_HEADINGS = 20  # behind the first that may name the thread
_MAX_OWN_LINKS = 40  # of a post that are looked at for its own
_PLACE = re.compile(r"[\w-]{1,60}")


def read_forum_page(
    body: bytes,
    *,
    url: str,
    now: int = 0,
    in_thread: bool = False,
    looks: Collection[str] = (),
) -> ForumPage:
    """Return what a page of a forum holds; nothing when it is no forum's.

    Args:
        body: the HTML, or the JSON of a comment server.
        url: where it was found, for relative links.
        now: seconds since 1970, for "2 hours ago"; 0 leaves such times out.
        in_thread: a list of threads led to it, so a post alone on a page is one.
        looks: of posts on other pages of this forum, as ``ForumPage.looks`` has them.

    Raises:
        PoisonDocument: it is made to keep a parser busy.
    """
    if body.lstrip()[:1] in (b"[", b"{"):
        return isso_page(body, url=url) or ForumPage(None, "", url)
    if _FEED.search(body[:_ROOT]) and not _HTML.search(body[:_ROOT]):
        return ForumPage(None, "", url)
    refuse_hazards(body)
    tree = LexborHTMLParser(body)
    title = line(tree.css_first("title"), most=MAX_TITLE)
    page = ForumPage(None, title, link(tree.css_first("link[rel=canonical]"), url) or url)
    read = _by_known(tree, page, url, now)
    if not _holds(read):
        read = _by_statements(tree, page, url)
    if _may_say_more(read):
        read = _by_likeness(tree, read, url, now, looks=looks if in_thread else None)
    if read.threads and not any(thread.state for thread in read.threads):
        read = _with_states(tree, read, url, now)
    return _without_deleted(_oldest_first(read))


def _by_known(tree: LexborHTMLParser, page: ForumPage, url: str, now: int) -> ForumPage:
    """Return what the page holds by the first platform that finds something in it."""
    for known in PLATFORMS:
        if tree.css_first(known.mark):
            read = _by_platform(tree, known, replace(page, platform=known.name), url, now)
            if _holds(read):
                return read
    return page


def _holds(page: ForumPage) -> bool:
    return bool(page.posts or page.threads or page.boards)


def _may_say_more(read: ForumPage) -> bool:
    """Say whether to look at what repeats: little was stated, or a theme moved the marks."""
    if read.platform in {None, "JSON-LD", "microdata"}:
        return len(read.posts) < 2 or _sure(read) < len(read.posts)
    return _sure(read) * 2 < len(read.posts)


def _sure(page: ForumPage) -> int:
    """Return how many posts have an author and a time."""
    return sum(post.author is not None and post.published is not None for post in page.posts)


def _by_platform(
    tree: LexborHTMLParser, platform: Platform, page: ForumPage, url: str, now: int
) -> ForumPage:
    openings = {node.mem_id for node in every(tree, platform.opening)}
    posts = tuple(
        _post(node, platform, url, now, opens=node.mem_id in openings)
        for node in every(tree, platform.post)
    )
    boards = [link(node, url) for node in every(tree, platform.board)]
    rows = every(tree, platform.row)
    threads = [thread for row in rows if (thread := _thread(row, platform, url, now))]
    return replace(
        page,
        title=_heading(first(tree, platform.title)) or page.title,
        # a thread's page may list related threads: they are found where they belong
        boards=() if posts else tuple(dict.fromkeys(filter(None, boards))),
        threads=() if posts else tuple(threads),
        posts=tuple(post for post in posts if post.text or post.quoted),
        following=following(tree, url=url, selector=platform.following),
        number=number(line(first(tree, platform.current), most=20)) or _page_number(url),
        ids_are_global=platform.ids_are_global,
    )


def _thread(row: LexborNode, platform: Platform, url: str, now: int) -> ListedThread | None:
    node = first(row, platform.thread)
    target = link(node, url)
    if target is None:
        return None
    replies = number(line(first(row, platform.replies), most=20))
    last = first(row, platform.last)
    active = moment(last)
    moved = str(active) if active is not None else attribute(last, "href")
    return ListedThread(
        url=target,
        title=line(node, most=MAX_TITLE),
        state=None if replies is None and not moved else short_state(f"{replies}|{moved}"),
        active=active if active is not None else rough_moment(last, now=now),
    )


def _post(node: LexborNode, platform: Platform, url: str, now: int, *, opens: bool) -> ForumPost:
    read = said(inner_html(next(filter(None, map(node.css_first, platform.body)), None)))
    named = (attribute(node, name) for name in platform.post_id)
    author = attribute(node, platform.author_attribute) if platform.author_attribute else ""
    exact, rough = _times(node, platform.time, now)
    return ForumPost(
        id=one_line(next(filter(None, named), ""), most=MAX_NAME) or None,
        url=link(first(node, platform.permalink), url) or _at_place(node, url),
        author=one_line(author, most=MAX_NAME)
        or line(first(node, platform.author), most=MAX_NAME)
        or None,
        published=exact if exact is not None else rough,
        exact=exact is not None,
        text=read.text,
        quoted=read.quoted,
        opens=opens or (None if platform.opens else False),
    )


def _at_place(node: LexborNode, url: str) -> str | None:
    """Return the address of a place on this page, by the element's own id."""
    named = attribute(node, "id")
    return f"{url.partition('#')[0]}#{named}" if _PLACE.fullmatch(named) else None


def _times(
    post: LexborNode, selectors: tuple[str, ...], now: int
) -> tuple[int | None, int | None]:
    """Return the first time that can be read, exact or as the clock stands."""
    rough = None
    for selector in selectors:
        node = post.css_first(selector)
        exact = moment(node)
        if exact is not None:
            return exact, None
        rough = rough if rough is not None else rough_moment(node, now=now)
    return None, rough


def _by_statements(tree: LexborHTMLParser, page: ForumPage, url: str) -> ForumPage:
    stated = statements(tree)[:MAX_LISTED]
    marked = micro_posts(tree)[:MAX_LISTED]
    if not stated and not marked:
        return page
    headline = next((one.headline for one in stated if one.headline), "") or _heading(
        first(tree, "h1")
    )
    page = replace(
        page,
        title=one_line(headline, most=MAX_TITLE) or page.title,
        following=following(tree, url=url),
        number=_page_number(url),
    )
    if len(marked) > len(stated):
        posts = tuple(_marked(post, url) for post in marked)
        return replace(page, platform="microdata", posts=_with_text(posts))
    posts = tuple(_stated(statement, url=url) for statement in stated)
    return replace(page, platform="JSON-LD", posts=_with_text(posts))


def _with_text(posts: tuple[ForumPost, ...]) -> tuple[ForumPost, ...]:
    return tuple(post for post in posts if post.text or post.quoted)


def _stated(statement: Statement, *, url: str) -> ForumPost:
    read = said(statement.text)
    return ForumPost(
        id=None,
        url=_joined(url, statement.url),
        author=one_line(statement.author, most=MAX_NAME) or None,
        published=epoch(statement.published),
        text=read.text,
        quoted=read.quoted,
        opens=None if statement.opens else False,
    )


def _marked(post: MicroPost, url: str) -> ForumPost:
    read, told = said(post.markup), post.said
    published = told.get("datepublished") or told.get("datecreated") or told.get("commenttime")
    named = one_line(numbered(post.node), most=MAX_NAME)
    return ForumPost(
        id=named or None,
        url=_joined(url, told.get("url", "")) or _own_link(post.node, named, url),
        author=one_line(told.get("author", ""), most=MAX_NAME) or None,
        published=epoch(published or ""),
        text=read.text,
        quoted=read.quoted,
        opens=None if post.opens else False,
    )


def _own_link(node: LexborNode, named: str, url: str) -> str | None:
    """Return a link within a post that holds its number, else its place on this page."""
    numbers = _DIGITS.findall(named)[-1:]
    for anchor in node.css("a[href]")[:_MAX_OWN_LINKS] if numbers else ():
        if numbers[0] in _DIGITS.findall(attribute(anchor, "href")):
            return link(anchor, url)
    return _at_place(node, url)


def _joined(base: str, href: str) -> str | None:
    try:
        return urljoin(base, href) if href else None
    except ValueError:
        return None


def _by_likeness(
    tree: LexborHTMLParser,
    page: ForumPage,
    url: str,
    now: int,
    *,
    looks: Collection[str] | None,
) -> ForumPage:
    """Return what repeats on the page; ``looks`` of posts on others where it is a thread's."""
    drawn = sketch(tree, now=now)
    single = looks is not None and not page.posts
    posts, seen = sibling_posts(drawn, url=url, single=single, looks=looks or ())
    if page.posts and _sure(replace(page, posts=posts)) <= _sure(page):
        return page
    boards: tuple[str, ...] = ()
    threads: tuple[ListedThread, ...] = ()
    if not posts:
        boards, threads = listed(drawn, url=url)
    if not (posts or boards or threads):
        return page
    heading = _thread_heading(tree, page.title)
    return replace(
        page,
        platform=UNKNOWN,
        title=heading or page.title,
        posts=posts,
        boards=boards,
        threads=threads,
        following=following(tree, url=url),
        number=_page_number(url),
        ids_are_global=False,
        looks=tuple(sorted(seen)),
    )


def _with_states(tree: LexborHTMLParser, page: ForumPage, url: str, now: int) -> ForumPage:
    """Return a list whose rows its platform's selectors get nothing from, told by likeness."""
    if page.platform == UNKNOWN:
        return page
    told = {thread.url: thread for thread in listed(sketch(tree, now=now), url=url)[1]}
    threads = (
        replace(thread, state=like.state, active=thread.active or like.active)
        if (like := told.get(thread.url))
        else thread
        for thread in page.threads
    )
    return replace(page, threads=tuple(threads))


def _oldest_first(page: ForumPage) -> ForumPage:
    """Return the page with its posts as they were said: trackers list what is newest first.

    Of a thread with more pages the first one holds its end, and nothing on it opens the thread.
    """
    times = [post.published for post in page.posts if post.published is not None and post.exact]
    falling = all(later > earlier for later, earlier in pairwise(times))
    if len(times) < max(2, len(page.posts)) or not falling:
        return page
    posts = page.posts[::-1]
    if page.following is not None:
        posts = tuple(replace(post, opens=False) for post in posts)
    return replace(page, posts=posts)


def _without_deleted(page: ForumPage) -> ForumPage:
    """Return the page without posts that only say that they are no more.

    Where the first one is no more, none of the others begins the thread in its stead.
    """
    kept = tuple(post for post in page.posts if post.quoted or not is_placeholder(post.text))
    if len(kept) == len(page.posts):
        return page
    if not kept or kept[0] is not page.posts[0]:
        kept = tuple(replace(post, opens=bool(post.opens)) for post in kept)
    return replace(page, posts=kept)


def _thread_heading(tree: LexborHTMLParser, title: str) -> str:
    """Return the first ``h1``; behind one that names the site, what the page's title begins with.

    Which it does is seen from that title: "Which desk? - Board - Site".
    """
    headings = every(tree, "h1, h2, h3")
    site = next((at for at, node in enumerate(headings) if node.tag == "h1"), None)
    if site is None:
        return ""
    named = _heading(headings[site])
    if named not in title or title.startswith(named):
        return named
    behind = (_heading(node) for node in headings[site + 1 :][:_MAX_HEADINGS])
    return next((said for said in behind if said and title.startswith(said)), named)


def _heading(node: LexborNode | None) -> str:
    """Return a heading without the buttons in it."""
    return one_line(from_html(inner_html(node)).text, most=MAX_TITLE)


def _page_number(url: str) -> int:
    """Return which page an address says that it is; 2 stands for any behind the first."""
    at = place(url).at
    return 1 if at <= 1 else 2
