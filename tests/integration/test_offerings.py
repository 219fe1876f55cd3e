"""Offerings: what is sold in a time of its own, and what goes by that (E14)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from config import Config, ConfigError, load_config
from config.hours import WorkingSpan
from config.offering import Offering
from config.team import ChannelKind
from models.lead import Lead
from models.words import HandBackReason, LeadStatus, TouchpointKind
from service.leads.by_hand import log_touch
from service.leads.closing import hand_back
from service.process.document import document
from service.process.signing import standing
from service.reports.asked import Asked
from service.reports.forecast import report
from service.rules.cycles import Running, by_month
from service.rules.money import Money
from service.rules.period import Period
from service.store.engine import reading, writing
from tests.builders import ASK, Place, a_config, a_place, a_post, a_topic
from tests.fakes import NOON, Said

S = LeadStatus
DAY = timedelta(days=1)
EUR = "EUR"
PIANO = Offering(
    id="piano",
    name="Grand pianos",
    cycle=90 * DAY,
    touch_every=WorkingSpan(days=20),
    review_after=60 * DAY,
    follow_up_from=60.0,
)
TOPIC = 'id = "crm"\nname = "CRM"\nkeywords = ["crm"]\noffering = "piano"\n'
FILE = '[[offering]]\nid = "piano"\nname = "Grand pianos"\ncycle = "90d"\n'


def a_house_of_pianos(offering: Offering = PIANO) -> Config:
    topic = a_topic().model_copy(update={"offering": "piano"})
    return replace(a_config(topics=[topic]), offerings={"piano": offering})


def files(folder: Path, offerings: str) -> Path:
    (folder / "topics").mkdir()
    (folder / "topics" / "crm.toml").write_text(TOPIC, encoding="utf-8")
    (folder / "offerings.toml").write_text(offerings, encoding="utf-8")
    return folder


# The file.


def test_what_an_offering_says_goes_before_what_the_house_says(tmp_path: Path) -> None:
    said = 'touch_every = "20d"\nreview_after = "60d"\nfollow_up_from = 60.0\n'
    config = load_config(files(tmp_path, FILE + said))

    assert config.offering_of("crm") == PIANO
    assert config.thresholds_of("crm").sql == 60
    assert config.thresholds_of("crm").mql == config.scoring.thresholds.mql
    assert config.review_after("crm") == 60 * DAY
    assert config.update_every("crm", ChannelKind.INSIDE) == WorkingSpan(days=20)
    assert config.thresholds_of("another").sql == config.scoring.thresholds.sql


def test_what_it_does_not_say_stays_as_it_is_for_everything(tmp_path: Path) -> None:
    config = load_config(files(tmp_path, FILE))

    assert config.thresholds_of("crm") == config.scoring.thresholds
    assert config.review_after("crm") == config.nurture.review_after
    inside = config.sla.channels[ChannelKind.INSIDE]
    assert config.update_every("crm", ChannelKind.INSIDE) == inside.update


@pytest.mark.parametrize(
    ("offerings", "problem"),
    [
        ("", "topics/crm.toml:4: offering: no offering 'piano' in offerings.toml; known: none"),
        (FILE.replace("piano", "pianos"), "did you mean 'pianos'?"),
        (FILE + FILE, "offering 'piano' is already at offerings.toml:2"),
        (FILE.replace("90d", "0d"), "offerings.toml:4: offering[1].cycle: must be longer than 0"),
        (FILE.replace("90d", "3 months"), "'3 months' is no duration"),
        (FILE.replace('cycle = "90d"', ""), "cycle: is missing"),
        (FILE + 'touch = "1d"', "unknown key"),
        (FILE + "follow_up_from = 101", "must be at most 100"),
        (
            FILE + "follow_up_from = 50",
            "offering[1].follow_up_from: must be above 50, which is mql in scoring.toml",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, offerings: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(files(tmp_path, offerings))

    assert problem in "\n".join(map(str, caught.value.problems))


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


def test_what_is_due_is_rounded_once_and_nothing_is_lost() -> None:
    chances: Mapping[LeadStatus, Fraction] = {S.WORKING: Fraction(1, 3)}

    def a_lead(days: int, minor: int | None) -> Running:
        worth = Money(EUR, minor) if minor is not None else None
        ready_at = NOON - days * DAY
        return Running(status=S.WORKING, ready_at=ready_at, cycle=30 * DAY, worth=worth)

    leads = [a_lead(31, 100), a_lead(30, 100), a_lead(29, 100), a_lead(0, None)]
    found = by_month(leads, chances=chances, usual=None, now=NOON)

    assert [(month.begins, month.leads, month.expected) for month in found] == [
        (None, 1, (Money(EUR, 33),)),
        (date(2025, 11, 1), 2, (Money(EUR, 67),)),
        (date(2025, 12, 1), 1, ()),
    ]


def test_the_process_says_what_is_sold_and_how_long_that_takes(sqlite_engine: Engine) -> None:
    place = a_place(sqlite_engine, a_house_of_pianos())
    with reading(place.engine) as db:
        told = document(place.config, standing(db, place.config.process))

    (section,) = [one for one in told.sections if one.title.startswith("What we sell")]
    assert section.grid is not None
    assert section.grid.rows == (
        ("Grand pianos", "CRM", "90 days", "20 working days", "60 days", "60"),
    )
