"""An installation that sends digests, for tests: real rows, a real mail server, a still clock."""

import asyncio
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import Engine
from sqlmodel import col, select

from config import Config
from config.digest import Digest, WhenEmpty
from config.mail import Encryption, Mail
from models.base import Row
from models.digest import DigestItem, DigestRun, DigestSubscription
from models.digest_words import Rhythm
from models.lead import Lead
from models.people import Team, User
from models.source import Source
from models.topic import Topic
from models.words import LeadStatus, UserRole
from service.digests.digest import Digest as Made
from service.digests.made import preview
from service.digests.planning import plan_due
from service.digests.readers import subscription_of
from service.digests.sending import Mailroom, send_waiting
from service.store.engine import reading, writing
from tests.post_office import PostOffice
from tests.web_house import SECRET, TEAM, House, shipped

BASE = "https://harken.acme.example"
NO_SERVER = Mail(host="127.0.0.1", port=9, encryption=Encryption.NONE, sender="h@acme.example")


def a_digest_config(
    office: PostOffice | None = None, *, bounces_after: int = 3, timeout: int = 30, **how: object
) -> Config:
    """Return the shipped configuration, with digests every day and the given mail server."""
    mail = NO_SERVER
    if office is not None:
        mail = office.mail(bounces_after=bounces_after, timeout_seconds=timeout)
    usual: dict[str, object] = {"days": "mon-sun", "explore": 0.0}
    digest = Digest.model_validate(usual | how)
    config = shipped()
    settings = config.settings.model_copy(update={"mail": mail, "digest": digest})
    return replace(config, settings=settings)


@dataclass
class Desk:
    """A house with one source and topic, whose people get digests."""

    house: House
    source: Source
    topic: Topic
    config: Config

    @property
    def engine(self) -> Engine:
        return self.house.engine

    def marketer(self, handle: str = "ida", *, tz: str = "Europe/Berlin") -> User:
        return self.reader(handle, role=UserRole.MARKETER, team=None, tz=tz)

    def reader(
        self,
        handle: str,
        *,
        role: UserRole = UserRole.REP,
        team: str | None = TEAM,
        tz: str = "Europe/Berlin",
        rhythm: Rhythm | None = None,
        cap: int | None = None,
    ) -> User:
        """Write somebody who has been subscribed since yesterday."""
        user = self.house.user(handle, role=role, team=team, email=f"{handle}@acme.example", tz=tz)
        with writing(self.engine) as db:
            row = subscription_of(db, user, now=self.house.clock.now() - timedelta(days=1))
            row.rhythm, row.cap = rhythm, cap
            db.add(row)
        return user

    def lead(
        self,
        title: str = "Does anybody have experience with Tidepool CRM?",
        *,
        score: float = 70,
        status: LeadStatus = LeadStatus.MQL,
        owner: User | None = None,
        offered_to: User | None = None,
        text: str = "We are ten people and outgrow our spreadsheet.",
        step: int = 3,
        url: str | None = "https://talk.example/t/1",
        author: str = "quiet_otter",
    ) -> Lead:
        return self.house.lead(
            title,
            text,
            source=self.source,
            topic=self.topic,
            score=score,
            status=status,
            owner=owner,
            offered_to=offered_to,
            step=step,
            url=url,
            author=author,
            due_in=timedelta(hours=6),
        )

    def plan(self, after: timedelta = timedelta(0)) -> int:
        self.house.clock.pass_by(after)
        return plan_due(self.engine, self.config, now=self.house.clock.now())

    def send(self) -> int:
        return asyncio.run(send_waiting(self.mailroom))

    def go_round(self, after: timedelta = timedelta(0)) -> int:
        self.plan(after)
        return self.send()

    @property
    def mailroom(self) -> Mailroom:
        return Mailroom(
            engine=self.engine,
            config=self.config,
            secret=SECRET,
            clock=self.house.clock,
            base_url=BASE,
        )

    def made(self, handle: str = "ida") -> Made:
        with reading(self.engine) as db:
            return preview(db, handle, config=self.config, now=self.house.clock.now())

    def runs(self) -> list[DigestRun]:
        with reading(self.engine) as db:
            return list(db.exec(select(DigestRun).order_by(col(DigestRun.created_at))))

    def items(self) -> list[DigestItem]:
        with reading(self.engine) as db:
            order = (col(DigestItem.run_id), col(DigestItem.position))
            return list(db.exec(select(DigestItem).order_by(*order)))

    def subscription(self, user: User) -> DigestSubscription:
        with reading(self.engine) as db:
            return subscription_of(db, user, now=self.house.clock.now())

    def write(self, *rows: Row) -> None:
        with writing(self.engine) as db:
            db.add_all(rows)

    def now_is(self, lead: Lead) -> Lead:
        with reading(self.engine) as db:
            return db.get_one(Lead, lead.id)

    @property
    def today(self) -> date:
        return self.house.clock.now().date()


def a_desk(engine: Engine, config: Config | None = None) -> Desk:
    """Return a desk on an empty database."""
    house = House(engine=engine, config=config or a_digest_config())
    with writing(engine) as db:
        db.add(Team(id=TEAM, name="Sales", channel="inside"))
    return Desk(
        house=house,
        source=house.source("Talk"),
        topic=house.topic("crm", "CRM"),
        config=house.config,
    )


SAYS_SO = WhenEmpty.MAIL
