"""How reps keep to what was agreed: for themselves and for their manager."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import func, select
from sqlmodel import Session, col

from config.team import ChannelKind
from models.lead import Lead, Offer, Touchpoint
from models.people import Team, User
from models.words import LeadStatus, OfferState, UserRole
from service.errors import ForbiddenError, RefusedError
from service.reports.asked import Asked
from service.reports.document import Report, Table, columns
from service.reports.lives import is_contact, within
from service.rules.adherence import Adherence, Answered, Person, Promised, adherence, may_see
from service.rules.hours import NoWorkingTimeError, office_of
from service.rules.worked import Timetable, timetable, years_around
from service.unknown import unknown


def report(db: Session, asked: Asked) -> Report:
    """Return the figures of those reps whom the viewer may see.

    Raises:
        RefusedError: nobody says who wants to see them.
        NotFoundError: there is no such user.
        ForbiddenError: the viewer is neither a rep nor a manager of any.
    """
    shown = reps_for(db, asked.viewer)
    if not shown:
        raise ForbiddenError("These figures are for a rep alone, and for the rep's manager.")
    if asked.only.team:
        shown = [rep for rep in shown if rep.team == asked.only.team]
    if asked.only.rep:
        shown = [rep for rep in shown if rep.user_id == asked.only.rep]
    ids = [rep.user_id for rep in shown]
    offers = _offers(db, asked, ids)
    promises = _promises(db, asked, ids)
    found = [
        adherence(rep, offers.get(rep.user_id, ()), promises.get(rep.user_id, ()), now=asked.now)
        for rep in shown
    ]
    return Report(
        name="adherence",
        period=asked.period,
        tables=(_table(found),),
        notes=("only the rep and the rep's manager see this",),
    )


def reps_for(db: Session, viewer: str | None) -> list[Person]:
    """Return the reps whose figures somebody (a handle) may see.

    Raises:
        RefusedError: nobody says who wants to see them.
        NotFoundError: there is no such user.
    """
    who, reps = _people(db, viewer)
    return [rep for rep in reps if may_see(who, rep)]


def _people(db: Session, handle: str | None) -> tuple[Person, list[Person]]:
    if handle is None:
        raise RefusedError("say who wants to see it: --for HANDLE; only a rep and a manager may")
    users = {user.handle: user for user in db.scalars(select(User).order_by(col(User.handle)))}
    if handle not in users:
        raise unknown("user", handle, users)
    reps = [u for u in users.values() if u.role in {UserRole.REP, UserRole.PARTNER}]
    return _person(users[handle]), [_person(user) for user in reps]


def _person(user: User) -> Person:
    return Person(user_id=user.id, handle=user.handle, role=user.role, team=user.team_id)


def _offers(db: Session, asked: Asked, reps: list[str]) -> dict[str, list[Answered]]:
    wanted = (
        select(col(Offer.to_user_id), col(Offer.state), func.count())
        .where(within(Offer.offered_at, asked.period), col(Offer.to_user_id).in_(reps))
        .group_by(col(Offer.to_user_id), col(Offer.state))
    )
    found: dict[str, list[Answered]] = defaultdict(list)
    for who, state, offers in db.connection().execute(wanted):
        found[who].append(Answered(user_id=who, state=state, offers=offers))
    return found


def _promises(db: Session, asked: Asked, reps: list[str]) -> dict[str, list[Promised]]:
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
    due = _Due.open(db, asked, reps)
    found: dict[str, list[Promised]] = defaultdict(list)
    for who, accepted_at, first, status, owner in db.connection().execute(wanted).all():
        if accepted_at:
            found[who].append(
                Promised(
                    user_id=who,
                    due_at=due.after(accepted_at, who),
                    touched_at=first,
                    won=status is LeadStatus.WON and owner == who,
                )
            )
    return found


@dataclass(frozen=True, slots=True)
class _Due:
    """When the first contact is due."""

    offices: Mapping[str, tuple[Timetable, timedelta]]  # by rep, with what is granted

    @classmethod
    def open(cls, db: Session, asked: Asked, reps: list[str]) -> Self:
        days = years_around(asked.period.start, asked.now)
        sla = asked.config.sla
        channels = {team.id: ChannelKind(team.channel) for team in db.scalars(select(Team))}
        offices: dict[str, tuple[Timetable, timedelta]] = {}
        for user in db.scalars(select(User).where(col(User.id).in_(reps))):
            channel = channels.get(user.team_id or "", ChannelKind.TELESALES)
            amount = sla.working_time(sla.channels[channel].first_touch)
            office = office_of(user.hours, user.tz, tuple(user.days_off))
            offices[user.id] = (timetable(office, *days), amount)
        return cls(offices)

    def after(self, accepted_at: datetime, who: str) -> datetime:
        """Return it; on the wall clock for who never works."""
        table, amount = self.offices[who]
        try:
            return table.add(accepted_at, amount)
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
