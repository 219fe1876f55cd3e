"""A week of a house with a dozen reps, minute by minute, and what must hold at every moment.

What people do follows from a lead's title and the number of its offer, so that the same week has
the same end however often it is interrupted. `python -m tests.house_week URL FILE MINUTES ...`
lives through it in a process of its own, which may be killed at any time: FILE says how far it is.
"""

import hashlib
import itertools
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from config import Config
from config.team import ChannelKind, Rule, TeamSpec, When
from models.lead import Lead, Offer, StatusChange
from models.ledger import Outbox
from models.moves import CLOSED, OWNED, LeadEvent, Request
from models.people import User
from models.post import Thread
from models.sla import SlaNotice
from models.source import Source
from models.words import (
    DeclineReason,
    DisqualifyReason,
    Kind,
    LeadStatus,
    OfferState,
    TouchpointKind,
    UserRole,
)
from service.leads.by_hand import dismiss, log_touch
from service.leads.ledger import broken_link
from service.leads.transitions import HARKEN, opened, transition
from service.routing import offers
from service.routing.absences import leave
from service.routing.clocks import office_for, without_a_timer
from service.routing.route import drain, explain, route
from service.rules.hours import is_working_time
from service.rules.lives import WAY
from service.store.engine import open_engine, reading, writing
from service.sync import sync
from service.tick import keep_clocks
from tests.builders import a_config, a_user, undone

S = LeadStatus
MINUTE = timedelta(minutes=1)

#: A Thursday; on Sunday the clocks go forward in Berlin.
START = datetime(2026, 3, 26, 0, 0, tzinfo=UTC)

CHANNELS = (
    ChannelKind.INSIDE,
    ChannelKind.TELESALES,
    ChannelKind.FIELD,
    ChannelKind.DEALER,
    ChannelKind.DISTRIBUTOR,
)
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")
HOURS = ("mon-fri 09:00-17:30", "mon-sun 08:00-12:00 13:00-19:00", "always")


def a_week(*, reps: int = 12, max_open: int = 40, working: str | None = None) -> Config:
    """Return a house of five teams; region r0 goes to the first, and so on."""
    teams = [
        TeamSpec(id="sales" if n == 0 else f"team-{n}", name=f"Team {n}", channel=channel)
        for n, channel in enumerate(CHANNELS)
    ]
    people = [
        a_user(
            f"rep-{n:02}",
            team=teams[n % 5].id,
            tz=ZONES[n % 4],
            hours=working or HOURS[n % 3],
            max_open=max_open + n,
            weight=1 + n % 3,
        )
        for n in range(reps)
    ]
    people[1] = people[1].model_copy(update={"max_per_day": 60})
    others = (a_user("max", role=UserRole.MANAGER, team=None, hours=HOURS[0], tz=ZONES[0]),)
    rules = [
        Rule(position=n, team=team.id, when=When(regions=(f"r{n}",)))
        for n, team in enumerate(teams)
        if n
    ]
    return a_config(users=[*people, *others], teams=teams, rules=rules)


def chance(*what: object) -> float:
    """Return 0..1, always the same for the same words."""
    digest = hashlib.sha256("|".join(map(str, what)).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


@dataclass
class Week:
    """A house, a rate of new leads, and people who mostly do what they should."""

    engine: Engine
    config: Config
    leads_a_day: int
    leavers: dict[int, str]  # minute -> handle of who leaves then
    ignored: float = 0.3

    def begin(self) -> None:
        with writing(self.engine) as db:
            sync(db, self.config, now=START)
            source = db.exec(select(Source)).one()
            if db.get(Thread, "thread") is None:
                thread = Thread(
                    id="thread", source_id=source.id, key="t", title="", first_seen_at=START
                )
                db.add(thread)

    def phases(self, minute: int) -> tuple[str, ...]:
        return (
            ("people", "leads", "tick", "acts")
            if minute in self.leavers
            else (
                "leads",
                "tick",
                "acts",
            )
        )

    def live(self, minute: int, phase: str) -> None:
        """Live through a part of a minute; a second time it does what is left of it."""
        now = START + minute * MINUTE
        if phase == "people":
            with writing(self.engine) as db:
                user = db.exec(select(User).where(User.handle == self.leavers[minute])).one()
                leave(db, user, by=HARKEN, config=self.config, now=now)
        elif phase == "leads":
            self._new_leads(minute, now)
        elif phase == "tick":
            keep_clocks(self.engine, self.config, now=now)
        else:
            self._act(now)

    def _new_leads(self, minute: int, now: datetime) -> None:
        before = minute * self.leads_a_day // 1440
        upto = (minute + 1) * self.leads_a_day // 1440
        for number in range(before, upto):
            with writing(self.engine) as db:
                title = f"lead {number}"
                if db.exec(select(Lead.id).where(Lead.title == title)).first() is None:
                    route(db, new_lead(db, title, number, now), config=self.config, now=now)

    def _act(self, now: datetime) -> None:
        with reading(self.engine) as db:
            people = {user.id: user for user in db.exec(select(User))}
            waiting = db.exec(
                select(Offer, Lead.title)
                .join(Lead, col(Lead.id) == Offer.lead_id)
                .where(Offer.state == OfferState.OPEN, Offer.offered_at <= now - 2 * MINUTE)
                .order_by(Offer.id)
            ).all()
            theirs = db.exec(
                select(Lead).where(col(Lead.status).in_([S.ACCEPTED, S.WORKING])).order_by(Lead.id)
            ).all()
        for offer, title in waiting:
            if self._is_at_work(people[offer.to_user_id], now) and offer.accept_by > now:
                self._answer(offer, chance(title, offer.fencing), now)
        for lead in theirs:
            if self._is_at_work(people[str(lead.owner_id)], now):
                self._work(lead, now)

    def _is_at_work(self, user: User, now: datetime) -> bool:
        office = office_for(user)
        return office is not None and user.active and is_working_time(now, office)

    def _answer(self, offer: Offer, luck: float, now: datetime) -> None:
        told = {"lead_id": offer.lead_id, "user_id": offer.to_user_id, "fencing": offer.fencing}
        if luck < self.ignored:
            return
        with writing(self.engine) as db:
            if luck < 0.95:
                offers.accept(db, **told, config=self.config, now=now)  # type: ignore[arg-type]  # as named
            else:
                offers.decline(
                    db,
                    **told,  # type: ignore[arg-type]  # as named
                    reason=DeclineReason.CAPACITY,
                    config=self.config,
                    now=now,
                )

    def _work(self, lead: Lead, now: datetime) -> None:
        told = {"lead_id": lead.id, "user_id": str(lead.owner_id), "rev": lead.rev, "now": now}
        waits = now - lead.status_since
        if chance(lead.title, "lies", lead.rev // 8) < 0.02:
            return  # forgotten until somebody takes it back
        if waits < (5 if lead.status is S.ACCEPTED else 20) * MINUTE:
            return
        with writing(self.engine) as db:
            if lead.status is S.ACCEPTED:
                log_touch(db, **told, kind=TouchpointKind.CALL, note="", config=self.config)  # type: ignore[arg-type]  # as named
            else:
                dismiss(db, **told, reason=DisqualifyReason.SOLVED)  # type: ignore[arg-type]  # as named


def new_lead(db: Session, title: str, number: int, now: datetime, *, score: float = 85.0) -> Lead:
    """Write a lead that has just become ready for sales."""
    lead = Lead(
        topic_id="crm",
        thread_id="thread",
        source_id=db.get_one(Thread, "thread").source_id,
        title=title,
        kind=Kind.PRICING,
        journey_step=4,
        status=S.DETECTED,
        score=score if number % 7 else 95.0,
        score_explain={},
        profile_version="1",
        scored_at=now,
        region=f"r{number % 5}",
        next_step="grows",
        next_step_at=now,
        first_signal_at=now,
        last_signal_at=now,
        status_since=now,
        created_at=now,
    )
    db.add(lead)
    db.flush()
    opened(db, lead, now)
    asked = Request(to=S.SALES_READY, event=LeadEvent.SCORED, at=now, actor=HARKEN)
    transition(db, lead, asked, next_step="is routed", next_step_at=now + 5 * MINUTE)
    return lead


# What must hold.


def check_moment(week: Week, now: datetime) -> None:
    """Every lead is in one place, and nobody who could have a waiting one is idle."""
    with reading(week.engine) as db:
        open_offers = db.exec(select(Offer.lead_id).where(Offer.state == OfferState.OPEN)).all()
        leads = db.exec(select(Lead.id, Lead.status, Lead.owner_id, Lead.next_step_at)).all()
        assert without_a_timer(db) == []
        assert len(set(open_offers)) == len(open_offers)
        offered = set(open_offers)
        for lead_id, status, owner_id, due in leads:
            is_in = [
                status is S.SALES_READY,
                status is S.OFFERED and lead_id in offered,
                status in OWNED and owner_id is not None,
                status in CLOSED,
            ]
            assert sum(is_in) == 1, (lead_id, status)
            assert (lead_id in offered) == (status is S.OFFERED)
            assert (due is None) == (status in CLOSED)
        gone = {user.id for user in db.exec(select(User).where(~col(User.active)))}
        holders = db.exec(select(Offer.to_user_id).where(Offer.state == OfferState.OPEN)).all()
        assert not gone & set(holders)
        assert not gone & {owner for _, status, owner, _ in leads if status is S.ACCEPTED}
    with undone(week.engine) as db:
        assert drain(db, config=week.config, now=now) == 0


def check_week(week: Week, now: datetime) -> dict[str, float]:
    """What must have held all the time; returns what was measured."""
    keep_clocks(week.engine, week.config, now=now)  # what people did last frees capacity
    check_moment(week, now)
    with reading(week.engine) as db:
        assert broken_link(db) is None
        people = {user.id: user for user in db.exec(select(User))}
        made = db.exec(select(Offer).order_by(col(Offer.offered_at), Offer.id)).all()
        leads = {lead.id: lead for lead in db.exec(select(Lead))}
        steps = db.exec(select(StatusChange.lead_id, StatusChange.to_status)).all()
        told = db.exec(select(SlaNotice).where(col(SlaNotice.delivered_at).is_not(None))).all()
        said = db.exec(
            select(Outbox).where(col(Outbox.kind).in_(["lead.sla_warning", "lead.sla_breached"]))
        ).all()
        accepted = db.exec(select(StatusChange).where(StatusChange.event == "accepted")).all()
        for lead in leads.values():
            if lead.status is S.SALES_READY:
                assert explain(db, lead, config=week.config, now=now).rep is None
    _check_furthest(leads, steps)
    _check_lapsed(made)
    _check_order(leads.values(), made)
    assert len(accepted) == sum(offer.state is OfferState.ACCEPTED for offer in made)
    assert len(told) == len(said)
    for notice in told:
        office = office_for(people[str(notice.to_user_id)])
        assert office is not None
        assert is_working_time(notice.delivered_at or now, office), notice
    measured = check_shares(made, people)
    counts = {"leads": len(leads), "offers": len(made), "notices": len(told)}
    counts["expired"] = sum(offer.state is OfferState.EXPIRED for offer in made)
    counts["reclaimed"] = sum(offer.reclaimed_at is not None for offer in made)
    return {**counts, "share": measured}


def _check_furthest(leads: Mapping[str, Lead], steps: Iterable[tuple[str, str]]) -> None:
    """A lead says itself how far it ever got, which its history tells as well."""
    far: dict[str, int] = defaultdict(int)
    for lead_id, status in steps:
        far[lead_id] = max(far[lead_id], WAY.get(LeadStatus(status), 0))
    assert {lead.id: lead.furthest for lead in leads.values()} == {one: far[one] for one in leads}


def _check_lapsed(made: Sequence[Offer]) -> None:
    """An offer that ran out was taken back within a minute."""
    for offer in made:
        if offer.state is OfferState.EXPIRED:
            assert offer.answered_at is not None
            assert offer.answered_at <= offer.accept_by + MINUTE


def _check_order(leads: Iterable[Lead], made: Sequence[Offer]) -> None:
    """Within a tier and a team's queue who waited longer was offered first."""
    first: dict[str, Offer] = {}
    for offer in made:
        first.setdefault(offer.lead_id, offer)
    queues: dict[tuple[str | None, bool], list[Lead]] = defaultdict(list)
    for lead in leads:
        queues[lead.region, lead.score >= 90].append(lead)
    for queue in queues.values():
        queue.sort(key=lambda lead: (lead.sales_ready_at, lead.id))
        moments = [first[lead.id].offered_at for lead in queue if lead.id in first]
        assert moments == sorted(moments)
        has_one = [lead.id in first for lead in queue]
        assert has_one == sorted(has_one, reverse=True)  # nobody was passed over


def check_shares(made: Sequence[Offer], people: dict[str, User]) -> float:
    """Return how far anybody ever was from a fair share of what could be theirs: in leads."""
    members: dict[str, list[User]] = defaultdict(list)
    for user in people.values():
        if user.team_id:
            members[user.team_id].append(user)
    ahead: dict[str, float] = defaultdict(float)
    worst = 0.0
    for offer in made:
        if offer.explain["how"] != "round_robin":
            continue
        turned_away = offer.explain["not_eligible"]
        assert isinstance(turned_away, dict)
        could = [u for u in members[str(offer.explain["team"])] if u.handle not in turned_away]
        total = sum(user.weight for user in could)
        for user in could:
            ahead[user.id] -= user.weight / total
        ahead[offer.to_user_id] += 1
        worst = max(worst, *(abs(share) for share in ahead.values()))
    return worst


def ending(engine: Engine) -> list[tuple[object, ...]]:
    """Return what became of every lead, without ids: the same for the same week."""
    with reading(engine) as db:
        handles: dict[str | None, str] = {user.id: user.handle for user in db.exec(select(User))}
        given: dict[str, list[tuple[object, ...]]] = defaultdict(list)
        for offer in db.exec(select(Offer).order_by(Offer.lead_id, col(Offer.fencing))):
            given[offer.lead_id].append(
                (handles[offer.to_user_id], offer.state, offer.offered_at, offer.answered_at)
            )
        return [
            (lead.title, lead.status, handles.get(lead.owner_id), *given[lead.id])
            for lead in db.exec(select(Lead).order_by(Lead.title))
        ]


def steps(week: Week, minutes: int, *, after: tuple[int, str] | None) -> Iterator[tuple[int, str]]:
    """Yield what is left to live through."""
    every = ((minute, phase) for minute in range(minutes) for phase in week.phases(minute))
    if after is None:
        return every
    return itertools.islice(itertools.dropwhile(lambda step: step != after, every), 1, None)


def the_week(engine: Engine, leads_a_day: int, leavers: Sequence[int], config: Config) -> Week:
    handles = ("rep-03", "rep-05", "rep-07")
    return Week(
        engine=engine,
        config=config,
        leads_a_day=leads_a_day,
        leavers=dict(zip(leavers, handles, strict=False)),
    )


def main(url: str, file: str, minutes: str, leads_a_day: str, *leavers: str) -> None:
    """Live on from where FILE says; print a line for every tick."""
    engine = open_engine(url)
    week = the_week(engine, int(leads_a_day), [int(minute) for minute in leavers], a_week())
    mark = Path(file)
    after = None
    if mark.exists():
        reached, done = mark.read_text().split()
        after = (int(reached), done)
    else:
        week.begin()
    for minute, phase in steps(week, int(minutes), after=after):
        week.live(minute, phase)
        part = mark.with_suffix(".part")
        part.write_text(f"{minute} {phase}")
        part.replace(mark)


if __name__ == "__main__":
    main(*sys.argv[1:])
