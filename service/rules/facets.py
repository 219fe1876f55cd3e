"""What of a buyer a post shows: six facets, 0 to 1 each, or none of them.

"Lead" means different things to different people (requirements A26): interest, awareness, need,
an understanding of the product or of the problem, experience, or nothing of it. So each signal
says which of these it shows. The rule, a pure function of what the judgement kept:

- *interest* is how probable it is that the author is in the market. Who sells, seeks a job or
  competes has none, nor has who found something already; that of students and of people who want
  it for nothing is half.
- each other facet has clues (`_CLUES`), and each clue is a share of certainty that the facet is
  there. Clues add up as independent ones do: 1 - (1 - a)(1 - b)... More clues never take away.
- who says to be new to it knows the less: .3 of what they seem to know of products and from
  experience.
- a signal that was withdrawn, or that nobody would call a signal, shows none.

The shares are ours, a default to tune: a stated need or pain counts most, a journey's step as much
as it says by itself, and what a phrase of the topic found as much as the phrase's list means.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import prod

from models.words import Kind, Negative, Role, SignalClass

#: A facet that is below this is not shown.
SHOWN = 0.25
#: From here on it is plain to see.
PLAIN = 0.6

_NEW_HERE = 0.3  # of what somebody seems to know who says to be new to it
_NO_BUYER = frozenset(
    {Negative.VENDOR_PROMO, Negative.JOB_SEEKER, Negative.COMPETITOR, Negative.SOLVED}
)
_HALF_A_BUYER = frozenset({Negative.STUDENT, Negative.FREEBIE})


class Facet(StrEnum):
    """Something of a buyer that a post may show."""

    INTEREST = "interest"
    AWARENESS = "awareness"
    NEED = "need"
    PRODUCT_UNDERSTANDING = "product_understanding"
    PROBLEM_UNDERSTANDING = "problem_understanding"
    KNOWLEDGE = "knowledge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the judgement of a post kept: all that facets are read from."""

    kind: Kind
    probability: float  # 0..1; 0: the signal was withdrawn
    step: int  # 1..6 of the buyer's journey
    role: Role = Role.SEEKER
    signal_class: SignalClass | None = None
    negatives: frozenset[Negative] = frozenset()
    slots: tuple[str, ...] = ()  # names of the facts that the author states, one for each
    reasons: frozenset[str] = frozenset()  # of the evidence: the cues, in words
    phrases: frozenset[str] = frozenset()  # the topic's lists whose phrases are in the post


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """The six, 0 to 1 each, in hundredths."""

    interest: float = 0.0
    awareness: float = 0.0
    need: float = 0.0
    product_understanding: float = 0.0
    problem_understanding: float = 0.0
    knowledge: float = 0.0
    #: The clues that speak for each, the weightiest first, see `CLUES`.
    because: Mapping[Facet, tuple[str, ...]] = field(default_factory=dict)

    def of(self, facet: Facet) -> float:
        """Return the value of one of them."""
        return float(getattr(self, facet.value))

    @property
    def is_none(self) -> bool:
        """Whether the post shows none of the six."""
        return not any(self.of(facet) >= SHOWN for facet in Facet)


NONE = Facets()

#: By facet: a clue, and the share of certainty that it gives.
_CLUES: Mapping[Facet, Mapping[str, float]] = {
    Facet.AWARENESS: {
        "step 1": 0.1,
        "step 2": 0.2,
        "step 3": 0.35,
        "step 4": 0.6,
        "step 5": 0.6,
        "step 6": 0.6,
        "names a product": 0.4,
        "names several products": 0.3,
        "names the category": 0.2,
        "picks between named options": 0.3,
        "has looked at options already": 0.5,
        "has seen demos or trials": 0.5,
    },
    Facet.NEED: {
        "need": 0.7,
        "wants": 0.4,
        "timeline": 0.3,
        "budget": 0.3,
        "team_size": 0.15,
        "describes a need": 0.5,
        "ready": 0.5,
        "has to replace or acquire something": 0.5,
        "has a contract or product that ends": 0.5,
        "lists requirements": 0.5,
        "wants to leave a product": 0.4,
        "posts a wanted ad": 0.4,
        "says to be in the market": 0.4,
    },
    Facet.PRODUCT_UNDERSTANDING: {
        "names a product": 0.25,
        "names several products": 0.25,
        "compares": 0.35,
        "alternative": 0.3,
        "price": 0.3,
        "peer": 0.4,
        "has seen demos or trials": 0.6,
        "has looked at options already": 0.5,
        "has quotes in hand": 0.5,
        "lists requirements": 0.3,
        "reports on something they have": 0.4,
    },
    Facet.PROBLEM_UNDERSTANDING: {
        "names the problem": 0.6,
        "need": 0.5,
        "complains": 0.5,
        "has trouble with something they have": 0.4,
        "wants to leave a product": 0.3,
        "lists requirements": 0.3,
    },
    Facet.KNOWLEDGE: {
        "answers": 0.5,
        "reports on something they have": 0.6,
        "advises others": 0.6,
        "complains": 0.5,
        "alternative": 0.4,
        "has seen demos or trials": 0.5,
        "wants to leave a product": 0.4,
        "has trouble with something they have": 0.3,
        "has a contract or product that ends": 0.3,
    },
}
CLUES = frozenset(clue for clues in _CLUES.values() for clue in clues)
_NEW_AT_IT = "is new to this"

_OF_KIND: Mapping[Kind, str] = {
    Kind.COMPARISON: "compares",
    Kind.ALTERNATIVE: "alternative",
    Kind.PRICING: "price",
    Kind.PURCHASE: "ready",
    Kind.NEED: "describes a need",
}
_OF_CLASS: Mapping[SignalClass, str] = {
    SignalClass.COMPLAINT_SWITCH: "complains",
    SignalClass.PEER_CONTACT: "peer",
    SignalClass.INQUIRY: "ready",
}
_OF_PHRASES: Mapping[str, str] = {
    "problem": "names the problem",
    "keyword": "names the category",
    "product": "names a product",
    "competitor": "names a product",
}
_EXPERIENCED = frozenset({Role.ANSWERER, Role.REVIEWER, Role.SHARER})


def facets(told: Told) -> Facets:
    """Return what of a buyer a post shows."""
    if told.probability <= 0:
        return NONE
    found = frozenset(_clues(told))
    because = {
        facet: tuple(sorted(found & clues.keys(), key=lambda clue: (-clues[clue], clue)))
        for facet, clues in _CLUES.items()
    }
    values = {
        facet: 1 - prod(1 - _CLUES[facet][clue] for clue in clues)
        for facet, clues in because.items()
    }
    if _NEW_AT_IT in told.reasons:
        for facet in (Facet.PRODUCT_UNDERSTANDING, Facet.KNOWLEDGE):
            values[facet] *= _NEW_HERE
    return Facets(
        interest=round(_interest(told), 2),
        because=because,
        **{facet.value: round(value, 2) for facet, value in values.items()},
    )


def strongest(some: Iterable[Facets]) -> Facets:
    """Return of each facet the one that is shown most clearly: a lead's, from its signals'."""
    kept = tuple(some)
    if not kept:
        return NONE
    best = {facet: _best(kept, facet) for facet in Facet}
    return Facets(
        because={facet: one.because.get(facet, ()) for facet, one in best.items()},
        **{facet.value: one.of(facet) for facet, one in best.items()},
    )


def _best(some: Sequence[Facets], facet: Facet) -> Facets:
    return max(some, key=lambda one: one.of(facet))


def _interest(told: Told) -> float:
    if told.negatives & _NO_BUYER:
        return 0.0
    return told.probability * (0.5 if told.negatives & _HALF_A_BUYER else 1.0)


def _clues(told: Told) -> Iterable[str]:
    """Yield every clue that a judgement holds."""
    yield f"step {told.step}"
    yield from told.slots
    yield from told.reasons
    for phrases in told.phrases:
        yield _OF_PHRASES.get(phrases, phrases)
    named = sum(slot in {"products", "competitors"} for slot in told.slots)
    if named:
        yield "names a product"
    if named > 1:
        yield "names several products"
    if told.kind in _OF_KIND:
        yield _OF_KIND[told.kind]
    if told.signal_class is not None and told.signal_class in _OF_CLASS:
        yield _OF_CLASS[told.signal_class]
    if told.role in _EXPERIENCED:
        yield "answers"
