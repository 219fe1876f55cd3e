"""From signals to leads, and what people do with a lead by hand."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from crawlers.found import FoundPost
from models.lead import Lead, LeadSignal, StatusChange, Touchpoint
from models.ledger import AuditEvent, Outbox
from models.moves import LeadEvent, MoveRefusedError, Request
from models.signal import Signal
from models.words import (
    DisqualifyReason,
    Kind,
    LeadStatus,
    Negative,
    SignalStatus,
    TouchpointKind,
)
from service.errors import ConflictError, ForbiddenError, NotFoundError, RefusedError
from service.leads.by_hand import dismiss, log_touch, promote
from service.leads.hearing import reconsider
from service.leads.ledger import broken_link
from service.leads.transitions import lead_of, refused, transition
from service.store.engine import reading, writing
from tests.builders import ASK, NO_TAKERS, Place, a_config, a_place, a_post, a_source, a_topic
from tests.fakes import NOON, Said

S = LeadStatus
DAY = timedelta(days=1)

QUIET = a_config(users=NO_TAKERS)
WORDS = {
    "thinking": Said(kind=Kind.NEED, p=0.5),  # 25: too little for a lead
    "wonder": Said(kind=Kind.NEED, p=0.7),  # 35: detected
    "compare": Said(kind=Kind.COMPARISON, p=0.6),  # 60: mql
    ASK: Said(),  # 85: sales-ready
}


def a_quiet_place(engine: Engine) -> Place:
    """Return a place in which no lead is offered to anybody."""
    return a_place(engine, QUIET, knows=WORDS)


def history(place: Place) -> list[tuple[LeadStatus | None, LeadStatus, str]]:
    return [(c.from_status, c.to_status, c.event) for c in place.all(StatusChange)]


def told(place: Place) -> list[str]:
    return [event.kind for event in place.all(Outbox)]


# Opening.


@pytest.mark.parametrize(
    ("words", "score", "status"),
    [("wonder", 35, S.DETECTED), ("compare", 60, S.MQL), (ASK, 85.5, S.SALES_READY)],
)
def test_a_signal_opens_a_lead_where_its_score_says(
    sqlite_engine: Engine, words: str, score: float, status: LeadStatus
) -> None:
    lead = a_quiet_place(sqlite_engine).hear(a_post(text=words))

    assert lead.score == pytest.approx(score)
    assert lead.status is status
    assert lead.next_step_at is not None
    assert lead.owner_id is None


def test_weak_signals_of_one_author_add_up_to_a_lead(engine: Engine) -> None:
    place = a_quiet_place(engine)
    place.take_in(a_post("1", "thinking", at=NOON - 2 * DAY))
    assert place.all(Lead) == []

    lead = place.hear(a_post("2", "thinking again"))

    assert len(place.all(LeadSignal)) == 2
    assert lead.score > 40
    assert (lead.first_signal_at, lead.last_signal_at) == (NOON - 2 * DAY, NOON)


@pytest.mark.parametrize(
    "other",
    [
        a_post("1", "thinking", author="ben"),
        a_post("1", "thinking", author=None),
        a_post("1", "thinking", at=NOON - 31 * DAY),
    ],
)
def test_weak_signals_of_others_or_of_long_ago_do_not(
    sqlite_engine: Engine, other: FoundPost
) -> None:
    place = a_quiet_place(sqlite_engine)
    place.take_in(other)
    place.take_in(a_post("2", "thinking again"))

    assert place.all(Lead) == []


def test_a_lead_that_opens_writes_its_history(engine: Engine) -> None:
    place = a_quiet_place(engine)
    lead = place.hear(a_post())

    assert history(place) == [
        (None, S.DETECTED, "opened"),
        (S.DETECTED, S.SALES_READY, "scored"),
    ]
    assert set(told(place)) == {
        "lead.created",
        "lead.status_changed",
        "lead.sales_ready",
        "lead.score_changed",
    }
    assert [event.action for event in place.all(AuditEvent)] == [
        "lead.created",
        "lead.status_changed",
    ]
    assert lead.mandatory_follow_up  # a suspect became a prospect (G7)
    assert lead.sales_ready_at == NOON


def test_the_explanation_names_each_signal_and_what_it_brings(engine: Engine) -> None:
    place = a_quiet_place(engine)
    lead = place.hear(a_post())

    assert lead.score_explain == {
        "version": lead.profile_version,
        "base": pytest.approx(0.855),
        "fit": 0.5,
        "negatives": [],
        "parts": [
            {
                "signal_id": place.only(Signal).id,
                "kind": "experience",
                "probability": 0.9,
                "age_hours": 0.0,
                "strength": pytest.approx(0.855),
                "contribution": pytest.approx(1.931, abs=0.001),
                "share": 1.0,
            }
        ],
    }


def test_a_source_that_is_worth_half_makes_half_a_lead(engine: Engine) -> None:
    config = a_config(users=NO_TAKERS, sources=[a_source(quality=0.5)])

    assert a_place(engine, config).hear(a_post()).score == pytest.approx(42.75)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"{ASK} it?", f"{ASK} it?"),
        (f"{ASK}\nit?" + " gold" * 40, f"{ASK} it?" + " gold" * 12 + " …"),
        ("x" * 200 + ASK, "x" * 98 + " …"),
    ],
)
def test_a_lead_without_a_title_is_called_by_its_first_words(
    sqlite_engine: Engine, text: str, title: str
) -> None:
    assert a_quiet_place(sqlite_engine).hear(a_post(text=text)).title == title


# Attaching.


@pytest.mark.parametrize(
    "further",
    [
        a_post("2", "wonder too", thread="other", at=NOON + 29 * DAY),
        a_post("2", "wonder too", thread="other", at=NOON - 29 * DAY),
        a_post("2", "wonder too", thread="t", at=NOON + 31 * DAY),
    ],
)
def test_the_same_author_within_30_days_or_in_the_thread_is_the_same_lead(
    engine: Engine, further: FoundPost
) -> None:
    place = a_quiet_place(engine)
    place.hear(a_post("1", thread="t"))

    place.clock.pass_by(40 * DAY)
    lead = place.hear(further)

    assert len(place.all(LeadSignal)) == 2
    assert lead.last_signal_at == max(NOON, further.published or NOON)
    assert lead.first_signal_at == min(NOON, further.published or NOON)


@pytest.mark.parametrize(
    "further",
    [
        a_post("2", thread="other", at=NOON + 31 * DAY),
        a_post("2", thread="other", at=NOON - 31 * DAY),
        a_post("2", thread="t", author="ben"),
        a_post("2", thread="t", author=None),
        a_post("2", "desk", thread="t"),
    ],
)
def test_long_after_or_before_another_author_or_topic_is_another_lead(
    sqlite_engine: Engine, further: FoundPost
) -> None:
    config = a_config(users=NO_TAKERS, topics=[a_topic("crm"), a_topic("help-desk")])
    place = a_place(sqlite_engine, config, knows={ASK: Said(), "desk": Said(topic="help-desk")})
    first = place.hear(a_post("1", thread="t"))

    place.clock.pass_by(40 * DAY)
    place.ears.known[ASK] = Said(p=1.0)  # old news must weigh enough to open a lead
    place.take_in(further)

    attached = [row for row in place.all(LeadSignal) if row.lead_id == first.id]
    assert len(attached) == 1


def test_a_signal_never_goes_to_a_closed_lead(engine: Engine) -> None:
    place = a_quiet_place(engine)
    first = place.hear(a_post("1"))
    by_hand(place, dismissing(place, first))

    place.take_in(a_post("2", f"{ASK} it, again?"))

    assert sorted(lead.status for lead in place.all(Lead)) == [S.DISQUALIFIED, S.SALES_READY]


def test_the_score_takes_a_lead_from_detected_to_a_rep(engine: Engine) -> None:
    place = a_place(engine, knows=WORDS)

    assert place.hear(a_post("1", "wonder", thread="a")).status is S.DETECTED
    assert place.hear(a_post("2", "compare", thread="b")).status is S.MQL
    lead = place.hear(a_post("3", thread="c"))

    assert lead.status is S.OFFERED
    assert history(place) == [
        (None, S.DETECTED, "opened"),
        (S.DETECTED, S.MQL, "scored"),
        (S.MQL, S.SALES_READY, "scored"),
        (S.SALES_READY, S.OFFERED, "offered"),
    ]
    assert (lead.kind, lead.journey_step) == (Kind.EXPERIENCE, 4)  # strongest, and furthest
    assert lead.first_offer_at == lead.sales_ready_at == NOON
    with reading(engine) as db:
        assert broken_link(db) is None


def test_the_owner_of_the_topic_reviews_an_mql(engine: Engine) -> None:
    config = a_config(users=NO_TAKERS, topics=[a_topic("crm", owner="mia")])
    place = a_place(engine, config, knows=WORDS)

    lead = place.hear(a_post(text="compare"))

    assert lead.owner_id == place.user("mia").id
    assert lead.next_step == "Mia reviews it"
    assert lead.next_step_at == NOON + timedelta(hours=8)  # a working day of hers


def test_an_mql_that_cools_down_is_nobody_s_again(engine: Engine) -> None:
    config = a_config(users=NO_TAKERS, topics=[a_topic("crm", owner="mia")])
    place = a_place(engine, config, knows=WORDS)
    place.hear(a_post(text="compare"))

    place.tick(after=2 * DAY)
    assert place.only(Lead).status is S.MQL  # 45.5: not far enough below 50
    place.tick(after=DAY)

    lead = place.only(Lead)
    assert (lead.status, lead.owner_id) == (S.DETECTED, None)
    assert lead.next_step_at == NOON + 10 * DAY


def test_decay_never_takes_a_lead_back_from_sales(engine: Engine) -> None:
    place = a_quiet_place(engine)
    place.hear(a_post())

    place.tick(after=60 * DAY)

    assert place.only(Lead).score < 1
    assert place.only(Lead).status is S.SALES_READY


def test_a_rejected_signal_counts_no_more(engine: Engine) -> None:
    place = a_quiet_place(engine)
    place.hear(a_post("1", "wonder", thread="a"), a_post("2", "compare", thread="b"))

    def reject(db: Session) -> None:
        signal = db.exec(select(Signal).where(Signal.kind == Kind.COMPARISON)).one()
        signal.status = SignalStatus.REJECTED
        db.add(signal)
        reconsider(db, lead_of(db, place.only(Lead).id), config=QUIET, now=NOON)

    by_hand(place, reject)

    lead = place.only(Lead)
    assert lead.score == pytest.approx(35)
    assert (lead.status, lead.kind) == (S.DETECTED, Kind.NEED)


def test_a_lead_without_a_signal_that_counts_keeps_its_times(engine: Engine) -> None:
    place = a_quiet_place(engine)
    place.hear(a_post())

    def reject(db: Session) -> None:
        signal = db.exec(select(Signal)).one()
        signal.status = SignalStatus.REJECTED
        db.add(signal)
        reconsider(db, lead_of(db, place.only(Lead).id), config=QUIET, now=NOON)

    lead = by_hand(place, reject)

    assert lead.score == pytest.approx(0.1)
    assert (lead.first_signal_at, lead.kind) == (NOON, Kind.EXPERIENCE)


def test_a_negative_keeps_a_lead_from_opening(engine: Engine) -> None:
    place = a_place(engine, QUIET, knows={ASK: Said(negatives=(Negative.VENDOR_PROMO,))})
    place.take_in(a_post())

    assert place.all(Lead) == []


# By hand.


def by_hand(place: Place, act: Callable[[Session], object]) -> Lead:
    with writing(place.engine) as db:
        act(db)
    return place.all(Lead)[0]


def promoting(
    place: Place, lead: Lead, *, by: str = "mia", reason: str = "I know them", rev: int = 0
) -> Callable[[Session], object]:
    return lambda db: promote(
        db,
        lead_id=lead.id,
        user_id=place.user(by).id,
        rev=rev or lead.rev,
        reason=reason,
        config=place.config,
        now=place.clock.now(),
    )


def dismissing(
    place: Place, lead: Lead, *, by: str = "mia", rev: int = 0
) -> Callable[[Session], object]:
    return lambda db: dismiss(
        db,
        lead_id=lead.id,
        user_id=place.user(by).id,
        rev=rev or lead.rev,
        reason=DisqualifyReason.STUDENT,
        now=place.clock.now(),
    )


def touching(
    place: Place, lead: Lead, *, by: str, kind: TouchpointKind = TouchpointKind.CALL, rev: int = 0
) -> Callable[[Session], object]:
    return lambda db: log_touch(
        db,
        lead_id=lead.id,
        user_id=place.user(by).id,
        rev=rev or lead.rev,
        kind=kind,
        note="They have until March.",
        config=place.config,
        now=place.clock.now(),
    )


@pytest.mark.parametrize("by", ["mia", "max"])
def test_a_marketer_or_a_manager_promotes_a_lead_and_it_is_routed(
    sqlite_engine: Engine, by: str
) -> None:
    place = a_place(sqlite_engine, knows=WORDS)
    lead = place.hear(a_post(text="compare"))

    after = by_hand(place, promoting(place, lead, by=by))

    assert after.status is S.OFFERED
    change = place.all(StatusChange)[-2]
    assert (change.event, change.actor, change.reason) == (
        "promoted",
        place.user(by).id,
        "I know them",
    )


def test_a_rep_promotes_nothing(engine: Engine) -> None:
    place = a_place(engine, knows=WORDS)
    lead = place.hear(a_post(text="compare"))

    with pytest.raises(ForbiddenError, match="ask a manager"):
        by_hand(place, promoting(place, lead, by="ada"))


def test_promoting_needs_a_reason(engine: Engine) -> None:
    place = a_place(engine, knows=WORDS)
    lead = place.hear(a_post(text="compare"))

    with pytest.raises(RefusedError, match="can't be sales_ready now: it needs a reason"):
        by_hand(place, promoting(place, lead, reason="  "))
    assert place.only(Lead) == lead


def test_who_saw_an_older_page_is_told_to_look_again(engine: Engine) -> None:
    place = a_place(engine, knows=WORDS)
    lead = place.hear(a_post(text="compare"))

    for act in (promoting, dismissing):
        with pytest.raises(ConflictError, match="look at it again"):
            by_hand(place, act(place, lead, rev=lead.rev + 1))


def test_a_lead_that_is_not_there_is_not_found(engine: Engine) -> None:
    place = a_place(engine)

    with pytest.raises(NotFoundError), writing(engine) as db:
        lead_of(db, "0")
    assert place.all(Lead) == []


def test_a_dismissed_lead_is_closed_with_a_reason_and_without_a_timer(engine: Engine) -> None:
    place = a_quiet_place(engine)
    lead = place.hear(a_post())

    after = by_hand(place, dismissing(place, lead))

    assert (after.status, after.close_reason) == (S.DISQUALIFIED, "student")
    assert (after.closed_at, after.next_step_at) == (NOON, None)
    assert after.rev == lead.rev + 1


def test_a_rep_dismisses_his_own_leads_only(engine: Engine) -> None:
    place = a_place(engine)
    place.hear(a_post())
    lead = place.accept(place.open_offer())
    owner, other = ("ada", "ben") if lead.owner_id == place.user("ada").id else ("ben", "ada")

    with pytest.raises(ForbiddenError):
        by_hand(place, dismissing(place, lead, by=other))
    assert by_hand(place, dismissing(place, lead, by=owner)).status is S.DISQUALIFIED


def test_an_offered_lead_can_t_be_dismissed_under_the_rep_s_hands(engine: Engine) -> None:
    place = a_place(engine)
    lead = place.hear(a_post())

    with pytest.raises(RefusedError, match="no such move"):
        by_hand(place, dismissing(place, lead))


def an_accepted_lead(engine: Engine) -> tuple[Place, Lead, str]:
    place = a_place(engine)
    place.hear(a_post())
    lead = place.accept(place.open_offer())
    owner = "ada" if lead.owner_id == place.user("ada").id else "ben"
    return place, lead, owner


def test_the_first_contact_starts_the_work(engine: Engine) -> None:
    place, lead, owner = an_accepted_lead(engine)
    place.clock.pass_by(timedelta(hours=1))

    after = by_hand(place, touching(place, lead, by=owner))

    assert (after.status, after.first_touch_at) == (S.WORKING, NOON + timedelta(hours=1))
    assert after.next_step_at == NOON + timedelta(hours=17)  # two working days of his
    touch = place.only(Touchpoint)
    assert (touch.kind, touch.by_user_id, touch.note) == (
        TouchpointKind.CALL,
        place.user(owner).id,
        "They have until March.",
    )
    assert place.all(StatusChange)[-1].seconds_in_previous == 3600


def test_a_note_is_no_contact(engine: Engine) -> None:
    place, lead, owner = an_accepted_lead(engine)

    after = by_hand(place, touching(place, lead, by=owner, kind=TouchpointKind.NOTE))

    assert (after.status, after.first_touch_at) == (S.ACCEPTED, None)
    assert (after.next_step_at, after.rev) == (lead.next_step_at, lead.rev + 1)
    assert len(place.all(Touchpoint)) == 1


def test_each_further_sign_of_life_moves_the_next_one_on(engine: Engine) -> None:
    place, lead, owner = an_accepted_lead(engine)
    lead = by_hand(place, touching(place, lead, by=owner))
    place.clock.pass_by(DAY)

    after = by_hand(place, touching(place, lead, by=owner, kind=TouchpointKind.NOTE))

    assert after.next_step_at == NOON + DAY + timedelta(hours=16)
    assert after.first_touch_at == NOON
    assert [event.action for event in place.all(AuditEvent)].count("lead.touched") == 2


def test_only_the_owner_logs_what_was_done(engine: Engine) -> None:
    place, lead, owner = an_accepted_lead(engine)
    other = "ben" if owner == "ada" else "ada"

    for by in (other, "max"):
        with pytest.raises(ForbiddenError, match="somebody else's"):
            by_hand(place, touching(place, lead, by=by))
    assert place.all(Touchpoint) == []


def test_a_reviewer_accepts_nothing_by_logging_a_call(engine: Engine) -> None:
    config = a_config(users=NO_TAKERS, topics=[a_topic("crm", owner="mia")])
    place = a_place(engine, config, knows=WORDS)
    lead = place.hear(a_post(text="compare"))

    with pytest.raises(RefusedError, match="Accept the lead"):
        by_hand(place, touching(place, lead, by="mia"))


# What a move writes into the lead.


def moved(
    place: Place, to: LeadStatus, event: LeadEvent, *, reason: str | None = "no_budget"
) -> Lead:
    asked = Request(to=to, event=event, at=place.clock.now(), actor="harken", reason=reason)
    return by_hand(
        place,
        lambda db: transition(
            db,
            lead_of(db, place.all(Lead)[0].id),
            asked,
            next_step="somebody looks",
            next_step_at=place.clock.now() + DAY,
        ),
    )


def test_a_lead_that_was_handed_back_waits_in_marketing_for_something_new(engine: Engine) -> None:
    place, _, _ = an_accepted_lead(engine)
    place.clock.pass_by(timedelta(hours=2))

    lead = moved(place, S.NURTURING, LeadEvent.HANDED_BACK)
    assert (lead.owner_id, lead.recycle_count) == (None, 1)
    assert lead.handed_back_at == place.clock.now()

    place.tick(after=timedelta(hours=2))
    assert place.only(Lead).status is S.NURTURING
    assert place.only(Lead).score > 80

    place.take_in(a_post("2", f"{ASK} it after all?", at=place.clock.now()))
    assert place.only(Lead).status is S.OFFERED


def test_a_lead_that_is_opened_again_is_no_longer_closed(engine: Engine) -> None:
    place = a_quiet_place(engine)
    by_hand(place, dismissing(place, place.hear(a_post())))

    lead = moved(place, S.DETECTED, LeadEvent.REOPENED)

    assert (lead.status, lead.closed_at, lead.close_reason) == (S.DETECTED, None, None)


def test_an_erased_lead_is_closed_by_the_event_itself(engine: Engine) -> None:
    place = a_quiet_place(engine)
    place.hear(a_post())

    lead = moved(place, S.ERASED, LeadEvent.ERASED, reason=None)

    assert (lead.close_reason, lead.next_step_at) == ("erased", None)


def test_a_move_that_does_not_exist_writes_nothing(engine: Engine) -> None:
    place = a_quiet_place(engine)
    place.hear(a_post())
    before = (place.all(StatusChange), place.all(AuditEvent), place.all(Outbox))

    with pytest.raises(MoveRefusedError) as error:
        moved(place, S.WON, LeadEvent.WON)

    assert (place.all(StatusChange), place.all(AuditEvent), place.all(Outbox)) == before
    assert str(refused(error.value)) == "there is no such move on <LeadEvent.WON: 'won'>"
