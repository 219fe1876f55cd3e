"""How reps keep to what was agreed: for themselves and for their manager."""

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from config import Config
from config.team import ChannelKind
from models.lead import Lead, Offer, Touchpoint
from models.people import Team, User
from models.words import LeadStatus, OfferState, UserRole
from service.errors import ForbiddenError, RefusedError
from service.reports.asked import Asked
from service.reports.document import Report, Table, columns
from service.reports.lives import is_contact, within
from service.rules.adherence import Adherence, Answered, Person, Promised, adherence, may_see
from service.rules.hours import NoWorkingTimeError, add_working_time, office_of
from service.unknown import unknown


def report(db: Session, asked: Asked) -> Report:
    """Return the figures of those reps whom the viewer may see.

    Raises:
        RefusedError: nobody says who wants to see them.
        NotFoundError: there is no such user.
        ForbiddenError: the viewer is neither a rep nor a manager of any.
    """
    viewer, reps = _people(db, asked.viewer)
    shown = [rep for rep in reps if may_see(viewer, rep)]
    if not shown:
        raise ForbiddenError("These figures are for a rep alone, and for the rep's manager.")
    ids = [rep.user_id for rep in shown]
    offers = _offers(db, asked, ids)
    promises = _promises(db, asked, ids)
    found = [adherence(rep, offers, promises, now=asked.now) for rep in shown]
    return Report(
        name="adherence",
        period=asked.period,
        tables=(_table(found),),
        notes=("only the rep and the rep's manager see this",),
    )


def _people(db: Session, handle: str | None) -> tuple[Person, list[Person]]:
    if handle is None:
        raise RefusedError("say who wants to see it: --for HANDLE; only a rep and a manager may")
    users = {user.handle: user for user in db.scalars(select(User).order_by(col(User.handle)))}
    if handle not in users:
        raise unknown("user", handle, users)
    reps = [user for user in users.values() if user.role is UserRole.REP]
    return _person(users[handle]), [_person(user) for user in reps]


def _person(user: User) -> Person:
    return Person(user_id=user.id, handle=user.handle, role=user.role, team=user.team_id)


def _offers(db: Session, asked: Asked, reps: list[str]) -> list[Answered]:
    wanted = select(col(Offer.to_user_id), col(Offer.state)).where(
        within(Offer.offered_at, asked.period), col(Offer.to_user_id).in_(reps)
    )
    return [Answered(user_id=who, state=state) for who, state in db.connection().execute(wanted)]


def _promises(db: Session, asked: Asked, reps: list[str]) -> list[Promised]:
    touched = (
        select(func.min(col(Touchpoint.at)))
        .where(
            col(Touchpoint.lead_id) == col(Offer.lead_id),
            col(Touchpoint.by_user_id) == col(Offer.to_user_id),
            col(Touchpoint.at) >= col(Offer.answered_at),
            is_contact(),
        )
        .correlate(Offer)
        .scalar_subquery()
    )
    wanted = (
        select(
            col(Offer.to_user_id),
            col(Offer.answered_at),
            touched,
            col(Lead.status),
            col(Lead.owner_id),
        )
        .join(Lead, col(Lead.id) == col(Offer.lead_id))
        .where(
            within(Offer.offered_at, asked.period),
            col(Offer.state) == OfferState.ACCEPTED,
            col(Offer.to_user_id).in_(reps),
        )
    )
    users = {user.id: user for user in db.scalars(select(User).where(col(User.id).in_(reps)))}
    channels = {team.id: ChannelKind(team.channel) for team in db.scalars(select(Team))}
    return [
        Promised(
            user_id=who,
            due_at=_due(users[who], channels, asked.config, accepted_at),
            touched_at=first,
            won=status is LeadStatus.WON and owner == who,
        )
        for who, accepted_at, first, status, owner in db.connection().execute(wanted)
        if accepted_at
    ]


def _due(
    user: User, channels: dict[str, ChannelKind], config: Config, accepted_at: datetime
) -> datetime:
    """Return when the first contact is due; on the wall clock for who never works."""
    channel = channels.get(user.team_id or "", ChannelKind.TELESALES)
    amount = config.sla.working_time(config.sla.channels[channel].first_touch)
    try:
        office = office_of(user.hours, user.tz, tuple(user.days_off))
        return add_working_time(accepted_at, amount, office)
    except NoWorkingTimeError:
        return accepted_at + amount


def _table(found: list[Adherence]) -> Table:
    return Table(
        name="adherence",
        title="How you keep to what was agreed",
        columns=columns(
            "rep: rep",
            "offers: offers",
            "accepted: accepted",
            "declined: declined",
            "expired: ran out",
            "answered_in_time: answered in time %",
            "promised: contacts owed",
            "touched_in_time: contacted in time %",
            "won: won",
        ),
        rows=[
            (
                one.handle,
                one.offers,
                one.accepted,
                one.declined,
                one.expired,
                one.answered_in_time,
                one.promised,
                one.touched_in_time,
                one.won,
            )
            for one in found
        ],
    )
