"""Twelve weeks of a house of our own making, on which every report's figures are known.

Each week has the same five leads, at the same hours (UTC), from Monday 1 September 2025 on:

    A  talk, crm    heard on Monday 8:00 in talk, on Wednesday 8:00 in news, and in odd weeks again
                    on Thursday 8:00. Opened and handed off on Tuesday 8:00, accepted by ada at
                    9:00, first contact at 10:00, opportunity on Thursday 8:00, won on Friday 8:00
                    for 1,000.01 EUR; in the last week for 500.00 USD.
    B  news, crm    mql on Tuesday 8:00, promoted on Wednesday 8:00, declined by ada at 9:00 (no
                    capacity), accepted by ben at 10:00, first contact on Friday 8:00, lost on the
                    next Monday 8:00.
    C  talk, help   opened on Tuesday 2:00, handed off at 8:00; ben's offer ran out at 12:00, and
                    nobody did anything.
    D  news, help   handed off on Tuesday 8:00, declined by ada at 9:00 as no lead; in even weeks
                    disqualified on Thursday 8:00.
    E  talk, crm    detected on Tuesday 8:00. In the weeks 0, 3, 6 and 9 handed off at once,
                    accepted by ben at 9:00 and handed back on Wednesday 8:00. Those of 0 and 3
                    came back to sales five weeks later, on a Monday at 8:00: accepted by ada at
                    9:00, first contact on Tuesday 8:00, opportunity on Wednesday 8:00. That of 0
                    was won on that Friday 8:00 for 200.00 EUR; that of 3 is open at 300.00 EUR.

So 60 leads were opened, and 52 handed off. ada works from 10:30 to 17:00 in Berlin, where the
clocks went back on 26 October, at the end of week 7; ben always works. It is 10 December.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session, select

from config import Config
from config.campaign import CampaignSpec, CostsFile, CostSpec
from config.team import ChannelKind, TeamSpec
from models.base import Row
from models.contact import Inquiry, Person
from models.lead import Lead, LeadSignal, Offer, StatusChange, Touchpoint
from models.moves import CLOSED
from models.people import User
from models.post import Author, Post, Thread
from models.signal import BETWEEN, Signal
from models.source import Source
from models.words import (
    CampaignKind,
    DeclineReason,
    InquiryChannel,
    Kind,
    LeadStatus,
    OfferState,
    Role,
    SignalStatus,
    TouchpointKind,
    UserRole,
)
from service.reports.asked import Asked
from service.rules.lives import WAY
from service.rules.period import Period
from service.store.engine import writing
from service.sync import sync
from tests.builders import a_config, a_source, a_topic, a_user

S = LeadStatus
MONDAY = datetime(2025, 9, 1, tzinfo=UTC)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
NOW = datetime(2025, 12, 10, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
PERIOD = Period(first=date(2025, 9, 1), until=date(2025, 11, 24), zone=BERLIN)


def a_house() -> Config:
    """Return the configuration of the house: two teams, two sources, two topics, three costs."""
    config = a_config(
        users=(
            a_user("ada", hours="mon-fri 10:30-17:00", tz="Europe/Berlin"),
            a_user("ben", team="field"),
            a_user("mia", role=UserRole.MARKETER, team=None),
            a_user("max", role=UserRole.MANAGER, team=None, tz="Europe/Berlin"),
            a_user("fay", role=UserRole.MANAGER, team="field"),
        ),
        teams=(
            TeamSpec(id="sales", name="Sales", channel=ChannelKind.INSIDE),
            TeamSpec(id="field", name="Field", channel=ChannelKind.FIELD),
        ),
        topics=(a_topic("crm"), a_topic("help")),
        sources=(a_source("talk"), a_source("news")),
    )
    return replace(config, costs=COSTS)


def _cost(amount: str, until: date, *, source: str | None = None, **other: object) -> CostSpec:
    values = {
        "source": source,
        "since": date(2025, 9, 1),
        "until": until,
        "amount": amount,
        "currency": "EUR",
    }
    return CostSpec.model_validate(values | other)


COSTS = CostsFile(
    campaign=(
        CampaignSpec(
            id="fair",
            name="Fair",
            kind=CampaignKind.EVENT_BUZZ,
            since=date(2025, 9, 1),
            until=date(2025, 9, 15),
            topics=("crm",),
        ),
    ),
    cost=(
        _cost("91.00", date(2025, 12, 1), source="talk"),  # a Euro a day, for 91 days
        _cost("60.00", date(2025, 11, 24), source="news"),
        _cost("10.00", date(2025, 10, 11), source="news", since=date(2025, 10, 1), currency="USD"),
        _cost("100.00", date(2025, 9, 15), campaign="fair"),
    ),
)


@dataclass
class Written:
    """Rows in the order in which they refer to each other: in five writes they are all there."""

    places: list[Row] = field(default_factory=list)
    posts: list[Row] = field(default_factory=list)
    signals: list[Row] = field(default_factory=list)
    leads: list[Row] = field(default_factory=list)
    lives: list[Row] = field(default_factory=list)

    def save(self, db: Session) -> None:
        for rows in (self.places, self.posts, self.signals, self.leads, self.lives):
            db.add_all(rows)
            db.flush()


@dataclass
class Story:
    """What happened to one lead, written down as rows."""

    written: Written
    users: dict[str, str]
    sources: dict[str, str]
    lead_id: str
    topic: str
    opened_at: datetime
    history: list[StatusChange] = field(default_factory=list)
    rows: list[Touchpoint | Offer] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)

    def hear(
        self,
        at: datetime,
        source: str,
        *,
        status: SignalStatus = SignalStatus.NEW,
        phrases: tuple[str, ...] = (),
        step: int = 3,
    ) -> None:
        """Write a post and its signal."""
        name = f"{self.lead_id}-{len(self.signals)}"
        source_id = self.sources[source]
        self.written.places.extend(
            [
                Author(
                    id=name,
                    source_id=source_id,
                    handle=name,
                    handle_norm=name,
                    first_seen_at=at,
                ),
                Thread(id=name, source_id=source_id, key=name, title="", first_seen_at=at),
            ]
        )
        self.written.posts.append(
            Post(
                id=name,
                source_id=source_id,
                external_id=name,
                thread_id=name,
                author_id=name,
                is_opening=True,
                title="",
                text="Which one would you take?",
                language="en",
                published_at=at,
                fetched_at=at,
                content_hash=name,
                retention_until=at + 400 * DAY,
            )
        )
        signal = Signal(
            id=name,
            post_id=name,
            topic_id=self.topic,
            source_id=source_id,
            kind=Kind.EXPERIENCE,
            role=Role.SEEKER,
            journey_step=step,
            probability=0.9,
            strength=3,
            fit=0.9,
            uncertain=False,
            solved=False,
            negatives=[],
            slots=[],
            evidence=[],
            matched=[{"text": phrase, "reason": "keyword"} for phrase in phrases],
            phrases=BETWEEN.join(phrases),
            model_version="none",
            status=status,
            happened_at=at,
            created_at=at,
        )
        self.signals.append(signal)

    def to(
        self,
        status: LeadStatus,
        at: datetime,
        event: str,
        *,
        by: str = "harken",
        reason: str | None = None,
    ) -> None:
        """Write a step of the lead's life."""
        before = self.history[-1] if self.history else None
        self.history.append(
            StatusChange(
                id=f"{self.lead_id}-{len(self.history):02}",
                lead_id=self.lead_id,
                from_status=before.to_status if before else None,
                to_status=status,
                event=event,
                actor=self.users.get(by, by),
                at=at,
                seconds_in_previous=(at - before.at).total_seconds() if before else 0.0,
                reason=reason,
            )
        )

    def offer(
        self,
        at: datetime,
        to: str,
        state: OfferState,
        *,
        after: timedelta = HOUR,
        reason: DeclineReason | None = None,
    ) -> None:
        """Write an offer and how it ended, with the steps that this makes."""
        self.to(S.OFFERED, at, "offered")
        count = sum(isinstance(row, Offer) for row in self.rows)
        self.rows.append(
            Offer(
                id=f"{self.lead_id}-{count}",
                lead_id=self.lead_id,
                to_user_id=self.users[to],
                offered_at=at,
                accept_by=at + 4 * HOUR,
                state=state,
                answered_at=at + after,
                fencing=count + 1,
                decline_reason=reason,
                explain={},
            )
        )
        if state is OfferState.ACCEPTED:
            self.to(S.ACCEPTED, at + after, "accepted", by=to)
        elif state is OfferState.EXPIRED:
            self.to(S.SALES_READY, at + after, "lease_expired")
        elif reason is DeclineReason.NOT_A_LEAD:
            self.to(S.MQL, at + after, "declined_not_a_lead", by=to, reason=reason.value)
        else:
            self.to(S.SALES_READY, at + after, "declined", by=to, reason=reason)

    def touch(self, at: datetime, by: str) -> None:
        """Write a contact that starts the work, and a note a minute before: it is no contact."""
        kinds = ((TouchpointKind.NOTE, at - timedelta(minutes=1)), (TouchpointKind.EMAIL, at))
        for kind, moment in kinds:
            self.rows.append(
                Touchpoint(
                    id=f"{self.lead_id}-{kind.value}",
                    lead_id=self.lead_id,
                    kind=kind,
                    by_user_id=self.users[by],
                    at=moment,
                )
            )
        self.to(S.WORKING, at, "touched", by=by)

    def end(
        self, *, team: str, owner: str | None = None, worth: tuple[int, str] | None = None
    ) -> None:
        """Write the lead as it stands, and all that belongs to it."""
        self.written.signals.extend(self.signals)
        last = self.history[-1]
        is_closed = last.to_status in CLOSED

        def first(status: LeadStatus) -> datetime | None:
            return next((c.at for c in self.history if c.to_status is status), None)

        self.written.leads.append(
            Lead(
                id=self.lead_id,
                topic_id=self.topic,
                thread_id=self.signals[0].post_id,
                source_id=self.signals[0].source_id,
                title=f"Lead {self.lead_id}",
                kind=Kind.EXPERIENCE,
                journey_step=max(signal.journey_step for signal in self.signals),
                status=last.to_status,
                furthest=max(WAY.get(step.to_status, 0) for step in self.history),
                score=70.0,
                score_explain={},
                profile_version="none",
                scored_at=self.opened_at,
                owner_id=self.users[owner] if owner else None,
                team_id=team,
                next_step="goes on",
                next_step_at=None if is_closed else last.at + WEEK,
                first_signal_at=self.signals[0].happened_at,
                last_signal_at=self.signals[-1].happened_at,
                sales_ready_at=first(S.SALES_READY),
                first_offer_at=first(S.OFFERED),
                accepted_at=first(S.ACCEPTED),
                first_touch_at=first(S.WORKING),
                closed_at=last.at if is_closed else None,
                close_reason=(last.reason or last.event) if is_closed else None,
                status_since=last.at,
                created_at=self.opened_at,
                amount_minor=worth[0] if worth else None,
                currency=worth[1] if worth else None,
            )
        )
        self.written.lives.extend(
            LeadSignal(signal_id=signal.id, lead_id=self.lead_id) for signal in self.signals
        )
        self.written.lives.extend([*self.history, *self.rows])


@dataclass(frozen=True, slots=True)
class Chronicle:
    """Writes the twelve weeks."""

    db: Session
    users: dict[str, str]
    sources: dict[str, str]
    written: Written = field(default_factory=Written)

    def write(self) -> None:
        for week in range(12):
            monday = MONDAY + week * WEEK
            self._a(week, monday)
            self._b(week, monday)
            self._c(week, monday)
            self._d(week, monday)
            self._e(week, monday)
        self.written.save(self.db)
        self._somebody_writes()

    def _story(self, name: str, topic: str, at: datetime) -> Story:
        story = Story(self.written, self.users, self.sources, name, topic, at)
        story.to(S.DETECTED, at, "opened")
        return story

    def _a(self, week: int, monday: datetime) -> None:
        tuesday = monday + DAY + 8 * HOUR
        story = self._story(f"a{week:02}", "crm", tuesday)
        confirmed = SignalStatus.CONFIRMED
        story.hear(tuesday - DAY, "talk", status=confirmed, phrases=("CRM", "crm  Tool"))
        story.hear(tuesday + DAY, "news", phrases=("crm",), step=4)
        if week % 2:
            story.hear(tuesday + 2 * DAY, "news", phrases=("crm",), step=6)
        story.to(S.SALES_READY, tuesday, "scored")
        story.offer(tuesday, "ada", OfferState.ACCEPTED)
        story.touch(tuesday + 2 * HOUR, "ada")
        story.to(S.OPPORTUNITY, tuesday + 2 * DAY, "qualified", by="ada")
        story.to(S.WON, tuesday + 3 * DAY, "won", by="ada")
        worth = (50_000, "USD") if week == 11 else (100_001, "EUR")
        story.end(team="sales", owner="ada", worth=worth)

    def _b(self, week: int, monday: datetime) -> None:
        tuesday = monday + DAY + 8 * HOUR
        story = self._story(f"b{week:02}", "crm", tuesday)
        story.hear(tuesday, "news", status=SignalStatus.CONFIRMED, phrases=("CRM",), step=4)
        story.to(S.MQL, tuesday, "scored")
        wednesday = tuesday + DAY
        story.to(S.SALES_READY, wednesday, "promoted", by="mia", reason="she asks again")
        story.offer(wednesday, "ada", OfferState.DECLINED, reason=DeclineReason.CAPACITY)
        story.offer(wednesday + HOUR, "ben", OfferState.ACCEPTED)
        story.touch(wednesday + 2 * DAY, "ben")
        story.to(S.LOST, wednesday + 5 * DAY, "lost", by="ben", reason="price")
        story.end(team="field", owner="ben")

    def _c(self, week: int, monday: datetime) -> None:
        tuesday = monday + DAY + 8 * HOUR
        story = self._story(f"c{week:02}", "help", tuesday - 6 * HOUR)
        story.hear(tuesday - 6 * HOUR, "talk", phrases=("Help\ndesk",), step=1)
        story.to(S.SALES_READY, tuesday, "scored")
        story.offer(tuesday, "ben", OfferState.EXPIRED, after=4 * HOUR)
        story.end(team="field")

    def _d(self, week: int, monday: datetime) -> None:
        tuesday = monday + DAY + 8 * HOUR
        story = self._story(f"d{week:02}", "help", tuesday)
        story.hear(tuesday, "news", status=SignalStatus.REJECTED, phrases=("help desk",))
        story.to(S.SALES_READY, tuesday, "scored")
        story.offer(tuesday, "ada", OfferState.DECLINED, reason=DeclineReason.NOT_A_LEAD)
        if not week % 2:
            story.to(S.DISQUALIFIED, tuesday + 2 * DAY, "disqualified", by="mia", reason="spam")
        story.end(team="sales")

    def _e(self, week: int, monday: datetime) -> None:
        tuesday = monday + DAY + 8 * HOUR
        story = self._story(f"e{week:02}", "crm", tuesday)
        story.hear(tuesday, "talk", phrases=("CRM",), step=5)
        if week % 3 == 0:
            story.to(S.SALES_READY, tuesday, "scored")
            story.offer(tuesday, "ben", OfferState.ACCEPTED)
            why = "no_budget" if week < 6 else "no_response"
            story.to(S.NURTURING, tuesday + DAY, "handed_back", by="ben", reason=why)
        if week in {0, 3}:
            again = monday + 5 * WEEK + 8 * HOUR
            story.to(S.SALES_READY, again, "promoted", by="mia", reason="there is a budget now")
            story.offer(again, "ada", OfferState.ACCEPTED)
            story.touch(again + DAY, "ada")
            story.to(S.OPPORTUNITY, again + 2 * DAY, "qualified", by="ada")
        if week == 0:
            story.to(S.WON, monday + 5 * WEEK + 4 * DAY + 8 * HOUR, "won", by="ada")
        worth = {0: (20_000, "EUR"), 3: (30_000, "EUR")}.get(week)
        owner = "ada" if week in {0, 3} else None
        story.end(team="sales", owner=owner, worth=worth)

    def _somebody_writes(self) -> None:
        """Have the first D come to us by a form: it was met in the moment it was heard."""
        at = MONDAY + DAY + 8 * HOUR
        self.db.add(Person(id="somebody", created_at=at))
        self.db.flush()
        self.db.add(
            Inquiry(
                person_id="somebody",
                topic_id="help",
                signal_id="d00-0",
                channel=InquiryChannel.FORM,
                reference="1",
                at=at,
                received_at=at,
                by="harken",
            )
        )


def a_reported_house(engine: Engine) -> Config:
    """Write the twelve weeks into an empty database and return the house's configuration."""
    config = a_house()
    with writing(engine) as db:
        sync(db, config, now=MONDAY)
        users = dict(db.exec(select(User.handle, User.id)).all())
        sources = dict(db.exec(select(Source.slug, Source.id)).all())
        Chronicle(db, users, sources).write()
    return config


def ask(config: Config, *, period: Period = PERIOD, viewer: str | None = None) -> Asked:
    """Return a question about the house, as of 10 December."""
    return Asked(period=period, now=NOW, config=config, viewer=viewer)


def weeks(first: int, count: int) -> Period:
    """Return some of the twelve weeks, counted from 0."""
    monday = MONDAY.date() + first * WEEK
    return Period(first=monday, until=monday + count * WEEK, zone=BERLIN)
