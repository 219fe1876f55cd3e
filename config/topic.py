"""What a marketer listens for: ``topics/*.toml``."""

import unicodedata
from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from config.problem import quoted
from config.shape import Language, Line, Prose, Shape, Share, Slug, check_line

MOST_PHRASES = 2_000  # in one topic; beyond that it is a dictionary, not a topic
LONGEST_PHRASE = 100  # characters

#: The lists that find posts, under the name that a reader of the evidence sees.
FINDING_LISTS = {
    "problem": "problems",
    "keyword": "keywords",
    "product": "products",
    "competitor": "competitors",
}


def check_phrase(value: str) -> str:
    """Return ``value``, composed (NFC) and with single blanks, if posts can be searched for it.

    Raises:
        ValueError: it is empty, too long, has control characters, or fewer than two letters
            or digits: such a phrase would match nothing or everything.
    """
    check_line(value)
    if len(value) > LONGEST_PHRASE:
        raise ValueError(f"has {len(value)} characters; a phrase has {LONGEST_PHRASE} at most")
    phrase = " ".join(unicodedata.normalize("NFC", value).split())
    if sum(character.isalnum() for character in phrase) < 2:
        raise ValueError(f"{quoted(value)} is too little to search for; write a word")
    return phrase


Phrase = Annotated[str, AfterValidator(check_phrase)]


class Topic(Shape):
    """One market that somebody sells in, in the words of those who buy there.

    Phrases are plain words: letter case doesn't matter, word bounds do.
    """

    id: Slug
    name: Line
    description: Prose = ""
    problems: tuple[Phrase, ...] = ()  # what hurts, in the buyer's words; no product is named
    keywords: tuple[Phrase, ...] = ()  # what the category is called
    products: tuple[Phrase, ...] = ()  # what is sold in it: your own products, kinds of product
    competitors: tuple[Phrase, ...] = ()  # names whose users may want to leave
    exclusions: tuple[Phrase, ...] = ()  # a post with one of these is not about this topic
    languages: tuple[Language, ...] = ()  # empty: every language
    sources: tuple[Slug, ...] = ()  # ids of sources.toml; empty: every source
    threshold: Share = 0.35  # probability of a buying signal that a post needs
    owner: Slug | None = None  # handle of the social seller who reviews its signals
    active: bool = True

    @model_validator(mode="after")
    def _finds_something(self) -> Self:
        count = sum(1 for _ in self.phrases())
        if not count:
            lists = ", ".join(FINDING_LISTS.values())
            raise ValueError(f"finds nothing: write at least one phrase in {lists}")
        if count + len(self.exclusions) > MOST_PHRASES:
            raise ValueError(
                f"has {count + len(self.exclusions):,} phrases; {MOST_PHRASES:,} are the most"
            )
        return self

    def phrases(self) -> Iterator[tuple[str, str]]:
        """Yield every phrase that finds posts, after the name of its list: ("keyword", "crm")."""
        for reason, name in FINDING_LISTS.items():
            for phrase in getattr(self, name):
                yield reason, phrase
