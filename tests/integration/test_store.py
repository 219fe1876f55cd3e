"""Connections and transactions: what is kept, what is refused, and in which words."""

import sqlite3
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import JsonValue
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, func, select

from models.ids import new_id
from models.lead import Lead, Offer, StatusChange
from models.people import User
from models.post import Post
from models.source import Source, SourcePolicy
from models.topic import Topic
from models.words import LeadStatus, OfferState
from service.errors import StoreError
from service.store.engine import (
    database_url,
    open_engine,
    reading,
    refresh_statistics,
    sqlite_url,
    writing,
)
from service.store.migrate import upgrade
from tests.builders import a_config, a_place, a_post, undone
from tests.fakes import NOON

pytestmark = pytest.mark.every_database


def a_topic_row(topic_id: str = "crm") -> Topic:
    return Topic(id=topic_id, name=topic_id, definition={}, active=True, changed_at=NOON)


def topics(engine: Engine) -> list[str]:
    with reading(engine) as db:
        return sorted(db.exec(select(Topic.id)))


def test_what_is_written_is_there_afterwards_also_in_the_caller_s_hand(engine: Engine) -> None:
    with writing(engine) as db:
        row = a_topic_row()
        db.add(row)

    assert row.name == "crm"  # a committed row can still be read
    assert topics(engine) == ["crm"]


def test_an_error_leaves_nothing_of_the_transaction(engine: Engine) -> None:
    with undone(engine) as db:
        db.add(a_topic_row())
        db.flush()

    assert topics(engine) == []


def test_what_a_reader_adds_is_not_kept(engine: Engine) -> None:
    with reading(engine) as db:
        db.add(a_topic_row())
        db.flush()

    assert topics(engine) == []


def test_times_come_back_in_utc_and_to_the_microsecond(engine: Engine) -> None:
    moment = NOON.replace(microsecond=123_456)
    with writing(engine) as db:
        db.add(Topic(id="crm", name="", definition={}, active=True, changed_at=moment))

    with reading(engine) as db:
        read = db.get_one(Topic, "crm").changed_at
    assert read == moment
    assert read.utcoffset() == timedelta(0)


def test_json_comes_back_as_it_went_in(engine: Engine) -> None:
    definition: dict[str, JsonValue] = {
        "keywords": ["crm", "ü \u2603 🦊"],
        "threshold": 0.5,
        "owner": None,
        "deep": [{}],
    }
    with writing(engine) as db:
        db.add(Topic(id="crm", name="", definition=definition, active=True, changed_at=NOON))

    with reading(engine) as db:
        assert db.get_one(Topic, "crm").definition == definition


# What the schema itself refuses.


def refused(engine: Engine, change: Callable[[Session], None]) -> str:
    with pytest.raises(IntegrityError) as error, writing(engine) as db:
        change(db)
    return str(error.value.orig)


def update_lead(**values: object) -> Callable[[Session], None]:
    def change(db: Session) -> None:
        sets = ", ".join(f"{name} = :{name}" for name in values)
        db.connection().execute(text(f"UPDATE lead SET {sets}"), values)  # noqa: S608 - our names

    return change


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"next_step_at": None}, "live_lead_has_timer"),
        ({"status": "won", "close_reason": None}, "closed_lead_has_reason"),
        ({"status": "accepted", "owner_id": None}, "accepted_lead_has_owner"),
        ({"status": "asleep"}, "status"),
        ({"kind": "gossip"}, "kind"),
        ({"score": 100.5}, "score_of_hundred"),
        ({"score": -1}, "score_of_hundred"),
    ],
)
def test_a_lead_that_makes_no_sense_is_refused(
    engine: Engine, values: dict[str, object], constraint: str
) -> None:
    a_place(engine).hear(a_post())

    assert constraint in refused(engine, update_lead(**values))


def test_a_closed_lead_needs_no_timer(engine: Engine) -> None:
    place = a_place(engine)
    place.hear(a_post())
    values = {"status": "won", "next_step_at": None, "closed_at": NOON, "close_reason": "crm"}
    with writing(engine) as db:
        update_lead(**values)(db)

    assert place.only(Lead).status is LeadStatus.WON


def test_a_lead_has_one_open_offer_at_most(engine: Engine) -> None:
    place = a_place(engine)
    place.hear(a_post())
    offer = place.open_offer()

    def again(state: OfferState) -> Callable[[Session], None]:
        row = Offer(**(offer.model_dump() | {"id": new_id(), "state": state}))
        return lambda db: db.add(row)

    assert "offer" in refused(engine, again(OfferState.OPEN))
    with writing(engine) as db:
        again(OfferState.EXPIRED)(db)
    assert len(place.all(Offer)) == 2


@pytest.mark.parametrize(
    ("table", "change", "constraint"),
    [
        (Source, "every_seconds = 0", "every_positive"),
        (Source, "quality = 1.1", "quality_is_share"),
        (Source, "health = 'fine'", "health"),
        (SourcePolicy, "min_interval_seconds = -1", "interval_not_negative"),
        (SourcePolicy, "approval_ref = ''", "approval_is_named"),
        (User, "weight = 0", "weight_positive"),
        (User, "max_open = -1", "max_open_not_negative"),
        (User, "role = 'king'", "role"),
        (Post, "revision = 0", "revision_counts_from_one"),
        (Offer, "state = 'lost'", "state"),
        (StatusChange, "to_status = 'gone'", "to_status"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused(
    engine: Engine, table: type[Source], change: str, constraint: str
) -> None:
    a_place(engine).hear(a_post())
    statement = text(f"UPDATE {table.__tablename__} SET {change}")  # noqa: S608 - our own words

    assert constraint in refused(engine, lambda db: _run(db, statement))


def _run(db: Session, statement: object) -> None:
    db.connection().execute(statement)  # type: ignore[call-overload]  # text() or select()


def test_a_row_can_t_point_to_nothing(engine: Engine) -> None:
    a_place(engine).hear(a_post())

    said = refused(engine, update_lead(topic_id="gone"))
    assert "foreign key" in said.lower()


# SQLite's own ways.


def test_sqlite_is_set_up_as_measured(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as connection:
        asked = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
        secure = connection.exec_driver_sql("PRAGMA secure_delete").scalar_one()

    assert asked == {
        "journal_mode": "wal",
        "synchronous": 1,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }
    assert secure == 1


def test_two_writers_wait_for_each_other_and_lose_nothing(engine: Engine) -> None:
    with writing(engine) as db:
        db.add(a_topic_row("counter"))

    def count() -> None:
        for _ in range(10):
            with writing(engine) as db:
                row = db.get_one(Topic, "counter", with_for_update=True)
                row.definition = {"count": int(str(row.definition.get("count", 0))) + 1}
                db.add(row)

    threads = [threading.Thread(target=count) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with reading(engine) as db:
        assert db.get_one(Topic, "counter").definition == {"count": 30}


def test_a_reader_sees_one_state_while_a_writer_works(sqlite_engine: Engine) -> None:
    with writing(sqlite_engine) as db:
        db.add(a_topic_row("one"))

    with reading(sqlite_engine) as db:
        before = db.exec(select(func.count()).select_from(Topic)).one()
        with writing(sqlite_engine) as other:
            other.add(a_topic_row("two"))
        after = db.exec(select(func.count()).select_from(Topic)).one()

    assert (before, after) == (1, 1)
    assert topics(sqlite_engine) == ["one", "two"]


def test_memory_is_a_database_too() -> None:
    engine = open_engine("sqlite://")
    Topic.__table__.create(engine)  # type: ignore[attr-defined]  # SQLModel hides it
    with writing(engine) as db:
        db.add(a_topic_row())

    assert topics(engine) == ["crm"]
    engine.dispose()


def test_a_folder_with_odd_characters_holds_a_database(tmp_path: Path) -> None:
    folder = tmp_path / "50% off? #1 & more"
    folder.mkdir()
    engine = open_engine(sqlite_url(folder / "harken.db"))
    Topic.__table__.create(engine)  # type: ignore[attr-defined]  # SQLModel hides it
    engine.dispose()

    assert (folder / "harken.db").stat().st_size > 0


# What a person reads when the database can't be used.


def test_a_missing_folder_is_explained(tmp_path: Path) -> None:
    engine = open_engine(sqlite_url(tmp_path / "gone" / "harken.db"))

    with pytest.raises(StoreError, match="check the folder"), reading(engine) as db:
        db.connection()
    engine.dispose()


def test_a_file_that_is_no_database_is_explained(tmp_path: Path) -> None:
    file = tmp_path / "harken.db"
    file.write_text("Dear diary, today I was a text file again. " * 50)
    engine = open_engine(sqlite_url(file))

    with pytest.raises(StoreError, match="damaged or is none"), reading(engine) as db:
        db.connection()
    engine.dispose()


def test_a_file_that_breaks_off_is_explained(sqlite_engine: Engine, tmp_path: Path) -> None:
    whole = Path(str(sqlite_engine.url.database))
    with sqlite3.connect(whole) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    file = tmp_path / "harken.db"
    file.write_bytes(whole.read_bytes()[:50_000])
    engine = open_engine(sqlite_url(file))

    with pytest.raises(StoreError, match="damaged: restore a backup"), reading(engine) as db:
        db.connection()
    engine.dispose()


def test_a_server_that_is_not_there_is_explained() -> None:
    engine = open_engine("postgresql+psycopg://harken@127.0.0.1:1/harken")

    with pytest.raises(StoreError, match="is it running"), reading(engine) as db:
        db.connection()
    engine.dispose()


def test_an_empty_database_is_explained(tmp_path: Path) -> None:
    engine = open_engine(sqlite_url(tmp_path / "harken.db"))

    with pytest.raises(StoreError, match="harken up"), reading(engine) as db:
        db.exec(select(Topic)).all()
    engine.dispose()


def test_a_lock_that_somebody_holds_is_explained(sqlite_engine: Engine) -> None:
    holder = sqlite3.connect(str(sqlite_engine.url.database), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    impatient = open_engine(sqlite_engine.url.render_as_string())
    with impatient.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 10")  # the pool hands it on

    with pytest.raises(StoreError, match="busy for more than"), writing(impatient) as db:
        db.add(a_topic_row())
    holder.close()
    impatient.dispose()
    assert topics(sqlite_engine) == []


def test_an_error_that_is_nobody_s_fault_is_not_reworded(engine: Engine) -> None:
    with writing(engine) as db:
        db.add(a_topic_row())

    with pytest.raises(IntegrityError), writing(engine) as db:
        db.add(a_topic_row())


def test_a_new_file_is_for_its_owner_only(tmp_path: Path) -> None:
    engine = open_engine(sqlite_url(tmp_path / "harken.db"))
    Topic.__table__.create(engine)  # type: ignore[attr-defined]  # SQLModel hides it
    rights = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    engine.dispose()

    assert rights == dict.fromkeys(("harken.db", "harken.db-wal", "harken.db-shm"), 0o600)


def test_the_rights_that_a_file_has_are_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "harken.db"
    file.touch(0o640)
    engine = open_engine(sqlite_url(file))
    with engine.connect():
        pass
    engine.dispose()

    assert file.stat().st_mode & 0o777 == 0o640


def test_without_a_setting_the_database_is_a_file_in_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "odd ? name"
    folder.mkdir()
    engine = open_engine(database_url(a_config().settings, folder))
    with engine.connect():
        pass
    engine.dispose()
    assert (folder / "harken.db").exists()


def test_threads_that_write_at_once_wait_for_each_other_and_not_for_sqlite(tmp_path: Path) -> None:
    engine = open_engine(sqlite_url(tmp_path / "harken.db"))
    upgrade(engine)
    engine.dispose()
    event.listen(engine, "connect", _without_patience)
    failed: list[Exception] = []

    def write(thread: int) -> None:
        try:
            for turn in range(5):
                with writing(engine) as db:
                    db.add(a_topic_row(f"topic-{thread}-{turn}"))
        except StoreError as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert failed == []
    assert len(topics(engine)) == 40
    engine.dispose()


def _without_patience(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA busy_timeout = 0")


def test_what_the_planner_goes_by_can_be_counted_anew(engine: Engine) -> None:
    with writing(engine) as db:
        refresh_statistics(db.connection())
    if engine.dialect.name == "sqlite":
        with reading(engine) as db:
            counted = db.connection().exec_driver_sql("SELECT count(*) FROM sqlite_stat1").scalar()
        assert counted is not None
