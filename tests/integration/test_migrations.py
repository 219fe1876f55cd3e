"""The migrations make the schema that the models describe, and can take it back."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, MetaData, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from models.lead import Lead
from models.search import PREFIX
from models.signal import Signal
from models.tables import METADATA
from service.errors import StoreError
from service.store.engine import open_engine, reading, sqlite_url
from service.store.migrate import downgrade, upgrade
from service.store.revisions import SCRIPTS, current, is_known, newest
from tests.reporting import a_reported_house

pytestmark = pytest.mark.every_database


@pytest.fixture
def bare_sqlite(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(sqlite_url(tmp_path / "bare.db"))
    yield engine
    engine.dispose()


@pytest.fixture
def bare_postgresql(postgres: str) -> Iterator[Engine]:
    _on_server(postgres, "CREATE DATABASE bare")
    url = make_url(postgres).set(database="bare")
    engine = open_engine(url.render_as_string(hide_password=False))
    yield engine
    engine.dispose()
    _on_server(postgres, "DROP DATABASE bare")


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request: pytest.FixtureRequest) -> Engine:
    """Return a database in which there is nothing."""
    engine: Engine = request.getfixturevalue(f"bare_{request.param}")
    return engine


def _on_server(url: str, statement: str) -> None:
    server = open_engine(url)
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))
    server.dispose()


def tables(engine: Engine) -> set[str]:
    names = inspect(engine).get_table_names()
    return {name for name in names if not is_beside(name)}


def is_beside(name: str | None) -> bool:
    """Tell whether a table is none of the models': the full-text index has its own."""
    return name is not None and (name == "alembic_version" or name.startswith(PREFIX))


def test_a_database_goes_up_and_down_and_up_again(bare: Engine) -> None:
    assert current(bare) is None

    upgrade(bare)
    assert current(bare) == newest()
    assert tables(bare) == set(METADATA.tables)

    downgrade(bare)
    assert current(bare) is None
    assert tables(bare) == set()

    upgrade(bare)
    upgrade(bare)  # a second time changes nothing
    assert tables(bare) == set(METADATA.tables)


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based")
def test_the_schema_is_the_one_of_the_models(bare: Engine) -> None:
    upgrade(bare)

    with bare.connect() as connection:
        opts = {"compare_type": True, "include_name": lambda name, *_: not is_beside(name)}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, METADATA) == []


def test_the_checks_are_those_of_the_models(bare: Engine) -> None:
    # Alembic doesn't compare CHECK constraints, and they hold half of our rules.
    upgrade(bare)

    assert checks_in(bare) == checks_of(METADATA)


def checks_in(engine: Engine) -> set[str]:
    inspector = inspect(engine)
    return {
        str(check["name"])
        for table in METADATA.tables
        for check in inspector.get_check_constraints(table)
    }


def checks_of(metadata: MetaData) -> set[str]:
    return {
        f"ck_{table.name}_{constraint.name}".replace(f"ck_{table.name}_ck_", "ck_")
        for table in metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }


def test_what_is_counted_at_a_glance_is_filled_in_for_rows_of_before(bare: Engine) -> None:
    upgrade(bare)
    a_reported_house(bare)
    before = counted_at_a_glance(bare)

    downgrade(bare, "0021")
    upgrade(bare)

    assert counted_at_a_glance(bare) == before
    assert {far for _, far, _ in before[0]} == {0, 3, 4, 5, 6, 7}
    assert {phrases for _, _, phrases in before[1]} >= {"crm", "CRM\x1fcrm  Tool"}


def counted_at_a_glance(engine: Engine) -> tuple[list[tuple[object, ...]], ...]:
    """Return what leads and signals say themselves of what stands elsewhere too."""
    of_leads = select(Lead.source_id, Lead.furthest, Lead.id).order_by(Lead.id)
    of_signals = select(Signal.source_id, Signal.id, Signal.phrases).order_by(Signal.id)
    with reading(engine) as db:
        return [*map(tuple, db.exec(of_leads))], [*map(tuple, db.exec(of_signals))]


def test_two_that_start_at_once_migrate_once(bare: Engine) -> None:
    errors: list[Exception] = []

    def start() -> None:
        try:
            upgrade(bare)
        except Exception as error:  # noqa: BLE001 - handed to the test
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert errors == []
    assert current(bare) == newest()


def test_a_database_of_a_newer_harken_is_left_alone(bare: Engine) -> None:
    upgrade(bare)
    with bare.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreError, match="newer"):
        upgrade(bare)
    assert current(bare) == "9999"


def test_a_migration_that_fails_leaves_nothing_behind(bare: Engine) -> None:
    with bare.begin() as connection:  # in the way of a table that comes late
        connection.execute(text("CREATE TABLE lead_signal (x INTEGER)"))

    with pytest.raises(Exception, match="lead_signal"):
        upgrade(bare)

    assert tables(bare) == {"lead_signal"}
    assert current(bare) is None


def test_a_table_that_is_made_anew_keeps_its_rows_and_what_refers_to_them(bare: Engine) -> None:
    upgrade(bare, "0002")  # rows in the words of that time: the models have moved on
    with bare.begin() as connection:
        for statement in ROWS_OF_0002:
            connection.execute(text(statement))

    upgrade(bare)
    with bare.begin() as connection:
        joined = "SELECT kind, handle FROM source JOIN author ON author.source_id = source.id"
        assert [*connection.execute(text(joined))] == [("feed", "ann")]
        connection.execute(text("UPDATE source SET kind = 'mastodon'"))
    with bare.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(text("UPDATE source SET kind = 'gopher'"))

    with pytest.raises(IntegrityError):
        downgrade(bare, "0002")  # which could not hold it
    with bare.connect() as connection:
        assert connection.execute(text("SELECT kind FROM source")).scalar_one() == "mastodon"


ROWS_OF_0002 = (
    (
        "INSERT INTO source_policy (name, obey_robots, min_interval_seconds, requires_approval,"
        " allow_storage, licence, attribution, community_rules)"
        " VALUES ('feed', true, 2, false, 'full', 'unknown', '', '')"
    ),
    (
        "INSERT INTO source (id, slug, kind, name, url, policy_name, options, from_files, active,"
        " quality, every_seconds, next_poll_at, cursor, health, fail_count, created_at)"
        " VALUES ('s', 'talk', 'feed', 'Talk', 'https://talk.example/', 'feed', '{}', true, true,"
        " 1, 900, '2026-06-30 12:00:00+00:00', '{}', 'ok', 0, '2026-06-30 12:00:00+00:00')"
    ),
    (
        "INSERT INTO author (id, source_id, handle, handle_norm, first_seen_at)"
        " VALUES ('a', 's', 'ann', 'ann', '2026-06-30 12:00:00+00:00')"
    ),
)


def test_revisions_are_told_as_alembic_tells_them() -> None:
    scripts = ScriptDirectory(str(SCRIPTS))
    known = [script.revision for script in scripts.walk_revisions()]

    assert newest() == scripts.get_current_head()
    assert all(is_known(revision) for revision in known)
    assert not is_known("9999")
    assert len(list(SCRIPTS.glob("versions/*.py"))) == len(known)
