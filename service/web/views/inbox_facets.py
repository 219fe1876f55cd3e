"""What a view can be narrowed down by, and how many leads each choice has among the first."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.lead import Lead, LeadSignal, Offer
from models.people import User
from models.post import Post, Thread
from models.signal import Signal
from models.source import Source
from models.topic import Topic
from models.words import Kind, LeadStatus, OfferState
from service.access.viewer import Viewer
from service.web.views.inbox_asked import NOBODY, InboxAsked, View
from service.web.views.inbox_filters import Narrowed, order_of
from service.web.wording.words import KINDS, LANGUAGES, STATUSES, Stages

#: So many leads of a view are counted, in its order: enough to choose by, and quick.
MOST_TALLIED = 2_000
_MOST_CHOICES = 15  # of one facet; those that are chosen always


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value by which leads can be narrowed down."""

    value: str
    name: str
    number: int
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """A thing by which leads can be told apart."""

    field: str  # of the address
    name: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """All of them for a view."""

    asked: InboxAsked
    each: tuple[Facet, ...]
    tallied: int
    is_cut: bool  # there are more leads than were counted


def read_facets(
    db: Session,
    viewer: Viewer,
    asked: InboxAsked,
    view: View,
    *,
    now: datetime,
    stages: Stages = STATUSES,
) -> Facets:
    """Return the facets of a view and its words; other filters don't take choices away."""
    whole = InboxAsked(view=view, q=asked.q)
    condition = Narrowed(db, viewer, whole, view, now).condition
    language = (
        select(Post.language)
        .join(Signal, col(Signal.post_id) == Post.id)
        .join(LeadSignal, col(LeadSignal.signal_id) == Signal.id)
        .where(LeadSignal.lead_id == Lead.id)
        .order_by(col(Signal.id))
        .limit(1)
        .correlate(Lead)
        .scalar_subquery()
    )
    rows: Any = db.execute(
        select(  # type: ignore[call-overload]  # SQLModel knows up to four columns
            col(Lead.topic_id),
            col(Thread.source_id),
            col(Lead.status),
            col(Lead.kind),
            col(Lead.owner_id),
            col(Offer.to_user_id),
            language,
        )
        .join(Thread, col(Thread.id) == Lead.thread_id)
        .outerjoin(Offer, (col(Offer.lead_id) == Lead.id) & (col(Offer.state) == OfferState.OPEN))
        .where(condition)
        .order_by(*order_of(view, asked.sort))
        .limit(MOST_TALLIED + 1)
    ).all()
    names = _names(db, stages)
    tallies = {
        field: Counter[str]() for field in ("topic", "source", "status", "kind", "owner", "lang")
    }
    for topic, source, status, kind, owner, offered_to, spoken in rows[:MOST_TALLIED]:
        holder = offered_to or owner or NOBODY
        values = (topic, source, status.value, kind.value, holder, spoken or "und")
        for field, value in zip(tallies, values, strict=True):
            tallies[field][value] += 1
    return Facets(
        asked=asked.seen(view),
        each=tuple(
            Facet(
                field=field,
                name=_CALLED[field],
                choices=_choices(tally, getattr(asked, field), names[field]),
            )
            for field, tally in tallies.items()
        ),
        tallied=min(len(rows), MOST_TALLIED),
        is_cut=len(rows) > MOST_TALLIED,
    )


_CALLED = {
    "topic": "Topic",
    "source": "Source",
    "status": "Status",
    "kind": "What they ask",
    "owner": "With",
    "lang": "Language",
}

_Namer = Callable[[str], str]


def _names(db: Session, stages: Stages) -> Mapping[str, _Namer]:
    topics = dict(db.exec(select(Topic.id, Topic.name)).all())
    sources = dict(db.exec(select(Source.id, Source.name)).all())
    people = {NOBODY: "nobody yet"} | dict(db.exec(select(User.id, User.name)).all())
    return {
        "topic": lambda value: topics.get(value, value),
        "source": lambda value: sources.get(value, "a source that is gone"),
        "status": lambda value: stages[LeadStatus(value)],
        "kind": lambda value: KINDS[Kind(value)],
        "owner": lambda value: people.get(value, "somebody who left"),
        "lang": lambda value: LANGUAGES.get(value, value),
    }


def _choices(tally: Counter[str], chosen: list[str], name: _Namer) -> tuple[Choice, ...]:
    values = [value for value, _ in tally.most_common(_MOST_CHOICES)]
    values += [value for value in map(str, chosen) if value not in values]
    return tuple(
        Choice(value=value, name=name(value), number=tally[value], is_chosen=value in chosen)
        for value in values
    )


def said_filters(
    db: Session, asked: InboxAsked, stages: Stages = STATUSES
) -> list[tuple[str, str]]:
    """Return each filter that is on in words, with the address that takes it off."""
    names = _names(db, stages) if any(isinstance(v, list) for v in asked.filters.values()) else {}
    said: list[tuple[str, str]] = []
    for field, value in asked.filters.items():
        if isinstance(value, list):
            called = _CALLED[field].lower()
            said += [
                (f"{called}: {names[field](one)}", asked.without(field, one)) for one in value
            ]
        elif field == "customers":
            said.append(("customers only", asked.without(field)))
        elif field == "days":
            said.append((f"heard in the last {value} d", asked.without(field)))
        else:
            bound = "at least" if field == "least" else "at most"
            said.append((f"score {bound} {value}", asked.without(field)))
    return said
