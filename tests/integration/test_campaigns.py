"""Campaigns and wins in the house of ``tests/campaigning.py``, by figures worked out by hand.

The sums stand beside the figures; none was copied from what the reports say.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, update
from sqlmodel import col, select

from config import Config
from models.cost import CampaignLook, CampaignMention
from models.post import Post
from models.source import Source
from models.tables import METADATA
from service.errors import NotFoundError
from service.reports.asked import Asked, Only
from service.reports.campaign import report_of
from service.reports.campaign_noting import note_mentions
from service.reports.document import Report
from service.reports.shelf import REPORTS
from service.rules.money import Money
from service.store.engine import reading, writing
from service.sync import sync
from tests.campaigning import FIVE, POSTS, write_campaigns
from tests.command import harken_here
from tests.reporting import DAY, HOUR, NOW, WEEK, ask

Row = list[object]
Told = Callable[..., Report]


def eur(minor: int) -> Money:
    return Money("EUR", minor)


def about(figure: float) -> object:
    return pytest.approx(figure)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def written(request: pytest.FixtureRequest) -> Iterator[tuple[Engine, Config]]:
    name = "_postgres_engine" if request.param == "postgresql" else "_sqlite_engine"
    engine: Engine = request.getfixturevalue(name)
    yield engine, write_campaigns(engine)
    with engine.begin() as connection:
        for table in reversed(METADATA.sorted_tables):
            connection.execute(table.delete())


@pytest.fixture
def told(written: tuple[Engine, Config]) -> Told:
    """Return the report of a campaign by its id."""

    engine, house = written

    def tell(campaign: str, *, now: datetime = NOW) -> Report:
        with reading(engine) as db:
            return report_of(db, replace(ask(house), now=now), campaign).report

    return tell


def rows(report: Report, table: str) -> list[Row]:
    (found,) = [one for one in report.tables if one.name == table]
    return [list(row) for row in found.rows]


# Buzz.


def test_mentions_and_reach_are_told_before_during_and_after(told: Told) -> None:
    # 2 in 28 days; 7 in 14 (3 talk, 2 wide, 1 news, 1 quiet); 1 in 14 and an hour, as the clocks
    # went back. Reach: talk and wide once; chances: 3 x talk and 2 x wide.
    before, during, after = rows(told("days"), "buzz")

    assert before == [
        "before", date(2025, 9, 8), date(2025, 10, 6), 2, about(2 / 28), None, 1,
        100_000_001, "whole", 200_000_002, 0, 0,
    ]  # fmt: skip
    assert during == [
        "during", date(2025, 10, 6), date(2025, 10, 20), 7, 0.5, about(6.0), 4,
        5_100_000_001, "at least", 10_300_000_003, 2, 2,
    ]  # fmt: skip
    assert after == [
        "after", date(2025, 10, 20), date(2025, 11, 3), 1, about(1 / (14 + 1 / 24)),
        about(1 / (14 + 1 / 24) * 14 - 1), 1, None, "unknown", None, 1, 1,
    ]  # fmt: skip


@pytest.mark.parametrize("audience", [100_000_000, 2**31 - 1, 2**31, 2**32, 10_000_000_000])
def test_reach_beyond_a_hundred_million_is_exact(
    written: tuple[Engine, Config], told: Told, audience: int
) -> None:
    engine, _ = written
    is_wide = col(Source.slug) == "wide"
    with writing(engine) as db:
        db.execute(update(Source).where(is_wide).values(audience=audience))
    report = told("days")
    with writing(engine) as db:
        db.execute(update(Source).where(is_wide).values(audience=5_000_000_000))

    assert rows(report, "buzz")[1][7] == 100_000_001 + audience
    assert rows(report, "buzz")[1][9] == 300_000_003 + 2 * audience
    shown = next(one for one in report.tables if one.name == "buzz").lines()[1]
    assert shown[7] == f"{100_000_001 + audience:,}"
    printed = json.loads(json.dumps(report.as_json()))
    assert printed["tables"]["buzz"][1]["reach"] == 100_000_001 + audience


def test_what_it_is_about_is_told_and_where_it_was_said(told: Told) -> None:
    report = told("days")

    assert rows(report, "subjects") == [["Tidepool Days", "phrase", 2, 7, 1, about(6.0)]]
    assert rows(report, "places") == [
        ["talk", 2, 3, 0, about(2.0), 100_000_001, "known"],
        ["wide", 0, 2, 0, None, 5_000_000_000, "known"],
        ["news", 0, 1, 0, None, None, "unknown"],
        ["quiet", 0, 1, 1, None, None, "unknown"],
    ]
    days = rows(report, "timeline")
    assert len(days) == 28 + 14 + 14
    assert [date(2025, 10, 7), "during", 3] in days  # b05, during-3, during-5
    assert sum(row[2] for row in days if isinstance(row[2], int)) == 10


def test_what_can_not_be_known_is_said(told: Told) -> None:
    notes = " ".join(told("days").notes)

    assert "of the posts of these days, 1 had no words" in notes
    assert "goes on until" not in notes
    assert "during goes on until 2025-10-20" in " ".join(told("days", now=FIVE + DAY).notes)


def test_a_campaign_of_a_topic_is_mentioned_by_every_signal_of_it(told: Told) -> None:
    # Week 0: A in talk and news, B in news, E in talk; week 1: A in news once more.
    report = told("fair")

    assert [row[3] for row in rows(report, "buzz")] == [0, 9, 9]
    assert rows(report, "subjects") == [["crm", "topic", 0, 9, 9, None]]
    assert [row[:4] for row in rows(report, "places")] == [["news", 0, 5, 5], ["talk", 0, 4, 4]]


def test_a_campaign_that_nobody_knows_is_none(told: Told) -> None:
    with pytest.raises(NotFoundError, match="there is no campaign 'fiar'; did you mean 'fair'"):
        told("fiar")


# What came of it.


def test_a_campaign_is_followed_from_its_mentions_to_the_close(told: Told) -> None:
    # a05 and b05: opened 24 h and 0 h after they were heard; handed off 24 h and 24 h; accepted
    # 25 h and 26 h; contacted 26 h and 72 h. a05 was won after 96 h.
    report = told("days")

    assert rows(report, "funnel") == [
        ["mentions", 7, None, None],
        ["leads", 2, about(2 / 7), 12 * HOUR],
        ["handed off", 2, 1.0, DAY],
        ["accepted", 2, 1.0, timedelta(hours=25.5)],
        ["contacted", 2, 1.0, 49 * HOUR],
        ["opportunity", 1, 0.5, None],
        ["won", 1, 1.0, 4 * DAY],
    ]
    assert rows(report, "follow_up") == [
        [2, 2, 1.0, 0, 0, 25 * HOUR, timedelta(hours=2 + 0.9 * 46)]
    ]
    assert rows(report, "outcomes") == [["won", 1, 0.5], ["lost", 1, 0.5]]
    # a05's 1,000.01 by three signals, of which the first alone is the campaign's.
    assert rows(report, "money") == [
        ["EUR", eur(100_001), eur(0), eur(33_334), eur(50_000), None, None, None, None, None]
    ]
    ((lead, title, topic, source, by, rep, at, took, amount),) = rows(report, "wins")
    assert (lead, title, topic, source, by) == ("a05", "Lead a05", "crm", "talk", "score")
    assert (rep, took, amount) == ("ada", 4 * DAY, eur(100_001))
    assert at == FIVE + 4 * DAY + 8 * HOUR


def test_a_hand_off_that_was_called_too_late_was_not_followed_up(told: Told) -> None:
    # A, B and E of the weeks 0 and 1. E of week 0 was called 35 days after its hand-off, and that
    # of week 1 was never handed off. Money as in the report roi.
    report = told("fair")

    assert [row[1] for row in rows(report, "funnel")] == [9, 6, 5, 5, 5, 3, 3]
    assert rows(report, "follow_up")[0][:5] == [5, 4, 0.8, 0, 1]
    assert rows(report, "outcomes") == [
        ["won", 3, 0.5],
        ["lost", 2, about(1 / 3)],
        ["with marketing", 1, about(1 / 6)],
    ]
    assert rows(report, "money") == [
        [
            "EUR", eur(220_002), eur(220_002), eur(220_002), None, eur(10_000), eur(1_667),
            eur(3_333), eur(3_333), 21.0002,
        ]
    ]  # fmt: skip
    assert [row[0] for row in rows(report, "wins")] == ["e00", "a01", "a00"]


def test_all_campaigns_stand_beside_each_other(written: tuple[Engine, Config]) -> None:
    engine, house = written
    with reading(engine) as db:
        report = REPORTS["campaigns"](db, ask(house))

    assert [[*row[:1], *row[4:10]] for row in rows(report, "campaigns")] == [
        ["days", 2, 7, 1, about(6.0), 5_100_000_001, "at least"],
        ["fair", 0, 9, 9, None, 100_000_001, "at least"],
    ]
    assert rows(report, "funnel") == [
        ["days", 7, 2, 2, 2, 2, 1, 1, 1, 0.5, 2, 1.0, 0, 0],
        ["fair", 9, 6, 5, 5, 5, 3, 3, 2, 0.5, 4, 0.8, 0, 1],
    ]
    assert [row[:3] for row in rows(report, "money")] == [
        ["days", "EUR", eur(100_001)],
        ["fair", "EUR", eur(220_002)],
    ]


def test_return_is_counted_on_the_leads_that_the_campaigns_report_counts(
    written: tuple[Engine, Config],
) -> None:
    engine, house = written
    with reading(engine) as db:
        report = REPORTS["roi"](db, ask(house))

    assert [row[:3] for row in rows(report, "campaigns")] == [
        ["fair", "EUR", eur(220_002)],
        ["days", "EUR", eur(100_001)],  # known by its phrase alone
    ]


def test_a_campaign_about_everything_is_mentioned_by_every_post(
    written: tuple[Engine, Config], told: Told
) -> None:
    engine, house = written
    fair, days = house.costs.campaign
    some = days.model_copy(update={"phrases": (), "sources": ("talk", "wide")})
    costs = house.costs.model_copy(update={"campaign": (fair, some)})
    with writing(engine) as db:
        sync(db, replace(house, costs=costs), now=NOW)
    with reading(engine) as db:
        beside = REPORTS["campaigns"](db, ask(house))
        money = REPORTS["roi"](db, ask(house))
        places = col(Post.source_id).in_(
            select(Source.id).where(col(Source.slug).in_(["talk", "wide"]))
        )
        heard = db.exec(
            select(Post.published_at).where(places, col(Post.deleted_at_source).is_(None))
        ).all()
    alone = told("days")
    with writing(engine) as db:
        sync(db, house, now=NOW)

    # Days begin in Berlin: at 22:00, and after the clocks went back at 23:00.
    edges = [at - 2 * HOUR for at in (FIVE - 28 * DAY, FIVE, FIVE + 14 * DAY)]
    edges.append(FIVE + 28 * DAY - HOUR)
    said = [sum(start <= at < end for at in heard) for start, end in pairwise(edges)]
    assert [row[3] for row in rows(alone, "buzz")] == said
    assert next(list(row[4:7]) for row in rows(beside, "campaigns")) == said
    days_told = [row[2] for row in rows(alone, "timeline")]
    assert sum(count for count in days_told if isinstance(count, int)) == sum(said)
    # A, C and E of the weeks 5 and 6 were heard in talk; of the E, that of 6 was handed off.
    assert rows(beside, "funnel")[0][:4] == ["days", said[1], 6, 5]
    assert [row[1] for row in rows(alone, "funnel")][:3] == [said[1], 6, 5]
    assert rows(beside, "funnel")[0][10:] == [
        rows(alone, "follow_up")[0][index] for index in (1, 2, 3, 4)
    ]
    assert [row[:3] for row in rows(money, "campaigns")][1] == rows(beside, "money")[0][:3]


def test_where_too_much_is_yet_to_be_looked_at_the_report_says_so(
    written: tuple[Engine, Config],
) -> None:
    engine, house = written
    with reading(engine) as db:
        few = REPORTS["campaigns"](db, replace(ask(house), unread=3))
        enough = REPORTS["campaigns"](db, replace(ask(house), unread=10_000))

    assert [row[5] for row in rows(few, "campaigns")] == [0, 9]  # the fair's signals are known
    assert "most posts of the days of days have not been looked at yet" in few.notes[0]
    assert [row[5] for row in rows(enough, "campaigns")] == [7, 9]
    assert "looked at yet" not in " ".join(enough.notes)


def wins(written: tuple[Engine, Config], asked: Callable[[Asked], Asked] = lambda a: a) -> Report:
    engine, house = written
    with reading(engine) as db:
        return REPORTS["wins"](db, asked(ask(house)))


def test_marketing_hears_what_became_of_what_it_handed_over(
    written: tuple[Engine, Config],
) -> None:
    # mia promoted the twelve B and brought the E of the weeks 0 and 3 back. By score came A, C and
    # D, and the E of 6 and 9. Called in 30 days: A and B. C and D of the weeks 10 and 11 have
    # until 11 and 18 December. D of even weeks was dismissed, that of odd ones waits as an mql.
    report = wins(written)

    assert rows(report, "handed_over") == [
        ["all", 52, 24, about(24 / 52), 4, 24, 13, 13, 12, 6, 8, 0.25],
        ["score", 38, 12, about(12 / 38), 4, 22, 12, 12, 0, 6, 8, about(12 / 38)],
        ["mia", 14, 12, about(12 / 14), 0, 2, 1, 1, 12, 0, 0, about(1 / 14)],
    ]
    assert len(rows(report, "wins")) == 13
    assert [row[0] for row in rows(report, "wins")][:2] == ["a11", "a10"]
    assert "yours" not in [table.name for table in report.tables]


def test_a_marketer_sees_the_wins_of_the_leads_that_she_handed_over(
    written: tuple[Engine, Config],
) -> None:
    report = wins(written, lambda asked: replace(asked, viewer="mia"))

    ((lead, _, _, _, by, rep, _, took, amount),) = rows(report, "yours")
    assert (lead, by, rep, amount) == ("e00", "mia", "ada", eur(20_000))
    # Heard on Tuesday 8:00 of week 0, won on Friday 8:00 of week 5.
    assert took == 5 * WEEK + 3 * DAY


def test_wins_can_be_of_a_part_of_the_house(written: tuple[Engine, Config]) -> None:
    report = wins(written, lambda asked: replace(asked, only=Only(topic="help")))

    assert rows(report, "wins") == []
    assert rows(report, "handed_over")[0][:2] == ["all", 24]


# Words are forgotten; that something was said is not.


def test_mentions_outlive_the_words_of_their_posts(
    written: tuple[Engine, Config], told: Told
) -> None:
    engine, house = written
    before = told("days")
    texts = {}
    note_mentions(engine, house, now=FIVE + 6 * DAY)  # the server runs all the time
    noted = note_mentions(engine, house, now=NOW)
    again = note_mentions(engine, house, now=NOW)
    with writing(engine) as db:
        kept = sorted(db.exec(select(CampaignMention.post_id)).all())
        for post in db.exec(select(Post)):
            texts[post.id] = (post.title, post.text)
            post.title = post.text = ""
            db.add(post)
    after = told("days")
    with writing(engine) as db:
        for post in db.exec(select(Post)):
            post.title, post.text = texts[post.id]
            db.add(post)
        db.execute(delete(CampaignMention))
        db.execute(delete(CampaignLook))

    assert (noted, again) == (2, 0)  # during-2 and after-1; the others were noted before
    assert kept == sorted(
        [*(name for name in POSTS if name.startswith(("before", "during", "after"))),
         "a05-0", "b05-0"]
    )  # fmt: skip
    for table in ("buzz", "subjects", "places", "funnel", "money"):
        assert rows(after, table) == rows(before, table)
    assert after.notes == before.notes


def test_a_campaign_that_is_about_something_else_now_is_read_anew(
    written: tuple[Engine, Config], told: Told
) -> None:
    engine, house = written
    fair, days = house.costs.campaign
    other = days.model_copy(update={"phrases": ("I missed", "Tidepool Daysie")})
    costs = house.costs.model_copy(update={"campaign": (fair, other)})
    note_mentions(engine, house, now=NOW)
    with writing(engine) as db:
        sync(db, replace(house, costs=costs), now=NOW)
    changed = told("days")
    note_mentions(engine, house, now=NOW)
    noted = told("days")
    with writing(engine) as db:
        sync(db, house, now=NOW)
        db.execute(delete(CampaignMention))
        db.execute(delete(CampaignLook))

    for report in (changed, noted):
        assert [row[3] for row in rows(report, "buzz")] == [0, 1, 1]


# As it is typed.


@pytest.fixture
def folder(fresh_house: Path) -> Path:
    (fresh_house / "costs.toml").write_text(
        "[[campaign]]\n"
        'id = "days"\nname = "Tidepool Days"\nkind = "brand_buzz"\n'
        'since = 2025-10-06\nuntil = 2025-10-20\nphrases = ["Tidepool Days"]\n'
    )
    return fresh_house


def test_a_campaign_is_reported_on_the_command_line(folder: Path) -> None:
    document = json.loads(harken_here("campaign", "report", "days", "--json", data=folder).out)
    words = harken_here("campaign", "report", "days", data=folder)
    sheet = harken_here("campaign", "report", "days", "--csv", "--table", "funnel", data=folder)
    listed = harken_here("campaign", "list", "--json", data=folder).lines

    assert (document["report"], document["campaign"]) == ("campaign", "days")
    assert (document["kind"], document["phrases"]) == ("brand_buzz", ["Tidepool Days"])
    assert (document["from"], document["to"]) == ("2025-10-06", "2025-10-20")
    assert [row["mentions"] for row in document["tables"]["buzz"]] == [0, 0, 0]
    assert [row["reach"] for row in document["tables"]["buzz"]] == [0, 0, 0]
    assert words.out.startswith("Tidepool Days (brand_buzz)\n2025-10-06 up to 2025-10-20")
    assert sheet.out.splitlines()[:2] == [
        "step,reached,conversion,after_seconds",
        "mentions,0,,",
    ]
    assert [row["id"] for row in listed] == ["days"]
    assert "days  brand_buzz" in harken_here("campaign", "list", data=folder).out


@pytest.mark.parametrize(
    ("words", "status", "complaint"),
    [
        (("campaign", "report", "day"), 1, "there is no campaign 'day'; did you mean 'days'?"),
        (("campaign", "report", "days", "--json", "--csv"), 2, "choose --json or --csv"),
        (("campaign", "report", "days", "--csv", "--table", "x"), 1, "there is no table 'x'"),
    ],
)
def test_what_can_not_be_asked_is_refused_in_words(
    folder: Path, words: tuple[str, ...], status: int, complaint: str
) -> None:
    ran = harken_here(*words, data=folder)

    assert ran.code == status
    assert complaint in ran.err


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('phrases = ["!"]', "costs.toml:7: campaign[1].phrases[1]"),
        ('topics = ["cmr"]', "no topic 'cmr' in topics; did you mean 'crm'?"),
        ("baseline = 0", "costs.toml:7: campaign[1].baseline"),
        ('about = "x"', "costs.toml:7: campaign[1].about: unknown key"),
    ],
)
def test_what_is_wrong_in_the_file_is_named_with_its_line(
    folder: Path, line: str, complaint: str
) -> None:
    file = folder / "costs.toml"
    file.write_text(file.read_text().replace('phrases = ["Tidepool Days"]', line))
    ran = harken_here("campaign", "report", "days", data=folder)

    assert ran.code == 2
    assert complaint in ran.err


def test_without_a_campaign_the_list_says_where_to_write_one(fresh_house: Path) -> None:
    assert "costs.toml" in harken_here("campaign", "list", data=fresh_house).out
