"""The shipped model on disk: read and checked without running any code, written byte for byte.

A model is a folder with two files. ``model.npz`` holds arrays only (``allow_pickle=False``);
``card.json`` says what it is, how it was measured and what it must not be used for, and carries
the SHA-256 that the arrays must have.
"""

import io
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nlp.card import read_checked, writing
from nlp.errors import ModelError
from nlp.linear import LinearModel, Weights
from nlp.model_card import CARD, SHIPPED, Card, read_card

__all__ = ["ARRAYS", "Model", "ModelError", "check_target", "load_model", "pack", "write_model"]

ARRAYS = "model.npz"


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A card and the weights that it describes."""

    card: Card
    linear: LinearModel

    @property
    def version(self) -> str:
        """The name of the model that judgements carry."""
        return self.card.version


def load_model(folder: Path | None = None) -> Model:
    """Return the model of a folder, by default the shipped one.

    Raises:
        ModelError: a file is missing or broken, or the arrays aren't those of the card.
    """
    folder = folder or SHIPPED
    card = read_card(folder / CARD)
    content = read_checked(folder / ARRAYS, card.sha256, what="the model")
    linear = _unpack(content)
    if linear.weights.shape[1] != card.outputs:
        raise ModelError(
            f"{folder / ARRAYS} has {linear.weights.shape[1]} outputs, its card {card.outputs}"
        )
    return Model(card, linear)


def _lines(words: Sequence[str]) -> npt.NDArray[np.uint8]:
    return np.frombuffer("\n".join(words).encode("utf-8"), dtype=np.uint8)


def _words(array: npt.NDArray[np.uint8]) -> list[str]:
    # no feature has a new line in it: see nlp.text.NEW_LINE
    return array.tobytes().decode("utf-8").split("\n")


def _unpack(content: bytes) -> LinearModel:
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            names = _words(arrays["names"])
            weights: Weights = arrays["weights"].astype(np.float32, copy=False)
            intercepts = arrays["intercepts"].astype(np.float64)
            common = frozenset(_words(arrays["common"]))
    except (OSError, ValueError, KeyError, UnicodeDecodeError) as error:
        raise ModelError(f"the arrays of the model can't be read: {error}") from error
    if weights.ndim != 2 or weights.shape != (len(names), len(intercepts)):
        raise ModelError(f"the arrays of the model don't fit: weights are {weights.shape}")
    index = {name: row for row, name in enumerate(names)}
    return LinearModel(index, weights, intercepts, common)


def pack(linear: LinearModel) -> bytes:
    """Return the bytes of ``model.npz``; the same model gives the same bytes."""
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        names=_lines(list(linear.index)),
        weights=linear.weights,
        intercepts=linear.intercepts,
        common=_lines(sorted(linear.common)),
    )
    return buffer.getvalue()


def write_model(card: Card, arrays: bytes, folder: Path) -> None:
    """Write the two files of a model into ``folder``, which is made when it is missing.

    Raises:
        ModelError: they can't be written there.
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ARRAYS).write_bytes(arrays)
        (folder / CARD).write_text(card.to_json(), encoding="utf-8")


def check_target(folder: Path) -> None:
    """Try whether a model can be written into ``folder``, and leave it as it was.

    Training takes minutes; where it can go is better asked before than after.

    Raises:
        ModelError: it can't.
    """
    from tempfile import TemporaryFile  # here because only training asks, and it takes a while

    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            with TemporaryFile(dir=folder):
                pass  # permissions say less than a try: not even root writes to /proc
            for file in (folder / ARRAYS, folder / CARD):
                if file.exists():
                    file.open("ab").close()
    finally:
        with suppress(OSError):  # where mkdir failed, there is nothing to take away
            for one in missing:
                one.rmdir()
