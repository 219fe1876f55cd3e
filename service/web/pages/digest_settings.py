"""GET and POST /digest/settings: how I want my digest, how useful it was, whom I muted."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlmodel import col, select

from config.hours import DAYS
from models.digest import DigestRun
from models.digest_words import Rhythm, RunState
from models.people import User
from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.digests.readers import subscription_of, wishes_of
from service.digests.settings import Wish, clock, note
from service.digests.use import use_of
from service.digests.words import RHYTHMS
from service.errors import RefusedError
from service.leads.mutes import mutes
from service.leads.whose import DECIDERS
from service.rules.digest_times import next_after
from service.serving.site import SiteHere
from service.store.engine import writing
from service.typed import Line
from service.web import flash
from service.web.access.guard import require
from service.web.render import page, see_other

router = APIRouter()

_RUNS_SHOWN = 10
_DAY = 24 * 60

Me = Annotated[Viewer, Depends(require(Permission.READ_LEADS))]
Clock = Annotated[Line, Form(max_length=5, pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00|)$")]


@router.get("/digest/settings")
def show_settings(request: Request, site: SiteHere, viewer: Me) -> Response:
    """Show the viewer's settings, and what came of the last digests."""
    now = site.clock.now()
    with writing(site.engine) as db:  # who never said is subscribed from now on
        user = db.get_one(User, viewer.id)
        row = subscription_of(db, user, now=now)
        wishes = wishes_of(row, user, site.config.settings.digest)
        today = now.astimezone(wishes.plan.tz).date()
        runs = db.exec(
            select(DigestRun)
            .where(
                DigestRun.subscription_id == row.id,
                col(DigestRun.state).in_((RunState.SENT, RunState.WAITING, RunState.DEAD)),
            )
            .order_by(col(DigestRun.created_at).desc())
            .limit(_RUNS_SHOWN)
        ).all()
        muted = mutes(db) if may(viewer, Permission.READ_TOPICS) else None  # of the whole house
        use = use_of(db, row, today)
    return page(
        request,
        "digest_settings.html",
        viewer=viewer,
        row=row,
        wishes=wishes,
        email=user.email,
        mail_is_on=site.config.settings.mail.is_on,
        next_at=next_after(wishes.plan, now),
        runs=runs,
        muted=muted,
        may_mute=viewer.role in DECIDERS,
        weeks=use.weeks[:_RUNS_SHOWN],
        proposal=use.proposal,
        clock=clock,
        days=DAYS,
        rhythms=RHYTHMS,
    )


@router.post("/digest/settings")
def set_digest(
    site: SiteHere,
    viewer: Me,
    rhythm: Annotated[Rhythm, Form()],
    at: Clock = "",
    day: Annotated[list[Annotated[int, Form(ge=0, le=6)]] | None, Form()] = None,
    quiet_from: Clock = "",
    quiet_to: Clock = "",
    cap: Annotated[int, Form(ge=1, le=100)] = 15,
    min_score: Annotated[int, Form(ge=0, le=100)] = 0,
    mail_when_empty: Annotated[bool, Form()] = False,
    active: Annotated[bool, Form()] = False,
) -> Response:
    """Note how the viewer wants it."""
    if bool(quiet_from) != bool(quiet_to):
        raise RefusedError("Quiet hours have a beginning and an end; give both or none.")
    quiet = (_minutes(quiet_from) % _DAY, _minutes(quiet_to)) if quiet_from else ()
    wish = Wish(
        active=active,
        rhythm=rhythm,
        at_minutes=_minutes(at) if at else None,
        weekdays=tuple(sorted(set(day))) if day else None,
        quiet=quiet,
        cap=cap,
        min_score=float(min_score),
        mail_when_empty=mail_when_empty,
    )
    with writing(site.engine) as db:
        note(db, viewer.handle, wish, config=site.config, now=site.clock.now())
    response = see_other("/digest/settings")
    flash.leave(response, site, "saved")
    return response


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)
