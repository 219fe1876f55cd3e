"""By when somebody is told that we have words of theirs, and how a name goes."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.privacy import Notices, check_line_to_add
from config.settings import Privacy, PrivacyMode
from service.rules.etiquette import Manner, Own, check, read_rules
from service.rules.notices import Heard, Standing, without
from tests.fakes import NOON

DAY = timedelta(days=1)
MONTH, WEEK = 30 * DAY, 7 * DAY
PAGE = "https://harken.example/privacy"
OWN = Own(names=("Tidepool",), hosts=("www.tidepool.example",))


def test_who_was_never_contacted_is_told_within_a_month_or_loses_the_name() -> None:
    heard = Heard(since=NOON, contacted_at=None)

    assert heard.due_at(MONTH) == heard.goes_at(MONTH) == NOON + MONTH


def test_who_is_contacted_is_told_then_and_keeps_the_name() -> None:
    heard = Heard(since=NOON, contacted_at=NOON + 3 * DAY)

    assert heard.due_at(MONTH) == NOON + 3 * DAY
    assert heard.goes_at(MONTH) is None


def test_a_late_contact_puts_nothing_off() -> None:
    assert Heard(since=NOON, contacted_at=NOON + 50 * DAY).due_at(MONTH) == NOON + MONTH


@pytest.mark.parametrize(
    ("days", "standing"),
    [(0, Standing.LATER), (22, Standing.LATER), (23, Standing.SOON), (30, Standing.OVERDUE)],
)
def test_it_gets_urgent_a_week_before(days: int, standing: Standing) -> None:
    heard = Heard(since=NOON, contacted_at=None)

    assert heard.standing(NOON + days * DAY, within=MONTH, warn=WEEK) is standing


@pytest.mark.parametrize(
    ("text", "handle", "is_theirs", "left"),
    [
        ("Thanks, Ann", "ann", True, "Thanks, ▪▪▪"),
        ("will ann answer?", "ann", False, "will ann answer?"),  # half of all words
        ("ask @ann", "ann", False, "ask @▪▪▪"),
        ("as quiet_otter says", "@quiet_otter", False, "as ▪▪▪▪▪▪▪▪▪▪▪ says"),
        ("otters and Hannah", "ann", True, "otters and Hannah"),
        ("I am al", "al", True, "I am al"),
    ],
)
def test_a_name_is_blotted_out_where_it_is_sure_to_be_one(
    text: str, handle: str, *, is_theirs: bool, left: str
) -> None:
    assert without(text, handle, is_theirs=is_theirs) == left


@given(st.text(), st.text(min_size=3, max_size=20))
def test_a_quote_stands_where_it_stood(text: str, handle: str) -> None:
    assert len(without(text, handle, is_theirs=True)) == len(text)


def test_a_first_answer_without_the_address_is_missing_it() -> None:
    def found(text: str) -> set[Manner]:
        return {one.manner for one in check(text, read_rules(""), OWN, notice=PAGE)}

    assert Manner.NOTICE in found("Have a look at the manual.")
    assert Manner.NOTICE not in found(f"Have a look at the manual. {PAGE}")


def test_a_line_has_a_place_for_the_address() -> None:
    assert Notices(line="Read {page}").line_with(PAGE) == f"Read {PAGE}"
    with pytest.raises(ValueError, match="page"):
        check_line_to_add("Read it")


def test_a_clock_runs_in_the_mode_eu() -> None:
    assert Privacy(mode=PrivacyMode.EU).has_clock
    assert not Privacy().has_clock
