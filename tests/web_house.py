"""A small installation for tests of the web page: real rows, a clock that stands still."""

import atexit
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from fastapi import FastAPI
from pydantic import JsonValue
from sqlalchemy import Engine
from starlette.testclient import TestClient

from config import Config, load_config
from models.ids import new_id
from models.lead import Lead, LeadSignal, Offer, StatusChange
from models.people import Team, User
from models.post import Author, Post, Thread
from models.signal import Signal
from models.source import Source, SourcePolicy
from models.tables import METADATA
from models.topic import Topic
from models.words import (
    Kind,
    LeadStatus,
    Licence,
    Role,
    SourceKind,
    StorageMode,
    UserRole,
)
from service.editing.live import LiveConfig
from service.reports.kept import Kept
from service.store.engine import open_engine, writing
from service.web.app import create_app
from service.web.entry.auth import open_session
from service.web.entry.throttle import LoginThrottle
from tests.fakes import StandingClock

SECRET = b"a secret of thirty-two bytes, ok"
BASE_URL = "http://harken.test"
TEAM = "sales"  # of the shipped routing
_APPS: dict[tuple[Engine, bool, bool], FastAPI] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words of a post that are evidence, a phrase of the topic, or a fact."""

    text: str
    why: str
    weight: float = 1.5
    field: str = "body"


@dataclass
class House:
    """An installation with one team, one source and one topic."""

    engine: Engine
    config: Config
    clock: StandingClock = field(default_factory=StandingClock)
    folder: Path | None = None  # of its files, which pages may then change

    def app(self, *, secure: bool = False, demo: bool = False) -> FastAPI:
        """Return the page as of now, with nobody slowed down.

        Its first answer costs 0.2 s of putting routes together, so there is one for all houses
        with this database; only the newest of them is answered for.
        """
        app = _APPS.get((self.engine, secure, demo))
        if app is None:
            app = create_app(
                engine=self.engine,
                clock=self.clock,
                config=self.config,
                secret=SECRET,
                base_url=BASE_URL.replace("http:", "https:") if secure else BASE_URL,
                secure_cookies=secure,
                demo=demo,
            )
            _APPS[self.engine, secure, demo] = app
        app.state.site = replace(
            app.state.site,
            clock=self.clock,
            live=LiveConfig(self.folder, self.config),
            throttle=LoginThrottle(),
            reports=Kept(),
        )
        app.middleware_stack = None  # what stands around the routes is told of the site anew
        return app

    def browser(self, user: User | None = None, *, demo: bool = False) -> TestClient:
        """Return a browser in which ``user`` is logged in; it follows no redirects."""
        client = TestClient(
            self.app(demo=demo),
            base_url=BASE_URL,
            headers={"Sec-Fetch-Site": "same-origin"},
            follow_redirects=False,
            raise_server_exceptions=False,
        )
        if user is not None:
            with writing(self.engine) as db:
                token = open_session(db, user.id, self.clock.now())
            with_token(client, token)
        return client

    def user(
        self,
        handle: str = "mia",
        *,
        name: str | None = None,
        role: UserRole = UserRole.REP,
        team: str | None = TEAM,
        email: str | None = None,
        password_hash: str | None = None,
        tz: str = "Europe/Berlin",
        active: bool = True,
    ) -> User:
        row = User(
            handle=handle,
            name=name or handle.title(),
            email=email,
            role=role,
            team_id=team,
            tz=tz,
            hours="mon-sun 00:00-24:00",
            max_open=20,
            active=active,
            password_hash=password_hash,
            created_at=self.clock.now(),
        )
        with writing(self.engine) as db:
            db.add(row)
        return row

    def source(
        self,
        name: str,
        *,
        attribution: str = "",
        community_rules: str = "",
        licence: Licence = Licence.PROPRIETARY,
    ) -> Source:
        slug = name.lower().replace(" ", "-")
        policy = SourcePolicy(
            name=slug,
            obey_robots=True,
            min_interval_seconds=1,
            requires_approval=False,
            allow_storage=StorageMode.FULL,
            licence=licence,
            attribution=attribution,
            community_rules=community_rules,
        )
        row = Source(
            slug=slug,
            kind=SourceKind.FORUM,
            name=name,
            url=f"https://{slug}.example/",
            policy_name=slug,
            from_files=True,
            every_seconds=900,
            next_poll_at=self.clock.now(),
            created_at=self.clock.now(),
        )
        with writing(self.engine) as db:
            db.add(policy)
            db.flush()
            db.add(row)
        return row

    def topic(self, topic_id: str, name: str) -> Topic:
        row = Topic(
            id=topic_id, name=name, definition={}, active=True, changed_at=self.clock.now()
        )
        with writing(self.engine) as db:
            db.add(row)
        return row

    def lead(
        self,
        title: str = "Does anybody have experience with Tidepool CRM?",
        text: str = "We are ten people and outgrow our spreadsheet. Budget is 50 a seat.",
        *,
        source: Source,
        topic: Topic,
        status: LeadStatus = LeadStatus.SALES_READY,
        score: float = 84,
        kind: Kind = Kind.EXPERIENCE,
        step: int = 3,
        author: str = "quiet_otter",
        age: timedelta = timedelta(minutes=6),
        due_in: timedelta = timedelta(minutes=54),
        owner: User | None = None,
        offered_to: User | None = None,
        team: str | None = TEAM,
        url: str | None = "https://talk.example/t/1",
        cues: Sequence[Words] = (),
        phrases: Sequence[Words] = (),
        facts: Sequence[Words] = (),
        probability: float = 0.93,
        language: str = "en",
    ) -> Lead:
        """Write a lead of one signal, with its post, thread, author, offer and history."""
        now, then = self.clock.now(), self.clock.now() - age
        writer = Author(
            source_id=source.id,
            handle=author,
            handle_norm=f"{author}-{new_id()}",
            first_seen_at=then,
        )
        thread = Thread(
            source_id=source.id, key=new_id(), title=title, url=url, first_seen_at=then
        )
        post = self.post(title, text, source, thread, writer, then, url=url, language=language)
        signal = Signal(
            post_id=post.id,
            topic_id=topic.id,
            source_id=source.id,
            kind=kind,
            role=Role.SEEKER,
            journey_step=step,
            probability=probability,
            strength=3,
            fit=0.9,
            uncertain=False,
            solved=False,
            negatives=[],
            slots=[_fact(word, title, text) for word in facts],
            evidence=[_quote(word, title, text) for word in cues],
            matched=[_quote(word, title, text) for word in phrases],
            model_version="test",
            happened_at=then,
            created_at=now,
        )
        closed = status in {LeadStatus.DISQUALIFIED, LeadStatus.LOST, LeadStatus.WON}
        row = Lead(
            topic_id=topic.id,
            author_id=writer.id,
            thread_id=thread.id,
            source_id=source.id,
            title=title,
            kind=kind,
            journey_step=step,
            status=status,
            score=score,
            score_explain=_explain(signal, score, age),
            profile_version="1",
            scored_at=now,
            owner_id=owner.id if owner else None,
            team_id=team,
            next_step="somebody looks at it",
            next_step_at=None if closed else now + due_in,
            first_signal_at=then,
            last_signal_at=then,
            closed_at=now if closed else None,
            close_reason="solved" if closed else None,
            status_since=now,
            created_at=then,
        )
        with writing(self.engine) as db:
            db.add_all([writer, thread])
            db.flush()
            db.add(post)
            db.flush()
            db.add_all([signal, row])
            db.flush()
            db.add(LeadSignal(signal_id=signal.id, lead_id=row.id))
            db.add(
                StatusChange(
                    lead_id=row.id,
                    to_status=LeadStatus.DETECTED,
                    event="opened",
                    actor="harken",
                    at=then,
                    seconds_in_previous=0,
                )
            )
            if offered_to is not None:
                db.add(
                    Offer(
                        lead_id=row.id,
                        to_user_id=offered_to.id,
                        offered_at=then,
                        accept_by=now + due_in,
                        fencing=1,
                        explain={},
                    )
                )
        return row

    def post(
        self,
        title: str,
        text: str,
        source: Source,
        thread: Thread,
        author: Author,
        at: datetime,
        *,
        url: str | None = None,
        is_opening: bool = True,
        language: str = "en",
    ) -> Post:
        """Return a post that is not written yet."""
        return Post(
            source_id=source.id,
            external_id=new_id(),
            thread_id=thread.id,
            author_id=author.id,
            is_opening=is_opening,
            url=url,
            title=title,
            text=text,
            language=language,
            published_at=at,
            fetched_at=at,
            content_hash=new_id(),
            retention_until=at + timedelta(days=30),
        )

    def reply(
        self, lead: Lead, source: Source, text: str, *, author: str, after: timedelta
    ) -> None:
        """Write a reply in the thread of ``lead``; ``author`` "asker" is the lead's own."""
        with writing(self.engine) as db:
            thread = db.get_one(Thread, lead.thread_id)
            if author == "asker":
                writer = db.get_one(Author, lead.author_id)
            else:
                writer = Author(
                    source_id=source.id,
                    handle=author,
                    handle_norm=f"{author}-{new_id()}",
                    first_seen_at=thread.first_seen_at,
                )
                db.add(writer)
                db.flush()
            at = thread.first_seen_at + after
            db.add(self.post("", text, source, thread, writer, at, is_opening=False))


@cache
def shipped() -> Config:
    """Return the shipped configuration, read once."""
    return load_config(None)


def with_token(browser: TestClient, token: str) -> TestClient:
    """Return ``browser`` with ``token`` for its session cookie."""
    browser.cookies.clear()
    browser.cookies.set("harken", token, domain="harken.test", path="/")
    return browser


def a_house(url: str | None = None) -> House:
    """Return an installation with the shipped configuration and an empty team.

    Without a ``url`` it has the one in-memory database of this process, wiped: a new engine would
    compile every query anew, which costs more than the rest of a test.
    """
    engine = shared_engine() if url is None else furnished(url)
    with writing(engine) as db:
        for table in reversed(METADATA.sorted_tables):
            db.execute(table.delete())
        db.add(Team(id=TEAM, name="Sales", channel="inside"))
    return House(engine=engine, config=shipped())


@cache
def shared_engine() -> Engine:
    engine = furnished("sqlite://")
    atexit.register(engine.dispose)
    return engine


def furnished(url: str) -> Engine:
    """Return an engine whose database has all tables."""
    engine = open_engine(url)
    METADATA.create_all(engine)
    return engine


def _quote(word: Words, title: str, text: str) -> dict[str, JsonValue]:
    start = (title if word.field == "title" else text).index(word.text)
    return {
        "text": word.text,
        "reason": word.why,
        "weight": word.weight,
        "field": word.field,
        "start": start,
        "end": start + len(word.text),
    }


def _fact(word: Words, title: str, text: str) -> dict[str, JsonValue]:
    quote = _quote(word, title, text)
    return {
        "name": word.why,
        "text": word.text,
        "field": word.field,
        "start": quote["start"],
        "end": quote["end"],
        "normalised": None,
    }


def _explain(signal: Signal, score: float, age: timedelta) -> dict[str, JsonValue]:
    base = min(max(score / 100, 0.001), 0.99)
    return {
        "version": "1",
        "base": base,
        "fit": 0.5,
        "negatives": [],
        "parts": [
            {
                "signal_id": signal.id,
                "kind": signal.kind.value,
                "probability": signal.probability,
                "age_hours": age.total_seconds() / 3600,
                "strength": base,
                "contribution": -math.log1p(-base),
                "share": 1.0,
            }
        ],
    }
