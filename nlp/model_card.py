"""The card of the linear model: what it is, how it was measured and what it must not be used for.

It is read without the model, and so without NumPy.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from models.words import Kind, Role
from nlp.card import Json, card_of, card_text

#: Raised when what the arrays mean changes; a model of another format is refused.
FORMAT = 1

CARD = "card.json"
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


def read_card(file: Path) -> Card:
    """Return the card that a file describes.

    Raises:
        ModelError: it isn't there, or isn't a card of this format.
    """
    return card_of(file, Card, what="the model", form=FORMAT, numbers=_NUMBERS)
