"""What happened to a lead, newest first: what was heard, what people did, what time brought."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import bindparam
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from models.contact import Activity, Inquiry
from models.lead import Lead, LeadSignal, Offer, StatusChange, Touchpoint
from models.merge import MergeRecord, Result
from models.moves import LeadEvent
from models.nurture import Draft, Enrolment
from models.post import Author
from models.privacy import Notice
from models.signal import Signal
from models.sla import SlaClock, Task
from models.words import DraftState, InquiryChannel, OfferState, SignalStatus, TouchpointKind
from service.leads.undoing import UNDONE
from service.posts.replies import BY_REPLIES
from service.web.views.people import People
from service.web.views.quoted import quoted
from service.web.wording import lead_words
from service.web.wording.words import (
    EVENTS,
    INQUIRIES,
    KINDS,
    STATUSES,
    TOUCHES,
    Stages,
    reason_in_words,
)

#: Of each kind of thing, and of all together: a page stays a page.
MOST = 200
_OPENED = "opened"
_Row = TypeVar("_Row")


def _newest(
    wanted: SelectOfScalar[_Row], at: object, of_id: object, lead_id: object
) -> SelectOfScalar[_Row]:
    """Return ``wanted`` of a lead, the newest first; made once, as a page asks for a dozen."""
    return (
        wanted.where(col(lead_id) == bindparam("lead"))
        .order_by(col(at).desc(), col(of_id).desc())
        .limit(MOST)
    )


_CHANGES = _newest(select(StatusChange), StatusChange.at, StatusChange.id, StatusChange.lead_id)
_RESULTS = select(Result).where(col(Result.lead_id) == bindparam("lead")).limit(MOST)
_TOUCHES = _newest(select(Touchpoint), Touchpoint.at, Touchpoint.id, Touchpoint.lead_id)
_OFFERS = _newest(select(Offer), Offer.offered_at, Offer.id, Offer.lead_id)
_BREACHED = col(SlaClock.breached_at).is_not(None)
_CLOCKS = _newest(
    select(SlaClock).where(_BREACHED), SlaClock.breached_at, SlaClock.id, SlaClock.lead_id
)
_TASKS = _newest(select(Task), Task.created_at, Task.id, Task.lead_id)
_TRACKS = _newest(select(Enrolment), Enrolment.started_at, Enrolment.id, Enrolment.lead_id)
_IS_DONE = col(Draft.state) == DraftState.DONE
_DRAFTS = _newest(select(Draft).where(_IS_DONE), Draft.answered_at, Draft.id, Draft.lead_id)
_MERGES = _newest(select(MergeRecord), MergeRecord.at, MergeRecord.id, MergeRecord.survivor_id)
_HEARD = (
    select(Signal, Inquiry.channel)
    .join(LeadSignal, col(LeadSignal.signal_id) == Signal.id)
    .outerjoin(Inquiry, col(Inquiry.signal_id) == Signal.id)
    .where(col(LeadSignal.lead_id) == bindparam("lead"))
    .order_by(col(Signal.happened_at).desc(), col(Signal.id).desc())
    .limit(MOST)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing that happened."""

    at: datetime
    id: str  # of its row: ids are made in order, and tell what came first in one transaction
    words: str
    who: str | None  # None: the buyer, or Harken itself
    note: str = ""
    touch_id: str | None = None  # of a contact whose outcome can be noted
    outcome: str = ""  # of a contact, in words
    is_shared: bool = False  # a note that another house reads too


def read_timeline(
    db: Session, lead: Lead, people: People, stages: Stages = STATUSES
) -> tuple[Happening, ...]:
    """Return what happened to a lead, newest first, the latest `MOST` things of it.

    Another house is told less of it: see `service.access.circle`.
    """
    told = [
        *_changes(db, lead, people, stages),
        *_touches(db, lead, people),
        *_heard(db, lead),
        *(_done(db, lead) if people.circle.is_everybody else ()),
        *_offers(db, lead, people),
        *_clocks(db, lead, people),
        *_tasks(db, lead, people),
        *_nurture(db, lead, people),
        *_merges(db, lead, people),
        *_told(db, lead, people),
    ]
    return tuple(sorted(told, key=lambda one: (one.at, one.id), reverse=True)[:MOST])


def _changes(db: Session, lead: Lead, people: People, stages: Stages) -> Iterator[Happening]:
    of_lead = {"lead": lead.id}
    notes = {(row.at, row.event): row for row in db.exec(_RESULTS, params=of_lead)}
    for change in db.exec(_CHANGES, params=of_lead):
        if change.event == LeadEvent.OFFERED:
            continue  # the offer tells more
        result = notes.get((change.at, change.event))
        yield Happening(
            at=change.at,
            id=change.id,
            words=_of_change(change, stages),
            who=people.name(change.actor),
            note=_note(change, result) if people.circle.has(change.actor) else "",
        )


def _of_change(change: StatusChange, stages: Stages) -> str:
    if change.event == _OPENED:
        return f"lead opened: {stages[change.to_status]}"
    if change.event == LeadEvent.SCORED:
        return f"scored: {stages[change.to_status]}"
    if change.event == LeadEvent.REASSIGNED and change.reason == UNDONE:
        return "taken back"
    return EVENTS[LeadEvent(change.event)]


def _note(change: StatusChange, result: Result | None) -> str:
    if result is None:
        return reason_in_words(change.reason)
    is_lost = change.event == LeadEvent.LOST and result.code in lead_words.LOST
    code = lead_words.LOST[result.code] if is_lost else reason_in_words(result.code)  # type: ignore[index]  # a code of the list
    until = f"again on {result.until:%-d %b %Y}" if result.until else ""
    code = "" if change.event == LeadEvent.WON else code
    return " · ".join(part for part in (code, result.product, until, result.note) if part)


def _touches(db: Session, lead: Lead, people: People) -> Iterator[Happening]:
    for touch in db.exec(_TOUCHES, params={"lead": lead.id}):
        is_told = touch.shared or people.circle.has(touch.by_user_id)
        if touch.kind is TouchpointKind.NOTE and not is_told:
            continue
        yield Happening(
            at=touch.at,
            id=touch.id,
            words=TOUCHES[touch.kind],
            who=people.name(touch.by_user_id),
            note=touch.note if is_told else "",
            touch_id=touch.id if people.circle.has(touch.by_user_id) else None,
            outcome=lead_words.OUTCOMES[touch.outcome] if touch.outcome and is_told else "",
            is_shared=touch.shared,
        )


def _heard(db: Session, lead: Lead) -> Iterator[Happening]:
    for signal, channel in db.exec(_HEARD, params={"lead": lead.id}):
        if signal.solved and signal.model_version == BY_REPLIES:
            said = quoted(signal.evidence)
            words, note = "the asker has chosen", said[-1].text if said else ""
        elif channel:
            words, note = f"the buyer came to us {INQUIRIES[InquiryChannel(channel)]}", ""
        else:
            words = f"heard: {KINDS[signal.kind]}"
            note = "muted" if signal.status is SignalStatus.MUTED else ""
        yield Happening(at=signal.happened_at, id=signal.id, words=words, who=None, note=note)


def _done(db: Session, lead: Lead) -> Iterator[Happening]:
    if lead.person_id is None:
        return
    wanted = select(Activity).where(
        Activity.person_id == lead.person_id,
        (col(Activity.topic_id) == lead.topic_id) | col(Activity.topic_id).is_(None),
    )
    newest = wanted.order_by(col(Activity.at).desc(), col(Activity.id).desc()).limit(MOST)
    for row in db.exec(newest):
        words = f"the buyer {lead_words.ACTIVITIES[row.kind]}"
        yield Happening(at=row.at, id=row.id, words=words, who=None, note=row.what)


def _offers(db: Session, lead: Lead, people: People) -> Iterator[Happening]:
    for offer in db.exec(_OFFERS, params={"lead": lead.id}):
        if not people.circle.has(offer.to_user_id):
            continue
        name = people.name(offer.to_user_id) or "a rep"
        yield Happening(at=offer.offered_at, id=offer.id, words=f"offered to {name}", who=None)
        if offer.state is OfferState.WITHDRAWN and offer.answered_at:
            words = f"the offer to {name} was taken back"
            yield Happening(at=offer.answered_at, id=offer.id, words=words, who=None)


def _clocks(db: Session, lead: Lead, people: People) -> Iterator[Happening]:
    for clock in db.exec(_CLOCKS, params={"lead": lead.id}):
        if not people.circle.has(clock.user_id):
            continue
        words = f"late: {lead_words.CLOCKS[clock.kind]}"
        yield Happening(at=clock.breached_at or clock.due_at, id=clock.id, words=words, who=None)


def _tasks(db: Session, lead: Lead, people: People) -> Iterator[Happening]:
    for task in db.exec(_TASKS, params={"lead": lead.id}):
        if not people.circle.has(task.user_id):
            continue
        kind = lead_words.TASKS[task.kind]
        yield Happening(
            at=task.created_at, id=task.id, words=f"task set: {kind}", who=None, note=task.what
        )
        if task.done_at is not None:
            yield Happening(
                at=task.done_at,
                id=task.id,
                words=f"task done: {kind}",
                who=people.name(task.done_by),
                note=task.what,
            )


def _nurture(db: Session, lead: Lead, people: People) -> Iterator[Happening]:
    for row in db.exec(_TRACKS, params={"lead": lead.id}):
        if not people.circle.has(row.by):
            continue
        who = people.name(row.by)
        words = f"put on the nurture track “{row.track}”"
        yield Happening(at=row.started_at, id=row.id, words=words, who=who)
        if row.ended_at is not None:
            over = f"nurture track “{row.track}” {lead_words.ENROLMENTS[row.state]}"
            yield Happening(at=row.ended_at, id=row.id, words=over, who=None)
    for draft in db.exec(_DRAFTS, params={"lead": lead.id}):
        if not people.circle.has(draft.answered_by):
            continue
        yield Happening(
            at=draft.answered_at or draft.due_at,
            id=draft.id,
            words=f"nurture step passed on {lead_words.CHANNELS[draft.channel]}",
            who=people.name(draft.answered_by),
            note=draft.title,
        )


def _merges(db: Session, lead: Lead, people: People) -> Iterator[Happening]:
    for row in db.exec(_MERGES, params={"lead": lead.id}):
        who = people.name(row.by)
        yield Happening(at=row.at, id=row.id, words="took in another lead", who=who)
        if row.undone_at is not None:
            words = "gave the other lead back"
            yield Happening(
                at=row.undone_at, id=row.id, words=words, who=people.name(row.undone_by)
            )


def _told(db: Session, lead: Lead, people: People) -> Iterator[Happening]:
    """Yield that the author was told that we have words of theirs, or that their name went."""
    if lead.author_id is None:
        return
    notice, author = db.get(Notice, lead.author_id), db.get(Author, lead.author_id)
    if notice is not None:
        yield Happening(
            at=notice.at,
            id=notice.author_id,
            words="told where we have their post from",
            who=people.name(notice.by),
            note=lead_words.NOTICE_WAYS[notice.way],
        )
    if author is not None and author.pseudonymised_at is not None:
        words = "the author's name went: nobody had told them"
        yield Happening(at=author.pseudonymised_at, id=author.id, words=words, who=None)
