"""/settings/feeds: secret addresses of my leads for a feed reader; made, shown once, revoked."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlmodel import col, select

from models.delivery import FeedLink
from models.topic import Topic
from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.delivery import feeds_out
from service.errors import NotFoundError
from service.leads.ledger import audit
from service.serving.site import Site, SiteHere
from service.store.engine import reading, writing
from service.typed import Line
from service.web import flash
from service.web.access.guard import require
from service.web.render import page, see_other

router = APIRouter()

Me = Annotated[Viewer, Depends(require(Permission.READ_LEADS))]


@router.get("/settings/feeds")
def show_feeds(request: Request, site: SiteHere, viewer: Me) -> Response:
    """List the viewer's feeds; their addresses are not kept."""
    return _page(request, site, viewer, made=None)


@router.post("/settings/feeds")
def make_feed(
    request: Request,
    site: SiteHere,
    viewer: Me,
    topic: Annotated[Line, Form(max_length=64)] = "",
) -> Response:
    """Make one and show its addresses, this once."""
    now = site.clock.now()
    wanted = topic if may(viewer, Permission.READ_TOPICS) else ""
    with writing(site.engine) as db:
        path = feeds_out.issue(db, user=viewer.handle, topic=wanted or None, now=now)
        subject = f"user:{viewer.id}"
        audit(db, actor=viewer.id, action="feed.issued", subject=subject, at=now)
    made = [f"{site.base_url}{path}.{form}" for form in feeds_out.FORMS]
    return _page(request, site, viewer, made=made)


@router.post("/settings/feeds/revoke")
def revoke_feed(
    site: SiteHere, viewer: Me, feed: Annotated[Line, Form(max_length=36)]
) -> Response:
    """Have a feed of the viewer's lead nowhere."""
    now = site.clock.now()
    with writing(site.engine) as db:
        link = db.get(FeedLink, feed)
        if link is None or link.user_id != viewer.id:
            raise NotFoundError("There is no such feed of yours.")
        feeds_out.revoke(db, feed, now=now)
        audit(db, actor=viewer.id, action="feed.revoked", subject=f"feed:{feed}", at=now)
    response = see_other("/settings/feeds")
    flash.leave(response, site, "feed_revoked")
    return response


def _page(request: Request, site: Site, viewer: Viewer, *, made: list[str] | None) -> Response:
    with reading(site.engine) as db:
        links = db.exec(
            select(FeedLink)
            .where(FeedLink.user_id == viewer.id, col(FeedLink.revoked_at).is_(None))
            .order_by(col(FeedLink.id).desc())
        ).all()
        topics = dict(db.exec(select(Topic.id, Topic.name).where(col(Topic.active))).all())
    return page(
        request,
        "settings_feeds.html",
        viewer=viewer,
        links=links,
        topics=topics if may(viewer, Permission.READ_TOPICS) else {},
        made=made,
    )
