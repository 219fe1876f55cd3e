"""Files of the configuration change whole or not at all, and what they said is kept."""

import os
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from config import ConfigError, load_config
from models.file_version import FileVersion
from models.ledger import AuditEvent
from models.people import User
from models.topic import Topic
from service.editing.change import Change, EditedMeanwhileError, change_files, try_change
from service.editing.files import digest_of, read_file
from service.editing.history import difference, versions
from service.editing.live import LiveConfig
from service.editing.tables import put_entry, put_keys
from service.errors import RefusedError
from service.house import House, open_house
from tests.fakes import NOON

TOPIC = 'id = "hobs"\nname = "Hobs"\nkeywords = ["induction hob"]\n'
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def house(fresh_house: Path) -> Iterator[House]:
    with open_house(fresh_house) as house:
        yield house


def an_admin(engine: Engine) -> str:
    with Session(engine) as db:
        return db.exec(select(User.id).where(User.role == "admin")).first() or "harken"


def change(house: House, *changes: Change, note: str | None = None) -> None:
    by = an_admin(house.engine)
    change_files(house.engine, house.folder, changes, by=by, note=note, now=NOON)


def from_here(house: House, file: str, text: str | None) -> Change:
    now = read_file(house.folder, file)
    return Change(file=file, text=text, seen=now.digest if now else None)


def test_a_new_topic_is_a_file_and_a_row_and_has_a_history(house: House) -> None:
    change(house, Change(file="topics/hobs.toml", text=TOPIC, seen=None), note="they cook")
    assert (house.folder / "topics/hobs.toml").read_text() == TOPIC
    with Session(house.engine) as db:
        assert db.get_one(Topic, "hobs").active
        (version,) = versions(db, "topics/hobs.toml")
        told = db.exec(select(AuditEvent).where(AuditEvent.action == "config.changed")).one()
    assert (version.text, version.note, version.at) == (TOPIC, "they cook", NOON)
    assert (told.subject, told.detail["digest"]) == ("topics/hobs.toml", digest_of(TOPIC))


def test_the_shipped_topics_stay_when_the_first_own_one_comes(house: House) -> None:
    shipped = set(load_config(None).topics)
    change(house, Change(file="topics/hobs.toml", text=TOPIC, seen=None))
    assert set(load_config(house.folder).topics) == shipped | {"hobs"}


def test_a_change_that_leaves_anything_wrong_writes_nothing(house: House) -> None:
    wrong = TOPIC.replace("keywords", "keyword")
    with pytest.raises(ConfigError) as refused:
        change(house, Change(file="topics/hobs.toml", text=wrong, seen=None))
    assert [(p.file, p.line) for p in refused.value.problems] == [("topics/hobs.toml", 3)]
    assert not (house.folder / "topics").exists()
    with Session(house.engine) as db:
        assert not db.exec(select(FileVersion)).all()


def test_who_was_slower_is_told_and_overwrites_nothing(house: House) -> None:
    change(house, Change(file="topics/hobs.toml", text=TOPIC, seen=None))
    stale = from_here(house, "topics/hobs.toml", TOPIC + "active = false\n")
    change(house, from_here(house, "topics/hobs.toml", TOPIC + "# faster\n"))
    with pytest.raises(EditedMeanwhileError):
        change(house, stale)
    assert (house.folder / "topics/hobs.toml").read_text().endswith("# faster\n")


def test_what_was_written_outside_the_page_is_kept_before_it_is_changed(house: House) -> None:
    change(house, Change(file="topics/hobs.toml", text=TOPIC, seen=None))
    (house.folder / "topics/hobs.toml").write_text(TOPIC + "# by hand\n")
    change(house, from_here(house, "topics/hobs.toml", TOPIC + "# by page\n"))
    with Session(house.engine) as db:
        kept = [(v.text, v.by is None) for v in versions(db, "topics/hobs.toml")]
    assert kept == [
        (TOPIC + "# by page\n", False),
        (TOPIC + "# by hand\n", True),
        (TOPIC, False),
    ]


def test_a_topic_that_goes_is_switched_off_and_can_come_back(house: House) -> None:
    change(house, Change(file="topics/hobs.toml", text=TOPIC, seen=None))
    change(house, from_here(house, "topics/hobs.toml", None))
    with Session(house.engine) as db:
        assert not db.get_one(Topic, "hobs").active
        gone, before = versions(db, "topics/hobs.toml")
    assert (gone.text, before.text) == (None, TOPIC)
    change(house, Change(file="topics/hobs.toml", text=before.text, seen=None))
    assert "hobs" in load_config(house.folder).topics


@pytest.mark.parametrize(
    "file",
    ["harken.toml", "channels.toml", "../x.toml", "topics/../x.toml", "topics/A.toml", "/etc/x"],
)
def test_no_other_file_is_read_or_written(house: House, file: str) -> None:
    with pytest.raises(RefusedError):
        read_file(house.folder, file)
    with pytest.raises(RefusedError):
        try_change(house.folder, [Change(file=file, text="", seen=None)])


def test_files_are_as_before_when_the_rows_could_not_be_written(house: House) -> None:
    with pytest.raises(Exception, match="FOREIGN KEY"):
        change_files(
            house.engine,
            house.folder,
            [Change(file="topics/hobs.toml", text=TOPIC, seen=None)],
            by="nobody",
            note=None,
            now=NOON,
        )
    assert set(load_config(house.folder).topics) == set(load_config(None).topics)


def test_a_running_page_goes_by_the_files_as_they_are_unless_they_are_wrong(
    house: House,
) -> None:
    live = LiveConfig(house.folder, house.config)
    assert live.current(at_once=True) is house.config
    change(house, Change(file="topics/hobs.toml", text=TOPIC, seen=None))
    assert "hobs" in live.current(at_once=True).topics
    path = house.folder / "topics/hobs.toml"
    path.write_text("id = ")
    os.utime(path, (1, 1))
    assert "hobs" in live.current(at_once=True).topics
    assert [problem.file for problem in live.problems] == ["topics/hobs.toml"]
    path.write_text(TOPIC)
    assert "hobs" in live.current(at_once=True).topics
    assert live.problems == ()


def test_a_difference_is_shown_line_by_line() -> None:
    assert difference("a\nb\n", "a\nc\n") == ("@@ -1,2 +1,2 @@", " a", "-b", "+c")
    assert difference("a\n", "a\n") == ()
    assert difference(None, "a\n")[-1] == "+a"


LIST = (
    '# who sells\n[[user]]\nhandle = "ann"  # the first\nweight = 2\n\n[[user]]\nhandle = "bo"\n'
)


def test_an_entry_is_changed_with_the_comments_around_it_kept() -> None:
    text = put_entry(LIST, "user", "handle", {"handle": "ann", "weight": None, "tz": "UTC"})
    assert "# who sells" in text
    assert "# the first" in text
    assert tomllib.loads(text)["user"] == [{"handle": "ann", "tz": "UTC"}, {"handle": "bo"}]


def test_an_entry_that_is_new_comes_last() -> None:
    text = put_entry(LIST, "user", "handle", {"handle": "cy", "skills": ["crm"]})
    assert [user["handle"] for user in tomllib.loads(text)["user"]] == ["ann", "bo", "cy"]
    assert tomllib.loads(put_entry("", "user", "handle", {"handle": "x"}))["user"]


def test_keys_are_set_at_the_top_or_in_a_table() -> None:
    text = put_keys("a = 1 # one\n[b]\nc = 2\n", {"a": 3, "d": True})
    assert tomllib.loads(put_keys(text, {"c": None, "e": "x"}, table="b")) == {
        "a": 3,
        "d": True,
        "b": {"e": "x"},
    }
    assert "# one" in text
