"""What comes of a lead: given back, won, lost, opened again, each with its code."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from models.lead import Lead, Offer
from models.merge import Result
from models.sla import Task
from models.words import (
    DeclineReason,
    DisqualifyReason,
    HandBackReason,
    Kind,
    LeadStatus,
    LostReason,
    SuppressionReason,
    TaskKind,
    TouchpointKind,
)
from service.errors import ConflictError, ForbiddenError, RefusedError
from service.leads.by_hand import dismiss, log_touch, promote
from service.leads.closing import Sale, disqualify, hand_back, lose, qualify, reopen, win
from service.leads.objecting import leave_alone
from service.leads.tasks import complete_task, delete_task
from service.routing import offers
from service.store.engine import writing
from tests.builders import ASK, SECRET, Place, a_config, a_place, a_post
from tests.fakes import NOON, Said

S = LeadStatus
DAY = timedelta(days=1)


def a_worked_lead(engine: Engine) -> Place:
    """Return a place with a lead that a rep works on."""
    place = a_place(engine)
    place.hear(a_post())
    place.accept(place.open_offer())
    touch(place)
    return place


def touch(place: Place) -> None:
    lead = place.only(Lead)
    with writing(place.engine) as db:
        log_touch(
            db,
            lead_id=lead.id,
            user_id=lead.owner_id or "",
            rev=lead.rev,
            kind=TouchpointKind.CALL,
            note="",
            config=place.config,
            now=place.clock.now(),
        )


def give_back(
    place: Place,
    reason: HandBackReason = HandBackReason.NO_BUDGET,
    *,
    by: str | None = None,
    until: date | None = None,
) -> Lead:
    lead = place.only(Lead)
    with writing(place.engine) as db:
        return hand_back(
            db,
            lead_id=lead.id,
            user_id=place.user(by).id if by else lead.owner_id or "",
            rev=lead.rev,
            reason=reason,
            config=place.config,
            now=place.clock.now(),
            note="they said so",
            until=until,
        )


def opportunity(place: Place, bant: tuple[int, int, int, int] = (1, 1, 2, 1)) -> Lead:
    lead = place.only(Lead)
    with writing(place.engine) as db:
        return qualify(
            db,
            lead_id=lead.id,
            user_id=lead.owner_id or "",
            rev=lead.rev,
            bant=bant,
            config=place.config,
            now=place.clock.now(),
        )


def test_a_lead_is_handed_back_with_its_reason(engine: Engine) -> None:
    place = a_worked_lead(engine)
    owner = place.only(Lead).owner_id

    lead = give_back(place)

    assert (lead.status, lead.owner_id, lead.recycle_count) == (S.NURTURING, None, 1)
    assert lead.next_step_at == NOON + 30 * DAY
    result = place.only(Result)
    assert (result.event, result.code, result.note) == (
        "handed_back",
        "no_budget",
        "they said so",
    )
    assert (result.by, result.offer_id) == (owner, place.only(Offer).id)


def test_the_wrong_timing_is_looked_at_again_on_the_right_day(sqlite_engine: Engine) -> None:
    place = a_worked_lead(sqlite_engine)

    with pytest.raises(RefusedError, match="needs the date"):
        give_back(place, HandBackReason.WRONG_TIMING)
    with pytest.raises(RefusedError, match="two years"):
        give_back(place, HandBackReason.WRONG_TIMING, until=date(2031, 1, 1))
    lead = give_back(place, HandBackReason.WRONG_TIMING, until=date(2026, 3, 2))

    assert lead.next_step_at == datetime(2026, 3, 2, 9, tzinfo=NOON.tzinfo)
    assert place.only(Result).until == date(2026, 3, 2)


def test_the_third_hand_back_takes_a_marketer(sqlite_engine: Engine) -> None:
    place = a_worked_lead(sqlite_engine)
    with writing(sqlite_engine) as db:
        db.merge(place.only(Lead)).recycle_count = 2

    with pytest.raises(RefusedError, match="a marketer decides"):
        give_back(place)
    with pytest.raises(RefusedError, match="a marketer decides"):
        give_back(place, by="max")  # a manager is none
    assert give_back(place, by="mia").recycle_count == 3


def test_a_lead_is_qualified_and_won(engine: Engine) -> None:
    place = a_worked_lead(engine)
    with pytest.raises(RefusedError, match="BANT is 4 of 8"):
        opportunity(place, (2, 2, 0, 0))
    lead = opportunity(place)
    sale = Sale(product="Ten seats", amount_minor=120_000, currency="EUR")

    with writing(engine) as db:
        won = win(
            db,
            lead_id=lead.id,
            user_id=lead.owner_id or "",
            rev=lead.rev,
            sale=sale,
            now=place.clock.now(),
        )

    assert (won.status, won.amount_minor, won.currency) == (S.WON, 120_000, "EUR")
    assert place.only(Result).product == "Ten seats"


@pytest.mark.parametrize(
    "sale",
    [Sale(product=" "), Sale(product="x", amount_minor=1), Sale(product="x", currency="EUR")],
)
def test_a_win_names_what_was_bought_and_money_its_currency(
    sqlite_engine: Engine, sale: Sale
) -> None:
    place = a_worked_lead(sqlite_engine)
    lead = opportunity(place)

    with writing(sqlite_engine) as db, pytest.raises(RefusedError):
        win(db, lead_id=lead.id, user_id=lead.owner_id or "", rev=lead.rev, sale=sale, now=NOON)


def test_nothing_is_won_that_is_no_opportunity(sqlite_engine: Engine) -> None:
    place = a_worked_lead(sqlite_engine)
    lead = place.only(Lead)

    with writing(sqlite_engine) as db, pytest.raises(RefusedError, match="no such move"):
        win(
            db,
            lead_id=lead.id,
            user_id=lead.owner_id or "",
            rev=lead.rev,
            sale=Sale(product="x"),
            now=NOON,
        )


def lost(place: Place, reason: LostReason, competitor: str | None = None) -> Lead:
    lead = place.only(Lead)
    with writing(place.engine) as db:
        return lose(
            db,
            lead_id=lead.id,
            user_id=lead.owner_id or "",
            rev=lead.rev,
            reason=reason,
            competitor=competitor,
            now=place.clock.now(),
        )


def test_a_lead_is_lost_to_somebody_by_name(sqlite_engine: Engine) -> None:
    place = a_worked_lead(sqlite_engine)

    with pytest.raises(RefusedError, match="which competitor"):
        lost(place, LostReason.COMPETITOR, " ")
    lead = lost(place, LostReason.COMPETITOR, "Acme")

    assert (lead.status, lead.lost_to, lead.close_reason) == (S.LOST, "Acme", "competitor")


def opened_again(place: Place, by: str = "mia") -> Lead:
    lead = place.only(Lead)
    with writing(place.engine) as db:
        return reopen(
            db,
            lead_id=lead.id,
            user_id=place.user(by).id,
            rev=lead.rev,
            reason="they wrote again",
            config=place.config,
            secret=SECRET,
            now=place.clock.now(),
        )


def test_a_lost_lead_that_is_opened_again_is_nobody_s_and_not_at_100(
    sqlite_engine: Engine,
) -> None:
    # Regression list R6, and a score that stayed at its end in another system.
    place = a_worked_lead(sqlite_engine)
    lost(place, LostReason.PRICE)
    place.clock.pass_by(10 * DAY)

    lead = opened_again(place)

    assert (lead.status, lead.owner_id) == (S.NURTURING, None)
    assert lead.score < 30
    assert (lead.closed_at, lead.close_reason, lead.lost_to) == (None, None, None)
    place.tick(after=DAY)
    assert place.only(Lead).status is S.NURTURING


def test_a_lost_lead_goes_on_to_sales_only_with_news(sqlite_engine: Engine) -> None:
    place = a_worked_lead(sqlite_engine)
    lost(place, LostReason.PRICE)

    assert opened_again(place).status is S.NURTURING  # though its score is still above 80
    place.clock.pass_by(DAY)
    place.take_in(a_post("2", f"{ASK} one that prints?", at=place.clock.now()))
    assert place.only(Lead).status is S.OFFERED


def test_a_lead_that_was_none_is_detected_again(sqlite_engine: Engine) -> None:
    place = a_place(sqlite_engine, knows={"compare": Said(kind=Kind.COMPARISON, p=0.6)})
    lead = place.hear(a_post(text="compare"))
    with writing(sqlite_engine) as db:
        disqualify(
            db,
            lead_id=lead.id,
            user_id=place.user("mia").id,
            rev=lead.rev,
            reason=DisqualifyReason.OUT_OF_MARKET,
            now=NOON,
        )
    place.clock.pass_by(20 * DAY)

    again = opened_again(place)

    assert (again.status, again.owner_id) == (S.DETECTED, None)
    with pytest.raises(ForbiddenError):
        opened_again(place, by="ada")


def test_whoever_objected_is_not_opened_again(sqlite_engine: Engine) -> None:
    place = a_worked_lead(sqlite_engine)
    lost(place, LostReason.PRICE)
    with writing(sqlite_engine) as db:
        leave_alone(
            db,
            secret=SECRET,
            host="talk.example",
            handle="anna",
            reason=SuppressionReason.OBJECTION,
            by="mia",
            now=NOON,
        )

    with pytest.raises(RefusedError, match="left alone"):
        opened_again(place)


def test_every_lead_that_is_declined_or_dismissed_has_its_result(sqlite_engine: Engine) -> None:
    place = a_place(sqlite_engine)
    place.hear(a_post())
    offer = place.open_offer()
    with writing(sqlite_engine) as db:
        offers.decline(
            db,
            lead_id=offer.lead_id,
            user_id=offer.to_user_id,
            fencing=offer.fencing,
            reason=DeclineReason.NOT_A_LEAD,
            config=place.config,
            now=NOON,
        )
    lead = place.only(Lead)
    with writing(sqlite_engine) as db:
        dismiss(
            db,
            lead_id=lead.id,
            user_id=place.user("mia").id,
            rev=lead.rev,
            reason=DisqualifyReason.STUDENT,
            now=NOON,
        )

    assert [(r.event, r.code) for r in place.all(Result)] == [
        ("declined_not_a_lead", "not_a_lead"),
        ("disqualified", "student"),
    ]


def test_the_follow_up_of_a_prospect_is_done_or_handed_back_and_never_deleted(
    sqlite_engine: Engine,
) -> None:
    place = a_place(sqlite_engine)
    place.hear(a_post())
    (task,) = [t for t in place.all(Task) if t.kind is TaskKind.FOLLOW_UP]

    assert task.mandatory
    with writing(sqlite_engine) as db, pytest.raises(ConflictError, match="mandatory"):
        delete_task(db, task.id, by="mia", now=NOON)
    with writing(sqlite_engine) as db:
        assert complete_task(db, task.id, by="mia", now=NOON).done_at == NOON


def test_promotion_raises_a_suspect_with_a_reason_and_a_follow_up(sqlite_engine: Engine) -> None:
    place = a_place(sqlite_engine, knows={"wonder": Said(kind=Kind.NEED, p=0.7)})
    lead = place.hear(a_post(text="wonder"))
    with writing(sqlite_engine) as db:
        promote(
            db,
            lead_id=lead.id,
            user_id=place.user("mia").id,
            rev=lead.rev,
            reason="met them",
            config=place.config,
            now=NOON,
        )

    assert place.only(Lead).status is S.OFFERED
    assert any(task.mandatory for task in place.all(Task))


def as_handed_back(db: Session, lead: Lead, who: str) -> Lead:
    return hand_back(
        db,
        lead_id=lead.id,
        user_id=who,
        rev=lead.rev,
        reason=HandBackReason.NOT_READY,
        config=a_config(),
        now=NOON,
    )


def as_lost(db: Session, lead: Lead, who: str) -> Lead:
    return lose(db, lead_id=lead.id, user_id=who, rev=lead.rev, reason=LostReason.PRICE, now=NOON)


@pytest.mark.parametrize("act", [as_handed_back, as_lost])
def test_a_lead_is_closed_by_its_owner_and_from_a_page_that_is_not_old(
    sqlite_engine: Engine, act: Callable[[Session, Lead, str], Lead]
) -> None:
    place = a_worked_lead(sqlite_engine)
    lead = place.only(Lead)
    other = next(h for h in ("ada", "ben") if place.user(h).id != lead.owner_id)

    with writing(sqlite_engine) as db, pytest.raises(ForbiddenError):
        act(db, lead, place.user(other).id)
    stale = lead.model_copy(update={"rev": lead.rev - 1})
    with writing(sqlite_engine) as db, pytest.raises(ConflictError):
        act(db, stale, lead.owner_id or "")
