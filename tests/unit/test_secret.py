"""The installation's own secret."""

from pathlib import Path

import pytest

from service.errors import RefusedError
from service.secret import load_secret


def test_a_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    secret = load_secret(tmp_path)

    assert len(secret) == 32
    assert load_secret(tmp_path) == secret
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600


def test_installations_have_different_secrets(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()

    assert load_secret(one) != load_secret(two)


@pytest.mark.parametrize(
    "content", [b"", b"abc", b"00" * 31, b"not hexadecimal" * 9, b"\xff" * 64]
)
def test_a_damaged_secret_is_never_replaced(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "secret.key"
    file.write_bytes(content)

    with pytest.raises(RefusedError, match="damaged: restore it from a backup"):
        load_secret(tmp_path)
    assert file.read_bytes() == content
