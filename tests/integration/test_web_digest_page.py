"""The digest on the page: what the mail shows, to be finished."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import Connection, event
from sqlmodel import col, select
from starlette.testclient import TestClient

from models.digest import DigestRun, RejectLabel
from models.digest_words import RunState
from models.lead import LeadSignal
from models.moves import LIVE
from models.people import User
from models.post import Post
from models.signal import Signal
from models.words import LeadStatus, SignalStatus, UserRole
from service.store.engine import reading, writing
from tests.digesting import Desk, a_digest_config
from tests.web_house import a_house

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Reader:
    """Somebody who reads the digest in a browser."""

    desk: Desk
    user: User

    @property
    def browser(self) -> TestClient:
        """A fresh one: sessions end, and clocks here pass by whole days."""
        return self.desk.house.browser(self.user)

    def page(self) -> str:
        answer = self.browser.get("/digest")
        assert answer.status_code == 200
        return " ".join(answer.text.split())

    def press(self, lead_id: str, act: str, **form: object) -> int:
        rev = re.search(
            rf'action="/digest/leads/{lead_id}".*?name="rev" value="(\d+)"', self.page()
        )
        data = {"act": act, "rev": rev[1] if rev else "1"} | form
        return self.browser.post(f"/digest/leads/{lead_id}", data=data).status_code

    def runs(self) -> list[RunState]:
        with reading(self.desk.engine) as db:
            return [run.state for run in db.exec(select(DigestRun).order_by(col(DigestRun.id)))]


def a_reader(role: UserRole = UserRole.MARKETER, **how: object) -> Reader:
    house = a_house()
    house.config = a_digest_config(**how)  # type: ignore[arg-type]  # settings of a digest
    desk = Desk(
        house=house,
        source=house.source("Talk", community_rules="Be kind."),
        topic=house.topic("crm", "CRM"),
        config=house.config,
    )
    user = desk.reader("ida", role=role, team="sales" if role is UserRole.REP else None)
    return Reader(desk=desk, user=user)


@pytest.fixture
def ida() -> Reader:
    return a_reader()


def test_the_page_shows_what_the_mail_would_best_first(ida: Reader) -> None:
    ida.desk.lead("Second?", score=60)
    ida.desk.lead("First?", score=75)

    page = ida.page()

    assert "2 conversations worth your time" in page
    assert "2 new" in page
    assert page.index("First?") < page.index("Second?")
    assert "Be kind." in page
    assert "0 of 2 done" in page


def test_it_can_be_finished_whatever_comes_in_meanwhile(ida: Reader) -> None:
    leads = [ida.desk.lead(f"Lead {number}?", score=60 + number) for number in range(3)]
    ida.page()
    ida.desk.lead("Came later?", score=79)

    assert ida.press(leads[0].id, "reject", reason="spam") == 303
    assert ida.press(leads[1].id, "confirm", to_sales="true") == 303
    assert "2 of 3 done" in ida.page()
    assert ida.press(leads[2].id, "snooze", days=3) == 303

    page = ida.page()
    assert "All done for today" in page
    assert "Came later?" not in page
    done = page[page.index("Done: 3") :]
    assert "dismissed: spam" in done
    assert "rests until" in done
    ida.desk.house.clock.pass_by(DAY)
    assert "Came later?" in ida.page()


def test_only_the_first_look_of_a_day_writes_it_down(ida: Reader) -> None:
    ida.desk.lead("First?", score=75)
    browser, said = ida.browser, list[str]()

    def listen(connection: Connection, _: object, statement: str, *_more: object) -> None:
        said.append(statement)

    event.listen(ida.desk.engine, "before_cursor_execute", listen)
    for _ in range(2):
        assert browser.get("/digest").status_code == 200
    event.remove(ida.desk.engine, "before_cursor_execute", listen)

    assert len([one for one in said if one == "BEGIN IMMEDIATE"]) == 1


def test_what_was_left_open_is_carried_over_and_said_to_be(ida: Reader) -> None:
    ida.desk.lead("Still open?")
    ida.page()
    ida.desk.house.clock.pass_by(DAY)

    page = ida.page()

    assert "1 still open" in page
    assert "open since Wed 19 Nov" in page


def test_what_does_not_fit_is_counted() -> None:
    ida = a_reader(cap=2)
    for number in range(5):
        ida.desk.lead(f"Lead {number}?", score=60 + number)

    assert "3 more not shown" in ida.page()


def test_the_mail_takes_over_what_was_read_before_it_was_due(ida: Reader) -> None:
    house = ida.desk.house
    house.clock.pass_by(DAY - 9 * HOUR)  # from noon to the small hours
    ida.desk.lead("Early?")
    ida.page()
    assert ida.runs() == [RunState.READ]

    assert ida.desk.plan(after=8 * HOUR) == 1

    assert ida.runs() == [RunState.WAITING]
    assert "Early?" in ida.page()


def test_what_was_read_after_the_mail_was_due_makes_no_second_mail() -> None:
    ida = a_reader()
    assert ida.desk.plan() == 0, "there was nothing to say"
    ida.desk.lead("Late?")

    assert "Late?" in ida.page()
    assert ida.desk.plan(after=HOUR) == 0
    assert ida.runs() == [RunState.READ]


def test_a_post_that_was_thrown_away_is_labelled_by_who_was_asked(ida: Reader) -> None:
    lead = ida.desk.lead()
    words = "I tried a few of those and nobody here wanted another tool to learn."
    ida.desk.house.reply(lead, ida.desk.source, words, author="zed", after=HOUR)
    ben = ida.desk.reader("ben")
    with reading(ida.desk.engine) as db:
        post = db.exec(select(Post).where(Post.text == words)).one()
    path = f"/digest/posts/{post.id}"
    assert "One that we threw away" in ida.page()

    asked = ida.browser.post(path, data={"is_signal": "true"})
    other = ida.desk.house.browser(ben).post(path, data={"is_signal": "true"})

    assert (asked.status_code, other.status_code) == (303, 404)
    with reading(ida.desk.engine) as db:
        assert db.exec(select(RejectLabel.is_signal)).all() == [True]
    assert "1 thrown-away post checked" in ida.page()


@pytest.mark.parametrize(
    ("is_signal", "told"), [("true", "it opens no lead"), ("false", "rightly thrown away")]
)
def test_an_answer_about_a_thrown_away_post_says_what_came_of_it(
    ida: Reader, is_signal: str, told: str
) -> None:
    lead = ida.desk.lead()
    words = "I tried a few of those and nobody here wanted another tool to learn."
    ida.desk.house.reply(lead, ida.desk.source, words, author="zed", after=HOUR)
    ida.page()
    with reading(ida.desk.engine) as db:
        post = db.exec(select(Post).where(Post.text == words)).one()

    browser = ida.browser
    answer = browser.post(f"/digest/posts/{post.id}", data={"is_signal": is_signal})

    assert answer.headers["location"] == "/digest", "where its notice stands, not below it"
    assert told in " ".join(browser.get("/digest").text.split('role="status"')[1].split())


def _undo(page: str) -> str:
    """Return which act the notice of a page offers to take back."""
    found = re.search(r'id="undo"[^>]*><input type="hidden" name="act" value="([^"]+)"', page)
    return found[1] if found else ""


def test_a_dismissal_in_the_digest_is_taken_back_and_nothing_else_is(ida: Reader) -> None:
    rests, closed = ida.desk.lead("Rests?"), ida.desk.lead("Closed?")
    ida.page()
    browser = ida.browser
    browser.post(f"/leads/{rests.id}/snooze", data={"rev": rests.rev, "days": 1})
    form = {"act": "reject", "rev": closed.rev, "reason": "spam"}
    browser.post(f"/digest/leads/{closed.id}", data=form)
    page = browser.get("/digest").text

    back = browser.post("/undo", data={"act": _undo(page), "back": "digest"})

    assert 'name="back" value="digest"' in page
    assert back.headers["location"] == f"/digest#lead-{closed.id}"
    assert ida.desk.now_is(rests).snoozed_until is not None
    assert ida.desk.now_is(closed).status in LIVE
    with reading(ida.desk.engine) as db:
        judged = db.exec(select(Signal.status, Signal.judged_by).join(LeadSignal)).all()
    assert {status for status, _ in judged} == {SignalStatus.NEW}
    assert {by for _, by in judged} == {None}


def test_what_is_taken_back_in_the_digest_is_open_in_it_again(ida: Reader) -> None:
    lead = ida.desk.lead("Rests?")
    assert ida.press(lead.id, "snooze", days=3) == 303
    assert "All done for today" in ida.page()

    assert ida.browser.post("/undo", data={"back": "digest"}).status_code == 303

    assert f'action="/digest/leads/{lead.id}"' in ida.page()


def test_no_undo_is_offered_of_what_the_digest_can_not_take_back(ida: Reader) -> None:
    lead = ida.desk.lead("First?")
    ida.page()
    browser = ida.browser
    browser.post(f"/digest/leads/{lead.id}", data={"act": "confirm", "rev": lead.rev})

    page = browser.get("/digest").text

    assert "it is a lead" in page
    assert not _undo(page)


def test_after_an_act_the_next_item_is_looked_at(ida: Reader) -> None:
    leads = [ida.desk.lead(f"Lead {number}?", score=75 - number) for number in range(3)]
    page = ida.page()
    then = [
        re.search(rf'action="/digest/leads/{lead.id}".*?name="then" value="([^"]*)"', page)
        for lead in leads
    ]
    assert [one[1] if one else "" for one in then] == [leads[1].id, leads[2].id, leads[1].id]

    form = {"act": "snooze", "rev": leads[0].rev, "days": 3, "then": leads[1].id}
    answer = ida.browser.post(f"/digest/leads/{leads[0].id}", data=form)

    assert answer.headers["location"] == f"/digest#lead-{leads[1].id}"


def test_an_author_is_muted_from_the_digest_in_one_press(ida: Reader) -> None:
    lead = ida.desk.lead(author="loud_larry")
    page = ida.page()
    assert f'id="mute-{lead.id}"' in page

    answer = ida.browser.post(
        f"/leads/{lead.id}/mute", data={"rev": lead.rev, "what": "author", "back": "/digest"}
    )

    assert (answer.status_code, answer.headers["location"]) == (303, "/digest")
    assert "All done for today" in ida.page()
    assert "loud_larry" in ida.browser.get("/digest/settings").text


def test_a_rep_takes_and_declines_from_the_page() -> None:
    rep = a_reader(UserRole.REP)
    taken = rep.desk.lead("a", status=LeadStatus.OFFERED, offered_to=rep.user)
    left = rep.desk.lead("b", status=LeadStatus.OFFERED, offered_to=rep.user)
    page = rep.page()
    assert "Mute" not in page
    assert "threw away" not in page

    assert rep.press(taken.id, "take") == 303
    assert rep.press(left.id, "decline", reason="capacity") == 303

    assert rep.desk.now_is(taken).owner_id == rep.user.id
    assert "All done for today" in rep.page()


def test_p03_nobody_decides_about_a_lead_that_is_not_his(ida: Reader) -> None:
    lead = ida.desk.lead()
    ben = ida.desk.reader("ben")

    answer = ida.desk.house.browser(ben).post(
        f"/digest/leads/{lead.id}", data={"act": "reject", "rev": lead.rev, "reason": "spam"}
    )

    assert answer.status_code == 404
    assert ida.desk.now_is(lead).status is LeadStatus.MQL


def test_a_page_that_grew_old_shows_the_lead_as_it_is_now(ida: Reader) -> None:
    lead = ida.desk.lead()
    ida.press(lead.id, "confirm")

    answer = ida.browser.post(
        f"/digest/leads/{lead.id}", data={"act": "reject", "rev": lead.rev, "reason": "spam"}
    )

    assert answer.status_code == 409
    assert "This lead has moved on" in answer.text
    assert ida.desk.now_is(lead).status is LeadStatus.MQL


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_h01_what_people_write_stays_text(words: str) -> None:
    ida = a_reader()
    lead = ida.desk.lead(f"{words} title", text=f"a {words} b", author=words)
    ida.desk.house.reply(lead, ida.desk.source, words * 3, author=words, after=HOUR)

    page = ida.page()

    assert not re.search(r"<script>|<img src=x", page)
    with writing(ida.desk.engine) as db:
        assert db.exec(select(DigestRun)).one().state is RunState.READ
