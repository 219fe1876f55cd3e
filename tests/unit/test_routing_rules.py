"""Which team a lead goes to."""

from dataclasses import replace

import pytest

from config.team import Routing, Rule, When
from models.words import Kind
from service.rules.routing import LeadTraits, fits, team_for

LEAD = LeadTraits(
    topic="crm",
    source="talk",
    kind=Kind.COMPARISON,
    language="de",
    score=84.0,
    region="dach",
    account="acme gmbh",
)


def test_the_first_rule_by_position_that_fits_decides() -> None:
    routing = Routing(
        fallback_team="rest",
        rule=(
            Rule(position=20, team="late"),
            Rule(position=10, team="early", when=When(topics=("crm",))),
            Rule(position=1, team="never", when=When(topics=("help-desk",))),
        ),
    )

    assert team_for(routing, LEAD) == "early"


def test_a_lead_that_no_rule_fits_goes_to_the_fallback() -> None:
    routing = Routing(
        fallback_team="rest", rule=(Rule(position=1, team="dach", when=When(languages=("fr",))),)
    )

    assert team_for(routing, LEAD) == "rest"
    assert team_for(Routing(fallback_team="rest"), LEAD) == "rest"


@pytest.mark.parametrize(
    ("when", "does"),
    [
        (When(), True),
        (When(topics=("help-desk", "crm")), True),
        (When(topics=("help-desk",)), False),
        (When(sources=("talk",)), True),
        (When(sources=("board",)), False),
        (When(kinds=(Kind.COMPARISON,)), True),
        (When(kinds=(Kind.PRICING,)), False),
        (When(languages=("en", "de")), True),
        (When(languages=("en",)), False),
        (When(min_score=84.0), True),
        (When(min_score=84.1), False),
        (When(max_score=84.0), True),
        (When(max_score=83.9), False),
        (When(regions=("dach", "uk")), True),
        (When(regions=("uk",)), False),
        (When(accounts=("ACME GmbH",)), True),
        (When(accounts=("Else",)), False),
        (When(topics=("crm",), languages=("en",)), False),
    ],
)
def test_a_rule_fits_when_all_of_its_conditions_hold(when: When, does: bool) -> None:
    assert fits(when, LEAD) is does


def test_what_nobody_knows_of_a_lead_meets_no_condition() -> None:
    unknown = replace(LEAD, region=None, account=None)

    assert not fits(When(regions=("dach",)), unknown)
    assert not fits(When(accounts=("acme gmbh",)), unknown)
