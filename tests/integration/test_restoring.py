"""A backup comes back whole or not at all, and nobody with it who was erased since."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from models.ledger import AuditEvent, Suppression
from models.post import Author
from models.source import Source
from models.words import SuppressionReason
from service.address import announced
from service.errors import RefusedError
from service.folder import LEFT_ALONE
from service.house import open_house
from service.leads.ledger import broken_link
from service.posts.erasing import erase
from service.posts.intake import Intake
from service.posts.suppression import suppress_author
from service.privacy.left_alone import (
    leave_alone_again,
    note_left_alone,
    read_list,
)
from service.store.backups import forget_backups
from service.store.engine import open_engine, reading, sqlite_url, writing
from service.store.migrate import downgrade
from service.store.revisions import newest
from service.store.swapping import PART, WHOLE, commit, finish, settle, steps
from tests.builders import ASK, NO_TAKERS, SECRET, Place, a_config, a_place, a_post
from tests.command import Ran, harken_here
from tests.fakes import NOON, Ears, Said

SOON = datetime(2026, 1, 1, tzinfo=UTC)


def restored(backup: Path, folder: Path, *more: str) -> Ran:
    return harken_here("restore", str(backup), *more, data=folder)


def hear(folder: Path, author: str, number: str = "1") -> None:
    """Let somebody be heard in an installation."""
    with open_house(folder) as house, writing(house.engine) as db:
        source = db.exec(select(Source).order_by(Source.slug)).first()
        assert source is not None
        listener = Ears(known={ASK: Said()})
        intake = Intake(config=house.config, listener=listener, secret=house.secret)
        intake.take_in(
            db, source, [a_post(number, f"{ASK} a crm? {author}", author=author)], now=NOON
        )


def authors(folder: Path) -> list[str]:
    engine = open_engine(sqlite_url(folder / "harken.db"))
    with reading(engine) as db:
        found = sorted(db.exec(select(Author.handle)))
    engine.dispose()
    return found


def erased(folder: Path, handle: str) -> Ran:
    return harken_here("privacy", "erase", handle, data=folder)


@pytest.fixture(scope="module")
def _heard(_opened_house: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an installation in which two were heard, with a backup beside it."""
    folder = tmp_path_factory.mktemp("heard") / "house"
    shutil.copytree(_opened_house, folder)
    hear(folder, "quiet_otter")
    hear(folder, "loud_heron", "2")
    harken_here("backup", "--to", str(folder.parent / "spare"), data=folder)
    return folder.parent


@pytest.fixture
def folder(_heard: Path, tmp_path: Path) -> Path:
    return shutil.copytree(_heard / "house", tmp_path / "house")


@pytest.fixture
def backup(_heard: Path, tmp_path: Path) -> Path:
    return next(shutil.copytree(_heard / "spare", tmp_path / "spare").iterdir())


# --- what comes back -------------------------------------------------------------------------


def test_a_backup_comes_back_and_what_was_there_is_kept(folder: Path, backup: Path) -> None:
    hear(folder, "late_heron", "3")
    (folder / "offerings.toml").write_text("# since then\n")

    (told,) = restored(backup, folder, "--force", "--json").lines

    assert authors(folder) == ["loud_heron", "quiet_otter"]
    assert told["counts"]["posts"] == 2  # type: ignore[index]  # JSON
    assert (told["revision"], told["newest"]) == (newest(), newest())
    assert not (folder / "offerings.toml").exists()
    before = Path(str(told["before"]))
    assert authors(before) == ["late_heron", "loud_heron", "quiet_otter"]
    assert (before / "offerings.toml").read_text() == "# since then\n"
    assert before.name.endswith(".before-restore")
    assert before.stat().st_mode & 0o077 == 0
    assert (folder / "harken.db").stat().st_mode & 0o077 == 0
    assert not [path for path in folder.iterdir() if path.name.startswith(".restoring")]
    with open_house(folder) as house, reading(house.engine) as db:
        assert broken_link(db) is None
        assert "backup.restored" in db.exec(select(AuditEvent.action)).all()
    gone = forget_backups(folder / "backups", before=datetime(2100, 1, 1, tzinfo=UTC))
    assert gone == [before.name]  # it ends with the backups


def test_it_comes_back_on_another_machine(backup: Path, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere" / "harken"

    ran = restored(backup, folder)

    assert ran.code == 0
    assert "What was there" not in ran.out
    assert "2 posts" in ran.out
    assert authors(folder) == ["loud_heron", "quiet_otter"]
    assert harken_here("audit", "verify", data=folder).code == 0


# --- whoever was erased ----------------------------------------------------------------------


def test_who_was_erased_since_is_erased_again_and_stays_out(folder: Path, backup: Path) -> None:
    assert b"quiet_otter" in (backup / "harken.db").read_bytes()
    erased(folder, "quiet_otter")

    ran = restored(backup, folder, "--force")

    assert "Erased again, as they had been since: 1" in ran.out
    assert authors(folder) == ["loud_heron"]
    raw = b"".join(path.read_bytes() for path in folder.glob("harken.db*"))
    assert b"quiet_otter" not in raw
    hear(folder, "quiet_otter", "7")
    assert authors(folder) == ["loud_heron"]


def test_a_database_that_is_put_back_by_hand_is_erased_from_at_the_next_start(
    folder: Path, backup: Path
) -> None:
    erased(folder, "Quiet_Otter")
    for path in folder.glob("harken.db*"):
        path.unlink()
    shutil.copy(backup / "harken.db", folder / "harken.db")

    harken_here("audit", "verify", data=folder)

    assert authors(folder) == ["loud_heron"]


def test_a_list_that_was_kept_elsewhere_goes_for_a_new_machine(
    folder: Path, backup: Path, tmp_path: Path
) -> None:
    erased(folder, "quiet_otter")
    kept = shutil.copy(folder / LEFT_ALONE, tmp_path / "kept.list")
    assert "quiet" not in Path(kept).read_text()

    restored(backup, tmp_path / "new", "--left-alone", str(kept))

    assert authors(tmp_path / "new") == ["loud_heron"]


def test_even_without_the_file_the_database_that_goes_says_who_was_erased(
    folder: Path, backup: Path
) -> None:
    erased(folder, "quiet_otter")
    (folder / LEFT_ALONE).unlink()

    restored(backup, folder, "--force")

    assert authors(folder) == ["loud_heron"]


# --- the list --------------------------------------------------------------------------------


@pytest.fixture
def place(sqlite_engine: Engine) -> Place:
    return a_place(sqlite_engine, a_config(users=NO_TAKERS))


def left_alone(place: Place, handle: str, reason: SuppressionReason) -> None:
    with writing(place.engine) as db:
        suppress_author(
            db,
            secret=SECRET,
            host="talk.example",
            handle=handle,
            reason=reason,
            by="mia",
            now=place.clock.now(),
        )


def test_the_list_holds_hashes_for_its_owner_s_eyes_and_follows_the_database(
    place: Place, tmp_path: Path
) -> None:
    note_left_alone(place.engine, tmp_path, secret=SECRET)
    assert not (tmp_path / LEFT_ALONE).exists()
    left_alone(place, "otter", SuppressionReason.OBJECTION)
    left_alone(place, "heron", SuppressionReason.ERASURE)
    note_left_alone(place.engine, tmp_path, secret=SECRET)

    file = tmp_path / LEFT_ALONE
    assert file.stat().st_mode & 0o077 == 0
    assert "otter" not in file.read_text()
    assert {one.reason for one in read_list(file, secret=SECRET).values()} == {
        SuppressionReason.OBJECTION,
        SuppressionReason.ERASURE,
    }

    with writing(place.engine) as db:  # one is lifted, and of the other the row is lost
        for row in db.exec(select(Suppression)):
            db.delete(row)
    note_left_alone(place.engine, tmp_path, secret=SECRET)
    (kept,) = read_list(file, secret=SECRET).values()
    assert kept.reason is SuppressionReason.ERASURE


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("secret 00\n", "line 1, is damaged"),
        ("quiet_otter\n", "line 1, is damaged"),
        (f"{'0' * 64} erasure yesterday\n", "line 1, is damaged"),
        (f"secret {'0' * 64}\n{'1' * 64} erasure 2025-11-19T12:00:00+00:00\n", "another secret"),
    ],
)
def test_a_list_that_cannot_be_believed_is_not_passed_over(
    tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path / LEFT_ALONE).write_text(text)
    with pytest.raises(RefusedError, match=told):
        read_list(tmp_path / LEFT_ALONE, secret=SECRET)
    (tmp_path / LEFT_ALONE).write_bytes(b"\xff\xfe")
    with pytest.raises(RefusedError, match="damaged"):
        read_list(tmp_path / LEFT_ALONE, secret=SECRET)


@pytest.mark.every_database
def test_whom_a_restore_brought_back_is_found_by_any_of_their_names(
    engine: Engine, tmp_path: Path
) -> None:
    place = a_place(engine, a_config(users=NO_TAKERS))
    hosts = {"amy": None, "bea": "talk.example", "cid": "pond.example"}

    def take_in(number: int) -> None:
        for author in hosts:
            url = f"https://pond.example/{author}/{number}"
            post = a_post(f"{author}-{number}", f"{ASK} a crm?", author=author, url=url)
            place.take_in(post)

    take_in(1)
    with writing(engine) as db:
        for author, host in hosts.items():
            handle = author.upper()
            erase(db, handle, host=host, secret=SECRET, by="mia", config=place.config, now=NOON)
    note_left_alone(engine, tmp_path, secret=SECRET)
    with writing(engine) as db:  # as if nobody had been erased yet
        for row in db.exec(select(Suppression)):
            db.delete(row)
    take_in(2)
    assert len(place.all(Author)) == len(hosts)

    gone = leave_alone_again(engine, tmp_path, place.config, secret=SECRET, now=SOON)

    assert gone == len(hosts)
    assert place.all(Author) == []
    assert leave_alone_again(engine, tmp_path, place.config, secret=SECRET, now=SOON) == 0


# --- what is refused -------------------------------------------------------------------------


def test_it_leaves_an_installation_alone_unless_it_is_told_to(folder: Path, backup: Path) -> None:
    hear(folder, "late_heron", "3")

    ran = restored(backup, folder)

    assert ran.code == 1
    assert "--force" in ran.err
    assert "late_heron" in authors(folder)


def test_it_waits_until_nobody_works_there(folder: Path, backup: Path) -> None:
    with announced(folder, "http://127.0.0.1:1"):
        ran = restored(backup, folder, "--force")
    assert "Harken is running" in ran.err
    assert "http://127.0.0.1:1" in ran.err
    engine = open_engine(sqlite_url(folder / "harken.db"))
    with writing(engine) as db:
        db.exec(select(Source)).first()
        assert "at this moment" in restored(backup, folder, "--force").err
    engine.dispose()
    assert restored(backup, folder, "--force").code == 0


def harm(backup: Path, *statements: str) -> None:
    with closing(sqlite3.connect(backup / "harken.db")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_only_a_whole_backup_of_harken_s_own_is_taken(folder: Path, backup: Path) -> None:
    hear(folder, "late_heron", "3")

    def refused(why: str, from_: Path = backup) -> None:
        ran = restored(from_, folder, "--force")
        assert ran.code in {1, 2}
        assert why in ran.err, ran.err
        assert "late_heron" in authors(folder)
        assert not [path for path in folder.iterdir() if path.name.startswith(".restoring")]

    def copy(name: str) -> Path:
        return shutil.copytree(backup, backup.parent / name)

    refused("is no folder", backup / "none")
    refused("no backup of Harken", folder.parent)
    other = copy("text")
    (other / "harken.db").write_text("hello")
    refused("no SQLite database", other)
    cut = copy("cut")
    raw = bytearray((cut / "harken.db").read_bytes())
    raw[8192:20480] = b"\x55" * 12288
    (cut / "harken.db").write_bytes(raw)
    refused("is damaged", cut)
    bare = copy("bare")
    (bare / "harken.db").unlink()
    with closing(sqlite3.connect(bare / "harken.db")) as connection:
        connection.execute("CREATE TABLE other (x)")
        connection.commit()
    refused("no database of Harken's", bare)
    newer = copy("newer")
    harm(newer, "UPDATE alembic_version SET version_num = '9999'")
    refused("install that first", newer)
    trap = copy("trap")
    harm(
        trap,
        "CREATE TRIGGER trap AFTER INSERT ON suppression BEGIN DELETE FROM suppression; END",
    )
    refused("a trigger trap that Harken did not make", trap)
    view = copy("view")
    harm(view, "DROP TABLE mute", "CREATE VIEW mute AS SELECT 1 AS id")
    refused("lacks the table mute", view)
    rewritten = copy("rewritten")
    harm(
        rewritten,
        "DROP TRIGGER post_search_new",
        "CREATE TRIGGER post_search_new AFTER INSERT ON post BEGIN DELETE FROM post; END",
    )
    refused("a trigger post_search_new that Harken did not make", rewritten)
    keyless = copy("keyless")
    (keyless / "secret.key").unlink()
    refused("no secret.key", keyless)
    wrong = copy("wrong")
    (wrong / "scoring.toml").write_text("this is = = no toml")
    refused("scoring.toml", wrong)


def test_another_installation_s_backup_cannot_bring_back_who_was_erased_here(
    folder: Path, backup: Path
) -> None:
    erased(folder, "quiet_otter")
    (backup / "secret.key").write_text("ab" * 32 + "\n")

    ran = restored(backup, folder, "--force")

    assert "another secret" in ran.err
    assert authors(folder) == ["loud_heron"]


def test_a_server_s_database_is_put_back_by_its_own_tools(folder: Path, backup: Path) -> None:
    ran = harken_here(
        "restore",
        str(backup),
        "--force",
        data=folder,
        HARKEN_DATABASE="postgresql+psycopg://harken@db.example/harken",
    )
    assert "pg_restore" in ran.err
    assert LEFT_ALONE in ran.err
    ran = harken_here(
        "restore", str(backup), "--force", data=folder, HARKEN_DATABASE="sqlite:////srv/x.db"
    )
    assert "take the setting `database` away" in ran.err


def test_a_backup_of_before_is_brought_up_to_date(folder: Path, backup: Path) -> None:
    engine = open_engine(sqlite_url(backup / "harken.db"))
    downgrade(engine, "0024")
    engine.dispose()

    ran = restored(backup, folder, "--force")

    assert f"Its schema was 0024; it is {newest()} now." in ran.out
    assert authors(folder) == ["loud_heron", "quiet_otter"]


# --- killed at any moment --------------------------------------------------------------------


def laid_out(folder: Path) -> None:
    """Put old files into ``folder`` and new ones beside them, not exchanged yet."""
    (folder / "topics").mkdir(parents=True)
    (folder / "topics" / "old.toml").write_text("old")
    for name in ("harken.db", "harken.db-wal", "secret.key", "teams.toml", LEFT_ALONE):
        (folder / name).write_text("old")
    (folder / PART / "topics").mkdir(parents=True)
    (folder / PART / "topics" / "new.toml").write_text("new")
    for name in ("harken.db", "secret.key", "sla.toml", LEFT_ALONE):
        (folder / PART / name).write_text("new")


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


_NEW = dict.fromkeys(("harken.db", "secret.key", "sla.toml", "topics/new.toml", LEFT_ALONE), "new")
_OLD = {
    f"backups/was/{name}": "old"
    for name in (
        "harken.db",
        "harken.db-wal",
        "secret.key",
        "teams.toml",
        "topics/old.toml",
    )
}


def test_cut_short_anywhere_the_next_command_ends_it(tmp_path: Path) -> None:
    names = ["harken.db", "secret.key", "sla.toml", "topics", LEFT_ALONE]
    moved = 0
    while True:
        folder = tmp_path / str(moved)
        laid_out(folder)
        plan = json.dumps({"names": names, "old": "backups/was"})
        (folder / PART / "plan.json").write_text(plan)
        (folder / PART).rename(folder / WHOLE)
        going = steps(folder)
        done = [one for _, one in zip(range(moved), going, strict=False)]
        settle(folder)
        assert contents(folder) == _NEW | _OLD, done
        if len(done) < moved:
            break
        moved += 1
    assert moved == 12  # five away, five in, the plan, and one more


def test_cut_short_before_it_counts_nothing_has_happened(tmp_path: Path) -> None:
    laid_out(tmp_path)
    before = {name: text for name, text in contents(tmp_path).items() if text == "old"}

    settle(tmp_path)

    assert contents(tmp_path) == before
    assert finish(tmp_path) is False


def test_an_exchange_is_whole_once_it_is_committed(tmp_path: Path) -> None:
    laid_out(tmp_path)
    names = ["harken.db", "secret.key", "sla.toml", "topics", LEFT_ALONE]

    commit(tmp_path, names, old="backups/was")

    assert contents(tmp_path) == _NEW | _OLD


def test_where_only_the_list_is_it_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / PART).mkdir()
    for folder, text in ((tmp_path, "old"), (tmp_path / PART, "new")):
        (folder / LEFT_ALONE).write_text(text)

    commit(tmp_path, [LEFT_ALONE], old=None)

    assert contents(tmp_path) == {LEFT_ALONE: "new"}


def test_a_command_ends_a_restore_that_was_cut_short(folder: Path, backup: Path) -> None:
    hear(folder, "late_heron", "3")
    whole = shutil.copytree(backup, folder / WHOLE)
    plan = {"names": [p.name for p in backup.iterdir()], "old": "backups/was"}
    (whole / "plan.json").write_text(json.dumps(plan))

    harken_here("audit", "verify", data=folder)

    assert authors(folder) == ["loud_heron", "quiet_otter"]
    assert "late_heron" in authors(folder / "backups" / "was")
