"""What somebody of another house sees and may do: what is theirs, and nothing of how we work."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import select

from models.contact import Inquiry, Person
from models.lead import Lead, LeadSignal, StatusChange, Touchpoint
from models.mute import Mute
from models.people import Team, User
from models.reply import ReplyDraft
from models.signal import Signal
from models.sla import Task
from models.source import Source
from models.topic import Topic
from models.words import (
    InquiryChannel,
    LeadStatus,
    TaskKind,
    TokenScope,
    TouchpointKind,
    UserRole,
)
from service.delivery.feeds_out import issue as issue_feed
from service.mail.links import Purpose, issue
from service.store.engine import reading, writing
from service.web.pages import ROUTERS
from tests.programs import ROOT, a_program
from tests.web_house import SECRET, House, a_house

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Desk:
    """A house, and two people of another one who take leads of it."""

    house: House
    mia: User  # a rep of ours
    ida: User  # a marketer of ours
    pia: User  # a partner
    pat: User  # another of hers
    forum: Source
    topic: Topic

    def lead(self, *, author: str = "quiet_otter", **how: object) -> Lead:
        return self.house.lead(source=self.forum, topic=self.topic, author=author, **how)  # type: ignore[arg-type]  # whatever the house takes

    def page(self, who: User, path: str) -> str:
        answer = self.house.browser(who).get(path)
        assert answer.status_code == 200
        return " ".join(answer.text.split())

    def now_is(self, lead: Lead) -> Lead:
        with reading(self.house.engine) as db:
            return db.get_one(Lead, lead.id)


@pytest.fixture
def desk() -> Desk:
    house = a_house()
    with writing(house.engine) as db:
        db.add(Team(id="partners", name="Partners", channel="partner"))
    return Desk(
        house=house,
        mia=house.user("mia", name="Mia Holt"),
        ida=house.user("ida", name="Ida Lund", role=UserRole.MARKETER, team=None),
        pia=house.user("pia", name="Pia Moss", role=UserRole.PARTNER, team="partners"),
        pat=house.user("pat", name="Pat Reed", role=UserRole.PARTNER, team="partners"),
        forum=house.source("Talk"),
        topic=house.topic("crm", "CRM"),
    )


def with_a_past(desk: Desk) -> Lead:
    """Return a partner's lead that went through our hands, with ours in its thread."""
    lead = desk.lead(status=LeadStatus.WORKING, owner=desk.pia, team="partners")
    ours = desk.lead(status=LeadStatus.WORKING, owner=desk.mia, author="badger")
    now = desk.house.clock.now()
    with writing(desk.house.engine) as db:
        row = db.get_one(Lead, ours.id)
        row.thread_id = lead.thread_id
        db.add(row)
        kind = TouchpointKind.ENGAGE_REPLY
        db.add_all(
            [
                StatusChange(
                    lead_id=lead.id,
                    from_status=LeadStatus.MQL,
                    to_status=LeadStatus.SALES_READY,
                    event="promoted",
                    actor=desk.ida.id,
                    at=now,
                    seconds_in_previous=0,
                ),
                Touchpoint(lead_id=lead.id, kind=kind, by_user_id=desk.mia.id, at=now, note=""),
                Touchpoint(lead_id=lead.id, kind=kind, by_user_id=desk.pat.id, at=now, note=""),
                Touchpoint(lead_id=ours.id, kind=kind, by_user_id=desk.mia.id, at=now, note=""),
                Task(
                    lead_id=lead.id,
                    kind=TaskKind.REVIEW,
                    what="Look again",
                    due_at=now + DAY,
                    user_id=desk.ida.id,
                    created_at=now,
                ),
                ReplyDraft(
                    lead_id=lead.id,
                    user_id=desk.mia.id,
                    text="Have a look at ours.",
                    signature=b"",
                    saved_at=now,
                ),
            ]
        )
    return lead


def test_a_partner_is_told_of_colleagues_and_names_only_of_the_own_team(desk: Desk) -> None:
    lead = with_a_past(desk)

    page = desk.page(desk.pia, f"/leads/{lead.id}")

    assert "Mia Holt" not in page
    assert "Ida Lund" not in page
    assert 'promoted to sales <span class="quiet">by a colleague' in page
    assert 'Replied in the thread <span class="quiet">by Pat Reed' in page
    assert "a colleague is wording this" not in page, "what of ours is in the making is ours"
    assert "a colleague replied there" in page

    ours = desk.page(desk.ida, f"/leads/{lead.id}")
    assert "Mia Holt is wording this" in ours
    assert 'promoted to sales <span class="quiet">by Ida Lund' in ours


#: Words of the house that no partner reads, by where they stand.
OURS = (
    "Margin is forty",  # a note
    "because of the margin",  # a reason
    "Have a look at ours",  # a draft
    "Look again",  # a task
    "They hesitated",  # what was noted with a call
)


def with_words_of_ours(desk: Desk) -> Lead:
    """Return a partner's lead about which our own people wrote all kinds of things."""
    lead = with_a_past(desk)
    now = desk.house.clock.now()
    said: tuple[tuple[User, TouchpointKind, str, bool], ...] = (
        (desk.mia, TouchpointKind.NOTE, "Margin is forty percent.", False),
        (desk.mia, TouchpointKind.CALL, "They hesitated.", False),
        (desk.mia, TouchpointKind.NOTE, "Call before noon.", True),
        (desk.pat, TouchpointKind.NOTE, "Speaks to their brother.", False),
    )
    with writing(desk.house.engine) as db:
        for who, kind, note, shared in said:
            row = Touchpoint(lead_id=lead.id, kind=kind, by_user_id=who.id, at=now, note=note)
            row.shared = shared
            db.add(row)
        change = db.exec(select(StatusChange).where(StatusChange.event == "promoted")).one()
        change.reason = "because of the margin"
        db.add(change)
    return lead


@pytest.mark.parametrize("path", ["/leads/{}", "/inbox?view=all&lead={}"])
def test_p03_a_partner_reads_the_own_team_s_words_and_what_was_marked_as_shared(
    desk: Desk, path: str
) -> None:
    lead = with_words_of_ours(desk)

    theirs = desk.page(desk.pia, path.format(lead.id))

    assert [words for words in OURS if words in theirs] == []
    if path.startswith("/leads"):  # which is also what is printed
        assert "Call before noon." in theirs
        assert "Speaks to their brother." in theirs
        inside = desk.page(desk.ida, path.format(lead.id))
        assert [words for words in OURS if words not in inside] == []
        assert "partners read it" in inside


def test_p03_nor_does_a_program_of_a_partner_read_more(desk: Desk) -> None:
    lead = with_words_of_ours(desk)
    program = a_program(desk.house, desk.pia, TokenScope.WRITE)
    inside = a_program(desk.house, desk.ida, TokenScope.WRITE)

    paths = [f"leads/{lead.id}", f"leads/{lead.id}/timeline", "leads", "tasks", "offers"]
    told = {path: program.get(f"{ROOT}/{path}") for path in paths}

    assert {answer.status_code for answer in told.values()} == {200}
    every = " ".join(answer.text for answer in told.values())
    assert [words for words in (*OURS, '"mia"', '"ida"') if words in every] == []
    assert "Call before noon." in every
    assert '"colleague"' in every
    assert "Margin is forty" in inside.get(f"{ROOT}/leads/{lead.id}/timeline").text
    assert program.get(f"{ROOT}/users").status_code == 403


def test_p03_feeds_tables_and_calendars_of_a_partner_hold_no_words_of_ours(desk: Desk) -> None:
    with_words_of_ours(desk)
    with writing(desk.house.engine) as db:
        feed = issue_feed(db, user="pia", topic=None, now=desk.house.clock.now())
    browser = desk.house.browser(desk.pia)

    for form in ("atom", "rss", "json"):
        answer = browser.get(f"{feed}.{form}")
        assert answer.status_code == 200
        assert [words for words in (*OURS, "Mia Holt", "Ida Lund") if words in answer.text] == []
    assert browser.get("/inbox.csv?view=all").status_code == 403


def test_a_note_is_marked_as_shared_where_there_are_partners(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.MQL)
    assert "A partner who has the lead may read it" in desk.page(desk.ida, f"/leads/{lead.id}")
    browser = desk.house.browser(desk.ida)

    words = {"rev": lead.rev, "words": "Call before noon.", "shared": "true"}
    assert browser.post(f"/leads/{lead.id}/note", data=words).status_code == 303

    with reading(desk.house.engine) as db:
        assert db.exec(select(Touchpoint.shared)).all() == [True]
    alone = a_house()
    max_ = alone.user("max", role=UserRole.MANAGER, team=None)
    other = alone.lead(source=alone.source("Talk"), topic=alone.topic("crm", "CRM"))
    page = alone.browser(max_).get(f"/leads/{other.id}").text
    assert 'name="words"' in page
    assert 'name="shared"' not in page


def test_a_partner_s_answer_is_not_held_against_answers_of_ours(desk: Desk) -> None:
    with_words_of_ours(desk)
    lead = desk.lead(status=LeadStatus.WORKING, owner=desk.pia, team="partners", author="heron")
    text = "Have a look at ours."
    browser = desk.house.browser(desk.pia)
    browser.post(f"/leads/{lead.id}/reply", data={"rev": lead.rev, "text": text})

    page = desk.page(desk.pia, f"/leads/{lead.id}")

    assert text in page
    assert "a colleague" not in page


@pytest.mark.parametrize("path", ["/team", "/team/people/mia", "/team/calendars", "/team/routing"])
def test_p03_a_partner_does_not_see_who_works_here(desk: Desk, path: str) -> None:
    assert desk.house.browser(desk.pia).get(path).status_code == 403


def test_p03_a_partner_does_not_see_whom_the_house_has_muted(desk: Desk) -> None:
    lead = desk.lead()
    muted = Mute(
        topic_id="crm",
        author_id=lead.author_id,
        at=desk.house.clock.now(),
        by=desk.ida.id,
        leads=[],
    )
    with writing(desk.house.engine) as db:
        db.add(muted)

    assert "quiet_otter" in desk.page(desk.mia, "/digest/settings")
    assert "quiet_otter" not in desk.page(desk.pia, "/digest/settings")


@pytest.mark.parametrize("by_mail", [False, True])
def test_p03_a_partner_dismisses_no_lead_by_way_of_the_digest(desk: Desk, by_mail: bool) -> None:
    lead = desk.lead(status=LeadStatus.WORKING, owner=desk.pia, team="partners")
    browser = desk.house.browser(desk.pia)
    path = act_link(desk, desk.pia, lead) if by_mail else f"/digest/leads/{lead.id}"

    answer = browser.post(path, data={"act": "reject", "rev": 1, "reason": "spam"})

    assert answer.status_code == 403
    assert desk.now_is(lead).status is LeadStatus.WORKING


def test_p03_a_link_of_a_mail_shows_a_lead_only_while_it_is_its_readers(desk: Desk) -> None:
    lead = desk.lead(title="Who sells a good CRM?", status=LeadStatus.OFFERED, offered_to=desk.pia)
    link = act_link(desk, desk.pia, lead)
    stranger = desk.house.browser()
    assert "Who sells a good CRM?" in stranger.get(link).text

    done = stranger.post(link, data={"act": "decline", "rev": 1, "reason": "capacity"})

    assert done.status_code == 303
    after = stranger.get(done.headers["location"])
    assert after.status_code == 200
    assert "Declined" in after.text
    for path in (link, f"{link}?do=done"):
        assert "Who sells a good CRM?" not in stranger.get(path).text
    assert stranger.get(link).status_code == 404


def act_link(desk: Desk, user: User, lead: Lead) -> str:
    until = desk.house.clock.now() + DAY
    token = issue(SECRET, Purpose.LEAD, user_id=user.id, subject_id=lead.id, until=until)
    return f"/act/{token}"


#: What each form sends when it is filled in rightly; the rest stays empty.
FORMS: dict[str, dict[str, object]] = {
    "accept": {"fencing": 1},
    "told": {"way": "reply"},
    "told/undo": {},
    "assign": {"to": "x"},
    "decline": {"fencing": 1, "reason": "capacity"},
    "dismiss": {"reason": "spam"},
    "hand-back": {"reason": "not_ready"},
    "lost": {"reason": "price"},
    "merge": {"other": "x", "other_rev": 1},
    "mute": {"what": "author"},
    "note": {"words": "Hello"},
    "nurture": {},
    "nurture/stop": {},
    "promote": {"reason": "a friend"},
    "qualify": {"budget": 2, "authority": 2, "need": 2, "timeline": 2},
    "reopen": {"reason": "a friend"},
    "reply": {"text": "Hello"},
    "reply/posted": {"text": "Hello"},
    "snooze": {"days": 1},
    "steps/x": {"sent": "true"},
    "tasks": {"what": "Call", "at": "2099-11-28"},
    "tasks/x/done": {},
    "touch": {"kind": "call"},
    "touches/x/outcome": {"outcome": "answered"},
    "unmerge": {"other": "x"},
    "wake": {},
    "won": {"product": "CRM"},
}


def test_p03_every_form_of_a_lead_is_one_of_these() -> None:
    routes = [route for router in ROUTERS for route in router.routes]
    paths = {
        path.removeprefix("/leads/{lead_id}/")
        for route in routes
        if (path := str(getattr(route, "path", ""))).startswith("/leads/{lead_id}/")
    }
    known = {
        name.replace("steps/x", "steps/{step_id}")
        .replace("tasks/x/done", "tasks/{task_id}/{what}")
        .replace("touches/x", "touches/{touch_id}")
        for name in FORMS
    }

    assert paths == known


@pytest.mark.parametrize("form", FORMS)
def test_p03_a_partner_does_nothing_to_leads_of_others(desk: Desk, form: str) -> None:
    unseen = desk.lead(status=LeadStatus.WORKING, owner=desk.mia)
    seen = desk.lead(status=LeadStatus.WORKING, owner=desk.pat, team="partners")
    browser = desk.house.browser(desk.pia)

    answers = [
        browser.post(f"/leads/{lead.id}/{form}", data={"rev": 1, **FORMS[form]}).status_code
        for lead in (unseen, seen)
    ]

    assert answers[0] in {403, 404}
    assert answers[1] in {403, 404, 409}
    for lead in (unseen, seen):
        row = desk.now_is(lead)
        assert (row.rev, row.status, row.owner_id) == (1, LeadStatus.WORKING, lead.owner_id)


def test_who_came_to_us_is_said_to_have_come_and_how(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.MQL)
    now = desk.house.clock.now()
    with writing(desk.house.engine) as db:
        person = Person(name="Ann", created_at=now)
        db.add(person)
        db.flush()
        linked = select(LeadSignal.signal_id).where(LeadSignal.lead_id == lead.id)
        signal = db.exec(select(Signal).where(Signal.id.in_(linked))).one()  # type: ignore[attr-defined]  # a column
        db.add(
            Inquiry(
                person_id=person.id,
                topic_id="crm",
                signal_id=signal.id,
                channel=InquiryChannel.PHONE,
                reference="one",
                at=now,
                received_at=now,
                by="harken",
            )
        )

    assert "came to us by phone" in desk.page(desk.ida, f"/leads/{lead.id}")
    assert "came to us by phone" in desk.page(desk.ida, f"/inbox?view=queue&lead={lead.id}")
