"""What the database and the files say of each part of the framework: plain numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists
from sqlmodel import Session, col, func, or_, select

from config import Config
from models.lead import Lead, Offer, StatusChange
from models.merge import Bant, MergeRecord, Result
from models.moves import LIVE, LeadEvent
from models.nurture import Draft, Enrolment
from models.post import Post
from models.source import Source
from models.words import DraftState, EnrolmentState, LeadStatus, OfferState, SourceHealth
from service.process.gaps import gaps
from service.process.signing import standing
from service.routing.clocks import without_a_timer
from service.rules.content import STEPS
from service.rules.content import gaps as content_gaps

#: What targets and volumes are held against.
MONTH = timedelta(days=30)
_STALE_AFTER = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is so now; counts of a month are of the last 30 days."""

    leads: int  # that are alive
    complete: int  # of these: buyer, company or region known, and the topic's step
    stale: int  # of these: nothing was heard or done for 30 days
    merged: int  # leads that were found to be double, ever
    sources: int
    heard: int  # of these: they answered at least once, or had posts brought
    failing: int
    without_timer: int
    month: Mapping[str, int]  # leads, qualified, accepted, won
    targets: Mapping[str, int]
    room: int  # leads that the reps can have at a time
    held: int  # leads that they have or are offered
    version: str
    lacking_signatures: tuple[str, ...]
    thresholds: tuple[float, float, float]  # intake, mql, sql
    qualified_by_hand: int  # leads with BANT
    routing_gaps: tuple[str, ...]
    rules: int
    waiting: int  # for a rep
    waited_too_long: int
    tracks: int
    enrolled: int
    drafts_due: int
    nurturing_without_date: int
    items: int
    cells: int  # places on the content map
    empty_cells: int
    results: int  # why leads were given back or closed, in the month
    costs: int  # entries of money spent
    owned_topics: int
    topics: int


def count(db: Session, config: Config, *, now: datetime) -> Facts:
    """Return what is so now."""
    since = now - MONTH
    live = col(Lead.status).in_(sorted(LIVE))
    aims = config.process.targets.model_dump(exclude_none=True)
    topics = [topic for topic in config.topics.values() if topic.active]
    personas = len(config.content.personas) or 1
    shelf = len(topics) * len(STEPS) * personas
    thresholds = config.scoring.thresholds
    return Facts(
        leads=_leads(db, live),
        complete=_leads(
            db,
            live,
            col(Lead.author_id).is_not(None) | col(Lead.person_id).is_not(None),
            col(Lead.account).is_not(None) | col(Lead.region).is_not(None),
        ),
        stale=_leads(
            db,
            live,
            col(Lead.last_signal_at) < now - _STALE_AFTER,
            col(Lead.status_since) < now - _STALE_AFTER,
        ),
        merged=db.exec(
            select(func.count())
            .select_from(MergeRecord)
            .where(col(MergeRecord.undone_at).is_(None))
        ).one(),
        sources=_sources(db),
        heard=_sources(
            db,
            col(Source.last_success_at).is_not(None)
            | exists().where(col(Post.source_id) == col(Source.id)),
        ),
        failing=_sources(db, col(Source.health) != SourceHealth.OK),
        without_timer=len(without_a_timer(db)),
        month=_month(db, since),
        targets={name: int(aim) for name, aim in aims.items()},
        room=sum(
            user.max_open
            for user in config.users.values()
            if user.active and user.team is not None
        ),
        held=_held(db),
        version=config.process.version,
        lacking_signatures=tuple(half.value for half in standing(db, config.process).lacking),
        thresholds=(thresholds.intake, thresholds.mql, thresholds.sql),
        qualified_by_hand=db.exec(select(func.count()).select_from(Bant)).one(),
        routing_gaps=gaps(config),
        rules=len(config.routing.rule),
        waiting=_leads(db, col(Lead.status) == LeadStatus.SALES_READY),
        waited_too_long=_leads(
            db,
            col(Lead.status) == LeadStatus.SALES_READY,
            col(Lead.status_since) < now - timedelta(days=1),
        ),
        tracks=len(config.nurture.track),
        enrolled=db.exec(
            select(func.count())
            .select_from(Enrolment)
            .where(Enrolment.state == EnrolmentState.RUNNING)
        ).one(),
        drafts_due=db.exec(
            select(func.count())
            .select_from(Draft)
            .where(or_(Draft.state == DraftState.DUE, Draft.state == DraftState.PLANNED))
            .where(col(Draft.due_at) <= now)
        ).one(),
        nurturing_without_date=_leads(
            db, col(Lead.status) == LeadStatus.NURTURING, col(Lead.next_step_at).is_(None)
        ),
        items=len(config.content.item),
        cells=shelf,
        empty_cells=len(content_gaps(config.content, [topic.id for topic in topics])),
        results=db.exec(
            select(func.count()).select_from(Result).where(col(Result.at) >= since)
        ).one(),
        costs=len(config.costs.cost),
        owned_topics=sum(topic.owner is not None for topic in topics),
        topics=len(topics),
    )


def _leads(db: Session, *conditions: ColumnElement[bool]) -> int:
    return db.exec(select(func.count()).select_from(Lead).where(*conditions)).one()


def _sources(db: Session, *conditions: ColumnElement[bool]) -> int:
    on = select(func.count()).select_from(Source).where(col(Source.active), *conditions)
    return db.exec(on).one()


def _held(db: Session) -> int:
    offered = select(func.count()).select_from(Offer).where(Offer.state == OfferState.OPEN)
    owned = (LeadStatus.ACCEPTED, LeadStatus.WORKING, LeadStatus.OPPORTUNITY)
    return db.exec(offered).one() + _leads(db, col(Lead.status).in_(owned))


def _month(db: Session, since: datetime) -> Mapping[str, int]:
    accepted = (
        select(func.count(func.distinct(StatusChange.lead_id)))
        .where(StatusChange.event == LeadEvent.ACCEPTED.value)
        .where(col(StatusChange.at) >= since)
    )
    return {
        "leads": _leads(db, col(Lead.created_at) >= since),
        "qualified": _leads(db, col(Lead.sales_ready_at) >= since),
        "accepted": db.exec(accepted).one(),
        "won": _leads(db, col(Lead.status) == LeadStatus.WON, col(Lead.closed_at) >= since),
    }
