"""What an offering says in its file, and what is to be expected of its leads (E14)."""

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from config import ConfigError, load_config
from config.hours import WorkingSpan
from config.team import ChannelKind
from models.words import LeadStatus
from service.rules.cycles import Running, by_month
from service.rules.money import Money
from tests.builders import PIANO
from tests.fakes import NOON

S = LeadStatus
DAY = timedelta(days=1)
EUR = "EUR"
TOPIC = 'id = "crm"\nname = "CRM"\nkeywords = ["crm"]\noffering = "piano"\n'
FILE = '[[offering]]\nid = "piano"\nname = "Grand pianos"\ncycle = "90d"\n'


def files(folder: Path, offerings: str) -> Path:
    (folder / "topics").mkdir()
    (folder / "topics" / "crm.toml").write_text(TOPIC, encoding="utf-8")
    (folder / "offerings.toml").write_text(offerings, encoding="utf-8")
    return folder


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


def test_what_sells_slowly_is_neglected_late_and_never_before_its_next_touch(
    tmp_path: Path,
) -> None:
    said = 'touch_every = "30d"\nreview_after = "60d"\n'
    config = load_config(files(tmp_path, FILE + said))

    assert PIANO.quiet_after == 30 * DAY  # a third of its cycle
    assert config.neglected_after("crm", is_sold=True) == 42 * DAY  # thirty working days
    assert config.neglected_after("crm", is_sold=False) == 60 * DAY
    assert config.neglected_after("another", is_sold=True) is None
