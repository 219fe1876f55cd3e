"""Patterns that are only tried on texts that have one of their words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wording:
    """A pattern, and words of which every match has one.

    To look for plain words takes a tenth of trying a pattern at every place, and most texts have
    none of them.
    """

    pattern: re.Pattern[str]
    words: tuple[str, ...]

    @classmethod
    def of(cls, pattern: re.Pattern[str], words: str) -> "Wording":
        """Return a pattern with the words of a line."""
        return cls(pattern, tuple(words.split()))

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Yield the matches of the pattern in a text, in order."""
        if any(word in text for word in self.words):
            yield from self.pattern.finditer(text)
