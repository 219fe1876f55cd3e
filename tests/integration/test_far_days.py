"""Days at the edge of the calendar, typed east and west of UTC: told in words, harmful to none.

A day such as 9999-12-31 is what people type for "for ever", and 0001-01-01 what programs give for
"nothing". No sum can be made with either.
"""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from models.contact import Person
from models.lead import Lead
from models.people import Absence, User
from models.post import Post
from models.sla import Task
from models.words import LeadStatus, TaskKind, TokenScope, UserRole
from service.routing.reps import load_reps
from service.store.engine import reading, writing
from tests.builders import a_config, a_place
from tests.programs import ROOT, a_program
from tests.web_house import House, a_house

EAST, WEST = "Asia/Tokyo", "America/Los_Angeles"
#: Monday to Friday, as most people: what comes after 9999-12-31 is looked for by day.
OFFICE_HOURS = "mon-fri 09:00-17:00"
FIRST, LAST = "0001-01-01", "9999-12-31"
everywhere = pytest.mark.parametrize("tz", [EAST, WEST, "UTC"])
at_both_ends = pytest.mark.parametrize("day", [FIRST, LAST])


@pytest.fixture
def house() -> House:
    return a_house()


def rep(house: House, tz: str, handle: str = "mia") -> User:
    user = house.user(handle, tz=tz)
    with writing(house.engine) as db:
        db.get_one(User, user.id).hours = OFFICE_HOURS
    return user


def owned(house: House, user: User) -> Lead:
    return house.lead(
        source=house.source("Talk"),
        topic=house.topic("crm", "CRM"),
        status=LeadStatus.WORKING,
        owner=user,
    )


def absences(house: House) -> list[Absence]:
    with reading(house.engine) as db:
        return list(db.exec(select(Absence)))


# --- absences --------------------------------------------------------------------------------


@everywhere
@pytest.mark.parametrize("until", ["9999-12-31T00:00", "9999-12-31T23:59"])
def test_away_until_the_end_of_all_days_is_away_without_an_end(
    house: House, tz: str, until: str
) -> None:
    mia = rep(house, tz)

    answer = house.browser(mia).post("/settings/away", data={"until": until})

    assert answer.is_redirect
    assert [absence.to_at for absence in absences(house)] == [None]
    assert house.browser(house.user("max", role=UserRole.MANAGER)).get("/team").status_code == 200


@everywhere
@pytest.mark.parametrize("since", ["0001-01-01T00:00", "9999-12-31T23:59", "2012-01-01T09:00"])
def test_nobody_is_away_from_a_day_that_is_ten_years_away(
    house: House, tz: str, since: str
) -> None:
    answer = house.browser(rep(house, tz)).post("/settings/away", data={"since": since})

    assert answer.status_code == 409
    assert "within ten years" in answer.text
    assert absences(house) == []


@everywhere
def test_an_absence_that_ended_long_ago_is_refused_as_past(house: House, tz: str) -> None:
    answer = house.browser(rep(house, tz)).post(
        "/settings/away", data={"until": "0001-01-01T00:00"}
    )

    assert answer.status_code == 409
    assert "not in the past" in answer.text


@everywhere
def test_an_absence_that_was_noted_until_the_end_of_all_days_keeps_nobody_else_out(
    house: House, tz: str
) -> None:
    mia, ben = rep(house, tz), house.user("ben")
    now = house.clock.now()
    with writing(house.engine) as db:
        to_at = datetime.max.replace(microsecond=0, tzinfo=UTC)
        db.add(Absence(user_id=mia.id, from_at=now, to_at=to_at, by="harken", created_at=now))

    with reading(house.engine) as db:
        at_work = {one.handle: one.available_at for one in load_reps(db, now=now).all}
    page = house.browser(house.user("max", role=UserRole.MANAGER)).get("/team")

    assert (at_work["mia"], at_work[ben.handle]) == (None, now)
    assert page.status_code == 200


# --- tasks -----------------------------------------------------------------------------------


@everywhere
@pytest.mark.parametrize("at", [FIRST, LAST, "9999-12-31T23:59", "0001-01-01T00:00"])
def test_a_task_of_a_day_that_nobody_reaches_is_refused_in_words(
    house: House, tz: str, at: str
) -> None:
    mia = rep(house, tz)
    lead = owned(house, mia)

    answer = house.browser(mia).post(f"/leads/{lead.id}/tasks", data={"what": "Call", "at": at})

    assert answer.status_code == 409
    told = "That moment is past" if at.startswith("0") else "within ten years"
    assert told in answer.text
    with reading(house.engine) as db:
        assert db.exec(select(Task)).all() == []


@everywhere
def test_a_task_that_was_set_for_the_end_of_all_days_is_shown(house: House, tz: str) -> None:
    mia = rep(house, tz)
    lead = owned(house, mia)
    due_at = datetime(9999, 12, 31, 23, 59, tzinfo=UTC)
    with writing(house.engine) as db:
        db.add(
            Task(
                lead_id=lead.id,
                kind=TaskKind.REMINDER,
                what="Call",
                user_id=mia.id,
                due_at=due_at,
                created_at=house.clock.now(),
            )
        )

    answer = house.browser(mia).get(f"/leads/{lead.id}")

    assert answer.status_code == 200
    assert "31 Dec 9999" in answer.text


def program(house: House, user: User) -> TestClient:
    return a_program(house, user, TokenScope.WRITE)


def test_a_program_sets_no_task_for_a_day_after_ten_years(house: House) -> None:
    mia = rep(house, EAST)
    lead = owned(house, mia)
    mias = program(house, mia)

    def add(due: str) -> int:
        return mias.post(
            f"{ROOT}/leads/{lead.id}/tasks", json={"what": "call", "due": due}
        ).status_code

    assert add("9999-12-31T23:59:00Z") == 422
    assert add("2190-01-01T00:00:00Z") == 409
    assert add("2027-01-01T00:00:00Z") == 201


# --- hand-backs ------------------------------------------------------------------------------


@everywhere
@at_both_ends
def test_a_hand_back_until_the_edge_is_asked_for_again(house: House, tz: str, day: str) -> None:
    mia = rep(house, "UTC")
    lead = owned(house, mia)
    with writing(house.engine) as db:
        buyer = Person(tz=tz, created_at=house.clock.now())
        db.add(buyer)
        db.flush()
        db.get_one(Lead, lead.id).person_id = buyer.id

    answer = house.browser(mia).post(
        f"/leads/{lead.id}/hand-back",
        data={"rev": lead.rev, "reason": "wrong_timing", "until": day},
    )

    assert answer.status_code == 409
    told = "lies in the past" if day == FIRST else "more than two years away"
    assert told in answer.text
    assert f'value="{day}"' in answer.text


# --- reports and the audit log ---------------------------------------------------------------


@everywhere
@at_both_ends
@pytest.mark.parametrize("end", ["from", "to"])
def test_a_report_of_a_day_at_the_edge_is_asked_again_at_its_field(
    house: House, tz: str, day: str, end: str
) -> None:
    max_ = house.user("max", role=UserRole.MANAGER, tz=tz)
    browser = house.browser(max_)

    for path in ("/reports/funnel", "/reports/funnel.csv", "/reports/speed"):
        answer = browser.get(f"{path}?{end}={day}")
        assert answer.status_code == 422
        assert "1970 to 2199" in answer.text


@pytest.mark.parametrize("asked", ["from=1970-01-01", "to=1970-01-01", "from=2199-12-31"])
def test_a_report_of_the_first_and_the_last_days_that_are_ours_can_be_read(
    house: House, asked: str
) -> None:
    browser = house.browser(house.user("max", role=UserRole.MANAGER))
    assert browser.get(f"/reports/funnel?{asked}").status_code == 200


@at_both_ends
@pytest.mark.parametrize("end", ["from", "to"])
def test_a_program_is_told_which_day_of_a_report_is_none(house: House, day: str, end: str) -> None:
    bosses = program(house, house.user("max", role=UserRole.MANAGER))
    for zone in (EAST, WEST):
        answer = bosses.get(f"{ROOT}/reports/funnel?{end}={day}&zone={zone}")
        assert answer.status_code == 422
        assert end in answer.text


@everywhere
@at_both_ends
@pytest.mark.parametrize("end", ["since", "until"])
def test_an_audit_log_asked_for_a_day_at_the_edge_is_asked_for_all_days(
    house: House, tz: str, day: str, end: str
) -> None:
    browser = house.browser(house.user("ola", role=UserRole.ADMIN, tz=tz))
    for path in ("/settings/audit", "/settings/audit.csv"):
        assert browser.get(f"{path}?{end}={day}").status_code == 200


# --- posts -----------------------------------------------------------------------------------


@everywhere
@pytest.mark.parametrize(
    ("published", "told"),
    [
        (FIRST, "before 1990"),
        ("1989-12-31", "before 1990"),
        (LAST, "That day is still to come"),
        ("2025-11-21", "That day is still to come"),
    ],
)
def test_a_post_of_a_day_that_can_not_be_is_asked_for_again_filled_in(
    tz: str, published: str, told: str
) -> None:
    place = a_place(a_house().engine, a_config(users=()))
    house = House(engine=place.engine, config=place.config)

    answer = house.browser(house.user("ann", tz=tz)).post(
        "/capture", data={"text": "Which crm?", "author": "Bea", "published": published}
    )

    assert answer.status_code == 422
    assert told in answer.text
    assert f'value="{published}"' in answer.text
    assert 'value="Bea"' in answer.text
    assert place.all(Post) == []


def test_a_post_of_today_is_taken_where_today_has_begun_earlier() -> None:
    place = a_place(a_house().engine, a_config(users=()))
    house = House(engine=place.engine, config=place.config)
    tomorrow = (house.clock.now() + timedelta(days=1)).date()  # there it is past midnight
    assert date(2025, 11, 20) == tomorrow

    answer = house.browser(house.user("ann", tz="Pacific/Kiritimati")).post(
        "/capture", data={"text": "Which crm?", "published": tomorrow.isoformat()}
    )

    assert answer.is_redirect
    assert place.only(Post).published_at == house.clock.now()
