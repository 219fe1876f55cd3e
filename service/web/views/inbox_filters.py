"""Which leads a view holds, which of them are asked for, and in what order: as conditions.

No view holds more than `service.access.visible` lets its reader see.

Written so that they can be answered from indexes (measured with 100,000 leads): live leads are
those with ``closed_at IS NULL``, in these words, because the partial indexes say so.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    String,
    and_,
    cast,
    exists,
    func,
    or_,
    true,
    union_all,
)
from sqlmodel import Session, col, select

from config.query_text import QueryError
from models.lead import Lead, LeadSignal, Offer
from models.moves import LIVE
from models.post import Post, Thread
from models.signal import Signal
from models.words import LeadStatus, OfferState, UserRole
from service.access.viewer import Viewer
from service.access.visible import offered_to, visible_to
from service.posts.searching import leads_with, sought
from service.store.among import among
from service.web.views.inbox_asked import NOBODY, InboxAsked, Sort, View

_TO_HAVE = (LeadStatus.MQL, LeadStatus.SALES_READY)
_WITH_NOBODY = (LeadStatus.DETECTED, *_TO_HAVE)
_A_DAY = timedelta(hours=24)
#: A moment, or what stands for one in a statement that is made once.
Moment = datetime | BindParameter[datetime]
#: So many leads are searched one by one, however many posts of others have the same words.
_FEW = 300
_FIRST: Mapping[View, Sort | None] = {
    View.MINE: Sort.DUE,
    View.QUEUE: Sort.SCORE,
    View.WAITING: Sort.DUE,
    View.SNOOZED: None,  # by the day on which they come back
    View.ALL: Sort.SCORE,
    View.CLOSED: None,  # by when they were closed
}

Condition = ColumnElement[bool]


class Narrowed:
    """The leads that an address asks for.

    Attributes:
        condition: which they are.
        problem: what is wrong with the words that are searched for; then there are none.
        is_cut: more posts match than are looked at.
    """

    def __init__(
        self, db: Session, viewer: Viewer, asked: InboxAsked, view: View, now: datetime
    ) -> None:
        self.problem: str | None = None
        self.is_cut = False
        parts = [in_view(viewer, view, tomorrow_of(now)), *_filters(asked, now)]
        if asked.q:
            parts.append(self._searched(db, asked.q, and_(*parts)))
        self.condition: Condition = and_(*parts)

    def _searched(self, db: Session, typed: str, asked_so_far: Condition) -> Condition:
        few = db.exec(select(Lead.id).where(asked_so_far).limit(_FEW + 1)).all()
        try:
            ids, self.is_cut = leads_with(
                db, sought(typed), among_these=few if len(few) <= _FEW else None
            )
        except QueryError as error:
            self.problem = str(error)
            ids = []
        return among(db, col(Lead.id), ids)


def tomorrow_of(now: datetime) -> datetime:
    """Return from when on what has to be done is not for today."""
    return now + _A_DAY


def in_view(viewer: Viewer, view: View, tomorrow: Moment) -> Condition:
    """Return the condition on `Lead` under which ``viewer`` finds it in ``view``."""
    return _VIEWS[view](viewer, tomorrow)


#: A moment as text, cut before its last minute: what one crawl found is due seconds apart, and
#: whoever goes through it wants the best first.
_TEN_MINUTES: ColumnElement[Any] = func.substr(cast(col(Lead.next_step_at), String), 1, 15)


def order_of(view: View, sort: Sort | None) -> list[ColumnElement[Any]]:  # Any: types are mixed
    """Return by what a view is ordered."""
    last: list[ColumnElement[Any]] = [
        col(Lead.score).desc(),
        col(Lead.journey_step).desc(),
        col(Lead.id).asc(),
    ]
    match sort or _FIRST[view]:
        case Sort.SCORE:
            return last
        case Sort.DUE:
            at = _TEN_MINUTES if view is View.MINE else col(Lead.next_step_at).asc()
            return [at, *last]
        case Sort.NEWEST:
            return [col(Lead.last_signal_at).desc(), *last]
        case Sort.OLDEST:
            return [col(Lead.last_signal_at).asc(), *last]
    by = col(Lead.snoozed_until).asc() if view is View.SNOOZED else col(Lead.closed_at).desc()
    return [by, *last]


_IS_LIVE = col(Lead.closed_at).is_(None)
_IS_AWAKE = col(Lead.snoozed_until).is_(None)


def _mine(viewer: Viewer, _tomorrow: Moment) -> Condition:
    is_own = and_(*_own(viewer), _IS_AWAKE)
    return or_(is_own, offered_to(viewer))


def _queue(viewer: Viewer, _tomorrow: Moment) -> Condition:
    return and_(col(Lead.status).in_(_TO_HAVE), _IS_AWAKE, visible_to(viewer))


def _waiting(viewer: Viewer, tomorrow: Moment) -> Condition:
    is_others = or_(col(Lead.owner_id).is_(None), col(Lead.owner_id) != viewer.id)
    not_today = col(Lead.next_step_at) > tomorrow
    return and_(
        _seen(viewer),
        col(Lead.status).not_in(_WITH_NOBODY),
        _IS_AWAKE,
        or_(is_others, not_today),
        ~offered_to(viewer),
    )


def _snoozed(viewer: Viewer, _tomorrow: Moment) -> Condition:
    sleeps = col(Lead.snoozed_until).is_not(None)  # closing a lead ends its rest
    return and_(sleeps, _seen(viewer))


def _all(viewer: Viewer, _tomorrow: Moment) -> Condition:
    return _seen(viewer)


def _closed(viewer: Viewer, _tomorrow: Moment) -> Condition:
    is_closed = and_(col(Lead.closed_at).is_not(None), visible_to(viewer))
    if viewer.role is not UserRole.REP:
        return is_closed
    return and_(col(Lead.owner_id) == viewer.id, is_closed)


def _seen(viewer: Viewer) -> Condition:
    """Return the condition under which ``viewer`` sees a live lead."""
    if viewer.role is not UserRole.REP:
        return and_(_IS_LIVE, visible_to(viewer))
    # Their few leads by their ids: a walk through all live ones takes ten times as long.
    open_ones = select(Offer.lead_id).where(
        col(Offer.to_user_id) == viewer.id, col(Offer.state) == OfferState.OPEN
    )
    is_ready = col(Lead.status) == LeadStatus.SALES_READY
    in_queue = select(Lead.id).where(is_ready, col(Lead.team_id) == viewer.team_id)
    theirs = union_all(select(Lead.id).where(*_own(viewer)), open_ones, in_queue)
    return and_(col(Lead.id).in_(theirs), _IS_LIVE, visible_to(viewer))


def _own(viewer: Viewer) -> tuple[Condition, Condition]:
    return col(Lead.owner_id) == viewer.id, col(Lead.status).in_(sorted(LIVE))


_VIEWS: Mapping[View, Callable[[Viewer, Moment], Condition]] = {
    View.MINE: _mine,
    View.QUEUE: _queue,
    View.WAITING: _waiting,
    View.SNOOZED: _snoozed,
    View.ALL: _all,
    View.CLOSED: _closed,
}


def _filters(asked: InboxAsked, now: datetime) -> list[Condition]:
    chances: list[tuple[object, Condition]] = [
        (asked.topic, col(Lead.topic_id).in_(asked.topic)),
        (asked.source, _of_sources(asked.source)),
        (asked.status, col(Lead.status).in_(asked.status)),
        (asked.kind, col(Lead.kind).in_(asked.kind)),
        (asked.lang, _in_languages(asked.lang)),
        (asked.customers, col(Lead.existing_customer).is_(True)),
        (asked.owner, or_(*map(_of_holder, asked.owner)) if asked.owner else true()),
        (asked.least is not None, col(Lead.score) >= (asked.least or 0)),
        (asked.most is not None, col(Lead.score) < (asked.most or 0) + 1),
        (asked.days, col(Lead.last_signal_at) >= now - timedelta(days=asked.days or 0)),
    ]
    return [condition for is_asked, condition in chances if is_asked]


def _of_sources(ids: list[str]) -> Condition:
    of_source = select(Thread.id).where(col(Thread.source_id).in_(ids))
    return col(Lead.thread_id).in_(of_source)


def _in_languages(languages: list[str]) -> Condition:
    return (
        exists()
        .where(
            col(LeadSignal.lead_id) == col(Lead.id),
            col(Signal.id) == col(LeadSignal.signal_id),
            col(Post.id) == col(Signal.post_id),
            col(Post.language).in_(languages),
        )
        .correlate(Lead)
    )


def _of_holder(user_id: str) -> Condition:
    """Return the condition that somebody has the lead, or is offered it."""
    offered = select(Offer.lead_id).where(col(Offer.state) == OfferState.OPEN)
    if user_id == NOBODY:
        return and_(col(Lead.owner_id).is_(None), col(Lead.id).not_in(offered))
    is_offered = col(Lead.id).in_(offered.where(col(Offer.to_user_id) == user_id))
    return or_(col(Lead.owner_id) == user_id, is_offered)
