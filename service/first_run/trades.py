"""What somebody does for others, told from "I mend and tile ...": pure.

A verb right behind "I" or "we" is no part of a noun phrase; one of a trade tells besides what its
work is called, which is what a customer asks for.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_TRADES_FILE = Path(__file__).parent / "trades.txt"
_TOKEN = re.compile(r"[\w'-]+|[^\w\s]")
_SUBJECTS = frozenset({"i", "we", "wir", "ich"})
_BESIDE_VERBS = frozenset({"also", "both", "can", "just", "mainly", "mostly", "only", "will"})
_JOINS = frozenset({"and", "or", "&", ",", "und", "oder"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Deeds:
    """A sentence without the verbs that it begins with."""

    rest: str
    works: tuple[str, ...]  # what the work of its verbs is called: "repair", "tiling"


def deeds_of(sentence: str) -> Deeds:
    """Return what is done, and the sentence behind it; without a subject, the sentence itself."""
    tokens = list(_TOKEN.finditer(sentence))
    words = [token[0].casefold() for token in tokens]
    if not words or words[0] not in _SUBJECTS:
        return Deeds(rest=sentence, works=())
    verbs = [*_verbs(words)]
    works = dict.fromkeys(work for number in verbs for work in trades().get(words[number], ()))
    begins = tokens[verbs[-1]].end() if verbs else 0
    return Deeds(rest=sentence[begins:], works=tuple(works))


def _verbs(words: Sequence[str]) -> list[int]:
    """Return where the verbs behind the subject stand: "mend" and "tile" of "I mend and tile"."""
    at = 1
    while at < len(words) and words[at] in _BESIDE_VERBS:
        at += 1
    found: list[int] = []
    # Behind "I mend and" a thing can't come yet, so that is a verb again, if anything follows it.
    while at + 1 < len(words) and _is_word(words[at]) and (not found or _is_word(words[at + 1])):
        found.append(at)
        following = at + 1
        while following < len(words) and words[following] in _JOINS:
            following += 1
        if following == at + 1:
            break
        at = following
    return found


def _is_word(word: str) -> bool:
    return word[:1].isalpha()


@cache
def trades() -> Mapping[str, Sequence[str]]:
    """Return what the work is called, by the verb."""
    lines = _TRADES_FILE.read_text("utf-8").splitlines()
    split = [line.split() for line in lines if not line.startswith("#")]
    return {verb: names for verb, *names in split}
