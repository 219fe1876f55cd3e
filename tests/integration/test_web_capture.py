"""Posts that people bring by hand."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import quote

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from models.lead import Lead
from models.ledger import AuditEvent
from models.post import Author, Post, Thread
from models.source import Source
from models.words import SourceKind, SuppressionReason, UserRole
from service.errors import RefusedError
from service.leads.ledger import broken_link
from service.posts.capturing import Captured, Clipping, capture, clean_link
from service.posts.suppression import suppress_author
from service.store.engine import reading, writing
from service.web.pages.capture import bookmarklet_code
from tests.builders import ASK, NO_TAKERS, SECRET, Place, a_config, a_place
from tests.fakes import NOON
from tests.web_house import BASE_URL, House, a_house

TEXT = f"{ASK} a crm for ten people?"
TIDEPOOL = "Has anyone here used Tidepool CRM? We are ten people and outgrow our spreadsheet."


@pytest.fixture
def place(engine: Engine) -> Place:
    return a_place(engine, a_config(users=NO_TAKERS))


def bring(place: Place, clipping: Clipping) -> Captured:
    return capture(
        place.engine, place.config, place.intake, clipping, user_id="mia", now=place.clock.now()
    )


# What becomes of it.


def test_a_clipping_becomes_a_post_and_a_lead(place: Place) -> None:
    done = bring(
        place,
        Clipping(
            url="https://talk.example/t/1#p7",
            title="CRM?",
            text=TEXT,
            author="Ann",
            published=NOON - timedelta(days=1),
        ),
    )

    post, source = place.only(Post), place.all(Source)[0]
    assert done.outcome == "lead"
    assert done.lead_id == place.only(Lead).id
    assert (post.url, post.published_at) == ("https://talk.example/t/1#p7", NOON - timedelta(1))
    assert SourceKind.CAPTURE in {row.kind for row in place.all(Source)}
    assert source is not None


def test_who_brought_it_is_in_the_ledger(place: Place) -> None:
    bring(place, Clipping(text=TEXT, author="Ann"))
    with reading(place.engine) as db:
        (event,) = db.exec(select(AuditEvent).where(AuditEvent.action == "post.captured"))
        assert broken_link(db) is None
    assert (event.actor, event.subject) == ("mia", f"post:{place.only(Post).id}")
    assert "crm" not in repr(event.detail)


def test_the_same_again_is_known(place: Place) -> None:
    one = Clipping(text="Other words.", author="Ann", url="https://talk.example/t/1")
    assert [bring(place, one).outcome, bring(place, one).outcome] == ["noted", "known"]
    assert len([e for e in place.all(AuditEvent) if e.action == "post.captured"]) == 1


def test_two_posts_of_one_page_are_both_kept(place: Place) -> None:
    for text in ("Other words.", "More words."):
        bring(place, Clipping(text=text, author="Ann", url="https://talk.example/t/1"))
    assert len(place.all(Post)) == 2
    assert len(place.all(Thread)) == 1


def test_who_objected_where_it_was_written_is_left_alone(place: Place) -> None:
    with writing(place.engine) as db:
        suppress_author(
            db,
            secret=SECRET,
            host="talk.example",
            handle="ann",
            reason=SuppressionReason.OBJECTION,
            by="max",
            now=NOON,
        )
    done = bring(place, Clipping(url="https://talk.example/t/1", text=TEXT, author="Ann"))
    assert done.outcome == "barred"
    assert not place.all(Post)
    assert not place.all(Author)


def test_of_linkedin_the_link_and_a_snippet_are_kept(place: Place) -> None:
    url = "https://www.linkedin.com/feed/update/urn:li:activity:7/?utm_source=share&rcm=ME"
    bring(place, Clipping(url=url, text="words " * 1_000, author="Ann"))
    post = place.only(Post)
    assert post.url == "https://www.linkedin.com/feed/update/urn:li:activity:7"
    assert len(post.text) <= 1_000


def test_a_session_is_not_kept_in_an_address() -> None:
    assert clean_link("https://talk.example/t?t=1&sid=0123456789abcdef") == (
        "https://talk.example/t?t=1"
    )


@pytest.mark.parametrize(
    "clipping",
    [
        Clipping(),
        Clipping(url="https://talk.example/"),
        Clipping(url="javascript:alert(1)", text="words"),
        Clipping(url="file:///etc/passwd", text="words"),
        Clipping(text="\x1b[2J \x00"),
    ],
)
def test_what_is_no_post_is_refused(place: Place, clipping: Clipping) -> None:
    with pytest.raises(RefusedError):
        bring(place, clipping)
    assert place.all(Post) == []


def test_a_date_in_the_future_is_today(place: Place) -> None:
    bring(place, Clipping(text="words", published=datetime(2099, 1, 1, tzinfo=UTC)))
    assert place.only(Post).published_at == NOON


# The page.


@pytest.fixture
def house() -> House:
    place = a_place(a_house().engine, a_config(users=()))
    return House(engine=place.engine, config=place.config)


def test_the_form_shows_what_a_bookmarklet_brings_and_stores_nothing(house: House) -> None:
    url, title, text = (
        "https://talk.example/t/1",
        "Which <CRM>?",
        'a "b"\u2028<script>alert(1)</script>',
    )
    query = f"?url={quote(url)}&title={quote(title)}&text={quote(text)}"

    page = house.browser(house.user("ann")).get(f"/capture{query}")

    assert page.status_code == 200
    assert f'value="{url}"' in page.text
    assert "Which &lt;CRM&gt;?" in page.text
    assert "a &#34;b&#34;\n&lt;script" in page.text, "with its lines"
    assert "<script>alert" not in page.text
    with reading(house.engine) as db:
        assert db.exec(select(Post)).all() == []


@pytest.mark.parametrize("url", ["javascript:alert(1)", "about:blank", "x" * 9_000, "data:,x"])
def test_an_address_that_may_not_be_kept_is_not_filled_in(house: House, url: str) -> None:
    page = house.browser(house.user("ann")).get(f"/capture?url={quote(url)}")
    assert page.status_code == 200
    assert re.search(r'name="url" value=""', page.text)


def test_a_clipping_too_long_for_the_form_is_cut(house: House) -> None:
    page = house.browser(house.user("ann")).get(
        f"/capture?title={'t' * 2_000}&text={'x' * 30_000}"
    )
    assert page.status_code == 200
    assert f'name="title" value="{"t" * 300}"' in page.text
    assert f">{'x' * 20_000}</textarea>" in page.text


def test_what_is_saved_is_judged_and_said_so(house: House) -> None:
    browser = house.browser(house.user("ann", role=UserRole.MARKETER))

    answer = browser.post(
        "/capture",
        data={
            "url": "https://talk.example/t/1",
            "title": "Tidepool CRM?",
            "text": TIDEPOOL,
            "author": "Bea",
            "published": "2025-11-18",
        },
    )
    page = browser.get(answer.headers["location"])

    assert (answer.status_code, answer.headers["location"]) == (303, "/capture")
    assert "Captured" in page.text
    with reading(house.engine) as db:
        (post,) = db.exec(select(Post))
        assert (post.title, post.text) == ("Tidepool CRM?", TIDEPOOL)
        assert post.published_at == datetime(2025, 11, 18, 12, tzinfo=UTC)


def test_a_form_that_lacks_words_comes_back_with_what_was_typed(house: House) -> None:
    answer = house.browser(house.user("ann")).post(
        "/capture", data={"url": "https://talk.example/t/1", "author": "Bea", "published": ""}
    )
    assert answer.status_code == 422
    assert "There are no words in it" in answer.text
    assert 'value="Bea"' in answer.text


def test_a_date_that_is_none_is_named_by_its_label(house: House) -> None:
    answer = house.browser(house.user("ann")).post(
        "/capture", data={"text": "words", "published": "18.11.2025"}
    )

    assert answer.status_code == 422
    assert "When: no date." in answer.text
    assert "published" not in answer.text


def test_another_site_cannot_send_the_form(house: House) -> None:
    browser = house.browser(house.user("ann"))
    answer = browser.post(
        "/capture", data={"text": "words"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    with reading(house.engine) as db:
        assert db.exec(select(Post)).all() == []


def test_who_only_looks_captures_nothing(house: House) -> None:
    browser = house.browser(house.user("vic", role=UserRole.VIEWER))
    assert browser.get("/capture").status_code == 403
    assert browser.post("/capture", data={"text": "words"}).status_code == 403
    assert "/capture" not in browser.get("/inbox").text


def test_the_menu_leads_to_the_form(house: House) -> None:
    assert 'href="/capture"' in house.browser(house.user("ann")).get("/inbox").text


def test_the_bookmarklet_is_text_to_copy_and_no_link(house: House) -> None:
    page = house.browser(house.user("ann")).get("/capture/bookmarklet")
    shown = re.search(r"<textarea[^>]*>(.*?)</textarea>", page.text, re.DOTALL)

    assert shown is not None
    assert unescape(shown[1]) == bookmarklet_code(BASE_URL)
    assert not re.search(
        r"(?:href|src|action)\s*=\s*[\"']?\s*javascript:", page.text, re.IGNORECASE
    )
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_the_bookmarklet_leads_to_this_harken_whatever_its_address_holds() -> None:
    code = bookmarklet_code("https://harken.example/it's")
    assert code.startswith("javascript:")
    assert 'open("https://harken.example/it\'s/capture?"+q' in code
