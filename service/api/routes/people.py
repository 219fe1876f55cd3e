"""Teams and users, to be read; and whoever asks."""

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import or_
from sqlmodel import col, select

from models.people import Absence, Team, User
from service.access.permissions import GRANTS, Permission
from service.access.viewer import Viewer
from service.api.callers import CallerHere, allow
from service.api.pages import Key, ListingHere, Page, ordered
from service.api.scopes import SCOPES
from service.api.shapes.others import Me, TeamGiven, UserGiven
from service.api.told import LINK, reads
from service.serving.site import SiteHere
from service.store.engine import reading

router = APIRouter(tags=["people"])
Reader = Annotated[Viewer, Depends(allow(Permission.READ_TEAM))]
_TEAMS = (Key(col(Team.id)),)
_USERS = (Key(col(User.handle)),)


@router.get("/me", summary="Who am I", responses=reads())
def me(
    _viewer: Annotated[Viewer, Depends(allow(Permission.READ_LEADS))], caller: CallerHere
) -> Me:
    """Say for whom this token acts, and what it may do."""
    viewer = caller.viewer
    allowed = (SCOPES[caller.scope] & GRANTS[viewer.role]) - {Permission.ANYONE}
    return Me(
        handle=viewer.handle,
        name=viewer.name,
        role=viewer.role,
        team=viewer.team_id,
        tz=viewer.tz,
        token=caller.token_id,
        scope=caller.scope,
        permissions=tuple(sorted(permission.value for permission in allowed)),
    )


@router.get("/teams", summary="List teams", responses=reads(headers=LINK))
def list_teams(site: SiteHere, _viewer: Reader, listing: ListingHere) -> Page[TeamGiven]:
    """List the teams, by their ids."""
    behind = listing.behind(_TEAMS)
    conditions = [] if behind is None else [behind]
    with reading(site.engine) as db:
        rows = db.exec(
            select(Team).where(*conditions).order_by(*ordered(_TEAMS)).limit(listing.limit + 1)
        ).all()
    shown, following = listing.page(rows, lambda team: (team.id,))
    items = tuple(TeamGiven(id=one.id, name=one.name, channel=one.channel) for one in shown)
    return Page(items=items, next=following)


@router.get("/users", summary="List users", responses=reads(headers=LINK))
def list_users(site: SiteHere, _viewer: Reader, listing: ListingHere) -> Page[UserGiven]:
    """List who works here, by their handles."""
    now = site.clock.now()
    behind = listing.behind(_USERS)
    conditions = [] if behind is None else [behind]
    with reading(site.engine) as db:
        rows = db.exec(
            select(User).where(*conditions).order_by(*ordered(_USERS)).limit(listing.limit + 1)
        ).all()
        shown, following = listing.page(rows, lambda user: (user.handle,))
        lasting = or_(col(Absence.to_at).is_(None), col(Absence.to_at) > now)
        away = set(
            db.exec(select(Absence.user_id).where(col(Absence.from_at) <= now, lasting)).all()
        )
    items = tuple(
        UserGiven(
            handle=user.handle,
            name=user.name,
            role=user.role,
            team=user.team_id,
            tz=user.tz,
            active=user.active,
            away=user.id in away,
        )
        for user in shown
    )
    return Page(items=items, next=following)
