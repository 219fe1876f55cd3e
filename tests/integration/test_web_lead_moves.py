"""What is done from a lead's own page: each form works, says what it did, and is held by rules."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import col, select
from starlette.testclient import TestClient

from models.lead import Lead, LeadSignal, Touchpoint
from models.merge import Bant, MergeRecord, Result
from models.moves import LeadEvent, Request
from models.mute import Mute
from models.nurture import Draft, Enrolment
from models.people import User
from models.post import Author, Post, Thread
from models.reply import ReplyDraft
from models.signal import Signal
from models.sla import Task
from models.source import Source
from models.topic import Topic
from models.words import (
    EnrolmentState,
    LeadStatus,
    SignalStatus,
    TouchOutcome,
    TouchpointKind,
    UserRole,
)
from service.leads.hearing import hear
from service.leads.transitions import transition
from service.store.engine import reading, writing
from tests.web_house import House, a_house

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Desk:
    """A house with people, a source and a topic."""

    house: House
    mia: User  # a rep
    ben: User  # another
    ida: User  # a marketer
    forum: Source
    topic: Topic

    def lead(self, *, author: str = "quiet_otter", **how: object) -> Lead:
        return self.house.lead(source=self.forum, topic=self.topic, author=author, **how)  # type: ignore[arg-type]  # whatever the house takes

    def owned(self, status: LeadStatus = LeadStatus.WORKING) -> Lead:
        return self.lead(status=status, owner=self.mia)

    def now_is(self, lead: Lead) -> Lead:
        with reading(self.house.engine) as db:
            return db.get_one(Lead, lead.id)

    def post(self, who: User, lead: Lead, path: str, **form: object) -> tuple[int, str]:
        answer = self.browser(who).post(
            f"/leads/{lead.id}/{path}", data={"rev": self.now_is(lead).rev} | form
        )
        return answer.status_code, answer.text

    def browser(self, who: User) -> TestClient:
        return self.house.browser(who)

    def page(self, who: User, lead: Lead) -> str:
        answer = self.browser(who).get(f"/leads/{lead.id}")
        assert answer.status_code == 200
        return answer.text


@pytest.fixture
def desk() -> Desk:
    house = a_house()
    return Desk(
        house=house,
        mia=house.user("mia", name="Mia Holt"),
        ben=house.user("ben", name="Ben Okoye"),
        ida=house.user("ida", name="Ida Lund", role=UserRole.MARKETER, team=None),
        forum=house.source(
            "Talk", community_rules="Say who you work for. One link at most. No promotion."
        ),
        topic=house.topic("crm", "CRM"),
    )


def test_a_lead_goes_all_the_way_and_the_page_tells_it(desk: Desk) -> None:
    lead = desk.owned()

    points = {"budget": 2, "authority": 1, "need": 2, "timeline": 1}
    assert desk.post(desk.mia, lead, "qualify", **points)[0] == 303
    assert desk.now_is(lead).status is LeadStatus.OPPORTUNITY
    sold = {"product": "Team plan", "amount": "1250.50", "currency": "eur", "note": "By call."}
    assert desk.post(desk.mia, lead, "won", **sold)[0] == 303

    now = desk.now_is(lead)
    assert (now.status, now.amount_minor, now.currency) == (LeadStatus.WON, 125_050, "EUR")
    page = desk.page(desk.mia, lead)
    assert "Team plan · By call." in page
    assert ">6<span" in page, "the points that were noted"
    with reading(desk.house.engine) as db:
        assert db.exec(select(Bant)).one().total == 6


def test_a_lead_is_handed_back_with_a_reason_and_leaves_the_rep(desk: Desk) -> None:
    lead = desk.owned()

    status, _ = desk.post(
        desk.mia, lead, "hand-back", reason="wrong_timing", until="2026-01-15", note="New year."
    )

    assert status == 303
    assert desk.now_is(lead).status is LeadStatus.NURTURING
    page = desk.page(desk.ida, lead)
    assert "Wrong time; right on the day below · again on 15 Jan 2026 · New year." in page
    assert desk.browser(desk.mia).get(f"/leads/{lead.id}").status_code == 404


@pytest.mark.parametrize(
    ("path", "form", "told"),
    [
        ("lost", {"reason": "competitor"}, "to which competitor"),
        ("won", {"product": "Team plan"}, "can&#39;t be won now"),
        ("won", {"product": "x", "amount": "1,5", "currency": "EUR"}, "can&#39;t be read"),
        (
            "qualify",
            {"budget": 0, "authority": 1, "need": 0, "timeline": 0},
            "BANT is 1 of 8; it takes 5",
        ),
        ("nurture", {}, "Say on which track"),
        ("nurture/stop", {}, "It is on no track any more"),
        ("tasks", {"what": "Call", "at": "2020-01-01T09:00"}, "That moment is past"),
        ("reply/posted", {"text": "  "}, "Keep here what you posted"),
    ],
)
def test_what_can_not_be_done_is_told_on_the_lead_as_it_is(
    desk: Desk, path: str, form: dict[str, object], told: str
) -> None:
    lead = desk.owned()

    status, page = desk.post(desk.mia, lead, path, **form)

    assert status == 409
    assert told in page
    assert 'role="alert"' in page
    assert f'action="/leads/{lead.id}/touch"' in page, "it is the lead's own page"
    assert desk.now_is(lead).status is LeadStatus.WORKING


@pytest.mark.parametrize(
    ("until", "told"),
    [
        ("", "needs the date of the right one"),
        ("2026-02-31", "There is no such day"),
        ("2020-01-15", "lies in the past"),
        ("2039-01-15", "more than two years away"),
    ],
)
def test_a_hand_back_with_a_wrong_day_is_asked_for_again_filled_in(
    desk: Desk, until: str, told: str
) -> None:
    lead = desk.owned()

    note, back = "They <b>wait</b>.", "/inbox?view=mine&page=2"
    form = {"reason": "wrong_timing", "until": until, "note": note, "back": back}
    status, page = desk.post(desk.mia, lead, "hand-back", **form)

    assert status == 409
    assert page.count(f'action="/leads/{lead.id}/hand-back"') == 1
    assert re.search(rf'id="until-problem" role="alert">[^<]*{told}', page)
    assert f'name="until" type="date" value="{until}" autofocus aria-invalid="true"' in page
    assert 'value="wrong_timing" required checked' in page
    assert "They &lt;b&gt;wait&lt;/b&gt;.</textarea>" in page
    assert 'name="back" value="/inbox?view=mine&amp;page=2"' in page
    assert "to copy" not in page.split("header")[1]
    assert desk.now_is(lead).status is LeadStatus.WORKING


def test_a_touch_has_to_be_chosen_and_says_what_it_did(desk: Desk) -> None:
    lead = desk.owned(status=LeadStatus.ACCEPTED)
    browser = desk.browser(desk.mia)
    shown = desk.page(desk.mia, lead)
    form = shown[shown.index(f'action="/leads/{lead.id}/touch"') :].split("</form>")[0]
    assert " checked" not in form
    assert form.count(" required") >= 2

    said = []
    for kind in ("note", "engage_reply", "call"):
        data = {"rev": desk.now_is(lead).rev, "kind": kind}
        browser.post(f"/leads/{lead.id}/touch", data=data)
        flash = re.search(r'class="flash" role="status">([^<]*)', browser.get("/inbox").text)
        said.append(flash[1] if flash else "")

    assert "first contact is still to be made" in said[0]
    assert "the first contact is made" in said[1]
    assert "the next update is due" in said[1]
    assert "clock for the next update begins anew" in said[2]


def test_who_was_slower_sees_what_happened_and_keeps_what_he_wrote(desk: Desk) -> None:
    lead = desk.owned()
    stale = desk.now_is(lead).rev
    assert desk.post(desk.ida, lead, "lost", reason="price")[0] == 303

    answer = desk.browser(desk.mia).post(
        f"/leads/{lead.id}/hand-back",
        data={"rev": stale, "reason": "not_ready", "note": "They <b>wait</b> for spring."},
    )

    page = " ".join(answer.text.split())
    assert answer.status_code == 409
    assert "This lead has moved on" in page
    assert "What happened last: <strong>lost</strong> by Ida Lund, <time" in page
    assert "They &lt;b&gt;wait&lt;/b&gt; for spring.</textarea>" in page
    assert desk.now_is(lead).status is LeadStatus.LOST


def test_a_lost_lead_is_opened_again_by_who_decides(desk: Desk) -> None:
    lead = desk.owned()
    desk.post(desk.mia, lead, "lost", reason="competitor", competitor="Ledgerly")

    assert "To a competitor, named below" in desk.page(desk.ida, lead)
    assert desk.post(desk.mia, lead, "reopen", reason="they are back")[0] == 403
    assert desk.post(desk.ida, lead, "reopen", reason="they are back")[0] == 303
    assert desk.now_is(lead).status is LeadStatus.NURTURING


def test_tasks_are_set_done_and_taken_back(desk: Desk) -> None:
    lead = desk.owned()
    for what in ("Call them", "Send the list"):
        form = {"what": what, "at": "2025-11-28T10:30", "kind": "appointment"}
        assert desk.post(desk.mia, lead, "tasks", **form)[0] == 303
    with reading(desk.house.engine) as db:
        call, send = db.exec(select(Task).order_by(Task.what)).all()
    assert call.due_at.isoformat() == "2025-11-28T09:30:00+00:00", "on Mia's clock, in Berlin"
    assert call.user_id == desk.mia.id

    assert desk.post(desk.mia, lead, f"tasks/{call.id}/done")[0] == 303
    assert desk.post(desk.mia, lead, f"tasks/{call.id}/done")[0] == 303, "twice does no harm"
    assert desk.post(desk.mia, lead, f"tasks/{send.id}/drop")[0] == 303
    assert desk.post(desk.mia, lead, f"tasks/{send.id}/drop")[0] == 404

    page = desk.page(desk.mia, lead)
    assert "task done: appointment" in page
    assert "Nothing is to be done for this lead right now." in page


def test_a_task_of_another_lead_is_not_there(desk: Desk) -> None:
    lead, other = desk.owned(), desk.owned()
    desk.post(desk.mia, other, "tasks", what="Call", at="2025-11-28T10:30")
    with reading(desk.house.engine) as db:
        task = db.exec(select(Task)).one()

    assert desk.post(desk.mia, lead, f"tasks/{task.id}/done")[0] == 404


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("tasks", {"what": "Call", "at": "2025-11-28"}),
        ("hand-back", {"reason": "not_ready"}),
        ("lost", {"reason": "price"}),
        ("reply", {"text": "Hello"}),
        ("nurture", {"track": "short"}),
        ("mute", {"what": "author"}),
        ("merge", {"other": "x", "other_rev": 1}),
    ],
)
def test_p03_nobody_works_on_what_is_somebody_elses(
    desk: Desk, path: str, form: dict[str, object]
) -> None:
    queued = desk.lead(status=LeadStatus.SALES_READY)  # every rep of the team sees it
    owned = desk.owned()

    assert desk.post(desk.ben, owned, path, **form)[0] == 404
    assert desk.post(desk.ben, queued, path, **form)[0] in {403, 404, 409}
    assert desk.now_is(queued).rev == queued.rev


def test_marketing_puts_a_lead_on_a_track_and_a_human_passes_its_steps_on(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.MQL)

    assert desk.post(desk.ida, lead, "nurture", track="none such")[0] == 404
    assert desk.post(desk.ida, lead, "nurture", track="short")[0] == 303
    assert desk.now_is(lead).status is LeadStatus.NURTURING
    assert "put on the nurture track “short”" in desk.page(desk.ida, lead)
    with reading(desk.house.engine) as db:
        step = db.exec(select(Draft).order_by(col(Draft.step))).first()
    assert step is not None
    assert desk.post(desk.ida, lead, f"steps/{step.id}", sent="true")[0] == 303
    assert "nurture step passed on by mail" in desk.page(desk.ida, lead)
    assert desk.post(desk.ida, lead, "nurture/stop")[0] == 303
    with reading(desk.house.engine) as db:
        assert db.exec(select(Enrolment)).one().state is EnrolmentState.STOPPED


def test_what_came_of_a_contact_is_noted_and_told(desk: Desk) -> None:
    lead = desk.owned()
    desk.post(desk.mia, lead, "touch", kind="engage_reply", note="Asked about basements.")
    with reading(desk.house.engine) as db:
        touch = db.exec(select(Touchpoint)).one()

    assert desk.post(desk.mia, lead, f"touches/{touch.id}/outcome", outcome="removed")[0] == 303
    assert desk.post(desk.mia, lead, f"touches/{touch.id}/outcome", outcome="answered")[0] == 303
    assert desk.post(desk.mia, lead, "touches/none/outcome", outcome="answered")[0] == 404

    with reading(desk.house.engine) as db:
        assert db.get_one(Touchpoint, touch.id).outcome is TouchOutcome.ANSWERED
    assert '<span class="chip">they answered</span>' in desk.page(desk.mia, lead)


def test_leads_that_belong_together_are_merged_and_taken_apart_again(desk: Desk) -> None:
    lead = desk.lead(status=LeadStatus.MQL)
    other = desk.lead(title="The same again", status=LeadStatus.MQL)
    elsewhere = desk.house.source("Elsewhere")
    with writing(desk.house.engine) as db:
        for one in (lead, other):
            author = db.get_one(Author, one.author_id)
            author.handle_norm = "quiet_otter"
            author.source_id = elsewhere.id if one is other else author.source_id
            db.add(author)
    page = desk.page(desk.ida, lead)
    assert "the same name at another place" in page

    form = {"other": other.id, "other_rev": other.rev}
    assert desk.post(desk.ida, lead, "merge", **form)[0] == 303
    with reading(desk.house.engine) as db:
        record = db.exec(select(MergeRecord)).one()
    stays = lead if record.survivor_id == lead.id else other
    gone = other if stays is lead else lead
    assert "can be undone until" in desk.page(desk.ida, stays)
    assert desk.browser(desk.ida).get(f"/leads/{gone.id}").status_code == 404

    assert desk.post(desk.ida, stays, "unmerge", other=gone.id)[0] == 303
    assert desk.now_is(gone).merged_into is None


def test_a_draft_is_kept_checked_and_logged_when_a_human_has_posted_it(desk: Desk) -> None:
    lead = desk.owned(LeadStatus.ACCEPTED)
    words = "Check out our tool at bit.ly/2x, it is just what a repair shop of ten people needs."

    assert desk.post(desk.mia, lead, "reply", text=words)[0] == 303
    page = desk.page(desk.mia, lead)
    assert words in page
    assert '<mark class="against" title="Reads like an advert' in page
    assert "The community&#39;s rule: “No promotion.”" in page
    assert "A shortened link hides where it leads" in page
    assert page.index("A shortened link") < page.index("and post it there yourself")

    posted = "I work for Acme. In a shop like yours I would begin with a list on the wall."
    assert desk.post(desk.mia, lead, "reply/posted", text=posted)[0] == 303
    assert desk.post(desk.mia, lead, "reply/posted", text=posted)[0] == 409, "pressed twice"
    now = desk.now_is(lead)
    assert now.status is LeadStatus.WORKING
    with reading(desk.house.engine) as db:
        touch = db.exec(select(Touchpoint)).one()
        draft = db.exec(select(ReplyDraft)).one()
    assert (touch.kind, touch.note) == (TouchpointKind.ENGAGE_REPLY, posted)
    assert draft.posted_at is not None


def test_the_same_text_to_two_people_is_seen(desk: Desk) -> None:
    first = desk.owned()
    second = desk.lead(status=LeadStatus.WORKING, owner=desk.ben, author="badger")
    words = "I work for Acme. {}, begin with a list on the wall of who promises what, then look."
    desk.post(desk.mia, first, "reply", text=words.format("Otter"))

    desk.post(desk.ben, second, "reply", text=words.format("Badger"))

    page = desk.page(desk.ben, second)
    assert "Nearly this text was drafted for 1 other person, last by Mia Holt." in page
    assert "Nearly this text" in desk.page(desk.mia, first), "and so it is for the first"


def test_an_erased_lead_takes_the_answers_to_it_along(desk: Desk) -> None:
    lead = desk.owned()
    desk.post(desk.mia, lead, "reply", text="Dear quiet_otter, begin with a list.")
    with writing(desk.house.engine) as db:
        now = desk.house.clock.now()
        asked = Request(to=LeadStatus.ERASED, event=LeadEvent.ERASED, at=now, actor="harken")
        transition(db, db.get_one(Lead, lead.id), asked, next_step="", next_step_at=None)
        assert db.exec(select(ReplyDraft)).all() == []


def test_a_colleague_in_the_thread_is_named_before_two_turn_up(desk: Desk) -> None:
    lead = desk.owned()
    other = desk.lead(status=LeadStatus.WORKING, owner=desk.ben, author="badger")
    with writing(desk.house.engine) as db:
        row = db.get_one(Lead, other.id)
        row.thread_id = lead.thread_id
        db.add(row)
    assert "Ben Okoye has another lead in it" in desk.page(desk.mia, lead)

    desk.post(desk.ben, other, "touch", kind="engage_reply", note="Answered.")

    page = " ".join(desk.page(desk.mia, lead).split())
    assert "a colleague is in this thread:</strong> Ben Okoye replied there" in page
    assert "Mia Holt" not in page[page.index('class="flags"') : page.index("</ul>")]


@pytest.mark.parametrize("what", ["author", "community"])
def test_a_mute_closes_what_nobody_works_on_and_keeps_the_rest_out(desk: Desk, what: str) -> None:
    lead = desk.lead(status=LeadStatus.MQL)
    in_hand = desk.owned()
    with writing(desk.house.engine) as db:
        row = db.get_one(Lead, in_hand.id)
        row.author_id = lead.author_id
        post = db.exec(
            select(Post)
            .join(Signal, Signal.post_id == Post.id)  # type: ignore[arg-type]  # columns
            .join(LeadSignal, LeadSignal.signal_id == Signal.id)  # type: ignore[arg-type]
            .where(LeadSignal.lead_id == in_hand.id)
        ).one()
        post.author_id = lead.author_id
        db.add_all((row, post))

    assert desk.post(desk.mia, in_hand, "mute", what=what)[0] == 403
    assert desk.post(desk.ida, lead, "mute", what=what)[0] == 303

    assert desk.now_is(lead).status is LeadStatus.DISQUALIFIED
    assert desk.now_is(in_hand).status is LeadStatus.WORKING
    assert desk.post(desk.ida, lead, "mute", what=what)[0] == 409, "it is muted already"
    assert f"this {what} is muted for the topic" in desk.page(desk.ida, lead)
    assert _heard_again(desk, lead) is None

    with reading(desk.house.engine) as db:
        mute = db.exec(select(Mute)).one()
    answer = desk.browser(desk.ida).post(f"/mutes/{mute.id}/lift", data={"back": "//evil"})
    assert answer.headers["location"] == "/digest/settings"
    assert desk.now_is(lead).status is not LeadStatus.DISQUALIFIED
    assert desk.browser(desk.ida).post(f"/mutes/{mute.id}/lift").status_code == 404
    with reading(desk.house.engine) as db:
        assert set(db.exec(select(Signal.status))) == {SignalStatus.NEW}


def _heard_again(desk: Desk, lead: Lead) -> Lead | None:
    """Let the author of ``lead`` ask anew; return the lead that comes of it."""
    house = desk.house
    with writing(house.engine) as db:
        thread = db.get_one(Thread, lead.thread_id)
        author = db.get_one(Author, lead.author_id)
        post = house.post("", "And now?", desk.forum, thread, author, house.clock.now())
        db.add(post)
        db.flush()
        old = db.exec(
            select(Signal)
            .join(LeadSignal, LeadSignal.signal_id == Signal.id)  # type: ignore[arg-type]
            .where(LeadSignal.lead_id == lead.id)
        ).one()
        fresh = Signal.model_validate(
            old.model_dump(exclude={"id"})
            | {"post_id": post.id, "status": SignalStatus.NEW, "happened_at": house.clock.now()}
        )
        db.add(fresh)
        db.flush()
        return hear(db, fresh, post, config=house.config, now=house.clock.now())


def test_a_thread_of_two_thousand_posts_is_cut_in_the_middle(desk: Desk) -> None:
    lead = desk.owned()
    _fill(desk, lead, 2_000)
    asked: list[str] = []

    @event.listens_for(desk.house.engine, "before_cursor_execute")
    def note(_c: object, _u: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    page = desk.page(desk.mia, lead)
    event.remove(desk.house.engine, "before_cursor_execute", note)

    posts = re.findall(r'<li class="said-by', page)
    assert len(posts) <= 200
    assert "answer number 0." in page
    assert "answer number 1999." in page
    assert "And what about basements?" in page, "the asker's, from the middle"
    left_out = [int(n) for n in re.findall(r"(\d+) posts are not shown here", page)]
    assert sum(left_out) + len(posts) == 2_002
    assert len(asked) <= 60


def _fill(desk: Desk, lead: Lead, count: int) -> None:
    with writing(desk.house.engine) as db:
        thread = db.get_one(Thread, lead.thread_id)
        asker = db.get_one(Author, lead.author_id)
        other = Author(
            source_id=desk.forum.id, handle="z", handle_norm="z", first_seen_at=lead.created_at
        )
        db.add(other)
        db.flush()
        for number in range(count):
            at = thread.first_seen_at + timedelta(seconds=number + 1)
            words = f"This is answer number {number}."
            db.add(desk.house.post("", words, desk.forum, thread, other, at, is_opening=False))
        at = thread.first_seen_at + timedelta(seconds=1_000.5)
        words = "And what about basements?"
        db.add(desk.house.post("", words, desk.forum, thread, asker, at, is_opening=False))


def test_a_viewer_reads_the_sheet_and_finds_nothing_to_press(desk: Desk) -> None:
    lead = desk.owned()
    eve = desk.house.user("eve", role=UserRole.VIEWER, team=None)

    page = desk.page(eve, lead)

    assert re.findall(r'action="(/leads/[^"]+)"', page) == []
    with reading(desk.house.engine) as db:
        assert db.exec(select(Result)).all() == []
