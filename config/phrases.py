"""Which phrases of a topic will find the wrong posts, or none."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from config.places import KeyPath
from config.topic import FINDING_LISTS, Topic

_EVERYDAY = Path(__file__).parent / "everyday.txt"
_WORDS = re.compile(r"\w+")

Words = tuple[str, ...]


def risky_phrases(topic: Topic) -> Iterator[tuple[KeyPath, str]]:
    """Yield what a marketer should look at again, each after its place in the topic's file.

    A phrase is risky when it is an everyday word or two letters alone, when it is there twice,
    or when an exclusion throws away every post that it finds.
    """
    exclusions = [_words(phrase) for phrase in topic.exclusions]
    seen: dict[str, KeyPath] = {}
    for path, phrase in _phrases(topic, (*FINDING_LISTS.values(), "exclusions")):
        earlier = seen.setdefault(phrase.casefold(), path)
        is_exclusion = path[0] == "exclusions"
        if earlier != path and (not is_exclusion or earlier[0] == "exclusions"):
            yield path, f"{phrase!r} is already in {earlier[0]}"
        if not is_exclusion:
            yield from ((path, risk) for risk in _risks(phrase, exclusions))


def _phrases(topic: Topic, names: Sequence[str]) -> Iterator[tuple[KeyPath, str]]:
    for name in names:
        for number, phrase in enumerate(getattr(topic, name)):
            yield (name, number), phrase


def _risks(phrase: str, exclusions: Sequence[Words]) -> Iterator[str]:
    words = _words(phrase)
    if len(words) == 1 and words[0] in everyday_words():
        yield f"{phrase!r} alone is an everyday word; add what makes it yours"
    elif len(words) == 1 and len(words[0]) <= 2:
        yield f"{phrase!r} alone means too many things; write more of it"
    for exclusion in exclusions:
        if _contains(words, exclusion):
            text = " ".join(exclusion)
            yield f"{phrase!r} finds nothing: every post with it is excluded by {text!r}"


def _contains(words: Words, part: Words) -> bool:
    size = len(part)
    return any(words[start : start + size] == part for start in range(len(words) - size + 1))


def _words(phrase: str) -> Words:
    return tuple(_WORDS.findall(phrase.casefold()))


@cache
def everyday_words() -> frozenset[str]:
    """Return words that people use all the time without meaning any product by them."""
    lines = _EVERYDAY.read_text("utf-8").splitlines()
    return frozenset(
        word for line in lines if not line.startswith("#") for word in line.casefold().split()
    )
