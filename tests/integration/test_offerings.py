"""Offerings: what is sold in a time of its own, and what goes by that (E14)."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from config import Config
from config.offering import Offering
from models.lead import Lead
from models.words import HandBackReason, LeadStatus, TouchpointKind
from service.leads.by_hand import log_touch
from service.leads.closing import hand_back
from service.process.document import document
from service.process.signing import standing
from service.reports.asked import Asked
from service.reports.forecast import report
from service.rules.money import Money
from service.rules.period import Period
from service.store.engine import reading, writing
from tests.builders import ASK, PIANO, Place, a_config, a_place, a_post, a_topic
from tests.fakes import NOON, Said

S = LeadStatus
DAY = timedelta(days=1)
EUR = "EUR"


def a_house_of_pianos(offering: Offering = PIANO) -> Config:
    topic = a_topic().model_copy(update={"offering": "piano"})
    return replace(a_config(topics=[topic]), offerings={"piano": offering})


# What goes by it.


def a_lead_heard(engine: Engine, config: Config, p: float) -> tuple[Place, Lead]:
    place = a_place(engine, config, knows={ASK: Said(p=p)})
    return place, place.hear(a_post())


def test_its_bar_makes_a_lead_ready_for_sales(sqlite_engine: Engine) -> None:
    place, lead = a_lead_heard(sqlite_engine, a_house_of_pianos(), 0.7)

    assert 60 <= lead.score < place.config.scoring.thresholds.sql
    assert lead.status is S.OFFERED


@pytest.mark.parametrize(
    ("offering", "days"),
    [(PIANO, 20), (PIANO.model_copy(update={"touch_every": None}), 2)],
    ids=["its own", "the channel's"],
)
def test_its_cadence_says_when_the_buyer_hears_from_us_again(
    sqlite_engine: Engine, offering: Offering, days: int
) -> None:
    place, _ = a_lead_heard(sqlite_engine, a_house_of_pianos(offering), 0.9)
    lead = place.accept(place.open_offer())
    with writing(place.engine) as db:
        lead = log_touch(
            db,
            lead_id=lead.id,
            user_id=lead.owner_id or "",
            rev=lead.rev,
            kind=TouchpointKind.CALL,
            note="",
            config=place.config,
            now=NOON,
        )

    # Its people work around the clock, and a working day has eight hours.
    assert lead.next_step_at == NOON + days * timedelta(hours=8)


def test_marketing_looks_at_who_was_not_ready_in_its_time(sqlite_engine: Engine) -> None:
    place, _ = a_lead_heard(sqlite_engine, a_house_of_pianos(), 0.9)
    lead = place.accept(place.open_offer())
    with writing(place.engine) as db:
        lead = hand_back(
            db,
            lead_id=lead.id,
            user_id=lead.owner_id or "",
            rev=lead.rev,
            reason=HandBackReason.NOT_READY,
            config=place.config,
            now=NOON,
        )

    assert lead.next_step_at == NOON + 60 * DAY


def test_a_detected_lead_is_parked_for_its_time(sqlite_engine: Engine) -> None:
    place, lead = a_lead_heard(sqlite_engine, a_house_of_pianos(), 0.4)
    assert lead.status is S.DETECTED

    place.tick(after=8 * DAY)

    now = place.only(Lead)
    assert (now.status, now.next_step_at) == (S.NURTURING, NOON + 68 * DAY)


def test_the_forecast_says_when_its_leads_are_due(sqlite_engine: Engine) -> None:
    place, lead = a_lead_heard(sqlite_engine, a_house_of_pianos(), 0.9)
    with writing(place.engine) as db:
        row = db.get_one(Lead, lead.id)
        row.amount_minor, row.currency = 1_000_000, EUR
    period = Period(first=NOON.date() - 30 * DAY, until=NOON.date(), zone=ZoneInfo("UTC"))

    def due(now_after: timedelta, config: Config) -> list[tuple[object, ...]]:
        asked = Asked(period=period, now=NOON + now_after, config=config)
        with reading(place.engine) as db:
            tables = {table.name: table for table in report(db, asked).tables}
        return list(tables["due"].rows) if "due" in tables else []

    assert due(DAY, place.config) == [("2026-02", 1, Money(EUR, 10_000))]  # the floor of 1 %
    assert due(91 * DAY, place.config) == [("late", 1, Money(EUR, 10_000))]
    assert due(DAY, a_config()) == []


def test_the_process_says_what_is_sold_and_how_long_that_takes(sqlite_engine: Engine) -> None:
    place = a_place(sqlite_engine, a_house_of_pianos())
    with reading(place.engine) as db:
        told = document(place.config, standing(db, place.config.process))

    (section,) = [one for one in told.sections if one.title.startswith("What we sell")]
    assert section.grid is not None
    assert section.grid.rows == (
        ("Grand pianos", "CRM", "90 days", "20 working days", "60 days", "60"),
    )
