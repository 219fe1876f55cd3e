"""Offerings: what is sold in a time of its own, and what goes by that (E14)."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from config import Config
from config.hours import WorkingSpan
from config.offering import Offering
from models.lead import Lead
from models.moves import FUNNELS
from models.post import Thread
from models.words import Funnel, HandBackReason, LeadStatus, TouchpointKind
from service.leads.by_hand import log_touch
from service.leads.closing import hand_back
from service.posts.following import was_read
from service.process.document import document
from service.process.signing import standing
from service.reports.asked import Asked
from service.reports.document import Report
from service.reports.forecast import report
from service.reports.neglect import report as neglected
from service.rules.money import Money
from service.rules.period import Period
from service.store.engine import reading, writing
from tests.builders import ASK, NO_TAKERS, PIANO, Place, a_config, a_place, a_post, a_topic
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


# Silence, which is longer where a sale takes a year.


@pytest.mark.parametrize(
    ("status", "touch", "review", "days"),
    [
        (S.WORKING, None, None, 30),  # a third of the cycle, which takes 90 days
        (S.WORKING, WorkingSpan(days=30), None, 42),  # its next touch is not due before
        (S.NURTURING, WorkingSpan(days=30), timedelta(days=60), 60),  # nor its review
        (S.NURTURING, None, None, 30),
    ],
)
def test_a_lead_is_neglected_by_the_time_of_what_is_sold(
    status: LeadStatus, touch: WorkingSpan | None, review: timedelta | None, days: int
) -> None:
    piano = PIANO.model_copy(update={"touch_every": touch, "review_after": review})
    config = a_house_of_pianos(piano)
    is_sold = FUNNELS[status] is Funnel.SALES

    assert config.neglected_after("crm", is_sold=is_sold) == days * DAY
    assert a_config().neglected_after("crm", is_sold=is_sold) is None


def test_the_report_of_the_neglected_goes_by_it_unless_somebody_asks(
    sqlite_engine: Engine,
) -> None:
    year = PIANO.model_copy(update={"cycle": timedelta(days=360), "touch_every": None})
    place, _ = a_lead_heard(sqlite_engine, a_house_of_pianos(year), 0.9)
    lead = place.accept(place.open_offer())

    def told(after: timedelta, idle: timedelta | None = None) -> Report:
        asked = Asked(
            period=Period(first=NOON.date(), until=NOON.date() + DAY, zone=ZoneInfo("UTC")),
            now=NOON + after,
            config=place.config,
            idle=idle,
        )
        with reading(place.engine) as db:
            return neglected(db, asked)

    (table,) = told(119 * DAY).tables
    assert list(table.rows) == []
    assert table.title.endswith("for 30 days, or as long as their offering allows")
    (table,) = told(120 * DAY).tables
    assert [row[0] for row in table.rows] == [lead.id]
    assert "crm: after 120 days with sales, 120 days before" in told(119 * DAY).notes
    (table,) = told(119 * DAY, idle=30 * DAY).tables
    assert [row[0] for row in table.rows] == [lead.id]
    assert table.title.endswith("for 30 days")


@pytest.mark.parametrize(("cycle", "is_over"), [(360, False), (21, True), (None, False)])
def test_a_conversation_is_over_by_the_time_of_what_is_sold(
    sqlite_engine: Engine, cycle: int | None, is_over: bool
) -> None:
    config = a_config(users=NO_TAKERS)
    if cycle is not None:
        piano = PIANO.model_copy(update={"cycle": timedelta(days=cycle), "follow_up_from": None})
        topic = a_topic().model_copy(update={"offering": "piano"})
        config = replace(config, topics={"crm": topic}, offerings={"piano": piano})
    place = a_place(sqlite_engine, config, knows={ASK: Said(p=0.2)})
    place.take_in(a_post())
    assert place.all(Lead) == []  # a signal too weak for a lead
    thread = place.only(Thread)

    with writing(place.engine) as db:
        row = db.get_one(Thread, thread.id)
        was_read(db, row, failed=False, config=place.config, now=NOON + 20 * DAY)
        assert (row.next_read_at is None) is is_over
