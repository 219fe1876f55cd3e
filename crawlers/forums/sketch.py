"""A page as flat lists, in the order of the document: for questions that a tree answers slowly.

What lies within an element is what follows it up to its end, so anything about a part of the page
is a walk over a slice, and asking for all parts of a level is one walk over the page.
"""

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawlers.forums.links import to_board, to_thread
from crawlers.forums.nodes import attribute
from crawlers.quote_words import QUOTE_NAMES
from crawlers.times import MAY_BE_TIME, epoch, epoch_from

MAX_ELEMENTS = 60_000  # what lies behind is not looked at
_MAX_LINK = 2_048

# fmt: off
_SKIPPED = frozenset({
    "script", "style", "template", "select", "textarea", "svg", "math", "option", "head",
    "iframe", "object", "input", "img", "link", "meta", "br", "hr", "button",
})
# fmt: on
_STATES = re.compile(
    r"\b(?:odd|even|first|last|alt[0-9]?|bg[0-9]|row[0-9]|active|new|old|unread|op|owner|author|"
    r"staff|admin|moderator|sticky|pinned|locked|hot|highlight\w*|depth-\w+|level-\w+)\b",
    re.IGNORECASE,
)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")  # in "ItemDiscussion"
_TOKEN_END = re.compile(r"[0-9]+\w*")
_USER_LINK = re.compile(
    r"/(?:u|users?|members?|profiles?|people|authors?|accounts?|person|~|@)[/.?=-]\w|/[~@]\w"
    r"|memberlist|member\.php|profile|userinfo|user[=/?]|[?&](?:u|uid|user(?:name|id)?)=",
    re.IGNORECASE,
)
_USER_CLASS = re.compile(
    r"(?:^|[\s_-])(?:author|user-?name|poster|nick(?:name)?|byline|fn|user(?=$|\s)|user-?link|member-?name|"
    r"handle|commenter|creator|posted-?by|(?:comment|post|message|reply|by)[_-]?name)(?=$|[\s_-])|^name$",
    re.IGNORECASE,
)
_NO_POST_TIME = re.compile(
    r"join|regist|since|birth|last\s+(?:seen|visit|login|active|edit)|edited|modified|updated"
    r"|mitglied|dabei|beitritt|geboren|zuletzt|bearbeitet|copyright|©|inscri",
    re.IGNORECASE,
)
#: What says so right before a time that is marked as one.
_NO_POST_LABEL = re.compile(
    r"(?:join\w*|regist\w*|since|birth\w*|edit\w*|modified|updated|seen|visit|login|activity|active|"
    r"mitglied seit|dabei seit|bearbeitet|inscri\w*)\W*(?:on|date|am)?\W*",
    re.IGNORECASE,
)
_EDITED = re.compile(r"edit|modif|revis", re.IGNORECASE)
_QUOTE = re.compile(rf"\b(?:{QUOTE_NAMES}|cite\b)", re.IGNORECASE)
_MAX_TIME_TEXT = 90
#: A clock that stands apart from its date, and what tells that a date has one.
_CLOCK_ALONE = re.compile(
    r"\W*(?:at|um|à|kl)?\W*[0-9]{1,2}[:.][0-9]{2}(?::[0-9]{2})?(?:\s?[ap]\.?m\.?)?\W*",
    re.IGNORECASE,
)
_HAS_CLOCK = re.compile(r"[0-9]:[0-9]|[0-9]\s?[ap]\.?m\b", re.IGNORECASE)
_BESIDE = 4  # elements and texts between a date and its clock, at most


@dataclass(frozen=True, slots=True)
class Moment:
    """A time that the page shows."""

    seconds: int
    exact: bool
    marked: bool  # as a time, by element or attribute; not only in words


@dataclass(slots=True)
class Sketch:
    """Elements and texts of a page by their number; ``end`` is where what follows is outside."""

    nodes: list[LexborNode] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    tag: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)  # class and id
    signature: list[str] = field(default_factory=list)
    length: list[int] = field(default_factory=list)  # characters of text within
    linked: list[int] = field(default_factory=list)  # of them in links
    moments: dict[int, Moment] = field(default_factory=dict)
    users: dict[int, int] = field(default_factory=dict)  # how sure: 3 link and class .. 1
    links: dict[int, str] = field(default_factory=dict)  # href
    quoted: set[int] = field(default_factory=set)  # elements and texts of quotes

    def within(self, start: int) -> range:
        """Return the numbers of an element and all that it holds."""
        return range(start, self.end[start])

    def text(self, at: int, *, most: int) -> str:
        """Return the text of an element as one line."""
        return " ".join(self.nodes[at].text()[: 4 * most].split())[:most]


def sketch(tree: LexborHTMLParser, *, now: int) -> Sketch:
    """Return the page as lists; ``now``, in seconds since 1970, is for "2 hours ago"."""
    drawn = Sketch()
    if tree.body is None:
        return drawn
    hand = _Hand(drawn, now)
    for node in tree.body.traverse(include_text=True):
        if len(drawn.nodes) >= MAX_ELEMENTS:
            break
        hand.draw(node)
    hand.close()
    return drawn


class _Hand:
    """What draws: knows by their addresses where the elements went."""

    def __init__(self, drawn: Sketch, now: int) -> None:
        self._drawn = drawn
        self._now = now
        self._places: dict[int, int] = {}  # address of an element to its number
        self._skipped: set[int] = set()
        self._label = ""  # the text before, if it may say what comes: "Joined:"
        #: The last one without a clock, and whether it is marked as a time.
        self._date: tuple[int, str, bool] | None = None

    def draw(self, node: LexborNode) -> None:
        above = node.parent.mem_id if node.parent else 0
        if above in self._skipped or (node.tag or "") in _SKIPPED or node.is_comment_node:
            self._skipped.add(node.mem_id)
            return
        parent = self._places.get(above, -1)
        if node.is_text_node:
            self._draw_text(node, parent)
        else:
            self._draw_element(node, parent)

    def close(self) -> None:
        """Add up what each element holds."""
        drawn = self._drawn
        for at in range(len(drawn.nodes) - 1, 0, -1):
            above = drawn.parent[at]
            if above >= 0:
                drawn.end[above] = max(drawn.end[above], drawn.end[at])
                drawn.length[above] += drawn.length[at]
                drawn.linked[above] += (
                    drawn.length[at] if drawn.tag[at] == "a" else drawn.linked[at]
                )

    def _draw_text(self, node: LexborNode, parent: int) -> None:
        said = node.text()
        text = " ".join(said[: 2 * _MAX_TIME_TEXT].split())
        if not text:
            return
        at = self._add(node, parent, tag="#text", names="", length=len(said.strip()))
        if parent in self._drawn.quoted:
            self._drawn.quoted.add(at)
        elif len(said.strip()) <= _MAX_TIME_TEXT and MAY_BE_TIME.search(text):
            self._note_words(at, text)
        self._label = "" if any(map(str.isdigit, text)) else text[-40:]

    def _note_words(self, at: int, text: str) -> None:
        """Note a time in words, a date and the clock beside it as one."""
        if self._date and _CLOCK_ALONE.fullmatch(text) and at - self._date[0] <= _BESIDE:
            at, date, marked = self._date
            self._note_time(at, f"{date} {text}", marked=marked)
            return
        if any(
            up in self._drawn.moments
            and self._drawn.moments[up].marked
            and self._drawn.moments[up].exact
            for up in (self._drawn.parent[at],)
        ):
            return  # it says the same in words
        self._note_time(at, text, marked=False)
        self._note_date(at, text, marked=False)

    def _note_date(self, at: int, text: str, *, marked: bool) -> None:
        is_date = at in self._drawn.moments and not _HAS_CLOCK.search(text)
        self._date = (at, text, marked) if is_date else None

    def _draw_element(self, node: LexborNode, parent: int) -> None:
        names = f"{attribute(node, 'class')[:300]} {attribute(node, 'id')[:100]}".strip()
        names = _HUMP.sub("-", names)
        tag = node.tag or ""
        at = self._add(node, parent, tag=tag, names=names, length=0)
        self._places[node.mem_id] = at
        self._drawn.signature[at] = self._signature(node, tag, parent)
        if parent in self._drawn.quoted or tag in {"blockquote", "q"} or _QUOTE.search(names):
            self._drawn.quoted.add(at)
            return
        href = attribute(node, "href")[:_MAX_LINK] if tag == "a" else ""
        if href:
            self._drawn.links[at] = href
        self._note_user(at, node, names, href)
        stated = next(filter(None, map(node.attributes.get, ("datetime", "data-time"))), "")
        stated = stated or attribute(node, "data-timestamp") or attribute(node, "title")
        if stated and MAY_BE_TIME.search(stated + " "):
            self._note_time(at, stated, marked=True)
            self._note_date(at, stated, marked=True)
        elif tag == "time":
            self._note_time(at, node.text()[:_MAX_TIME_TEXT], marked=True)

    def _add(self, node: LexborNode, parent: int, *, tag: str, names: str, length: int) -> int:
        drawn = self._drawn
        at = len(drawn.nodes)
        drawn.nodes.append(node)
        drawn.parent.append(parent)
        drawn.end.append(at + 1)
        drawn.tag.append(tag)
        drawn.names.append(names)
        drawn.signature.append(tag)
        drawn.length.append(length)
        drawn.linked.append(0)
        return at

    def _signature(self, node: LexborNode, tag: str, parent: int) -> str:
        tokens = sorted(
            kept
            for token in _STATES.sub("", attribute(node, "class")[:300]).split()
            if (kept := _TOKEN_END.sub("", token).strip("-_"))
        )
        if tokens:
            return f"{tag}.{'.'.join(tokens)}"
        above = self._drawn.signature[parent] if parent >= 0 else ""
        return f"{above[-120:]}>{tag}"

    def _note_time(self, at: int, text: str, *, marked: bool) -> None:
        text = text.strip()
        if self._is_no_post_time(at, text, marked=marked):
            return
        seconds = epoch(text)
        rough = epoch_from(text, now=self._now) if seconds is None and self._now else None
        if seconds is not None or rough is not None:
            exact = seconds is not None
            self._drawn.moments[at] = Moment(int(seconds or rough or 0), exact, marked)

    def _is_no_post_time(self, at: int, text: str, *, marked: bool) -> bool:
        """Say whether a time is of something else: when its author joined, when it was edited."""
        above = self._drawn.parent[at]
        if above >= 0 and _EDITED.search(self._drawn.names[above]):
            return True
        if marked:
            last = self._label.rpartition(" ")[2] or self._label
            return _NO_POST_LABEL.fullmatch(last) is not None
        return _NO_POST_TIME.search(text) is not None or (
            _NO_POST_TIME.search(self._label) is not None
        )

    def _note_user(self, at: int, node: LexborNode, names: str, href: str) -> None:
        by_link = bool(href) and (
            _USER_LINK.search(href) is not None or "author" in attribute(node, "rel")
        )
        by_name = _USER_CLASS.search(names) is not None or attribute(node, "itemprop") == "author"
        leads_on = bool(href) and not by_link and (to_thread(href) or to_board(href))
        if (by_link or by_name) and not leads_on:
            self._drawn.users[at] = 2 * by_link + by_name
