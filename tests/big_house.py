"""A house after a busy year, written in bulk: for what has to be fast when there is much of it.

50 reps in five teams, 20 sources, 10 topics; threads of four posts, a lead for every tenth post.
Each lead lives one of a few stories up to the present moment, so that the old ones are closed and
those of the last weeks wait, are offered, or are worked on. Everything is drawn from one seed.
Rows go in by the driver, as the application writes them: a million posts take a minute or two.
"""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, Engine, Index
from sqlalchemy.schema import CreateIndex, DropIndex
from sqlmodel import Session, select

from config import Config
from config.campaign import CampaignSpec, CostsFile, CostSpec
from config.team import ChannelKind, TeamSpec
from models.people import User
from models.signal import BETWEEN
from models.source import Source
from models.tables import METADATA
from models.words import CampaignKind, LeadStatus, UserRole
from service.rules.lives import WAY
from service.store.engine import writing
from service.sync import sync
from tests.builders import a_config, a_source, a_topic, a_user

#: A Wednesday at noon.
NOW = datetime(2025, 11, 19, 12, tzinfo=UTC)
YEAR = timedelta(days=364)
POSTS_A_THREAD = 4
POSTS_A_LEAD = 10
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_AT_ONCE = 20_000  # rows a statement

_TEAMS = (
    ("sales", ChannelKind.INSIDE),
    ("phone", ChannelKind.TELESALES),
    ("field", ChannelKind.FIELD),
    ("dealer", ChannelKind.DEALER),
    ("north", ChannelKind.INSIDE),
)
_ASKS = (
    "Does anybody have experience with {0} for a team of ten?",
    "Which {0} would you take today?",
    "Alternatives to our old {0}, please",
    "{0} or a spreadsheet for a small roofing firm?",
    "What does a good {0} cost these days?",
    "Looking for a {0} that talks to our accounting",
)
_SAID = (
    "We have outgrown our spreadsheet and I wonder what others in the trade use.",
    "Budget is about fifty a month, and it has to be in place by March.",
    "Our office manager decides, but I do the looking around.",
    "We tried two of them last year and gave up on both after a week.",
    "It has to work on a phone in a cellar without a signal.",
    "Support in our own language would be worth a lot to me.",
    "The import of our old addresses is what scares me most.",
    "I read the comparison on the trade association's page, which was of little help.",
    "Two of the crew are not at ease with computers at all.",
    "Thanks in advance, any pointer helps.",
    "We had the same trouble and moved in a weekend.",
    "Nobody told us that the price doubles after the first year.",
)
_THINGS = ("crm", "help desk", "route planner", "booking tool", "shop system", "time clock",
           "dispatch board", "quote builder", "stock keeper", "newsletter tool")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How big it is."""

    posts: int = 1_000_000
    reps: int = 50

    @property
    def leads(self) -> int:
        return self.posts // POSTS_A_LEAD


def a_big_config(reps: int = 50) -> Config:
    """Return the configuration of the house."""
    people = [
        a_user(
            f"rep-{n:02}",
            team=_TEAMS[n % len(_TEAMS)][0],
            hours="mon-fri 09:00-12:00 13:00-17:30",
            tz=("Europe/Berlin", "America/New_York")[n % 2],
            max_open=40,
        )
        for n in range(reps)
    ]
    config = a_config(
        users=(
            *people,
            a_user("mia", role=UserRole.MARKETER, team=None),
            a_user("max", role=UserRole.MANAGER, team=None, tz="Europe/Berlin"),
            a_user("eva", role=UserRole.ADMIN, team=None),
        ),
        teams=[TeamSpec(id=one, name=one.title(), channel=channel) for one, channel in _TEAMS],
        topics=[a_topic(thing.replace(" ", "-"), name=thing.title()) for thing in _THINGS],
        sources=[a_source(f"place-{n:02}") for n in range(20)],
    )
    return replace(config, costs=_costs())


def _costs() -> CostsFile:
    first, until = (NOW - YEAR).date(), NOW.date()
    month = timedelta(days=28)
    campaigns = [
        CampaignSpec(
            id=f"wave-{n:02}",
            name=f"Wave {n}",
            kind=CampaignKind.LEAD_GENERATION,
            since=first + n * month,
            until=first + (n + 1) * month,
        )
        for n in range(12)
    ]
    return CostsFile(
        campaign=tuple(campaigns),
        cost=(
            *(_cost(first, until, source=f"place-{n:02}", amount="4800.00") for n in range(20)),
            *(_cost(one.since, one.until, campaign=one.id, amount="900.00") for one in campaigns),
        ),
    )


def _cost(since: date, until: date, **of: object) -> CostSpec:
    return CostSpec.model_validate({"since": since, "until": until, "currency": "EUR", **of})


def write_big_house(
    engine: Engine, size: Size, *, say: Callable[[str], None] = lambda _: None
) -> Config:
    """Fill a SQLite database that has all its tables; return the house's configuration."""
    config = a_big_config(size.reps)
    with writing(engine) as db:
        sync(db, config, now=NOW - YEAR)
        places = [one.id for one in db.exec(select(Source).order_by(Source.slug))]
        people = {one.id: one for one in db.exec(select(User).order_by(User.handle))}
        reps = {one.id: str(one.team_id) for one in people.values() if one.role is UserRole.REP}
        managers = [one.id for one in people.values() if one.role is UserRole.MANAGER]
        chronicle = Chronicle(places, reps, managers[0], random.Random(7))
        with _without_indexes(db, say):
            write = Rows(db.connection())
            for number in range(size.posts // POSTS_A_THREAD):
                chronicle.thread(write, number, size)
            write.flush()
            say(f"{size.posts:,} posts written")
    return config


class _without_indexes:  # noqa: N801 - reads as a statement
    """Drop the indexes of the big tables and make them anew at the end: five times as fast."""

    def __init__(self, db: Session, say: Callable[[str], None]) -> None:
        self.connection = db.connection()
        self.say = say
        wanted = {"author", "thread", "post", "signal", "lead", "lead_signal"}
        wanted |= {"status_change", "offer", "touchpoint"}
        self.indexes: list[Index] = [
            index
            for table in METADATA.sorted_tables
            if table.name in wanted
            for index in table.indexes
            if not index.unique
        ]

    def __enter__(self) -> None:
        for index in self.indexes:
            self.connection.execute(DropIndex(index, if_exists=True))

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            for index in self.indexes:
                self.connection.execute(CreateIndex(index))
            self.say(f"{len(self.indexes)} indexes made")


@dataclass
class Rows:
    """Rows on their way, table by table, in statements of many."""

    connection: Connection
    waiting: dict[str, list[tuple[object, ...]]] = field(default_factory=dict)
    statements: dict[str, str] = field(default_factory=dict)

    def add(self, table: str, **values: object) -> None:
        """Take a row; those of one table all name the same columns."""
        if table not in self.statements:
            holes = ", ".join("?" * len(values))
            into = f"{table} ({', '.join(values)})"  # all of them ours
            self.statements[table] = f"INSERT INTO {into} VALUES ({holes})"  # noqa: S608
            self.waiting[table] = []
        self.waiting[table].append(tuple(values.values()))
        if len(self.waiting[table]) >= _AT_ONCE:
            self.flush()

    def flush(self) -> None:
        """Write what waits; what is referred to comes first."""
        names = [table.name for table in METADATA.sorted_tables if table.name in self.waiting]
        for name in names:
            if rows := self.waiting[name]:
                self.connection.exec_driver_sql(self.statements[name], rows)
                rows.clear()


def _at(moment: datetime) -> str:
    """Return a moment as SQLite keeps it."""
    return moment.isoformat(" ", "microseconds")[:26]


@dataclass(slots=True)
class Step:
    """A step of a lead's story."""

    status: str
    event: str
    at: datetime
    actor: str = "harken"
    reason: str | None = None


@dataclass
class Chronicle:
    """Makes up what was said and what became of it."""

    places: Sequence[str]  # ids of sources
    reps: dict[str, str]  # id -> team
    manager: str
    luck: random.Random

    def thread(self, write: Rows, number: int, size: Size) -> None:
        """Write a conversation, and the leads that came of it."""
        luck, threads = self.luck, size.posts // POSTS_A_THREAD
        began = NOW - YEAR + YEAR * number / threads
        place = self.places[int(luck.random() ** 2 * len(self.places))]
        thing = _THINGS[int(luck.random() ** 1.5 * len(_THINGS))]
        title = luck.choice(_ASKS).format(thing)
        write.add(
            "thread",
            id=(thread := f"thread-{number:010}"),
            source_id=place,
            key=thread,
            title=title,
            url=f"https://place.example/t/{number}",
            first_seen_at=_at(began),
            read_fails=0,
        )
        # Two asks a house of four posts in five conversations: a tenth of the posts.
        asks = {0} if number % 5 < 2 else set()
        for nth in range(POSTS_A_THREAD):
            at = min(began + nth * luck.random() * 2 * _DAY, NOW)
            post, author = self._post(write, number, nth, thread, place, title, at)
            if nth in asks:
                self._lead(write, post, author, thread, place, thing, title, at)

    def _post(
        self,
        write: Rows,
        number: int,
        nth: int,
        thread: str,
        place: str,
        title: str,
        at: datetime,
    ) -> tuple[str, str | None]:
        luck = self.luck
        post = f"post-{number:010}-{nth}"
        author = f"author-{number:010}" if nth == 0 else None
        if author is not None:
            write.add(
                "author",
                id=author,
                source_id=place,
                handle=f"quiet_otter_{number}",
                handle_norm=f"quiet_otter_{number}",
                first_seen_at=_at(at),
            )
        words = " ".join(luck.choices(_SAID, k=5))
        write.add(
            "post",
            id=post,
            source_id=place,
            external_id=post,
            thread_id=thread,
            author_id=author,
            is_opening=int(nth == 0),
            url=f"https://place.example/t/{number}#{nth}",
            title=title if nth == 0 else "",
            text=words,
            quoted="",
            language="en",
            published_at=_at(at),
            fetched_at=_at(at),
            content_hash=f"{number:x}-{nth}",
            revision=1,
            retention_until=_at(at + 2 * YEAR),
        )
        return post, author

    def _signal(self, write: Rows, post: str, thing: str, place: str, at: datetime) -> str:
        luck = self.luck
        phrases = [thing, luck.choice((thing.upper(), f"{thing} tool", f"best {thing}"))]
        matched = [
            _mark(phrase, "topic: keyword", 0.0, "title", n * 9)
            for n, phrase in enumerate(phrases[: 1 + (luck.random() < 0.3)])
        ]
        evidence = [
            _mark("Does anybody", "asks around", 1.2, "title", 0),
            _mark("outgrown our", "describes a need", 0.8, "body", 8),
        ]
        said = luck.random()
        write.add(
            "signal",
            id=(signal := f"signal-{post}"),
            post_id=post,
            topic_id=thing.replace(" ", "-"),
            source_id=place,
            kind="experience",
            role="seeker",
            journey_step=3,
            probability=round(0.6 + 0.39 * luck.random(), 3),
            strength=2,
            fit=0.8,
            uncertain=0,
            solved=0,
            negatives="[]",
            slots="[]",
            evidence=json.dumps(evidence),
            matched=json.dumps(matched),
            phrases=BETWEEN.join(str(one["text"]) for one in matched),
            model_version="made up",
            status="confirmed" if said < 0.3 else "rejected" if said < 0.45 else "new",
            happened_at=_at(at),
            created_at=_at(at),
        )
        return signal

    def _lead(
        self,
        write: Rows,
        post: str,
        author: str | None,
        thread: str,
        place: str,
        thing: str,
        title: str,
        at: datetime,
    ) -> None:
        luck = self.luck
        signal = self._signal(write, post, thing, place, at)
        lead = f"lead-{post}"
        rep = luck.choice(list(self.reps))
        steps = [one for one in _story(luck, at, rep, self.manager) if one.at <= NOW]
        last = steps[-1]
        closed = last.status in {"won", "lost", "disqualified"}
        owned = last.status in {"accepted", "working", "opportunity", "won", "lost"}
        at_sales = any(one.status == "sales_ready" for one in steps)

        def first(status: str) -> str | None:
            return next((_at(one.at) for one in steps if one.status == status), None)

        worth = luck.randrange(20_000, 900_000) if first("opportunity") else None
        score = round(40 + 60 * luck.random(), 2)
        write.add(
            "lead",
            id=lead,
            topic_id=thing.replace(" ", "-"),
            author_id=author,
            thread_id=thread,
            source_id=place,
            title=title,
            kind="experience",
            journey_step=3,
            status=last.status,
            furthest=max(WAY.get(LeadStatus(one.status), 0) for one in steps),
            score=score,
            score_explain=_explained(signal, score),
            profile_version="1",
            scored_at=_at(last.at),
            owner_id=rep if owned else None,
            team_id=self.reps[rep] if at_sales else None,
            next_step="somebody looks at it",
            next_step_at=None if closed else _at(last.at + 3 * _DAY),
            first_signal_at=_at(at),
            last_signal_at=_at(at),
            sales_ready_at=first("sales_ready"),
            first_offer_at=first("offered"),
            accepted_at=first("accepted"),
            first_touch_at=first("working"),
            recycle_count=0,
            mandatory_follow_up=0,
            snoozes=0,
            closed_at=_at(last.at) if closed else None,
            close_reason=(last.reason or last.event) if closed else None,
            amount_minor=worth,
            currency="EUR" if worth else None,
            status_since=_at(last.at),
            created_at=_at(at),
            rev=len(steps),
        )
        write.add("lead_signal", signal_id=signal, lead_id=lead)
        self._history(write, lead, steps)
        self._offers(write, lead, rep, steps)

    def _history(self, write: Rows, lead: str, steps: Sequence[Step]) -> None:
        before: Step | None = None
        for number, step in enumerate(steps):
            write.add(
                "status_change",
                id=f"{lead}-{number:02}",
                lead_id=lead,
                from_status=before.status if before else None,
                to_status=step.status,
                event=step.event,
                actor=step.actor,
                at=_at(step.at),
                seconds_in_previous=(step.at - before.at).total_seconds() if before else 0.0,
                reason=step.reason,
            )
            before = step

    def _offers(self, write: Rows, lead: str, rep: str, steps: Sequence[Step]) -> None:
        answers = {"accepted": "accepted", "declined": "declined", "lease_expired": "expired"}
        fencing = 0
        for step, after in zip(steps, [*steps[1:], None], strict=True):
            if step.event == "offered":
                fencing += 1
                state = answers[after.event] if after else "open"
                declined = after is not None and after.event == "declined"
                write.add(
                    "offer",
                    id=f"{lead}-{fencing}",
                    lead_id=lead,
                    to_user_id=rep,
                    offered_at=_at(step.at),
                    accept_by=_at(step.at + 4 * _HOUR),
                    state=state,
                    answered_at=_at(after.at) if after else None,
                    fencing=fencing,
                    decline_reason=after.reason if after is not None and declined else None,
                    explain="{}",
                )
            elif step.event == "touched":
                write.add(
                    "touchpoint",
                    id=f"{lead}-touch",
                    lead_id=lead,
                    kind="email",
                    by_user_id=rep,
                    at=_at(step.at),
                    note="",
                )


def _story(luck: random.Random, at: datetime, rep: str, manager: str) -> list[Step]:
    """Return what becomes of a lead, as far as it ever goes."""
    chance = luck.random()
    steps = [Step("detected", "opened", at)]
    if chance < 0.35:
        return [
            *steps,
            Step("disqualified", "expired", at + 30 * _DAY, reason="unreachable_expired"),
        ]
    if chance < 0.6:
        reviewed = at + luck.random() * 40 * _HOUR
        steps.append(Step("mql", "scored", at))
        if chance < 0.5:
            why = luck.choice(("spam", "student", "vendor_promo", "solved"))
            return [*steps, Step("disqualified", "disqualified", reviewed, manager, why)]
        return [*steps, Step("nurturing", "parked", reviewed, manager)]
    return steps + _at_sales(luck, at, rep)


def _at_sales(luck: random.Random, at: datetime, rep: str) -> list[Step]:
    now = at + luck.random() * 2 * _HOUR
    steps = [Step("sales_ready", "scored", now), Step("offered", "offered", now)]
    while luck.random() < 0.25:
        now += luck.random() * 4 * _HOUR
        said = ("declined", rep, luck.choice(("capacity", "not_my_area")))
        event, actor, reason = said if luck.random() < 0.5 else ("lease_expired", "harken", None)
        steps.append(Step("sales_ready", event, now, actor, reason))
        steps.append(Step("offered", "offered", now))
    now += luck.random() * 4 * _HOUR
    steps.append(Step("accepted", "accepted", now, rep))
    if luck.random() < 0.1:
        return [*steps, Step("nurturing", "handed_back", now + _DAY, rep, "no_budget")]
    now += luck.random() ** 2 * 3 * _DAY
    steps.append(Step("working", "touched", now, rep))
    now += luck.random() * 14 * _DAY
    if luck.random() < 0.5:
        return [*steps, Step("lost", "lost", now, rep, "price")]
    steps.append(Step("opportunity", "qualified", now, rep))
    won = luck.random() < 0.4
    end = ("won", "won") if won else ("lost", "lost")
    return [*steps, Step(*end, now + luck.random() * 30 * _DAY, rep, None if won else "price")]


def _mark(text: str, reason: str, weight: float, field_: str, start: int) -> dict[str, object]:
    place = {"field": field_, "start": start, "end": start + len(text)}
    return {"text": text, "reason": reason, "weight": weight, **place}


def _explained(signal: str, score: float) -> str:
    part = {
        "signal_id": signal,
        "kind": "experience",
        "probability": 0.9,
        "age_hours": 3.0,
        "strength": 0.7,
        "contribution": 1.2,
        "share": 1.0,
    }
    return json.dumps(
        {
            "version": "1",
            "base": min(score / 100, 0.99),
            "fit": 0.5,
            "negatives": [],
            "parts": [part],
        }
    )
