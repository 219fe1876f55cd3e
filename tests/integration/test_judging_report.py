"""The report on the model's own judgement, from what people said in one small house."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from models.digest import RejectLabel
from models.lead import LeadSignal
from models.signal import Signal
from models.words import Kind, SignalStatus
from service.reports.asked import Asked, Only
from service.reports.document import Report
from service.reports.judging import report
from service.rules.period import Period
from service.store.engine import reading, writing
from tests.web_house import House, a_house

NEW, RIGHT, WRONG = SignalStatus.NEW, SignalStatus.CONFIRMED, SignalStatus.REJECTED
HEARD = (
    (0.35, Kind.NEED, NEW),
    (0.45, Kind.NEED, WRONG),
    (0.40, Kind.NEED, RIGHT),
    (0.93, Kind.ALTERNATIVE, RIGHT),
    (0.97, Kind.ALTERNATIVE, RIGHT),
    (0.0, Kind.ALTERNATIVE, NEW),  # withdrawn since
)


@pytest.fixture(scope="module")
def house() -> House:
    house = a_house()
    talk, topic = house.source("Talk"), house.topic("crm", "CRM")
    for n, (probability, kind, status) in enumerate(HEARD):
        lead = house.lead(
            f"Question {n}?", source=talk, topic=topic, kind=kind, probability=probability
        )
        with writing(house.engine) as db:
            of_lead = select(Signal).join(LeadSignal).where(LeadSignal.lead_id == lead.id)
            signal = db.exec(of_lead).one()
            signal.status = status
            db.add(signal)
    ann, ben = house.user("ann"), house.user("ben")
    with writing(house.engine) as db:
        posts = [signal.post_id for signal in db.exec(select(Signal)).all()]
        said = ((0, ann, True), (0, ben, False), (1, ann, False), (2, ben, False))
        for post, user, is_signal in said:
            at = house.clock.now()
            db.add(RejectLabel(post_id=posts[post], user_id=user.id, is_signal=is_signal, at=at))
    return house


def told(house: House, *, days_ago: int = 0, source: str | None = None) -> Report:
    today = house.clock.now().date() - timedelta(days=days_ago)
    period = Period(
        first=today - timedelta(days=7), until=today + timedelta(days=1), zone=ZoneInfo("UTC")
    )
    asked = Asked(
        period=period, now=house.clock.now(), config=house.config, only=Only(source=source)
    )
    with reading(house.engine) as db:
        return report(db, asked)


def of(found: Report, name: str) -> dict[object, tuple[object, ...]]:
    (table,) = [one for one in found.tables if one.name == name]
    return {row[0]: row[1:] for row in table.rows}


def test_each_band_says_what_it_promised_and_what_came(house: House) -> None:
    bands = of(told(house), "bands")

    assert list(bands) == ["below 40%", "40% to 50%", "90% to 100%"]
    assert bands["below 40%"] == (1, 0, 0, 0, None, None, None, None)
    assert bands["40% to 50%"][:5] == (2, 2, 1, 1, 0.5)
    assert bands["40% to 50%"][7] == pytest.approx((0.45 + 0.40) / 2)
    assert bands["90% to 100%"][:5] == (2, 2, 2, 0, 1.0)


def test_each_kind_has_its_own_precision_with_its_interval(house: House) -> None:
    kinds = of(told(house), "kinds")

    needs = kinds["describes a need"]
    assert needs[:5] == (3, 2, 1, 1, 0.5)
    low, high = needs[5], needs[6]
    assert isinstance(low, float)
    assert isinstance(high, float)
    assert low < 0.1 < 0.9 < high


def test_a_post_was_overlooked_if_anybody_says_so(house: House) -> None:
    looked_at = of(told(house), "overlooked")

    assert looked_at[3][:2] == (1, pytest.approx(1 / 3))


def test_a_time_or_place_of_which_nobody_said_anything_has_no_rows(house: House) -> None:
    for nothing in (told(house, days_ago=30), told(house, source="elsewhere")):
        assert all(not table.rows for table in nothing.tables)


def test_where_nobody_has_judged_it_says_so() -> None:
    house = a_house()
    house.lead(source=house.source("Talk"), topic=house.topic("crm", "CRM"))

    assert "nobody has said yet" in told(house).notes[0]
