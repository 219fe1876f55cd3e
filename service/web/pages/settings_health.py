"""/settings/health: what is wrong with this Harken, and what to do about it."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.delivery.log import troubles
from service.doctor import Finding, examine
from service.process.gaps import gaps
from service.serving.site import Site, SiteHere
from service.store.engine import reading
from service.web.access.guard import require
from service.web.forms.editing import folder_of
from service.web.render import page

router = APIRouter()

Admin = Annotated[Viewer, Depends(require(Permission.EDIT_SETTINGS))]


@router.get("/settings/health")
def show_health(request: Request, site: SiteHere, viewer: Admin) -> Response:
    """Show what is known without a long look."""
    return _page(request, site, viewer, None)


@router.post("/settings/health")
def look_closely(request: Request, site: SiteHere, viewer: Admin) -> Response:
    """Do what `harken doctor` does; it loads the model and follows the audit chain."""
    return _page(request, site, viewer, list(examine(folder_of(site))))


def _page(
    request: Request, site: Site, viewer: Viewer, findings: Sequence[Finding] | None
) -> Response:
    config = site.config
    with reading(site.engine) as db:
        deliveries = list(troubles(db))
    return page(
        request,
        "settings_health.html",
        viewer=viewer,
        problems=site.live.problems,
        gaps=gaps(config),
        deliveries=deliveries,
        findings=findings,
        folder=site.live.folder,
    )
