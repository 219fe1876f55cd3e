"""Backups: whole, for their owner's eyes, and gone when their time is over."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from models.ledger import AuditEvent
from service.errors import RefusedError
from service.leads.ledger import audit, broken_link
from service.store.backups import forget_backups, make_backup
from service.store.engine import open_engine, reading, sqlite_url, writing
from tests.command import harken_here
from tests.fakes import NOON

DAY = timedelta(days=1)


def test_a_backup_holds_everything_and_nobody_else_reads_it(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "house"
    (folder / "topics").mkdir(parents=True)
    (folder / "secret.key").write_text("a key")
    (folder / "teams.toml").write_text("# ours")
    (folder / "topics" / "crm.toml").write_text("# a topic")
    (folder / "notes.txt").write_text("not Harken's")
    with writing(sqlite_engine) as db:
        audit(db, actor="harken", action="one", subject="lead:1", at=NOON)

    made = make_backup(sqlite_engine, folder, tmp_path / "spare", now=NOON)

    assert made == tmp_path / "spare" / "harken-20251119T120000Z"
    assert sorted(str(path.relative_to(made)) for path in made.rglob("*") if path.is_file()) == [
        "harken.db",
        "secret.key",
        "teams.toml",
        "topics/crm.toml",
    ]
    assert (made / "harken.db").stat().st_mode & 0o077 == 0
    assert made.stat().st_mode & 0o077 == 0
    copy = open_engine(sqlite_url(made / "harken.db"))
    with reading(copy) as db:
        assert [event.action for event in db.exec(select(AuditEvent))] == ["one"]
        assert broken_link(db) is None
    copy.dispose()
    with pytest.raises(RefusedError, match="there already"):
        make_backup(sqlite_engine, folder, tmp_path / "spare", now=NOON)


def test_what_was_erased_before_is_not_in_a_backup(sqlite_engine: Engine, tmp_path: Path) -> None:
    with writing(sqlite_engine) as db:
        audit(db, actor="harken", action="quiet_otter", subject="lead:1", at=NOON)
        db.flush()
        _erase(db)

    made = make_backup(sqlite_engine, tmp_path, tmp_path / "spare", now=NOON)

    assert b"quiet_otter" not in (made / "harken.db").read_bytes()
    with closing(sqlite3.connect(made / "harken.db")) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def _erase(db: Session) -> None:
    for event in db.exec(select(AuditEvent)):
        db.delete(event)


def test_a_server_s_database_is_left_to_its_own_tools(tmp_path: Path) -> None:
    server = open_engine("postgresql+psycopg://harken@db.example/harken")  # connects to nothing
    with pytest.raises(RefusedError, match="pg_dump"):
        make_backup(server, tmp_path, tmp_path / "spare", now=NOON)

    assert not (tmp_path / "spare").exists()


def test_only_backups_that_had_their_time_are_deleted(tmp_path: Path) -> None:
    for name in (
        "harken-20251015T115959Z",
        "harken-20251015T120000Z",
        "harken-20251119T120000Z",
        "harken-20250101T000000Z.old",
        "harken-20259999T000000Z",
        "photos",
    ):
        (tmp_path / name).mkdir()
    (tmp_path / "harken-20240101T000000Z").symlink_to(tmp_path / "photos")
    (tmp_path / "harken-20240102T000000Z").write_text("a file of somebody's")

    assert forget_backups(tmp_path, before=NOON - 35 * DAY) == ["harken-20251015T115959Z"]
    assert forget_backups(tmp_path / "none", before=NOON) == []
    assert len(list(tmp_path.iterdir())) == 7


def test_the_command_backs_up_and_says_what_it_deleted(fresh_house: Path, tmp_path: Path) -> None:
    spare = tmp_path / "spare"
    (spare / "harken-20200101T000000Z").mkdir(parents=True)

    (told,) = harken_here("backup", "--to", str(spare), "--json", data=fresh_house).lines

    assert told["deleted"] == ["harken-20200101T000000Z"]
    assert (Path(str(told["backup"])) / "harken.db").is_file()
    assert " events, whole" in harken_here("audit", "verify", data=fresh_house).out
