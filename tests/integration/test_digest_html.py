"""A digest as HTML and as text: whole in plain mail programs, and safe whatever a buyer writes."""

from datetime import timedelta
from html.parser import HTMLParser

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from typing_extensions import override

from models.people import User
from models.post import Author
from models.source import Source, SourcePolicy
from service.digests.html import as_html
from service.digests.links import Links
from service.digests.sending import links_for
from service.digests.text import as_text
from service.digests.words import marked
from service.store.engine import writing
from tests.digesting import BASE, Desk, a_desk
from tests.web_house import Words

EVIL = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<svg><script>alert(1)</script></svg>",
    "{{7*7}} {% for x in y %} ${x} %(x)s {0.__class__}",
    "</title><script>alert(1)</script>",
    "</style><script>",
    "a\u2028b\u2029c",
    "<!-- <a href='javascript:alert(1)'>x</a>",
)


class Tags(HTMLParser):
    """Collects what a mail program would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def read(html: str) -> Tags:
    tags = Tags()
    tags.feed(html)
    tags.close()
    return tags


@pytest.fixture
def desk(sqlite_engine: Engine) -> Desk:
    return a_desk(sqlite_engine)


def links_of(desk: Desk, user: User) -> Links:
    subscription = desk.subscription(user)
    return links_for(desk.mailroom, user, subscription, at=desk.house.clock.now())


def poison(desk: Desk, words: str) -> None:
    """Write ``words`` wherever somebody else's get into a digest."""
    lead = desk.lead(words, text=words, author=words, url="https://talk.example/?q=" + "'><b>")
    desk.house.reply(lead, desk.source, words * 9, author="ben", after=timedelta(0))
    with writing(desk.engine) as db:
        source = db.get_one(Source, desk.source.id)
        source.name = words
        policy = db.get_one(SourcePolicy, source.policy_name)
        policy.attribution = policy.community_rules = words
        for author in db.exec(select(Author)):
            author.handle = words
            db.add(author)
        db.add_all([source, policy])


@pytest.mark.parametrize("words", EVIL)
def test_h13_h14_words_of_others_stay_words(desk: Desk, words: str) -> None:
    ida = desk.marketer()
    poison(desk, words)

    html = as_html(desk.made(), links_of(desk, ida))

    found = read(html)
    assert not {"script", "img", "svg", "iframe", "object", "form", "base", "b"} & set(found.tags)
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    assert not [v for n, v in found.attributes if n == "href" and not v.startswith("http")]
    if "{{" in words:
        assert words in html, "nobody worked it out"


def test_nothing_is_fetched_from_anywhere_when_it_is_opened(desk: Desk) -> None:
    ida = desk.marketer()
    desk.lead()

    html = as_html(desk.made(), links_of(desk, ida))

    found = read(html)
    assert not {"img", "link", "script", "iframe", "video"} & set(found.tags)
    assert "url(" not in html
    assert "@import" not in html
    assert [v for n, v in found.attributes if n == "content"].count("light dark") == 2
    assert "prefers-color-scheme: dark" in html
    assert len(html) < 90_000, "one mail program cuts what is longer than 102 KB"


def test_a_full_digest_is_not_cut_by_mail_programs(desk: Desk) -> None:
    ida = desk.marketer()
    for number in range(15):
        desk.lead(f"Does anybody have experience with product {number}?", text="Words. " * 60)

    html = as_html(desk.made(), links_of(desk, ida))

    assert len(html.encode()) < 102_000


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd"])
def test_an_address_that_is_no_web_address_is_no_link(desk: Desk, url: str) -> None:
    ida = desk.marketer()
    desk.lead(url=url)

    html = as_html(desk.made(), links_of(desk, ida))

    assert "Original" not in html


def test_the_words_that_count_are_marked_in_the_quote(desk: Desk) -> None:
    desk.marketer()
    desk.house.lead(
        "Which one?",
        "We need to decide. Budget is 50 a seat. We need to decide soon.",
        source=desk.source,
        topic=desk.topic,
        status=desk.lead().status,
        score=99,
        cues=[
            Words(text="Budget is 50", why="names a budget"),
            Words(text="is 50 a seat", why="names a price"),
        ],
    )

    line = desk.made().entries[0].line

    assert [piece.text for piece in marked(line) if piece.is_marked] == ["Budget is 50 a seat"]
    assert "".join(piece.text for piece in marked(line)) == line.quote


def test_the_text_fits_its_width_but_for_addresses(desk: Desk) -> None:
    ida = desk.marketer()
    desk.lead("A rather long title that somebody wrote about choosing between two products " * 2)

    text = as_text(desk.made(), links_of(desk, ida))

    long = [line for line in text.splitlines() if len(line) > 78 and "http" not in line]
    assert long == []
    assert "Decide (it is a lead, not a lead, snooze):" in text


def test_without_a_signer_there_are_no_buttons(desk: Desk) -> None:
    desk.marketer()
    desk.lead()

    text = as_text(desk.made(), Links(base_url=BASE))
    html = as_html(desk.made(), Links(base_url=BASE))

    assert "/act/" not in text + html
    assert "/unsubscribe/" not in text + html
    with pytest.raises(LookupError):
        Links(base_url=BASE).unsubscribe()
