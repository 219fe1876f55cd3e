"""Read the facts that an author states: what is wanted, named products, budget, time, team, place.

Runs on posts that may be signals only. Tokens are tagged by what they look like and by the class
of their word, a matcher finds where a fact begins, and how far it goes is read from there. Right
before complete: what can't be told from the words nearby is left out.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from typing_extensions import override

from nlp import (
    slot_authority,
    slot_budget,
    slot_crew,
    slot_names,
    slot_people,
    slot_places,
    slot_timeline,
    slot_wants,
)
from nlp.judgement import Slot
from nlp.slot_field import SlotField, slot_fields
from nlp.slot_matcher import NO_CLASS, Found, StepMatcher
from nlp.slot_title import title_want
from nlp.slot_words import ANCHORS, CLASS_OF, PHRASES
from nlp.sums import normalised_sum
from nlp.text import Text
from nlp.times import normalised_time
from nlp.want_ends import SMALL

if TYPE_CHECKING:
    from spacy.matcher import Matcher
    from spacy.vocab import Vocab

_MOST_OF_A_NAME = 8

_FACTS: Mapping[str, Callable[[SlotField, int, int], Iterator[Slot]]] = {
    "team": slot_people.team,
    "group": slot_authority.group,
    "spoken": slot_authority.spoken,
    "charge": slot_authority.charge,
    "told": slot_authority.told,
    "place": slot_places.place,
    "known": slot_places.known,
    "codes": slot_places.codes,
    "crew": slot_crew.crew,
    "need": slot_people.need,
    "broken": slot_people.broken,
    "seeks": slot_wants.seeks,
    "best": slot_wants.seeks,
    "asks": slot_wants.asks,
    "buys": slot_wants.seeks,
    "tells": slot_wants.tells,
    "needs": slot_wants.needs,
    "behind": slot_names.behind,
    "pair": slot_names.pair,
}

#: The facts that a word alone may begin.
_ANCHORED: dict[str, list[str]] = {}
_BY_OWN_WORDS: Mapping[str, Iterable[str]] = {
    "spoken": slot_authority.WORDS,
    "crew": slot_crew.WORDS,
    "known": slot_places.WORDS,
    "codes": ("/",),
}
for _name, _words in (*ANCHORS.items(), *_BY_OWN_WORDS.items()):
    for _word in _words:
        _ANCHORED.setdefault(_word, []).append(_name)

#: Facts that say less than another one of their slot: "cheap" beside a sum. They come last.
_SAYS_LITTLE = {"modest": 2, "small budget": 1, "soon": 1}

_Ranked = tuple[int, Slot]


class TextSlotReader:
    """Reads slots. It keeps nothing between posts."""

    def __init__(self) -> None:
        self._matcher = StepMatcher(PHRASES)

    def read(self, text: Text, said_at: datetime | None = None) -> tuple[Slot, ...]:
        """Return the facts of a post, each once; offsets are the author's text's.

        Args:
            text: the post.
            said_at: when it was written, aware; times that need a date stay undated without it.
        """
        parts = [part for part in text.fields if len(part.tokens)]
        fields = [field for part in parts for field in slot_fields(part)]
        found: list[_Ranked] = []
        wants: list[tuple[str, Slot]] = []
        for field in fields:
            found += slot_budget.budgets(field)
            found += slot_timeline.timelines(field)
            for name, slot in self._facts(field):
                if slot.name == "wants":
                    wants.append((name, slot))
                else:
                    found.append((_SAYS_LITTLE.get(name, 0), slot))
            if field.is_title and (about := title_want(field)):
                wants.append(("title", about))
        whole = f"{text.title.folded}\n{text.body.folded}"
        found += [(0, slot) for field in fields for slot in slot_names.weighed(field, whole)]
        wanted = slot_wants.chosen(wants, frozenset(text.title.tokens.norms) - SMALL)
        kept = ([wanted] if wanted else []) + _kept(found)
        return tuple(_normalised(slot, said_at) for slot in kept)

    def _facts(self, field: SlotField) -> Iterator[tuple[str, Slot]]:
        found = set(self._phrases(field))
        anchors = [(at, word) for at, word in enumerate(field.words) if word in _ANCHORED]
        found.update((at, at + 1, name) for at, word in anchors for name in _ANCHORED[word])
        for start, end, name in sorted(found):
            for slot in _FACTS[name](field, start, end):
                yield name, slot

    def _phrases(self, field: SlotField) -> Iterable[Found]:
        return self._matcher.find(field)


class SpacySlotReader(TextSlotReader):
    """The same with spaCy's matcher, over a `Doc` of our own tokens."""

    @override
    def _phrases(self, field: SlotField) -> Iterable[Found]:
        from spacy.tokens import Doc

        vocab, matcher = self._spacy
        words = field.words[:-1]
        doc = Doc(
            vocab,
            # A vocabulary keeps what it has seen, so it is shown the words of phrases only.
            words=[word if word in self._known else "-" for word in words],
            tags=list(field.looks),
            lemmas=[CLASS_OF.get(word, NO_CLASS) for word in words],
        )
        return [(start, end, vocab.strings[key]) for key, start, end in matcher(doc)]

    @cached_property
    def _spacy(self) -> "tuple[Vocab, Matcher]":
        """The matcher of the phrases; with the first post, as importing spaCy takes a second."""
        from spacy.matcher import Matcher
        from spacy.vocab import Vocab

        vocab = Vocab()
        matcher = Matcher(vocab)
        for name, patterns in PHRASES.items():
            matcher.add(name, list(patterns))
        return vocab, matcher

    @cached_property
    def _known(self) -> frozenset[str]:
        steps = (step for patterns in PHRASES.values() for pattern in patterns for step in pattern)
        return frozenset(step["ORTH"] for step in steps if "ORTH" in step)


def _kept(found: list[_Ranked]) -> list[Slot]:
    """Return each fact once and so many of a name, those that say most first."""
    kept: dict[str, list[Slot]] = {}
    for _, slot in sorted(found, key=lambda one: one[0]):
        of_name = kept.setdefault(slot.name, [])
        if len(of_name) < _MOST_OF_A_NAME and not any(_holds(one, slot) for one in of_name):
            of_name.append(slot)
    return [slot for of_name in kept.values() for slot in of_name]


def _holds(one: Slot, other: Slot) -> bool:
    """Whether a slot says what another one says: the same words, or the same place."""
    overlap = (
        one.span.field == other.span.field
        and one.span.start < other.span.end
        and other.span.start < one.span.end
    )
    return overlap or one.text.casefold() == other.text.casefold()


def _normalised(slot: Slot, said_at: datetime | None) -> Slot:
    if slot.name == "budget":
        return replace(slot, normalised=normalised_sum(slot.text))
    if slot.name == "timeline":
        return replace(slot, normalised=normalised_time(slot.text, said_at))
    return slot
