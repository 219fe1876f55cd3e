"""What a reader is: its files, how it is mixed with the linear model, and how it was measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from models.words import Kind, Role
from nlp.card import Json, card_of, card_text

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
    is_optimised: bool = False  # the network's graph, once for all
    base: Mapping[str, Json] = field(default_factory=dict)  # whose weights it started from
    data: Mapping[str, Json] = field(default_factory=dict)
    measured: Mapping[str, Json] = field(default_factory=dict)
    format: int = FORMAT

    def to_json(self) -> str:
        """Return the card as a JSON document, the same text for the same card."""
        return card_text(self)


def read_reader_card(file: Path) -> ReaderCard:
    """Return the card that a file describes.

    Raises:
        ModelError: it isn't there, or isn't a card of this format.
    """
    return card_of(file, ReaderCard, what="the reader", form=FORMAT, numbers=_NUMBERS)
