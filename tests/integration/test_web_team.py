"""The team's page: who may change whom, what it does at once, and what must never be left over."""

import re
from pathlib import Path

import pytest
from sqlmodel import select

from models.ledger import AuditEvent
from models.people import LoginSession, User
from models.words import LeadStatus, UserRole
from service.store.engine import reading
from tests.staffed_house import a_staffed_house, person
from tests.web_house import House

FORM = {
    "name": "Mia Holt",
    "role": "rep",
    "team": "sales",
    "tz": "Europe/Berlin",
    "hours": "always",
    "weight": "1",
    "max_open": "20",
}


@pytest.fixture
def house(tmp_path: Path) -> House:
    return a_staffed_house(tmp_path)


def file_says(house: House) -> str:
    assert house.folder is not None
    return (house.folder / "teams.toml").read_text("utf-8")


def test_everybody_is_shown_with_duty_load_and_boss(house: House) -> None:
    shown = house.browser(person(house, "mia")).get("/team").text

    for word in ("Sales", "North", "Max Weber", "Pia Rossi", "at work", "0 of 20", "In no team"):
        assert word in shown
    assert "Invite" not in shown


def test_a_manager_changes_who_is_beneath_and_the_file_keeps_its_comments(house: House) -> None:
    browser = house.browser(person(house, "max"))

    answer = browser.post(
        "/team/people/mia",
        data=FORM | {"max_open": "7", "skills": "erp, retail", "known_as": "mia_h"},
    )

    assert answer.headers["location"] == "/team/people/mia"
    said = file_says(house)
    assert 'skills = ["erp", "retail"]' in said
    assert "# Mia came in spring." in said
    assert person(house, "mia").max_open == 7
    with reading(house.engine) as db:
        assert "config.changed" in db.exec(select(AuditEvent.action)).all()


@pytest.mark.parametrize(
    ("who", "whom", "change"),
    [
        ("max", "mia", {"role": "admin"}),
        ("max", "mia", {"role": "privacy_officer"}),
        ("max", "mia", {"role": "manager"}),
        ("max", "mia", {"team": "north"}),
        ("max", "mia", {"team": ""}),
        ("max", "pia", {"team": "north", "role": "partner"}),
        ("max", "ada", {"role": "admin", "team": ""}),
        ("max", "ola", {"role": "privacy_officer", "team": ""}),
        ("mia", "mia", {"max_open": "1"}),
        ("ola", "mia", {"max_open": "1"}),
    ],
)
def test_p03_nobody_gives_what_is_not_theirs_to_give(
    house: House, who: str, whom: str, change: dict[str, str]
) -> None:
    before = file_says(house)

    answer = house.browser(person(house, who)).post(f"/team/people/{whom}", data=FORM | change)

    assert answer.status_code == 403
    assert file_says(house) == before


@pytest.mark.parametrize("act", ["link", "away", "back", "left"])
def test_p03_a_manager_does_nothing_to_people_of_others(house: House, act: str) -> None:
    browser = house.browser(person(house, "max"))

    for handle in ("pia", "ada", "ola"):
        assert browser.post(f"/team/people/{handle}/{act}").status_code == 403
    assert browser.post(f"/team/people/nobody/{act}").status_code == 404


def test_p09_another_role_ends_the_sessions_at_once(house: House) -> None:
    hers = house.browser(person(house, "mia"))
    assert hers.get("/inbox").status_code == 200

    house.browser(person(house, "ada")).post("/team/people/mia", data=FORM | {"role": "viewer"})

    assert hers.get("/inbox").status_code == 303


def test_p09_who_left_is_out_and_stays_out_when_they_come_back(house: House) -> None:
    hers, admins = house.browser(person(house, "mia")), house.browser(person(house, "ada"))

    admins.post("/team/people/mia/away")  # the one who takes leads is missed
    house.browser(person(house, "ada")).post(
        "/team/people/max", data=FORM | {"name": "Max", "role": "manager", "max_open": "5"}
    )
    answer = admins.post("/team/people/mia/left")

    assert answer.headers["location"] == "/team/people/mia"
    assert hers.get("/inbox").status_code == 303
    admins.post("/team/people/mia/back")
    assert person(house, "mia").active
    assert hers.get("/inbox").status_code == 303
    with reading(house.engine) as db:
        sessions = db.exec(select(LoginSession.user_id)).all()
    assert person(house, "mia").id not in sessions


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"tz": "../../etc/passwd"}, "is no time zone"),
        ({"tz": "localtime"}, "is no time zone"),
        ({"hours": "mon-fri 25:00-26:00"}, "no clock shows"),
        ({"reports_to": "mia"}, "makes a circle"),
        ({"calendar": "xx"}, "xx"),
        ({"skills": "=1+1"}, "is no id"),
    ],
)
def test_p22_p23_what_makes_no_sense_is_said_and_nothing_is_written(
    house: House, change: dict[str, str], told: str
) -> None:
    before = file_says(house)

    answer = house.browser(person(house, "ada")).post("/team/people/mia", data=FORM | change)

    assert answer.status_code == 422
    assert told in answer.text
    assert file_says(house) == before


@pytest.mark.parametrize(
    ("handle", "change", "told"),
    [
        ("ada", {"role": "viewer", "team": "", "name": "Ada"}, "an admin"),
        ("mia", {"max_open": "0"}, "No lead could be routed"),
        ("mia", {"team": "north"}, "No lead could be routed"),
    ],
)
def test_p22_the_last_admin_and_the_last_of_the_fallback_team_stay(
    house: House, handle: str, change: dict[str, str], told: str
) -> None:
    answer = house.browser(person(house, "ada")).post(f"/team/people/{handle}", data=FORM | change)

    assert answer.status_code == 422
    assert told in answer.text
    assert person(house, "ada").role is UserRole.ADMIN


def test_p22_nobody_is_let_go_whom_the_house_can_not_do_without(house: House) -> None:
    browser = house.browser(person(house, "ada"))

    assert browser.post("/team/people/ada/left").status_code == 409
    assert "fallback team" in browser.post("/team/people/mia/left").text
    assert person(house, "mia").active


def test_who_leaves_is_shown_what_goes_where_before_it_goes(house: House) -> None:
    mia = person(house, "mia")
    source, topic = house.source("Talk"), house.topic("desks", "Desks")
    on = house.lead("A desk?", source=source, topic=topic, status=LeadStatus.ACCEPTED, owner=mia)
    stays = house.lead(
        "Two desks?", source=source, topic=topic, status=LeadStatus.WORKING, owner=mia
    )

    shown = house.browser(person(house, "max")).get("/team/people/mia/left").text

    first, second = shown.split('id="stay"')
    assert on.id in first
    assert stays.id in second
    assert "Max Weber gives it to somebody" in second


def test_somebody_new_gets_in_by_a_link_that_is_shown_once(house: House) -> None:
    browser = house.browser(person(house, "max"))

    made = browser.post(
        "/team/new",
        data={
            "handle": "ben",
            "name": "Ben Ode",
            "role": "rep",
            "team": "sales",
            "hours": "always",
        },
    )

    (path,) = re.findall(r">http://harken.test(/login/first/[^<]+)<", made.text)
    new = house.browser()
    assert new.post(path, data={"name": "Ben", "password": "a heron on the weir"}).is_redirect
    assert new.get("/inbox").status_code == 200
    assert path not in browser.get("/team/people/ben").text
    again = browser.post("/team/new", data={"handle": "ben", "name": "B", "role": "rep"})
    assert again.status_code == 403 or "already" in again.text


def test_only_who_was_here_reads_of_old_links_and_codes(house: House) -> None:
    browser = house.browser(person(house, "ada"))
    to_new = browser.post("/team/people/mia/link").text
    path = re.findall(r"harken.test(/login/first/[^<]+)", to_new)[0]
    house.browser().post(path, data={"name": "Mia", "password": "a heron on the weir"})
    to_old = browser.post("/team/people/mia/link").text

    assert "they choose a password" in to_new
    assert "one-time codes" not in to_new
    assert "one-time codes" in to_old


def test_nobody_is_said_to_have_never_logged_in(house: House) -> None:
    page = house.browser(person(house, "ada")).get("/team").text

    assert "never logged in" not in page
    assert "no password yet" in page


def test_p07_a_new_link_ends_the_old_one_and_both_work_once(house: House) -> None:
    browser = house.browser(person(house, "ada"))
    links = [
        re.findall(r"harken.test(/login/first/[^<]+)", browser.post("/team/people/mia/link").text)
        for _ in range(2)
    ]
    old, new = (found[0] for found in links)

    assert house.browser().get(old).status_code == 404
    sent = {"name": "Mia", "password": "a heron on the weir"}
    assert house.browser().post(new, data=sent).status_code == 303
    assert house.browser().post(new, data=sent).status_code == 404


def test_holidays_are_days_and_stand_in_the_file(house: House) -> None:
    browser = house.browser(person(house, "max"))

    saved = browser.post("/team/calendars", data={"name": "de", "days": "2026-12-26\n2026-12-25"})
    wrong = browser.post("/team/calendars", data={"name": "de", "days": "Christmas"})

    assert (saved.status_code, wrong.status_code) == (303, 422)
    assert "days = [2026-12-25, 2026-12-26]" in file_says(house)
    assert "2026-12-25" in browser.get("/team/calendars").text


def test_a_holiday_at_the_edge_of_the_calendar_harms_nobody(house: House) -> None:
    browser = house.browser(person(house, "max"))

    saved = browser.post("/team/calendars", data={"name": "de", "days": "9999-12-31\n0001-01-01"})

    assert saved.status_code == 303
    assert "days = [0001-01-01, 9999-12-31]" in file_says(house)
    assert all(browser.get(path).status_code == 200 for path in ("/team", "/team/calendars"))


def test_routing_and_clocks_are_told_in_words(house: House) -> None:
    shown = house.browser(person(house, "mia")).get("/team/routing").text

    assert "the fallback team" in shown
    assert "2 working days" in shown
    assert "Edit routing" not in shown


def test_a_profile_of_ones_own_is_written_and_a_role_is_not(house: House) -> None:
    browser = house.browser(person(house, "mia"))

    saved = browser.post(
        "/settings",
        data={
            "name": "Mia H.",
            "tz": "Europe/Vienna",
            "hours": "always",
            "email": "mia@firm.example",
            "known_as": "mia_h",
            "role": "admin",
            "max_open": "500",
        },
    )
    taken = browser.post(
        "/settings", data={"name": "M", "tz": "UTC", "hours": "always", "email": "max"}
    )

    assert (saved.status_code, taken.status_code) == (303, 422)
    mia = person(house, "mia")
    assert (mia.name, mia.tz, mia.role, mia.max_open) == ("Mia H.", "Europe/Vienna", "rep", 20)


def test_without_files_nothing_can_be_changed_and_it_says_so(house: House) -> None:
    house.folder = None

    answer = house.browser(person(house, "ada")).post("/team/people/mia", data=FORM)

    assert answer.status_code in {409, 422}
    assert "without a folder" in answer.text


def test_a_user_of_the_database_alone_has_no_page(house: House) -> None:
    house.user("ghost")

    assert house.browser(person(house, "ada")).get("/team/people/ghost").status_code == 404
    with reading(house.engine) as db:
        assert db.exec(select(User).where(User.handle == "ghost")).first()


def test_a_manager_gives_on_what_an_absent_rep_works_on(house: House) -> None:
    lead = house.lead(
        "Which CRM?",
        source=house.source("Talk"),
        topic=house.topic("help", "Help"),
        status=LeadStatus.WORKING,
        owner=person(house, "mia"),
    )
    browser = house.browser(person(house, "max"))

    answer = browser.post("/team/people/mia/away", follow_redirects=True)

    assert "stays theirs until you give it to somebody" in answer.text
    assert f'value="{lead.id}:{lead.rev}" checked' in answer.text
    answer = browser.post(
        "/inbox/bulk",
        data={
            "act": "assign",
            "lead": f"{lead.id}:{lead.rev}",
            "to": person(house, "max").id,
            "back": f"/inbox?view=all&owner={person(house, 'mia').id}",
        },
    )
    assert answer.status_code == 303
    shown = browser.get("/team/people/mia").text
    assert "Has no leads now" in shown
