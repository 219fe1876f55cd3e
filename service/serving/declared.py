"""What a route says it needs. A route that says nothing is not served."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from service.access.permissions import Permission


class UndeclaredRouteError(Exception):
    """A route does not say what permission it needs."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What every dependency that guards a route has: the permission that the route needs."""

    permission: Permission


def declared(route: BaseRoute) -> Permission | None:
    """Return what ``route`` says it needs, or None when it says nothing."""
    if not isinstance(route, APIRoute):
        return None
    calls: Iterator[object] = (needed.call for needed in _walk(route.dependant))
    return next((call.permission for call in calls if isinstance(call, Declared)), None)


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
