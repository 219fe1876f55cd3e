"""The ladder from a name to a customer who speaks for us."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.moves import LeadEvent, LeadFacts, Request, allowed, move
from models.words import LeadStatus
from nlp.vouching import vouches
from service.rules.levels import LADDER, Level, level_of

S, E = LeadStatus, LeadEvent
NOON = datetime(2025, 11, 19, 12, tzinfo=UTC)


def test_the_ladder_has_six_rungs_in_their_order() -> None:
    assert [*LADDER] == ["suspect", "prospect", "mql", "sql", "customer", "advocate"]


def test_a_suspect_climbs_every_rung_up_to_an_advocate() -> None:
    climbed = [
        level_of(S.DETECTED),
        level_of(S.DETECTED, was_marked=True),
        level_of(S.MQL, was_marked=True),
        level_of(S.SALES_READY, was_marked=True),
        level_of(S.WON, was_marked=True),
        level_of(S.WON, was_marked=True, speaks_for_us=True),
    ]

    assert climbed == [*LADDER]


@pytest.mark.parametrize("status", [S.OFFERED, S.ACCEPTED, S.WORKING, S.OPPORTUNITY])
def test_all_of_sales_is_one_rung(status: LeadStatus) -> None:
    assert level_of(status) is Level.SQL


@pytest.mark.parametrize(
    ("status", "before", "after"),
    [
        (S.DETECTED, Level.SUSPECT, Level.PROSPECT),  # faded below the bar after a review
        (S.NURTURING, Level.SUSPECT, Level.PROSPECT),  # parked; or handed back by sales
        (S.LOST, Level.PROSPECT, Level.PROSPECT),
    ],
)
def test_whose_potential_was_marked_is_a_prospect_and_no_suspect_again(
    status: LeadStatus, before: Level, after: Level
) -> None:
    assert (level_of(status), level_of(status, was_marked=True)) == (before, after)


@pytest.mark.parametrize("status", [S.DISQUALIFIED, S.MERGED, S.ERASED])
def test_who_was_no_lead_stands_on_no_rung(status: LeadStatus) -> None:
    assert level_of(status, was_marked=True, speaks_for_us=True) is None


def test_only_a_customer_becomes_an_advocate() -> None:
    advocates = {s for s in S if level_of(s, speaks_for_us=True) is Level.ADVOCATE}

    assert advocates == {S.WON}


@given(st.sampled_from(S), st.sampled_from(E))
def test_a_move_that_marks_potential_lifts_a_suspect_above_the_prospects(
    status: LeadStatus, event: LeadEvent
) -> None:
    for to in allowed(status, event) & {S.MQL, S.SALES_READY}:
        if level_of(status) is not Level.SUSPECT:
            continue
        asked = Request(to=to, event=event, at=NOON, actor="harken", reason="she asks again")
        facts = LeadFacts(lead_id="1", status=status, score=90, last_signal_at=NOON)
        moved = move(facts, asked)

        assert moved.mandatory_follow_up
        lifted = level_of(to, was_marked=moved.mandatory_follow_up)
        assert lifted is not None
        assert LADDER.index(lifted) > LADDER.index(Level.PROSPECT)


@given(st.sampled_from(S), st.booleans(), st.booleans())
def test_no_fact_about_somebody_ever_takes_them_down(
    status: LeadStatus, marked: bool, speaks: bool
) -> None:
    bare, known = (
        level_of(status),
        level_of(status, was_marked=marked, speaks_for_us=speaks),
    )

    assert (bare is None) == (known is None)
    if bare is not None and known is not None:
        assert LADDER.index(known) >= LADDER.index(bare)


NAMES = ("Tidepool", "Tidepool CRM")


@pytest.mark.parametrize(
    "text",
    [
        "We switched in March and I'd recommend Tidepool to anybody with a small team.",
        "Very happy with Tidepool CRM so far.",
        "can't recommend tidepool enough",
        "Depends on the size. For us Tidepool has been great.",
        "Glad we went with Tidepool.",
        "Tidepool is worth every cent, honestly.",
    ],
)
def test_who_praises_a_product_by_name_speaks_for_it(text: str) -> None:
    found = vouches(text, NAMES)

    assert found is not None
    assert text[found.span.start : found.span.end] == found.text
    assert "tidepool" in found.text.casefold()


@pytest.mark.parametrize(
    "text",
    [
        "We use Tidepool.",
        "I would not recommend Tidepool.",
        "Would you recommend Tidepool?",
        "Tidepool was great until they raised the price.",
        "I used to love Tidepool.",
        "> I'd recommend Tidepool\nThat is what everybody says.",
        "Happy with Marlin.",
        "Is Tidepool worth it?",
        "",
    ],
)
def test_a_name_alone_a_question_and_praise_that_is_taken_back_are_no_praise(text: str) -> None:
    assert vouches(text, NAMES) is None


def test_nothing_is_praised_where_nothing_is_sold() -> None:
    assert vouches("Highly recommend Tidepool.", ()) is None
