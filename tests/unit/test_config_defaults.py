"""The shipped configuration: it is what lead-management says, and good enough to start with."""

import math
import re
import tomllib
from datetime import timedelta
from types import MappingProxyType

import pytest

from config import Config, load_config
from config.folder import FILES, SHIPPED
from config.hours import WorkingSpan
from config.load import find_risky_phrases
from config.settings import Settings
from config.team import ChannelKind
from models.words import (
    ActivityKind,
    Kind,
    LeadStatus,
    Negative,
    SignalClass,
    SourceKind,
    StorageMode,
)
from service.process.gaps import gaps


@pytest.fixture(scope="module")
def shipped() -> Config:
    return load_config(None)


def test_the_shipped_configuration_is_right_and_has_no_risky_phrase(shipped: Config) -> None:
    assert set(shipped.topics) == {"crm", "help-desk", "home-improvement"}
    assert find_risky_phrases(None) == ()


@pytest.mark.parametrize("name", ["crm", "help-desk", "home-improvement"])
def test_a_starter_topic_is_rich(shipped: Config, name: str) -> None:
    topic = shipped.topics[name]
    for words in (topic.keywords, topic.products, topic.competitors, topic.problems):
        assert 25 <= len(words) <= 80
    assert 25 <= len(topic.exclusions) <= 60
    assert topic.active
    assert topic.description


def test_no_phrase_of_a_starter_topic_is_in_another(shipped: Config) -> None:
    phrases = [phrase for topic in shipped.topics.values() for _, phrase in topic.phrases()]
    assert len(phrases) == len(set(phrases))


def test_harken_toml_shows_the_defaults() -> None:
    values = tomllib.loads((SHIPPED / "harken.toml").read_text("utf-8"))
    assert Settings(**values) == Settings()


def test_every_setting_is_explained_in_harken_toml() -> None:
    text = (SHIPPED / "harken.toml").read_text("utf-8")
    for name in Settings.model_fields:
        assert re.search(rf"^(# )?\[?{name}\b", text, re.MULTILINE), name


def test_every_starter_file_explains_itself() -> None:
    assert {path.name for path in SHIPPED.glob("*.toml")} == set(FILES)
    for path in SHIPPED.rglob("*.toml"):
        assert path.read_text("utf-8").startswith("# "), path


def test_one_lawful_source_is_on_and_the_others_are_examples(shipped: Config) -> None:
    active = [source for source in shipped.sources.values() if source.active]
    assert [source.id for source in active] == ["hn-ask"]
    assert active[0].kind is SourceKind.HACKER_NEWS
    assert active[0].url == "https://hn.algolia.com/api/v1"
    assert active[0].options == {"tags": "ask_hn"}
    assert len(shipped.sources) > 4


def test_every_kind_of_source_has_a_policy_and_reddit_waits_for_approval(shipped: Config) -> None:
    for kind in SourceKind:
        assert shipped.policy_for(kind, "https://somewhere.example/").name == kind.value
    reddit = shipped.policy_for(SourceKind.FEED, "https://old.reddit.com/.rss", named="feed")
    assert reddit.name == "reddit"
    assert not reddit.allows_crawling
    assert reddit.allow_storage is StorageMode.EXCERPT


def test_a_policy_that_nobody_has_written_is_passed_over(shipped: Config) -> None:
    assert shipped.policy_for(SourceKind.FEED, "https://a.example/", named="nope").name == "feed"
    assert shipped.policy_for(SourceKind.FEED, "https://a.example/", named="own").name == "own"


def test_the_first_lead_has_somebody_to_go_to(shipped: Config) -> None:
    fallback = shipped.routing.fallback_team
    assert [user.handle for user in shipped.members(fallback)] == ["admin"]
    assert shipped.process.owner == "admin"
    assert gaps(shipped) == ()


def test_the_parts_cannot_be_exchanged(shipped: Config) -> None:
    for part in (shipped.topics, shipped.sources, shipped.policies, shipped.teams, shipped.users):
        assert isinstance(part, MappingProxyType)


def test_every_status_has_a_label(shipped: Config) -> None:
    assert {shipped.process.label(status) for status in LeadStatus} >= {"To review", "Won"}
    unlabelled = shipped.process.model_copy(update={"stages": {}})
    assert unlabelled.label(LeadStatus.SALES_READY) == "Ready for sales"
    assert unlabelled.label(LeadStatus.MQL) == "To review"
    assert unlabelled.label(LeadStatus.OPPORTUNITY) == "Opportunity"


# --- the numbers of lead-management.md ---


@pytest.mark.parametrize(
    ("channel", "accept", "first_touch", "update_days"),
    [
        (ChannelKind.TELESALES, "30m", "1h", 1),
        (ChannelKind.INSIDE, "1h", "4h", 2),
        (ChannelKind.DIRECT, "4h", "1d", 5),
        (ChannelKind.FIELD, "4h", "1d", 5),
        (ChannelKind.DEALER, "1d", "2d", 10),
        (ChannelKind.DISTRIBUTOR, "2d", "3d", 15),
    ],
)
def test_the_expectations_of_a_channel(
    shipped: Config, channel: ChannelKind, accept: str, first_touch: str, update_days: int
) -> None:
    spans = {
        "30m": WorkingSpan(time=timedelta(minutes=30)),
        "1h": WorkingSpan(time=timedelta(hours=1)),
        "4h": WorkingSpan(time=timedelta(hours=4)),
        "1d": WorkingSpan(days=1),
        "2d": WorkingSpan(days=2),
        "3d": WorkingSpan(days=3),
    }
    expected = shipped.sla.channels[channel]
    assert expected.accept == spans[accept]
    assert expected.first_touch == spans[first_touch]
    assert expected.update == WorkingSpan(days=update_days)


def test_review_and_routing(shipped: Config) -> None:
    assert shipped.sla.review == WorkingSpan(days=1)
    assert shipped.sla.routing == timedelta(minutes=5)
    assert shipped.sla.working_time(WorkingSpan(days=2)) == timedelta(hours=16)


@pytest.mark.parametrize(
    ("name", "weight", "hours", "step"),
    [
        (SignalClass.READY, 1.0, 72, 6),
        (SignalClass.INQUIRY, 1.0, 72, 6),
        (SignalClass.ALTERNATIVES, 1.0, 120, 4),
        (SignalClass.COMPARE, 1.0, 120, 4),
        (SignalClass.SEEK_RECOMMENDATION, 1.0, 96, 3),
        (SignalClass.ASK_EXPERIENCE, 0.95, 96, 3),
        (SignalClass.PRICE, 0.9, 120, 4),
        (SignalClass.COMPLAINT_SWITCH, 0.8, 336, 4),
        (SignalClass.PEER_CONTACT, 0.8, 120, 5),
        (SignalClass.RESEARCH, 0.5, 168, 1),
    ],
)
def test_what_a_class_of_signals_is_worth(
    shipped: Config, name: SignalClass, weight: float, hours: int, step: int
) -> None:
    found = shipped.scoring.classes[name]
    assert (found.weight, found.half_life, found.journey_step) == (
        weight,
        timedelta(hours=hours),
        step,
    )


@pytest.mark.parametrize(
    ("name", "points", "days"),
    [
        (ActivityKind.EMAIL_OPEN, 3, 7),
        (ActivityKind.LINK_CLICK, 8, 14),
        (ActivityKind.PAGE_VIEW, 22, 14),
        (ActivityKind.DOWNLOAD, 12, 60),
        (ActivityKind.WEBINAR, 50, 60),
        (ActivityKind.APPOINTMENT, 50, 90),
        (ActivityKind.DEMO, 60, 90),
    ],
)
def test_what_an_activity_is_worth(
    shipped: Config, name: ActivityKind, points: int, days: int
) -> None:
    found = shipped.scoring.activities[name]
    assert (found.points, found.half_life) == (points, timedelta(days=days))


def test_the_rest_of_the_scoring_profile(shipped: Config) -> None:
    profile = shipped.scoring
    marks = profile.thresholds
    assert (marks.intake, marks.mql, marks.sql, marks.hysteresis) == (30, 50, 80, 5)
    assert (profile.clip.signal_max, profile.clip.base_min, profile.clip.base_max) == (
        0.99,
        0.001,
        0.99,
    )
    assert (profile.fit.slope, profile.fit.unknown) == (1.0, 0.5)
    limits = profile.limits
    assert (limits.signals_per_thread_day, limits.signals_per_author) == (1, 5)
    assert (limits.author_window, limits.page_views_per_day) == (timedelta(days=7), 3)
    assert profile.negatives == {
        Negative.VENDOR_PROMO: 0.1,
        Negative.JOB_SEEKER: 0.1,
        Negative.STUDENT: 0.2,
        Negative.SOLVED: 0.3,
        Negative.FREEBIE: 0.4,
        Negative.COMPETITOR: 0.0,
    }
    assert profile.kinds == {
        Kind.RECOMMENDATION: SignalClass.SEEK_RECOMMENDATION,
        Kind.EXPERIENCE: SignalClass.ASK_EXPERIENCE,
        Kind.COMPARISON: SignalClass.COMPARE,
        Kind.ALTERNATIVE: SignalClass.ALTERNATIVES,
        Kind.PRICING: SignalClass.PRICE,
        Kind.PURCHASE: SignalClass.READY,
        Kind.NEED: SignalClass.RESEARCH,
    }
    assert profile.complaint_class is SignalClass.COMPLAINT_SWITCH
    assert profile.peer_reply_class is SignalClass.PEER_CONTACT


@pytest.mark.parametrize(("age_hours", "score"), [(0, 85), (24, 72), (72, 51), (168, 25)])
def test_the_numbers_give_the_scores_of_the_worked_example(
    shipped: Config, age_hours: int, score: int
) -> None:
    asked = shipped.scoring.classes[SignalClass.ASK_EXPERIENCE]
    age = timedelta(hours=age_hours)
    assert round(100 * 0.9 * asked.weight * math.exp2(-(age / asked.half_life))) == pytest.approx(
        score, abs=1
    )
