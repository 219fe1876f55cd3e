"""What is done with leads in passing, one by one or several at once, and how it is taken back."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from httpx2 import Response
from sqlmodel import col, select

from models.inbox import TriageAct
from models.lead import Lead, Offer, Touchpoint
from models.moves import LIVE
from models.people import User
from models.source import Source
from models.topic import Topic
from models.words import DeclineReason, LeadStatus, OfferState, TouchpointKind, UserRole
from service.leads.ledger import broken_link
from service.store.engine import reading, writing
from service.times import moment
from tests.fakes import NOON
from tests.web_house import House, a_house


@dataclass(frozen=True)
class Desk:
    """A manager, a marketer and two reps, who share an inbox."""

    house: House
    source: Source
    topic: Topic
    mia: User
    ben: User
    max: User
    ida: User

    def lead(
        self,
        title: str = "Which CRM?",
        *,
        status: LeadStatus = LeadStatus.SALES_READY,
        owner: User | None = None,
        offered_to: User | None = None,
        score: float = 84,
    ) -> Lead:
        return self.house.lead(
            title,
            source=self.source,
            topic=self.topic,
            status=status,
            owner=owner,
            offered_to=offered_to,
            score=score,
        )

    def now(self, lead: Lead) -> Lead:
        with reading(self.house.engine) as db:
            return db.get_one(Lead, lead.id)

    def holder(self, lead: Lead) -> str | None:
        """Return to whom it is offered."""
        with reading(self.house.engine) as db:
            is_open = Offer.state == OfferState.OPEN
            return db.exec(
                select(Offer.to_user_id).where(Offer.lead_id == lead.id, is_open)
            ).first()

    def press(self, who: User, path: str, **form: object) -> Response:
        return self.house.browser(who).post(path, data=form)

    def later(self, **span: float) -> None:
        self.house.clock.pass_by(timedelta(**span))


@pytest.fixture
def desk() -> Desk:
    house = a_house()
    return Desk(
        house=house,
        source=house.source("Shop Floor Talk"),
        topic=house.topic("crm", "CRM"),
        mia=house.user("mia"),
        ben=house.user("ben"),
        max=house.user("max", role=UserRole.MANAGER),
        ida=house.user("ida", role=UserRole.MARKETER, team=None),
    )


def test_a_snoozed_lead_comes_back_at_eight_on_the_snoozers_clock(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.WORKING, owner=desk.mia)

    answer = desk.press(desk.mia, f"/leads/{lead.id}/snooze", rev=1, days=3, back="mine")
    mine = desk.house.browser(desk.mia).get("/inbox?view=mine").text
    snoozed = desk.house.browser(desk.mia).get("/inbox?view=snoozed").text

    until = desk.now(lead).snoozed_until
    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox?view=mine")
    assert until is not None
    assert until.astimezone(UTC).hour in {6, 7}  # 8 in Berlin
    assert "Which CRM?" not in mine
    assert "Which CRM?" in snoozed


def test_a_snooze_is_taken_back_as_if_it_had_not_been(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.WORKING, owner=desk.mia)
    due = desk.now(lead).next_step_at
    desk.press(desk.mia, f"/leads/{lead.id}/snooze", rev=1, days=3)

    answer = desk.press(desk.mia, "/undo", back="mine")

    after = desk.now(lead)
    assert answer.headers["location"] == f"/inbox?view=mine&lead={lead.id}"
    assert (after.snoozed_until, after.next_step_at, after.snoozes) == (None, due, 0)


def test_a_lead_that_rests_can_be_woken(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.WORKING, owner=desk.mia)
    desk.press(desk.mia, f"/leads/{lead.id}/snooze", rev=1, days=1)

    woken = desk.press(desk.mia, f"/leads/{lead.id}/wake", rev=2)

    assert woken.status_code == 303
    assert desk.now(lead).snoozed_until is None


def test_a_manager_gives_a_lead_to_somebody_and_takes_it_back(desk: Desk) -> None:
    waits, offered = (
        desk.lead("waits"),
        desk.lead("offered", status=LeadStatus.OFFERED, offered_to=desk.mia),
    )

    for lead in (waits, offered):
        rev = desk.now(lead).rev
        given = desk.press(desk.max, f"/leads/{lead.id}/assign", rev=rev, to=desk.ben.id)
        assert given.status_code == 303
        assert desk.holder(lead) == desk.ben.id
        assert desk.press(desk.max, "/undo").status_code == 303

    assert desk.now(waits).status is LeadStatus.SALES_READY
    assert desk.holder(offered) == desk.mia.id


@pytest.mark.parametrize("who", ["mia", "ida"])
def test_nobody_else_gives_leads_away(desk: Desk, who: str) -> None:
    lead = desk.lead()

    answer = desk.press(getattr(desk, who), f"/leads/{lead.id}/assign", rev=1, to=desk.ben.id)

    assert answer.status_code == 403
    assert desk.holder(lead) is None


def test_a_note_is_written_by_the_owner_or_who_decides_and_can_be_taken_back(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.WORKING, owner=desk.mia)

    by_owner = desk.press(desk.mia, f"/leads/{lead.id}/note", rev=1, words="Asks for a demo")
    by_max = desk.press(desk.max, f"/leads/{lead.id}/note", rev=2, words="Big one")
    by_ben = desk.press(desk.ben, f"/leads/{lead.id}/note", rev=3, words="Mine")
    taken_back = desk.press(desk.max, "/undo")

    with reading(desk.house.engine) as db:
        notes = db.exec(select(Touchpoint.note, Touchpoint.kind)).all()
    assert [a.status_code for a in (by_owner, by_max, by_ben, taken_back)] == [303, 303, 404, 303]
    assert notes == [("Asks for a demo", TouchpointKind.NOTE)]


def test_an_accept_is_taken_back_and_the_first_deadline_stays(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.OFFERED, offered_to=desk.mia)
    due = desk.now(lead).next_step_at
    desk.press(desk.mia, f"/leads/{lead.id}/accept", fencing=1)
    desk.later(minutes=5)

    answer = desk.press(desk.mia, "/undo")

    after = desk.now(lead)
    assert answer.status_code == 303
    assert (after.status, after.next_step_at, after.accepted_at) == (LeadStatus.OFFERED, due, None)
    assert desk.holder(lead) == desk.mia.id


def test_a_decline_is_taken_back_while_nobody_else_has_the_lead(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.OFFERED, offered_to=desk.mia)
    desk.press(desk.mia, f"/leads/{lead.id}/decline", fencing=1, reason="capacity")
    first = desk.now(lead).status
    offered = 'data-key="z"' in desk.house.browser(desk.mia).get("/inbox").text

    answer = desk.press(desk.mia, "/undo")

    assert offered is (first is LeadStatus.SALES_READY)

    if first is LeadStatus.SALES_READY:
        assert answer.status_code == 303
        assert desk.holder(lead) == desk.mia.id
    else:  # it went on at once
        assert answer.status_code == 409
        assert "offered to the next rep already" in answer.text


def test_a_decline_that_is_taken_back_is_remembered_with_its_reason(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.OFFERED, offered_to=desk.mia)
    with writing(desk.house.engine) as db:
        for user in db.exec(select(User).where(User.id != desk.mia.id)):
            user.active = False  # so that it goes on to nobody
    desk.press(desk.mia, f"/leads/{lead.id}/decline", fencing=1, reason="capacity")

    assert desk.press(desk.mia, "/undo").status_code == 303

    with reading(desk.house.engine) as db:
        first, again = db.exec(
            select(Offer).where(Offer.lead_id == lead.id).order_by(col(Offer.fencing))
        ).all()
    assert (first.state, first.decline_reason) == (OfferState.WITHDRAWN, DeclineReason.CAPACITY)
    assert first.answered_at is not None
    assert first.explain["taken_back"] == {"was": "declined", "by": desk.mia.id, "offer": again.id}
    assert (again.state, again.decline_reason) == (OfferState.OPEN, None)


def test_a_dismissal_is_taken_back_by_who_may_open_leads_again(desk: Desk) -> None:
    reviewed = desk.lead("reviewed", status=LeadStatus.MQL, score=60)
    worked = desk.lead("worked", status=LeadStatus.WORKING, owner=desk.mia)
    desk.press(desk.ida, f"/leads/{reviewed.id}/dismiss", rev=1, reason="spam")
    desk.press(desk.mia, f"/leads/{worked.id}/dismiss", rev=1, reason="solved")

    by_marketer = desk.press(desk.ida, "/undo")
    by_rep = desk.press(desk.mia, "/undo")

    assert by_marketer.status_code == 303
    assert desk.now(reviewed).status in LIVE  # wherever its score, made anew, takes it
    assert by_rep.status_code == 409
    assert "ask one of them" in by_rep.text
    assert desk.now(worked).status is LeadStatus.DISQUALIFIED


def _promote(desk: Desk, lead: Lead) -> None:
    desk.press(desk.ida, f"/leads/{lead.id}/promote", rev=1, reason="they call us")


def _snooze(desk: Desk, lead: Lead) -> None:
    desk.press(desk.ida, f"/leads/{lead.id}/snooze", rev=1, days=1)


def _snooze_and_wait(desk: Desk, lead: Lead) -> None:
    _snooze(desk, lead)
    desk.later(minutes=11)


def _snooze_and_another_note(desk: Desk, lead: Lead) -> None:
    _snooze(desk, lead)
    desk.press(desk.max, f"/leads/{lead.id}/note", rev=2, words="Look here")


def _snooze_twice_undone(desk: Desk, lead: Lead) -> None:
    _snooze(desk, lead)
    desk.press(desk.ida, "/undo")


@pytest.mark.parametrize(
    ("first", "says"),
    [
        (lambda _desk, _lead: None, "nothing to take back"),
        (_promote, "Sales has it now"),
        (_snooze_and_wait, "nothing to take back"),
        (_snooze_and_another_note, "Somebody has been at this lead since"),
        (_snooze_twice_undone, "nothing to take back"),
    ],
)
def test_what_can_not_be_taken_back_says_why_and_stays(
    desk: Desk, first: Callable[[Desk, Lead], None], says: str
) -> None:
    lead = desk.lead(status=LeadStatus.MQL, score=60)
    first(desk, lead)
    before = desk.now(lead)

    answer = desk.press(desk.ida, "/undo")

    assert answer.status_code == 409
    assert says in answer.text
    assert desk.now(lead).rev == before.rev


def test_the_page_offers_to_undo_what_was_done_last_and_not_for_long(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.MQL, score=60)
    browser = desk.house.browser(desk.ida)
    browser.post(f"/leads/{lead.id}/snooze", data={"rev": 1, "days": 1})

    told = browser.get("/inbox").text
    later = browser.get("/inbox").text
    desk.later(minutes=11)

    assert told.count('data-key="z"') == later.count('data-key="z"') == 1
    assert 'data-key="z"' not in browser.get("/inbox").text


def _asks(page: str) -> str:
    """Return what the page's Undo would take back."""
    found = re.search(r'action="/undo"[^>]*><input type="hidden" name="act" value="([^"]+)"', page)
    return found[1] if found else ""


def test_the_undo_that_stays_says_what_it_takes_back(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.MQL, score=60)
    _snooze(desk, lead)

    assert "Undo: snoozed <kbd>z</kbd>" in desk.house.browser(desk.ida).get("/inbox").text


def test_a_notice_s_undo_takes_back_what_it_names_or_nothing(desk: Desk) -> None:
    first, second = (desk.lead(one, status=LeadStatus.MQL, score=60) for one in ("a", "b"))
    browser = desk.house.browser(desk.ida)
    browser.post(f"/leads/{first.id}/snooze", data={"rev": 1, "days": 1})
    of_first = _asks(browser.get("/inbox").text)
    browser.post(f"/leads/{second.id}/snooze", data={"rev": 1, "days": 1})

    stale = browser.post("/undo", data={"act": of_first})
    rests = (desk.now(first).snoozed_until, desk.now(second).snoozed_until)
    of_second = browser.post("/undo", data={"act": _asks(browser.get("/inbox").text)})

    assert (stale.status_code, of_second.status_code) == (409, 303)
    assert "You did something else since" in stale.text
    assert None not in rests
    assert desk.now(second).snoozed_until is None
    assert desk.now(first).snoozed_until is not None


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("decline", {"fencing": 1, "reason": "capacity"}),
        ("decline", {"fencing": 1, "reason": "not_a_lead"}),
    ],
)
def test_no_undo_stands_where_none_is_possible(
    desk: Desk, path: str, form: dict[str, object]
) -> None:
    lead = desk.lead(status=LeadStatus.OFFERED, offered_to=desk.mia)
    other = desk.lead("other", status=LeadStatus.WORKING, owner=desk.mia)
    browser = desk.house.browser(desk.mia)
    browser.post(f"/leads/{lead.id}/{path}", data=form)
    after_decline = browser.get("/inbox").text, browser.get("/inbox").text
    assert desk.now(lead).status is not LeadStatus.SALES_READY, "else it could be taken back"
    browser.post(f"/leads/{other.id}/dismiss", data={"rev": 1, "reason": "solved"})
    after_dismissal = browser.get("/inbox").text, browser.get("/inbox").text

    assert "Declined" in after_decline[0]
    assert "Dismissed" in after_dismissal[0]
    assert not any('data-key="z"' in page for page in (*after_decline, *after_dismissal))


def test_the_notice_of_a_snooze_names_its_morning(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.MQL, score=60)
    browser = desk.house.browser(desk.ida)
    browser.post(f"/leads/{lead.id}/snooze", data={"rev": 1, "days": 3})

    until = moment(desk.now(lead).snoozed_until or NOON, "Europe/Berlin")

    assert f"It rests until {until};" in browser.get("/inbox").text


def test_the_longest_rest_ends_in_the_morning_too_at_any_hour(desk: Desk) -> None:
    desk.later(hours=15, minutes=3)  # to 4:03 in Berlin
    lead = desk.lead(status=LeadStatus.MQL, score=60)

    answer = desk.press(desk.ida, f"/leads/{lead.id}/snooze", rev=1, days=30)

    assert answer.status_code == 303
    assert desk.now(lead).snoozed_until == datetime(2025, 12, 19, 7, tzinfo=UTC)


def test_the_page_offers_no_undo_of_what_somebody_was_at_since(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.MQL, score=60)
    _snooze_and_another_note(desk, lead)
    assert 'data-key="z"' not in desk.house.browser(desk.ida).get("/inbox").text


def test_everything_that_was_taken_back_is_in_the_audit_chain(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.WORKING, owner=desk.mia)
    desk.press(desk.mia, f"/leads/{lead.id}/snooze", rev=1, days=1)
    desk.press(desk.mia, "/undo")

    with reading(desk.house.engine) as db:
        assert broken_link(db) is None
        acts = db.exec(select(TriageAct.kind, TriageAct.undone_at)).all()
    assert [(kind, undone is not None) for kind, undone in acts] == [("snooze", True)]


# --- several at once -------------------------------------------------------------------------


def chosen(*leads: Lead, rev: int = 1) -> list[str]:
    return [f"{lead.id}:{rev}" for lead in leads]


def test_several_leads_are_dismissed_at_once_and_taken_back_together(desk: Desk) -> None:
    leads = [desk.lead(f"lead {n}", status=LeadStatus.MQL, score=60) for n in range(3)]

    form = {"act": "dismiss", "dismiss": "spam", "lead": chosen(*leads), "back": "queue"}
    done = desk.press(desk.ida, "/inbox/bulk", **form)
    closed = [desk.now(lead).status for lead in leads]
    desk.press(desk.ida, "/undo")

    assert (done.status_code, done.headers["location"]) == (303, "/inbox?view=queue")
    assert closed == [LeadStatus.DISQUALIFIED] * 3
    assert LeadStatus.DISQUALIFIED not in {desk.now(lead).status for lead in leads}


def test_each_lead_is_judged_by_itself_and_the_page_names_those_that_failed(desk: Desk) -> None:
    mine = desk.lead("mine", status=LeadStatus.WORKING, owner=desk.mia)
    bens = desk.lead("ben's secret", status=LeadStatus.WORKING, owner=desk.ben)
    queued = desk.lead("in the queue")

    form = {"act": "snooze", "days": 1, "lead": chosen(mine, bens, queued)}
    answer = desk.press(desk.mia, "/inbox/bulk", **form)

    assert answer.status_code == 409
    assert "Done with 1, not with 2" in answer.text
    assert "in the queue" in answer.text
    assert "secret" not in answer.text
    assert desk.now(mine).snoozed_until is not None
    assert desk.now(bens).snoozed_until is desk.now(queued).snoozed_until is None


def test_offers_are_answered_at_once_and_only_ones_own(desk: Desk) -> None:
    own = [desk.lead(f"{n}", status=LeadStatus.OFFERED, offered_to=desk.mia) for n in "ab"]
    other = desk.lead("c", status=LeadStatus.OFFERED, offered_to=desk.ben)

    accept = desk.press(desk.mia, "/inbox/bulk", act="accept", lead=chosen(own[0], other))
    form = {"act": "decline", "decline": "conflict", "lead": chosen(own[1])}
    decline = desk.press(desk.mia, "/inbox/bulk", **form)

    assert (accept.status_code, decline.status_code) == (409, 303)
    assert desk.now(own[0]).owner_id == desk.mia.id
    assert desk.holder(own[1]) != desk.mia.id
    assert desk.holder(other) == desk.ben.id


def test_what_is_only_offered_is_told_so_and_stays_chosen(desk: Desk) -> None:
    offered = [desk.lead(n, status=LeadStatus.OFFERED, offered_to=desk.mia) for n in "ab"]

    answer = desk.press(desk.mia, "/inbox/bulk", act="snooze", days=1, lead=chosen(*offered))

    assert answer.status_code == 409
    assert answer.text.count("offered to you, but not yours yet") == 2
    again = re.search(r'href="([^"]+)">Back to the list', answer.text)
    assert again is not None
    page = desk.house.browser(desk.mia).get(html.unescape(again[1])).text
    assert page.count(" checked") == 2


def test_only_what_can_be_done_with_a_list_is_offered_for_it(desk: Desk) -> None:
    desk.lead("a", status=LeadStatus.OFFERED, offered_to=desk.mia)
    offered = desk.house.browser(desk.mia).get("/inbox").text
    desk.lead("b", status=LeadStatus.WORKING, owner=desk.mia)
    both = desk.house.browser(desk.mia).get("/inbox").text

    acts = [re.findall(r'name="act" value="(\w+)"', page) for page in (offered, both)]
    assert acts == [["accept", "decline"], ["accept", "decline", "snooze", "dismiss"]]
    assert 'data-can="answer"' in both
    assert 'data-can="dismiss snooze"' in both


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"act": "decline"}, "choose a reason beside Decline"),
        ({"act": "dismiss"}, "choose a reason beside Dismiss"),
        ({"act": "assign", "to": "x"}, "choose somebody beside Assign"),
    ],
)
def test_what_lacks_its_reason_keeps_the_choice(
    desk: Desk, form: dict[str, object], says: str
) -> None:
    leads = [desk.lead(n, status=LeadStatus.OFFERED, offered_to=desk.max) for n in "abc"]
    browser = desk.house.browser(desk.max)

    data = form | {"lead": chosen(*leads[:2]), "back": "/inbox?view=mine"}
    answer = browser.post("/inbox/bulk", data=data)
    page = browser.get(answer.headers["location"]).text

    assert answer.status_code == 303
    assert says in page
    ticked = [lead for lead in leads if re.search(rf'value="{lead.id}:1" checked', page)]
    assert ticked == leads[:2]
    assert {desk.now(lead).rev for lead in leads} == {1}


def test_who_chose_nothing_is_told_to(desk: Desk) -> None:
    browser = desk.house.browser(desk.max)
    answer = browser.post("/inbox/bulk", data={"act": "dismiss", "dismiss": "spam"})
    assert "choose some leads first" in browser.get(answer.headers["location"]).text


def test_a_manager_gives_several_away(desk: Desk) -> None:
    leads = [desk.lead("a"), desk.lead("b", status=LeadStatus.WORKING, owner=desk.mia)]

    form = {"act": "assign", "to": desk.ben.id, "lead": chosen(*leads)}
    answer = desk.press(desk.max, "/inbox/bulk", **form)

    assert answer.status_code == 303
    assert {desk.holder(lead) for lead in leads} == {desk.ben.id}


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"act": "snooze", "lead": ["x:1"]}, 409),
        ({"act": "assign", "to": "me", "lead": ["x:1"]}, 403),
        ({"act": "win", "lead": ["x:1"]}, 422),
        ({"act": "snooze", "lead": ["x"]}, 422),
        ({"act": "snooze", "lead": [f"{n}:1" for n in range(51)]}, 422),
        ({"act": "snooze", "days": 31, "lead": ["x:1"]}, 422),
    ],
)
def test_what_makes_no_sense_for_several_changes_nothing(
    desk: Desk, form: dict[str, object], status: int
) -> None:
    assert desk.press(desk.mia, "/inbox/bulk", **form).status_code == status
