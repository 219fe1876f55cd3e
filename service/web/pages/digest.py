"""GET /digest: what the mail shows, to be finished in one sitting."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from models.people import User
from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.digests import words as digest_words
from service.digests.acts import SNOOZES, Act
from service.digests.reading import Today, choose_today, read_today
from service.errors import ConflictError
from service.leads.snoozing import morning
from service.leads.whose import DECIDERS
from service.serving.site import Site, SiteHere
from service.store.engine import reading, writing
from service.web.access.guard import require
from service.web.forms.back import Back
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
    today = _today(site, viewer, now)
    if today is None:  # who looks first on a day writes it down
        with writing(site.engine) as db:
            choose_today(db, db.get_one(User, viewer.id), config=site.config, now=now)
        today = _today(site, viewer, now)
    if today is None:
        raise ConflictError("Your digest changed just now; look again.")
    return page(
        request,
        "digest.html",
        viewer=viewer,
        today=today,
        digest=today.digest,
        say=digest_words,
        back=Back.DIGEST,
        Act=Act,
        snoozes=[(days, morning(viewer.tz, days, now)) for days in SNOOZES],
        may_mute=viewer.role in DECIDERS,
        may_label=may(viewer, Permission.DISMISS_LEADS),
        presses={act for act in Act if may_press(viewer, act)},
    )


def _today(site: Site, viewer: Viewer, now: datetime) -> Today | None:
    with reading(site.engine) as db:
        return read_today(db, db.get_one(User, viewer.id), config=site.config, now=now)
