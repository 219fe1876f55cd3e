"""Tokens: made, shown once, used, over and taken back; by command and by function."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from models.api import ApiToken
from models.ledger import AuditEvent
from models.people import User
from models.words import TokenScope, UserRole
from service.api.limits import Pace, Throttle
from service.errors import ForbiddenError, NotFoundError, RefusedError
from service.store.engine import reading, writing
from service.tokens import issue, revoke, tokens_of
from tests.command import harken_here
from tests.programs import ROOT, a_program, a_token, an_api
from tests.web_house import House, a_house


@pytest.fixture
def house() -> House:
    return a_house()


def asked(house: House, token: str) -> int:
    client = a_program(house, None)
    client.headers["Authorization"] = f"Bearer {token}"
    return client.get(f"{ROOT}/me").status_code


def test_a_token_opens_until_it_is_over(house: House) -> None:
    token = a_token(house, house.user("mia"), lasts=timedelta(days=1)).token

    assert asked(house, token) == 200
    house.clock.pass_by(timedelta(days=1))
    assert asked(house, token) == 401


def test_the_database_keeps_a_hash_and_a_beginning(house: House) -> None:
    issued = a_token(house, house.user("mia"))

    with reading(house.engine) as db:
        row = db.exec(select(ApiToken)).one()
        events = db.exec(select(AuditEvent).where(AuditEvent.action == "token.issued")).all()
    assert issued.token.startswith("hk_")
    assert len(issued.token) >= 46
    assert issued.token.startswith(row.prefix)
    assert issued.token not in str(row.model_dump()) + repr(issued)
    assert events[0].detail == {"user": row.user_id, "scope": "admin"}


def test_it_is_told_when_a_token_was_used_last(house: House) -> None:
    token = a_token(house, house.user("mia")).token
    first = house.clock.now()

    asked(house, token)
    house.clock.pass_by(timedelta(minutes=2))
    asked(house, token)

    with reading(house.engine) as db:
        assert tokens_of(db)[0].last_used_at == first, "within five minutes"


def test_a_token_is_taken_back_by_its_owner_or_an_admin(house: House) -> None:
    mia, ben = house.user("mia"), house.user("ben")
    ada = house.user("ada", role=UserRole.ADMIN)
    ones, twos = a_token(house, mia), a_token(house, mia)

    with writing(house.engine) as db, pytest.raises(NotFoundError):
        revoke(db, ones.id, by=ben, now=house.clock.now())
    for issued, by in ((ones, mia), (twos, ada)):
        with writing(house.engine) as db:
            revoke(db, issued.prefix, by=by, now=house.clock.now())
            revoke(db, issued.prefix, by=by, now=house.clock.now())

    assert asked(house, ones.token) == asked(house, twos.token) == 401
    with reading(house.engine) as db:
        told = db.exec(select(AuditEvent).where(AuditEvent.action == "token.revoked")).all()
    assert [event.actor for event in told] == [mia.id, ada.id]


def test_a_beginning_that_two_tokens_share_names_neither(house: House) -> None:
    mia = house.user("mia")
    a_token(house, mia)
    a_token(house, mia)
    with writing(house.engine) as db:
        for token in db.exec(select(ApiToken)):
            token.prefix = "hk_same00"
            db.add(token)

    with writing(house.engine) as db, pytest.raises(ForbiddenError, match="by its id"):
        revoke(db, "hk_same00", by=None, now=house.clock.now())


@pytest.mark.parametrize("token", ["", "hk_", "hk_" + "A" * 43, "A" * 5000, "nonsense", "é"])
def test_what_is_no_token_opens_nothing(house: House, token: str) -> None:
    client = a_program(house, None)

    answer = client.get(
        f"{ROOT}/me", headers=[(b"Authorization", b"Bearer " + token.encode("latin-1"))]
    )

    assert answer.status_code == 401
    assert answer.json()["type"] == "urn:harken:problem:unknown-token"
    assert "www-authenticate" in answer.headers


@pytest.mark.parametrize("scheme", ["Basic", "Token", ""])
def test_a_token_comes_as_a_bearer_and_not_in_the_address(house: House, scheme: str) -> None:
    token = a_token(house, house.user("mia")).token
    client = a_program(house, None)

    assert client.get(f"{ROOT}/me?access_token={token}").status_code == 401
    headers = {"Authorization": f"{scheme} {token}"}
    assert client.get(f"{ROOT}/me", headers=headers).status_code == 401


def test_a_cookie_of_the_pages_opens_nothing_here(house: House) -> None:
    browser = house.browser(house.user("mia"))

    assert browser.get("/inbox").status_code == 200
    assert browser.get(f"{ROOT}/me").status_code == 401


def test_who_leaves_takes_the_tokens_along(house: House) -> None:
    mia = house.user("mia")
    token = a_token(house, mia).token
    with writing(house.engine) as db:
        user = db.get_one(User, mia.id)
        user.active = False
        db.add(user)

    assert asked(house, token) == 401


def test_a_token_does_what_its_owner_may_do_today(house: House) -> None:
    mia = house.user("mia", role=UserRole.MANAGER)
    program = a_program(house, mia)
    assert program.get(f"{ROOT}/exports/leads").status_code == 200
    with writing(house.engine) as db:
        user = db.get_one(User, mia.id)
        user.role = UserRole.REP
        db.add(user)

    assert program.get(f"{ROOT}/exports/leads").status_code == 403


def test_a_token_is_for_somebody_and_something(house: House) -> None:
    mia = house.user("mia")
    for user_id, name, lasts, error in (
        ("nobody", "sync", None, NotFoundError),
        (mia.id, " ", None, RefusedError),
        (mia.id, "x" * 81, None, RefusedError),
        (mia.id, "sync", timedelta(0), RefusedError),
    ):
        with writing(house.engine) as db, pytest.raises(error):
            issue(
                db,
                user_id=user_id,
                name=name,
                scope=TokenScope.READ,
                lasts=lasts,
                by="harken",
                now=house.clock.now(),
            )


def test_who_asks_too_often_is_told_when_to_come_back(house: House) -> None:
    mia = house.user("mia")
    program, another = a_program(house, mia), a_program(house, mia)
    app = an_api(house)
    tokens = next(one for one in app.user_middleware if "throttle" in one.kwargs)
    throttle = tokens.kwargs["throttle"]
    assert isinstance(throttle, Throttle)
    usual, throttle.pace = throttle.pace, Pace(burst=3, a_second=0.001)
    try:
        answers = [program.get(f"{ROOT}/me") for _ in range(5)]
        others = another.get(f"{ROOT}/me")
    finally:
        throttle.pace = usual

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert int(answers[-1].headers["retry-after"]) > 900
    assert answers[-1].json()["type"] == "urn:harken:problem:too-many-requests"
    assert others.status_code == 200


def test_wrong_tokens_share_the_turns_of_where_they_come_from(house: House) -> None:
    program = a_program(house, house.user("mia"))
    app = an_api(house)
    tokens = next(one for one in app.user_middleware if "throttle" in one.kwargs)
    throttle = tokens.kwargs["throttle"]
    assert isinstance(throttle, Throttle)
    assert program.get(f"{ROOT}/me").status_code == 200
    throttle.forget("at testclient")
    usual, throttle.pace = throttle.pace, Pace(burst=3, a_second=0.001)
    try:
        guesses = [
            program.get(f"{ROOT}/me", headers={"Authorization": f"Bearer hk_{n}"})
            for n in range(5)
        ]
        known = program.get(f"{ROOT}/me")
    finally:
        throttle.pace = usual
        throttle.forget("at testclient")

    assert [answer.status_code for answer in guesses] == [401, 401, 401, 429, 429]
    assert known.status_code == 200, "who got in before has turns of their own"


def test_tokens_are_made_listed_and_revoked_by_command(fresh_house: Path) -> None:
    add = ("tokens", "add", "CRM sync", "--for", "admin", "--scope", "write", "--json")
    token = harken_here(*add, data=fresh_house).lines[0]

    listed = harken_here("tokens", "list", "--json", data=fresh_house).lines
    shown = harken_here("tokens", "list", data=fresh_house).out
    revoked = harken_here("tokens", "revoke", str(token["prefix"]), data=fresh_house)
    after = harken_here("tokens", "list", "--json", data=fresh_house).lines

    assert str(token["token"]).startswith(str(token["prefix"]))
    assert [(row["name"], row["for"], row["scope"], row["live"]) for row in listed] == [
        ("CRM sync", "admin", "write", True)
    ]
    assert "CRM sync" in shown
    assert str(token["token"]) not in shown
    assert (revoked.code, after[0]["live"]) == (0, False)


def test_a_token_for_nobody_is_not_made(fresh_house: Path) -> None:
    ran = harken_here("tokens", "add", "sync", "--for", "nobody", data=fresh_house)

    assert ran.code == 1
    assert "there is no user 'nobody'" in ran.err
