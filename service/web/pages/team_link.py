"""POST /team/people/HANDLE/link: a new one-time link, for who never got in or forgot how."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session, select

from models.people import User
from service.access.first_login import LINK_LASTS, issue_first_login
from service.access.permissions import Permission
from service.access.team_rules import check_may_change
from service.access.viewer import Viewer
from service.errors import NotFoundError, RefusedError
from service.leads.ledger import audit
from service.serving.site import Site, SiteHere
from service.store.engine import writing
from service.times import moment
from service.web.access.guard import require
from service.web.render import page

router = APIRouter()


@router.post("/team/people/{handle}/link")
def make_link(
    request: Request,
    site: SiteHere,
    viewer: Annotated[Viewer, Depends(require(Permission.EDIT_TEAM))],
    handle: str,
) -> Response:
    """Show a new link; one that was not used yet stops working."""
    spec = site.config.users.get(handle)
    if spec is None:
        raise NotFoundError
    check_may_change(viewer, spec, site.config)
    with writing(site.engine) as db:
        user = db.exec(select(User).where(User.handle == handle)).first()
        if user is None or not user.active:
            raise RefusedError("Nobody gets in who is switched off or has left.")
        return show_link(request, site, viewer, db, user)


def show_link(request: Request, site: Site, viewer: Viewer, db: Session, user: User) -> Response:
    """Return the page with a new link for ``user``, which nobody will see again."""
    now = site.clock.now()
    path = issue_first_login(db, user.id, now)
    audit(db, actor=viewer.id, action="user.link_issued", subject=f"user:{user.id}", at=now)
    return page(
        request,
        "team_link.html",
        viewer=viewer,
        person=user,
        link=f"{site.base_url}{path}",
        is_new=user.password_hash is None,
        until=moment(now + LINK_LASTS, viewer.tz),
    )
