"""What the doctor finds, and what he advises."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from config import ConfigError
from service.doctor import Finding, Verdict, examine
from service.house import House, open_house
from service.store.engine import writing


@pytest.fixture
def house(fresh_house: Path) -> Iterator[House]:
    with open_house(fresh_house) as house:
        yield house


def the_finding(folder: Path, what: str) -> Finding:
    (finding,) = (finding for finding in examine(folder) if finding.what == what)
    return finding


def test_a_whole_installation_has_no_problem(house: House) -> None:
    found = {finding.what: finding for finding in examine(house.folder)}
    assert not [f for f in found.values() if f.verdict is Verdict.PROBLEM]
    assert found["secret"].verdict is Verdict.OK
    assert "rights" not in found


def test_where_there_is_nothing_nothing_is_examined_or_made(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no Harken here"):
        list(examine(tmp_path / "gone"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", ["", "abc\n", "00" * 31, "no hexadecimal" * 9])
def test_a_damaged_secret_is_a_problem(house: House, content: str) -> None:
    (house.folder / "secret.key").write_text(content)
    finding = the_finding(house.folder, "secret")
    assert finding.verdict is Verdict.PROBLEM
    assert "restore it from a backup" in finding.words


def test_a_lost_secret_is_not_replaced_by_looking(house: House) -> None:
    (house.folder / "secret.key").unlink()
    finding = the_finding(house.folder, "secret")
    assert finding.verdict is Verdict.WARNING
    assert "restore it" in finding.words
    assert not (house.folder / "secret.key").exists()


@pytest.mark.parametrize("name", ["secret.key", "harken.db"])
def test_files_that_others_can_read_are_warned_of(house: House, name: str) -> None:
    (house.folder / name).chmod(0o644)
    finding = the_finding(house.folder, "rights")
    assert finding.verdict is Verdict.WARNING
    assert finding.words.endswith(f"chmod 600 {house.folder / name}")


def test_a_database_of_a_newer_harken_is_told_from_one_of_an_older(house: House) -> None:
    with writing(house.engine) as db:
        db.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    finding = the_finding(house.folder, "database")
    assert finding.verdict is Verdict.PROBLEM
    assert "install the newer one" in finding.words
    assert "harken up" not in finding.words


def test_a_database_that_is_not_made_yet_is(tmp_path: Path) -> None:
    (tmp_path / "harken.db").touch()
    finding = the_finding(tmp_path, "database")
    assert (finding.verdict, "harken up" in finding.words) == (Verdict.WARNING, True)


def test_it_says_what_its_counts_count(house: House) -> None:
    assert ", 1 of 7 sources, " in the_finding(house.folder, "configuration").words
    assert "1 polled" in the_finding(house.folder, "sources").words


def test_a_database_that_is_cut_short_is_a_problem(tmp_path: Path) -> None:
    with open_house(tmp_path):
        pass
    file = tmp_path / "harken.db"
    file.write_bytes(file.read_bytes()[:100_000])
    finding = the_finding(tmp_path, "database")
    assert finding.verdict is Verdict.PROBLEM
    assert "restore a backup" in finding.words
