"""GET /inbox: the list, and beside it the lead that is looked at."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.leads.saved_views import views_of
from service.leads.undoing import undoable
from service.serving.site import SiteHere
from service.store.engine import reading
from service.web.access.guard import require
from service.web.forms.back import Back
from service.web.render import page, wants_fragment
from service.web.views.inbox import home_view, read_inbox
from service.web.views.inbox_asked import InboxAsked
from service.web.views.inbox_facets import said_filters
from service.web.views.lead import look_up_lead
from service.web.views.triage import bulk_of, mornings, takers
from service.web.wording.words import stages

router = APIRouter()


@router.get("/inbox")
def inbox(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_LEADS))],
    asked: Annotated[InboxAsked, Query()],
) -> Response:
    """Show a view; htmx gets the lead alone."""
    now = site.clock.now()
    with reading(site.engine) as db:
        if asked.lead and wants_fragment(request):
            view = asked.view or home_view(db, viewer, now=now)
            sheet = look_up_lead(db, viewer, asked.lead, now=now)
            return page(
                request,
                "parts/detail.html",
                viewer=viewer,
                sheet=sheet,
                back=Back(asked.seen(view).url()),
                chosen=True,
            )
        shown = read_inbox(db, viewer, asked, now=now)
        looked_at = asked.lead or (shown.rows[0].lead_id if shown.rows else None)
        sheet_or_none = look_up_lead(db, viewer, looked_at, now=now) if looked_at else None
        return page(
            request,
            "inbox.html",
            viewer=viewer,
            inbox=shown,
            sheet=sheet_or_none,
            back=Back(shown.asked.url(page=shown.page if shown.page > 1 else None)),
            chosen=asked.lead is not None,
            filters=said_filters(db, shown.asked, stages(site.config.process)),
            kept=views_of(db, viewer.id),
            last=undoable(db, viewer.id, now=now),
            snoozes=mornings(viewer.tz, now),
            takers=takers(db) if may(viewer, Permission.ASSIGN_LEADS) else (),
            bulk=bulk_of(viewer, shown.rows),
            can_csv=may(viewer, Permission.EXPORT_LEADS),
        )
