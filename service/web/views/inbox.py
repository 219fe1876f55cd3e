"""The inbox: which leads are in which view, in what order, and a line for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Row, Select, and_, bindparam, func, literal
from sqlalchemy import select as rows_of
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar
from typing_extensions import override

from models.lead import Lead, LeadSignal, Offer
from models.people import User
from models.post import Post, Thread
from models.signal import Signal
from models.source import Source
from models.topic import Topic
from models.words import LeadStatus, OfferState, UserRole
from service.access.viewer import Viewer
from service.times import Due, due
from service.web.views.inbox_asked import InboxAsked, View
from service.web.views.inbox_filters import Narrowed, in_view, order_of, tomorrow_of
from service.web.views.quoted import places
from service.web.views.score import whole
from service.web.wording.marking import Mark, Piece, cut, excerpt

__all__ = ["PAGE_SIZE", "Inbox", "InboxRow", "View", "home_view", "read_inbox"]

PAGE_SIZE = 30
#: As far as is counted: whoever has more narrows them down rather than turning pages.
MOST_COUNTED = 1000
_MOST_NEWS = 99
_IN_SIGHT = 60  # characters that a line shows at least: the words that count are among them
_BEFORE = 12
_RUN_ON = 100
_COUNTED = (View.MINE, View.QUEUE, View.WAITING, View.SNOOZED, View.ALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxRow:
    """A lead as a line of the inbox."""

    lead_id: str
    rev: int
    title: tuple[Piece, ...]
    quote: tuple[Piece, ...]  # empty when the title says it all
    score: int  # 0..100
    kind: str
    status: LeadStatus
    source: str
    topic: str
    heard_at: datetime
    due: Due | None
    snoozed_until: datetime | None
    owner: str | None  # None: nobody's
    is_mine: bool
    is_offered_to_me: bool
    is_customer: bool  # they bought from us before


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How many there are, as far as they are counted."""

    number: int

    @property
    def is_more(self) -> bool:
        """Whether there are more than were counted."""
        return self.number > MOST_COUNTED

    @override
    def __str__(self) -> str:
        """Return it as people read it."""
        return f"{MOST_COUNTED:,}+" if self.is_more else f"{self.number:,}"

    def __bool__(self) -> bool:
        """Return whether there are any."""
        return self.number > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """A page of a view."""

    view: View
    asked: InboxAsked  # with that view
    rows: tuple[InboxRow, ...]
    counts: Mapping[View, Counted]  # of whole views; the closed ones aren't counted
    found: Counted  # of what is asked for
    page: int  # from 1
    pages: int
    problem: str | None  # with the words that are searched for
    is_cut: bool  # more posts match than were looked at


def read_inbox(db: Session, viewer: Viewer, asked: InboxAsked, *, now: datetime) -> Inbox:
    """Return the page of a view that is asked for; one behind the last is the last."""
    counts = _counts(db, viewer, now)
    view = asked.view or _home(viewer, counts)
    narrowed = Narrowed(db, viewer, asked, view, now)
    if asked.is_narrowed or view not in counts:
        found = count(db, narrowed.condition)
    else:
        found = counts[view]
    pages = max(1, -(-min(found.number, MOST_COUNTED) // PAGE_SIZE))
    page = min(asked.page, pages)
    on_page = _page_of(db, narrowed.condition, view, asked, page)
    lines = {one.id: one for one in db.execute(_LINES, {"leads": on_page})}
    said = _strongest(db, on_page)
    names = _names(db, {_holder(line) for line in lines.values()})
    return Inbox(
        view=view,
        asked=asked.seen(view),
        rows=tuple(
            _row(lines[lead_id], said.get(lead_id), names, viewer, now)
            for lead_id in on_page
            if lead_id in lines
        ),
        counts=counts,
        found=found,
        page=page,
        pages=pages,
        problem=narrowed.problem,
        is_cut=narrowed.is_cut,
    )


def home_view(db: Session, viewer: Viewer, *, now: datetime) -> View:
    """Return the view to begin with: a rep's own, else the first in which there is anything."""
    return View.MINE if viewer.role is UserRole.REP else _home(viewer, _counts(db, viewer, now))


def news_since(
    db: Session, viewer: Viewer, asked: InboxAsked, *, since: datetime, now: datetime
) -> int:
    """Return how many leads came into a view after ``since``, 99 at the most."""
    view = asked.view or home_view(db, viewer, now=now)
    condition = Narrowed(db, viewer, asked, view, now).condition
    came = select(Lead.id).where(condition, col(Lead.status_since) > since)
    return len(db.exec(came.limit(_MOST_NEWS)).all())


def count(db: Session, condition: ColumnElement[bool]) -> Counted:
    """Return how many leads there are, as far as `MOST_COUNTED`."""
    return Counted(number=db.exec(_number(condition)).one())


def _number(condition: ColumnElement[bool]) -> SelectOfScalar[int]:
    some = select(literal(1)).select_from(Lead).where(condition).limit(MOST_COUNTED + 1)
    return select(func.count()).select_from(some.subquery())


def _home(viewer: Viewer, counts: Mapping[View, Counted]) -> View:
    if viewer.role is UserRole.REP:
        return View.MINE
    return next((view for view in (View.MINE, View.QUEUE, View.ALL) if counts[view]), View.ALL)


def _counts(db: Session, viewer: Viewer, now: datetime) -> dict[View, Counted]:
    numbers = db.execute(_counting(viewer), {"tomorrow": tomorrow_of(now)}).one()
    return {view: Counted(number=n) for view, n in zip(_COUNTED, numbers, strict=True)}


@lru_cache(maxsize=256)
def _counting(viewer: Viewer) -> Select[Any]:
    """Return what counts the views of somebody; to put it together takes as long as to run it."""
    tomorrow: BindParameter[datetime] = bindparam("tomorrow")
    asked = (_number(in_view(viewer, view, tomorrow)).scalar_subquery() for view in _COUNTED)
    return rows_of(*asked)


def _page_of(
    db: Session, condition: ColumnElement[bool], view: View, asked: InboxAsked, page: int
) -> Sequence[str]:
    """Return the ids of a page: found first, so that only its lines are joined."""
    return db.exec(
        select(Lead.id)
        .where(condition)
        .order_by(*order_of(view, asked.sort))
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    ).all()


_LINES = (
    rows_of(
        col(Lead.id),
        col(Lead.rev),
        col(Lead.title),
        col(Lead.score),
        col(Lead.kind),
        col(Lead.status),
        col(Lead.last_signal_at),
        col(Lead.next_step_at),
        col(Lead.snoozed_until),
        col(Lead.owner_id),
        col(Lead.existing_customer),
        col(Topic.name).label("topic"),
        col(Source.name).label("source"),
        col(Offer.to_user_id),
        col(Offer.accept_by),
    )
    .join(Topic, col(Topic.id) == Lead.topic_id)
    .join(Thread, col(Thread.id) == Lead.thread_id)
    .join(Source, col(Source.id) == Thread.source_id)
    .outerjoin(Offer, and_(col(Offer.lead_id) == Lead.id, col(Offer.state) == OfferState.OPEN))
    .where(col(Lead.id).in_(bindparam("leads", expanding=True)))
)
_SUREST = (
    select(Signal.id)
    .join(LeadSignal, col(LeadSignal.signal_id) == Signal.id)
    .where(LeadSignal.lead_id == Lead.id)
    .order_by(col(Signal.probability).desc(), col(Signal.happened_at).desc())
    .limit(1)
    .correlate(Lead)
    .scalar_subquery()
)
_STRONGEST = (
    select(Lead.id, Signal, Post)
    .select_from(Lead)
    .join(Signal, col(Signal.id) == _SUREST)
    .join(Post, col(Post.id) == Signal.post_id)
    .where(col(Lead.id).in_(bindparam("leads", expanding=True)))
)


def _strongest(db: Session, lead_ids: Sequence[str]) -> dict[str, tuple[Signal, Post]]:
    """Return the surest signal of each lead, the latest of several, with its post."""
    found = db.exec(_STRONGEST, params={"leads": lead_ids}).all()
    return {lead_id: (signal, post) for lead_id, signal, post in found}


def _holder(line: Row[Any]) -> str | None:
    """Return whose turn it is: who has the offer, else the owner."""
    holder: str | None = line.to_user_id or line.owner_id
    return holder


def _names(db: Session, user_ids: set[str | None]) -> dict[str, str]:
    wanted = [user_id for user_id in user_ids if user_id]
    if not wanted:
        return {}
    return dict(db.exec(select(User.id, User.name).where(col(User.id).in_(wanted))).all())


def _row(
    line: Row[Any],
    said: tuple[Signal, Post] | None,
    names: dict[str, str],
    viewer: Viewer,
    now: datetime,
) -> InboxRow:
    title, quote = _words(line.title, said)
    at = line.accept_by or line.next_step_at
    holder = _holder(line)
    return InboxRow(
        lead_id=line.id,
        rev=line.rev,
        title=title,
        quote=quote,
        score=whole(line.score),
        kind=line.kind,
        status=line.status,
        source=line.source,
        topic=line.topic,
        heard_at=line.last_signal_at,
        due=due(at, now) if at and line.snoozed_until is None else None,
        snoozed_until=line.snoozed_until,
        owner=names.get(holder) if holder else None,
        is_mine=line.owner_id == viewer.id,
        is_offered_to_me=line.to_user_id == viewer.id,
        is_customer=line.existing_customer,
    )


def _words(
    title: str, said: tuple[Signal, Post] | None
) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    if said is None:
        return cut(title, ()), ()
    signal, post = said
    in_title = places([signal], "title", title)
    in_body = places([signal], "body", post.text)
    quote: tuple[Piece, ...] = ()
    if post.text and (in_body or not any(p.mark is Mark.CUE for p in in_title)):
        window = excerpt(post.text, in_body, most=_IN_SIGHT, before=_BEFORE, run_on=_RUN_ON)
        quote = window.pieces
        if window.cut_before:
            quote = (Piece(text="… "), *quote)
    return cut(title, in_title), quote
