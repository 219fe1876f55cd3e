"""Which phrases of a topic will find the wrong posts, or none."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from config.places import KeyPath
from config.query import Or, Words, leaves
from config.query_text import parse_query, place
from config.topic import FINDING_LISTS, Topic

_EVERYDAY = Path(__file__).parent / "everyday.txt"
#: A word, or a name with signs in it: ".net", "c++".
_WORDS = re.compile(r"(?<!\w)\.\w+|\w+[+#]*")
_OPERATORS = ("and", "or", "not")
_EITHER = re.compile(r"\S\sor\s\S", re.IGNORECASE)
_BLANKS = re.compile(r"[\s_/-]+")  # what nlp.phrases takes for a blank


def risky_phrases(topic: Topic) -> Iterator[tuple[KeyPath, str]]:
    """Yield what a marketer should look at again, each after its place in the topic's file.

    A phrase is risky when it is an everyday word or two letters alone, when it is there twice,
    or when an exclusion throws away every post that it finds. So is a query that finds posts by
    such a phrase alone, or that looks for an "or" that was meant as an operator.
    """
    exclusions = [_plain(phrase) for phrase in topic.exclusions]
    seen: dict[str, KeyPath] = {}
    for path, phrase in _phrases(topic, (*FINDING_LISTS.values(), "exclusions")):
        earlier = seen.setdefault(phrase.casefold(), path)
        is_exclusion = path[0] == "exclusions"
        if earlier != path and (not is_exclusion or earlier[0] == "exclusions"):
            yield path, f"{phrase!r} is already in {earlier[0]}"
        if path[0] == "keywords" and _EITHER.search(phrase):
            said = "looks for the word 'or'; write either phrase by itself, or a query with OR"
            yield path, f"{phrase!r} {said}"
        if not is_exclusion:
            yield from ((path, risk) for risk in _risks(phrase, exclusions))
    for number, text in enumerate(topic.query):
        yield from ((("query", number), risk) for risk in query_risks(text, exclusions))


def query_risks(text: str, exclusions: Sequence[str] = ()) -> Iterator[str]:
    """Yield what is risky about a query, see `risky_phrases`, each after its column.

    Args:
        text: a query that is understood.
        exclusions: of its topic, in lower case and with blanks for hyphens.
    """
    query = parse_query(text)
    for part in query.parts if isinstance(query, Or) else (query,):
        if isinstance(part, Words) and not part.is_prefix:
            yield from (
                f"{place(text, part.at)}: {risk}" for risk in _risks(part.text, exclusions)
            )
    for leaf in leaves(query):
        if (
            isinstance(leaf, Words)
            and leaf.text.casefold() in _OPERATORS
            and text.startswith(leaf.text, leaf.at)
        ):
            operator = leaf.text.upper()
            said = f"{leaf.text!r} is looked for as a word; write {operator}"
            yield f"{place(text, leaf.at)}: {said}"


def _phrases(topic: Topic, names: Sequence[str]) -> Iterator[tuple[KeyPath, str]]:
    for name in names:
        for number, phrase in enumerate(getattr(topic, name)):
            yield (name, number), phrase


def _risks(phrase: str, exclusions: Sequence[str]) -> Iterator[str]:
    words = _WORDS.findall(phrase.casefold())
    if len(words) == 1 and words[0] in everyday_words():
        yield f"{phrase!r} alone is an everyday word; add what makes it yours"
    elif len(words) == 1 and len(words[0]) <= 2 and words[0].isalnum():
        yield f"{phrase!r} alone means too many things; write more of it"
    for exclusion in exclusions:
        if _has(_plain(phrase), exclusion):
            yield f"{phrase!r} finds nothing: every post with it is excluded by {exclusion!r}"


def _has(phrase: str, part: str) -> bool:
    """Whether every post with ``phrase`` has ``part`` too, as whole words."""
    return re.search(rf"(?<!\w){re.escape(part)}(?!\w)", phrase) is not None


def _plain(phrase: str) -> str:
    return _BLANKS.sub(" ", phrase.casefold())


@cache
def everyday_words() -> frozenset[str]:
    """Return words that people use all the time without meaning any product by them."""
    lines = _EVERYDAY.read_text("utf-8").splitlines()
    return frozenset(
        word for line in lines if not line.startswith("#") for word in line.casefold().split()
    )
