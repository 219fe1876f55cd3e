"""The HTML of a forum's page to what it lists or says. Runs in the parsing child."""

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawlers.forum_jsonld import Statement, statements
from crawlers.forum_platforms import PLATFORMS, Platform
from crawlers.plaintext import from_html, one_line
from crawlers.times import epoch

MAX_LISTED = 1_000  # boards, threads or posts of one page
MAX_TITLE = 300
MAX_NAME = 100

_SESSION = re.compile(r"[?&]sid=\w*")
_DIGITS = re.compile(r"\d+")
_AFTER_AUTHOR = re.compile(r"»\s*(.+)")


@dataclass(frozen=True, slots=True)
class ListedThread:
    """A thread as a board lists it."""

    url: str
    title: str
    state: str | None  # changes with every answer; None when the list doesn't tell


@dataclass(frozen=True, slots=True)
class ForumPost:
    """A post as its thread shows it."""

    id: str | None  # as the forum numbers it: "p345", "post-345"
    url: str | None
    author: str | None
    published: int | None  # seconds since 1970, as stated
    text: str
    quoted: str


@dataclass(frozen=True, slots=True)
class ForumPage:
    """What one page of a forum holds: boards and threads, or posts."""

    platform: str | None  # None when nothing is known of it
    title: str
    url: str  # its own address, as it states it
    boards: tuple[str, ...] = ()
    threads: tuple[ListedThread, ...] = ()
    posts: tuple[ForumPost, ...] = ()
    following: str | None = None  # the next page
    number: int = 1  # which page of the list or thread it is


def read_forum_page(body: bytes, *, url: str) -> ForumPage:
    """Return what a page of a forum holds; nothing when its software isn't known.

    Args:
        body: the HTML.
        url: where it was found, for relative links.
    """
    tree = LexborHTMLParser(body)
    title = _line(tree.css_first("title"), most=MAX_TITLE)
    platform = next((known for known in PLATFORMS if tree.css_first(known.mark)), None)
    if platform is not None:
        page = _by_platform(tree, platform, url=url, title=title)
        if page.boards or page.threads or page.posts:
            return page
    found = statements(tree)
    posts = tuple(_stated(statement, url=url) for statement in found[:MAX_LISTED])
    if posts:
        headline = next((one.headline for one in found if one.headline), title)
        return ForumPage("JSON-LD", one_line(headline, most=MAX_TITLE), url, posts=posts)
    return ForumPage(platform.name if platform else None, title, url)


def _by_platform(tree: LexborHTMLParser, platform: Platform, *, url: str, title: str) -> ForumPage:
    posts = tuple(_post(node, platform, url) for node in tree.css(platform.post)[:MAX_LISTED])
    boards = [_link(node, url) for node in tree.css(platform.board)[:MAX_LISTED]]
    rows = tree.css(platform.row)[:MAX_LISTED]
    threads = [thread for row in rows if (thread := _thread(row, platform, url))]
    canonical = _link(tree.css_first("link[rel=canonical]"), url)
    return ForumPage(
        platform=platform.name,
        title=_line(tree.css_first(platform.title), most=MAX_TITLE) or title,
        url=canonical or url,
        # a thread's page may list related threads: they are found where they belong
        boards=() if posts else tuple(dict.fromkeys(filter(None, boards))),
        threads=() if posts else tuple(threads),
        posts=posts,
        following=_link(tree.css_first(f"{platform.following}, link[rel=next]"), url),
        number=_number(_line(tree.css_first(platform.current), most=20)) or 1,
    )


def _thread(row: LexborNode, platform: Platform, url: str) -> ListedThread | None:
    node = row.css_first(platform.thread)
    link = _link(node, url)
    if link is None:
        return None
    replies = _number(_line(row.css_first(platform.replies), most=20))
    last = row.css_first(platform.last)
    moved = (_attribute(last, "datetime") or _attribute(last, "href")) if last else ""
    state = None if replies is None and not moved else _short(f"{replies}|{moved}")
    return ListedThread(url=link, title=_line(node, most=MAX_TITLE), state=state)


def _post(node: LexborNode, platform: Platform, url: str) -> ForumPost:
    body = node.css_first(platform.body)
    read = from_html(body.html or "" if body else "")
    named = (_attribute(node, name) for name in platform.post_id)
    author = _attribute(node, platform.author_attribute) if platform.author_attribute else ""
    return ForumPost(
        id=one_line(next(filter(None, named), ""), most=MAX_NAME) or None,
        url=_link(node.css_first(platform.permalink), url),
        author=one_line(author, most=MAX_NAME)
        or _line(node.css_first(platform.author), most=MAX_NAME)
        or None,
        published=_time(node, platform.time),
        text=read.text,
        quoted=read.quoted,
    )


def _stated(statement: Statement, *, url: str) -> ForumPost:
    read = from_html(statement.text)
    return ForumPost(
        id=None,
        url=urljoin(url, statement.url) if statement.url else None,
        author=one_line(statement.author, most=MAX_NAME) or None,
        published=epoch(statement.published),
        text=read.text,
        quoted=read.quoted,
    )


def _time(post: LexborNode, selectors: tuple[str, ...]) -> int | None:
    node = next(filter(None, map(post.css_first, selectors)), None)
    if node is None:
        return None
    exact = _attribute(node, "datetime") or _attribute(node, "data-timestamp")
    if exact:
        return epoch(exact)
    worded = _AFTER_AUTHOR.search(" ".join(node.text().split()))
    return epoch(worded[1]) if worded else None


def _link(node: LexborNode | None, base: str) -> str | None:
    href = _attribute(node, "href").strip() if node else ""
    if not href:
        return None
    try:
        return urljoin(base, href)
    except ValueError:
        return None


def _attribute(node: LexborNode, name: str) -> str:
    return node.attributes.get(name) or ""


def _line(node: LexborNode | None, *, most: int) -> str:
    return one_line(node.text(), most=most) if node else ""


def _number(text: str) -> int | None:
    digits = _DIGITS.search(text.replace(",", "").replace(".", ""))
    return int(digits[0][:9]) if digits else None


def _short(state: str) -> str:
    """Return a state as twelve characters: thousands are stored with every batch."""
    said = _SESSION.sub("", state).encode(errors="replace")
    return hashlib.blake2b(said, digest_size=6).hexdigest()
