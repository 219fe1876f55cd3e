"""Passwords and tokens of sources: named in their options, kept in the environment."""

import os
from collections.abc import Mapping
from pathlib import Path

from crawlers.errors import MissingSecret

_SUFFIX = "_env"


def secrets_of(options: Mapping[str, str]) -> dict[str, str]:
    """Return by name the secrets that ``options`` point at.

    ``token_env = "HARKEN_GITHUB_TOKEN"`` is the secret ``token``: the value of that variable, or
    the content of the file that HARKEN_GITHUB_TOKEN_FILE names.

    Raises:
        MissingSecret: an option names a variable that is not set, or a file that can't be read.
    """
    named = {key: value for key, value in options.items() if key.endswith(_SUFFIX)}
    return {
        key.removesuffix(_SUFFIX): _value(key.removesuffix(_SUFFIX), variable)
        for key, variable in named.items()
    }


def _value(name: str, variable: str) -> str:
    if value := os.environ.get(variable):
        return value
    file = os.environ.get(f"{variable}_FILE")
    if file is None:
        raise MissingSecret(f"{name} (the variable {variable} is not set)")
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise MissingSecret(f"{name} (the file of {variable}_FILE can't be read)") from error
