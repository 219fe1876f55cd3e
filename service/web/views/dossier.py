"""What a lead's own page holds beside its sheet: what to do, by when, with whom, and with what."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from config import Config
from config.content import ContentItem
from models.contact import Person
from models.lead import Lead, Offer
from models.merge import MergeRecord
from models.mute import Mute
from models.nurture import Draft, Enrolment
from models.post import Post
from models.signal import Signal
from models.sla import SlaClock, Task
from models.words import DraftState, EnrolmentState, TaskKind
from service.access.viewer import Viewer
from service.access.visible import visible_to
from service.leads.mutes import standing
from service.leads.related import Relation, related
from service.routing.clocks import running
from service.rules.content import suggest
from service.rules.freshness import Fading, Made, left, outlook, time_above
from service.times import Due, due
from service.web.views.bant import BantSheet, read_bant
from service.web.views.people import People
from service.web.views.score import Explained, read_explained
from service.web.views.score import whole as whole_score
from service.web.wording.lead_words import CLOCKS, OFFERS, RELATIONS, TASKS

_MOST = 20
_DAYS = (1, 3, 7)  # of the outlook
_TASKS = (
    select(Task, Draft)
    .outerjoin(Draft, col(Draft.task_id) == Task.id)
    .where(col(Task.lead_id) == bindparam("lead"), col(Task.done_at).is_(None))
    .order_by(col(Task.due_at), col(Task.id))
    .limit(_MOST)
)
_OFFERS = (
    select(Offer)
    .where(col(Offer.lead_id) == bindparam("lead"))
    .order_by(col(Offer.fencing).desc())
    .limit(_MOST)
)
_MERGED = (
    select(MergeRecord, Lead.title)
    .join(Lead, col(Lead.id) == MergeRecord.loser_id)
    .where(
        col(MergeRecord.survivor_id) == bindparam("lead"),
        col(MergeRecord.undone_at).is_(None),
        col(MergeRecord.undo_until) > bindparam("now"),
    )
    .order_by(col(MergeRecord.at).desc())
    .limit(_MOST)
)
_TRACK = select(Enrolment.track).where(
    col(Enrolment.lead_id) == bindparam("lead"), col(Enrolment.state) == EnrolmentState.RUNNING
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """How fresh a lead is, and how long its score lasts without news."""

    percent: int  # of the evidence that is left
    above: timedelta | None  # how long it stays where it is; None: it is below every bar
    bar: int | None  # the bar that it passes then
    outlook: tuple[tuple[int, int], ...]  # (days from now, score)
    passes_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLine:
    """Something to do."""

    id: str
    what: str
    kind: str
    who: str | None
    is_mine: bool
    due: Due
    mandatory: bool
    step_id: str | None  # of the nurture step that it stands for
    points: str  # what to say, of a nurture step


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockLine:
    """A clock that runs, or stands still."""

    words: str
    due: Due
    who: str | None
    paused_until: datetime | None
    level: int  # rungs of the ladder that were climbed


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferLine:
    """Whom it was offered to, and what they said."""

    who: str
    at: datetime
    accept_by: datetime
    state: str
    reason: str | None  # a decline's code


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedLine:
    """A lead that may belong to this one."""

    lead_id: str
    title: str
    status: str
    why: str
    same_topic: bool
    rev: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedLine:
    """A lead that became part of this one."""

    lead_id: str
    title: str
    who: str | None
    at: datetime
    undo_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteLine:
    """A mute that concerns this lead."""

    id: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """Everything beside the sheet."""

    bant: BantSheet
    freshness: Freshness | None
    content: ContentItem | None
    tasks: tuple[TaskLine, ...]
    clocks: tuple[ClockLine, ...]
    offers: tuple[OfferLine, ...]
    related: tuple[RelatedLine, ...]
    merged: tuple[MergedLine, ...]
    mutes: tuple[MuteLine, ...]
    track: str | None  # the nurture track that runs


def read_dossier(
    db: Session,
    viewer: Viewer,
    lead: Lead,
    signals: Sequence[Signal],
    people: People,
    *,
    config: Config,
    now: datetime,
) -> Dossier:
    """Return the dossier of a lead with its ``signals``."""
    return Dossier(
        bant=read_bant(db, lead, signals),
        freshness=_freshness(lead, config, now),
        content=_content(db, lead, config),
        tasks=_tasks(db, viewer, lead, people, now),
        clocks=tuple(
            _clock(row, people, now)
            for row in running(db, lead.id)
            if people.circle.has(row.user_id)
        ),
        offers=_offers(db, lead, people),
        related=_related(db, viewer, lead),
        merged=_merged(db, lead, people, now),
        mutes=_mutes(db, lead, signals) if people.circle.is_everybody else (),
        track=_track(db, lead) if people.circle.is_everybody else None,
    )


def _freshness(lead: Lead, config: Config, now: datetime) -> Freshness | None:
    explained = read_explained(lead.score_explain)
    if explained is None or lead.closed_at is not None:
        return None
    made = made_of(explained, config, since=now - lead.scored_at)
    score, thresholds = lead.score, config.thresholds_of(lead.topic_id)
    bars = sorted(
        (bar for bar in (thresholds.sql, thresholds.mql) if bar <= score),
        reverse=True,
    )
    above = time_above(made, config.scoring, bars[0]) if bars else None
    return Freshness(
        percent=round(100 * left(made)),
        above=above,
        bar=whole_score(bars[0]) if bars else None,
        outlook=outlook(made, config.scoring, _DAYS),
        passes_at=now + above if above is not None else None,
    )


def made_of(explained: Explained, config: Config, *, since: timedelta) -> Made:
    """Return what a stored score was made of, as it stands ``since`` later."""
    profile = config.scoring
    fading = [
        Fading(
            strength=part.strength,
            age=timedelta(hours=part.age_hours),
            half_life=profile.classes[profile.kinds[part.kind]].half_life,
        )
        for part in explained.parts
        if part.kind in profile.kinds
    ] + [
        Fading(
            strength=deed.strength,
            age=timedelta(hours=deed.age_hours),
            half_life=profile.activities[deed.kind].half_life,
        )
        for deed in explained.activities
    ]
    factor = 1.0
    for taken in explained.negatives:
        factor *= taken.factor
    aged = tuple(
        Fading(
            strength=one.strength * 2 ** -(since / one.half_life),
            age=one.age + since,
            half_life=one.half_life,
        )
        for one in fading
    )
    return Made(evidence=aged, fit=explained.fit, factor=factor)


def _content(db: Session, lead: Lead, config: Config) -> ContentItem | None:
    person = db.get(Person, lead.person_id) if lead.person_id else None
    return suggest(
        config.content,
        step=lead.journey_step,
        topic=lead.topic_id,
        persona=person.role if person else None,
    )


def _tasks(
    db: Session, viewer: Viewer, lead: Lead, people: People, now: datetime
) -> tuple[TaskLine, ...]:
    lines = []
    for task, found in db.exec(_TASKS, params={"lead": lead.id}):
        if not people.circle.has(task.user_id):
            continue
        draft: Draft | None = found  # an outer join
        step = draft if draft is not None and draft.state is DraftState.DUE else None
        lines.append(
            TaskLine(
                id=task.id,
                what=task.what,
                kind=TASKS[TaskKind(task.kind)],
                who=people.name(task.user_id),
                is_mine=task.user_id == viewer.id,
                due=due(task.due_at, now),
                mandatory=task.mandatory,
                step_id=step.id if step else None,
                points=step.points if step else "",
            )
        )
    return tuple(lines)


def _clock(row: SlaClock, people: People, now: datetime) -> ClockLine:
    return ClockLine(
        words=CLOCKS[row.kind],
        due=due(row.due_at, now),
        who=people.name(row.user_id),
        paused_until=row.paused_until,
        level=row.escalation_level,
    )


def _offers(db: Session, lead: Lead, people: People) -> tuple[OfferLine, ...]:
    return tuple(
        OfferLine(
            who=people.name(row.to_user_id) or "a rep",
            at=row.offered_at,
            accept_by=row.accept_by,
            state=OFFERS[row.state],
            reason=row.decline_reason.value if row.decline_reason else None,
        )
        for row in db.exec(_OFFERS, params={"lead": lead.id})
        if people.circle.has(row.to_user_id)
    )


def _related(db: Session, viewer: Viewer, lead: Lead) -> tuple[RelatedLine, ...]:
    """Return the leads that may belong to it, as far as the viewer sees them."""
    found = {one.lead_id: one for one in related(db, lead, most=_MOST)}
    rows = (
        db.exec(select(Lead).where(col(Lead.id).in_(found), visible_to(viewer))) if found else ()
    )
    order = list(Relation)
    lines = [
        RelatedLine(
            lead_id=row.id,
            title=row.title,
            status=row.status,
            why=RELATIONS[found[row.id].relation],
            same_topic=found[row.id].same_topic,
            rev=row.rev,
            at=row.last_signal_at,
        )
        for row in sorted(rows, key=lambda row: (order.index(found[row.id].relation), row.id))
    ]
    return tuple(lines)


def _merged(db: Session, lead: Lead, people: People, now: datetime) -> tuple[MergedLine, ...]:
    rows = db.exec(_MERGED, params={"lead": lead.id, "now": now})
    return tuple(
        MergedLine(
            lead_id=row.loser_id,
            title=title,
            who=people.name(row.by),
            at=row.at,
            undo_until=row.undo_until,
        )
        for row, title in rows
    )


def _mutes(db: Session, lead: Lead, signals: Sequence[Signal]) -> tuple[MuteLine, ...]:
    of_author = (
        standing(db, topic_id=lead.topic_id, author_id=lead.author_id) if lead.author_id else None
    )
    post = db.get(Post, signals[0].post_id) if signals else None
    of_source = standing(db, topic_id=lead.topic_id, source_id=post.source_id) if post else None
    rows: list[tuple[Mute | None, str]] = [
        (of_author, "this author is muted for the topic"),
        (of_source, "this community is muted for the topic"),
    ]
    return tuple(
        MuteLine(id=row.id, words=words, at=row.at) for row, words in rows if row is not None
    )


def _track(db: Session, lead: Lead) -> str | None:
    return db.exec(_TRACK, params={"lead": lead.id}).first()
