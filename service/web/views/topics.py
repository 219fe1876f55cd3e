"""The topics as a marketer looks after them: what each heard, and what is wrong with it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import func
from sqlmodel import Session, col, select

from config import Config
from config.phrases import risky_phrases
from config.places import KeyPath
from config.topic import Topic
from models.file_version import FileVersion
from models.lead import Lead
from models.people import User
from models.post import Post
from models.signal import Signal
from models.source import Source
from models.topic import Topic as TopicRow
from models.words import SignalStatus, SourceHealth
from service.editing.history import difference
from service.previewing import Effect, Match
from service.web.wording.marking import Excerpt, Mark, Marked, excerpt

LOOKED_BACK = timedelta(days=30)
_SETTLES = 3  # days in which a topic that is new, or was changed, need not have found anything
_FAILING = frozenset({SourceHealth.DEGRADED, SourceHealth.POISON})
#: So many judged signals say something about how many are right.
_MOST_RISKY = 5  # named on the topic's page
_ENOUGH_JUDGED = 10
_POOR = 0.25
_SEEN_OF_MATCH = 240
_BEFORE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicHealth:
    """A topic, and how it did in the last thirty days."""

    topic: Topic
    phrases: int
    sources: int  # active ones that it listens to
    failing: int  # of those
    days: int  # since it is as it is, 30 at the most
    posts: int  # that those brought
    signals: int
    confirmed: int
    rejected: int
    leads: int
    last_match: datetime | None
    problems: tuple[str, ...]

    @property
    def state(self) -> str:
        """How it is, in a word or two."""
        if not self.topic.active:
            return "switched off"
        if self.problems:
            return f"{len(self.problems)} to look at"
        if not self.posts:
            return "no post heard yet"
        return "new" if self.days < _SETTLES and not self.signals else "well"

    @property
    def confirmed_share(self) -> int | None:
        """Percent of what people judged that is right; None while nobody judged."""
        judged = self.confirmed + self.rejected
        return round(100 * self.confirmed / judged) if judged else None


@dataclass(frozen=True, slots=True)
class _Heard:
    """What was counted, by topic or by source."""

    posts: Mapping[str, int]  # by slug
    signals: Mapping[str, Mapping[SignalStatus, int]]
    leads: Mapping[str, int]
    last: Mapping[str, datetime]
    sources: Mapping[str, SourceHealth] = field(default_factory=dict)  # that are on, by slug
    days: Mapping[str, int] = field(default_factory=dict)  # since a topic was changed


def topics_health(db: Session, config: Config, *, now: datetime) -> tuple[TopicHealth, ...]:
    """Return every topic of the files, those that listen first, then by name."""
    heard = _heard(db, now)
    found = [_health(topic, heard, config) for topic in config.topics.values()]
    return tuple(sorted(found, key=lambda h: (not h.topic.active, h.topic.name.casefold())))


def topic_health(db: Session, config: Config, topic: Topic, *, now: datetime) -> TopicHealth:
    """Return how one topic did."""
    return _health(topic, _heard(db, now, only=topic), config)


def _heard(db: Session, now: datetime, *, only: Topic | None = None) -> _Heard:
    """Count what was heard lately; ``only`` for one topic and the sources it names."""
    since = now - LOOKED_BACK
    # Expressions: asked for by the bare column, all rows would be read in the order of its index.
    topic_of_signal = col(Signal.topic_id).concat("").label("topic")
    topic_of_lead = col(Lead.topic_id).concat("").label("topic")
    of_signals = [topic_of_signal == only.id] if only else []
    of_leads = [topic_of_lead == only.id] if only else []
    of_posts = [col(Source.slug).in_(only.sources)] if only and only.sources else []
    posts = db.exec(
        select(Source.slug, func.count())
        .join(Post, col(Post.source_id) == col(Source.id))
        .where(col(Post.published_at) >= since, *of_posts)
        .group_by(col(Source.slug))
    )
    signals: dict[str, dict[SignalStatus, int]] = defaultdict(dict)
    for topic, status, number in db.exec(
        select(topic_of_signal, Signal.status, func.count())
        .where(col(Signal.created_at) >= since, col(Signal.probability) > 0, *of_signals)
        .group_by(topic_of_signal, col(Signal.status))
    ):
        signals[topic][SignalStatus(status)] = number
    leads = db.exec(
        select(topic_of_lead, func.count())
        .where(col(Lead.created_at) >= since, *of_leads)
        .group_by(topic_of_lead)
    )
    last = db.exec(
        select(Signal.topic_id, func.max(Signal.happened_at))
        .where(*([col(Signal.topic_id) == only.id] if only else ()))
        .group_by(col(Signal.topic_id))
    )
    return _Heard(
        posts=dict(posts.all()),
        signals=signals,
        leads=dict(leads.all()),
        last=dict(last.all()),
        sources={
            slug: SourceHealth(health)
            for slug, health in db.exec(
                select(Source.slug, Source.health).where(col(Source.active))
            )
        },
        days={
            topic: min((now - changed).days, LOOKED_BACK.days)
            for topic, changed in db.exec(select(TopicRow.id, TopicRow.changed_at))
        },
    )


def _health(topic: Topic, heard: _Heard, config: Config) -> TopicHealth:
    listened = set(topic.sources or heard.sources).intersection(heard.sources)
    counts = heard.signals.get(topic.id, {})
    health = TopicHealth(
        topic=topic,
        phrases=sum(1 for _ in topic.phrases()) + len(topic.query),
        sources=len(listened),
        failing=sum(heard.sources[slug] in _FAILING for slug in listened),
        days=heard.days.get(topic.id, 0),
        posts=sum(heard.posts.get(slug, 0) for slug in listened),
        signals=sum(counts.values()),
        confirmed=counts.get(SignalStatus.CONFIRMED, 0),
        rejected=counts.get(SignalStatus.REJECTED, 0),
        leads=heard.leads.get(topic.id, 0),
        last_match=heard.last.get(topic.id),
        problems=(),
    )
    return replace(health, problems=tuple(_problems(health, config)))


def _problems(health: TopicHealth, config: Config) -> Iterator[str]:
    topic = health.topic
    if not topic.active:
        return
    if not health.sources:
        yield "none of its sources is on" if topic.sources else "no source is on"
    elif health.failing == health.sources:
        yield (
            "none of its sources can be read" if health.failing > 1 else "its source can't be read"
        )
    elif health.posts and not health.signals and health.days >= _SETTLES:
        yield f"no signal in {health.days} days"
    if health.confirmed + health.rejected >= _ENOUGH_JUDGED and _is_poor(health):
        yield "most of its signals were rejected: look for an exclusion"
    risky = _risky(topic)
    yield from risky[:_MOST_RISKY]
    if len(risky) > _MOST_RISKY:
        yield f"{len(risky) - _MOST_RISKY} more risky phrases"
    owner = config.users.get(topic.owner or "")
    if topic.owner and (owner is None or not owner.active):
        yield f"its owner {topic.owner} is not here any more"


def risks_of(topic: Topic) -> tuple[str, ...]:
    """Return what somebody should look at again in a topic's phrases, the first of it."""
    return _risky(topic)[:_MOST_RISKY]


@lru_cache(maxsize=256)
def _risky(topic: Topic) -> tuple[str, ...]:
    """Return what is risky in the phrases; to compare them all takes 20 ms for 200 of them."""
    return tuple(f"{_place(path)}: {why}" for path, why in risky_phrases(topic))


def _place(path: KeyPath) -> str:
    name = str(path[0])
    return LABELS[name][0] if name in LABELS else name.capitalize()


def _is_poor(health: TopicHealth) -> bool:
    return health.confirmed < _POOR * (health.confirmed + health.rejected)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMatch:
    """A stored post in a preview."""

    title: str
    words: Excerpt
    found_by: str
    source: str
    author: str | None
    at: datetime
    is_new: bool
    was_confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownEffect:
    """An effect as the page tells it."""

    effect: Effect
    matches: tuple[ShownMatch, ...]
    losses: tuple[ShownMatch, ...]


def shown_effect(effect: Effect) -> ShownEffect:
    """Return ``effect`` with the words marked that found each post."""
    return ShownEffect(
        effect=effect,
        matches=tuple(map(_shown, effect.matches)),
        losses=tuple(map(_shown, effect.losses)),
    )


def _shown(match: Match) -> ShownMatch:
    in_body = [
        Marked(start=p.span.start, end=p.span.end, mark=Mark.PHRASE, why=f"the topic's {p.reason}")
        for p in match.phrases
        if p.span.field == "body"
    ]
    found = dict.fromkeys(f"{' '.join(p.text.split())} ({p.reason})" for p in match.phrases)
    return ShownMatch(
        title=match.title,
        words=excerpt(match.text, in_body, most=_SEEN_OF_MATCH, before=_BEFORE),
        found_by=", ".join([*found][:6]) or "the title of its thread",
        source=match.source,
        author=match.author,
        at=match.published_at,
        is_new=match.is_new,
        was_confirmed=match.was_confirmed,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownVersion:
    """A version of a file, and what it changed."""

    id: str
    at: datetime
    by: str | None  # None: outside the page
    note: str | None
    is_removal: bool
    lines: tuple[tuple[str, str], ...]  # class and text: "added", "removed", "same", "place"
    added: int
    removed: int
    is_now: bool


_CLASSES = {"+": "added", "-": "removed", "@": "place"}


def shown_versions(
    db: Session, found: Sequence[FileVersion], *, digest: str | None
) -> tuple[ShownVersion, ...]:
    """Return versions, newest first, each with its difference from the one before.

    ``digest`` is that of the file as it is now.
    """
    ids = {version.by for version in found if version.by}
    names: dict[str, str] = {}
    if ids:
        names = dict(db.exec(select(User.id, User.name).where(col(User.id).in_(ids))).all())
    earlier = [*found[1:], None][: len(found)]
    shown = []
    for number, (version, before) in enumerate(zip(found, earlier, strict=True)):
        lines = diff_lines(before.text if before else None, version.text)
        shown.append(
            ShownVersion(
                id=version.id,
                at=version.at,
                by=names.get(version.by, version.by) if version.by else None,
                note=version.note,
                is_removal=version.text is None,
                lines=lines,
                added=sum(kind == "added" for kind, _ in lines),
                removed=sum(kind == "removed" for kind, _ in lines),
                is_now=number == 0 and version.digest == digest,
            )
        )
    return tuple(shown)


def diff_lines(before: str | None, after: str | None) -> tuple[tuple[str, str], ...]:
    """Return the lines of a difference, each with what it is."""
    return tuple((_CLASSES.get(line[:1], "same"), line) for line in difference(before, after))


#: What the lists of a topic are called, in the order of the form: name, then what to write there.
LABELS: Mapping[str, tuple[str, str]] = {
    "problems": ("Problems", "what hurts, in the buyer's words; no product is named"),
    "keywords": ("Keywords", "what the category is called"),
    "products": ("Products", "what is sold in it: yours, and kinds of product"),
    "competitors": ("Competitors", "names whose users may want to leave"),
    "query": ("Queries", 'one a line; AND, OR, NOT, "quotes", word*, title: site: lang:'),
    "exclusions": ("Exclusions", "a post with one of these is not about this topic"),
}
