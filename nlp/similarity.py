"""Posts that name no phrase of a topic but talk like its problems and examples.

A topic's problems and examples make a vector of word stems, weighted as in TF-IDF: by the root of
how many of the texts have a stem, and by how little the stem is said elsewhere (three classes, so
that no table of anybody's posts is needed). A post is as similar as the cosine of the two vectors.

It costs nothing where it is off, and it is off unless a topic asks for it, since what it is worth
depends on the topic. Measured over 87,737 posts of 223 communities, five examples a topic, at 0.2:
posts found in communities of the topic / posts found: laptops 20/29, bicycles 35/36, pianos 77/81,
electric cars 27/44, weddings 2/2, privacy 0/5; all 161/197 (.82). The threshold was chosen on
these posts and topics, so expect less of others. Where the words of a topic are everybody's
(customers, support, track, call), as in a CRM or a help desk, it finds next to nothing
(one post each, and not a right one). Figures and alternatives: docs/adr/0009.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from config.phrases import everyday_words
from nlp.text import fold

LEAST_SHARED = 3  # stems; two are shared by chance
_WORDS_READ = 200  # of a post: its beginning says what it is about
_ANYWHERE = Path(__file__).parent / "data" / "anywhere.txt"

#: How much a stem says, by where it is said: anywhere, as an everyday word, or seldom; about the
#: idf of each class. A table of the idf of 40,000 stems found no better: of what either found,
#: .80 was right.
_SAID_ANYWHERE, _SAID_EVERY_DAY, _SAID_SELDOM = 1.5, 3.5, 5.5

_WORD = re.compile(r"[^\W\d_]{2,40}(?:'[^\W\d_]{1,3})?")
_ENDINGS = ("ings", "ing", "ies", "ied", "ers", "es", "ed", "er", "s", "y", "e")
_LEAST_STEM = 3  # letters
_NEVER_DOUBLED = "ls"  # "call" and "less" are no doubled endings, "running" is

#: Words that hold sentences together and say nothing of what these are about.
_HOLD_TOGETHER = """
    the and an to of in on for with at by from as is are was were be been being it its it's this
    that these those i'm i've i'd i'll my me we our us you your he she they them his her their or
    but not no do does did don't doesn't so if then than there here what which who whom whose how
    when where why can can't could would should will won't just get got have has had any some all
    more most very too also out up down about into over after before again am
"""
_HOLDING = frozenset(_HOLD_TOGETHER.split())


@dataclass(frozen=True, slots=True)
class Profile:
    """How a topic's problems and examples talk."""

    weights: Mapping[str, float]  # by stem, without those said anywhere; a vector of length 1


@dataclass(frozen=True, slots=True)
class Shared:
    """A word of a post that its topic's profile has too."""

    start: int
    end: int
    share: float  # of the similarity


def profile_of(texts: Iterable[str]) -> Profile:
    """Return the profile of texts; empty when they have too few words of their own."""
    counts = Counter(
        stem for text in texts for stem in _stems(fold(text)) if weight(stem) > _SAID_ANYWHERE
    )
    if len(counts) < LEAST_SHARED:
        return Profile({})
    raw = {stem: math.sqrt(count) * weight(stem) for stem, count in counts.items()}
    length = math.hypot(*raw.values())
    return Profile({stem: value / length for stem, value in raw.items()})


def similarity(
    profile: Profile, folded: str, *, seen: Collection[str]
) -> tuple[float, list[Shared]]:
    """Return how similar a post is, 0..1, and the words that make it so, the strongest first.

    Args:
        profile: of the topic.
        folded: the post's text.
        seen: stems of the profile of which a word that begins so is in the post; fewer than
            `LEAST_SHARED` end it at once.
    """
    if len(seen) < LEAST_SHARED:
        return 0.0, []
    places = _stems(folded, most=_WORDS_READ)
    shared = [stem for stem in places if stem in profile.weights]
    if len(shared) < LEAST_SHARED:
        return 0.0, []
    length = math.hypot(*map(weight, places))
    words = [
        Shared(*places[stem], share=profile.weights[stem] * weight(stem) / length)
        for stem in shared
    ]
    words.sort(key=lambda word: (-word.share, word.start))
    return sum(word.share for word in words), words


@lru_cache(maxsize=10_000)
def stem_of(word: str) -> str:
    """Return what is left of an English word without its usual endings; crude and quick."""
    stem = word.partition("'")[0]
    for ending in _ENDINGS:
        if stem.endswith(ending) and len(stem) - len(ending) >= _LEAST_STEM:
            stem = stem.removesuffix(ending)
            break
    is_doubled = len(stem) > _LEAST_STEM and stem[-1] == stem[-2]
    return stem[:-1] if is_doubled and stem[-1] not in _NEVER_DOUBLED else stem


def weight(stem: str) -> float:
    """Return how much it says that a text has this stem."""
    anywhere, every_day = _classes()
    if stem in anywhere:
        return _SAID_ANYWHERE
    return _SAID_EVERY_DAY if stem in every_day else _SAID_SELDOM


def _stems(folded: str, *, most: int = 10_000) -> dict[str, tuple[int, int]]:
    """Return the stems of a text's first words, each with the place where it is first."""
    places: dict[str, tuple[int, int]] = {}
    read = 0
    for found in _WORD.finditer(folded):
        if found[0] in _HOLDING:
            continue
        read += 1
        if read > most:
            break
        places.setdefault(stem_of(found[0]), found.span())
    return places


@cache
def _classes() -> tuple[frozenset[str], frozenset[str]]:
    lines = _ANYWHERE.read_text("utf-8").splitlines()
    anywhere = (word for line in lines if not line.startswith("#") for word in line.split())
    return frozenset(map(stem_of, anywhere)), frozenset(map(stem_of, everyday_words()))
