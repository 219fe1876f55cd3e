"""The API keeps what its document promises, and no operation forgot to say who may use it."""

import re
from collections.abc import Iterator
from typing import Any, get_type_hints

import pytest
from fastapi import FastAPI
from pydantic import TypeAdapter

from models.words import LeadStatus, TokenScope, UserRole
from service.access.permissions import Permission
from service.api.app import PREFIX, methods_at, routes
from service.api.routes import ROUTERS
from service.api.scopes import SCOPES, scope_for
from service.api.shapes import asked, imports, leads, others
from service.api.shapes.base import Given, Taken
from service.serving.declared import declared
from tests.programs import a_program, a_token, an_api, operations, try_out
from tests.web_house import House, a_house

ROUTES = [(method, route) for route in routes() for method in sorted(route.methods or ())]
#: What may be had without a token; anything that is added here is added on purpose.
OPEN = {"/openapi.json"}
#: What the crawl of one id makes of each parameter.
NOBODY = "019a9c1e-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def house() -> House:
    return a_house()


@pytest.fixture(scope="module")
def api(house: House) -> FastAPI:
    return an_api(house)


@pytest.fixture(scope="module")
def document(api: FastAPI) -> dict[str, Any]:
    return api.openapi()


def told(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_every_route_declares_a_permission() -> None:
    silent = [repr(route) for router in ROUTERS for route in router.routes if not declared(route)]

    assert silent == []


def test_only_the_document_is_open_to_anyone() -> None:
    found = {r.path for _, r in ROUTES if declared(r) is Permission.ANYONE}

    assert found == OPEN


@pytest.mark.parametrize(
    ("method", "path"), [(method, route.path) for method, route in ROUTES], ids=str
)
def test_a_program_without_a_token_gets_nowhere_else(house: House, method: str, path: str) -> None:
    address = PREFIX + re.sub(r"\{\w+\}", NOBODY, path)

    answer = a_program(house, None).request(method, address)

    if path in OPEN:
        assert answer.status_code == 200
    else:
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Bearer realm="harken"'
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_token_never_does_what_its_scope_leaves_out() -> None:
    assert SCOPES[TokenScope.READ] < SCOPES[TokenScope.WRITE] < SCOPES[TokenScope.ADMIN]
    changing = {declared(route) for method, route in ROUTES if method != "GET"}
    assert not {p for p in changing if p in SCOPES[TokenScope.READ]}
    assert {scope_for(p) for p in Permission} == set(TokenScope)


def test_the_document_names_every_route_with_its_permission(document: dict[str, Any]) -> None:
    served = {(PREFIX + r.path, m.lower()) for m, r in ROUTES if r.path not in OPEN}

    assert document["openapi"].startswith("3.1")
    assert {(path, method) for path, method, _ in told(document)} == served
    for path, method, operation in told(document):
        where = f"{method} {path}"
        assert operation["x-permission"] in set(Permission), where
        assert operation["security"][0]["token"][0] in set(TokenScope), where
        assert operation["summary"], where
        assert operation["description"], where
        assert {"401", "403", "422", "429"} <= set(operation["responses"]), where


def test_every_refusal_is_a_problem_document(document: dict[str, Any]) -> None:
    for path, method, operation in told(document):
        for status, answer in operation["responses"].items():
            if status >= "400":
                assert set(answer["content"]) == {"application/problem+json"}, f"{method} {path}"


def test_every_operation_has_a_name_of_its_own(document: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in told(document)]

    assert len(names) == len(set(names))


def test_every_example_is_what_its_field_takes() -> None:
    shapes = [
        shape
        for module in (asked, imports, leads, others)
        for shape in vars(module).values()
        if isinstance(shape, type) and issubclass(shape, (Given, Taken))
    ]
    shown = 0
    for shape in shapes:
        hints = get_type_hints(shape, include_extras=True)
        for name, field in shape.model_fields.items():
            for example in field.examples or ():
                TypeAdapter(hints[name]).validate_python(example)
                shown += 1
        for example in shape.model_json_schema().get("examples", []):
            shape.model_validate(example)
            shown += 1

    assert shown > 60


def test_no_body_takes_text_as_it_comes() -> None:
    texts = {
        f"{shape.__name__}.{name}": str(get_type_hints(shape, include_extras=True)[name])
        for module in (asked, imports, others)
        for shape in vars(module).values()
        if isinstance(shape, type) and issubclass(shape, Taken)
        for name, field in shape.model_fields.items()
        if field.annotation in {str, str | None}
    }

    raw = [
        name for name, hint in texts.items() if not re.search("prose|one_line|sheet_text", hint)
    ]
    assert len(texts) > 20
    assert raw == ["MoneyTaken.currency"], "which is three capital letters, and checked"


def test_an_address_says_which_methods_it_takes() -> None:
    assert methods_at(f"{PREFIX}/leads/{NOBODY}") == {"GET", "PATCH"}
    assert methods_at(f"{PREFIX}/nowhere") == set()


def test_made_up_calls_are_answered_as_the_document_says(house: House, api: FastAPI) -> None:
    ada = house.user("ada", role=UserRole.ADMIN)
    source, topic = house.source("Talk"), house.topic("crm", "CRM")
    ids = {
        "lead_id": [
            house.lead(
                source=source,
                topic=topic,
                status=status,
                owner=ada if status is LeadStatus.WORKING else None,
                offered_to=ada if status is LeadStatus.OFFERED else None,
            ).id
            for status in (LeadStatus.MQL, LeadStatus.OFFERED, LeadStatus.WORKING, LeadStatus.LOST)
        ],
        "topic_id": [topic.id],
        "slug": [source.slug],
        "name": ["funnel", "adherence", "neglected"],
    }
    token = a_token(house, ada).token

    for operation in operations(api):
        try_out(operation, token=token, ids=ids, examples=1, bad_ones=False)
