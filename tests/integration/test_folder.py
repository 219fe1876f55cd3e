"""Whether there is an installation in a folder, and what is made there."""

from pathlib import Path

import pytest

from config import ConfigError
from config.folder import FILES
from service.errors import RefusedError
from service.folder import existing, usable
from service.house import existing_house, open_house


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HARKEN_DATABASE", raising=False)
    monkeypatch.delenv("HARKEN_DATABASE_FILE", raising=False)


@pytest.mark.parametrize("name", [*FILES, "harken.db", "secret.key"])
def test_a_file_of_ours_makes_a_folder_an_installation(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert existing(tmp_path) == tmp_path


def test_a_topic_of_ours_does_so_too(tmp_path: Path) -> None:
    (tmp_path / "topics").mkdir()
    with pytest.raises(ConfigError):
        existing(tmp_path)
    (tmp_path / "topics" / "crm.toml").touch()
    assert existing(tmp_path) == tmp_path


@pytest.mark.parametrize("name", ["pyproject.toml", "notes.md"])
def test_a_file_of_others_does_not(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(ConfigError, match="there is no Harken here"):
        existing(tmp_path)


def test_the_way_out_can_be_pasted_into_a_shell(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"`harken init '.*my leads'`"):
        existing(tmp_path / "my leads")


def test_a_database_in_the_environment_is_an_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARKEN_DATABASE", "sqlite:///elsewhere.db")
    assert existing(tmp_path) == tmp_path


def test_looking_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConfigError), existing_house(tmp_path / "house"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_what_is_made_is_for_its_owner_s_eyes(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "house"
    with open_house(folder):
        rights = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert set(rights) >= {"harken.db", "harken.db-wal", "harken.db-shm", "secret.key"}
    assert set(rights.values()) == {0o600}


def test_what_the_machine_refuses_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RefusedError, match="file/below can't be used: Not a directory"):
        refused(tmp_path / "file" / "below")


def refused(folder: Path) -> None:
    with usable(folder):
        folder.mkdir()
