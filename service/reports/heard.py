"""Fetch what was heard and what it cost: signals by source, topic and phrase, and costs."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select
from sqlmodel import Session, col

from models.cost import CostEntry
from models.lead import Lead, LeadSignal
from models.signal import BETWEEN, Signal
from models.source import Source
from models.words import LeadStatus, SignalStatus
from service.reports.asked import Asked
from service.reports.lives import furthest, money, slugs, source_of, wanted, within
from service.rules.effect import Judged
from service.rules.lives import Lives
from service.rules.money import Money, Sums
from service.rules.spending import Cost, spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Signals by name, and how often each name was heard at each source."""

    judged: Mapping[str, Judged]
    weights: Mapping[str, Mapping[str, int]]  # by source


#: (source, topic, what people said, how many)
Counted = Sequence[tuple[str, str, SignalStatus, int]]


def by_source(counted: Counted) -> dict[str, Judged]:
    """Return the signals by source."""
    found: Counter[tuple[str, SignalStatus | None]] = Counter()
    for source, _, status, count in counted:
        found[source, None] += count
        found[source, status] += count
    return _judged(found)


def by_topic(counted: Counted) -> Heard:
    """Return the signals by topic."""
    found: Counter[tuple[str, SignalStatus | None]] = Counter()
    weights: dict[str, Counter[str]] = defaultdict(Counter)
    for source, topic, status, count in counted:
        found[topic, None] += count
        found[topic, status] += count
        weights[source][topic] += count
    return Heard(judged=_judged(found), weights=weights)


def by_phrase(db: Session, asked: Asked) -> Heard:
    """Return the signals of the period by each phrase of their topic that found them."""
    rows = db.connection().execute(
        select(col(Signal.phrases), col(Signal.status), col(Signal.source_id), func.count())
        .where(*of_period(asked))
        .group_by(col(Signal.phrases), col(Signal.status), col(Signal.source_id))
    )
    names = slugs(db)
    found: Counter[tuple[str, SignalStatus | None]] = Counter()
    weights: dict[str, Counter[str]] = defaultdict(Counter)
    for phrases, status, place, count in rows:
        source = names[place]
        for phrase in _phrases(phrases):
            found[phrase, None] += count
            found[phrase, status] += count
            weights[source][phrase] += count
    return Heard(judged=_judged(found), weights=weights)


def leads_by_phrase(db: Session, asked: Asked) -> Iterator[tuple[str, Lives]]:
    """Yield the leads that were opened in the period under each phrase that found them."""
    theirs = (
        select(func.aggregate_strings(col(Signal.phrases), BETWEEN))
        .join(LeadSignal, col(LeadSignal.signal_id) == col(Signal.id))
        .where(col(LeadSignal.lead_id) == col(Lead.id), col(Signal.probability) > 0)
        .correlate(Lead)
        .scalar_subquery()
    )
    won = col(Lead.status) == LeadStatus.WON
    rows = db.connection().execute(
        select(
            theirs.label("phrases"),
            won.label("won"),
            furthest().label("far"),
            case((won, col(Lead.currency))).label("paid_in"),
            func.count(),
            func.sum(case((won, col(Lead.amount_minor)))),
        )
        .where(wanted(asked), within(Lead.created_at, asked.period))
        .group_by("phrases", "won", "far", "paid_in")
    )
    for phrases, is_won, far, currency, leads, minor in rows:
        alike = Lives(
            topic="",
            source="",
            won=bool(is_won),
            furthest=far,
            leads=leads,
            revenue=money(None if minor is None else int(minor), currency),
        )
        for phrase in _phrases(phrases):
            yield phrase, alike


def signals(db: Session, asked: Asked) -> Counted:
    """Count the signals of the period."""
    rows = db.connection().execute(
        select(col(Signal.source_id), col(Signal.topic_id), col(Signal.status), func.count())
        .where(*of_period(asked))
        .group_by(col(Signal.source_id), col(Signal.topic_id), col(Signal.status))
    )
    names = slugs(db)
    return [(names[place], topic, status, count) for place, topic, status, count in rows]


def of_period(asked: Asked) -> list[ColumnElement[bool]]:
    """Return the conditions for a signal of the period; one that was withdrawn is none."""
    only = asked.only
    return [
        within(Signal.created_at, asked.period),
        col(Signal.probability) > 0,
        *([col(Signal.topic_id) == only.topic] if only.topic else ()),
        *([col(Signal.source_id) == source_of(only.source)] if only.source else ()),
    ]


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


def _phrases(joined: str | None) -> set[str]:
    """Return the phrases of `Signal.phrases`, as they are told from each other."""
    return {" ".join(text.casefold().split()) for text in (joined or "").split(BETWEEN)} - {""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What was spent in a period."""

    sources: Mapping[str, Sums]  # by slug
    campaigns: Mapping[str, Sums]  # by id

    @property
    def all(self) -> list[Money]:
        """Return every amount."""
        return [one for sums in (*self.sources.values(), *self.campaigns.values()) for one in sums]


def costs(db: Session, asked: Asked) -> Spent:
    """Return what of the costs on record falls into the period."""
    period = asked.period
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
        if asked.only.source not in {None, source}:
            continue
        amount = Money(currency, minor)
        entry = Cost(name=source or campaign or "-", since=since, until=until, amount=amount)
        (of_sources if source else of_campaigns).append(entry)
    return Spent(sources=spent(of_sources, period), campaigns=spent(of_campaigns, period))
