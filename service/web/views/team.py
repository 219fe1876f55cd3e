"""Who works here: the teams, who is at work now, and how much everybody has."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, func, select

from config import Config
from config.team import TeamSpec, UserSpec
from models.lead import Lead, Offer
from models.moves import OWNED
from models.people import Absence, User
from models.words import LeadStatus, OfferState, UserRole
from service.access.team_rules import may_change
from service.access.viewer import Viewer
from service.errors import NotFoundError
from service.routing.reps import load_reps
from service.rules.eligibility import Rep


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """Somebody, as things stand now."""

    user_id: str
    handle: str
    name: str
    role: UserRole
    reports_to: str | None
    hours: str
    tz: str
    local_time: str  # "14:05" on their own clock
    is_on_duty: bool
    back_at: datetime | None  # at work next, when that is known and not now
    away: tuple[datetime, datetime | None] | None  # the absence of now
    has_left: bool
    active: bool
    takes_leads: bool
    open_leads: int
    max_open: int
    offered_lately: int
    max_per_day: int | None
    weight: int
    may_change: bool
    has_password: bool

    @property
    def load(self) -> int:
        """Return how full they are, in percent of what they may have at a time."""
        return min(100, round(100 * self.open_leads / self.max_open)) if self.max_open else 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamNode:
    """A team with its people; the manager first, then who reports to whom."""

    id: str | None  # None: people in no team
    name: str
    channel: str | None
    manager: str | None  # a name
    allow_claim: bool
    waiting: int  # leads in its queue
    people: tuple[PersonLine, ...]

    @property
    def on_duty(self) -> int:
        """Return how many are at work now."""
        return sum(person.is_on_duty for person in self.people)

    @property
    def room(self) -> int:
        """Return how many more leads its people could have."""
        return sum(
            max(p.max_open - p.open_leads, 0) for p in self.people if p.takes_leads and p.active
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsenceLine:
    """A time in which somebody takes no leads."""

    id: str
    from_at: datetime
    to_at: datetime | None
    is_now: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A lead that somebody has."""

    id: str
    title: str
    status: LeadStatus
    rev: int


def read_team(db: Session, viewer: Viewer, config: Config, *, now: datetime) -> list[TeamNode]:
    """Return the teams in the order of the file, then those who are in none, then who is gone."""
    lines = _lines(db, viewer, config, now)
    queues = dict(
        db.exec(
            select(Lead.team_id, func.count())
            .where(Lead.status == LeadStatus.SALES_READY)
            .group_by(col(Lead.team_id))
        ).all()
    )
    nodes = [
        _node(team, config, queues.get(team.id, 0), _of_team(lines, config, team.id))
        for team in config.teams.values()
    ]
    rest = _of_team(lines, config, None)
    if rest:
        nodes.append(
            TeamNode(
                id=None,
                name="In no team",
                channel=None,
                manager=None,
                allow_claim=False,
                waiting=0,
                people=tuple(rest),
            )
        )
    return nodes


def read_person(
    db: Session, viewer: Viewer, handle: str, config: Config, *, now: datetime
) -> tuple[PersonLine, UserSpec]:
    """Return somebody as they stand, and as the file has them.

    Raises:
        NotFoundError: nobody has that handle.
    """
    spec = config.users.get(handle)
    line = next(iter(_lines(db, viewer, config, now, only=handle)), None)
    if spec is None or line is None:
        raise NotFoundError("There is nobody of that handle in teams.toml.")
    return line, spec


def absences_of(db: Session, user_id: str, *, now: datetime) -> list[AbsenceLine]:
    """Return the absences of somebody that are not over, the nearest first."""
    rows = db.exec(
        select(Absence).where(Absence.user_id == user_id).order_by(col(Absence.from_at))
    ).all()
    return [
        AbsenceLine(id=row.id, from_at=row.from_at, to_at=row.to_at, is_now=_covers(row, now))
        for row in rows
        if row.to_at is None or row.to_at > now
    ]


def leads_of(db: Session, user_id: str) -> list[Held]:
    """Return what somebody has: offered first, then owned, the longest owned first."""
    offered = db.exec(
        select(Lead)
        .join(Offer, col(Offer.lead_id) == Lead.id)
        .where(Offer.to_user_id == user_id, Offer.state == OfferState.OPEN)
        .order_by(col(Offer.offered_at))
    ).all()
    owned = db.exec(
        select(Lead)
        .where(Lead.owner_id == user_id, col(Lead.status).in_(sorted(OWNED)))
        .order_by(col(Lead.status_since))
    ).all()
    return [
        Held(id=lead.id, title=lead.title, status=lead.status, rev=lead.rev)
        for lead in (*offered, *owned)
    ]


def _lines(
    db: Session, viewer: Viewer, config: Config, now: datetime, *, only: str | None = None
) -> list[PersonLine]:
    reps = {rep.user_id: rep for rep in load_reps(db, now=now).all}
    away = {
        row.user_id: (row.from_at, row.to_at)
        for row in db.exec(select(Absence).where(col(Absence.from_at) <= now)).all()
        if _covers(row, now)
    }
    wanted = select(User).order_by(User.name)
    users = db.exec(wanted.where(User.handle == only) if only else wanted).all()
    return [
        _line(user, config.users[user.handle], reps.get(user.id), away, viewer, config, now)
        for user in users
        if user.handle in config.users
    ]


def _line(
    user: User,
    spec: UserSpec,
    rep: Rep | None,
    away: Mapping[str, tuple[datetime, datetime | None]],
    viewer: Viewer,
    config: Config,
    now: datetime,
) -> PersonLine:
    at_work = rep.available_at if rep else None
    return PersonLine(
        user_id=user.id,
        handle=user.handle,
        name=user.name,
        role=user.role,
        reports_to=spec.reports_to,
        hours=user.hours,
        tz=user.tz,
        local_time=f"{now.astimezone(ZoneInfo(user.tz)):%H:%M}",
        is_on_duty=user.active and at_work is not None and at_work <= now,
        back_at=at_work if at_work is not None and at_work > now else None,
        away=away.get(user.id),
        has_left=user.left_at is not None,
        active=user.active,
        takes_leads=rep is not None and user.max_open > 0,
        open_leads=rep.open_leads if rep else 0,
        max_open=user.max_open,
        offered_lately=rep.offered_lately if rep else 0,
        max_per_day=user.max_per_day,
        weight=user.weight,
        may_change=may_change(viewer, spec, config),
        has_password=user.password_hash is not None,
    )


def _covers(row: Absence, now: datetime) -> bool:
    return row.from_at <= now and (row.to_at is None or row.to_at > now)


def _of_team(lines: Iterable[PersonLine], config: Config, team: str | None) -> list[PersonLine]:
    """Return a team's people, its manager first, those who are gone last."""
    spec = config.teams.get(team or "")
    manager = spec.manager if spec else None
    members = [line for line in lines if config.users[line.handle].team == team]
    return sorted(
        members,
        key=lambda p: (not p.active, p.handle != manager, p.role is not UserRole.MANAGER, p.name),
    )


def _node(team: TeamSpec, config: Config, waiting: int, people: Iterable[PersonLine]) -> TeamNode:
    manager = config.users.get(team.manager or "")
    return TeamNode(
        id=team.id,
        name=team.name,
        channel=team.channel.value,
        manager=manager.name if manager else None,
        allow_claim=team.allow_claim,
        waiting=waiting,
        people=tuple(people),
    )
