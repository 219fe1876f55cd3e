"""GET and POST /unsubscribe/TOKEN: no more digests.

Mail programs POST here by themselves when somebody presses their button (RFC 8058); whoever
follows the link sees a page first.
"""

from fastapi import APIRouter, Depends, Request, Response

from models.digest import DigestSubscription
from models.people import User
from service.access.permissions import Permission
from service.digests.settings import switch_off
from service.mail.links import LinkUselessError, Purpose, admit
from service.serving.site import SiteHere
from service.store.engine import reading, writing
from service.web.access.guard import require
from service.web.render import page

router = APIRouter(dependencies=[Depends(require(Permission.ANYONE))])


@router.get("/unsubscribe/{token}")
def show_unsubscribe(request: Request, site: SiteHere, token: str) -> Response:
    """Ask whether to stop."""
    admitted = admit(site.secret, Purpose.UNSUBSCRIBE, token, now=site.clock.now())
    with reading(site.engine) as db:
        row = db.get(DigestSubscription, admitted.subject_id)
        user = db.get(User, admitted.user_id)
        if row is None or user is None:
            raise LinkUselessError
    return page(request, "unsubscribe.html", user=user, is_on=row.active)


@router.post("/unsubscribe/{token}")
def unsubscribe(request: Request, site: SiteHere, token: str) -> Response:
    """Stop; who has stopped before has stopped."""
    admitted = admit(site.secret, Purpose.UNSUBSCRIBE, token, now=site.clock.now())
    with writing(site.engine) as db:
        switch_off(db, admitted.subject_id, now=site.clock.now())
        user = db.get(User, admitted.user_id)
        if user is None:
            raise LinkUselessError
    return page(request, "unsubscribe.html", user=user, is_on=False)
