"""The installation's own secret: signs cookies and keys the suppression hashes."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from service.errors import RefusedError
from service.folder import SECRET

_BYTES = 32


def load_secret(folder: Path) -> bytes:
    """Return the secret of the installation in ``folder``, made at first use.

    It lies in ``secret.key``, readable by its owner only. Losing it logs everybody out and makes
    the suppression list unreadable, so a backup must hold it.

    Raises:
        RefusedError: the file is not one of ours.
    """
    file = folder / SECRET
    if not file.exists():
        _make(file)
    return read_secret(file)


def _make(file: Path) -> None:
    """Write a new secret whole or not at all; one that another process made meanwhile stays."""
    draft = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(fd, "w") as out:
            out.write(secrets.token_bytes(_BYTES).hex() + "\n")
        with suppress(FileExistsError):
            os.link(draft, file)
    finally:
        draft.unlink()


def read_secret(file: Path) -> bytes:
    """Return the secret that ``file`` holds.

    Raises:
        RefusedError: the file is not one of ours.
        OSError: it can't be read.
    """
    try:
        secret = bytes.fromhex(file.read_text("ascii").strip())
    except ValueError:
        secret = b""
    if len(secret) < _BYTES:
        raise RefusedError(f"{file} is damaged: restore it from a backup")
    return secret
