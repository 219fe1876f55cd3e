"""What goes wrong around channels: two endpoints in one, wrong clocks, slow receivers."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from models.delivery import Delivery, Endpoint
from service.delivery.log import list_endpoints
from service.delivery.sending import DELIVERY_LIMITS
from service.delivery.turns import LEASE, PATIENCE, take_turns
from service.store.engine import reading, writing
from tests.misbehaving import MisbehavingServer
from tests.posting import (
    ADDRESS,
    VARIABLE,
    WHSEC,
    Receiver,
    a_channel,
    a_house,
    a_webhook,
    ids,
    said,
)

YEAR, HOUR, MINUTE = timedelta(days=366), timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def server(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[MisbehavingServer]:
    with MisbehavingServer(receiver) as running:
        monkeypatch.setenv(VARIABLE, WHSEC)
        monkeypatch.setenv(ADDRESS, running.url("/services/T/B/x"))
        yield running


def test_two_endpoints_of_one_channel_share_its_rate(
    engine: Engine, server: MisbehavingServer
) -> None:
    one, two = a_channel(), a_channel().model_copy(update={"id": "team-too"})
    house = a_house(engine, one, two)
    house.hear("anna")
    for _ in range(2):
        house.send()

    first, second = (asked.at for asked in server.requests)
    assert second - first >= 1
    assert [message["text"] for message in said(server)] == ["A new lead"] * 2


def test_a_clock_that_was_a_year_ahead_holds_no_message_back(
    engine: Engine, server: MisbehavingServer
) -> None:
    house = a_house(engine, a_webhook(server.url("/hook")))
    house.place.clock.pass_by(YEAR)
    house.hear("anna")
    house.plan()
    with writing(engine) as db:
        assert len(take_turns(db, now=house.place.clock.now())) == 1, "and its worker dies"
        row = db.get_one(Endpoint, "crm")
        row.next_send_at = house.place.clock.now() + MINUTE
        db.add(row)

    house.send(-YEAR)
    assert house.states() == ["sent"]
    assert len(ids(server)) == 1
    with reading(engine) as db:
        assert db.get_one(Endpoint, "crm").next_send_at < house.place.clock.now() + HOUR


def test_a_rest_that_was_asked_for_is_kept_on_a_right_clock(
    sqlite_engine: Engine, server: MisbehavingServer
) -> None:
    house = a_house(sqlite_engine, a_webhook(server.url("/hook")))
    house.hear("anna")
    house.plan()
    with writing(sqlite_engine) as db:
        for delivery in db.exec(select(Delivery)):
            delivery.next_attempt_at = house.place.clock.now() + 24 * HOUR
            db.add(delivery)
    house.send(23 * HOUR)
    assert server.requests == []
    house.send(HOUR)
    assert house.states() == ["sent"]


def test_a_receiver_may_think_for_29_seconds() -> None:
    assert DELIVERY_LIMITS.total_seconds >= 30
    assert DELIVERY_LIMITS.stall_seconds >= 30
    longest = PATIENCE + timedelta(seconds=DELIVERY_LIMITS.total_seconds)
    assert longest < LEASE, "nobody else sends the same message meanwhile"


def test_who_looks_without_the_variables_stops_nobody_else_s_sending(
    sqlite_engine: Engine, server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = a_house(sqlite_engine, a_webhook(server.url("/hook")))

    def state() -> str:
        with reading(sqlite_engine) as db:
            (line,) = list_endpoints(db)
        return line.state

    monkeypatch.delenv(VARIABLE)
    house.sync()  # as a command in another shell does when it opens the installation
    assert state() == "ok"

    house.hear("anna")
    house.send()
    assert state() == "disabled", "the worker lacks it too, and can't sign"
    assert server.requests == []

    monkeypatch.setenv(VARIABLE, WHSEC)
    house.sync()
    house.send()
    assert (state(), house.states()) == ("ok", ["sent"])
