"""People come and go: what they leave is offered to others, and what waits goes to who is back."""

from datetime import datetime

from sqlmodel import Session, col, delete, or_, select

from config import Config
from config.days import FURTHEST
from models.lead import Lead, Offer
from models.moves import LeadEvent
from models.people import Absence, LoginSession, Team, User
from models.sla import Task
from models.words import LeadStatus, OfferState
from service.errors import RefusedError
from service.leads.ledger import audit, take_turn
from service.leads.tasks import open_tasks
from service.leads.transitions import lead_of
from service.routing.answerable import FIND_SOMEBODY, ask_manager
from service.routing.offers import back_to_queue
from service.routing.route import drain, due, expectation_of

_MANAGERS_OWN = (LeadStatus.WORKING, LeadStatus.OPPORTUNITY)


def go_away(
    db: Session,
    user: User,
    *,
    from_at: datetime,
    to_at: datetime | None,
    by: str,
    config: Config,
    now: datetime,
) -> int:
    """Note an absence; return how many leads go on to others because of it.

    One that ends in more than ten years has no end: that is what people mean by the year 9999.

    Raises:
        RefusedError: it begins more than ten years from now or ago, ends before it begins, or is
            over already.
    """
    if abs(from_at - now) > FURTHEST:
        raise RefusedError("An absence begins within ten years of today; choose a nearer day.")
    if to_at is not None and to_at - now > FURTHEST:
        to_at = None
    if to_at is not None and to_at <= max(from_at, now):
        raise RefusedError("An absence ends after it begins, and not in the past.")
    take_turn(db)
    db.add(Absence(user_id=user.id, from_at=from_at, to_at=to_at, by=by, created_at=now))
    audit(db, actor=by, action="user.away", subject=f"user:{user.id}", at=now)
    return relieve(db, config=config, now=now)


def come_back(db: Session, user: User, *, by: str, config: Config, now: datetime) -> int:
    """End what keeps somebody away, also for good; return how many waiting leads were offered."""
    take_turn(db)
    for absence in db.exec(
        select(Absence).where(
            Absence.user_id == user.id, or_(col(Absence.to_at).is_(None), col(Absence.to_at) > now)
        )
    ).all():
        if absence.from_at < now:
            absence.to_at = now
            db.add(absence)
        else:
            db.delete(absence)
    spec = config.users.get(user.handle)
    user.left_at = None
    user.active = spec is not None and spec.active
    db.add(user)
    audit(db, actor=by, action="user.back", subject=f"user:{user.id}", at=now)
    return drain(db, config=config, now=now)


def leave(db: Session, user: User, *, by: str, config: Config, now: datetime) -> int:
    """Note that somebody left for good; return how many leads go on to others."""
    take_turn(db)
    user.left_at, user.active = now, False
    db.add(user)
    db.execute(delete(LoginSession).where(col(LoginSession.user_id) == user.id))
    audit(db, actor=by, action="user.left", subject=f"user:{user.id}", at=now)
    return relieve(db, config=config, now=now)


def relieve(db: Session, *, config: Config, now: datetime) -> int:
    """Take leads back from people who left, or are away for longer than they have to accept.

    What was offered to them or only accepted goes on to others. What they work on is a manager's
    to give to somebody: he gets a task.
    """
    gone = [user for user in _absent(db, now) if _is_gone(db, user, config, now)]
    if not gone:
        return 0
    take_turn(db)
    names = {user.id for user in gone}
    offered = db.exec(
        select(Offer.lead_id).where(
            Offer.state == OfferState.OPEN, col(Offer.to_user_id).in_(names)
        )
    ).all()
    accepted = db.exec(
        select(Lead.id).where(Lead.status == LeadStatus.ACCEPTED, col(Lead.owner_id).in_(names))
    ).all()
    for lead_id in sorted({*offered, *accepted}):
        lead = lead_of(db, lead_id)
        back_to_queue(db, lead, LeadEvent.REASSIGNED, reason="gone", config=config, now=now)
    _tell_managers(db, gone, config, now)
    if offered or accepted:
        drain(db, config=config, now=now)
    return len(offered) + len(accepted)


def _absent(db: Session, now: datetime) -> list[User]:
    """Return who is switched off or away now."""
    away = select(Absence.user_id).where(
        Absence.from_at <= now, or_(col(Absence.to_at).is_(None), col(Absence.to_at) > now)
    )
    absent = or_(~col(User.active), col(User.id).in_(away))
    return list(db.exec(select(User).where(absent, col(User.team_id).is_not(None))))


def _is_gone(db: Session, user: User, config: Config, now: datetime) -> bool:
    if not user.active:
        return True
    span = expectation_of(db.get(Team, user.team_id), config).accept
    long = or_(col(Absence.to_at).is_(None), col(Absence.to_at) > due(user, span, config, now))
    return bool(
        db.exec(
            select(Absence.id).where(Absence.user_id == user.id, Absence.from_at <= now, long)
        ).first()
    )


def _tell_managers(db: Session, gone: list[User], config: Config, now: datetime) -> None:
    by_id = {user.id: user for user in gone}
    told = select(Task.lead_id).where(Task.what == FIND_SOMEBODY, col(Task.done_at).is_(None))
    orphans = db.exec(
        select(Lead).where(
            col(Lead.status).in_(_MANAGERS_OWN),
            col(Lead.owner_id).in_(by_id),
            col(Lead.id).not_in(told),
        )
    ).all()
    for lead in orphans:
        holder = by_id[str(lead.owner_id)]
        ask_manager(db, lead, FIND_SOMEBODY, holder=holder, config=config, now=now)


def orphans_of(db: Session, manager_id: str) -> list[str]:
    """Return the leads for which a manager has to find a new owner."""
    tasks = open_tasks(db, user_id=manager_id)
    return [task.lead_id for task in tasks if task.what == FIND_SOMEBODY]
