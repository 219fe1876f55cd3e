"""Who gets through to a page: a route says what it needs, and who is logged in has it or not."""

from dataclasses import dataclass
from ipaddress import ip_address

from fastapi import Request

from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.errors import ForbiddenError
from service.serving.declared import Declared
from service.web.entry.auth import viewer_of_request
from service.web.wording.words import ROLES


class LoginNeededError(Exception):
    """Log in first."""


class SecondFactorNeededError(Exception):
    """Set up one-time codes first: the house asks for them."""


@dataclass(frozen=True, slots=True)
class Require(Declared):
    """A dependency that lets a request through, or not.

    Gives the viewer; a route that is open to anyone gets None, without a look at the database.
    """

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
