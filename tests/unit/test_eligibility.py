"""Who may get a lead, and why the others may not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.hours import WorkingHours, parse_working_hours
from config.team import Routing, Rule, Strategy, When
from models.words import Kind
from service.rules.eligibility import Rep, Wanted, available_at, fit, why_not
from service.rules.hours import Office
from service.rules.routing import Case, LeadTraits, decide

NOON = datetime(2025, 11, 19, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
BERLIN = Office(hours=parse_working_hours("mon-fri 09:00-17:30"), tz=ZoneInfo("Europe/Berlin"))
ADA = Rep(
    user_id="1",
    handle="ada",
    team_id="sales",
    active=True,
    available_at=NOON,
    weight=1,
    credit=0,
    open_leads=0,
    max_open=5,
    offered_lately=0,
)
WANTED = Wanted(accept_within=HOUR)


def test_who_is_at_work_and_has_room_may_get_a_lead() -> None:
    assert ADA.has_room
    assert not replace(ADA, open_leads=5).has_room
    assert why_not(ADA, WANTED, now=NOON) is None
    assert why_not(replace(ADA, available_at=NOON + HOUR), WANTED, now=NOON) is None


@pytest.mark.parametrize(
    ("rep", "wanted", "why"),
    [
        (replace(ADA, active=False), WANTED, "is not active"),
        (ADA, replace(WANTED, passed={"1": "declined this lead"}), "declined this lead"),
        (replace(ADA, open_leads=5), WANTED, "has 5 open leads, of at most 5"),
        (replace(ADA, max_open=0), WANTED, "has 0 open leads, of at most 0"),
        (
            replace(ADA, offered_lately=3, max_per_day=3),
            WANTED,
            "had 3 offers in 24 hours, of at most 3",
        ),
        (ADA, replace(WANTED, skills=frozenset({"erp", "sap"})), "lacks erp, sap"),
        (
            replace(ADA, languages=frozenset({"de"})),
            replace(WANTED, language="en"),
            "does not speak en",
        ),
        (
            replace(ADA, regions=frozenset({"dach"})),
            replace(WANTED, region="uk"),
            "does not work in uk",
        ),
        (replace(ADA, available_at=None), WANTED, "is away"),
        (
            replace(ADA, available_at=NOON + HOUR + timedelta(seconds=1)),
            WANTED,
            "is not at work before 2025-11-19 13:00 UTC",
        ),
    ],
)
def test_each_reason_is_named(rep: Rep, wanted: Wanted, why: str) -> None:
    assert why_not(rep, wanted, now=NOON) == why


def test_what_nobody_knows_of_a_lead_excludes_nobody() -> None:
    picky = replace(ADA, languages=frozenset({"de"}), regions=frozenset({"dach"}))

    assert why_not(picky, WANTED, now=NOON) is None


def test_a_specialist_fits_better_than_who_takes_everything() -> None:
    wanted = replace(WANTED, language="de", region="dach")
    expert = replace(ADA, languages=frozenset({"de"}), regions=frozenset({"dach"}))

    assert (fit(expert, wanted), fit(ADA, wanted)) == (2, 0)


MONDAY = datetime(2025, 11, 24, 8, tzinfo=UTC)  # nine in Berlin


@pytest.mark.parametrize(
    ("absences", "at"),
    [
        ((), NOON),
        (((NOON + HOUR, None),), NOON),
        (((NOON - HOUR, NOON + HOUR),), NOON + HOUR),
        (((NOON - HOUR, NOON + 6 * HOUR),), NOON + 20 * HOUR),  # he comes back after hours
        (((NOON, NOON + HOUR), (NOON + HOUR, MONDAY)), MONDAY),
        (((NOON, None),), None),
        (((NOON, MONDAY), (NOON, None)), None),
        (((NOON, datetime.max.replace(tzinfo=UTC)),), None),  # no calendar knows what is after it
    ],
)
def test_somebody_is_available_at_work_and_not_away(
    absences: tuple[tuple[datetime, datetime | None], ...], at: datetime | None
) -> None:
    assert available_at(BERLIN, absences, now=NOON) == at


def test_one_absence_after_another_without_an_end_in_sight_is_one_long_absence() -> None:
    row = tuple((NOON + n * HOUR, NOON + (n + 1) * HOUR) for n in range(30))

    assert available_at(None, row, now=NOON) is None
    assert available_at(None, row[:19], now=NOON) == NOON + 19 * HOUR


def test_without_hours_to_work_in_nobody_is_available() -> None:
    nothing = Office(hours=WorkingHours((), ""), tz=ZoneInfo("UTC"))

    assert available_at(nothing, (), now=NOON) is None
    assert available_at(None, (), now=NOON) == NOON


# Deciding.

CASE = Case(
    lead_id="l",
    traits=LeadTraits(topic="crm", source="talk", kind=Kind.PRICING, language="de", score=85.0),
)
BEN = replace(ADA, user_id="2", handle="ben")
JAN = replace(ADA, user_id="3", handle="jan", team_id="dach")
ROUTING = Routing(
    fallback_team="sales", rule=(Rule(position=1, team="dach", when=When(languages=("de",))),)
)
WITHIN = {"sales": HOUR, "dach": HOUR}


def test_the_team_of_the_rule_gets_the_lead() -> None:
    found = decide(CASE, [ADA, BEN, JAN], routing=ROUTING, accept_within=WITHIN, now=NOON)

    assert (found.team_id, found.rule, found.rep, found.how) == ("dach", 1, JAN, "round_robin")
    assert found.credits == {"3": 0}


def test_who_had_the_buyer_before_gets_the_lead_also_out_of_turn() -> None:
    case = replace(CASE, earlier_owners=("9", "2"))

    found = decide(case, [ADA, BEN, JAN], routing=ROUTING, accept_within=WITHIN, now=NOON)

    assert (found.rep, found.how, found.team_id) == (BEN, "sticky", "sales")


def test_a_customer_goes_to_who_won_the_account_and_it_says_why_others_do_not() -> None:
    case = replace(CASE, account_owners={"9": "zoe", "1": "ada", "2": "ben"})
    away = replace(ADA, active=False)

    found = decide(case, [away, BEN, JAN], routing=ROUTING, accept_within=WITHIN, now=NOON)
    nobody = decide(
        replace(case, account_owners={"9": "zoe"}),
        [BEN, JAN],
        routing=ROUTING,
        accept_within=WITHIN,
        now=NOON,
    )

    assert (found.rep, found.how) == (BEN, "account_owner")
    assert found.turned_away == {
        "zoe": "won this account, but takes no leads any more",
        "ada": "won this account, but is not active",
    }
    assert (nobody.rep, nobody.how) == (JAN, "round_robin")
    assert nobody.turned_away == {"zoe": "won this account, but takes no leads any more"}


def test_a_reopened_lead_is_not_pinned_to_an_owner_who_is_gone() -> None:  # R6
    case = replace(CASE, earlier_owners=("2",))
    gone = replace(BEN, active=False)

    found = decide(case, [ADA, gone, JAN], routing=ROUTING, accept_within=WITHIN, now=NOON)

    assert found.rep == JAN


def test_what_a_team_leaves_lying_may_go_to_the_fallback() -> None:
    asleep = replace(JAN, available_at=NOON + 9 * HOUR)
    waits = decide(CASE, [ADA, asleep], routing=ROUTING, accept_within=WITHIN, now=NOON)
    late = replace(CASE, is_overdue=True)
    found = decide(late, [ADA, asleep], routing=ROUTING, accept_within=WITHIN, now=NOON)

    assert (waits.rep, waits.how) == (None, "waits")
    assert waits.why() == "jan is not at work before 2025-11-19 21:00 UTC"
    assert (found.rep, found.team_id, found.rule) == (ADA, "sales", None)
    assert "jan" in found.turned_away


def test_after_three_declines_a_manager_decides() -> None:
    case = replace(CASE, declines=3)

    found = decide(case, [ADA, BEN, JAN], routing=ROUTING, accept_within=WITHIN, now=NOON)

    assert (found.rep, found.how) == (None, "manager")
    assert found.why() == "3 reps declined it; a manager decides"


def test_a_rule_may_ask_for_skills_and_choose_in_its_own_way() -> None:
    rule = Rule(position=1, team="sales", skills=("erp",), strategy=Strategy.LEAST_LOADED)
    routing = Routing(fallback_team="sales", rule=(rule,))
    skilled = replace(BEN, skills=frozenset({"erp"}), open_leads=2)

    found = decide(CASE, [ADA, skilled], routing=routing, accept_within=WITHIN, now=NOON)

    assert (found.rep, found.how) == (skilled, "least_loaded")
    assert found.turned_away == {"ada": "lacks erp"}


def test_an_empty_team_says_so() -> None:
    found = decide(CASE, [ADA], routing=ROUTING, accept_within=WITHIN, now=NOON)

    assert found.why() == "the team is empty"
