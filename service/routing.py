"""Who gets a sales-ready lead: find the team, take whose turn it is, and lease the lead."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import JsonValue
from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from config import Config
from config.hours import WorkingSpan, parse_working_hours
from config.team import ChannelKind, Expectation
from models.lead import Lead, LeadSignal, Offer
from models.moves import LeadEvent, Request
from models.people import Team, User
from models.post import Post
from models.signal import Signal
from models.source import Source
from models.words import LeadStatus, OfferState
from service.rules.hours import NoWorkingTimeError, add_working_time
from service.rules.routing import LeadTraits, team_for
from service.rules.turns import Seat, next_turn
from service.transitions import HARKEN, transition

#: A rep who let an offer lapse is asked again after this time, if nobody else took it.
_SECOND_CHANCE = timedelta(days=1)
_BUSY = (LeadStatus.OFFERED, LeadStatus.ACCEPTED, LeadStatus.WORKING, LeadStatus.OPPORTUNITY)


def gaps(config: Config) -> tuple[str, ...]:
    """Return what the process lacks before any lead may be routed; empty when all is there.

    Process first, technology second: without somebody in the fallback team nothing is routed. Its
    owner and the SLA are there in every configuration that loads.
    """
    takers = [user for user in config.members(config.routing.fallback_team) if user.max_open]
    if takers:
        return ()
    team = config.routing.fallback_team
    return (f"nobody in the fallback team {team!r} takes leads; see teams.toml",)


def route(db: Session, lead: Lead, *, config: Config, now: datetime) -> Offer | None:
    """Offer ``lead`` to the rep whose turn it is; None leaves it in the queue, with the reason.

    The lead must be sales-ready. Called again when capacity frees and by the tick.
    """
    if lead.status is not LeadStatus.SALES_READY:
        return None
    if lacking := gaps(config):
        _waits(db, lead, lacking[0])
        return None
    team = db.get_one(Team, _team_id(db, lead, config))
    lead.team_id = team.id
    seats, turned_away = _seats(db, lead, team, now)
    chosen, settled = next_turn(seats)
    if chosen is None:
        _waits(db, lead, _in_words(turned_away) or "the team is empty")
        return None
    turns = {seat.user_id: seat.credit for seat in settled}
    for user in db.exec(select(User).where(col(User.id).in_(turns))):
        user.turn = turns[user.id]
        db.add(user)
    return _offer(db, lead, db.get_one(User, chosen.user_id), team, turned_away, config, now)


def _waits(db: Session, lead: Lead, why: str) -> None:
    lead.next_step = f"waits for a rep: {why}"
    db.add(lead)


def _team_id(db: Session, lead: Lead, config: Config) -> str:
    strongest = db.exec(
        select(Source.slug, Post.language)
        .select_from(LeadSignal)
        .join(Signal, col(Signal.id) == LeadSignal.signal_id)
        .join(Post, col(Post.id) == Signal.post_id)
        .join(Source, col(Source.id) == Post.source_id)
        .where(LeadSignal.lead_id == lead.id)
        .order_by(col(Signal.probability).desc(), Signal.id)
    ).first()
    source, language = strongest or ("", "und")
    return team_for(
        config.routing,
        LeadTraits(
            topic=lead.topic_id,
            source=source,
            kind=lead.kind,
            language=language,
            score=lead.score,
        ),
    )


def _seats(
    db: Session, lead: Lead, team: Team, now: datetime
) -> tuple[Sequence[Seat], Mapping[str, str]]:
    """Return who may get the lead, and why each other member of the team may not."""
    busy = dict(
        db.exec(
            select(Lead.owner_id, func.count())
            .where(col(Lead.status).in_(_BUSY), col(Lead.owner_id).is_not(None))
            .group_by(col(Lead.owner_id))
        ).all()
    )
    offered = dict(
        db.exec(
            select(Offer.to_user_id, func.count())
            .where(Offer.state == OfferState.OPEN)
            .group_by(Offer.to_user_id)
        ).all()
    )
    asked_lately = now - _SECOND_CHANCE
    passed = set(
        db.exec(
            select(Offer.to_user_id).where(
                Offer.lead_id == lead.id,
                or_(
                    col(Offer.state) == OfferState.DECLINED,
                    and_(
                        col(Offer.state) == OfferState.EXPIRED,
                        col(Offer.accept_by) > asked_lately,
                    ),
                ),
            )
        )
    )
    seats: list[Seat] = []
    turned_away: dict[str, str] = {}
    members = select(User).where(User.team_id == team.id).order_by(User.id)
    for user in db.exec(members.execution_options(populate_existing=True)):
        open_leads = busy.get(user.id, 0) + offered.get(user.id, 0)
        if not user.active:
            turned_away[user.handle] = "is not active"
        elif user.id in passed:
            turned_away[user.handle] = "passed on this lead"
        elif open_leads >= user.max_open:
            turned_away[user.handle] = f"has {open_leads} open leads, of at most {user.max_open}"
        else:
            seats.append(
                Seat(user_id=user.id, weight=user.weight, credit=user.turn, open_leads=open_leads)
            )
    return seats, turned_away


def _offer(
    db: Session,
    lead: Lead,
    user: User,
    team: Team,
    turned_away: Mapping[str, str],
    config: Config,
    now: datetime,
) -> Offer:
    accept_by = due(user, expectation_of(team, config).accept, config, now)
    fencing = db.exec(select(func.count()).where(Offer.lead_id == lead.id)).one() + 1
    explain: dict[str, JsonValue] = {"team": team.id, "not_eligible": dict(turned_away)}
    offer = Offer(
        lead_id=lead.id,
        to_user_id=user.id,
        offered_at=now,
        accept_by=accept_by,
        fencing=fencing,
        explain=explain,
    )
    db.add(offer)
    transition(
        db,
        lead,
        Request(to=LeadStatus.OFFERED, event=LeadEvent.OFFERED, at=now, actor=HARKEN),
        next_step=f"{user.name} accepts or declines",
        next_step_at=accept_by,
    )
    return offer


def expectation_of(team: Team | None, config: Config) -> Expectation:
    """Return what the team's channel owes a lead; the strictest one's when there is no team."""
    channel = ChannelKind(team.channel) if team else ChannelKind.TELESALES
    return config.sla.channels[channel]


def due(user: User | None, span: WorkingSpan, config: Config, now: datetime) -> datetime:
    """Return when ``span`` of the user's own working time has passed since ``now``.

    With nobody in particular, or with hours that leave no time to work, the wall clock counts.
    """
    amount = config.sla.working_time(span)
    if user is None:
        return now + amount
    try:
        return add_working_time(now, amount, parse_working_hours(user.hours), ZoneInfo(user.tz))
    except NoWorkingTimeError:
        return now + amount


def _in_words(turned_away: Mapping[str, str]) -> str:
    return "; ".join(f"{handle} {why}" for handle, why in turned_away.items())
