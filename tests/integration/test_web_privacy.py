"""The page for people who are heard, what the officer sees of it, and telling them from a lead."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col, select

from config.privacy import Authority, Controller, Officer
from config.settings import Privacy, PrivacyMode
from models.lead import Lead
from models.ledger import AuditEvent
from models.people import User
from models.post import Author
from models.privacy import Notice, PrivacyRequest
from models.privacy_words import NoticeWay
from models.words import LeadStatus, UserRole
from service.store.engine import reading, writing
from tests.web_house import House, a_house

DAY = timedelta(days=1)
PAGE = "http://harken.test/privacy"
ASKED = {"asked_for": "erasure", "handle": "quiet_otter", "place": "talk.example"}


@pytest.fixture
def house() -> House:
    """Return a house in the mode eu, whose controller is named."""
    house = a_house()
    settings = house.config.settings.model_copy(update={"privacy": Privacy(mode=PrivacyMode.EU)})
    notices = house.config.notices.model_copy(
        update={
            "controller": Controller(
                name="Tidepool <GmbH>", address="Weir 1\nBerlin", email="us@tidepool.example"
            ),
            "officer": Officer(name="Olga", email="olga@tidepool.example"),
            "authority": Authority(name="The Authority", url="https://authority.example/"),
            "transfers": "To Iceland.\n\nBy ship.",
        }
    )
    house.config = replace(house.config, settings=settings, notices=notices)
    return house


def a_lead(house: House, status: LeadStatus = LeadStatus.WORKING) -> Lead:
    return house.lead(
        source=house.source("Talk"),
        topic=house.topic("crm", "CRM"),
        status=status,
        owner=house.user("mia"),
    )


# --- the page --------------------------------------------------------------------------------


def test_anybody_reads_who_keeps_what_and_what_they_may_ask(house: House) -> None:
    house.source("Talk")
    house.source("Chat")

    answer = house.browser().get("/privacy")

    assert answer.status_code == 200
    for words in (
        "Tidepool &lt;GmbH&gt;",
        "us@tidepool.example",
        "Olga",
        "The Authority",
        "Article 6(1)(f)",
        "<li>chat.example</li><li>talk.example</li>",
        "<p>To Iceland.</p><p>By ship.</p>",
        "<dd>30 days</dd>",
        "not kept at all",
        "object to its use at any time",
        'action="/privacy/ask"',
    ):
        assert words in answer.text, words


def test_a_house_that_said_nothing_yet_still_takes_questions(house: House) -> None:
    house = a_house()

    page = house.browser().get("/privacy").text

    assert "has not said here yet who they are" in page
    assert "not kept at all" not in page  # the mode is standard
    assert house.browser().post("/privacy/ask", data=ASKED).status_code == 303


def test_what_somebody_asks_is_kept_for_the_officer_and_nobody_is_told_who_is_known(
    house: House,
) -> None:
    a_lead(house)
    known, unknown = (
        house.browser().post("/privacy/ask", data=ASKED | {"handle": handle, "contact": "a@b.c"})
        for handle in ("quiet_otter", "nobody_here")
    )

    assert known.status_code == unknown.status_code == 303
    assert known.headers["location"] == unknown.headers["location"] == "/privacy#main"
    officer = house.browser(house.user("olga", role=UserRole.PRIVACY_OFFICER, team=None))
    page = officer.get("/settings/privacy").text
    assert "Erase what you keep of me" in page
    assert "quiet_otter, at talk.example" in page
    assert "nobody_here, at talk.example" in page
    with reading(house.engine) as db:
        row = db.exec(select(PrivacyRequest).order_by(PrivacyRequest.id)).first()
        assert row is not None
    officer.post("/settings/privacy/answer", data={"request_id": row.id, "ended": "done"})
    page = officer.get("/settings/privacy").text
    assert "quiet_otter, at" not in page
    assert "nobody_here, at" in page
    again = officer.post("/settings/privacy/answer", data={"request_id": row.id, "ended": "done"})
    assert again.status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"handle": " "}, {"place": ""}, {"asked_for": "money"}, {"message": "x" * 2001}]
)
def test_what_cannot_be_understood_is_not_kept(house: House, wrong: dict[str, str]) -> None:
    assert house.browser().post("/privacy/ask", data=ASKED | wrong).status_code == 422
    with reading(house.engine) as db:
        assert db.exec(select(PrivacyRequest)).all() == []


def test_who_asks_again_and_again_waits_and_loses_nothing_typed(house: House) -> None:
    browser = house.browser()
    for _ in range(5):
        assert browser.post("/privacy/ask", data=ASKED).status_code == 303

    answer = browser.post("/privacy/ask", data=ASKED | {"message": "<b>please</b>"})

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "1"
    assert "&lt;b&gt;please&lt;/b&gt;" in answer.text
    house.clock.pass_by(timedelta(seconds=2))
    assert browser.post("/privacy/ask", data=ASKED).status_code == 303


def test_another_site_asks_in_nobody_s_name(house: House) -> None:
    answer = house.browser().post(
        "/privacy/ask", data=ASKED, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403


def test_only_who_may_erase_answers(house: House) -> None:
    answer = house.browser(house.user("mia")).post(
        "/settings/privacy/answer", data={"request_id": "x", "ended": "done"}
    )
    assert answer.status_code == 403


# --- telling them ----------------------------------------------------------------------------


def test_a_lead_offers_the_line_and_remembers_who_was_told(house: House) -> None:
    lead = a_lead(house)
    mia = house.browser(house.user("ben", role=UserRole.MANAGER))

    page = mia.get(f"/leads/{lead.id}").text
    assert f"How I came across your post, and what you may ask of us: {PAGE}" in page
    assert "their name goes from here" in page

    answer = mia.post(f"/leads/{lead.id}/told", data={"way": "message"})

    assert answer.headers["location"] == f"/leads/{lead.id}#notice"
    page = mia.get(f"/leads/{lead.id}").text
    assert "Told by a message there by Ben" in page
    assert "told where we have their post from" in page  # in its history
    mia.post(f"/leads/{lead.id}/told/undo")
    assert "I have told them" in mia.get(f"/leads/{lead.id}").text
    with reading(house.engine) as db:
        actions = db.exec(select(AuditEvent.action).order_by(col(AuditEvent.seq))).all()
    assert list(actions) == ["privacy.told", "privacy.not_told"]


def test_a_first_answer_owes_the_address_and_with_it_they_count_as_told(house: House) -> None:
    lead = a_lead(house)
    with reading(house.engine) as db:
        user = db.get_one(User, lead.owner_id)
    owner = house.browser(user)
    bare = (
        "I work for Tidepool. We had the same with a spreadsheet, and moved in a week: ask away."
    )
    owner.post(f"/leads/{lead.id}/reply", data={"text": bare})
    assert (
        "They are owed to hear where you have their post from"
        in owner.get(f"/leads/{lead.id}").text
    )

    full = f"{bare}\nWhere I have your post from: {PAGE}"
    owner.post(f"/leads/{lead.id}/reply", data={"text": full})
    page = owner.get(f"/leads/{lead.id}").text
    assert "They are owed to hear" not in page
    assert "Link number" not in page
    owner.post(f"/leads/{lead.id}/reply/posted", data={"text": full, "rev": lead.rev})

    with reading(house.engine) as db:
        notice = db.exec(select(Notice)).one()
    assert (notice.author_id, notice.way) == (lead.author_id, NoticeWay.REPLY)


def test_who_may_not_work_on_the_lead_notes_nothing(house: House) -> None:
    lead = a_lead(house)
    ben = house.browser(house.user("ben"))
    assert ben.post(f"/leads/{lead.id}/told", data={"way": "call"}).status_code in {403, 404}
    with reading(house.engine) as db:
        assert db.exec(select(Notice)).all() == []


def test_in_the_standard_mode_a_lead_says_nothing_of_it(house: House) -> None:
    house = a_house()
    lead = a_lead(house)
    ben = house.browser(house.user("ben", role=UserRole.MANAGER))
    assert 'id="notice"' not in ben.get(f"/leads/{lead.id}").text


def test_a_name_that_went_is_told_of_on_the_lead_and_counted(house: House) -> None:
    lead = a_lead(house)
    house.clock.pass_by(31 * DAY)
    ben = house.browser(house.user("ben", role=UserRole.ADMIN))
    metrics = ben.get("/metrics").text
    assert "harken_overdue_notices 1" in metrics
    assert "Names of people who were not told of it" in ben.get("/settings/privacy").text
    with writing(house.engine) as db:
        author = db.get_one(Author, lead.author_id)
        author.pseudonymised_at = house.clock.now()
        db.add(author)
    page = ben.get(f"/leads/{lead.id}").text
    assert "Nobody told its author within the time" in page
    assert "the author&#39;s name went" in page
    assert "harken_overdue_notices 0" in ben.get("/metrics").text
