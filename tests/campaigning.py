"""The twelve weeks of ``tests/reporting.py`` with a second campaign, of which everything is known.

Beside the fair (of the topic crm, in the weeks 0 and 1) there is a campaign that people mention by
name: Tidepool Days, in the weeks 5 and 6, compared with the 28 days before. What is said of it:

    before   2 in talk
    during   a05's and b05's first posts, in talk and news; 2 more in talk, 2 in wide, 1 in quiet
    after    1 in quiet

talk has an audience of 100,000,001, wide one of 5,000,000,000; of news and quiet nobody knows.
"""

from dataclasses import replace
from datetime import date

from sqlalchemy import Engine, update
from sqlmodel import select

from config import Config
from config.campaign import CampaignSpec, CostsFile
from models.post import Post, Thread
from models.source import Source
from models.words import CampaignKind
from service.store.engine import writing
from service.sync import sync
from tests.builders import a_source
from tests.reporting import COSTS, DAY, HOUR, MONDAY, WEEK, a_house, a_reported_house

FIVE = MONDAY + 5 * WEEK  # when Tidepool Days begin

#: (when, where, title, text, the title of its thread)
POSTS = {
    "before-1": (FIVE - 20 * DAY, "talk", "", "Is anybody going to Tidepool Days?", ""),
    "before-2": (FIVE - HOUR * 3, "talk", "TIDEPOOL\nDAYS", "", ""),
    "during-1": (FIVE + HOUR, "talk", "", "the tidepool-days are on", ""),
    "during-2": (FIVE + 13 * DAY, "talk", "Tidepool Days, day one", "It was full.", ""),
    "during-3": (FIVE + DAY, "wide", "", "Tidepool Days and Tidepool Days again", ""),
    "during-4": (FIVE + 2 * DAY, "wide", "", "Tidepool Days.", ""),
    "during-5": (FIVE + DAY, "quiet", "", "(Tidepool Days)", ""),
    "after-1": (FIVE + 15 * DAY, "quiet", "", "I missed Tidepool Days", ""),
    # What is no mention:
    "too-early": (FIVE - 29 * DAY, "talk", "", "Tidepool Days in autumn", ""),
    "too-late": (FIVE + 29 * DAY, "talk", "", "Tidepool Days were fine", ""),
    "another-word": (FIVE + DAY, "talk", "", "Tidepool Daysie", ""),
    "only-its-thread": (FIVE + DAY, "talk", "", "I'll be there", "Tidepool Days"),
    "taken-back": (FIVE + DAY, "talk", "", "Tidepool Days", ""),
    "wordless": (FIVE + DAY, "talk", "", "", ""),
}


def a_campaign_house() -> Config:
    """Return the house with a second campaign, and sources that reach more people."""
    house = a_house()
    days = CampaignSpec(
        id="days",
        name="Tidepool Days",
        kind=CampaignKind.BRAND_BUZZ,
        since=date(2025, 10, 6),
        until=date(2025, 10, 20),
        budget="500.00",
        currency="EUR",
        phrases=("Tidepool Days",),
        baseline=28,
    )
    talk = a_source("talk").model_copy(update={"audience": 100_000_001})
    wide = a_source("wide").model_copy(update={"audience": 5_000_000_000})
    sources = {one.id: one for one in (talk, a_source("news"), wide, a_source("quiet"))}
    return replace(
        house,
        sources=sources,
        costs=CostsFile(campaign=(*COSTS.campaign, days), cost=COSTS.cost),
    )


def write_campaigns(engine: Engine) -> Config:
    a_reported_house(engine)
    config = a_campaign_house()
    with writing(engine) as db:
        sync(db, config, now=MONDAY - 60 * DAY)
        sources = dict(db.exec(select(Source.slug, Source.id)).all())
        for name, (at, source, title, text, thread) in POSTS.items():
            db.add(
                Thread(
                    id=name, source_id=sources[source], key=name, title=thread, first_seen_at=at
                )
            )
            db.flush()
            db.add(
                Post(
                    id=name,
                    source_id=sources[source],
                    external_id=name,
                    thread_id=name,
                    is_opening=not thread,
                    title=title,
                    text=text,
                    language="en",
                    published_at=at,
                    fetched_at=at + HOUR,
                    content_hash=name,
                    retention_until=at + 30 * DAY,
                    deleted_at_source=at + DAY if name == "taken-back" else None,
                )
            )
        for name in ("a05-0", "b05-0"):
            post = db.get_one(Post, name)
            post.text = "Heard of it at Tidepool Days. Which one would you take?"
            db.add(post)
        db.execute(update(Source).values(created_at=MONDAY - 60 * DAY))
    return config
