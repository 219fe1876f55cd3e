"""The shipped model on disk: read and checked without running any code, written byte for byte.

A model is a folder with two files. ``model.npz`` holds arrays only (``allow_pickle=False``);
``card.json`` says what it is, how it was measured and what it must not be used for, and carries
the SHA-256 that the arrays must have.
"""

import io
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from models.words import Kind, Role
from nlp.card import Json, card_of, card_text, read_checked, read_text, writing
from nlp.errors import ModelError
from nlp.linear import LinearModel, Weights

__all__ = [
    "Card", "Model", "ModelError", "check_target", "load_model", "pack", "read_card", "write_model"
]  # fmt: skip

#: Raised when what the arrays mean changes; a model of another format is refused.
FORMAT = 1

ARRAYS, CARD = "model.npz", "card.json"
_NUMBERS = (
    "slope", "offset", "threshold", "hot_threshold", "latent_threshold", "uncertain_within"
)  # fmt: skip

SHIPPED = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a model is and how far it can be trusted."""

    version: str
    sha256: str  # of model.npz
    slope: float  # calibrated log-odds = slope · log-odds + offset
    offset: float
    threshold: float  # a post of at least this calibrated probability is a signal
    hot_threshold: float  # among signals: strength 3
    latent_threshold: float  # among the others: strength 1
    uncertain_within: float  # a judgement is uncertain this near to the threshold, in log-odds
    kinds: tuple[Kind, ...]  # in the order of the columns of weights
    roles: tuple[Role, ...]
    data: Mapping[str, Json] = field(default_factory=dict)
    measured: Mapping[str, Json] = field(default_factory=dict)
    notes: Mapping[str, Json] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def outputs(self) -> int:
        """How many columns of weights the model has: signal, latent, hot, kinds, roles."""
        return 3 + len(self.kinds) + len(self.roles)

    def to_json(self) -> str:
        """Return the card as a JSON document, the same text for the same card."""
        return card_text(self)


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A card and the weights that it describes."""

    card: Card
    linear: LinearModel

    @property
    def version(self) -> str:
        """The name of the model that judgements carry."""
        return self.card.version


def read_card(text: str) -> Card:
    """Return the card that a JSON document describes.

    Raises:
        ModelError: it isn't a card of this format.
    """
    return card_of(text, Card, what="the model", form=FORMAT, numbers=_NUMBERS)


def load_model(folder: Path | None = None) -> Model:
    """Return the model of a folder, by default the shipped one.

    Raises:
        ModelError: a file is missing or broken, or the arrays aren't those of the card.
    """
    folder = folder or SHIPPED
    card = read_card(read_text(folder / CARD, what="the model"))
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
