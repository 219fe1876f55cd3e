"""Settings of one's own: password, one-time codes, sessions, feeds, tokens, absence."""

import re
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from models.ledger import AuditEvent
from models.people import Absence, LoginSession, RecoveryCode, SecondFactor, User
from service.store.engine import reading, writing
from service.tokens import hashed
from service.web.entry.auth import browser_in_words
from service.web.entry.passwords import hash_password, is_password
from tests.web_house import House, a_house, with_token

PASSWORD = "a heron on the weir"
NEW = "a kingfisher below it"


@pytest.fixture(scope="module")
def kept() -> str:
    return hash_password(PASSWORD)


@pytest.fixture
def house() -> House:
    return a_house()


@pytest.fixture
def mia(house: House, kept: str) -> User:
    return house.user("mia", password_hash=kept)


def is_in(browser: TestClient) -> bool:
    return browser.get("/settings").status_code == 200


def set_up(house: House, browser: TestClient) -> tuple[pyotp.TOTP, list[str]]:
    """Switch one-time codes on; return what makes them, and the recovery codes."""
    browser.post("/settings/second-factor/begin", data={"password": PASSWORD})
    shown = browser.get("/settings/second-factor").text
    found = re.search(r'class="seed">([A-Z2-7 ]+)<', shown)
    assert found
    maker = pyotp.TOTP(found[1].replace(" ", ""))
    answer = browser.post(
        "/settings/second-factor/confirm", data={"code": maker.at(house.clock.now())}
    )
    assert answer.status_code == 200
    return maker, re.findall(r"<code>([a-z0-9-]{19})</code>", answer.text)


def half_in(house: House) -> TestClient:
    """Return a browser in which the password was right and a code is asked for."""
    browser = house.browser()
    answer = browser.post("/login", data={"login": "mia", "password": PASSWORD})
    assert answer.headers["location"] == "/login/code"
    return browser


# --- password and sessions -------------------------------------------------------------------


def test_a_new_password_ends_the_other_sessions_and_renews_this_one(
    house: House, mia: User
) -> None:
    here, elsewhere = house.browser(mia), house.browser(mia)
    before = here.cookies["harken"]

    answer = here.post("/settings/password", data={"password": PASSWORD, "new_password": NEW})

    assert answer.status_code == 303
    assert is_in(here)
    assert not is_in(elsewhere)
    assert not is_in(with_token(house.browser(), before))
    with reading(house.engine) as db:
        assert is_password(NEW, db.get_one(User, mia.id).password_hash)


@pytest.mark.parametrize(
    ("password", "new", "told"),
    [
        ("not hers", NEW, "not your password"),
        (PASSWORD, "password1", "Everybody&#39;s guess"),
        (PASSWORD, "heron7", "Take at least 8"),
    ],
)
def test_a_wrong_or_a_poor_password_changes_nothing(
    house: House, mia: User, password: str, new: str, told: str
) -> None:
    answer = house.browser(mia).post(
        "/settings/password", data={"password": password, "new_password": new}
    )

    assert answer.status_code == 422
    assert re.search(told, answer.text)
    assert new not in answer.text
    with reading(house.engine) as db:
        assert db.get_one(User, mia.id).password_hash == mia.password_hash


def test_who_borrows_a_browser_guesses_the_password_no_faster_than_at_the_login(
    house: House, mia: User
) -> None:
    browser = house.browser(mia)
    for _ in range(5):
        browser.post("/settings/password", data={"password": "?", "new_password": NEW})

    answer = browser.post("/settings/password", data={"password": PASSWORD, "new_password": NEW})

    assert answer.status_code == 422
    assert "Too many tries" in answer.text


def test_other_browsers_are_named_and_logged_out_one_by_one_or_together(
    house: House, mia: User
) -> None:
    here, first, second = (house.browser(mia) for _ in range(3))
    with writing(house.engine) as db:
        row = db.get_one(LoginSession, hashed(first.cookies["harken"]))
        row.browser = "Firefox on Linux"

    assert "Firefox on Linux" in here.get("/settings/login").text
    here.post("/settings/sessions/end", data={"session": hashed(first.cookies["harken"])})
    assert (is_in(here), is_in(first), is_in(second)) == (True, False, True)
    here.post("/settings/sessions/end-all")
    assert (is_in(here), is_in(second)) == (True, False)


def test_nobody_ends_a_session_of_somebody_else(house: House, mia: User) -> None:
    ben, hers = house.browser(house.user("ben")), house.browser(mia)

    answer = ben.post("/settings/sessions/end", data={"session": hashed(hers.cookies["harken"])})

    assert answer.status_code == 404
    assert is_in(hers)


@pytest.mark.parametrize(
    ("user_agent", "told"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/142.0 Safari/537.36 Edg/142.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18) Version/18 Safari/604", "Safari on an iPhone"),
        ("<script>alert(1)</script>", "A browser"),
        (None, "A browser"),
    ],
)
def test_a_browser_is_told_in_words_of_ours(user_agent: str | None, told: str) -> None:
    assert browser_in_words(user_agent) == told


# --- one-time codes --------------------------------------------------------------------------


def test_with_codes_a_password_alone_lets_nobody_in(house: House, mia: User) -> None:
    maker, _ = set_up(house, house.browser(mia))
    house.clock.pass_by(timedelta(seconds=30))
    browser = half_in(house)

    assert not is_in(browser)
    wrong = browser.post("/login/code", data={"code": "000000"})
    assert (wrong.status_code, is_in(browser)) == (422, False)
    right = browser.post("/login/code", data={"code": maker.at(house.clock.now())})
    assert (right.status_code, right.headers["location"]) == (303, "/inbox")
    assert is_in(browser)


def test_a_code_is_good_once(house: House, mia: User) -> None:
    maker, _ = set_up(house, house.browser(mia))
    house.clock.pass_by(timedelta(seconds=30))
    code = maker.at(house.clock.now())
    assert half_in(house).post("/login/code", data={"code": code}).status_code == 303

    assert half_in(house).post("/login/code", data={"code": code}).status_code == 422


def test_a_recovery_code_is_good_once_however_it_is_typed(house: House, mia: User) -> None:
    _, codes = set_up(house, house.browser(mia))
    assert len(set(codes)) == 10
    typed = codes[0].upper().replace("-", " ")

    assert half_in(house).post("/login/code", data={"code": typed}).status_code == 303
    assert half_in(house).post("/login/code", data={"code": codes[0]}).status_code == 422
    assert half_in(house).post("/login/code", data={"code": codes[1]}).status_code == 303


def test_the_database_gives_neither_seed_nor_recovery_codes_away(house: House, mia: User) -> None:
    maker, codes = set_up(house, house.browser(mia))

    with reading(house.engine) as db:
        sealed = db.get_one(SecondFactor, mia.id).sealed
        hashes = db.exec(select(RecoveryCode.code_hash)).all()

    assert maker.secret not in sealed
    assert not {code.replace("-", "") for code in codes} & set(hashes)


def test_codes_are_guessed_five_times_and_no_more(house: House, mia: User) -> None:
    maker, _ = set_up(house, house.browser(mia))
    house.clock.pass_by(timedelta(seconds=30))
    browser = half_in(house)
    for _ in range(5):
        assert browser.post("/login/code", data={"code": "123456"}).status_code == 422

    answer = browser.post("/login/code", data={"code": maker.at(house.clock.now())})

    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1


def test_the_half_of_a_login_is_over_after_five_minutes_and_with_a_new_password(
    house: House, mia: User
) -> None:
    maker, _ = set_up(house, house.browser(mia))
    slow, overtaken = half_in(house), half_in(house)
    with writing(house.engine) as db:
        db.get_one(User, mia.id).password_hash = hash_password(NEW)

    assert overtaken.get("/login/code").headers["location"] == "/login"
    house.clock.pass_by(timedelta(minutes=6))
    answer = slow.post("/login/code", data={"code": maker.at(house.clock.now())})
    assert answer.headers["location"] == "/login"


def test_codes_begin_and_end_with_the_password_only(house: House, mia: User) -> None:
    browser = house.browser(mia)
    refused = browser.post("/settings/second-factor/begin", data={"password": "?"})
    assert refused.status_code == 422
    assert browser.get("/settings/second-factor/picture.svg").status_code == 404
    elsewhere = house.browser(mia)
    set_up(house, browser)

    assert not is_in(elsewhere), "other sessions began with less"
    assert browser.get("/settings/second-factor/picture.svg").status_code == 404
    assert browser.post("/settings/second-factor/off", data={"password": "?"}).status_code == 422
    assert browser.post("/settings/second-factor/off", data={"password": PASSWORD}).is_redirect
    with reading(house.engine) as db:
        assert db.exec(select(RecoveryCode)).all() == []
        told = db.exec(select(AuditEvent.action).order_by(AuditEvent.action)).all()
    assert told == ["user.second_factor_off", "user.second_factor_on"]


def test_in_a_demo_who_has_no_password_sets_one_and_tries_a_second_factor(house: House) -> None:
    browser = house.browser(house.user("dana"), demo=True)
    assert "Set a password first" in browser.get("/settings/second-factor").text
    assert "The one of now" not in browser.get("/settings/login").text

    assert browser.post("/settings/password", data={"new_password": PASSWORD}).status_code == 303
    refused = browser.post("/settings/password", data={"new_password": NEW})
    assert refused.status_code == 422, "from now on it is asked for"
    maker, _ = set_up(house, browser)

    house.clock.pass_by(timedelta(minutes=1))
    again = house.browser(demo=True)
    assert again.post("/login", data={"login": "dana", "password": PASSWORD}).is_redirect
    again.post("/login/code", data={"code": maker.at(house.clock.now())})
    assert is_in(again)


def test_where_it_is_no_demo_nobody_sets_a_password_without_the_old_one(house: House) -> None:
    browser = house.browser(house.user("dana"))

    answer = browser.post("/settings/password", data={"new_password": PASSWORD})

    assert answer.status_code == 422


def test_the_picture_is_an_image_that_nobody_keeps(house: House, mia: User) -> None:
    browser = house.browser(mia)
    browser.post("/settings/second-factor/begin", data={"password": PASSWORD})

    answer = browser.get("/settings/second-factor/picture.svg")

    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"] == "no-store"
    assert b"<script" not in answer.content
    assert answer.content.startswith(b"<?xml") or answer.content.startswith(b"<svg")


def test_where_the_house_asks_for_codes_nobody_gets_further_without(
    house: House, mia: User
) -> None:
    login = house.config.settings.login.model_copy(update={"second_factor": "rep, admin"})
    settings = house.config.settings.model_copy(update={"login": login})
    house.config = replace(house.config, settings=settings)
    browser = house.browser(mia)

    for path in ("/inbox", "/settings", "/settings/login"):
        assert browser.get(path).headers["location"] == "/settings/second-factor"
    _, codes = set_up(house, browser)
    assert codes
    assert is_in(browser)


# --- feeds, tokens, absence ------------------------------------------------------------------


def test_a_feed_is_made_shown_once_and_revoked(house: House, mia: User) -> None:
    browser = house.browser(mia)
    made = browser.post("/settings/feeds", data={"topic": ""})
    (address,) = re.findall(r'value="http://harken.test(/feeds/[^"]+\.atom)"', made.text)
    assert house.browser().get(address).status_code == 200
    listed = browser.get("/settings/feeds").text
    assert address not in listed
    (feed,) = re.findall(r'name="feed" value="([^"]+)"', listed)

    assert (
        house.browser(house.user("ben"))
        .post("/settings/feeds/revoke", data={"feed": feed})
        .status_code
        == 404
    )
    browser.post("/settings/feeds/revoke", data={"feed": feed})

    assert house.browser().get(address).status_code == 404


def test_a_token_is_made_shown_once_and_revoked(house: House, mia: User) -> None:
    browser = house.browser(mia)
    made = browser.post("/settings/tokens", data={"name": "sync", "scope": "read", "days": 30})
    (token,) = re.findall(r'value="(hk_[^"]+)"', made.text)
    listed = browser.get("/settings/tokens").text
    assert token not in listed
    assert "sync" in listed
    (id_,) = re.findall(r'name="token" value="([^"]+)"', listed)

    browser.post("/settings/tokens/revoke", data={"token": id_})

    assert "You have none" in browser.get("/settings/tokens").text


def test_an_absence_of_ones_own_is_on_ones_own_clock(house: House, mia: User) -> None:
    browser = house.browser(mia)

    answer = browser.post(
        "/settings/away", data={"since": "2031-07-01T09:00", "until": "2031-07-14T18:00"}
    )

    assert answer.is_redirect
    with reading(house.engine) as db:
        absence = db.exec(select(Absence)).one()
    assert f"{absence.from_at:%Y-%m-%d %H:%M}" == "2031-07-01 07:00"
    assert "planned" in browser.get("/settings").text
    assert browser.post("/settings/back").is_redirect
    with reading(house.engine) as db:
        assert db.exec(select(Absence)).all() == []
