"""Judge a post: is its author in the market, for what, how surely, and by which words."""

import math
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from models.words import Kind, Negative, Role
from nlp.artefact import Model, load_model
from nlp.asking import LANGUAGES, asks_by_cues
from nlp.cues import Cue, CueFinder, finder
from nlp.errors import ModelError
from nlp.explain import Explanation, evidence, explain, reader_evidence, with_rules
from nlp.features import Features, extract
from nlp.judgement import Evidence, Judgement, Slot
from nlp.language import UNKNOWN, language_of_text
from nlp.linear import Scores, log_odds, probability
from nlp.model_card import SHIPPED
from nlp.reader.card import ReaderCard
from nlp.reader.session import Read, Reader
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

#: Slots are read from this calibrated probability up.
SURVIVES = 0.25

#: The language that the models were trained on, and what can't be told, which is mostly short.
_JUDGED = frozenset(("en", UNKNOWN))
#: Below so many words the language is a guess: of 1,000 labelled English signals one of four words
#: was taken for another language.
_WORDS_FOR_FOREIGN = 8

#: Roles that few labelled posts have are told by their cues, in this order.
_BY_CUE = (Role.RECRUITER, Role.JOBSEEKER, Role.RESEARCHER)

#: Cues, by how their names begin, of authors who ask others what to take.
_ASKS_OTHERS = ("asks_", "compares", "knows_one")

#: So many cues of sellers make a seller of somebody who seems to tell or show something.
_SELLERS_CUES = 2

_NEGATIVE_OF_ROLE = {
    Role.SELLER: Negative.VENDOR_PROMO,
    Role.JOBSEEKER: Negative.JOB_SEEKER,
}


class SlotReader(Protocol):
    """Reads the facts that an author states from a post that may be a signal."""

    def read(self, text: Text, said_at: datetime | None = None) -> tuple[Slot, ...]:
        """Return the facts, each quoted; offsets are those of the author's text."""
        ...


class PostReader(Protocol):
    """Reads a post as a whole."""

    @property
    def card(self) -> ReaderCard:
        """How it is mixed with the linear model."""
        ...

    def read(self, text: Text) -> Read:
        """Return what it makes of a post."""
        ...

    def check(self) -> None:
        """Raise ModelError if it can't read."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """What was seen in a post before anything was decided."""

    text: Text
    features: Features
    scores: Scores
    read: Read | None = None  # what the reader makes of it, when it was asked

    @property
    def cues(self) -> frozenset[Cue]:
        """The cues that were found."""
        return frozenset(hit.cue for hits in self.features.hits for hit in hits)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mix:
    """How a reading's log-odds come about, and from where on they mean a signal."""

    log_odds: float  # calibrated
    scale: float  # of the linear model's part
    share: float = 0.0  # of the reader's log-odds
    by_reader: float = 0.0  # what that comes to
    threshold: float
    uncertain_within: float


class Judge:
    """Judges posts with the shipped model. It keeps nothing between posts."""

    def __init__(
        self,
        model: Model,
        cues: CueFinder,
        slots: SlotReader | None = None,
        reader: PostReader | None = None,
    ) -> None:
        if reader is not None and reader.card.goes_with != model.version:
            raise ModelError(
                f"the reader was mixed with {reader.card.goes_with}, not with {model.version}; "
                "train both together"
            )
        self.model = model
        self._cues = cues
        self._slots = slots
        self._reader = reader

    @property
    def version(self) -> str:
        """The name of what judges, which judgements carry."""
        if self._reader is None:
            return self.model.version
        return f"{self.model.version}+{self._reader.card.version}"

    @classmethod
    def load(
        cls, path: Path | None = None, *, slots: SlotReader | None = None, ahead: bool = False
    ) -> "Judge":
        """Return a judge with the model of a folder, by default the shipped one.

        Args:
            path: the folder; it may hold a reader too.
            slots: what reads the facts; by default what starts fastest.
            ahead: load the reader meanwhile, and not when the first post needs it: nearly every
                short one does.

        Raises:
            ModelError: the model is missing, damaged or not the one of its card.
        """
        folder = (path or SHIPPED) / "reader"
        reader = Reader.load(folder) if folder.is_dir() else None
        if reader is not None and ahead:
            reader.load_ahead()
        return cls(load_model(path), finder(), slots, reader)

    @property
    def threshold(self) -> float:
        """The calibrated probability from which on a post is a signal."""
        return (self._reader or self.model).card.threshold

    def check(self) -> None:
        """Look whether all that it judges with is whole.

        Raises:
            ModelError: a file is missing, broken, or not the one of its card.
        """
        if self._reader is not None:
            self._reader.check()

    def judge(self, title: str, body: str, *, said_at: datetime | None = None) -> Judgement:
        """Return what a post says about its author's buying.

        Any text is answered in bounded time; only so much of it is read as `nlp.text` says. A post
        in a language that no model was trained on is never a signal: where there are cues for it,
        it may be a need that is uncertain.

        Args:
            title: may be empty.
            body: as its author wrote it.
            said_at: when it was written, for times like "by March"; None: they stay undated.
        """
        text = read(title, body)
        language = language_of_text(text)
        if language not in _JUDGED and _words(text) >= _WORDS_FOR_FOREIGN:
            return self._unjudged(title, body, language)
        reading = self._reading(text)
        mix = self._mix(reading)
        chance = probability(mix.log_odds)
        signal = chance >= mix.threshold
        author = self._author(reading)
        role = Role.SEEKER if signal else author  # nobody else is in the market
        negatives = _negatives(reading.cues, author)
        strength = self._strength(reading, role, signal=signal)
        kind = self._kind(reading, strength)
        slots = self._slots_of(reading.text, said_at) if chance >= SURVIVES else ()
        return Judgement(
            signal=signal,
            uncertain=abs(mix.log_odds - log_odds(mix.threshold)) < mix.uncertain_within,
            solved=Negative.SOLVED in negatives,
            probability=chance,
            strength=strength,
            kind=kind,
            role=role,
            journey_step=STEP_OF_KIND.get(kind) if signal else None,
            language=language,
            wants=_first(slots, "wants"),
            products=tuple(dict.fromkeys(slot.text for slot in slots if slot.name == "products")),
            budget=_first(slots, "budget"),
            timeline=_first(slots, "timeline"),
            authority=True if _first(slots, "authority") else None,
            slots=slots,
            evidence=_evidence(reading, mix, signal=signal),
            negatives=tuple(sorted(negatives)),
            model=self.version,
        )

    def explain(self, title: str, body: str) -> Explanation:
        """Return the log-odds that the linear model gives a post, taken apart."""
        reading = self.read(title, body)
        return explain(reading.text, reading.features, reading.scores)

    def read(self, title: str, body: str) -> Reading:
        """Return what is seen in a post; the reader is asked if the linear model lets it pass."""
        return self._reading(read(title, body))

    def _reading(self, text: Text) -> Reading:
        linear = self.model.linear
        features = extract(text, finder=self._cues, common=linear.common, known=linear.index)
        scores = linear.score(features)
        reader, card = self._reader, self.model.card
        passes = (
            reader and probability(card.slope * scores.signal + card.offset) >= reader.card.floor
        )
        return Reading(text, features, scores, reader.read(text) if reader and passes else None)

    def _slots_of(self, text: Text, said_at: datetime | None) -> tuple[Slot, ...]:
        if self._slots is None:
            from nlp.slots import TextSlotReader  # here because most posts never need it

            self._slots = TextSlotReader()
        return self._slots.read(text, said_at)

    def _unjudged(self, title: str, body: str, language: str) -> Judgement:
        """Return what can be said of a post in a language that no model was trained on."""
        asks, role = False, Role.OTHER
        quotes: tuple[Evidence, ...] = ()
        if language in LANGUAGES:
            found = asks_by_cues(title, body, language)
            asks, role, quotes = found.asks, found.role, found.evidence
        return Judgement(
            signal=False,
            uncertain=asks,
            solved=False,
            probability=0.0,
            strength=int(asks),
            kind=Kind.NEED if asks else Kind.NONE,
            role=role,
            journey_step=None,
            language=language,
            wants=None,
            products=(),
            budget=None,
            timeline=None,
            authority=None,
            slots=(),
            evidence=quotes,
            negatives=(),
            model=self.version,
        )

    def _mix(self, reading: Reading) -> _Mix:
        """Return how the log-odds of a reading come about."""
        card = self.model.card
        by_rules = math.fsum(cue.weighs for cue in reading.cues)
        if reading.read is None or self._reader is None:
            return _Mix(
                log_odds=card.slope * reading.scores.signal + card.offset + by_rules,
                scale=card.slope,
                threshold=card.threshold,
                uncertain_within=card.uncertain_within,
            )
        mixed = self._reader.card
        by_reader = mixed.read * reading.read.signal
        return _Mix(
            log_odds=mixed.linear * reading.scores.signal + by_reader + mixed.offset + by_rules,
            scale=mixed.linear,
            share=mixed.read,
            by_reader=by_reader,
            threshold=mixed.threshold,
            uncertain_within=card.uncertain_within,
        )

    def _strength(self, reading: Reading, role: Role, *, signal: bool) -> int:
        """Return 3 for a hot signal, 2 for others, 1 for a latent need, 0 for nothing.

        On communities that neither was trained on, the linear model tells hot signals better (F1
        .65 against .52) and the reader latent needs (.54 against .49).
        """
        card = self.model.card
        if signal:
            return 3 if probability(reading.scores.hot) >= card.hot_threshold else 2
        latent, threshold = reading.scores.latent, card.latent_threshold
        if reading.read is not None and self._reader is not None:
            latent, threshold = reading.read.latent, self._reader.card.latent_threshold
        return int(role is Role.SEEKER and probability(latent) >= threshold)

    def _kind(self, reading: Reading, strength: int) -> Kind:
        if strength < 2:
            return Kind.NEED if strength else Kind.NONE
        odds = dict(zip(self.model.card.kinds, reading.scores.others, strict=False))
        if reading.read is not None:  # together they are right more often than either
            odds = {kind: read + odds.get(kind, 0.0) for kind, read in reading.read.kinds.items()}
        likeliest = max(odds, key=odds.__getitem__, default=Kind.RECOMMENDATION)
        return kind_in_words(reading.cues, likeliest)

    def _author(self, reading: Reading) -> Role:
        """Return who the author seems to be, whatever the post asks for."""
        by_cue = {cue.role for cue in reading.cues}
        for role in _BY_CUE:
            if role in by_cue:
                return role
        author = reading.read.role if reading.read is not None else self._author_by_words(reading)
        sells = sum(cue.role is Role.SELLER for cue in reading.cues)
        return Role.SELLER if author is Role.SHARER and sells >= _SELLERS_CUES else author

    def _author_by_words(self, reading: Reading) -> Role:
        card = self.model.card
        if not card.roles:
            return Role.OTHER
        return max(zip(reading.scores.others[len(card.kinds) :], card.roles, strict=True))[1]


def kind_in_words(cues: AbstractSet[Cue], likeliest: Kind) -> Kind:
    """Return the kind that is said in plain words where the models see a request for advice.

    "Need to hire", "WTB" is a purchase unless the author asks others what to take. Of labelled
    signals this turned two, both rightly; without asking for that it turned thirteen wrongly.
    """
    said = [cue.kind for cue in cues if cue.kind]
    if likeliest is not Kind.RECOMMENDATION or not said:
        return likeliest
    asks = any(cue.name.startswith(_ASKS_OTHERS) for cue in cues if cue.kind is None)
    return likeliest if asks else min(said)


def _evidence(reading: Reading, mix: _Mix, *, signal: bool) -> tuple[Evidence, ...]:
    """Return the reader's term and the phrases of linear model and rules, strongest first."""
    linear = explain(reading.text, reading.features, reading.scores)
    told = linear.times(mix.scale)
    phrases = evidence(reading.text, reading.features, told, positive_first=signal)
    found = list(with_rules(phrases, reading.text, reading.features))
    if reading.read is not None:
        whole = reader_evidence(
            reading.text,
            reading.read.sentences,
            linear,
            share=mix.share,
            weight=mix.by_reader,
        )
        found += [whole] if whole else []
    found.sort(key=lambda one: (signal and one.weight < 0, -abs(one.weight)))
    return tuple(found)


def _words(text: Text) -> int:
    return len(text.title.tokens) + len(text.body.tokens)


def _first(slots: tuple[Slot, ...], name: str) -> str | None:
    return next((slot.text for slot in slots if slot.name == name), None)


def _negatives(cues: AbstractSet[Cue], author: Role) -> AbstractSet[Negative]:
    found = {cue.negative for cue in cues if cue.negative}
    if author in _NEGATIVE_OF_ROLE:
        found.add(_NEGATIVE_OF_ROLE[author])
    return found
