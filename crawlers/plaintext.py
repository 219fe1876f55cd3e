"""HTML to plain text, and the cleaning of text. Runs in the parsing child.

Written by hand because it must be linear: each cleaner that builds a tree has an input that
makes it quadratic (64 KB of ``<b id=1><p>``: 5.3 s in lexbor; deep ``<div>`` in nh3: 10 s; many
attributes in lxml.html: 6 s). This reads tags from left to right and keeps no tree. All that is
needed from the tags is where lines break, what isn't text, and what is somebody else's words.
"""

import html
import json
import re
from dataclasses import dataclass

from crawlers.quote_words import QUOTE_NAMES

#: What is looked at of a post's HTML, and kept of its text, in bytes and characters.
MAX_TEXT = 64 * 1024

_MARKUP = re.compile(r"<(?=[a-zA-Z!?]|/[a-zA-Z])")
_TAG = re.compile(
    r"""<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9:-]{0,40}+)
        (?P<attributes>(?:[^<>"']|"[^"]{0,2000}"|'[^']{0,2000}'){0,500}+)>""",
    re.VERBOSE,
)
_ENDLESS_NUMBER = re.compile(r"&#(?:\d{8,}|[xX][0-9a-fA-F]{7,});?")
_ANSI = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[@-_]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_MANY_BREAKS = re.compile(r"\n{3,}")
_QUOTED_LINE = re.compile(r"\s{0,3}(?:>\s?)+(?![\d=])\S")
_QUOTE_CLASS = re.compile(
    r"\b(?:quote|quotebox|quotecontent|quoteheader|gmail_quote|bbCodeBlock--quote|bbCodeQuote|"
    rf"bbcode_quote)\b|\b(?!quot)(?:{QUOTE_NAMES})"
)
#: How the line over a quote ends that names whom it quotes, as forums in several languages do.
WROTE = r"\b(?:wrote|said|schrieb|a écrit|escribió|ha scritto|schreef|skrev|napisał|написал)\b"
_QUOTE_LABEL = re.compile(
    rf"(?!(?:I|we|they)\b)(?:@\w.{{0,300}}|.{{1,60}}{WROTE}(?: in .{{1,300}}|.{{0,40}})):",
    re.IGNORECASE,
)
#: The same over lines that begin with ``>``. Mails name the day, and may take two lines for it.
_ATTRIBUTION = re.compile(
    rf"(?:On|Am|Le|El|Op|Il|Em|Den)\b.{{3,250}}{WROTE}.{{0,60}}:|"
    rf"(?!.{{0,99}}\b(?:I|you|we|he|she|they)\b)\S{{1,40}}(?: \S{{1,40}}){{0,2}} {WROTE}:",
    re.IGNORECASE,
)
_ATTRIBUTION_IN_TWO = re.compile(
    rf"(?:On|Am|Le|El|Op|Il|Em|Den)\b(?=.{{0,30}}[0-9]).{{3,250}}{WROTE}.{{0,60}}:", re.IGNORECASE
)
_MAX_LABEL = 380  # characters; NodeBB's holds the topic's title
#: What may be left out by its class, and where that stands.
_BLOCKS = frozenset({"aside", "div", "footer", "p", "section", "span", "table"})
_CLASS = re.compile(r"""\bclass\s*=\s*["']?([^"'>]{1,200})""", re.IGNORECASE)
#: Cells that quote: vBulletin 3 (alt2) and phpBB 2.
_QUOTE_CELL = re.compile(r"\b(?:alt2|quote)\b")

#: Elements whose content is not text, and may hold anything up to their end tag.
_RAW = frozenset({"script", "style", "iframe", "noembed", "noframes", "xmp", "textarea", "title"})
_RAW_END = {name: re.compile(rf"</{name}[\s/>]", re.IGNORECASE) for name in _RAW}
#: Elements that are left out with everything inside them.
_HIDDEN = frozenset({"template", "noscript", "svg", "math", "object", "select", "head", "button"})
# fmt: off
_LINE = frozenset({
    "address", "article", "aside", "caption", "dd", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "header", "hr", "li", "main", "nav", "section", "summary",
    "tbody", "tfoot", "thead", "tr",
})
_PARAGRAPH = frozenset({
    "blockquote", "details", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul",
})
# fmt: on
_CELL = frozenset({"td", "th"})


@dataclass(frozen=True, slots=True)
class PlainText:
    """A post's own words, and apart from them what it quotes of others."""

    text: str
    quoted: str = ""


def from_html(markup: str, *, without: re.Pattern[str] | None = None) -> PlainText:
    """Return the text of a piece of HTML; only its first 64 K characters are looked at.

    Args:
        markup: the HTML.
        without: leaves out blocks whose class it finds, as signatures.
    """
    return _Scan(markup[:MAX_TEXT], without).run()


def from_text(text: str) -> PlainText:
    """Return a post that came as plain text, cleaned, its ``>`` quotes apart."""
    return _split(_tidy(text[:MAX_TEXT].replace("\r\n", "\n").replace("\r", "\n")), "")


def many_from_html(body: bytes) -> tuple[PlainText, ...]:
    """Return the texts of many pieces of HTML, which come as a JSON list: one trip to a child."""
    return tuple(from_html(str(markup)) for markup in json.loads(body))


def one_line(text: str, *, most: int) -> str:
    """Return ``text`` as one clean line of at most ``most`` characters: titles, names."""
    line = " ".join(clean(text[: 4 * most]).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def title_from_html(markup: str, *, most: int) -> str:
    """Return the text of a title that may hold markup, as one clean line."""
    return one_line(from_html(markup[: 4 * most]).text, most=most)


def clean(text: str) -> str:
    """Return ``text`` without terminal commands, control characters and lone surrogates."""
    return _CONTROL.sub("", _ANSI.sub("", text))


def cap(text: str, *, most: int = MAX_TEXT) -> str:
    """Return the longest beginning of ``text`` that has at most ``most`` bytes in UTF-8."""
    encoded = text.encode("utf-8", errors="ignore")
    return text if len(encoded) <= most else encoded[:most].decode("utf-8", errors="ignore")


class _Lines:
    """Text that grows, with breaks that wait for the text after them."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._breaks = 0

    def add(self, text: str) -> None:
        if self._breaks:
            text = text.lstrip(" ")
            if not text:
                return
            self._parts.append("\n" * self._breaks)
            self._breaks = 0
        self._parts.append(text)

    def end_line(self, breaks: int = 1) -> None:
        """Have at least so many breaks before what comes next."""
        self._breaks = max(self._breaks, breaks)

    def break_line(self) -> None:
        """Have one break more, as ``<br>`` asks; a second one leaves an empty line."""
        self._breaks = min(self._breaks + 1, 2)

    def drop_label(self) -> None:
        """Take back the last line if it says whose words follow."""
        at, length = len(self._parts), 0
        while at and "\n" not in self._parts[at - 1] and length <= _MAX_LABEL:
            at -= 1
            length += len(self._parts[at])
        if length <= _MAX_LABEL and _QUOTE_LABEL.fullmatch("".join(self._parts[at:]).strip()):
            del self._parts[at:]

    def text(self) -> str:
        return _tidy("".join(self._parts))


class _Scan:
    """One walk over the tags, from left to right."""

    def __init__(self, markup: str, without: re.Pattern[str] | None = None) -> None:
        self._markup = markup
        self._without = without
        self.own, self.quoted = _Lines(), _Lines()
        self._into = self.own
        self._hidden: tuple[str, int] | None = None  # element that hides, how often it is open
        self._quote: tuple[str, int] | None = None  # element that quotes, how often it is open
        self._pre = 0

    def run(self) -> PlainText:
        markup, position = self._markup, 0
        while (begin := _MARKUP.search(markup, position)) is not None:
            self._say(markup[position : begin.start()])
            position = self._at_markup(begin.start())
        self._say(markup[position:])
        return _split(self.own.text(), self.quoted.text())

    def _at_markup(self, start: int) -> int:
        """Deal with what begins at a ``<``; return where to go on."""
        markup = self._markup
        if markup.startswith("<!--", start):
            return _after(markup.find("-->", start + 2), 3, len(markup))
        if markup.startswith("<![CDATA[", start):
            return start + len("<![CDATA[")  # XHTML in feeds: its content is text
        tag = _TAG.match(markup, start)
        if tag is not None:
            return self._at_tag(tag)
        return _after(markup.find(">", start), 1, len(markup))

    def _at_tag(self, tag: re.Match[str]) -> int:
        name, closes = tag["name"].lower(), bool(tag["close"])
        if not closes and name in _RAW:
            end = _RAW_END[name].search(self._markup, tag.end())
            return end.start() if end else len(self._markup)
        hides = name in _HIDDEN or self._leaves_out(name, tag["attributes"])
        self._hidden = _step(self._hidden, name, closes=closes, begins=hides)
        if self._hidden is None:
            self._break(name)
            begins = name == "blockquote" or _is_quote(name, tag["attributes"])
            if begins and not closes and not self._quote:
                self.own.drop_label()
            self._quote = _step(self._quote, name, closes=closes, begins=begins)
            self._into = self.quoted if self._quote else self.own
            if name == "pre":
                self._pre = max(0, self._pre + (-1 if closes else 1))
        return tag.end()

    def _leaves_out(self, name: str, attributes: str) -> bool:
        if self._without is None or name not in _BLOCKS:
            return False
        named = _CLASS.search(attributes)
        return named is not None and self._without.search(named[1]) is not None

    def _break(self, name: str) -> None:
        if name == "br":
            self._into.break_line()
        elif name in _PARAGRAPH:
            self.own.end_line(2)
            self.quoted.end_line(2)
        elif name in _LINE or (name == "cite" and self._quote):
            self._into.end_line()
        elif name in _CELL:
            self._into.add(" ")

    def _say(self, raw: str) -> None:
        if raw and self._hidden is None:
            text = html.unescape(_ENDLESS_NUMBER.sub("\ufffd", raw))
            self._into.add(text if self._pre else _flowing(text))


def _step(
    inside: tuple[str, int] | None, name: str, *, closes: bool, begins: bool
) -> tuple[str, int] | None:
    """Follow an element that may hold others of its name until it is closed."""
    if inside is None:
        return (name, 1) if begins and not closes else None
    if name != inside[0]:
        return inside
    depth = inside[1] + (-1 if closes else 1)
    return (name, depth) if depth else None


def _is_quote(name: str, attributes: str) -> bool:
    if name == "td":
        return _QUOTE_CELL.search(attributes) is not None
    return name in {"aside", "div", "fieldset"} and _QUOTE_CLASS.search(attributes) is not None


def _after(found: int, length: int, end: int) -> int:
    return end if found == -1 else found + length


def _flowing(text: str) -> str:
    """Return text with one blank for each run of blanks and breaks, also where it begins or ends.

    Splitting and joining take a third of the time that a regular expression does.
    """
    words = text.split()
    if text[:1].isspace():
        words.insert(0, "")
    if text[-1:].isspace():
        words.append("")
    return " ".join(words)


def _tidy(text: str) -> str:
    lines = "\n".join(" ".join(line.split()) for line in clean(text).split("\n"))
    return _MANY_BREAKS.sub("\n\n", lines).strip()


def _drop_attribution(lines: list[str]) -> None:
    """Take back the line that says whose words follow: "On Monday, ann wrote:", in two at most."""
    while lines and not lines[-1].strip():
        lines.pop()
    for count, label in ((2, _ATTRIBUTION_IN_TWO), (1, _ATTRIBUTION)):
        said = " ".join(lines[-count:]).strip()
        if len(said) <= _MAX_LABEL and label.fullmatch(said):
            del lines[-count:]
            return


def _split(text: str, quoted: str) -> PlainText:
    """Move lines that begin with ``>``, as mail and Hacker News quote, to the quoted text."""
    if ">" not in text:
        return PlainText(text=cap(text), quoted=cap(quoted))
    own: list[str] = []
    others = [quoted] if quoted else []
    said_by = False  # whether the line over the quote that is being read was looked for
    for line in text.split("\n"):
        is_quoted = _QUOTED_LINE.match(line) is not None
        if is_quoted and not said_by:
            _drop_attribution(own)
        said_by = is_quoted
        (others if is_quoted else own).append(line)
    return PlainText(text=cap(_tidy("\n".join(own))), quoted=cap("\n".join(others)))
