"""Who gets a sales-ready lead: find the team, take whose turn it is, and lease the lead.

``service.rules.routing`` decides; here the rows are read and written. A lead that nobody can take
waits in the queue, which is drained in its order whenever a lead is routed and at every tick.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import JsonValue
from sqlmodel import Session, col, func, select

from config import Config
from config.hours import WorkingSpan
from config.team import ChannelKind, Expectation
from models.lead import Lead, Offer
from models.moves import LeadEvent, Request
from models.people import Team, User
from models.words import LeadStatus, OfferState
from service.leads.transitions import HARKEN, transition
from service.process.gaps import gaps
from service.routing.cases import load_cases, waiting
from service.routing.clocks import office_for
from service.routing.reps import Reps, load_reps
from service.rules.clocks import later
from service.rules.routing import Decision, decide

#: Offers in a step: it holds the write lock.
MOST = 200
_CHUNK = 200


def route(db: Session, lead: Lead, *, config: Config, now: datetime) -> Offer | None:
    """Offer ``lead`` to the rep whose turn it is; None leaves it in the queue, with the reason.

    The lead must be sales-ready. Those that wait before it get their turn first.
    """
    if lead.status is not LeadStatus.SALES_READY:
        return None
    if lacking := gaps(config):
        _waits(db, lead, lacking[0])
        return None
    db.flush()
    reps = load_reps(db, now=now)
    if reps.have_room(by=now + _longest_wait(config)):
        queue = waiting(db, config)
        if queue[0] != lead.id:
            _drain(db, queue, reps, config=config, now=now, most=MOST)
            if offer := open_offer(db, lead.id):
                return offer
    decision = _decide(db, lead, reps, config, now)
    return _carry_out(db, lead, decision, config, now)


def drain(db: Session, *, config: Config, now: datetime, most: int = MOST) -> int:
    """Offer waiting leads to whoever has room now, in their order; return how many were."""
    if gaps(config):
        return 0
    reps = load_reps(db, now=now)
    if not reps.have_room(by=now + _longest_wait(config)):
        return 0
    return _drain(db, waiting(db, config), reps, config=config, now=now, most=most)


def explain(
    db: Session, lead: Lead, *, config: Config, now: datetime, among: Reps | None = None
) -> Decision:
    """Return who would get ``lead`` now, and why nobody else would; nothing is written.

    ``among`` are those who are asked; None: everybody who takes leads.
    """
    return _decide(db, lead, among or load_reps(db, now=now), config, now)


def _drain(
    db: Session, queue: Sequence[str], reps: Reps, *, config: Config, now: datetime, most: int
) -> int:
    made = 0
    soon = now + _longest_wait(config)
    within = _accept_within(config)
    for first in range(0, len(queue), _CHUNK):
        chunk = queue[first : first + _CHUNK]
        found = {lead.id: lead for lead in db.exec(select(Lead).where(col(Lead.id).in_(chunk)))}
        leads = [found[lead_id] for lead_id in chunk]
        for lead, case in zip(leads, load_cases(db, leads, config=config, now=now), strict=True):
            decision = decide(
                case, reps.all, routing=config.routing, accept_within=within, now=now
            )
            if decision.rep is None:
                continue
            _carry_out(db, lead, decision, config, now)
            reps.gave(decision.rep.user_id, decision.credits)
            made += 1
            if made >= most or not reps.have_room(by=soon):
                return made
    return made


def _decide(db: Session, lead: Lead, reps: Reps, config: Config, now: datetime) -> Decision:
    (case,) = load_cases(db, [lead], config=config, now=now)
    within = _accept_within(config)
    return decide(case, reps.all, routing=config.routing, accept_within=within, now=now)


def _carry_out(
    db: Session, lead: Lead, decision: Decision, config: Config, now: datetime
) -> Offer | None:
    lead.team_id = decision.team_id
    if decision.rep is None:
        _waits(db, lead, decision.why())
        return None
    for user in db.exec(select(User).where(col(User.id).in_(decision.credits))):
        user.turn = decision.credits[user.id]
        db.add(user)
    explained: dict[str, JsonValue] = {
        "team": decision.team_id,
        "rule": decision.rule,
        "how": decision.how,
        "not_eligible": dict(decision.turned_away),
    }
    user = db.get_one(User, decision.rep.user_id)
    asked = Request(to=LeadStatus.OFFERED, event=LeadEvent.OFFERED, at=now, actor=HARKEN)
    return lease(db, lead, user, asked, explained, config=config)


def lease(
    db: Session,
    lead: Lead,
    user: User,
    asked: Request,
    explained: dict[str, JsonValue],
    *,
    config: Config,
) -> Offer:
    """Move ``lead`` as asked and make the offer of it to ``user``; an open one is taken back.

    Raises:
        models.moves.MoveRefusedError: the lead can't be offered from where it stands.
    """
    team = db.get(Team, user.team_id or lead.team_id)
    lead.team_id = team.id if team else lead.team_id
    accept_by = due(user, expectation_of(team, config).accept, config, asked.at)
    fencing = db.exec(select(func.count()).where(Offer.lead_id == lead.id)).one() + 1
    transition(
        db,
        lead,
        asked,
        next_step=f"{user.name} accepts or declines",
        next_step_at=accept_by,
        holder=user.id,
    )
    offer = Offer(
        lead_id=lead.id,
        to_user_id=user.id,
        offered_at=asked.at,
        accept_by=accept_by,
        fencing=fencing,
        explain=explained,
    )
    db.add(offer)
    db.flush()
    return offer


def open_offer(db: Session, lead_id: str) -> Offer | None:
    """Return the offer of a lead that waits for an answer."""
    return db.exec(
        select(Offer).where(Offer.lead_id == lead_id, Offer.state == OfferState.OPEN)
    ).first()


def _waits(db: Session, lead: Lead, why: str) -> None:
    lead.next_step = f"waits for a rep: {why}"
    db.add(lead)


def expectation_of(team: Team | None, config: Config) -> Expectation:
    """Return what the team's channel owes a lead; the strictest one's when there is no team."""
    return config.sla.channels[_channel_of(team)]


def _channel_of(team: Team | None) -> ChannelKind:
    return ChannelKind(team.channel) if team else ChannelKind.TELESALES


def update_every(db: Session, lead: Lead, config: Config) -> WorkingSpan:
    """Return the working time within which the buyer hears from the owner of ``lead`` again."""
    team = db.get(Team, lead.team_id) if lead.team_id else None
    return config.update_every(lead.topic_id, _channel_of(team))


def due(user: User | None, span: WorkingSpan, config: Config, now: datetime) -> datetime:
    """Return when ``span`` of the user's own working time has passed since ``now``.

    With nobody in particular, or with hours that leave no time to work, the wall clock counts.
    """
    return later(now, config.sla.working_time(span), office_for(user))


def reviewer_of(db: Session, lead: Lead, config: Config) -> User | None:
    """Return who looks at the leads of this topic before they go to sales, if anybody does."""
    topic = config.topics.get(lead.topic_id)
    if topic is None or topic.owner is None:
        return None
    return db.exec(select(User).where(User.handle == topic.owner)).first()


def _accept_within(config: Config) -> dict[str, timedelta]:
    """Return how soon somebody has to be at work to get a lead, by team."""
    return {
        team.id: config.sla.working_time(config.sla.channels[team.channel].accept)
        for team in config.teams.values()
    }


def _longest_wait(config: Config) -> timedelta:
    return max(_accept_within(config).values(), default=timedelta(0))
