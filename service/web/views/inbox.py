"""The inbox: which leads are in which view, in what order, and a line for each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, literal
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
from service.web.views.inbox_filters import Narrowed, in_view, order_of
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
    rows = db.exec(
        select(Lead, Topic.name, Source.name, Offer)
        .join(Topic, col(Topic.id) == Lead.topic_id)
        .join(Thread, col(Thread.id) == Lead.thread_id)
        .join(Source, col(Source.id) == Thread.source_id)
        .outerjoin(Offer, and_(col(Offer.lead_id) == Lead.id, col(Offer.state) == OfferState.OPEN))
        .where(col(Lead.id).in_(_page_of(db, narrowed.condition, view, asked, page)))
        .order_by(*order_of(view, asked.sort))
    ).all()
    said = _strongest(db, [lead.id for lead, *_ in rows])
    names = _names(db, {_holder(lead, offer) for lead, _, _, offer in rows})
    return Inbox(
        view=view,
        asked=asked.seen(view),
        rows=tuple(
            _row(lead, topic, source, offer, said.get(lead.id), names, viewer, now)
            for lead, topic, source, offer in rows
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
    asked = [_number(in_view(viewer, view, now)).scalar_subquery() for view in _COUNTED]
    numbers = db.execute(rows_of(*asked)).one()
    return {view: Counted(number=n) for view, n in zip(_COUNTED, numbers, strict=True)}


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


def _strongest(db: Session, lead_ids: Sequence[str]) -> dict[str, tuple[Signal, Post]]:
    """Return the surest signal of each lead, the latest of several, with its post."""
    surest = (
        select(Signal.id)
        .join(LeadSignal, col(LeadSignal.signal_id) == Signal.id)
        .where(LeadSignal.lead_id == Lead.id)
        .order_by(col(Signal.probability).desc(), col(Signal.happened_at).desc())
        .limit(1)
        .correlate(Lead)
        .scalar_subquery()
    )
    found = db.exec(
        select(Lead.id, Signal, Post)
        .select_from(Lead)
        .join(Signal, col(Signal.id) == surest)
        .join(Post, col(Post.id) == Signal.post_id)
        .where(col(Lead.id).in_(lead_ids))
    ).all()
    return {lead_id: (signal, post) for lead_id, signal, post in found}


def _holder(lead: Lead, offer: Offer | None) -> str | None:
    """Return whose turn it is: who has the offer, else the owner."""
    return offer.to_user_id if offer else lead.owner_id


def _names(db: Session, user_ids: set[str | None]) -> dict[str, str]:
    wanted = [user_id for user_id in user_ids if user_id]
    if not wanted:
        return {}
    return dict(db.exec(select(User.id, User.name).where(col(User.id).in_(wanted))).all())


def _row(
    lead: Lead,
    topic: str,
    source: str,
    offer: Offer | None,
    said: tuple[Signal, Post] | None,
    names: dict[str, str],
    viewer: Viewer,
    now: datetime,
) -> InboxRow:
    title, quote = _words(lead.title, said)
    at = offer.accept_by if offer else lead.next_step_at
    holder = _holder(lead, offer)
    return InboxRow(
        lead_id=lead.id,
        rev=lead.rev,
        title=title,
        quote=quote,
        score=whole(lead.score),
        kind=lead.kind,
        status=lead.status,
        source=source,
        topic=topic,
        heard_at=lead.last_signal_at,
        due=due(at, now) if at and lead.snoozed_until is None else None,
        snoozed_until=lead.snoozed_until,
        owner=names.get(holder) if holder else None,
        is_mine=lead.owner_id == viewer.id,
        is_offered_to_me=offer is not None and offer.to_user_id == viewer.id,
        is_customer=lead.existing_customer,
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
