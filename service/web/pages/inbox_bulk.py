"""POST /inbox/bulk: one decision for several leads, each judged by itself."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import AfterValidator
from sqlmodel import Session

from config import Config
from models.ids import new_id
from models.moves import MoveRefusedError
from models.words import DeclineReason, DisqualifyReason
from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.access.visible import find_lead
from service.errors import ForbiddenError, HarkenError, NotFoundError
from service.leads import by_hand, snoozing
from service.leads.snoozing import morning
from service.leads.undoing import ActKind, noting, undoable
from service.routing import offers
from service.routing.route import open_offer
from service.serving.site import SiteHere
from service.store.engine import writing
from service.typed import Line
from service.web import flash
from service.web.forms.back import Back
from service.web.forms.lead_form import Worker
from service.web.render import page, see_other
from service.web.views.triage import takers

router = APIRouter()

#: As many as a page has.
_MOST = 50


class BulkAct(StrEnum):
    """What can be done with several leads at once."""

    ACCEPT = "accept"
    DECLINE = "decline"
    SNOOZE = "snooze"
    ASSIGN = "assign"
    DISMISS = "dismiss"


_NEEDS: Mapping[BulkAct, Permission] = {
    BulkAct.ACCEPT: Permission.ANSWER_OFFERS,
    BulkAct.DECLINE: Permission.ANSWER_OFFERS,
    BulkAct.SNOOZE: Permission.WORK_LEADS,
    BulkAct.ASSIGN: Permission.ASSIGN_LEADS,
    BulkAct.DISMISS: Permission.DISMISS_LEADS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A lead as it was seen when it was chosen."""

    lead_id: str
    rev: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A lead with which it could not be done, and why."""

    lead_id: str
    title: str
    why: str


def _chosen(given: str) -> str:
    lead_id, _, rev = given.partition(":")
    if len(lead_id) > 36 or not rev.isdecimal() or len(rev) > 7:
        raise ValueError("that is no lead")
    return given


@dataclass(frozen=True, slots=True, kw_only=True)
class _Decision:
    """What somebody decided for all of them."""

    act: BulkAct
    viewer: Viewer
    config: Config
    now: datetime
    decline: DeclineReason | None
    dismiss: DisqualifyReason | None
    days: int
    to: str


@router.post("/inbox/bulk")
def bulk(
    request: Request,
    site: SiteHere,
    viewer: Worker,
    act: Annotated[BulkAct, Form()],
    lead: Annotated[list[Annotated[Line, AfterValidator(_chosen)]], Form(max_length=_MOST)] = [],  # noqa: B006 - FastAPI copies it
    decline: Annotated[DeclineReason | None, Form()] = None,
    dismiss: Annotated[DisqualifyReason | None, Form()] = None,
    days: Annotated[int, Form(ge=1, le=30)] = 1,
    to: Annotated[Line, Form(max_length=36)] = "",
    back: Annotated[Back, Form()] = Back.MINE,
) -> Response:
    """Do it with each lead for which it may be done, and say with which it could not."""
    if not may(viewer, _NEEDS[act]):
        raise ForbiddenError
    decision = _Decision(
        act=act,
        viewer=viewer,
        config=site.config,
        now=site.clock.now(),
        decline=decline,
        dismiss=dismiss,
        days=days,
        to=to,
    )
    chosen = [
        Chosen(lead_id=lead_id, rev=int(rev))
        for lead_id, _, rev in (one.partition(":") for one in dict.fromkeys(lead))
    ]
    with writing(site.engine) as db:
        lacking = _lacking(db, decision, chosen)
        failed = [] if lacking else _do_each(db, decision, chosen)
        last = undoable(db, viewer.id, now=decision.now) if len(failed) < len(chosen) else None
    if failed:
        return page(
            request,
            "bulk.html",
            viewer=viewer,
            status=409,
            done=len(chosen) - len(failed),
            failed=failed,
            back=back,
            again=back.picking(one.lead_id for one in failed),
            last=last,
        )
    if lacking:
        response = see_other(back.picking(one.lead_id for one in chosen))
        flash.leave(response, site, lacking)
        return response
    response = see_other(back.to())
    flash.leave(response, site, "done_with_all", undo=last)
    return response


def _lacking(db: Session, decision: _Decision, chosen: Sequence[Chosen]) -> str | None:
    """Return what has to be said before anything is done, as a code of `flash.SAYINGS`."""
    if not chosen:
        return "all_to_choose"
    if decision.act is BulkAct.DECLINE and decision.decline is None:
        return "all_to_decline"
    if decision.act is BulkAct.DISMISS and decision.dismiss is None:
        return "all_to_dismiss"
    if decision.act is BulkAct.ASSIGN and decision.to not in dict(takers(db)):
        return "all_to_assign"
    return None


def _do_each(db: Session, decision: _Decision, chosen: Sequence[Chosen]) -> list[Failed]:
    """Do it with each; one that fails leaves nothing behind and does not keep the others."""
    failed: list[Failed] = []
    batch, kind = new_id(), ActKind(decision.act.value)
    for one in chosen:
        title = "A lead that is not here"
        try:
            title = find_lead(db, decision.viewer, one.lead_id).title
            with (
                db.begin_nested(),
                noting(
                    db,
                    kind,
                    lead_id=one.lead_id,
                    user_id=decision.viewer.id,
                    now=decision.now,
                    batch_id=batch,
                ),
            ):
                _DOING[decision.act](db, decision, one)
        except (HarkenError, MoveRefusedError) as error:
            why = getattr(error, "why", None) or str(error)
            failed.append(Failed(lead_id=one.lead_id, title=title, why=why))
    return failed


def _accept(db: Session, decision: _Decision, one: Chosen) -> None:
    offers.accept(
        db,
        lead_id=one.lead_id,
        user_id=decision.viewer.id,
        fencing=_fencing(db, decision, one),
        config=decision.config,
        now=decision.now,
    )


def _decline(db: Session, decision: _Decision, one: Chosen) -> None:
    if decision.decline is not None:
        offers.decline(
            db,
            lead_id=one.lead_id,
            user_id=decision.viewer.id,
            fencing=_fencing(db, decision, one),
            reason=decision.decline,
            config=decision.config,
            now=decision.now,
        )


def _snooze(db: Session, decision: _Decision, one: Chosen) -> None:
    snoozing.snooze(
        db,
        lead_id=one.lead_id,
        user_id=decision.viewer.id,
        rev=one.rev,
        until=morning(decision.viewer.tz, decision.days, decision.now),
        now=decision.now,
    )


def _assign(db: Session, decision: _Decision, one: Chosen) -> None:
    offers.assign(
        db,
        lead_id=one.lead_id,
        to_user_id=decision.to,
        by_user_id=decision.viewer.id,
        rev=one.rev,
        config=decision.config,
        now=decision.now,
    )


def _dismiss(db: Session, decision: _Decision, one: Chosen) -> None:
    if decision.dismiss is not None:
        by_hand.dismiss(
            db,
            lead_id=one.lead_id,
            user_id=decision.viewer.id,
            rev=one.rev,
            reason=decision.dismiss,
            now=decision.now,
        )


def _fencing(db: Session, decision: _Decision, one: Chosen) -> int:
    """Return the number of the open offer of a lead to the viewer.

    Raises:
        NotFoundError: there is none.
    """
    offer = open_offer(db, one.lead_id)
    if offer is None or offer.to_user_id != decision.viewer.id:
        raise NotFoundError("It is not offered to you, or not any more.")
    return offer.fencing


_DOING: Mapping[BulkAct, Callable[[Session, _Decision, Chosen], None]] = {
    BulkAct.ACCEPT: _accept,
    BulkAct.DECLINE: _decline,
    BulkAct.SNOOZE: _snooze,
    BulkAct.ASSIGN: _assign,
    BulkAct.DISMISS: _dismiss,
}
