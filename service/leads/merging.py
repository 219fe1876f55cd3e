"""Two leads that are one situation become one; for 30 days it can be undone."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import JsonValue
from sqlalchemy import inspect
from sqlalchemy import update as sql_update
from sqlmodel import Session, col, select

from config import Config
from models.lead import Lead, LeadSignal, Touchpoint
from models.merge import MergeRecord
from models.moves import LIVE, OWNED, LeadEvent, MoveRefusedError, Request
from models.people import User
from models.words import LeadStatus
from service.errors import ForbiddenError, NotFoundError, RefusedError
from service.leads.hearing import reconsider
from service.leads.ledger import audit, emit
from service.leads.objecting import stands_in_the_way
from service.leads.transitions import lead_of, transition
from service.leads.whose import DECIDERS
from service.rules.merging import Fields, Standing, as_stored, survivor, taken_over

#: How long a merge can be undone.
UNDO = timedelta(days=30)


def merge(
    db: Session,
    *,
    lead_ids: tuple[str, str],
    revs: tuple[int, int] | None,
    user_id: str,
    config: Config,
    secret: bytes,
    now: datetime,
) -> MergeRecord:
    """Make one of two live leads on one topic: the further lives on, of two as far the older.

    It takes over signals and contacts, the newest of what is known, and the earliest times. Its
    score is made anew. An open offer of the other is taken back.

    Args:
        db: a writing session.
        lead_ids: the two, in any order.
        revs: as they were seen, in that order; None when nobody looked.
        user_id: who says that they are one.
        config: the configuration.
        secret: to tell who must be left alone.
        now: the time.

    Raises:
        ForbiddenError: the user does not decide about leads.
        ConflictError: one of them changed since it was seen.
        RefusedError: they are the same, or on different topics, one is closed, or an author of
            theirs must be left alone.
    """
    if db.get_one(User, user_id).role not in DECIDERS:
        raise ForbiddenError
    if lead_ids[0] == lead_ids[1]:
        raise RefusedError("That is one lead; name two.")
    seen = dict(zip(lead_ids, revs, strict=True)) if revs else {}
    one, other = (lead_of(db, lead_id, rev=seen.get(lead_id)) for lead_id in sorted(lead_ids))
    _check(db, one, other, secret)
    stays = survivor(_standing(one), _standing(other)).lead_id
    winner, loser = (one, other) if one.id == stays else (other, one)
    return _merge(db, winner, loser, user_id, config, now)


def unmerge(
    db: Session,
    *,
    lead_id: str,
    user_id: str,
    config: Config,
    secret: bytes,
    now: datetime,
) -> Lead:
    """Take a lead out again of the one that it was merged into; return it.

    Its signals and contacts of before go with it; what came since stays. An offer that was open
    then is not: the lead is offered anew.

    Raises:
        ForbiddenError: the user does not decide about leads.
        NotFoundError: it was not merged.
        RefusedError: that was more than 30 days ago, the other is no more, or its author must be
            left alone.
    """
    if db.get_one(User, user_id).role not in DECIDERS:
        raise ForbiddenError
    loser = lead_of(db, lead_id)
    record = db.exec(
        select(MergeRecord).where(
            MergeRecord.loser_id == lead_id, col(MergeRecord.undone_at).is_(None)
        )
    ).first()
    if record is None:
        raise NotFoundError("This lead was not merged into another.")
    if now > record.undo_until:
        raise RefusedError(f"It was merged more than {UNDO.days} days ago; that stays.")
    winner = lead_of(db, record.survivor_id)
    if winner.status not in LIVE:
        raise RefusedError(f"The lead that it was merged into is {winner.status.value} by now.")
    if stands_in_the_way(db, loser, secret=secret) is not None:
        raise RefusedError("Its author asked to be left alone; it stays as it is.")
    return _unmerge(db, record, winner, loser, user_id, config, now)


def _check(db: Session, one: Lead, other: Lead, secret: bytes) -> None:
    if one.topic_id != other.topic_id:
        raise RefusedError("They are on different topics, so they are different situations.")
    for lead in (one, other):
        if lead.status not in LIVE:
            raise RefusedError(f"Lead {lead.id} is {lead.status.value}; only live leads merge.")
        if stands_in_the_way(db, lead, secret=secret) is not None:
            raise RefusedError("An author of theirs must be left alone; nothing is merged.")


def _merge(
    db: Session, winner: Lead, loser: Lead, user_id: str, config: Config, now: datetime
) -> MergeRecord:
    before = _fields(loser)
    moved = _hand_over(db, loser.id, winner.id)
    changes = taken_over(
        _fields(winner),
        before,
        loser_is_newer=loser.last_signal_at > winner.last_signal_at,
    )
    changed: dict[str, JsonValue] = {}
    for name, value in changes.items():
        changed[name] = [as_stored(getattr(winner, name)), as_stored(value)]
        setattr(winner, name, value)
    record = MergeRecord(
        survivor_id=winner.id,
        loser_id=loser.id,
        loser={name: as_stored(value) for name, value in before.items()},
        moved=moved,
        changed=changed,
        at=now,
        by=user_id,
        undo_until=now + UNDO,
    )
    asked = Request(to=LeadStatus.MERGED, event=LeadEvent.MERGED, at=now, actor=user_id)
    transition(db, loser, asked, next_step="nothing; it is merged", next_step_at=None)
    loser.merged_into = winner.id
    winner.rev += 1
    db.add_all((record, winner, loser))
    db.flush()
    told: dict[str, JsonValue] = {"lead_id": winner.id, "merged": loser.id}
    audit(
        db, actor=user_id, action="lead.merged", subject=f"lead:{winner.id}", at=now, detail=told
    )
    emit(db, "lead.merged", winner.id, now, told)
    reconsider(db, winner, config=config, now=now)
    return record


def _unmerge(
    db: Session,
    record: MergeRecord,
    winner: Lead,
    loser: Lead,
    user_id: str,
    config: Config,
    now: datetime,
) -> Lead:
    _take_back(db, record, winner.id, loser.id)
    fields = _fields(winner)
    for name, pair in record.changed.items():
        old, new = pair if isinstance(pair, list) else (None, None)
        if as_stored(fields[name]) == new:  # nobody changed it since
            setattr(winner, name, _as_field(name, old))
    to, owner = _place_of(db, record)
    loser.owner_id = owner
    loser.merged_into = None
    asked = Request(to=to, event=LeadEvent.UNMERGED, at=now, actor=user_id)
    try:
        transition(
            db,
            loser,
            asked,
            next_step="is on its own again",
            next_step_at=now + config.sla.routing,
            holder=owner,
        )
    except MoveRefusedError as error:
        raise RefusedError(str(error.why)) from error
    record.undone_at, record.undone_by = now, user_id
    winner.rev += 1
    db.add_all((record, winner, loser))
    db.flush()
    for lead in (winner, loser):
        reconsider(db, lead, config=config, now=now)
    return loser


def _place_of(db: Session, record: MergeRecord) -> tuple[LeadStatus, str | None]:
    """Return where a merged lead stood and whose it was, as far as that can still be so."""
    status = LeadStatus(str(record.loser["status"]))
    owner_id = record.loser["owner_id"]
    owner = db.get(User, owner_id) if isinstance(owner_id, str) else None
    if status is LeadStatus.OFFERED or (status in OWNED and (owner is None or not owner.active)):
        return LeadStatus.SALES_READY, None
    return status, owner.id if owner else None


def _standing(lead: Lead) -> Standing:
    return Standing(lead_id=lead.id, status=lead.status, created_at=lead.created_at)


def _fields(lead: Lead) -> Fields:
    """Return the columns of a lead by name, without the words that its author wrote."""
    left_out = {"title", "score_explain"}
    names = [column.key for column in inspect(Lead).column_attrs if column.key not in left_out]
    return {name: getattr(lead, name) for name in names}


def _as_field(name: str, stored: JsonValue) -> object:
    is_time = name.endswith("_at") and isinstance(stored, str)
    return datetime.fromisoformat(str(stored)) if is_time else stored


def _hand_over(db: Session, from_id: str, to_id: str) -> dict[str, JsonValue]:
    """Give the signals and contacts of one lead to another; return their ids by table."""
    signals = db.exec(select(LeadSignal.signal_id).where(LeadSignal.lead_id == from_id)).all()
    touches = db.exec(select(Touchpoint.id).where(Touchpoint.lead_id == from_id)).all()
    _reattach(db, signals, touches, from_id=from_id, to_id=to_id)
    return {"signals": list(signals), "touchpoints": list(touches)}


def _take_back(db: Session, record: MergeRecord, from_id: str, to_id: str) -> None:
    """Give back what was handed over, as far as it is still there."""
    signals, touches = (_ids(record.moved[table]) for table in ("signals", "touchpoints"))
    _reattach(db, signals, touches, from_id=from_id, to_id=to_id)


def _reattach(
    db: Session, signals: Sequence[str], touches: Sequence[str], *, from_id: str, to_id: str
) -> None:
    db.flush()
    db.connection().execute(
        sql_update(LeadSignal)
        .where(col(LeadSignal.signal_id).in_(signals), col(LeadSignal.lead_id) == from_id)
        .values(lead_id=to_id)
    )
    db.connection().execute(
        sql_update(Touchpoint)
        .where(col(Touchpoint.id).in_(touches), col(Touchpoint.lead_id) == from_id)
        .values(lead_id=to_id)
    )


def _ids(stored: JsonValue) -> list[str]:
    return [str(one) for one in stored] if isinstance(stored, list) else []
