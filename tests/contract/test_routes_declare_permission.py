"""Deny by default: there is no route that forgot to say who may use it."""

import pytest
from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute
from starlette.routing import Mount, Route

from models.words import UserRole
from service.access.permissions import Permission
from service.serving.declared import UndeclaredRouteError, check_declared, declared
from service.web.access.guard import require
from service.web.pages import ROUTERS
from tests.web_house import House, a_house

#: What may be had without logging in; anything that is added here is added on purpose.
OPEN = {
    "/",
    "/act/{token}",  # the token says who may do what with which lead
    "/feeds/{token}.{form}",  # the address is the key
    "/healthz",
    "/label/{token}",
    "/login",
    "/login/code",  # the half of a login is in a signed cookie
    "/login/first/{token}",
    "/logout",
    "/preferences",
    "/privacy",  # for people who are heard: they have no login
    "/privacy/ask",
    "/readyz",
    "/static/{path:path}",
    "/unsubscribe/{token}",
}

ROUTES = [
    (min(route.methods or {"GET"}), route)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
]


@pytest.fixture(scope="module")
def house() -> House:
    return a_house()


def test_every_route_declares_a_permission() -> None:
    silent = [repr(route) for router in ROUTERS for route in router.routes if not declared(route)]

    assert silent == []


def test_the_app_serves_these_routes_and_no_others(house: House) -> None:
    beside = [r for r in house.app().routes if isinstance(r, (Route, Mount))]

    assert beside == [], "no docs, no schema, no mounted application"
    assert len(house.app().routes) == len(ROUTERS)


def test_only_the_listed_routes_are_open_to_anyone() -> None:
    found = {route.path for _, route in ROUTES if declared(route) is Permission.ANYONE}

    assert found == OPEN


@pytest.mark.parametrize(("method", "route"), ROUTES, ids=lambda it: getattr(it, "path", it))
def test_a_stranger_gets_nowhere_else(house: House, method: str, route: APIRoute) -> None:
    answer = house.browser().request(method, route.path.replace("{lead_id}", "x"))

    if route.path not in OPEN:
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/login")


@pytest.mark.parametrize("suffix", ["/", "%2f", "/../inbox", ";x", ".json"])
def test_another_spelling_of_an_address_is_no_way_in(house: House, suffix: str) -> None:
    assert house.browser().get(f"/inbox{suffix}").status_code in {303, 404}


def test_a_method_in_a_header_changes_nothing(house: House) -> None:
    answer = house.browser(house.user("vic", role=UserRole.VIEWER)).post(
        "/leads/x/accept", data={"fencing": 1}, headers={"X-HTTP-Method-Override": "GET"}
    )

    assert answer.status_code == 403


def test_a_route_that_forgot_is_not_served() -> None:
    router = APIRouter()

    @router.get("/told", dependencies=[Depends(require(Permission.READ_LEADS))])
    def told() -> None: ...

    check_declared(router.routes)

    @router.get("/forgot")
    def forgot() -> None: ...

    with pytest.raises(UndeclaredRouteError, match="/forgot"):
        check_declared(router.routes)
