"""Finds the phrases of `nlp.slot_words` in a field.

The phrases are in the notation of spaCy's matcher, of which this does what they need: steps that
are exact words, classes or looks. On 3,420 posts it finds what spaCy's finds, takes 0.5 ms a post
instead of 1.3, and spares the second that importing spaCy takes.
"""

from collections.abc import Iterator, Mapping, Sequence

from nlp.slot_field import SlotField
from nlp.slot_words import CLASS_OF, Step

#: A fact that begins: its first token, past its last one, and its name.
Found = tuple[int, int, str]

_Steps = tuple[tuple[str, str], ...]  # what to look at, ORTH, LEMMA or TAG, and what it shall be


#: The class of a word that has none.
NO_CLASS = "-"


class StepMatcher:
    """Phrases by what their first token has to be."""

    def __init__(self, phrases: Mapping[str, Sequence[Sequence[Step]]]) -> None:
        self._first: dict[str, dict[str, list[tuple[str, _Steps]]]] = {}
        for name, patterns in phrases.items():
            for pattern in patterns:
                steps = tuple(pair for step in pattern for pair in step.items())
                sort, value = steps[0]
                begun = self._first.setdefault(sort, {}).setdefault(value, [])
                begun.append((name, steps))

    def find(self, field: SlotField) -> Iterator[Found]:
        """Yield every phrase of a field, in any order; one may come twice."""
        words = field.words[:-1]
        seen: Mapping[str, Sequence[str]] = {
            "ORTH": words,
            "LEMMA": [CLASS_OF.get(word, NO_CLASS) for word in words],
            "TAG": field.looks,
        }
        for sort, first in self._first.items():
            values = seen[sort]
            for at in [at for at, value in enumerate(values) if value in first]:
                for name, steps in first[values[at]]:
                    if _is_at(seen, steps, at):
                        yield at, at + len(steps), name


def _is_at(seen: Mapping[str, Sequence[str]], steps: _Steps, at: int) -> bool:
    return at + len(steps) <= len(seen["ORTH"]) and all(
        seen[sort][at + offset] == value for offset, (sort, value) in enumerate(steps)
    )
