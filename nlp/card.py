"""Cards: the JSON beside a model's files that says what they are, and files held to their card."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import MISSING, asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from models.words import Kind, Role
from nlp.errors import ModelError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"
AnyCard = TypeVar("AnyCard", bound="DataclassInstance")


def card_text(card: "DataclassInstance") -> str:
    """Return a card as a JSON document, the same text for the same card."""
    return json.dumps(asdict(card), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def card_of(
    file: Path, kind: type[AnyCard], *, what: str, form: int, numbers: Sequence[str]
) -> AnyCard:
    """Return the card that a file describes.

    Args:
        file: a JSON document.
        kind: its class; it has kinds, roles and a format.
        what: it is the card of, in words for a person: "the model".
        form: the format that is understood.
        numbers: the fields that must be numbers.

    Raises:
        ModelError: it isn't there, or isn't a card of this kind and format.
    """
    text = _read_text(file, what=what)
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"the card of {what} can't be read: {file}: {error}") from error
    if not isinstance(raw, dict):
        raise ModelError(f"the card of {what} can't be read: {file} holds no JSON object")
    found = raw.get("format", form)
    if found != form:
        raise ModelError(f"{file}: {what} is of format {found}; this version reads format {form}")
    if lacks := [f'"{name}"' for name in _required(kind) if name not in raw]:
        raise ModelError(f"the card of {what} can't be read: {file} lacks {', '.join(lacks)}")
    try:
        raw["kinds"] = tuple(Kind(word) for word in raw["kinds"])
        raw["roles"] = tuple(Role(word) for word in raw["roles"])
        card = kind(**raw)
    except (ValueError, TypeError) as error:
        raise ModelError(f"the card of {what} can't be read: {file}: {error}") from error
    for name in numbers:
        if not isinstance(getattr(card, name), int | float):
            raise ModelError(f"{file}: the card of {what} has a {name} that is no number")
    return card


def _required(kind: type[AnyCard]) -> Iterator[str]:
    """Yield the keys that a card of this kind must have as it is written."""
    for key in fields(kind):
        has_default = key.default is not MISSING or key.default_factory is not MISSING
        if key.name == "format" or not has_default:  # the default is for cards that are made
            yield key.name


def _read_text(file: Path, *, what: str) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise _unreadable(file, what, error) from error
    except UnicodeDecodeError as error:
        raise ModelError(f"{what} can't be read in {file.parent}: {error}") from error


def read_checked(file: Path, sha256: str, *, what: str) -> bytes:
    """Return the bytes of a file that a card describes.

    Raises:
        ModelError: they aren't there, or not those of the card.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise _unreadable(file, what, error) from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != sha256:
        raise ModelError(
            f"{file} is not the one of its card: its SHA-256 is {digest[:12]}..., the card says "
            f"{str(sha256)[:12]}...; install again or train again"
        )
    return content


def _unreadable(file: Path, what: str, error: OSError) -> ModelError:
    return ModelError(f"{what} can't be read in {file.parent}: {file.name}: {error.strerror}")


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Say in one line why a model can't be written into ``folder``.

    Raises:
        ModelError: the disk or the rights forbid it.
    """
    try:
        yield
    except OSError as error:
        reason = "Not a directory" if isinstance(error, FileExistsError) else error.strerror
        raise ModelError(f"no model can be written in {folder}: {reason}") from error
