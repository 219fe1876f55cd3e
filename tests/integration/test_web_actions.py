from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import select

from models.lead import Lead, Offer, StatusChange, Touchpoint
from models.people import User
from models.words import (
    DeclineReason,
    DisqualifyReason,
    LeadStatus,
    OfferState,
    TouchpointKind,
    UserRole,
)
from service.store.engine import reading
from tests.web_house import House, a_house


@dataclass(frozen=True)
class Desk:
    """A house with people and one lead at a time."""

    house: House
    mia: User
    ben: User
    ida: User  # a marketer

    def lead(
        self,
        *,
        status: LeadStatus = LeadStatus.OFFERED,
        owner: User | None = None,
        offered_to: User | None = None,
        due_in: timedelta = timedelta(minutes=54),
    ) -> Lead:
        return self.house.lead(
            source=self.house.source("Talk"),
            topic=self.house.topic("crm", "CRM"),
            status=status,
            owner=owner,
            offered_to=offered_to,
            due_in=due_in,
        )

    def now_is(self, lead: Lead) -> Lead:
        with reading(self.house.engine) as db:
            return db.get_one(Lead, lead.id)


@pytest.fixture
def desk() -> Desk:
    house = a_house()
    return Desk(
        house=house,
        mia=house.user("mia", name="Mia Holt"),
        ben=house.user("ben"),
        ida=house.user("ida", role=UserRole.MARKETER, team=None),
    )


def test_an_accepted_lead_is_mine_and_shown_with_what_to_do_next(desk: Desk) -> None:
    lead = desk.lead(offered_to=desk.mia)
    browser = desk.house.browser(desk.mia)

    answer = browser.post(f"/leads/{lead.id}/accept", data={"fencing": 1, "back": "mine"})
    page = browser.get(answer.headers["location"]).text

    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/inbox?view=mine&lead={lead.id}",
    )
    assert desk.now_is(lead).owner_id == desk.mia.id
    assert "Accepted: it is yours." in page
    assert "Log a touch" in page
    assert "Accepted: it is yours." not in browser.get("/inbox").text, "it is said once"


def test_a_declined_lead_leaves_with_its_reason(desk: Desk) -> None:
    lead = desk.lead(offered_to=desk.mia)
    browser = desk.house.browser(desk.mia)

    answer = browser.post(
        f"/leads/{lead.id}/decline", data={"fencing": 1, "reason": "capacity", "back": "mine"}
    )

    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox?view=mine")
    assert "Declined. It goes to the next rep" in browser.get("/inbox").text
    assert browser.get(f"/leads/{lead.id}").status_code in {200, 404}
    with reading(desk.house.engine) as db:
        first = db.exec(select(Offer).where(Offer.fencing == 1)).one()
    assert (first.state, first.decline_reason) == (OfferState.DECLINED, DeclineReason.CAPACITY)


def test_no_lead_at_all_goes_to_a_marketer(desk: Desk) -> None:
    lead = desk.lead(offered_to=desk.mia)

    desk.house.browser(desk.mia).post(
        f"/leads/{lead.id}/decline", data={"fencing": 1, "reason": "not_a_lead"}
    )

    assert desk.now_is(lead).status is LeadStatus.MQL


@pytest.mark.parametrize("verb", ["accept", "decline"])
def test_who_is_too_late_is_told_so_and_nothing_is_written(desk: Desk, verb: str) -> None:
    lead = desk.lead(offered_to=desk.mia, due_in=timedelta(minutes=5))
    desk.house.clock.pass_by(timedelta(minutes=6))

    answer = desk.house.browser(desk.mia).post(
        f"/leads/{lead.id}/{verb}", data={"fencing": 1, "reason": "capacity"}
    )

    assert answer.status_code == 409
    assert "This lead has moved on" in answer.text
    assert "no longer open: your time to answer it ran out" in answer.text
    assert desk.now_is(lead).status is LeadStatus.OFFERED


@pytest.mark.parametrize(
    ("verb", "data"),
    [
        ("accept", {"fencing": "1"}),
        ("decline", {"fencing": "1", "reason": "capacity"}),
        ("touch", {"rev": "1", "kind": "note"}),
        ("dismiss", {"rev": "1", "reason": "spam"}),
    ],
)
def test_what_a_rep_may_not_see_is_not_there(desk: Desk, verb: str, data: dict[str, str]) -> None:
    lead = desk.lead(offered_to=desk.mia)
    browser = desk.house.browser(desk.ben)

    hidden = browser.post(f"/leads/{lead.id}/{verb}", data=data)
    absent = browser.post(f"/leads/none/{verb}", data=data)

    assert hidden.status_code == absent.status_code == 404
    assert hidden.text == absent.text
    assert desk.now_is(lead).owner_id is None


@pytest.mark.parametrize("verb", ["accept", "decline"])
def test_an_offer_is_answered_by_the_one_it_was_made_to(desk: Desk, verb: str) -> None:
    lead = desk.lead(offered_to=desk.mia)

    answer = desk.house.browser(desk.ida).post(
        f"/leads/{lead.id}/{verb}", data={"fencing": 1, "reason": "capacity"}
    )

    assert answer.status_code == 409
    assert "made to somebody else" in answer.text
    assert desk.now_is(lead).owner_id is None


def test_an_answer_to_an_older_offer_is_refused(desk: Desk) -> None:
    lead = desk.lead(offered_to=desk.mia)

    answer = desk.house.browser(desk.mia).post(f"/leads/{lead.id}/accept", data={"fencing": 0})

    assert answer.status_code == 409
    assert f'href="/leads/{lead.id}"' in answer.text


def test_pressing_accept_twice_does_no_harm(desk: Desk) -> None:
    lead = desk.lead(offered_to=desk.mia)
    browser = desk.house.browser(desk.mia)

    answers = [
        browser.post(f"/leads/{lead.id}/accept", data={"fencing": 1}).status_code for _ in range(2)
    ]

    assert answers == [303, 303]
    assert desk.now_is(lead).owner_id == desk.mia.id
    with reading(desk.house.engine) as db:
        moves = db.exec(select(StatusChange).where(StatusChange.event == "accepted")).all()
    assert len(moves) == 1


def test_who_declines_what_is_already_theirs_or_gone_is_told_which(desk: Desk) -> None:
    lead = desk.lead(offered_to=desk.mia)
    browser = desk.house.browser(desk.mia)
    browser.post(f"/leads/{lead.id}/accept", data={"fencing": 1})

    answer = browser.post(f"/leads/{lead.id}/decline", data={"fencing": 1, "reason": "capacity"})

    assert answer.status_code == 409
    assert "you accepted it already" in answer.text
    assert "somebody else" not in answer.text


@pytest.mark.parametrize("reason", ["", "   ", "\r\n\t ", "\0\0\0\0"])
def test_a_reason_of_blanks_is_none(desk: Desk, reason: str) -> None:
    lead = desk.lead(status=LeadStatus.MQL)

    answer = desk.house.browser(desk.ida).post(
        f"/leads/{lead.id}/promote", data={"rev": 1, "reason": reason}
    )

    assert answer.status_code == 422
    assert "Reason: " in answer.text
    assert desk.now_is(lead).status is LeadStatus.MQL


@pytest.mark.parametrize(
    ("verb", "data", "told"),
    [
        ("note", {"rev": 1, "words": "long " * 900}, "Note: at most 4,000 characters."),
        ("note", {"rev": 1, "words": "\u200b"}, "Note: missing."),
        ("tasks", {"what": "ring them", "at": ""}, "When: no date and time."),
        ("tasks", {"what": "ring them", "at": "foo"}, "When: no date and time."),
        ("tasks", {"at": "2099-01-01"}, "What: missing."),
        ("hand-back", {"rev": 1, "reason": "?", "note": "ring them"}, "Reason: none of the"),
    ],
)
def test_a_form_with_a_fault_says_where_and_gives_back_what_was_typed(
    desk: Desk, verb: str, data: dict[str, str], told: str
) -> None:
    lead = desk.lead(status=LeadStatus.ACCEPTED, owner=desk.mia)

    answer = desk.house.browser(desk.mia).post(f"/leads/{lead.id}/{verb}", data=data)

    assert answer.status_code == 422
    assert told in answer.text
    assert "What happened last" not in answer.text
    for typed in ("long long", "ring them"):
        if any(typed in str(one) for one in data.values()):
            assert f"readonly>{typed}" in answer.text
    assert desk.now_is(lead).rev == lead.rev


def test_what_can_not_be_done_blames_nobody(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.ACCEPTED, owner=desk.mia)

    answer = desk.house.browser(desk.ida).post(
        f"/leads/{lead.id}/promote", data={"rev": 1, "reason": "a friend of ours"}
    )

    assert answer.status_code == 409
    assert "That can&#39;t be done now" in answer.text
    assert "faster" not in answer.text


def test_a_marketer_promotes_with_a_reason(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.MQL)
    browser = desk.house.browser(desk.ida)
    path = f"/leads/{lead.id}/promote"

    told = browser.post(path, data={"rev": 1, "reason": "a friend of ours", "back": "lead"})

    assert (told.status_code, told.headers["location"]) == (303, f"/leads/{lead.id}")
    assert desk.now_is(lead).status in {LeadStatus.SALES_READY, LeadStatus.OFFERED}
    page = browser.get(f"/leads/{lead.id}").text
    assert "promoted to sales" in page
    assert "a friend of ours" in page


def test_a_dismissed_lead_is_closed_with_its_reason_and_can_be_found(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.MQL)
    browser = desk.house.browser(desk.ida)

    answer = browser.post(
        f"/leads/{lead.id}/dismiss", data={"rev": 1, "reason": "vendor_promo", "back": "queue"}
    )
    page = browser.get(answer.headers["location"]).text

    assert answer.headers["location"] == "/inbox?view=queue"
    assert f'<a href="/leads/{lead.id}">Show it</a>' in page
    assert desk.now_is(lead).close_reason == DisqualifyReason.VENDOR_PROMO
    assert "A vendor&#39;s promotion" in browser.get("/inbox?view=closed").text


def test_a_page_that_grew_old_changes_nothing(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.MQL)
    browser = desk.house.browser(desk.ida)
    browser.post(f"/leads/{lead.id}/promote", data={"rev": 1, "reason": "a friend of ours"})
    after = desk.now_is(lead).status

    answer = browser.post(f"/leads/{lead.id}/dismiss", data={"rev": 1, "reason": "spam"})

    assert answer.status_code == 409
    assert "This lead has moved on" in answer.text
    assert "What happened last" in answer.text
    assert desk.now_is(lead).status is after


def test_the_first_touch_starts_the_work(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.ACCEPTED, owner=desk.mia)
    browser = desk.house.browser(desk.mia)

    answer = browser.post(
        f"/leads/{lead.id}/touch",
        data={"rev": 1, "kind": "engage_reply", "note": " Asked about phones ", "back": "lead"},
    )

    assert answer.headers["location"] == f"/leads/{lead.id}"
    assert desk.now_is(lead).status is LeadStatus.WORKING
    with reading(desk.house.engine) as db:
        touch = db.exec(select(Touchpoint)).one()
    assert (touch.kind, touch.note) == (TouchpointKind.ENGAGE_REPLY, "Asked about phones")
    assert "Asked about phones" in browser.get(f"/leads/{lead.id}").text


def test_what_a_person_types_is_kept_without_what_no_database_takes(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.ACCEPTED, owner=desk.mia)
    typed = "Asked\0 about\x1b[2J\x0bphones\r\nand\ttold \x85 them\ufeff \U0001f600 "

    answer = desk.house.browser(desk.mia).post(
        f"/leads/{lead.id}/touch", data={"rev": 1, "kind": "note", "note": typed}
    )

    assert answer.status_code == 303
    with reading(desk.house.engine) as db:
        note = db.exec(select(Touchpoint)).one().note
    assert note == "Asked  about [2J phones\nand\ttold \n them\ufeff \U0001f600"


def test_a_rep_does_not_touch_what_is_anothers(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.ACCEPTED, owner=desk.ben)
    browser = desk.house.browser(desk.mia)

    for verb, data in (
        ("touch", {"kind": "note"}),
        ("dismiss", {"reason": "spam"}),
    ):
        assert browser.post(f"/leads/{lead.id}/{verb}", data={"rev": 1, **data}).status_code == 404
    assert desk.now_is(lead).status is LeadStatus.ACCEPTED


def test_a_rep_neither_promotes_nor_dismisses_from_the_queue(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.SALES_READY)
    browser = desk.house.browser(desk.mia)

    promoted = browser.post(f"/leads/{lead.id}/promote", data={"rev": 1, "reason": "I want it"})
    dismissed = browser.post(f"/leads/{lead.id}/dismiss", data={"rev": 1, "reason": "spam"})

    assert (promoted.status_code, dismissed.status_code) == (403, 403)
    assert "“promote leads”" in promoted.text


def test_a_viewer_has_no_buttons_and_no_way_around_them(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.MQL)
    browser = desk.house.browser(desk.house.user("vic", role=UserRole.VIEWER, team=None))

    page = browser.get(f"/leads/{lead.id}").text

    assert f'action="/leads/{lead.id}' not in page
    for verb in ("accept", "decline", "promote", "dismiss", "touch"):
        assert browser.post(f"/leads/{lead.id}/{verb}", data={}).status_code == 403


@pytest.mark.parametrize(
    ("verb", "data"),
    [
        ("accept", {"fencing": "x"}),
        ("decline", {"fencing": 1, "reason": "won"}),
        ("dismiss", {"rev": 1, "reason": "status=won"}),
        ("touch", {"rev": 1, "kind": "page_view"}),
        ("touch", {"rev": 1, "kind": "note", "note": "x" * 4001}),
        ("accept", {"fencing": 1, "back": "//evil.example"}),
    ],
)
def test_a_form_that_is_not_ours_is_refused_before_anything_happens(
    desk: Desk, verb: str, data: dict[str, str]
) -> None:
    lead = desk.lead(offered_to=desk.mia)

    answer = desk.house.browser(desk.mia).post(f"/leads/{lead.id}/{verb}", data=data)

    assert answer.status_code == 422
    assert "evil" not in answer.text
    assert desk.now_is(lead).status is LeadStatus.OFFERED


def test_another_sites_page_changes_nothing(desk: Desk) -> None:
    lead = desk.lead(offered_to=desk.mia)
    browser = desk.house.browser(desk.mia)

    answer = browser.post(
        f"/leads/{lead.id}/accept", data={"fencing": 1}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == 403
    assert "did not come from a page of this Harken" in answer.text
    assert desk.now_is(lead).owner_id is None
