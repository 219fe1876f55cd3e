"""Settings: the file, overruled by the environment."""

import os
from ipaddress import ip_network
from pathlib import Path

import pytest

from config import ConfigError, load_config
from config.settings import PrivacyMode, Settings, holds_password


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("HARKEN_")]:
        monkeypatch.delenv(name)


def settings(folder: Path, text: str = "") -> Settings:
    (folder / "harken.toml").write_text(text, "utf-8")
    (folder / "harken.toml").chmod(0o600)
    return load_config(folder).settings


def problems(folder: Path, text: str = "") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        settings(folder, text)
    return [str(problem) for problem in caught.value.problems]


def test_the_file_decides_what_it_names_and_the_defaults_the_rest(tmp_path: Path) -> None:
    found = settings(tmp_path, 'port = 9000\nallow_networks = ["10.0.0.0/8"]\n[digest]\ncap = 3\n')
    assert found.port == 9000
    assert found.allow_networks == (ip_network("10.0.0.0/8"),)
    assert (found.digest.cap, found.digest.hour) == (3, 8)


def test_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARKEN_PORT", "9001")
    monkeypatch.setenv("HARKEN_ALLOW_NETWORKS", "127.0.0.0/8, fd00::/8,")
    monkeypatch.setenv("HARKEN_DIGEST_HOUR", "7")
    monkeypatch.setenv("HARKEN_PRIVACY_MODE", "eu")
    monkeypatch.setenv("HARKEN_RETENTION_POSTS_DAYS", "10")
    found = settings(tmp_path, 'port = 9000\nallow_networks = ["10.0.0.0/8"]\n[digest]\ncap = 3\n')
    assert found.port == 9001
    assert found.allow_networks == (ip_network("127.0.0.0/8"), ip_network("fd00::/8"))
    assert (found.digest.cap, found.digest.hour) == (3, 7)
    assert found.privacy.mode is PrivacyMode.EU
    assert found.retention.posts_days == 10


def test_an_empty_variable_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARKEN_PORT", "")
    monkeypatch.setenv("HARKEN_SECRET_KEY_FILE", "")
    assert settings(tmp_path, "port = 9000").port == 9000


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("HARKEN_PORT", "0", "HARKEN_PORT: must be at least 1"),
        ("HARKEN_PORT", "many", "HARKEN_PORT: must be a whole number, not text"),
        ("HARKEN_BASE_URL", "harken.example", "HARKEN_BASE_URL: 'harken.example' is no web"),
        ("HARKEN_BASE_URL", "https://a.example/?q", "HARKEN_BASE_URL: 'https://a.example/?q' has"),
        ("HARKEN_HOST", "0.0.0.0/0", "HARKEN_HOST: '0.0.0.0/0' is no host"),
        ("HARKEN_ALLOW_NETWORKS", "10.0.0.0/8,me", "HARKEN_ALLOW_NETWORKS: 'me' is no network"),
        ("HARKEN_PRIVACY_MODE", "eu2", "HARKEN_PRIVACY_MODE: 'eu2' is not one of standard, eu"),
        ("HARKEN_PRIVACY_MOED", "eu", "HARKEN_PRIVACY_MOED: unknown key; did you mean 'mode'?"),
        ("HARKEN_DIGEST", "soon", "HARKEN_DIGEST: must be a table in JSON"),
        ("HARKEN_DIGEST", '{"cap": 0}', "HARKEN_DIGEST: must be at least 1"),
        ("HARKEN_SECRET_KEY", "short", "HARKEN_SECRET_KEY: is too short"),
        ("HARKEN_DATABASE", "mysql://u:p@h/d", "HARKEN_DATABASE: is no database"),
    ],
)
def test_a_wrong_variable_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(name, value)
    (found,) = problems(tmp_path)
    assert found.startswith(f"environment: {expected}")


def test_a_wrong_secret_is_never_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARKEN_DATABASE", "mysql://u:hunter2@h/d")
    monkeypatch.setenv("HARKEN_SECRET_KEY", "hunter2")
    assert "hunter2" not in "\n".join(problems(tmp_path))


def test_a_secret_is_hidden_when_settings_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARKEN_SECRET_KEY", "hunter2" * 8)
    assert "hunter2" not in repr(settings(tmp_path))


def test_secrets_may_be_in_files_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "database.txt"
    secret.write_text("postgresql+psycopg://u:p@db/harken\n")
    monkeypatch.setenv("HARKEN_DATABASE_FILE", str(secret))
    found = settings(tmp_path, 'database = "sqlite:///other.db"')
    assert found.database is not None
    assert found.database.get_secret_value() == "postgresql+psycopg://u:p@db/harken"


def test_a_secret_file_that_is_wrong_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key.txt").write_text("short")
    (tmp_path / "binary").write_bytes(b"\xff")
    monkeypatch.setenv("HARKEN_SECRET_KEY_FILE", str(tmp_path / "key.txt"))
    monkeypatch.setenv("HARKEN_DATABASE_FILE", str(tmp_path / "gone"))
    found = problems(tmp_path)
    assert "HARKEN_DATABASE_FILE: can't read" in found[0]
    assert "HARKEN_SECRET_KEY_FILE: is too short" in found[1]
    monkeypatch.setenv("HARKEN_DATABASE_FILE", str(tmp_path / "binary"))
    assert "is not UTF-8 text" in problems(tmp_path)[0]


def test_a_secret_in_two_places_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARKEN_SECRET_KEY", "k" * 32)
    monkeypatch.setenv("HARKEN_SECRET_KEY_FILE", "/run/secrets/key")
    assert problems(tmp_path) == [
        "environment: HARKEN_SECRET_KEY_FILE: HARKEN_SECRET_KEY is set too; keep one of them"
    ]


def test_truth_is_no_number(tmp_path: Path) -> None:
    assert problems(tmp_path, "port = true") == [
        "harken.toml:1: port: must be a whole number, not true or false"
    ]


def test_a_file_cannot_steer_how_it_is_read(tmp_path: Path) -> None:
    assert problems(tmp_path, '_env_file = "/etc/passwd"') == [
        "harken.toml:1: _env_file: unknown key"
    ]


def test_the_address_that_people_use_has_no_slash_at_its_end(tmp_path: Path) -> None:
    found = settings(tmp_path, 'base_url = "https://harken.example/sales/"')
    assert found.base_url == "https://harken.example/sales"


@pytest.mark.parametrize("sign", ["\\u0000", "\\n", "\\r\\nX-Evil: 1", "\\u001b", "\\u0085"])
def test_a_contact_that_no_header_can_carry_is_refused(tmp_path: Path, sign: str) -> None:
    assert problems(tmp_path, f'\ncontact = "ops{sign}@acme.example"') == [
        "harken.toml:2: contact: holds a line end or another control character"
    ]


@pytest.mark.parametrize("contact", ["", "  ", "ops@acme.example", "https://acme.example/bot"])
def test_a_contact_is_one_line_or_none(tmp_path: Path, contact: str) -> None:
    assert settings(tmp_path, f'contact = "{contact}"').contact == contact.strip()


@pytest.mark.parametrize(
    ("database", "expected"),
    [
        ("postgresql://u:p@h/d", True),
        ("postgresql+psycopg://u:p:q@h/d", True),
        ("postgresql://u@h:5432/d", False),
        ("sqlite:///harken.db", False),
        ("nonsense", False),
    ],
)
def test_a_password_in_an_address_is_recognised(database: str, expected: bool) -> None:
    assert holds_password(database) is expected
