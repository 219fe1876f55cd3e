"""Asking once more for the password, before something that a borrowed browser must not do."""

from math import ceil

from fastapi import Request

from models.people import User
from service.errors import RefusedError
from service.web.entry.passwords import is_password
from service.web.site import PageSite


class WrongPasswordError(RefusedError):
    """That is not your password. Nothing was changed."""


def confirm_password(request: Request, site: PageSite, user: User, password: str) -> None:
    """Let pass who knows the password; tries are slowed down as those of a login are.

    In a demo nobody has one, and nobody is asked for it.

    Raises:
        WrongPasswordError: it is another one, or there were too many tries.
    """
    if site.demo and user.password_hash is None:
        return
    address = request.client.host if request.client else ""
    if left := site.throttle.begin(user.handle, address, site.clock.now()):
        seconds = ceil(left.total_seconds())
        raise WrongPasswordError(f"Too many tries. Wait {seconds} s, then try again.")
    if not is_password(password, user.password_hash):
        raise WrongPasswordError
    site.throttle.succeeded(user.handle, address)
