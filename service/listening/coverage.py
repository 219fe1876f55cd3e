"""What is heard, and where nothing is: sources, posts, signals and leads by kind and by topic."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Select, case, func, select
from sqlmodel import Session, col

from models.lead import LeadSignal
from models.post import Post
from models.signal import Signal
from models.source import Source
from models.topic import Topic
from models.words import SourceHealth

WEEK = timedelta(days=7)
MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A source that is listened to, and what it brought."""

    slug: str
    kind: str
    state: str  # ok, quiet, never, degraded, poison, paused
    posts_7d: int = 0
    posts_30d: int = 0
    last_success: datetime | None = None
    #: Of the last 30 days, by topic.
    signals: Mapping[str, int] = field(default_factory=dict)
    leads: Mapping[str, frozenset[str]] = field(default_factory=dict)  # ids of leads


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What a kind of sources brings, or what a topic gets."""

    name: str
    sources: int  # that are active; of a topic: that it was heard in
    ok: int
    degraded: int  # failing, poison or paused
    quiet: int
    never: int  # not read once
    posts_7d: int
    posts_30d: int
    signals_30d: int
    leads_30d: int
    last_success: datetime | None

    def as_json(self) -> dict[str, object]:
        """Return the entry that `harken sources coverage --json` prints."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What is heard, and in words what is not."""

    kinds: tuple[Share, ...]
    topics: tuple[Share, ...]
    gaps: tuple[str, ...]
    #: Signals of 30 days by topic and kind, where there are any: the map itself.
    cells: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Return the document that `harken sources coverage --json` prints."""
        return {
            "kinds": [share.as_json() for share in self.kinds],
            "topics": [share.as_json() for share in self.topics],
            "gaps": list(self.gaps),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What people call what is told of by its id; what is not in it goes by the id."""

    kinds: Mapping[str, str] = field(default_factory=dict)
    topics: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)  # by slugs


_BY_ID = Called()


def cover(heard: Sequence[Heard], topics: Sequence[str], called: Called = _BY_ID) -> Coverage:
    """Return what active sources bring by kind and by topic, and where the gaps are."""
    by_kind: dict[str, list[Heard]] = defaultdict(list)
    for source in heard:
        by_kind[source.kind].append(source)
    by_topic = {topic: [s for s in heard if s.signals.get(topic)] for topic in topics}
    return Coverage(
        kinds=tuple(_share(kind, sources, topics) for kind, sources in sorted(by_kind.items())),
        topics=tuple(_share(topic, of, [topic]) for topic, of in sorted(by_topic.items())),
        gaps=(
            *_gaps_of_kinds(by_kind, called),
            *_gaps_of_topics(by_topic, called, anything=bool(heard)),
        ),
        cells={
            (topic, kind): number
            for topic in topics
            for kind, sources in by_kind.items()
            if (number := sum(source.signals.get(topic, 0) for source in sources))
        },
    )


def _share(name: str, sources: Sequence[Heard], topics: Sequence[str]) -> Share:
    states = [source.state for source in sources]
    leads = {lead for s in sources for topic in topics for lead in s.leads.get(topic, ())}
    return Share(
        name=name,
        sources=len(sources),
        ok=states.count("ok"),
        degraded=sum(state not in {"ok", "quiet", "never"} for state in states),
        quiet=states.count("quiet"),
        never=states.count("never"),
        posts_7d=sum(source.posts_7d for source in sources),
        posts_30d=sum(source.posts_30d for source in sources),
        signals_30d=sum(s.signals.get(topic, 0) for s in sources for topic in topics),
        leads_30d=len(leads),
        last_success=max((s.last_success for s in sources if s.last_success), default=None),
    )


def _gaps_of_kinds(by_kind: Mapping[str, Sequence[Heard]], called: Called) -> Iterator[str]:
    if not by_kind:
        yield "nothing is listened to: `harken sources add URL`"
    for kind, sources in sorted(by_kind.items()):
        which = (
            f"{_counted(len(sources), 'source')} ({called.kinds[kind]})"
            if kind in called.kinds
            else _counted(len(sources), f"{kind} source")
        )
        if not any(source.state in {"ok", "quiet"} for source in sources):
            yield f"nothing is heard from {which}: `harken sources check` says why"
        elif not any(source.posts_7d for source in sources):
            yield f"no post of this week is from {which}"


def _gaps_of_topics(
    by_topic: Mapping[str, Sequence[Heard]], called: Called, *, anything: bool
) -> Iterator[str]:
    for topic_id, sources in sorted(by_topic.items()):
        topic = called.topics.get(topic_id, topic_id)
        if not sources:
            if anything:
                yield f"topic {topic} was heard in no source in 30 days"
            continue
        where = f"topic {topic} is heard in {_counted(len(sources), 'source')}"
        if not any(source.posts_7d for source in sources):
            yield f"{where}, none of them active this week"
        elif not any(source.state == "ok" for source in sources):
            yield f"{where}, none of them well: `harken sources check` says why"
        elif len(sources) == 1:
            yield f"{where} only: {called.sources.get(sources[0].slug, sources[0].slug)}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def coverage(db: Session, *, now: datetime, called: Called = _BY_ID) -> Coverage:
    """Return what active sources brought in the last 30 days."""
    connection = db.connection()
    posts = {row.source_id: row for row in connection.execute(_posts(now))}
    signals: dict[str, dict[str, int]] = defaultdict(dict)
    for source_id, topic, number in connection.execute(_signals(now)):
        signals[source_id][topic] = number
    leads: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for source_id, topic, lead in connection.execute(_leads(now)):
        leads[source_id][topic].add(lead)
    sources = db.scalars(select(Source).where(col(Source.active)).order_by(col(Source.slug)))
    heard = [
        Heard(
            slug=source.slug,
            kind=source.kind.value,
            state=_state(source),
            posts_7d=posts[source.id].week if source.id in posts else 0,
            posts_30d=posts[source.id].month if source.id in posts else 0,
            last_success=source.last_success_at,
            signals=signals[source.id],
            leads={topic: frozenset(ids) for topic, ids in leads[source.id].items()},
        )
        for source in sources
    ]
    topics = connection.execute(select(col(Topic.id)).where(col(Topic.active))).scalars()
    return cover(heard, sorted(topics), called)


def _state(source: Source) -> str:
    if source.health is not SourceHealth.OK:
        return source.health.value
    if source.last_success_at is None and source.kind.is_polled:
        return "never"
    return "quiet" if source.is_quiet else "ok"


def _posts(now: datetime) -> Select[str, int, int]:
    lately = case((col(Post.published_at) >= now - WEEK, 1), else_=0)
    return (
        select(
            col(Post.source_id),
            func.count().label("month"),
            func.sum(lately).label("week"),
        )
        .where(col(Post.published_at) >= now - MONTH)
        .group_by(col(Post.source_id))
    )


def _signals(now: datetime) -> Select[str, str, int]:
    return (
        select(col(Post.source_id), col(Signal.topic_id), func.count())
        .join(Post, col(Post.id) == col(Signal.post_id))
        .where(col(Signal.happened_at) >= now - MONTH)
        .group_by(col(Post.source_id), col(Signal.topic_id))
    )


def _leads(now: datetime) -> Select[str, str, str]:
    return (
        select(col(Post.source_id), col(Signal.topic_id), col(LeadSignal.lead_id))
        .select_from(Signal)
        .join(Post, col(Post.id) == col(Signal.post_id))
        .join(LeadSignal, col(LeadSignal.signal_id) == col(Signal.id))
        .where(col(Signal.happened_at) >= now - MONTH)
        .distinct()
    )
