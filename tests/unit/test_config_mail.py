"""``[mail]`` and ``[digest]``: what is whole, and what would be a mistake."""

import os
from pathlib import Path

import pytest

from config import ConfigError, load_config
from config.digest import WhenEmpty, parse_days
from config.settings import Settings
from models.digest_words import Rhythm
from models.words import UserRole

WHOLE = '[mail]\nhost = "smtp.example.com"\nsender = "harken@example.com"\n'


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("HARKEN_")]:
        monkeypatch.delenv(name)


def settings(folder: Path, text: str, mode: int = 0o600) -> Settings:
    (folder / "harken.toml").write_text(text, "utf-8")
    (folder / "harken.toml").chmod(mode)
    return load_config(folder).settings


def problems(folder: Path, text: str, mode: int = 0o600) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        settings(folder, text, mode)
    return [str(problem) for problem in caught.value.problems]


def test_without_a_host_no_mail_goes_out(tmp_path: Path) -> None:
    assert not settings(tmp_path, "").mail.is_on


@pytest.mark.parametrize(
    ("more", "port"),
    [
        ("", 587),
        ('encryption = "tls"', 465),
        ('encryption = "none"', 25),
        ("port = 2525", 2525),
    ],
)
def test_the_port_follows_the_encryption(tmp_path: Path, more: str, port: int) -> None:
    mail = settings(tmp_path, WHOLE + more).mail

    assert (mail.is_on, mail.server_port) == (True, port)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[mail]\nhost = "smtp.example.com"', "mail.sender: is missing: say whom mail comes from"),
        (WHOLE + 'user = "harken"', "mail.password: is missing: a login is"),
        (WHOLE + 'password = "x"', "mail.user: is missing: a login is"),
        (
            WHOLE + 'user = "a"\npassword = "hunter2"\nencryption = "none"',
            "mail.encryption: would send the password in the clear",
        ),
        ('[mail]\nhost = "smtp://x"', "mail.host: 'smtp://x' is no host"),
        ('[mail]\nhost = "a b"', "mail.host: 'a b' is no host"),
        (WHOLE + 'ca_file = "our.pem"', "mail.ca_file: 'our.pem' is no path from the root"),
        (WHOLE + 'encryption = "ssl"', "mail.encryption: 'ssl' is not one of"),
        ('[digest]\ndays = "someday"', "digest.days: 'someday' names no days"),
        ('[digest]\nrhythm = "dayly"', "digest.rhythm: 'dayly' is not one of"),
        ("[digest]\nexplore = 0.9", "digest.explore: must be at most 0.5"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, why: str) -> None:
    found = problems(tmp_path, text)

    assert why in "\n".join(found)
    assert "hunter2" not in "\n".join(found)


def test_a_login_in_the_clear_stays_on_this_machine(tmp_path: Path) -> None:
    login = 'user = "a"\npassword = "b"\nencryption = "none"\nsender = "h@example.com"\n'

    for host in ("localhost", "127.0.0.1"):
        assert settings(tmp_path, f'[mail]\nhost = "{host}"\n{login}').mail.user == "a"


def test_the_password_may_be_in_a_file_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "password.txt"
    secret.write_text("hunter2\n")
    monkeypatch.setenv("HARKEN_MAIL_PASSWORD_FILE", str(secret))

    mail = settings(tmp_path, WHOLE + 'user = "harken"').mail
    assert mail.password is not None
    assert mail.password.get_secret_value() == "hunter2"
    assert "hunter2" not in repr(mail)
    monkeypatch.setenv("HARKEN_MAIL_PASSWORD", "other")
    assert "keep one of them" in problems(tmp_path, WHOLE)[0]


def test_a_file_password_for_a_table_that_is_none_is_one_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "password.txt"
    secret.write_text("hunter2\n")
    monkeypatch.setenv("HARKEN_MAIL_PASSWORD_FILE", str(secret))

    assert problems(tmp_path, "mail = 3") == ["harken.toml:1: mail: must be a table, not a number"]


def test_a_password_in_a_file_that_others_can_read_is_a_problem(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, WHOLE + 'user = "a"\npassword = "hunter2"', mode=0o644)

    assert "harken.toml:5: mail.password: others can read this file" in found
    assert "HARKEN_MAIL_PASSWORD_FILE" in found


def test_digests_can_be_had_otherwise(tmp_path: Path) -> None:
    text = '[digest]\nrhythm = "weekly"\ndays = "sun"\nwhen_empty = "mail"\n'
    found = settings(tmp_path, text).digest

    assert (found.rhythm, found.when_empty) == (Rhythm.WEEKLY, WhenEmpty.MAIL)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("mon-fri", {0, 1, 2, 3, 4}),
        ("Sat, mon", {0, 5}),
        ("sun-tue", {6, 0, 1}),
        ("wed-wed", {2}),
    ],
)
def test_days_are_written_as_people_write_them(text: str, days: set[int]) -> None:
    assert parse_days(text) == days


@pytest.mark.parametrize("url", ["imaps://imap.example.com", "imap://127.0.0.1:1143"])
def test_a_mailbox_that_mail_comes_back_to_is_read_safely(tmp_path: Path, url: str) -> None:
    login = 'bounces_user = "back"\nbounces_password = "secret"\n'
    mail = settings(tmp_path, f'{WHOLE}bounces_url = "{url}"\n{login}').mail
    assert (mail.bounces_url, mail.bounces_folder) == (url, "INBOX")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('bounces_url = "imap://mail.example.com"', "is no mailbox"),
        ('bounces_url = "imaps://me@mail.example.com"', "is no mailbox"),
        ('bounces_url = "imaps://"', "is no mailbox"),
        ('bounces_url = "imaps://mail.example.com"', "bounces_user"),
        ('bounces_url = "imaps://mail.example.com"\nbounces_user = "x"', "bounces_password"),
    ],
)
def test_a_mailbox_that_could_not_be_read_is_told(tmp_path: Path, lines: str, said: str) -> None:
    assert any(said in problem for problem in problems(tmp_path, f"{WHOLE}{lines}\n"))


@pytest.mark.parametrize(
    ("who", "roles"),
    [
        ("", set()),
        ("admin, Manager", {UserRole.ADMIN, UserRole.MANAGER}),
        ("everybody", set(UserRole)),
    ],
)
def test_who_needs_one_time_codes_is_said_by_role(
    tmp_path: Path, who: str, roles: set[UserRole]
) -> None:
    login = settings(tmp_path, f'[login]\nsecond_factor = "{who}"\n').login
    assert login.second_factor_roles == roles


def test_a_role_that_there_is_not_is_told(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, '[login]\nsecond_factor = "admins"\n')
    assert "'admins' is no role" in problem
    assert "did you mean 'admin'" in problem
    (problem,) = problems(tmp_path, '[login]\nsecond_factor = "xyz"\n')
    assert "roles are admin" in problem


def test_no_mailbox_may_be_said_in_so_many_words(tmp_path: Path) -> None:
    assert settings(tmp_path, f'{WHOLE}bounces_url = ""\n').mail.bounces_url == ""
