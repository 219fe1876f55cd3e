"""What a reader is: its files, how it is mixed with the linear model, and how it was measured."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from models.words import Kind, Role
from nlp.artefact import Json
from nlp.errors import ModelError

#: Raised when what the network's outputs mean changes; another format is refused.
FORMAT = 1

NETWORK, VOCABULARY, CARD = "reader.onnx", "vocab.txt", "card.json"

_NUMBERS = (
    "floor", "linear", "read", "offset", "threshold", "latent_threshold",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderCard:
    """What a reader is and how far it can be trusted."""

    version: str
    sha256: str  # of reader.onnx
    vocabulary_sha256: str
    goes_with: str  # version of the linear model that it was mixed with
    floor: float  # a post is read from this calibrated probability of the linear model up
    linear: float  # log-odds = linear * the linear model's + read * the reader's + offset
    read: float
    offset: float
    threshold: float  # a post that was read is a signal from this probability up
    latent_threshold: float
    kinds: tuple[Kind, ...]  # in the order of the scores, behind signal, latent and hot
    roles: tuple[Role, ...]
    base: Mapping[str, Json] = field(default_factory=dict)  # whose weights it started from
    data: Mapping[str, Json] = field(default_factory=dict)
    measured: Mapping[str, Json] = field(default_factory=dict)
    format: int = FORMAT

    def to_json(self) -> str:
        """Return the card as a JSON document, the same text for the same card."""
        return json.dumps(asdict(self), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def read_reader_card(text: str) -> ReaderCard:
    """Return the card that a JSON document describes.

    Raises:
        ModelError: it isn't a card of this format.
    """
    try:
        raw = json.loads(text)
        form = raw["format"]
        raw["kinds"] = tuple(Kind(word) for word in raw["kinds"])
        raw["roles"] = tuple(Role(word) for word in raw["roles"])
        card = ReaderCard(**raw)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(f"the reader's card can't be read: {error}") from error
    if form != FORMAT:
        raise ModelError(f"the reader is of format {form}; this version reads format {FORMAT}")
    if not all(isinstance(getattr(card, name), int | float) for name in _NUMBERS):
        raise ModelError("the reader's card has a threshold or weight that is no number")
    return card


def checked(file: Path, sha256: str) -> bytes:
    """Return the bytes of a file of the reader.

    Raises:
        ModelError: they aren't there, or not those of the card.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ModelError(f"no reader can be read in {file.parent}: {error}") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != sha256:
        raise ModelError(
            f"{file} is not the one of its card: its SHA-256 is {digest[:12]}..., the card says "
            f"{str(sha256)[:12]}...; install again or train again"
        )
    return content
