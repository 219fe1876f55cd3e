"""Programs of people: clients of the API with a token, and calls made up from its document."""

from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from typing import Any

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks
from starlette.testclient import TestClient

from models.people import User
from models.words import TokenScope
from service.api.app import create_api
from service.api.limits import Pace, Throttle
from service.editing.live import LiveConfig
from service.serving.site import Site
from service.store.engine import writing
from service.tokens import Issued, issue
from tests.web_house import BASE_URL, SECRET, House, shared_engine, shipped

ROOT = "/api/v1"
PATIENT = Pace(burst=1_000_000, a_second=1_000_000)


def a_token(
    house: House,
    user: User,
    scope: TokenScope = TokenScope.ADMIN,
    *,
    lasts: timedelta | None = None,
) -> Issued:
    with writing(house.engine) as db:
        return issue(
            db,
            user_id=user.id,
            name="a test",
            scope=scope,
            lasts=lasts,
            by="harken",
            now=house.clock.now(),
        )


def an_api(house: House) -> FastAPI:
    """Return the API of a house alone, without its pages around it.

    There is one in this process, which serves the last house that asked: FastAPI goes through all
    signatures of a new one, which costs more than the rest of a test.
    """
    api = _the_api()
    api.state.site = a_site(house)
    return api


@cache
def _the_api() -> FastAPI:
    nobodys = House(engine=shared_engine(), config=shipped())
    return create_api(a_site(nobodys), throttle=Throttle(PATIENT))


def a_site(house: House) -> Site:
    return Site(
        engine=house.engine,
        clock=house.clock,
        live=LiveConfig(None, house.config),
        secret=SECRET,
        base_url=BASE_URL,
        secure_cookies=False,
        demo=False,
    )


def a_program(house: House, user: User | None, scope: TokenScope = TokenScope.ADMIN) -> TestClient:
    """Return a client with a token of ``user``; without one for nobody."""
    token = a_token(house, user, scope).token if user else None
    return TestClient(
        an_api(house),
        base_url=BASE_URL,
        headers={"Authorization": f"Bearer {token}"} if token else {},
        follow_redirects=False,
        raise_server_exceptions=False,
    )


def operations(app: FastAPI) -> Iterator[APIOperation[Any, Any, Any, Any]]:
    """Yield every operation of the API's document."""
    schema = schemathesis.openapi.from_dict(app.openapi())
    schema.app = app
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), "the document is a valid one"
        yield found.ok()


def try_out(
    operation: APIOperation[Any, Any, Any, Any],
    *,
    token: str,
    ids: dict[str, list[str]],
    examples: int,
    bad_ones: bool,
) -> None:
    """Make up calls of an operation, good ones and bad ones, and hold the answers to its document.

    Args:
        operation: what is called.
        token: of who calls.
        ids: by name of a parameter of the path, what is there.
        examples: how many.
        bad_ones: as many again that the document forbids.
    """
    quick = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=examples < 20,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    can_be_wrong = bad_ones and bool(operation.body or operation.query)
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)[: 1 + can_be_wrong]:

        @quick
        @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
        def call(case: schemathesis.Case[Any], data: st.DataObject) -> None:
            for name in case.path_parameters:
                if there := ids.get(name):
                    case.path_parameters[name] = data.draw(st.sampled_from(there))
            if "If-Match" in (case.headers or {}):
                case.headers["If-Match"] = "*"  # whichever version it is by now
            case.call_and_validate(
                base_url=BASE_URL,
                headers={"Authorization": f"Bearer {token}"},
                # What a document can't say, such as that a cursor is one of ours, is refused
                # though it fits; and a bad call may be refused for more than its badness.
                excluded_checks=[checks.positive_data_acceptance, checks.negative_data_rejection],
            )

        call()
