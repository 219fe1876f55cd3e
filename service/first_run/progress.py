"""How far the first reading got: sources read, posts, signals, leads."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.lead import Lead
from models.post import Post
from models.signal import Signal
from models.source import Source, SourcePolicy
from models.words import LeadStatus, SourceHealth
from service.listening.attention import not_allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A source on its first reading."""

    name: str
    slug: str
    posts: int
    state: str  # waits, being read, read, failed
    problem: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What was read so far."""

    sources: tuple[Reading, ...]
    posts: int
    signals: int
    leads: int
    first_leads: tuple[tuple[str, str, float], ...]  # id, title, score: the best

    @property
    def read(self) -> int:
        """Sources that were read."""
        return sum(source.state == "read" for source in self.sources)

    @property
    def failed(self) -> int:
        """Sources that couldn't be read."""
        return sum(source.state == "failed" for source in self.sources)

    @property
    def is_done(self) -> bool:
        """Whether every source has had its turn."""
        return self.read + self.failed == len(self.sources)


_SHOWN = 5
_MOST_SOURCES = 50


def progress(db: Session) -> Progress:
    """Return how far all active sources got."""
    rows = db.exec(
        select(Source, SourcePolicy)
        .join(SourcePolicy, col(SourcePolicy.name) == col(Source.policy_name))
        .where(col(Source.active))
        .order_by(col(Source.created_at).desc(), Source.slug)
        .limit(_MOST_SOURCES)
    ).all()
    polled = [(source, policy) for source, policy in rows if source.kind.is_polled]
    ids = [source.id for source, _ in polled]
    counts = dict(
        db.exec(
            select(Post.source_id, func.count())
            .where(col(Post.source_id).in_(ids))
            .group_by(col(Post.source_id))
        ).all()
    )
    return Progress(
        sources=tuple(_reading(source, policy, counts) for source, policy in polled),
        posts=sum(counts.values()),
        signals=db.exec(select(func.count()).select_from(Signal)).one(),
        leads=db.exec(
            select(func.count()).select_from(Lead).where(col(Lead.status).not_in(_GONE))
        ).one(),
        first_leads=_best(db),
    )


_GONE = (LeadStatus.ERASED, LeadStatus.MERGED)


def _best(db: Session) -> tuple[tuple[str, str, float], ...]:
    found: Sequence[Lead] = db.exec(
        select(Lead)
        .where(col(Lead.status).not_in(_GONE))
        .order_by(col(Lead.score).desc(), col(Lead.id))
        .limit(_SHOWN)
    ).all()
    return tuple((lead.id, lead.title, lead.score) for lead in found)


def _reading(source: Source, policy: SourcePolicy, counts: dict[str, int]) -> Reading:
    state, problem = "waits for its turn", None
    if why := not_allowed(policy):
        state, problem = "failed", why
    elif source.last_success_at is not None:
        state = "read"
    elif source.health in {SourceHealth.DEGRADED, SourceHealth.POISON}:
        state, problem = "failed", source.last_problem
    elif source.lease_token is not None or counts.get(source.id):
        state = "being read"
    return Reading(
        name=source.name,
        slug=source.slug,
        posts=counts.get(source.id, 0),
        state=state,
        problem=problem,
    )
