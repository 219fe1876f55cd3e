"""The audit chain and the outbox."""

import threading
from datetime import timedelta, timezone

import pytest
from sqlalchemy import Engine, text
from sqlmodel import col, select

from models.ledger import AuditEvent, Outbox
from service.leads.ledger import GENESIS, audit, broken_link, chain_hash, emit
from service.store.engine import reading, writing
from tests.builders import a_place, a_post, undone
from tests.fakes import NOON

pytestmark = pytest.mark.every_database


def write(engine: Engine, *actions: str) -> None:
    with writing(engine) as db:
        for action in actions:
            audit(
                db,
                actor="harken",
                action=action,
                subject="lead:1",
                at=NOON,
                detail={"n": 1, "codes": ["ü"], "deep": {"b": None, "a": True}},
            )


def events(engine: Engine) -> list[AuditEvent]:
    with reading(engine) as db:
        return list(db.exec(select(AuditEvent).order_by(col(AuditEvent.seq))))


def where_broken(engine: Engine) -> int | None:
    with reading(engine) as db:
        return broken_link(db)


def tamper(engine: Engine, statement: str) -> None:
    with writing(engine) as db:
        db.connection().execute(text(statement))


def test_an_empty_chain_is_whole(engine: Engine) -> None:
    assert where_broken(engine) is None


def test_each_event_holds_the_hash_of_the_one_before(engine: Engine) -> None:
    write(engine, "one", "two")
    write(engine, "three")

    chain = events(engine)
    assert [event.action for event in chain] == ["one", "two", "three"]
    assert [event.prev_hash for event in chain] == [GENESIS, chain[0].hash, chain[1].hash]
    assert [chain_hash(event) for event in chain] == [event.hash for event in chain]
    assert where_broken(engine) is None


def test_the_chain_reads_the_same_after_the_database_had_it(engine: Engine) -> None:
    at = (NOON + timedelta(microseconds=1)).astimezone(timezone(timedelta(hours=5, minutes=45)))
    with writing(engine) as db:
        audit(db, actor="mia", action="looked", subject="lead:1", at=at)

    assert where_broken(engine) is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_event SET actor = 'nobody' WHERE action = 'two'",
        "UPDATE audit_event SET action = 'other' WHERE action = 'two'",
        "UPDATE audit_event SET subject = 'lead:2' WHERE action = 'two'",
        "UPDATE audit_event SET detail = '{}' WHERE action = 'two'",
        "UPDATE audit_event SET at = '2025-11-19 12:00:01' WHERE action = 'two'",
        "UPDATE audit_event SET hash = 'x' WHERE action = 'two'",
    ],
)
def test_an_event_that_was_changed_is_found(engine: Engine, change: str) -> None:
    write(engine, "one", "two", "three")
    second = events(engine)[1].seq

    tamper(engine, change)

    assert where_broken(engine) == second


def test_an_event_that_was_taken_out_is_found(engine: Engine) -> None:
    write(engine, "one", "two", "three")
    third = events(engine)[2].seq

    tamper(engine, "DELETE FROM audit_event WHERE action = 'two'")

    assert where_broken(engine) == third


def test_what_is_rolled_back_leaves_no_gap(engine: Engine) -> None:
    write(engine, "one")
    with undone(engine) as db:
        audit(db, actor="harken", action="undone", subject="lead:1", at=NOON)
    write(engine, "two")

    assert [event.action for event in events(engine)] == ["one", "two"]
    assert where_broken(engine) is None


def test_writers_at_the_same_time_make_one_chain(engine: Engine) -> None:
    def work(name: str) -> None:
        for n in range(5):
            write(engine, f"{name}{n}")

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(events(engine)) == 15
    assert where_broken(engine) is None


def test_an_event_leaves_with_its_transaction_or_not_at_all(engine: Engine) -> None:
    with writing(engine) as db:
        emit(db, "lead.offered", "1", NOON, {"lead_id": "1"})
    with undone(engine) as db:
        emit(db, "lead.lost", "1", NOON, {})

    with reading(engine) as db:
        (event,) = db.exec(select(Outbox))
    assert (event.kind, event.subject_id, event.payload) == ("lead.offered", "1", {"lead_id": "1"})
    assert event.created_at == NOON


def test_the_chain_holds_neither_names_nor_words(engine: Engine) -> None:
    place = a_place(engine)
    lead = place.hear(a_post(title="A title", author="anna"))
    place.accept(place.open_offer())

    for event in place.all(AuditEvent):
        told = f"{event.subject} {event.detail}"
        assert "anna" not in told
        assert "crm" not in told
        assert "title" not in told
        assert event.subject == f"lead:{lead.id}"
    assert where_broken(engine) is None
