"""GET /digest: what the mail shows, to be finished in one sitting."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from models.people import User
from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.digests import words as digest_words
from service.digests.acts import SNOOZES, Act
from service.digests.reading import read_today
from service.leads.snoozing import morning
from service.leads.whose import DECIDERS
from service.serving.site import SiteHere
from service.store.engine import writing
from service.web.access.guard import require
from service.web.forms.digest_acts import may_press
from service.web.render import page

router = APIRouter()


@router.get("/digest")
def show_digest(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_LEADS))],
) -> Response:
    """Show today's digest: what is open of it, and what is done."""
    now = site.clock.now()
    with writing(site.engine) as db:  # who looks first on a day writes it down
        user = db.get_one(User, viewer.id)
        today = read_today(db, user, config=site.config, now=now)
        snoozes = [(days, morning(user.tz, days, now)) for days in SNOOZES]
    return page(
        request,
        "digest.html",
        viewer=viewer,
        today=today,
        digest=today.digest,
        say=digest_words,
        Act=Act,
        snoozes=snoozes,
        may_mute=viewer.role in DECIDERS,
        may_label=may(viewer, Permission.DISMISS_LEADS),
        presses={act for act in Act if may_press(viewer, act)},
    )
