"""Every address, for everybody, by every method: who may not gets nothing (P01, P02)."""

import re
from collections.abc import Iterator, Mapping, Set
from contextlib import ExitStack

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from models.people import User
from models.words import UserRole
from service.access.permissions import GRANTS, Permission
from service.serving.declared import declared
from service.web.pages import ROUTERS
from tests.web_house import House, a_house

ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
CHANGING = [(r, m) for r in ROUTES for m in sorted((r.methods or set()) - {"GET", "HEAD"})]
#: Methods that no page of ours answers to, unless it says so.
ROUND_THE_DOOR = frozenset({"HEAD", "OPTIONS", "TRACE", "PUT", "PATCH", "DELETE", "PROPFIND"})
Browsers = Mapping[UserRole | None, TestClient]


@pytest.fixture(scope="module")
def house() -> House:
    return a_house()


@pytest.fixture(scope="module")
def users(house: House) -> Mapping[UserRole, User]:
    return {role: house.user(role.value, role=role) for role in UserRole}


@pytest.fixture(scope="module")
def browsers(house: House, users: Mapping[UserRole, User]) -> Iterator[Browsers]:
    with ExitStack() as stack:  # entered, a client keeps its event loop, which saves most of it
        yield {
            role: stack.enter_context(house.browser(users[role] if role else None))
            for role in (None, *UserRole)
        }


def address_of(route: APIRoute) -> str:
    """Return an address that ``route`` answers to; what it names is not there."""
    return re.sub(r"\{[^}]+\}", "x", route.path)


def methods_at(route: APIRoute, path: str) -> Set[str]:
    """Return the methods by which ``path`` leads to ``route``."""
    return (route.methods or set()) if route.path_regex.match(path) else set()


def may(role: UserRole | None, route: APIRoute) -> bool:
    needed = declared(route)
    assert needed is not None, route.path
    return needed is Permission.ANYONE or (role is not None and needed in GRANTS[role])


@pytest.mark.parametrize("role", [None, *UserRole], ids=lambda role: role or "nobody")
def test_p01_who_may_not_gets_nothing(browsers: Browsers, role: UserRole | None) -> None:
    let_in = [
        (method, route.path, answer.status_code)
        for route in ROUTES
        if not may(role, route)
        for method in sorted(route.methods or ())
        if (answer := browsers[role].request(method, address_of(route))).status_code
        not in ({303, 401} if role is None else {403})
    ]

    assert let_in == []


def test_p01_no_other_method_and_no_other_slash_leads_to_any_route() -> None:
    let_in = []
    for path in sorted({address_of(route) for route in ROUTES} - {"/", "/static/x"}):
        served = {method for route in ROUTES for method in methods_at(route, path)}
        around = {(method, path) for method in ROUND_THE_DOOR - served}
        around |= {(method, f"{path}/") for method in {"GET", "POST"} | served}
        let_in += [
            (method, address, route.path)
            for method, address in around
            for route in ROUTES
            if method in methods_at(route, address)
        ]

    assert let_in == []


@pytest.mark.parametrize("path", ["/inbox", "/settings/audit", "/team/people/x"])
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "slash"])
def test_p01_such_a_try_is_refused_before_anybodys_role_is_looked_at(
    browsers: Browsers, method: str, path: str
) -> None:
    for browser in browsers.values():
        slash = method == "slash"
        answer = browser.request("GET" if slash else method, f"{path}/" if slash else path)

        assert answer.status_code in {404, 405}


@pytest.mark.parametrize("role", [UserRole.PARTNER, UserRole.PRIVACY_OFFICER])
def test_p01_names_of_nothing_break_nothing(browsers: Browsers, role: UserRole) -> None:
    broken = [
        (route.path, answer.status_code)
        for route in ROUTES
        if may(role, route) and "GET" in (route.methods or ()) and route.path != "/readyz"
        if (answer := browsers[role].get(address_of(route))).status_code >= 500
    ]

    assert broken == []


def test_p01_a_header_or_a_field_makes_no_other_method(browsers: Browsers) -> None:
    tried = [
        browsers[UserRole.VIEWER]
        .post(
            "/leads/x/accept",
            data={"fencing": 1, "_method": "GET"},
            headers={name: "GET"},
        )
        .status_code
        for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
    ]

    assert tried == [403, 403, 403]


FOREIGN = {
    "another site": {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    "an old browser": {"Sec-Fetch-Site": "", "Origin": "https://evil.example"},
    "nobody says": {"Sec-Fetch-Site": ""},
}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_p02_no_other_site_writes_anywhere_be_it_a_login_or_logout(
    house: House, users: Mapping[UserRole, User], headers: Mapping[str, str]
) -> None:
    with house.browser(users[UserRole.ADMIN]) as browser:
        if not headers["Sec-Fetch-Site"]:
            del browser.headers["Sec-Fetch-Site"]
        sent = {name: value for name, value in headers.items() if value}
        let_in = [
            (route.path, answer.status_code)
            for route, method in CHANGING
            if (
                answer := browser.request(
                    method,
                    address_of(route),
                    content='{"login":"x","password":"y"}',
                    headers={**sent, "Content-Type": "text/plain"},
                )
            ).status_code
            != 403
        ]

        assert len(CHANGING) > 20
        assert let_in == []
        assert browser.get("/settings", headers={"Sec-Fetch-Site": "none"}).status_code == 200
