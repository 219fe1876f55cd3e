"""GET and POST /act/TOKEN and /label/TOKEN: what the buttons in a digest lead to.

The link says who decides about what, so nobody needs to log in. Following it shows a page and
changes nothing, because mail scanners follow links too (W10); the form on that page does.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from sqlmodel import Session, select

from models.lead import Lead
from models.people import User
from models.post import Post
from models.source import Source
from models.words import DeclineReason, DisqualifyReason
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.access.visible import visible_to
from service.digests import acts as doing
from service.digests.acts import SNOOZES, Act, Asked, acts_for, label, open_offer
from service.errors import NotFoundError
from service.leads.listing import lines_of
from service.leads.snoozing import morning
from service.links import outward
from service.mail.links import LinkUselessError, Purpose, admit
from service.serving.site import Site, SiteHere
from service.store.engine import reading, writing
from service.typed import Prose
from service.web import flash
from service.web.access.guard import require
from service.web.forms.digest_acts import LABELLED, check_may_press, may_press, said_of
from service.web.forms.lead_form import Rev
from service.web.render import page, see_other

router = APIRouter(dependencies=[Depends(require(Permission.ANYONE))])

_DONE = "done"  # where a press of a button leads


@router.get("/act/{token}")
def show_act(
    request: Request, site: SiteHere, token: str, do: Annotated[str, Query(max_length=20)] = ""
) -> Response:
    """Show the lead and what can be done with it; ``do`` names what was pressed in the mail."""
    now = site.clock.now()
    with reading(site.engine) as db:
        user, lead_id = _bearer(db, site, Purpose.LEAD, token)
        viewer = Viewer.of(user)
        lead = db.exec(select(Lead).where(Lead.id == lead_id, visible_to(viewer))).first()
        line = lines_of(db, [lead_id]).get(lead_id) if lead else None
        if lead is None or line is None:
            if do == _DONE:  # what they decided took it out of their sight
                return page(request, "act_done.html", user=user)
            raise NotFoundError("That lead is not here any more, or not yours to see.")
        offer = open_offer(db, lead_id, user.id)
        acts = acts_for(user, lead, offered_to_me=offer is not None, config=site.config)
    acts = tuple(act for act in acts if may_press(viewer, act))
    pressed = next((act for act in acts if act.value == do), None)
    return page(
        request,
        "act.html",
        token=token,
        user=user,
        line=line,
        lead=lead,
        original=outward(line.url),
        pressed=pressed,
        others=[act for act in acts if act is not pressed],
        done=do == _DONE,
        snoozes=[(days, morning(user.tz, days, now)) for days in SNOOZES],
    )


@router.post("/act/{token}")
def act(
    site: SiteHere,
    token: str,
    act: Annotated[Act, Form()],
    rev: Rev,
    reason: Annotated[DisqualifyReason | DeclineReason | None, Form()] = None,
    note: Annotated[Prose, Form(max_length=500)] = "",
    to_sales: Annotated[bool, Form()] = False,
    days: Annotated[int, Form(ge=1, le=30)] = 1,
) -> Response:
    """Do what the person on that page decided."""
    asked = Asked(act=act, rev=rev, reason=reason, note=note, to_sales=to_sales, days=days)
    with writing(site.engine) as db:
        user, lead_id = _bearer(db, site, Purpose.LEAD, token)
        check_may_press(Viewer.of(user), act)
        now, tz = site.clock.now(), user.tz
        doing.do(db, user, lead_id, asked, config=site.config, now=now)
    response = see_other(f"/act/{token}?do={_DONE}")
    said, rests = said_of(asked, tz=tz, now=now)
    flash.leave(response, site, said, at=rests)
    return response


@router.get("/label/{token}")
def show_label(request: Request, site: SiteHere, token: str) -> Response:
    """Show a post that was thrown away, and ask whether that was right."""
    with reading(site.engine) as db:
        user, post_id = _bearer(db, site, Purpose.REJECT, token)
        post = db.get(Post, post_id)
        if post is None or not post.text:
            raise NotFoundError("That post is gone: its time here is over, or it was erased.")
        source = db.get_one(Source, post.source_id)
    return page(
        request,
        "label.html",
        token=token,
        user=user,
        post=post,
        source=source,
        original=outward(post.url),
        pressed=request.query_params.get("is", ""),
    )


@router.post("/label/{token}")
def label_post(site: SiteHere, token: str, is_signal: Annotated[bool, Form()]) -> Response:
    """Note what the person said of it."""
    with writing(site.engine) as db:
        user, post_id = _bearer(db, site, Purpose.REJECT, token)
        label(db, user, post_id, is_signal=is_signal, now=site.clock.now())
    response = see_other(f"/label/{token}")
    flash.leave(response, site, LABELLED[is_signal])
    return response


def _bearer(db: Session, site: Site, purpose: Purpose, token: str) -> tuple[User, str]:
    """Return who follows the link, and what it is about.

    Raises:
        LinkUselessError: it is none of ours, too old, or of somebody who left.
    """
    admitted = admit(site.secret, purpose, token, now=site.clock.now())
    user = db.get(User, admitted.user_id)
    if user is None or not user.active:
        raise LinkUselessError
    return user, admitted.subject_id
