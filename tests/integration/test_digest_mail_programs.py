"""The digest's mail keeps to what plain mail programs can do, see docs/digest-mail.md.

Outlook on Windows lays out with Word, Gmail may drop the style element and hides what is longer
than 102 KB, Apple Mail goes dark by the style element, and some people read the text alone.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from html.parser import HTMLParser

import pytest
from sqlalchemy import Engine
from typing_extensions import override

from models.digest_words import AttentionKind
from models.words import UserRole
from service.attending.matter import Matter
from service.attending.noting import raise_item
from service.digests.html import MOST_BYTES, as_html
from service.digests.readers import find_reader
from service.digests.sending import _take, links_for
from service.mail.message import write
from service.store.engine import reading, writing
from tests.digesting import Desk, a_desk, a_digest_config

LONG = "Which one? " * 12 + "w" * 90
ODD = f"\u202eשלם\u2066 \U0001f469\u200d\U0001f527 سلام عليكم & <b>\u202e {LONG}"
#: What Word or Gmail knows nothing of.
_UNKNOWN = re.compile(r"flex|grid|position|float|var\(|calc\(|rgba|url\(|\d(?:r?em|v[wh])\b")


@dataclass
class Element:
    tag: str
    attributes: Mapping[str, str]
    style: Mapping[str, str]

    @property
    def classes(self) -> set[str]:
        return set(self.attributes.get("class", "").split())


@dataclass
class Page(HTMLParser):
    """The elements of a mail, its conditional comments apart."""

    elements: list[Element] = field(default_factory=list)
    for_word: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        pairs = (one.partition(":") for one in attributes.get("style", "").split(";") if one)
        style = {name.strip(): value.strip() for name, _, value in pairs}
        self.elements.append(Element(tag, attributes, style))

    @override
    def handle_comment(self, data: str) -> None:
        if data.startswith("[if mso]>"):
            self.for_word.append(data)

    def of(self, *tags: str) -> Iterator[Element]:
        return (one for one in self.elements if one.tag in tags)


def a_full_desk(engine: Engine, *, leads: int = 4, cap: int = 15) -> Desk:
    desk = a_desk(engine, a_digest_config(explore=0.5))
    desk.reader("ida", role=UserRole.MANAGER, cap=cap)
    for number in range(leads):
        desk.lead(f"{ODD} {number}", text=f"{ODD} " * 5, score=99 - number % 60, author=ODD[:60])
    first = desk.lead("Who moves pianos?", score=100)
    desk.house.reply(first, desk.source, LONG, author="ben", after=timedelta(0))
    matter = Matter(
        kind=AttentionKind.DISK_FULL,
        subject="disk",
        words=LONG,
        path="/settings/health",
        for_roles=[UserRole.MANAGER.value],
    )
    with writing(engine) as db:
        raise_item(db, matter, now=desk.house.clock.now())
    return desk


def a_sent_mail(desk: Desk) -> tuple[bytes, EmailMessage]:
    desk.plan()
    ready = _take(desk.mailroom)
    assert ready is not None
    raw = write(ready.letter).as_bytes()
    return raw, message_from_bytes(raw, policy=SMTP)


def html_of(desk: Desk) -> str:
    with reading(desk.engine) as db:
        ida = find_reader(db, "ida")
    links = links_for(desk.mailroom, ida, desk.subscription(ida), at=desk.house.clock.now())
    return as_html(desk.made(), links)


@pytest.fixture
def page(sqlite_engine: Engine) -> Page:
    read = Page()
    read.feed(html_of(a_full_desk(sqlite_engine)))
    return read


def test_outlook_finds_widths_colours_and_gaps_where_word_looks(page: Page) -> None:
    for table in page.of("table"):
        given = table.attributes
        assert (given["role"], given["border"]) == ("presentation", "0")
        assert (given["cellpadding"], given["cellspacing"]) == ("0", "0")
        assert given["width"].rstrip("%").isdigit()
        assert not {"padding", "margin", "display"} & set(table.style), "Word has none on tables"
    for coloured in page.of("table", "td", "body"):
        ground = coloured.style.get("background-color")
        assert coloured.attributes.get("bgcolor") == ground
    for block in page.of("p", "h1", "h2", "h3"):
        assert "margin" in block.style, "else Word and Gmail put in their own"
        assert "padding" not in block.style, "which Word has on cells only"
        assert block.style.get("line-height") != "0", "Word cuts such a line away"
    assert len([one for one in page.for_word if 'width="640"' in one]) == 1, "it has no max-width"
    assert sum(one.count("<table") - one.count("</table") for one in page.for_word) == 0
    assert any("PixelsPerInch" in one for one in page.for_word), "or it grows on dense screens"
    buttons = [one for one in page.of("a") if one.style.get("display") == "inline-block"]
    gaps = [one for one in page.for_word if "&nbsp;" in one]
    assert len(gaps) == 2 * len(buttons), "Word has no padding on links either"


def test_without_its_style_element_nothing_is_lost(page: Page) -> None:
    assert [one.tag for one in page.of("div")] == ["div"], "the preheader; all else is in cells"
    for link in page.of("a"):
        assert "color" in link.style
        assert link.attributes["href"].startswith("https://")
    for cell in page.of("td"):
        assert "font-family" in cell.style or "color" not in cell.style
    for element in page.elements:
        assert not _UNKNOWN.search(element.attributes.get("style", ""))
        assert "background" not in element.style, "Word and Gmail want background-color"
    assert not list(page.of("img", "link", "script", "form", "svg", "button", "video"))


def test_what_is_coloured_in_place_is_coloured_again_in_the_dark(sqlite_engine: Engine) -> None:
    html = html_of(a_full_desk(sqlite_engine))
    page = Page()
    page.feed(html)
    (css,) = re.findall(r"^<style>(.*?)^</style>", html, re.DOTALL | re.MULTILINE)
    dark = css[css.index("prefers-color-scheme: dark") :]

    assert html.count('content="light dark"') == 2
    assert len(css) < 8_192, "Gmail drops longer ones"
    assert "[" not in css, "and those with such selectors"
    known = set(re.findall(r"\.([a-z]+)", dark)) | {"body"}
    for element in page.elements:
        if {"color", "background-color"} & set(element.style) and element.tag != "div":
            assert {*element.classes, element.tag} & known, element
    used = set().union(*(element.classes for element in page.elements))
    assert known - used <= {"body", "go", "btn", "late", "chip", "high", "middle", "low", "mark"}


def test_the_line_beside_the_subject_tells_the_best(sqlite_engine: Engine) -> None:
    html = html_of(a_full_desk(sqlite_engine))
    body = html[html.index("<body") :]
    first = re.search(r"<div style=\"([^\"]*)\">(.*?)</div>", body, re.DOTALL)
    assert first is not None
    assert body.index("<div") < body.index("<table")
    assert {"display:none", "mso-hide:all"} <= set(first[1].split(";"))
    assert "Who moves pianos?" in first[2]
    assert first[2].count("&zwnj;") >= 40, "so that the next words don't follow"


@pytest.mark.parametrize(("leads", "cap"), [(20, 15), (100, 100)])
def test_however_much_is_in_it_nothing_is_cut(sqlite_engine: Engine, leads: int, cap: int) -> None:
    desk = a_full_desk(sqlite_engine, leads=leads, cap=cap)
    digest = desk.made()
    html = html_of(desk)

    assert len(digest.entries) == min(leads + 1, cap)
    assert len(html.encode()) <= MOST_BYTES < 102_000
    for entry in digest.entries:
        assert f"/leads/{entry.line.id}" in html
    assert "Switch it off" in html
    assert ("And in short" in html) is (cap == 100)


def test_it_arrives_whole_through_servers_of_1982(sqlite_engine: Engine) -> None:
    desk = a_full_desk(sqlite_engine)
    raw, mail = a_sent_mail(desk)

    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998  # RFC 5322, 2.1.1
    body = raw.partition(b"\r\n\r\n")[2]
    assert max(len(line) for line in body.split(b"\r\n")) <= 78
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r\n.\r\n" not in raw
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"], "the best comes last"
    for part in mail.walk():
        if not part.is_multipart():
            assert part["Content-Transfer-Encoding"] == "quoted-printable"
            assert "pianos" in part.get_content()


def test_the_text_alone_has_every_way_that_the_html_has(sqlite_engine: Engine) -> None:
    desk = a_full_desk(sqlite_engine)
    _, mail = a_sent_mail(desk)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    page = Page()
    page.feed(html.get_content())
    ways = {re.sub(r"\?(?:do|is)=\w+$", "", one.attributes["href"]) for one in page.of("a")}

    said = text.get_content()
    assert len(ways) > 8
    assert [way for way in sorted(ways) if way not in said] == []
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", said), "nothing turns the lines round"
    assert "\U0001f469\u200d\U0001f527" in said, "what joins letters stays"
