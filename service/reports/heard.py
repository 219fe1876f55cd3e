"""Fetch what was heard and what it cost: signals by source, topic and phrase, and costs."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session, col

from models.cost import CostEntry
from models.lead import Lead, LeadSignal
from models.post import Post
from models.signal import Signal
from models.source import Source
from models.words import SignalStatus
from service.reports.lives import counts, within
from service.rules.effect import Judged
from service.rules.money import Money, Sums
from service.rules.period import Period
from service.rules.spending import Cost, spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Signals by name, and how often each name was heard at each source."""

    judged: Mapping[str, Judged]
    weights: Mapping[str, Mapping[str, int]]  # by source


def by_source(db: Session, period: Period) -> dict[str, Judged]:
    """Return the signals of ``period`` by source."""
    found: Counter[tuple[str, SignalStatus | None]] = Counter()
    for source, _, status, count in _counted(db, period):
        found[source, None] += count
        found[source, status] += count
    return _judged(found)


def by_topic(db: Session, period: Period) -> Heard:
    """Return the signals of ``period`` by topic."""
    found: Counter[tuple[str, SignalStatus | None]] = Counter()
    weights: dict[str, Counter[str]] = defaultdict(Counter)
    for source, topic, status, count in _counted(db, period):
        found[topic, None] += count
        found[topic, status] += count
        weights[source][topic] += count
    return Heard(judged=_judged(found), weights=weights)


def by_phrase(db: Session, period: Period) -> Heard:
    """Return the signals of ``period`` by each phrase of their topic that found them."""
    wanted = (
        select(col(Signal.matched), col(Signal.status), col(Source.slug))
        .join(Post, col(Post.id) == col(Signal.post_id))
        .join(Source, col(Source.id) == col(Post.source_id))
        .where(within(Signal.created_at, period), col(Signal.probability) > 0)
        .execution_options(yield_per=5_000)
    )
    found: Counter[tuple[str, SignalStatus | None]] = Counter()
    weights: dict[str, Counter[str]] = defaultdict(Counter)
    for matched, status, source in db.connection().execute(wanted):
        for phrase in _phrases(matched):
            found[phrase, None] += 1
            found[phrase, status] += 1
            weights[source][phrase] += 1
    return Heard(judged=_judged(found), weights=weights)


def phrases_of_leads(db: Session, period: Period) -> list[tuple[str, str]]:
    """Return (phrase, lead) for the leads that were opened in ``period``."""
    wanted = (
        select(col(LeadSignal.lead_id), col(Signal.matched))
        .join(Signal, col(Signal.id) == col(LeadSignal.signal_id))
        .join(Lead, col(Lead.id) == col(LeadSignal.lead_id))
        .where(counts(), within(Lead.created_at, period), col(Signal.probability) > 0)
        .execution_options(yield_per=5_000)
    )
    return [
        (phrase, lead)
        for lead, matched in db.connection().execute(wanted)
        for phrase in _phrases(matched)
    ]


def _counted(db: Session, period: Period) -> list[tuple[str, str, SignalStatus, int]]:
    """Return (source, topic, status, number); a signal that was withdrawn is none."""
    wanted = (
        select(col(Source.slug), col(Signal.topic_id), col(Signal.status), func.count())
        .select_from(Signal)
        .join(Post, col(Post.id) == col(Signal.post_id))
        .join(Source, col(Source.id) == col(Post.source_id))
        .where(within(Signal.created_at, period), col(Signal.probability) > 0)
        .group_by(col(Source.slug), col(Signal.topic_id), col(Signal.status))
    )
    rows = db.connection().execute(wanted)
    return [(source, topic, status, count) for source, topic, status, count in rows]


def _judged(found: Mapping[tuple[str, SignalStatus | None], int]) -> dict[str, Judged]:
    return {
        name: Judged(
            signals=count,
            confirmed=found.get((name, SignalStatus.CONFIRMED), 0),
            rejected=found.get((name, SignalStatus.REJECTED), 0),
        )
        for (name, status), count in found.items()
        if status is None
    }


def _phrases(matched: object) -> set[str]:
    """Return the phrases that a signal was found by, as they are told from each other."""
    if not isinstance(matched, list):
        return set()
    texts = (str(one.get("text", "")) for one in matched if isinstance(one, dict))
    return {" ".join(text.casefold().split()) for text in texts} - {""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What was spent in a period."""

    sources: Mapping[str, Sums]  # by slug
    campaigns: Mapping[str, Sums]  # by id

    @property
    def all(self) -> list[Money]:
        """Return every amount."""
        return [one for sums in (*self.sources.values(), *self.campaigns.values()) for one in sums]


def costs(db: Session, period: Period) -> Spent:
    """Return what of the costs on record falls into ``period``."""
    wanted = (
        select(
            col(Source.slug),
            col(CostEntry.campaign_id),
            col(CostEntry.since),
            col(CostEntry.until),
            col(CostEntry.amount_minor),
            col(CostEntry.currency),
        )
        .select_from(CostEntry)
        .outerjoin(Source, col(Source.id) == col(CostEntry.source_id))
        .where(col(CostEntry.since) < period.until, col(CostEntry.until) > period.first)
    )
    of_sources: list[Cost] = []
    of_campaigns: list[Cost] = []
    for source, campaign, since, until, minor, currency in db.connection().execute(wanted):
        amount = Money(currency, minor)
        entry = Cost(name=source or campaign or "-", since=since, until=until, amount=amount)
        (of_sources if source else of_campaigns).append(entry)
    return Spent(sources=spent(of_sources, period), campaigns=spent(of_campaigns, period))
