"""The audit chain and the outbox."""

import threading
from datetime import timedelta, timezone

import pytest
from sqlalchemy import Engine, text
from sqlmodel import col, select

from models.ledger import AuditEvent, Outbox
from service.leads.ledger import (
    GENESIS,
    audit,
    broken_link,
    chain_hash,
    emit,
    follow_chain,
    forget_events,
)
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


# What had its time leaves, and the chain says so itself.

DAY = timedelta(days=1)


def a_long_chain(engine: Engine) -> None:
    """Write an event a day, "0" to "9"; the last one at noon."""
    with writing(engine) as db:
        for n in range(10):
            at = NOON - (9 - n) * DAY
            audit(db, actor="harken", action=str(n), subject="lead:1", at=at)


def cut(engine: Engine, days: int, *, most: int = 100) -> int:
    with writing(engine) as db:
        return forget_events(db, before=NOON - days * DAY, now=NOON, most=most)


def test_old_events_leave_and_the_chain_stays_whole(engine: Engine) -> None:
    a_long_chain(engine)
    old = events(engine)

    assert cut(engine, 5) == 4
    assert cut(engine, 5) == 0, "there is nothing left to cut"

    kept = events(engine)
    assert [event.action for event in kept] == ["4", "5", "6", "7", "8", "9", "audit.cut"]
    assert kept[-1].detail == {"through": old[3].seq, "hash": old[3].hash, "events": 4}
    with reading(engine) as db:
        chain = follow_chain(db)
    assert (chain.broken_at, chain.events, chain.cut_through) == (None, 7, old[3].seq)
    assert chain.last == kept[-1].hash

    write(engine, "later")
    assert cut(engine, 2, most=2) == 2, "a few at a time"
    assert events(engine)[0].action == "6"
    assert where_broken(engine) is None


def test_events_of_a_day_leave_together_and_all_may_leave(engine: Engine) -> None:
    a_long_chain(engine)

    assert cut(engine, 9) == 0
    assert cut(engine, 8) == 0, "an event a day would leave one about its end each time"
    assert cut(engine, -1) == 10

    (only,) = events(engine)
    assert (only.action, where_broken(engine)) == ("audit.cut", None)
    write(engine, "one", "two")
    assert where_broken(engine) is None


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_event WHERE action IN ('4')",
        "DELETE FROM audit_event WHERE action IN ('4', '5', '6', '7', '8', '9')",
        "UPDATE audit_event SET detail = '{}' WHERE action = 'audit.cut'",
        "DELETE FROM audit_event WHERE action = 'audit.cut'",
    ],
)
def test_whoever_cuts_the_chain_otherwise_is_found(engine: Engine, statement: str) -> None:
    a_long_chain(engine)
    cut(engine, 5)
    write(engine, "later")

    tamper(engine, statement)

    assert where_broken(engine) is not None


def test_events_that_are_gone_without_a_word_are_missed(sqlite_engine: Engine) -> None:
    a_long_chain(sqlite_engine)
    third = events(sqlite_engine)[2].seq

    tamper(sqlite_engine, "DELETE FROM audit_event WHERE action IN ('0', '1')")

    assert where_broken(sqlite_engine) == third


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
