"""Who takes leads, as things stand: read once, then kept in step while leads are given out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import or_
from sqlmodel import Session, col, func, select

from models.lead import Lead, Offer
from models.moves import OWNED
from models.people import Absence, User
from models.words import OfferState
from service.routing.clocks import office_for
from service.rules.eligibility import Away, Rep, available_at

_LATELY = timedelta(days=1)


class Reps:
    """Everybody who may get leads."""

    def __init__(self, reps: Sequence[Rep]) -> None:
        self._reps = {rep.user_id: rep for rep in reps}

    @property
    def all(self) -> tuple[Rep, ...]:
        """Return them as they stand now."""
        return tuple(self._reps.values())

    def have_room(self, *, by: datetime) -> bool:
        """Tell whether anybody who is at work by then could take any lead at all."""
        return any(
            rep.has_room and rep.available_at is not None and rep.available_at <= by
            for rep in self._reps.values()
        )

    def gave(self, user_id: str, turns: Mapping[str, int]) -> None:
        """Count a lead that was offered to somebody, and the turns that were taken."""
        for name, credit in turns.items():
            self._reps[name] = replace(self._reps[name], credit=credit)
        rep = self._reps[user_id]
        self._reps[user_id] = replace(
            rep, open_leads=rep.open_leads + 1, offered_lately=rep.offered_lately + 1
        )


def load_reps(db: Session, *, now: datetime) -> Reps:
    """Return all who are in a team, with what they have and when they are at work."""
    db.flush()
    owned = _counts(
        db,
        select(Lead.owner_id, func.count())
        .where(col(Lead.status).in_(sorted(OWNED)))
        .group_by(col(Lead.owner_id)),
    )
    offered = _counts(
        db,
        select(Offer.to_user_id, func.count())
        .where(Offer.state == OfferState.OPEN)
        .group_by(Offer.to_user_id),
    )
    lately = _counts(
        db,
        select(Offer.to_user_id, func.count())
        .where(Offer.offered_at > now - _LATELY)
        .group_by(Offer.to_user_id),
    )
    away = absences(db, now=now)
    members = select(User).where(col(User.team_id).is_not(None)).order_by(User.id)
    return Reps(
        [
            Rep(
                user_id=user.id,
                handle=user.handle,
                team_id=user.team_id or "",
                active=user.active,
                available_at=available_at(office_for(user), away.get(user.id, ()), now=now),
                weight=user.weight,
                credit=user.turn,
                open_leads=owned.get(user.id, 0) + offered.get(user.id, 0),
                max_open=user.max_open,
                offered_lately=lately.get(user.id, 0),
                max_per_day=user.max_per_day,
                skills=frozenset(user.skills),
                languages=frozenset(user.languages),
                regions=frozenset(user.regions),
            )
            for user in db.exec(members.execution_options(populate_existing=True))
        ]
    )


def absences(db: Session, *, now: datetime) -> Mapping[str, Sequence[Away]]:
    """Return by user id when somebody is away, now or later."""
    found: dict[str, list[Away]] = {}
    ahead = or_(col(Absence.to_at).is_(None), col(Absence.to_at) > now)
    for absence in db.exec(select(Absence).where(ahead)):
        found.setdefault(absence.user_id, []).append((absence.from_at, absence.to_at))
    return found


def _counts(db: Session, counted: object) -> dict[str, int]:
    rows = db.connection().execute(counted)  # type: ignore[call-overload]  # a select of two
    return {name: count for name, count in rows if name is not None}
