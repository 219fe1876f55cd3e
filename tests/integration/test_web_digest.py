"""The pages behind a digest's links: a scanner changes nothing, a person's press does."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from models.digest import DigestSubscription, RejectLabel
from models.lead import Lead, StatusChange
from models.people import User
from models.post import Post
from models.signal import Signal
from models.words import DisqualifyReason, LeadStatus, SignalStatus, UserRole
from service.digests.links import Links, Signer
from service.digests.sending import links_for
from service.store.engine import reading, writing
from tests.digesting import Desk, a_digest_config
from tests.web_house import BASE_URL, SECRET, a_house

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Mailed:
    """Somebody with a mail, and a browser in which nobody is logged in."""

    desk: Desk
    user: User
    browser: TestClient
    links: Links

    def path(self, url: str) -> str:
        return url.removeprefix("https://harken.acme.example")

    def act(self, lead: Lead) -> str:
        return self.path(self.links.act(lead.id))

    def press(self, lead: Lead, act: str, **form: object) -> int:
        data = {"act": act, "rev": self.desk.now_is(lead).rev} | form
        return self.browser.post(self.act(lead), data=data).status_code


def mailed(user_role: UserRole = UserRole.MARKETER, *, team: str | None = None) -> Mailed:
    house = a_house()
    house.config = a_digest_config()
    desk = Desk(
        house=house,
        source=house.source("Talk"),
        topic=house.topic("crm", "CRM"),
        config=house.config,
    )
    user = desk.reader("ida", role=user_role, team=team)
    links = links_for(desk.mailroom, user, desk.subscription(user), at=house.clock.now())
    return Mailed(desk=desk, user=user, browser=house.browser(), links=links)


@pytest.fixture
def ida() -> Mailed:
    return mailed()


def test_w10_following_every_link_changes_nothing(ida: Mailed) -> None:
    lead = ida.desk.lead()
    ida.desk.house.reply(lead, ida.desk.source, "No idea, sorry", author="ben", after=DAY)
    with reading(ida.desk.engine) as db:
        post = db.exec(select(Post).where(Post.text == "No idea, sorry")).one()
        before = (db.get_one(Lead, lead.id), db.exec(select(StatusChange)).all())
    acts = ("take", "decline", "confirm", "reject", "assign", "snooze", "done", "junk")
    pages = [
        *(f"{ida.act(lead)}?do={act}" for act in acts),
        f"{ida.act(lead)}?act=reject&reason=spam&rev=1",
        ida.path(ida.links.label(post.id, is_signal=True)),
        ida.path(ida.links.unsubscribe()),
    ]

    for _ in range(2):
        assert [ida.browser.get(page).status_code for page in pages] == [200] * len(pages)

    with reading(ida.desk.engine) as db:
        assert (db.get_one(Lead, lead.id), db.exec(select(StatusChange)).all()) == before
        assert db.exec(select(RejectLabel)).all() == []
        assert db.exec(select(DigestSubscription)).one().active


def test_what_was_pressed_in_the_mail_is_asked_first(ida: Mailed) -> None:
    lead = ida.desk.lead("Tidepool <b>or</b> Larkdesk?")

    page = ida.browser.get(f"{ida.act(lead)}?do=reject").text

    assert "Tidepool &lt;b&gt;or&lt;/b&gt; Larkdesk?" in page
    assert page.index("Not a lead: why?") < page.index("<details>") < page.index("Is it a lead?")
    assert "You decide as Ida" in page


def test_no_lead_is_closed_with_its_reason_and_its_signals_teach(ida: Mailed) -> None:
    lead = ida.desk.lead()

    assert ida.press(lead, "reject") == 409, "without a reason"
    assert ida.press(lead, "reject", reason="vendor_promo") == 303

    now = ida.desk.now_is(lead)
    assert (now.status, now.close_reason) == (
        LeadStatus.DISQUALIFIED,
        DisqualifyReason.VENDOR_PROMO.value,
    )
    with reading(ida.desk.engine) as db:
        assert db.exec(select(Signal.status)).one() is SignalStatus.REJECTED
    page = ida.browser.get(f"{ida.act(lead)}?do=done").text
    assert "This lead is dismissed" in page
    assert ida.press(lead, "reject", reason="spam") == 403, "a second press finds nothing to do"


def test_a_lead_is_confirmed_and_kept_or_handed_to_sales(ida: Mailed) -> None:
    kept, sold = ida.desk.lead("kept"), ida.desk.lead("sold")

    assert ida.press(kept, "confirm") == 303
    assert ida.press(sold, "confirm", to_sales="true", note="asks for a demo") == 303

    assert ida.desk.now_is(kept).status is LeadStatus.MQL
    assert ida.desk.now_is(sold).status is LeadStatus.SALES_READY
    with reading(ida.desk.engine) as db:
        assert set(db.exec(select(Signal.status))) == {SignalStatus.CONFIRMED}
        reasons = db.exec(select(StatusChange.reason).where(StatusChange.event == "promoted"))
        assert reasons.all() == ["asks for a demo"]


def test_a_lead_rests_until_the_morning_that_was_chosen(ida: Mailed) -> None:
    lead = ida.desk.lead()

    assert ida.press(lead, "snooze", days=3) == 303

    until = ida.desk.now_is(lead).snoozed_until
    assert until is not None
    assert until.isoformat() == "2025-11-22T07:00:00+00:00"  # 8 o'clock in Berlin


def test_an_offer_is_taken_or_declined_from_the_mail() -> None:
    rep = mailed(UserRole.REP, team="sales")
    taken = rep.desk.lead("a", status=LeadStatus.OFFERED, offered_to=rep.user)
    declined = rep.desk.lead("b", status=LeadStatus.OFFERED, offered_to=rep.user)

    assert rep.press(taken, "take") == 303
    assert rep.press(declined, "decline") == 409, "without a reason"
    assert rep.press(declined, "decline", reason="not_a_lead") == 303

    assert rep.desk.now_is(taken).owner_id == rep.user.id
    assert rep.desk.now_is(declined).status is LeadStatus.MQL
    assert rep.press(taken, "take") == 403, "it is his already"


def test_a_manager_makes_a_lead_his_own() -> None:
    boss = mailed(UserRole.MANAGER, team="sales")
    lead = boss.desk.lead()

    assert boss.press(lead, "assign") == 303

    now = boss.desk.now_is(lead)
    assert (now.status, now.owner_id) == (LeadStatus.ACCEPTED, boss.user.id)


def test_a_marketer_assigns_nothing_and_a_rep_decides_nothing_of_others(ida: Mailed) -> None:
    lead = ida.desk.lead()
    ben = ida.desk.reader("ben")
    signer = Signer(
        secret=SECRET,
        user_id=ben.id,
        subscription_id=ida.desk.subscription(ben).id,
        until=ida.desk.house.clock.now() + DAY,
    )
    his = Mailed(
        desk=ida.desk,
        user=ben,
        browser=ida.browser,
        links=Links(base_url=BASE_URL, signer=signer),
    )

    assert ida.press(lead, "assign") == 403
    answer = his.browser.post(
        his.links.act(lead.id), data={"act": "reject", "rev": lead.rev, "reason": "spam"}
    )
    assert answer.status_code == 403
    assert ida.desk.now_is(lead).status is LeadStatus.MQL


def test_a_page_that_is_older_than_the_lead_decides_nothing(ida: Mailed) -> None:
    lead = ida.desk.lead()
    assert ida.press(lead, "confirm") == 303

    answer = ida.browser.post(
        ida.act(lead), data={"act": "reject", "rev": lead.rev, "reason": "spam"}
    )

    assert answer.status_code == 409
    assert ida.desk.now_is(lead).status is LeadStatus.MQL


def test_a_link_ends_with_its_time_and_with_its_bearers_stay(ida: Mailed) -> None:
    lead = ida.desk.lead()
    path = ida.act(lead)
    assert ida.browser.get(path).status_code == 200

    with writing(ida.desk.engine) as db:
        user = db.get_one(User, ida.user.id)
        user.active = False
        db.add(user)
    assert ida.browser.get(path).status_code == 404
    with writing(ida.desk.engine) as db:
        user = db.get_one(User, ida.user.id)
        user.active = True
        db.add(user)
    ida.desk.house.clock.pass_by(15 * DAY)
    assert ida.browser.get(path).status_code == 404
    assert ida.browser.get(path[:-9] + "AAAAAAAAA").status_code == 404


def test_a_press_on_another_site_does_nothing(ida: Mailed) -> None:
    lead = ida.desk.lead()

    answer = ida.browser.post(
        ida.act(lead),
        data={"act": "reject", "rev": lead.rev, "reason": "spam"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )

    assert answer.status_code == 403
    assert ida.desk.now_is(lead).status is LeadStatus.MQL


def test_a_post_that_was_thrown_away_gets_its_label(ida: Mailed) -> None:
    lead = ida.desk.lead()
    words = "Any idea what you folks use for this?"
    ida.desk.house.reply(lead, ida.desk.source, words, author="ben", after=DAY)
    with reading(ida.desk.engine) as db:
        post = db.exec(select(Post).where(Post.text == words)).one()
    path = ida.path(ida.links.label(post.id, is_signal=True))

    assert words in ida.browser.get(path).text
    for answer in ("false", "true"):
        assert ida.browser.post(path, data={"is_signal": answer}).status_code == 303

    with reading(ida.desk.engine) as db:
        (row,) = db.exec(select(RejectLabel)).all()
    assert (row.post_id, row.user_id, row.is_signal) == (post.id, ida.user.id, True)


def test_a_mail_program_unsubscribes_with_one_click(ida: Mailed) -> None:
    path = ida.path(ida.links.unsubscribe())
    program = ida.desk.house.browser()
    del program.headers["Sec-Fetch-Site"]

    answer = program.post(path, data={"List-Unsubscribe": "One-Click"})

    assert answer.status_code == 200
    assert not ida.desk.subscription(ida.user).active
    ida.desk.lead()
    assert ida.desk.plan(after=DAY) == 0


def test_how_i_want_my_digest_is_noted(ida: Mailed) -> None:
    browser = ida.desk.house.browser(ida.user)
    page = browser.get("/digest/settings")
    assert page.status_code == 200
    assert "ida@acme.example" in page.text

    answer = browser.post(
        "/digest/settings",
        data={
            "rhythm": "weekly",
            "at": "07:30",
            "day": ["0", "3"],
            "quiet_from": "22:00",
            "quiet_to": "06:00",
            "cap": "5",
            "min_score": "60",
            "active": "true",
        },
    )

    assert answer.status_code == 303
    row = ida.desk.subscription(ida.user)
    assert (row.at_minutes, row.weekdays, row.cap, row.min_score) == (450, [0, 3], 5, 60)
    assert (row.quiet_from, row.quiet_to, row.mail_when_empty) == (1320, 360, False)
    assert re.search(r'value="weekly" checked', browser.get("/digest/settings").text)
    assert (
        browser.post("/digest/settings", data={"rhythm": "weekly", "at": "25:00"}).status_code
        == 422
    )
    half = browser.post("/digest/settings", data={"rhythm": "daily", "quiet_from": "22:00"})
    assert half.status_code == 409
