from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from config import load_config
from models.people import LoginLink, LoginSession, User
from models.words import UserRole
from service.access.first_login import issue_first_login
from service.errors import NotFoundError
from service.store.engine import reading, sqlite_url, writing
from service.sync import sync
from service.tokens import hashed
from service.web.entry.auth import SESSION_IDLE, SESSION_LONGEST
from service.web.entry.passwords import hash_password, is_password
from tests.editing_house import a_desk
from tests.web_house import BASE_URL, House, a_house, with_token

PASSWORD = "a heron on the weir"


@pytest.fixture
def house() -> House:
    return a_house()


@pytest.fixture(scope="module")
def kept() -> str:
    return hash_password(PASSWORD)


def link_for(house: House, user: User) -> str:
    with writing(house.engine) as db:
        return issue_first_login(db, user.id, house.clock.now())


def is_in(browser: TestClient) -> bool:
    return browser.get("/inbox").status_code == 200


def test_who_is_not_logged_in_is_asked_to_and_comes_back(house: House, kept: str) -> None:
    house.user("mia", password_hash=kept)
    browser = house.browser()

    asked = browser.get("/inbox?view=queue")
    assert (asked.status_code, asked.headers["location"]) == (
        303,
        "/login?next=%2Finbox%3Fview%3Dqueue",
    )
    answer = browser.post(
        "/login", data={"login": "mia", "password": PASSWORD, "next": "/inbox?view=queue"}
    )

    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox?view=queue")
    assert is_in(browser)


def test_the_e_mail_will_do_for_the_handle_in_any_case(house: House, kept: str) -> None:
    house.user("mia", email="Mia@firm.example", password_hash=kept)
    browser = house.browser()

    browser.post("/login", data={"login": " mia@FIRM.example ", "password": PASSWORD})

    assert is_in(browser)


@pytest.mark.parametrize("login", ["mia", "nobody", "gone", "new"])
def test_a_refusal_does_not_say_what_was_wrong(house: House, kept: str, login: str) -> None:
    house.user("mia", password_hash=kept)
    house.user("gone", password_hash=kept, active=False)
    house.user("new")
    password = PASSWORD if login in {"gone", "new"} else "something else"

    answer = house.browser().post("/login", data={"login": login, "password": password})

    assert answer.status_code == 422
    assert "That name and password don&#39;t go together" in answer.text
    assert "set-cookie" not in answer.headers


def test_guessing_is_slowed_down(house: House, kept: str) -> None:
    house.user("mia", password_hash=kept)
    browser = house.browser()
    for _ in range(6):
        browser.post("/login", data={"login": "mia", "password": "a wrong guess"})

    slowed = browser.post("/login", data={"login": "mia", "password": PASSWORD})
    house.clock.pass_by(timedelta(seconds=int(slowed.headers["retry-after"])))
    later = browser.post("/login", data={"login": "mia", "password": PASSWORD})

    assert (slowed.status_code, later.status_code) == (429, 303)


def test_nobody_is_led_to_another_site_after_login(house: House, kept: str) -> None:
    house.user("mia", password_hash=kept)

    answer = house.browser().post(
        "/login", data={"login": "mia", "password": PASSWORD, "next": "//evil.example"}
    )

    assert answer.headers["location"] == "/inbox"


def test_a_login_makes_a_new_session_and_ends_the_old_one(house: House, kept: str) -> None:
    mia = house.user("mia", password_hash=kept)
    browser = house.browser(mia)
    before = browser.cookies["harken"]

    browser.post("/login", data={"login": "mia", "password": PASSWORD})

    assert browser.cookies["harken"] != before
    assert not is_in(with_token(browser, before))


def test_the_database_keeps_no_token(house: House) -> None:
    mia = house.user("mia")
    browser = house.browser(mia)
    token = browser.cookies["harken"]

    with reading(house.engine) as db:
        kept = db.exec(select(LoginSession.token_hash)).one()

    assert kept == hashed(token) != token


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    house: House, kept: str
) -> None:
    house.user("mia", password_hash=kept)
    browser = TestClient(house.app(secure=True), base_url="https://harken.test")

    answer = browser.post(
        "/login",
        data={"login": "mia", "password": PASSWORD},
        headers={"Origin": "https://harken.test"},
        follow_redirects=False,
    )
    cookie = answer.headers["set-cookie"]

    assert cookie.startswith("__Host-harken=")
    assert "; HttpOnly" in cookie
    assert "; Secure" in cookie
    assert "; SameSite=lax" in cookie
    assert "; Path=/" in cookie
    assert "Domain" not in cookie


def test_a_session_ends_when_it_is_idle(house: House) -> None:
    browser = house.browser(house.user("mia"))

    house.clock.pass_by(SESSION_IDLE - timedelta(minutes=1))
    assert is_in(browser)
    house.clock.pass_by(SESSION_IDLE - timedelta(minutes=1))
    assert is_in(browser), "the visit in between counts"
    house.clock.pass_by(SESSION_IDLE)

    assert not is_in(browser)


def test_a_session_ends_after_a_week_however_busy(house: House) -> None:
    browser = house.browser(house.user("mia"))
    for _ in range(SESSION_LONGEST // timedelta(hours=11)):
        house.clock.pass_by(timedelta(hours=11))
        assert is_in(browser)

    house.clock.pass_by(timedelta(hours=11))

    assert not is_in(browser)


def test_who_is_switched_off_is_out_at_once(house: House) -> None:
    mia = house.user("mia")
    browser = house.browser(mia)
    with writing(house.engine) as db:
        db.get_one(User, mia.id).active = False

    assert not is_in(browser)


def test_logging_out_ends_the_session_for_good(house: House) -> None:
    browser = house.browser(house.user("mia"))
    token = browser.cookies["harken"]

    assert browser.post("/logout").headers["location"] == "/login"
    assert "You are logged out" in browser.get("/login").text

    assert not is_in(with_token(browser, token))


def test_looking_at_a_first_login_link_does_not_use_it_up(house: House) -> None:
    mia = house.user("mia", name="Mia Holt")
    link = link_for(house, mia)
    browser = house.browser()

    first, second = browser.get(link), browser.get(link)

    assert first.status_code == second.status_code == 200
    assert "Mia Holt" in first.text
    assert not is_in(browser)


def test_a_first_login_sets_name_and_password_once(house: House) -> None:
    mia = house.user("mia", name="Mia")
    link = link_for(house, mia)
    browser, other = house.browser(), house.browser()

    answer = browser.post(link, data={"name": "  Mia  Holt ", "password": PASSWORD})

    assert (answer.status_code, answer.headers["location"]) == (303, "/inbox")
    assert "Welcome" in browser.get("/inbox").text
    with reading(house.engine) as db:
        user = db.get_one(User, mia.id)
    assert user.name == "Mia Holt"
    assert is_password(PASSWORD, user.password_hash)
    assert other.get(link).status_code == 404
    assert other.post(link, data={"name": "X", "password": "another sentence"}).status_code == 404


def test_a_name_that_was_chosen_is_still_there_after_the_next_start(tmp_path: Path) -> None:
    desk = a_desk(tmp_path / "house", sqlite_url(tmp_path / "harken.db"))
    house = desk.house
    with reading(house.engine) as db:
        admin = db.exec(select(User).where(User.handle == "admin")).one()

    answer = TestClient(desk.app, base_url=BASE_URL).post(
        link_for(house, admin),
        data={"name": "Petra Kiel", "password": PASSWORD},
        headers={"Sec-Fetch-Site": "same-origin"},
        follow_redirects=False,
    )
    with writing(house.engine) as db:
        sync(db, load_config(desk.folder), now=house.clock.now())

    assert answer.status_code == 303
    with reading(house.engine) as db:
        assert db.get_one(User, admin.id).name == "Petra Kiel"
    house.engine.dispose()


def test_a_folder_that_can_t_be_written_keeps_nobody_out(tmp_path: Path) -> None:
    desk = a_desk(tmp_path / "house", sqlite_url(tmp_path / "harken.db"))
    (desk.folder / "teams.toml").mkdir()  # nothing can be put in its place
    with reading(desk.house.engine) as db:
        admin = db.exec(select(User).where(User.handle == "admin")).one()

    browser = desk.visitor(UserRole.VIEWER)
    answer = browser.post(
        link_for(desk.house, admin), data={"name": "Petra Kiel", "password": PASSWORD}
    )

    assert answer.status_code == 303
    desk.house.engine.dispose()


def test_a_first_login_ends_the_sessions_that_were_open(house: House) -> None:
    mia = house.user("mia")
    stolen = house.browser(mia)

    house.browser().post(link_for(house, mia), data={"name": "Mia", "password": PASSWORD})

    assert not is_in(stolen)


def test_a_poor_password_is_refused_and_the_link_lives_on(house: House) -> None:
    link = link_for(house, house.user("mia"))
    browser = house.browser()

    refused = browser.post(link, data={"name": "Mia", "password": "password1"})
    taken = browser.post(link, data={"name": "Mia", "password": PASSWORD})

    assert (refused.status_code, taken.status_code) == (422, 303)
    assert "take something else" in refused.text
    assert "password1" not in refused.text


def test_a_link_grows_old_and_a_newer_one_takes_its_place(house: House) -> None:
    mia = house.user("mia")
    older = link_for(house, mia)
    newer = link_for(house, mia)
    browser = house.browser()

    assert browser.get(older).status_code == 404
    assert browser.get(newer).status_code == 200
    house.clock.pass_by(timedelta(hours=25))
    assert browser.get(newer).status_code == 404


def test_a_link_is_kept_as_a_hash_and_only_for_somebody(house: House) -> None:
    mia = house.user("mia")
    token = link_for(house, mia).rpartition("/")[2]

    with writing(house.engine) as db:
        assert db.exec(select(LoginLink.token_hash)).one() == hashed(token)
        with pytest.raises(NotFoundError):
            issue_first_login(db, "nobody", house.clock.now())


def test_in_a_demo_the_link_lets_in_at_once_and_again(house: House) -> None:
    link = link_for(house, house.user("mia", name="Mia Holt", role=UserRole.MANAGER))
    first, second = house.browser(demo=True), house.browser(demo=True)

    assert "Enter" in first.get(link).text
    assert first.post(link).headers["location"] == "/inbox"
    assert second.post(link).status_code == 303
    assert is_in(first)
    assert is_in(second)
    house.clock.pass_by(timedelta(hours=25))
    assert house.browser(demo=True).post(link).status_code == 404
