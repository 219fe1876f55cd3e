"""Who may do what. What is not written here is not allowed; every route says what it needs.

The rule for objects (which leads somebody sees) is `service.web.views.visible`.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from models.words import UserRole
from service.errors import ForbiddenError
from service.web.entry.auth import Viewer, viewer_of_request
from service.web.wording.words import ROLES


class Permission(StrEnum):
    """What a route needs."""

    ANYONE = "anyone"  # nobody needs to be logged in
    READ_LEADS = "read leads"
    ANSWER_OFFERS = "answer offers"
    PROMOTE_LEADS = "promote leads"
    DISMISS_LEADS = "dismiss leads"
    LOG_TOUCHES = "log touches"
    CAPTURE_POSTS = "capture posts"
    WORK_LEADS = "work leads"  # note, snooze, task, hand back, qualify, win, lose, merge
    ASSIGN_LEADS = "assign leads"
    EXPORT_LEADS = "export leads"
    TRY_POSTS = "try posts"
    READ_TOPICS = "read topics"
    EDIT_TOPICS = "edit topics"
    READ_SOURCES = "read sources"
    EDIT_SOURCES = "edit sources"
    READ_REPORTS = "read reports"
    READ_TEAM = "read the team"
    EDIT_TEAM = "edit the team"
    EDIT_ROUTING = "edit routing and clocks"
    EDIT_OWN = "edit one's own settings"
    READ_DELIVERIES = "read deliveries"
    EDIT_DELIVERIES = "edit deliveries"
    READ_AUDIT = "read the audit log"
    ERASE_PERSONS = "erase persons"
    EDIT_SETTINGS = "edit settings"
    READ_METRICS = "read metrics"


P = Permission
_LOOKS = frozenset({P.READ_LEADS, P.READ_TOPICS, P.READ_SOURCES, P.READ_TEAM, P.EDIT_OWN})
_WORKS = _LOOKS | {
    P.ANSWER_OFFERS,
    P.DISMISS_LEADS,
    P.LOG_TOUCHES,
    P.CAPTURE_POSTS,
    P.WORK_LEADS,
    P.TRY_POSTS,
    P.READ_REPORTS,
}
_MARKETS = _WORKS | {P.PROMOTE_LEADS, P.EXPORT_LEADS, P.EDIT_TOPICS, P.EDIT_SOURCES}
_MANAGES = {
    P.PROMOTE_LEADS,
    P.ASSIGN_LEADS,
    P.EXPORT_LEADS,
    P.READ_METRICS,
    P.READ_DELIVERIES,
    P.EDIT_TEAM,  # of people who are beneath them: service.web.access.team_rules
    P.EDIT_ROUTING,
}
#: Of another house: what is given to them, and nothing of how this one works.
_PARTNERS = frozenset({P.READ_LEADS, P.ANSWER_OFFERS, P.LOG_TOUCHES, P.WORK_LEADS, P.EDIT_OWN})
#: Sees what the house knows of people and takes it away; sells nothing, so sees no leads.
_KEEPS_PRIVACY = frozenset(
    {P.READ_TOPICS, P.READ_SOURCES, P.READ_TEAM, P.READ_AUDIT, P.ERASE_PERSONS, P.EDIT_OWN}
)

GRANTS: Mapping[UserRole, frozenset[Permission]] = {
    UserRole.ADMIN: frozenset(Permission),
    UserRole.MANAGER: _WORKS | _MANAGES,
    UserRole.MARKETER: _MARKETS | {P.READ_DELIVERIES},
    UserRole.REP: _WORKS,
    UserRole.PARTNER: _PARTNERS,
    UserRole.VIEWER: _LOOKS | {P.READ_REPORTS},
    UserRole.PRIVACY_OFFICER: _KEEPS_PRIVACY,
}


class LoginNeededError(Exception):
    """Log in first."""


class SecondFactorNeededError(Exception):
    """Set up one-time codes first: the house asks for them."""


class UndeclaredRouteError(Exception):
    """A route does not say what permission it needs."""


def may(viewer: Viewer | None, permission: Permission) -> bool:
    """Return whether ``viewer`` (None: nobody is logged in) has ``permission``."""
    if permission is Permission.ANYONE:
        return True
    return viewer is not None and permission in GRANTS[viewer.role]


@dataclass(frozen=True, slots=True)
class Require:
    """A dependency that lets a request through, or not.

    Gives the viewer; a route that is open to anyone gets None, without a look at the database.
    """

    permission: Permission
    or_local: bool = False  # also for a program on this very machine, as a metrics scraper is
    to_get_in: bool = False  # also for who has yet to set up the second factor that is asked for

    def __call__(self, request: Request) -> Viewer | None:
        """Return who asks.

        Raises:
            LoginNeededError: nobody is logged in.
            SecondFactorNeededError: who is logged in has to set up one-time codes first.
            ForbiddenError: who is logged in may not.
        """
        if self.permission is Permission.ANYONE:
            return None
        viewer = viewer_of_request(request)
        if viewer is not None and viewer.owes_second_factor and not self.to_get_in:
            raise SecondFactorNeededError
        if may(viewer, self.permission) or (self.or_local and is_local(request)):
            return viewer
        if viewer is None:
            raise LoginNeededError
        raise ForbiddenError(
            f"Your role, {ROLES[viewer.role]}, does not include “{self.permission}”. "
            "An admin can help."
        )


def require(permission: Permission, *, or_local: bool = False, to_get_in: bool = False) -> Require:
    """Return the dependency by which a route declares what it needs."""
    return Require(permission, or_local, to_get_in)


def is_local(request: Request) -> bool:
    """Return whether a program on this machine asks, and not a proxy for somebody else."""
    if "forwarded" in request.headers or "x-forwarded-for" in request.headers:
        return False
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def declared(route: BaseRoute) -> Permission | None:
    """Return what ``route`` says it needs, or None when it says nothing."""
    if not isinstance(route, APIRoute):
        return None
    return next(
        (d.call.permission for d in _walk(route.dependant) if isinstance(d.call, Require)), None
    )


def check_declared(routes: Iterable[BaseRoute]) -> None:
    """Refuse to serve routes that say nothing of permissions.

    Raises:
        UndeclaredRouteError: naming them.
    """
    silent = [getattr(route, "path", repr(route)) for route in routes if declared(route) is None]
    if silent:
        raise UndeclaredRouteError(f"routes without a permission: {', '.join(silent)}")


def _walk(dependant: Dependant) -> Iterator[Dependant]:
    for inner in dependant.dependencies:
        yield inner
        yield from _walk(inner)
