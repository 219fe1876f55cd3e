"""Where a source's password comes from."""

from pathlib import Path

import pytest

from crawlers.errors import MissingSecret
from service.listening.source_secrets import secrets_of


@pytest.fixture(autouse=True)
def _unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HARKEN_TRIAL_TOKEN", raising=False)
    monkeypatch.delenv("HARKEN_TRIAL_TOKEN_FILE", raising=False)


def test_an_option_names_the_variable_that_holds_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARKEN_TRIAL_TOKEN", "t0p")

    assert secrets_of({"token_env": "HARKEN_TRIAL_TOKEN", "query": "crm"}) == {"token": "t0p"}


def test_it_may_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").write_text("t0p\n", "utf-8")
    monkeypatch.setenv("HARKEN_TRIAL_TOKEN_FILE", str(tmp_path / "token"))

    assert secrets_of({"token_env": "HARKEN_TRIAL_TOKEN"}) == {"token": "t0p"}


def test_a_missing_one_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingSecret, match="HARKEN_TRIAL_TOKEN is not set"):
        secrets_of({"token_env": "HARKEN_TRIAL_TOKEN"})

    monkeypatch.setenv("HARKEN_TRIAL_TOKEN_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(MissingSecret, match="can't be read"):
        secrets_of({"token_env": "HARKEN_TRIAL_TOKEN"})
