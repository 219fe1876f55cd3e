"""What tests start from: small installations, posts and people, with the usual filled in."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import TypeVar

from sqlalchemy import Engine, inspect
from sqlmodel import Session, select

from config import Config, load_config
from config.hours import WorkingSpan, parse_working_hours
from config.offering import Offering
from config.process import Process
from config.settings import Privacy, PrivacyMode
from config.source import PolicySpec, SourceSpec
from config.team import ChannelKind, Routing, Rule, TeamSpec, UserSpec
from config.topic import Topic
from crawlers.found import FoundPost
from models.base import Row
from models.lead import Lead, Offer
from models.people import User
from models.source import Source
from models.words import Licence, OfferState, SourceKind, StorageMode, UserRole
from service.posts.intake import Counts, Intake
from service.routing import offers
from service.store.engine import reading, writing
from service.sync import sync
from service.tick import tick
from tests.fakes import NOON, Ears, Said, StandingClock

R = TypeVar("R", bound=Row)

SECRET = b"a secret of thirty-two bytes, ok"
ASK = "Does anybody have experience with"


def a_user(
    handle: str = "ada",
    *,
    role: UserRole = UserRole.REP,
    team: str | None = "sales",
    hours: str = "always",
    tz: str = "UTC",
    max_open: int = 5,
    weight: int = 1,
    active: bool = True,
) -> UserSpec:
    return UserSpec(
        handle=handle,
        name=handle.title(),
        role=role,
        team=team,
        hours=parse_working_hours(hours),
        tz=tz,
        max_open=max_open,
        weight=weight,
        active=active,
    )


def a_topic(
    topic_id: str = "crm", *, owner: str | None = None, active: bool = True, name: str = ""
) -> Topic:
    return Topic(
        id=topic_id,
        name=name or topic_id.upper(),
        keywords=(topic_id,),
        owner=owner,
        active=active,
    )


def a_policy(
    name: str = "feed",
    *,
    store: StorageMode = StorageMode.FULL,
    requires_approval: bool = False,
    approval_ref: str = "",
) -> PolicySpec:
    return PolicySpec(
        name=name,
        min_interval=timedelta(0),
        allow_storage=store,
        licence=Licence.UNKNOWN,
        requires_approval=requires_approval,
        approval_ref=approval_ref,
    )


def a_source(
    source_id: str = "talk",
    *,
    url: str | None = None,
    policy: str | None = None,
    quality: float = 1.0,
    every: timedelta = timedelta(minutes=15),
    active: bool = True,
) -> SourceSpec:
    return SourceSpec(
        id=source_id,
        kind=SourceKind.FEED,
        name=source_id,
        url=url or f"https://{source_id}.example/feed",
        every=every,
        policy=policy,
        quality=quality,
        active=active,
    )


#: What is sold in a time of its own.
PIANO = Offering(
    id="piano",
    name="Grand pianos",
    cycle=timedelta(days=90),
    touch_every=WorkingSpan(days=20),
    review_after=timedelta(days=60),
    follow_up_from=60.0,
)
#: Two reps who work around the clock, and the two who sign for their halves of the house.
PEOPLE = (
    a_user("ada"),
    a_user("ben"),
    a_user("mia", role=UserRole.MARKETER, team=None),
    a_user("max", role=UserRole.MANAGER, team=None),
)

#: Nobody takes leads, so that they stay where the score brings them.
NO_TAKERS = (a_user("ada", max_open=0), *PEOPLE[2:])


def a_config(
    *,
    users: Sequence[UserSpec] = PEOPLE,
    teams: Sequence[TeamSpec] | None = None,
    topics: Sequence[Topic] | None = None,
    sources: Sequence[SourceSpec] | None = None,
    policies: Sequence[PolicySpec] = (),
    rules: Sequence[Rule] = (),
    privacy: PrivacyMode = PrivacyMode.STANDARD,
) -> Config:
    """Return the shipped configuration with this content: one team, topic and source."""
    shipped = _shipped()
    given_teams = teams or (TeamSpec(id="sales", name="Sales", channel=ChannelKind.INSIDE),)
    given_topics = (a_topic(),) if topics is None else topics
    given_sources = (a_source(),) if sources is None else sources
    return replace(
        shipped,
        settings=shipped.settings.model_copy(update={"privacy": Privacy(mode=privacy)}),
        topics={topic.id: topic for topic in given_topics},
        sources={source.id: source for source in given_sources},
        policies={kind: shipped.policies[kind] for kind in SourceKind}
        | {policy.name: policy for policy in policies},
        teams={team.id: team for team in given_teams},
        users={user.handle: user for user in users},
        routing=Routing(fallback_team="sales", rule=tuple(rules)),
        process=Process(version="1", owner="max", qualified_lead="somebody asks"),
    )


@cache
def _shipped() -> Config:
    return load_config(None)


def a_post(
    external_id: str = "1",
    text: str = f"{ASK} a crm for ten people?",
    *,
    author: str | None = "anna",
    title: str = "",
    thread: str | None = None,
    at: datetime | None = NOON,
    url: str | None = None,
    is_opening: bool = True,
    thread_title: str = "",
    author_url: str | None = None,
    quoted: str = "",
    edited: datetime | None = None,
) -> FoundPost:
    return FoundPost(
        external_id=external_id,
        url=url or f"https://talk.example/t/{external_id}",
        title=title,
        text=text,
        quoted=quoted,
        author=author,
        author_url=author_url,
        published=at,
        edited=edited,
        thread_key=thread,
        thread_title=thread_title,
        is_opening=is_opening,
    )


@dataclass
class Place:
    """An installation without a network: a database, a configuration, ears and a clock."""

    engine: Engine
    config: Config
    clock: StandingClock = field(default_factory=StandingClock)
    ears: Ears = field(default_factory=Ears)

    @property
    def intake(self) -> Intake:
        return Intake(config=self.config, listener=self.ears, secret=SECRET)

    def take_in(self, *posts: FoundPost, source: str = "talk") -> Counts:
        with writing(self.engine) as db:
            row = db.exec(select(Source).where(Source.slug == source)).one()
            return self.intake.take_in(db, row, posts, now=self.clock.now())

    def hear(self, *posts: FoundPost, source: str = "talk") -> Lead:
        """Take posts in and return the only lead there is."""
        self.take_in(*posts, source=source)
        return self.only(Lead)

    def tick(self, after: timedelta = timedelta(0)) -> None:
        self.clock.pass_by(after)
        tick(self.engine, self.config, now=self.clock.now(), secret=SECRET)

    def sync(self, config: Config) -> None:
        self.config = config
        with writing(self.engine) as db:
            sync(db, config, now=self.clock.now())

    def all(self, row: type[R]) -> list[R]:
        with reading(self.engine) as db:
            return list(db.exec(select(row).order_by(*inspect(row).primary_key)))

    def only(self, row: type[R]) -> R:
        (one,) = self.all(row)
        return one

    def user(self, handle: str) -> User:
        return next(user for user in self.all(User) if user.handle == handle)

    def open_offer(self) -> Offer:
        (offer,) = [offer for offer in self.all(Offer) if offer.state is OfferState.OPEN]
        return offer

    def accept(self, offer: Offer) -> Lead:
        with writing(self.engine) as db:
            return offers.accept(
                db,
                lead_id=offer.lead_id,
                user_id=offer.to_user_id,
                fencing=offer.fencing,
                config=self.config,
                now=self.clock.now(),
            )


def a_place(
    engine: Engine, config: Config | None = None, *, knows: dict[str, Said] | None = None
) -> Place:
    """Return an installation whose rows follow its files; its ears know how people ask."""
    place = Place(engine=engine, config=config or a_config())
    place.ears.known = {ASK: Said()} if knows is None else knows
    place.sync(place.config)
    return place


class _UndoneError(Exception):
    """Ends a transaction that is to leave nothing."""


@contextmanager
def undone(engine: Engine) -> Iterator[Session]:
    """Give a session whose transaction fails at its very end."""
    with suppress(_UndoneError), writing(engine) as db:
        yield db
        raise _UndoneError


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run ``acts`` side by side; return what each gave, or the error it ended with."""
    start = threading.Barrier(len(acts))
    ends: list[object] = []

    def run(act: Callable[[], object]) -> None:
        start.wait(10)
        try:
            ends.append(act())
        except Exception as error:  # noqa: BLE001 - handed to the test
            ends.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return ends
