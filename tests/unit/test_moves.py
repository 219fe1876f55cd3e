"""The life of a lead, as lead-management's table has it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.moves import (
    CLOSED,
    CODES,
    FUNNELS,
    LIVE,
    MOVES,
    OWNED,
    LeadEvent,
    LeadFacts,
    Moved,
    MoveRefusedError,
    Request,
    allowed,
    move,
)
from models.words import Funnel, HandBackReason, LeadStatus

S, E = LeadStatus, LeadEvent
NOON = datetime(2025, 11, 19, 12, tzinfo=UTC)
#: Stands for a reason that the event takes.
GIVEN = "for a reason"

#: Where each status may lead to, from the document and not from the code.
TRANSITIONS = {
    S.DETECTED: {S.MQL, S.SALES_READY, S.NURTURING, S.DISQUALIFIED},
    # G4: between detected and mql a lead may fall back, by five points.
    S.MQL: {S.SALES_READY, S.NURTURING, S.DISQUALIFIED, S.DETECTED},
    S.SALES_READY: {S.OFFERED, S.NURTURING, S.DISQUALIFIED},
    S.OFFERED: {S.ACCEPTED, S.SALES_READY, S.MQL, S.OFFERED},
    S.ACCEPTED: {S.WORKING, S.SALES_READY, S.OFFERED, S.NURTURING, S.DISQUALIFIED},
    S.WORKING: {S.OPPORTUNITY, S.NURTURING, S.LOST, S.OFFERED, S.SALES_READY, S.DISQUALIFIED},
    S.OPPORTUNITY: {S.WON, S.LOST, S.NURTURING, S.OFFERED},
    S.NURTURING: {S.MQL, S.SALES_READY, S.DISQUALIFIED},
    S.LOST: {S.NURTURING},
    S.DISQUALIFIED: {S.DETECTED},
    S.WON: set(),
    S.MERGED: {  # undone; an offer that was open then has been taken back
        S.DETECTED,
        S.MQL,
        S.NURTURING,
        S.SALES_READY,
        S.ACCEPTED,
        S.WORKING,
        S.OPPORTUNITY,
    },
    S.ERASED: set(),
}


def the_facts(
    *,
    status: LeadStatus = S.DETECTED,
    score: float = 90.0,
    suppressed: bool = False,
    recycle_count: int = 0,
    handed_back_at: datetime | None = None,
    last_signal_at: datetime | None = None,
    bant: int = 8,
    need: int = 2,
) -> LeadFacts:
    return LeadFacts(
        lead_id="1",
        status=status,
        score=score,
        suppressed=suppressed,
        recycle_count=recycle_count,
        handed_back_at=handed_back_at,
        last_signal_at=last_signal_at,
        bant=bant,
        need=need,
    )


def asking(
    to: LeadStatus,
    event: LeadEvent,
    *,
    reason: str | None = GIVEN,
    by_marketer: bool = False,
    by_manager: bool = False,
) -> Request:
    return Request(
        to=to,
        event=event,
        at=NOON,
        actor="harken",
        reason=min(CODES.get(event, {GIVEN})) if reason == GIVEN else reason,
        by_marketer=by_marketer,
        by_manager=by_manager,
    )


def refusal(facts: LeadFacts, asked: Request) -> str:
    with pytest.raises(MoveRefusedError) as refused:
        move(facts, asked)
    return refused.value.why


@pytest.mark.parametrize("status", S)
def test_a_lead_goes_where_the_table_says_and_nowhere_else(status: LeadStatus) -> None:
    reached = {to for event in E for to in allowed(status, event)}

    endings = set() if status is S.ERASED else {S.ERASED}
    if FUNNELS[status] is not Funnel.CLOSED:
        endings |= {S.MERGED}
    assert reached == TRANSITIONS[status] | endings


def test_every_status_has_a_funnel_and_a_row() -> None:
    assert set(FUNNELS) == set(MOVES) == set(S)
    assert set(S) == LIVE | CLOSED
    assert not LIVE & CLOSED
    assert OWNED < LIVE


def test_a_move_says_all_that_has_to_be_written() -> None:
    moved = move(the_facts(status=S.OFFERED), asking(S.ACCEPTED, E.ACCEPTED, reason=None))

    assert moved == Moved(
        lead_id="1",
        from_status=S.OFFERED,
        to_status=S.ACCEPTED,
        event=E.ACCEPTED,
        at=NOON,
        actor="harken",
        reason=None,
        mandatory_follow_up=False,
    )


@given(st.sampled_from(S), st.sampled_from(S), st.sampled_from(E))
def test_nothing_outside_of_the_table_ever_happens(
    status: LeadStatus, to: LeadStatus, event: LeadEvent
) -> None:
    if to in allowed(status, event):
        return
    with pytest.raises(MoveRefusedError) as refused:
        move(the_facts(status=status), asking(to, event))

    assert (refused.value.lead_id, refused.value.old, refused.value.new) == ("1", status, to)


@given(st.sampled_from(sorted(CLOSED)), st.sampled_from(S), st.sampled_from(E))
def test_a_closed_lead_stays_closed_unless_somebody_opens_it_again(
    status: LeadStatus, to: LeadStatus, event: LeadEvent
) -> None:
    try:
        moved = move(the_facts(status=status), asking(to, event))
    except MoveRefusedError:
        return
    assert moved.to_status in CLOSED or event in {E.REOPENED, E.UNMERGED}


def test_a_lead_below_the_bar_is_not_sales_ready_by_its_score() -> None:
    asked = asking(S.SALES_READY, E.SCORED)

    assert refusal(the_facts(score=79.9), asked) == "its score of 79.9 is below 80"
    assert move(the_facts(score=80.0), asked).to_status is S.SALES_READY


def test_a_person_may_promote_a_lead_below_the_bar_but_says_why() -> None:
    facts = the_facts(score=10.0)

    assert move(facts, asking(S.SALES_READY, E.PROMOTED)).to_status is S.SALES_READY
    assert refusal(facts, asking(S.SALES_READY, E.PROMOTED, reason=" ")) == "it needs a reason"


@pytest.mark.parametrize(
    ("status", "to", "event"),
    [
        (S.OFFERED, S.SALES_READY, E.DECLINED),
        (S.WORKING, S.NURTURING, E.HANDED_BACK),
        (S.OPPORTUNITY, S.WON, E.WON),
        (S.OPPORTUNITY, S.LOST, E.LOST),
        (S.MQL, S.DISQUALIFIED, E.DISQUALIFIED),
        (S.NURTURING, S.DISQUALIFIED, E.EXPIRED),
    ],
)
def test_what_ends_something_needs_a_reason(
    status: LeadStatus, to: LeadStatus, event: LeadEvent
) -> None:
    assert refusal(the_facts(status=status), asking(to, event, reason=None)) == "it needs a reason"
    assert move(the_facts(status=status), asking(to, event)).to_status is to


@pytest.mark.parametrize("event", [E.SCORED, E.PROMOTED])
def test_a_suppressed_author_s_lead_goes_nowhere_but_out(event: LeadEvent) -> None:
    facts = the_facts(suppressed=True)

    assert "suppressed" in refusal(facts, asking(S.SALES_READY, event))
    assert "suppressed" in refusal(facts, asking(S.MERGED, E.MERGED))
    assert move(facts, asking(S.ERASED, E.ERASED)).to_status is S.ERASED
    assert move(facts, asking(S.DISQUALIFIED, E.DISQUALIFIED)).to_status is S.DISQUALIFIED


@pytest.mark.parametrize("status", [S.NURTURING, S.MQL])
def test_a_lead_that_was_handed_back_returns_to_sales_by_score_only_with_news(
    status: LeadStatus,
) -> None:
    asked = asking(S.SALES_READY, E.SCORED)

    for heard in (None, NOON - timedelta(days=1), NOON):
        stale = the_facts(status=status, handed_back_at=NOON, last_signal_at=heard)
        assert "nothing was heard" in refusal(stale, asked)
    news = NOON + timedelta(seconds=1)
    fresh = the_facts(status=status, handed_back_at=NOON, last_signal_at=news)
    assert move(fresh, asked).to_status is S.SALES_READY
    assert move(the_facts(status=status), asked).to_status is S.SALES_READY


def test_a_marketer_may_promote_what_was_handed_back_without_news() -> None:
    facts = the_facts(status=S.NURTURING, handed_back_at=NOON)

    assert move(facts, asking(S.SALES_READY, E.PROMOTED)).to_status is S.SALES_READY


def test_a_lead_that_was_handed_back_still_falls_below_review() -> None:
    facts = the_facts(status=S.MQL, score=40, handed_back_at=NOON)

    assert move(facts, asking(S.DETECTED, E.SCORED)).to_status is S.DETECTED


def test_the_third_hand_back_is_a_marketer_s_decision() -> None:
    facts = the_facts(status=S.WORKING, recycle_count=2)
    asked = asking(S.NURTURING, E.HANDED_BACK)

    assert "a marketer decides" in refusal(facts, asked)
    by_marketer = asking(S.NURTURING, E.HANDED_BACK, by_marketer=True)
    assert move(facts, by_marketer).to_status is S.NURTURING
    assert move(the_facts(status=S.WORKING, recycle_count=1), asked).to_status is S.NURTURING


@pytest.mark.parametrize(
    ("bant", "need", "is_one"), [(5, 1, True), (8, 2, True), (4, 2, False), (8, 0, False)]
)
def test_an_opportunity_has_five_of_eight_and_a_need(bant: int, need: int, is_one: bool) -> None:
    facts = the_facts(status=S.WORKING, bant=bant, need=need)

    if is_one:
        assert move(facts, asking(S.OPPORTUNITY, E.QUALIFIED)).to_status is S.OPPORTUNITY
    else:
        assert "BANT" in refusal(facts, asking(S.OPPORTUNITY, E.QUALIFIED))
    by_manager = asking(S.OPPORTUNITY, E.QUALIFIED, by_manager=True)
    assert move(facts, by_manager).to_status is S.OPPORTUNITY


@pytest.mark.parametrize(
    ("status", "to", "is_raise"),
    [
        (S.DETECTED, S.MQL, True),
        (S.DETECTED, S.SALES_READY, True),
        (S.NURTURING, S.MQL, True),
        (S.NURTURING, S.SALES_READY, True),
        (S.MQL, S.SALES_READY, False),
        (S.MQL, S.DETECTED, False),
    ],
)
def test_a_suspect_that_becomes_a_prospect_must_be_followed_up(
    status: LeadStatus, to: LeadStatus, is_raise: bool
) -> None:
    assert move(the_facts(status=status), asking(to, E.SCORED)).mandatory_follow_up is is_raise


def test_a_refusal_names_the_lead_the_move_and_the_reason() -> None:
    with pytest.raises(MoveRefusedError, match="lead 1: detected -> won: there is no such move"):
        move(the_facts(), asking(S.WON, E.WON))


@pytest.mark.parametrize(
    ("status", "to", "event"),
    [
        (S.WORKING, S.NURTURING, E.HANDED_BACK),
        (S.WORKING, S.LOST, E.LOST),
        (S.OPPORTUNITY, S.WON, E.WON),
        (S.MQL, S.DISQUALIFIED, E.DISQUALIFIED),
        (S.OFFERED, S.SALES_READY, E.DECLINED),
    ],
)
def test_what_ends_something_takes_a_code_and_no_words(
    status: LeadStatus, to: LeadStatus, event: LeadEvent
) -> None:
    assert "is no reason for that" in refusal(
        the_facts(status=status), asking(to, event, reason="just because")
    )


def test_the_wrong_timing_names_the_right_one() -> None:
    facts = the_facts(status=S.WORKING)
    asked = asking(S.NURTURING, E.HANDED_BACK, reason=HandBackReason.WRONG_TIMING)

    assert "needs the date" in refusal(facts, asked)
    assert "lies in the past" in refusal(facts, replace(asked, until=NOON.date()))
    later = replace(asked, until=NOON.date() + timedelta(days=1))
    assert move(facts, later).to_status is S.NURTURING
