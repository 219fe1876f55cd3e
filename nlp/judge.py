"""Judge a post: is its author in the market, for what, how surely, and by which words."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from models.words import Kind, Negative, Role
from nlp.artefact import Model, load_model
from nlp.cues import Cue, CueFinder, finder
from nlp.explain import Explanation, evidence, explain
from nlp.features import Features, extract
from nlp.judgement import Judgement, Slot
from nlp.language import language_of
from nlp.linear import Scores, log_odds, probability
from nlp.text import Text, read

#: The buyer's journey step that asking in this way belongs to (lead-management's map).
STEP_OF_KIND = {
    Kind.NEED: 1,
    Kind.RECOMMENDATION: 3,
    Kind.EXPERIENCE: 3,
    Kind.COMPARISON: 4,
    Kind.ALTERNATIVE: 4,
    Kind.PRICING: 4,
    Kind.PURCHASE: 6,
}

#: Slots are read from this calibrated probability up; spaCy is loaded with the first such post.
SURVIVES = 0.25

#: Roles that few labelled posts have are told by their cues, in this order.
_BY_CUE = (Role.RECRUITER, Role.JOBSEEKER, Role.RESEARCHER)

#: So many cues of sellers make a seller of somebody who seems to tell or show something.
_SELLERS_CUES = 2

_NEGATIVE_OF_ROLE = {
    Role.SELLER: Negative.VENDOR_PROMO,
    Role.JOBSEEKER: Negative.JOB_SEEKER,
}


class SlotReader(Protocol):
    """Reads the facts that an author states from a post that may be a signal."""

    def read(self, text: Text) -> tuple[Slot, ...]:
        """Return the facts, each quoted; offsets are those of the author's text."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What was seen in a post before anything was decided."""

    text: Text
    features: Features
    scores: Scores

    @property
    def cues(self) -> frozenset[Cue]:
        """The cues that were found."""
        return frozenset(hit.cue for hits in self.features.hits for hit in hits)


class Judge:
    """Judges posts with the shipped model. It keeps nothing between posts."""

    def __init__(self, model: Model, cues: CueFinder, slots: SlotReader | None = None) -> None:
        self.model = model
        self._cues = cues
        self._slots = slots

    @classmethod
    def load(cls, path: Path | None = None) -> "Judge":
        """Return a judge with the model of a folder, by default the shipped one.

        Raises:
            ModelError: the model is missing, damaged or not the one of its card.
        """
        return cls(load_model(path), finder())

    def judge(self, title: str, body: str) -> Judgement:
        """Return what a post says about its author's buying.

        Any text is answered in bounded time; only so much of it is read as `nlp.text` says.
        """
        reading = self.read(title, body)
        card = self.model.card
        calibrated = card.slope * reading.scores.signal + card.offset
        chance = probability(calibrated)
        signal = chance >= card.threshold
        author = self._author(reading)
        role = Role.SEEKER if signal else author  # nobody else is in the market
        negatives = _negatives(reading.cues, author)
        strength = self._strength(reading.scores, role, signal=signal)
        kind = self._kind(reading.scores, strength)
        slots = self._read_slots(reading.text) if chance >= SURVIVES else ()
        return Judgement(
            signal=signal,
            uncertain=abs(calibrated - log_odds(card.threshold)) < card.uncertain_within,
            solved=Negative.SOLVED in negatives,
            probability=chance,
            strength=strength,
            kind=kind,
            role=role,
            journey_step=STEP_OF_KIND.get(kind) if signal else None,
            language=_language(reading.text),
            wants=_first(slots, "wants"),
            products=tuple(dict.fromkeys(slot.text for slot in slots if slot.name == "products")),
            budget=_first(slots, "budget"),
            timeline=_first(slots, "timeline"),
            authority=True if _first(slots, "authority") else None,
            slots=slots,
            evidence=evidence(
                reading.text, reading.features, explain_reading(reading), positive_first=signal
            ),
            negatives=tuple(sorted(negatives)),
            model=card.version,
        )

    def explain(self, title: str, body: str) -> Explanation:
        """Return the log-odds of a post taken apart."""
        return explain_reading(self.read(title, body))

    def read(self, title: str, body: str) -> Reading:
        """Return what the model sees in a post."""
        text = read(title, body)
        linear = self.model.linear
        features = extract(text, finder=self._cues, common=linear.common, known=linear.index)
        return Reading(text, features, linear.score(features))

    def _read_slots(self, text: Text) -> tuple[Slot, ...]:
        if self._slots is None:
            from nlp.slots import SpacySlotReader  # here because spaCy takes a second to import

            self._slots = SpacySlotReader()
        return self._slots.read(text)

    def _strength(self, scores: Scores, role: Role, *, signal: bool) -> int:
        card = self.model.card
        if signal:
            return 3 if probability(scores.hot) >= card.hot_threshold else 2
        latent = role is Role.SEEKER and probability(scores.latent) >= card.latent_threshold
        return 1 if latent else 0

    def _kind(self, scores: Scores, strength: int) -> Kind:
        if strength < 2:
            return Kind.NEED if strength else Kind.NONE
        kinds = self.model.card.kinds
        if not kinds:
            return Kind.RECOMMENDATION
        return max(zip(scores.others, kinds, strict=False))[1]

    def _author(self, reading: Reading) -> Role:
        """Return who the author seems to be, whatever the post asks for."""
        by_cue = {cue.role for cue in reading.cues}
        for role in _BY_CUE:
            if role in by_cue:
                return role
        card = self.model.card
        if not card.roles:
            return Role.OTHER
        author = max(zip(reading.scores.others[len(card.kinds) :], card.roles, strict=True))[1]
        sells = sum(cue.role is Role.SELLER for cue in reading.cues)
        return Role.SELLER if author is Role.SHARER and sells >= _SELLERS_CUES else author


def explain_reading(reading: Reading) -> Explanation:
    """Return the log-odds of a reading taken apart."""
    return explain(reading.text, reading.features, reading.scores)


def _language(text: Text) -> str:
    words = text.title.tokens.norms + text.body.tokens.norms[:200]
    return language_of(words, f"{text.title.folded[:200]}\n{text.body.folded[:400]}")


def _first(slots: tuple[Slot, ...], name: str) -> str | None:
    return next((slot.text for slot in slots if slot.name == name), None)


def _negatives(cues: AbstractSet[Cue], author: Role) -> AbstractSet[Negative]:
    found = {cue.negative for cue in cues if cue.negative}
    if author in _NEGATIVE_OF_ROLE:
        found.add(_NEGATIVE_OF_ROLE[author])
    return found
