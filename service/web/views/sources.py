"""The sources as somebody looks after them: how each does, in words, and its rhythm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select

from models.host import Host
from models.post import Author, Post, Thread
from models.signal import Signal
from models.source import Source, SourcePolicy
from models.topic import Topic
from models.words import SourceHealth
from service.links import outward
from service.listening.attention import not_allowed, redirected, silent
from service.listening.leases import host_of
from service.rules.rhythm import interval

LOOKED_BACK = timedelta(days=30)
PAGE_SIZE = 100
_RECENT = 10
_DAYS = 30


class Shown(StrEnum):
    """Which sources are listed."""

    ALL = "all"
    WRONG = "wrong"  # failing, poison, redirecting, or not allowed
    QUIET = "quiet"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spark:
    """A rhythm: what was heard on each of thirty days, oldest first."""

    days: tuple[int, ...]  # posts that are remembered of each day

    @property
    def bars(self) -> tuple[tuple[int, int], ...]:
        """Place and height (1 to 18) of each bar that is there."""
        most = max(self.days, default=0) or 1
        return tuple(
            (number * 4, max(2, round(18 * count / most)))
            for number, count in enumerate(self.days)
            if count
        )

    @property
    def words(self) -> str:
        """What a person who can't see it hears."""
        active = sum(1 for count in self.days if count)
        return f"posts on {active} of the last {len(self.days)} days"


def spark_of(heard_at: Sequence[int], *, now: datetime) -> Spark:
    """Return the rhythm of the times that a source remembers."""
    today = int(now.timestamp()) // 86_400
    days = [0] * _DAYS
    for at in heard_at:
        ago = today - at // 86_400
        if 0 <= ago < _DAYS:
            days[_DAYS - 1 - ago] += 1
    return Spark(days=tuple(days))


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A source in the list."""

    source: Source
    state: str  # "answers", "gone quiet", "off", ...
    tone: str  # ok, wrong, quiet, off
    problem: str | None
    spark: Spark
    posts: int  # of 30 days


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceList:
    """A page of sources."""

    lines: tuple[SourceLine, ...]
    shown: Shown
    counts: Mapping[Shown, int]
    wanted: str  # words that names or addresses have
    page: int
    pages: int


def read_sources(
    db: Session, *, shown: Shown, wanted: str, page: int, now: datetime
) -> SourceList:
    """Return a page of sources, by name; a page behind the last is the last."""
    counts = {
        each: db.exec(
            select(func.count())
            .select_from(Source)
            .join(SourcePolicy, col(SourcePolicy.name) == col(Source.policy_name))
            .where(_which(each), _named(wanted))
        ).one()
        for each in Shown
    }
    pages = max(1, -(-counts[shown] // PAGE_SIZE))
    page = min(max(page, 1), pages)
    rows = db.exec(
        select(Source, SourcePolicy)
        .join(SourcePolicy, col(SourcePolicy.name) == col(Source.policy_name))
        .where(_which(shown), _named(wanted))
        .order_by(col(Source.active).desc(), func.lower(Source.name), col(Source.slug))
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    ).all()
    posts = _posts(db, [source.id for source, _ in rows], now)
    return SourceList(
        lines=tuple(_line(s, policy, posts.get(s.id, 0), now) for s, policy in rows),
        shown=shown,
        counts=counts,
        wanted=wanted,
        page=page,
        pages=pages,
    )


def _which(shown: Shown) -> ColumnElement[bool]:
    active = col(Source.active)
    listed = or_(active, col(Source.from_files))
    is_quiet = and_(
        active,
        col(Source.health) == SourceHealth.OK,
        col(Source.quiet_at).is_not(None),
        col(Source.last_success_at) >= col(Source.quiet_at),
    )
    barred = and_(col(SourcePolicy.requires_approval), col(SourcePolicy.approval_ref).is_(None))
    failing = col(Source.health).in_((SourceHealth.DEGRADED, SourceHealth.POISON))
    conditions: dict[Shown, ColumnElement[bool]] = {
        Shown.ALL: listed,
        Shown.WRONG: and_(active, or_(failing, barred, col(Source.moved_to).is_not(None))),
        Shown.QUIET: is_quiet,
        Shown.OFF: and_(listed, active.is_(False)),
    }
    return conditions[shown]


def _named(wanted: str) -> ColumnElement[bool]:
    return or_(
        col(Source.name).icontains(wanted, autoescape=True),
        col(Source.url).icontains(wanted, autoescape=True),
        col(Source.slug).icontains(wanted, autoescape=True),
    )


def _posts(db: Session, ids: Sequence[str], now: datetime) -> dict[str, int]:
    found = db.exec(
        select(Post.source_id, func.count())
        .where(col(Post.published_at) >= now - LOOKED_BACK, col(Post.source_id).in_(ids))
        .group_by(col(Post.source_id))
    )
    return dict(found.all())


def _line(source: Source, policy: SourcePolicy, posts: int, now: datetime) -> SourceLine:
    state, tone, problem = state_of(source, policy)
    return SourceLine(
        source=source,
        state=state,
        tone=tone,
        problem=problem,
        spark=spark_of(source.heard_at, now=now),
        posts=posts,
    )


def state_of(source: Source, policy: SourcePolicy) -> tuple[str, str, str | None]:
    """Return how a source is, in a word or two, its tone, and what is wrong in a sentence."""
    if not source.active:
        return "off", "off", None
    if source.health is SourceHealth.PAUSED:
        return "paused", "off", source.last_problem
    if why := not_allowed(policy):
        return "not allowed", "wrong", why
    if source.health is SourceHealth.POISON:
        return "unreadable", "wrong", source.last_problem
    if source.health is SourceHealth.DEGRADED:
        return "failing", "wrong", source.last_problem
    if moved := redirected(source):
        return "moved", "wrong", moved.partition(": if that")[0]
    if quiet := silent(source):
        return "gone quiet", "quiet", quiet
    if source.last_success_at is None and source.kind.is_polled:
        return "not read yet", "quiet", None
    return "answers", "ok", None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentPost:
    """A post that a source brought."""

    title: str
    author: str | None
    at: datetime
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSheet:
    """A source with all that is known of it."""

    line: SourceLine
    policy: SourcePolicy
    why_off: str | None  # the policy's
    host: str
    host_rest: datetime | None
    host_reason: str | None
    host_sources: int  # active ones there
    own_interval: timedelta  # as its rhythm has it now
    signals: tuple[tuple[str, str, int], ...]  # topic's id, name, signals of 30 days
    languages: tuple[tuple[str, int], ...]
    recent: tuple[RecentPost, ...]


def read_source(db: Session, source: Source, *, now: datetime) -> SourceSheet:
    """Return the sheet of ``source``."""
    policy = db.get_one(SourcePolicy, source.policy_name)
    host = host_of(source.url)
    row = db.get(Host, host)
    rest = row.rest_until if row is not None and row.rest_until and row.rest_until > now else None
    posts = _posts(db, [source.id], now)
    return SourceSheet(
        line=_line(source, policy, posts.get(source.id, 0), now),
        policy=policy,
        why_off=not_allowed(policy),
        host=host,
        host_rest=rest,
        host_reason=row.last_reason if row is not None and rest else None,
        host_sources=_at_host(db, host),
        own_interval=_own_interval(source, now),
        signals=_signals(db, source.id, now),
        languages=_languages(db, source.id, now),
        recent=_recent(db, source.id),
    )


def _own_interval(source: Source, now: datetime) -> timedelta:
    return interval(
        source.heard_at,
        every=timedelta(seconds=source.every_seconds),
        since=source.created_at,
        now=now,
        ttl_seconds=source.ttl_seconds,
    )


def _at_host(db: Session, host: str) -> int:
    urls = db.exec(
        select(Source.url).where(
            col(Source.active), col(Source.url).icontains(host, autoescape=True)
        )
    )
    return sum(host_of(url) == host for url in urls)


def _signals(db: Session, source_id: str, now: datetime) -> tuple[tuple[str, str, int], ...]:
    number = func.count()
    found = db.exec(
        select(Topic.id, Topic.name, number)
        .join(Signal, col(Signal.topic_id) == col(Topic.id))
        .join(Post, col(Post.id) == col(Signal.post_id))
        .where(col(Post.source_id) == source_id, col(Signal.created_at) >= now - LOOKED_BACK)
        .group_by(col(Topic.id), col(Topic.name))
        .order_by(number.desc())
    )
    return tuple((topic, name, count) for topic, name, count in found)


def _languages(db: Session, source_id: str, now: datetime) -> tuple[tuple[str, int], ...]:
    number = func.count()
    found = db.exec(
        select(Post.language, number)
        .where(col(Post.source_id) == source_id, col(Post.published_at) >= now - LOOKED_BACK)
        .group_by(col(Post.language))
        .order_by(number.desc(), col(Post.language))
        .limit(6)
    )
    return tuple((language, count) for language, count in found)


def _recent(db: Session, source_id: str) -> tuple[RecentPost, ...]:
    found = db.exec(
        select(Post, Thread.title, Author.handle)
        .join(Thread, col(Thread.id) == col(Post.thread_id))
        .outerjoin(Author, col(Author.id) == col(Post.author_id))
        .where(col(Post.source_id) == source_id, col(Post.deleted_at_source).is_(None))
        .order_by(col(Post.published_at).desc())
        .limit(_RECENT)
    )
    return tuple(
        RecentPost(
            title=(post.title or thread_title or " ".join(post.text.split()))[:160] or "Untitled",
            author=author,
            at=post.published_at,
            url=outward(post.url),
        )
        for post, thread_title, author in found
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class HostBudget:
    """A host and how it is asked."""

    name: str
    sources: int
    gap_seconds: float  # between two requests, the longest of its policies
    requests_a_day: int  # polls of its sources, as often as their rhythms have it now
    most_a_day: int  # that the gap leaves room for
    rest_until: datetime | None
    refusals: int
    reason: str | None

    @property
    def share(self) -> int:
        """Percent of the room that is taken, 100 at the most."""
        return min(100, round(100 * self.requests_a_day / self.most_a_day))


def read_hosts(db: Session, *, now: datetime) -> tuple[HostBudget, ...]:
    """Return the hosts that are listened to, those that rest first, then the busiest."""
    rows = db.exec(
        select(Source, SourcePolicy.min_interval_seconds)
        .join(SourcePolicy, col(SourcePolicy.name) == col(Source.policy_name))
        .where(col(Source.active))
    )
    at: dict[str, list[tuple[float, float]]] = {}
    for source, gap in rows:
        if source.url.startswith(("http://", "https://")):
            polls = timedelta(days=1) / _own_interval(source, now)
            at.setdefault(host_of(source.url), []).append((polls, gap))
    known = {host.name: host for host in db.exec(select(Host))}
    found = []
    for name, sources in at.items():
        gap = max(gap for _, gap in sources)
        host = known.get(name)
        rest = host.rest_until if host is not None else None
        found.append(
            HostBudget(
                name=name,
                sources=len(sources),
                gap_seconds=gap,
                requests_a_day=round(sum(polls for polls, _ in sources)),
                most_a_day=round(86_400 / gap) if gap else 10**6,
                rest_until=rest if rest is not None and rest > now else None,
                refusals=host.refusals if host is not None else 0,
                reason=host.last_reason if host is not None and rest and rest > now else None,
            )
        )
    return tuple(
        sorted(found, key=lambda one: (one.rest_until is None, -one.requests_a_day, one.name))
    )


def span_words(span: timedelta) -> str:
    """Return a span as people say it: "15 min", "1.5 h", "2 d"."""
    seconds = span.total_seconds()
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{seconds:.0f} s"
