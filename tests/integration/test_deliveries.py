"""Events reach the endpoints that ask for them, at least once, and nobody else: W01 to W09."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from standardwebhooks import Webhook

from config.channels import PayloadShape
from crawlers.addresses import NO_PRIVATE_NETWORKS
from crawlers.fetch import Limits
from models.delivery import DeliveryState, Endpoint
from models.lead import Lead
from models.ledger import Outbox
from models.source import Source
from models.words import SuppressionReason
from service.delivery.endpoints import MisdirectedError, addresses, checked_address
from service.delivery.log import retry_dead, retry_one, troubles
from service.delivery.planning import message_id
from service.delivery.signing import verify
from service.delivery.turns import LEASE, take_turns
from service.errors import RefusedError
from service.leads.ledger import emit
from service.posts.suppression import suppress_author
from service.store.engine import reading, writing
from tests.attacks import Names, a_gate_that_knows
from tests.builders import SECRET, undone
from tests.command import environment
from tests.crawling import a_gate
from tests.misbehaving import Asked, MisbehavingServer, Reply
from tests.posting import VARIABLE, WHSEC, House, Receiver, a_house, a_webhook, ids, said

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, WHSEC)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def server(receiver: Receiver) -> Iterator[MisbehavingServer]:
    with MisbehavingServer(receiver) as running:
        yield running


@pytest.fixture
def house(sqlite_engine: Engine, server: MisbehavingServer) -> House:
    return a_house(sqlite_engine, a_webhook(server.url("/hook")))


def endpoint(house: House, name: str = "crm") -> Endpoint:
    with reading(house.place.engine) as db:
        return db.get_one(Endpoint, name)


# --- what is sent ----------------------------------------------------------------------------


def test_an_event_is_sent_once_signed_with_the_lead(
    engine: Engine, server: MisbehavingServer
) -> None:
    house = a_house(engine, a_webhook(server.url("/hook")))
    house.hear("anna")
    house.send()
    house.send(HOUR)

    (asked,) = server.requests
    assert verify([WHSEC], headers=asked.headers, body=asked.body, now=house.place.clock.at - HOUR)
    (message,) = said(server)
    lead = house.place.only(Lead)
    assert message["type"] == "lead.created"
    data = message["data"]
    assert isinstance(data, dict)
    assert data["lead_id"] == lead.id
    assert data["lead"]["author"] == "anna"
    assert len(asked.body) < 20_000
    assert asked.headers["content-type"] == "application/json"
    assert "cookie" not in asked.headers
    assert house.states() == ["sent"]


def test_w05_what_is_signed_is_what_arrives_byte_for_byte(
    house: House, server: MisbehavingServer
) -> None:
    house.hear("größe")
    house.send()

    (asked,) = server.requests
    signed = {name: value for name, value in asked.headers.items() if name.startswith("webhook")}
    stamp = {"webhook-timestamp": signed["webhook-timestamp"]}
    at = house.place.clock.now()
    assert verify([WHSEC], headers=signed | stamp, body=asked.body, now=at) == ids(server)[0]
    expected = Webhook(WHSEC).sign(ids(server)[0], at, asked.body.decode())
    assert signed["webhook-signature"] == expected


def test_w06_while_a_secret_changes_both_sign(
    sqlite_engine: Engine, server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = "whsec_" + "QUJD" * 11
    monkeypatch.setenv("HARKEN_TEST_NEW", new)
    spec = a_webhook(server.url("/hook"), old_secret=VARIABLE).model_copy(
        update={"secret_env": "HARKEN_TEST_NEW"}
    )
    house = a_house(sqlite_engine, spec)
    house.hear("anna")
    house.send()

    (asked,) = server.requests
    assert len(asked.headers["webhook-signature"].split(" ")) == 2
    for secret in (new, WHSEC):
        now = house.place.clock.now()
        assert verify([secret], headers=asked.headers, body=asked.body, now=now)


@pytest.mark.parametrize("shape", list(PayloadShape))
def test_every_shape_names_the_lead(
    sqlite_engine: Engine, server: MisbehavingServer, shape: PayloadShape
) -> None:
    house = a_house(sqlite_engine, a_webhook(server.url("/hook"), shape=shape))
    house.hear("anna")
    house.send()

    (message,) = said(server)
    assert house.place.only(Lead).id in json.dumps(message)
    assert ("anna" in json.dumps(message)) is (shape is not PayloadShape.EVENT)
    if shape is PayloadShape.CLOUDEVENTS:
        assert (message["specversion"], message["id"]) == ("1.0", ids(server)[0])


def test_only_those_who_ask_for_it_hear_of_it(
    sqlite_engine: Engine, server: MisbehavingServer
) -> None:
    url = server.url("/hook")
    house = a_house(
        sqlite_engine,
        a_webhook(url, name="all", events=["lead.*"]),
        a_webhook(url, name="won", events=["lead.won"]),
        a_webhook(url, name="other", topics=["erp"]),
        a_webhook(url, name="off", active=False),
    )
    house.hear("anna")
    house.plan()

    assert {delivery.endpoint_id for delivery in house.deliveries()} == {"all"}


def test_what_happened_before_an_endpoint_was_there_is_not_told(
    sqlite_engine: Engine, server: MisbehavingServer
) -> None:
    before = a_house(sqlite_engine)
    before.hear("anna")
    before.plan()

    later = a_house(sqlite_engine, a_webhook(server.url("/hook")))
    later.send()
    assert server.requests == []


def test_what_is_not_committed_is_not_told(house: House, server: MisbehavingServer) -> None:
    with undone(house.place.engine) as db:
        emit(db, "source.moved", "s", house.place.clock.now(), {"source": "talk"})
    house.send()

    assert server.requests == []
    assert house.deliveries() == []


def test_planning_again_changes_nothing(house: House) -> None:
    house.hear("anna")
    assert house.plan() > 0
    assert house.plan() == 0
    with writing(house.place.engine) as db:  # as after a restore
        for event in db.exec(select(Outbox)):
            event.planned_at = None
            db.add(event)
    house.plan()

    (delivery,) = house.deliveries()
    assert delivery.id == message_id(delivery.outbox_id, "crm")


# --- W01, W02, W03: endpoints that fail ------------------------------------------------------


def test_w01_an_endpoint_that_fails_for_three_days_is_tried_ten_times_and_given_up(
    house: House, receiver: Receiver, server: MisbehavingServer
) -> None:
    receiver.answers = [Reply(status="500 No")]
    house.hear("anna")
    house.plan()
    (delivery,) = house.deliveries()
    for _ in range(30):
        house.send()
        (delivery,) = house.deliveries()
        if delivery.state is not DeliveryState.PENDING:
            break
        house.place.clock.at = max(delivery.next_attempt_at, endpoint(house).next_send_at)

    assert delivery.state is DeliveryState.DEAD
    assert len(server.requests) == delivery.attempts == len(delivery.tried) == 10
    assert len(set(ids(server))) == 1
    spent = house.place.clock.now() - delivery.happened_at
    assert timedelta(hours=75) < spent < timedelta(hours=85)
    with reading(house.place.engine) as db:
        assert any("given up" in trouble.words for trouble in troubles(db))


def test_a_dead_delivery_is_sent_again_when_a_person_says_so(
    house: House, receiver: Receiver, server: MisbehavingServer
) -> None:
    test_w01_an_endpoint_that_fails_for_three_days_is_tried_ten_times_and_given_up(
        house, receiver, server
    )
    receiver.answers = []
    house.send(timedelta(days=9))
    assert house.states() == ["dead"]

    with writing(house.place.engine) as db:
        now = house.place.clock.now()
        assert retry_dead(db, "crm", specs=house.specs, now=now) == 1
    house.send()
    assert house.states() == ["sent"]
    assert len(set(ids(server))) == 1


@pytest.mark.parametrize("path", ["/stall", "/drip", "/endless", "/hang-up", "/not-http", "/bomb"])
def test_w01_hanging_dripping_and_endless_answers_end(sqlite_engine: Engine, path: str) -> None:
    with MisbehavingServer() as server:
        url = server.url(f"{path}?coding=gzip")
        house = a_house(sqlite_engine, a_webhook(url))
        limits = Limits(stall_seconds=0.3, total_seconds=0.6)
        house.gate = lambda: a_gate(limits=limits, endpoints=addresses(house.specs))
        house.hear("anna")
        house.send()

        assert len(server.requests) == 1
    assert house.states() in (["pending"], ["sent"])  # of a 200 nothing more is read
    assert house.deliveries()[0].attempts == 1


def test_w01_a_failing_endpoint_costs_the_others_of_its_messages_no_attempts(
    house: House, receiver: Receiver, server: MisbehavingServer
) -> None:
    receiver.answers = [Reply(status="503 No")]
    house.hear(*(f"author-{n}" for n in range(20)))
    house.send()

    assert len(server.requests) == 1
    assert sorted(delivery.attempts for delivery in house.deliveries()) == [0] * 19 + [1]


def test_an_endpoint_that_hangs_keeps_no_other_waiting(
    sqlite_engine: Engine, server: MisbehavingServer
) -> None:
    with MisbehavingServer() as slow:
        house = a_house(
            sqlite_engine,
            a_webhook(slow.url("/stall"), name="a-slow"),
            a_webhook(server.url("/hook"), name="b-quick"),
        )
        house.hear("anna")
        house.send()  # the slow one is given up after half a second

        assert server.requests[0].at - slow.requests[0].at < 0.4
    assert sorted(house.states()) == ["pending", "sent"]


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_w02_a_redirect_is_a_failure_and_is_not_followed(
    house: House, receiver: Receiver, code: int
) -> None:
    with MisbehavingServer() as other:
        receiver.answers = [
            Reply(status=f"{code} There", headers={"Location": other.url("/hook")})
        ]
        house.hear("anna")
        house.send()
        assert other.requests == []
    (delivery,) = house.deliveries()
    assert delivery.state is DeliveryState.PENDING
    assert "never followed" in str(delivery.last_problem)


def test_w03_410_disables_the_endpoint_until_a_person_says_otherwise(
    house: House, receiver: Receiver, server: MisbehavingServer
) -> None:
    receiver.answers = [Reply(status="410 Gone"), Reply(status="204 Fine")]
    house.hear("anna", "bert")
    house.send()
    house.send(HOUR)
    assert len(server.requests) == 1
    assert endpoint(house).disabled_at is not None
    with reading(house.place.engine) as db:
        assert any("410" in trouble.words for trouble in troubles(db))

    house.sync()  # a restart doesn't
    assert endpoint(house).disabled_at is not None
    with writing(house.place.engine) as db:
        retry_dead(db, "crm", specs=house.specs, now=house.place.clock.now())
    house.send()
    assert house.states() == ["sent", "sent"]


@pytest.mark.parametrize("status", [429, 503])
def test_w03_retry_after_is_honoured(
    house: House, receiver: Receiver, server: MisbehavingServer, status: int
) -> None:
    receiver.answers = [
        Reply(status=f"{status} Slow", headers={"Retry-After": "7200"}),
        Reply(status="200 OK"),
    ]
    house.hear("anna", "bert")
    house.send()
    house.send(HOUR)
    assert len(server.requests) == 1

    house.send(HOUR)
    assert house.states() == ["sent", "sent"]


# --- W04, U24, and never to a community ------------------------------------------------------


def test_w04_an_address_that_turns_private_after_it_was_set_up_is_refused(
    sqlite_engine: Engine,
) -> None:
    names = Names({"hook.example": [["127.0.0.1"], ["10.0.0.1"]]})
    with MisbehavingServer(Receiver()) as server:
        url = f"http://hook.example:{server.port}/hook"
        house = a_house(sqlite_engine, a_webhook(url))
        house.gate = lambda: a_gate_that_knows(names, endpoints=[url])
        house.hear("anna")
        house.send()
        house.hear("bert")
        house.send(MINUTE)

        assert len(server.requests) == 1
    assert house.states() == ["sent", "pending"]
    assert "refused" in str(house.deliveries()[1].last_problem)


def test_w04_a_private_address_is_refused_unless_it_was_opened(sqlite_engine: Engine) -> None:
    with MisbehavingServer(Receiver()) as server:
        house = a_house(sqlite_engine, a_webhook(server.url("/hook")))
        house.gate = lambda: a_gate(allowed=NO_PRIVATE_NETWORKS, endpoints=addresses(house.specs))
        house.hear("anna")
        house.send()
        assert server.requests == []


def test_u24_our_own_address_is_no_endpoint(sqlite_engine: Engine) -> None:
    with MisbehavingServer(Receiver()) as server:
        house = a_house(sqlite_engine, a_webhook(server.url("/hook")), own_urls=(server.url("/"),))
        assert "own address" in str(endpoint(house).disabled_reason)
        house.hear("anna")
        house.send()
        assert server.requests == []


def test_what_comes_to_be_listened_to_is_no_endpoint_any_more(
    house: House, server: MisbehavingServer
) -> None:
    house.hear("anna")
    house.plan()
    with writing(house.place.engine) as db:
        source = db.exec(select(Source)).one()
        source.url = server.url("/forum")
        db.add(source)
    house.send()

    assert server.requests == []
    assert "never posts to a community" in str(endpoint(house).disabled_reason)
    with reading(house.place.engine) as db, pytest.raises(MisdirectedError):
        checked_address(db, house.specs["crm"], own_urls=())


# --- suppressed authors ----------------------------------------------------------------------


def suppress(house: House, handle: str) -> None:
    with writing(house.place.engine) as db:
        suppress_author(
            db,
            secret=SECRET,
            host="talk.example",
            handle=handle,
            reason=SuppressionReason.OBJECTION,
            by="max",
            now=house.place.clock.now(),
        )


def test_a_suppressed_author_is_not_even_planned(house: House) -> None:
    house.hear("anna", "bert")
    suppress(house, "Anna")
    house.plan()

    assert len(house.deliveries()) == 1


def test_an_author_who_is_suppressed_on_the_way_is_withheld(
    house: House, server: MisbehavingServer
) -> None:
    house.hear("anna", "bert")
    house.plan()
    suppress(house, "ANNA")
    house.send()

    assert sorted(house.states()) == ["sent", "withheld"]
    assert "anna" not in json.dumps(said(server))
    (withheld,) = [d for d in house.deliveries() if d.state is DeliveryState.WITHHELD]
    with writing(house.place.engine) as db, pytest.raises(RefusedError):
        retry_one(db, withheld.id, now=house.place.clock.now())


def test_that_a_lead_was_erased_is_told_in_ids_only(
    house: House, server: MisbehavingServer
) -> None:
    house.specs = {"crm": a_webhook(server.url("/hook"), events=["lead.erased"])}
    house.hear("anna")
    suppress(house, "anna")
    lead = house.place.only(Lead)
    with writing(house.place.engine) as db:
        emit(db, "lead.erased", lead.id, house.place.clock.now(), {"lead_id": lead.id})
    house.send()

    (message,) = said(server)
    assert message["data"] == {"lead_id": lead.id}


# --- order, workers, crashes -----------------------------------------------------------------


def test_a_lead_s_later_event_waits_for_its_earlier_one_and_holds_up_nobody_else(
    house: House, receiver: Receiver, server: MisbehavingServer
) -> None:
    house.specs = {"crm": a_webhook(server.url("/hook"), events=["lead.*"])}
    receiver.answers = [Reply(status="400 Not this"), Reply(status="200 OK")]
    house.hear("anna")
    house.plan()
    with writing(house.place.engine) as db:
        at = house.place.clock.now()
        lead = db.exec(select(Lead)).one()
        emit(db, "lead.won", lead.id, at, {"lead_id": lead.id})
        emit(db, "lead.lost", "another", at, {"lead_id": "another"})
    house.hear("bert")
    house.send()
    first = [message["type"] for message in said(server)]
    house.send(MINUTE)

    about_anna = [
        message["type"]
        for message in said(server)
        if dict(message["data"])["lead_id"] == lead.id  # type: ignore[call-overload]  # it is a table
    ]
    assert "lead.won" not in first
    assert len(first) > 1
    assert about_anna.index("lead.won") > about_anna.index("lead.created")


def test_two_workers_never_send_to_an_endpoint_at_once(
    engine: Engine, server: MisbehavingServer
) -> None:
    house = a_house(engine, a_webhook(server.url("/hook")))
    house.hear("anna")
    house.plan()
    now = house.place.clock.now()
    with writing(engine) as db:
        (turn,) = take_turns(db, now=now)
    with writing(engine) as db:
        assert take_turns(db, now=now) == ()
    house.send()
    assert server.requests == []  # somebody has it, and may be sending

    house.send(LEASE)  # who had it is gone
    assert len(server.requests) == 1
    assert turn.endpoint_id == "crm"


def test_the_rate_of_an_endpoint_is_kept(sqlite_engine: Engine, server: MisbehavingServer) -> None:
    spec = a_webhook(server.url("/hook"), per_minute=300)
    house = a_house(sqlite_engine, spec)
    house.hear("anna", "bert", "carl", "dora")
    house.send()

    moments = [asked.at for asked in server.requests]
    assert len(moments) == 4
    assert all(later - earlier >= 0.2 for earlier, later in pairwise(moments))


@pytest.mark.parametrize("moment", ["before-send", "before-ack"])
def test_w08_killed_around_the_sending_it_is_delivered_with_the_same_id(
    house: House, receiver: Receiver, server: MisbehavingServer, moment: str
) -> None:
    house.hear("anna")
    url = house.place.engine.url.render_as_string(hide_password=False)
    arrived = threading.Event()
    worker = [sys.executable, "-m", "tests.sending_process", url, server.url("/hook"), moment]

    def kill(_: Asked) -> None:
        arrived.set()
        os.kill(running.pid, signal.SIGKILL)

    receiver.on_asked = kill
    with subprocess.Popen(worker, env=environment(**{VARIABLE: WHSEC})) as running:
        assert running.wait(60) == -signal.SIGKILL
    receiver.on_asked = lambda _: None
    assert arrived.is_set() is (moment == "before-ack")
    assert house.states() == ["pending"]
    (delivery,) = house.deliveries()

    house.send(LEASE + MINUTE)
    assert house.states() == ["sent"]
    assert set(ids(server)) == {delivery.id}
    assert len(server.requests) == (2 if moment == "before-ack" else 1)
