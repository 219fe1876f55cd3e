"""The plain text that a sample post is written in, as the HTML that its site would serve."""

import re
from html import escape
from itertools import takewhile

from markupsafe import Markup

_LINK = re.compile(r"https?://[^\s<>()]+[^\s<>().,!?]")
_QUOTED_FROM = re.compile(r"(?P<author>.+) wrote:")


def as_paragraphs(text: str) -> Markup:
    """Return ``text`` as a blog serves it: a ``<p>`` for each paragraph."""
    blocks = (part.split("\n") for part in text.split("\n\n"))
    return Markup("\n").join(Markup("<p>{}</p>").format(_broken(lines)) for lines in blocks)


def as_board_text(text: str) -> Markup:
    """Return ``text`` as phpBB serves it: line breaks, and a leading quote in a block."""
    lines = text.split("\n")
    quoted = [line[1:].strip() for line in takewhile(lambda line: line.startswith(">"), lines)]
    said = lines[len(quoted) :]
    return _quotation(quoted) + _broken(said)


def as_hopper_text(text: str) -> str:
    """Return ``text`` as Hacker News does: ``<p>`` between paragraphs, slashes as entities."""
    paragraphs = (" ".join(part.split("\n")) for part in text.split("\n\n"))
    return "<p>".join(_with_links(part) for part in paragraphs if part)


def _quotation(lines: list[str]) -> Markup:
    if not lines:
        return Markup("")
    cite = Markup("")
    if named := _QUOTED_FROM.fullmatch(lines[0]):
        cite = Markup("<cite>{} wrote:</cite>").format(named["author"])
        lines = lines[1:]
    words = Markup("<br>\n").join(lines)
    return Markup("<blockquote><div>{}{}</div></blockquote>").format(cite, words)


def _broken(lines: list[str]) -> Markup:
    return Markup("<br>\n").join(_linked(line) for line in lines)


def _linked(line: str) -> Markup:
    parts: list[Markup] = []
    end = 0
    for match in _LINK.finditer(line):
        parts.append(Markup.escape(line[end : match.start()]))
        parts.append(Markup('<a href="{0}" class="postlink">{0}</a>').format(match[0]))
        end = match.end()
    return Markup("").join([*parts, Markup.escape(line[end:])])


def _with_links(paragraph: str) -> str:
    parts: list[str] = []
    end = 0
    for match in _LINK.finditer(paragraph):
        address = _entities(match[0])
        parts.append(_entities(paragraph[end : match.start()]))
        parts.append(f'<a href="{address}" rel="nofollow">{address}</a>')
        end = match.end()
    return "".join([*parts, _entities(paragraph[end:])])


def _entities(words: str) -> str:
    return escape(words, quote=True).replace("/", "&#x2F;")
