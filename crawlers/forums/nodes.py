"""Small readings of one element of a page, capped. Runs in the parsing child."""

import hashlib
import html
import re
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawlers.plaintext import one_line
from crawlers.times import CLOCK, epoch, epoch_from

MAX_LISTED = 1_000  # boards, threads or posts of one page
MAX_TITLE = 300
MAX_NAME = 100

_SESSION = re.compile(r"[?&](?:sid|PHPSESSID|s)=\w*", re.IGNORECASE)
_DIGITS = re.compile(r"[0-9]+")
_CLOCK_BEHIND = re.compile(
    r"[\s,]*(?:(?:at|um|à|om|kl\.?)\s)?\s*([0-9]{1,2}[:.][0-9]{2}(?::[0-9]{2})?(?:\s?[ap]\.?m)?)",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"([0-9])[.,'\u2019\s]([0-9]{3})(?![0-9])")
_SHORT_NUMBER = re.compile(r"([0-9]+(?:\.[0-9])?)\s?([kKmM])\b")
_NUMBERS = ("id", "data-post-id", "data-comment-id", "data-pid", "data-id", "data-object-id")
#: Attributes that hold a time exactly, the surest first.
_TIMES = ("datetime", "data-timestamp", "data-time", "data-datetime", "data-date", "content")


def every(within: LexborHTMLParser | LexborNode, selector: str) -> list[LexborNode]:
    """Return what the selector finds, at most ``MAX_LISTED``; nothing for an empty selector."""
    found = within.css(selector)[: 2 * MAX_LISTED] if selector else []
    # what two selectors of a list find comes twice
    return list({node.mem_id: node for node in found}.values())[:MAX_LISTED]


def first(within: LexborHTMLParser | LexborNode, selector: str) -> LexborNode | None:
    """Return the first that the selector finds; None for an empty selector."""
    return within.css_first(selector) if selector else None


def attribute(node: LexborNode | None, name: str) -> str:
    """Return an attribute, or nothing."""
    return (node.attributes.get(name) or "") if node else ""


def numbered(node: LexborNode) -> str:
    """Return what an element is called, if that holds a number: "post-345"; or nothing."""
    values = (attribute(node, name) for name in _NUMBERS)
    return next((value for value in values if _DIGITS.search(value)), "")


def line(node: LexborNode | None, *, most: int) -> str:
    """Return an element's text as one clean line."""
    return one_line(node.text(), most=most) if node else ""


def link(node: LexborNode | None, base: str) -> str | None:
    """Return where an element's ``href`` leads."""
    return address(attribute(node, "href"), base)


def address(href: str, base: str) -> str | None:
    """Return a link in full, None when it leads nowhere."""
    href = href.strip()
    if not href or href == "#" or len(href) > 4_096:
        return None
    try:
        return urljoin(base, href)
    except ValueError:
        return None


def inner_html(node: LexborNode | None) -> str:
    """Return the markup inside an element, without its own tags."""
    if node is None:
        return ""
    return "".join(markup(child) for child in node.iter(include_text=True))


def markup(node: LexborNode) -> str:
    """Return an element or a text as markup."""
    return html.escape(node.text(), quote=False) if node.is_text_node else node.html or ""


def moment(node: LexborNode | None) -> int | None:
    """Return the seconds since 1970 that an element states, in an attribute or its words."""
    if node is None:
        return None
    stated = next(filter(None, (attribute(node, name) for name in _TIMES)), "")
    for text in (stated, _titled(node), worded(node)):
        seconds = epoch(text) if text else None
        if seconds is not None:
            return seconds
    return None


def _titled(node: LexborNode) -> str:
    """Return the time in an element's title; of a mere day, with the clock behind the element.

    MyBB: ``<span title="11-22-2026">Yesterday</span>, 01:43 AM``
    """
    title, behind = attribute(node, "title"), node.next
    if not title or CLOCK.search(title) or behind is None or not behind.is_text_node:
        return title
    clock = _CLOCK_BEHIND.match(behind.text()[:40])
    return f"{title} {clock[1]}" if clock else title


def rough_moment(node: LexborNode | None, *, now: int) -> int | None:
    """Return what an element's words mean now: "today", "2 hours ago"."""
    return epoch_from(worded(node), now=now) if node and now else None


def worded(node: LexborNode) -> str:
    """Return the words of an element in which a time is looked for."""
    text = " ".join(node.text()[:400].split())
    # phpBB: "by ann » Mon Jan 05, 2026"; a name may hold anything
    return text.partition("»")[2] or text


def number(text: str) -> int | None:
    """Return the first number of a text: "1,204 replies", "1.2k"."""
    text = text[:60]
    if short := _SHORT_NUMBER.search(text):
        return int(float(short[1]) * (1_000 if short[2] in "kK" else 1_000_000))
    digits = _DIGITS.search(_THOUSANDS.sub(r"\1\2", _THOUSANDS.sub(r"\1\2", text)))
    return int(digits[0][:9]) if digits else None


def short_state(state: str) -> str:
    """Return a state as twelve characters: thousands are stored with every batch."""
    said = _SESSION.sub("", state).encode(errors="replace")
    return hashlib.blake2b(said, digest_size=6).hexdigest()
