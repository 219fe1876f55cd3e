"""What a marketer listens for: ``topics/*.toml``."""

from collections.abc import Iterator
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from config.query import Words, leaves
from config.query_text import parse_query
from config.shape import Line, PostLanguage, Prose, Shape, Share, Slug, at
from config.wording import check_phrase

MOST_PHRASES = 2_000  # in one topic; beyond that it is a dictionary, not a topic
MOST_EXAMPLES = 100  # posts in a topic

#: The lists that find posts, under the name that a reader of the evidence sees.
FINDING_LISTS = {
    "problem": "problems",
    "keyword": "keywords",
    "product": "products",
    "competitor": "competitors",
}


def check_query(value: str) -> str:
    """Return ``value`` if it is a query, see `config.query_text`.

    Raises:
        ValueError: it is none; the message names the column.
    """
    parse_query(value)
    return value


def _one_or_several(value: object) -> object:
    """Return the queries of a key that may hold one text instead of a list."""
    if isinstance(value, str):
        return (check_query(value),)  # here, so that the error is about the key, not its first
    if not isinstance(value, tuple):
        raise ValueError("must be a query in quotes, or a list of them")  # noqa: TRY004 - pydantic
    return value


Phrase = Annotated[str, AfterValidator(check_phrase)]
QueryText = Annotated[str, AfterValidator(check_query)]
Queries = Annotated[tuple[QueryText, ...], BeforeValidator(_one_or_several)]
Example = Annotated[str, Field(min_length=1, max_length=2_000)]  # a post, or what matters of it


class Topic(Shape):
    """One market that somebody sells in, in the words of those who buy there.

    Phrases are plain words: letter case doesn't matter, word bounds do. Queries combine them.
    """

    id: Slug
    name: Line
    description: Prose = ""
    problems: tuple[Phrase, ...] = ()  # what hurts, in the buyer's words; no product is named
    keywords: tuple[Phrase, ...] = ()  # what the category is called
    products: tuple[Phrase, ...] = ()  # what is sold in it: your own products, kinds of product
    competitors: tuple[Phrase, ...] = ()  # names whose users may want to leave
    query: Queries = ()  # beside the lists: each finds posts by itself
    exclusions: tuple[Phrase, ...] = ()  # a post with one of these is not about this topic
    examples: Annotated[tuple[Example, ...], Field(max_length=MOST_EXAMPLES)] = ()
    similarity: Share = 0.0  # to problems and examples, from which a post matches; 0: never
    languages: tuple[PostLanguage, ...] = ()  # empty: every language
    sources: tuple[Slug, ...] = ()  # ids of sources.toml; empty: every source
    threshold: Share = 0.35  # probability that a post needs, beside what the judge asks for
    owner: Slug | None = None  # handle of the social seller who reviews its signals
    offering: Slug | None = None  # id in offerings.toml: what its leads are to be sold
    legal_basis: Prose = ""  # on which this listening rests, for the record of processing
    active: bool = True

    @model_validator(mode="after")
    def _finds_something(self) -> Self:
        asked = [leaf for text in self.query for leaf in leaves(parse_query(text))]
        count = sum(1 for _ in self.phrases()) + sum(isinstance(leaf, Words) for leaf in asked)
        if not count:
            lists = ", ".join(FINDING_LISTS.values())
            raise ValueError(f"finds nothing: write at least one phrase in {lists}, or a query")
        if self.similarity and not (self.problems or self.examples):
            raise at("similarity", "there are no problems and examples that posts can be like")
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
