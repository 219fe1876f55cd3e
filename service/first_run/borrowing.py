"""A draft of the same market as a shipped topic takes that one's phrases on: pure.

One word is little to find buyers by, and a shipped topic has a hundred phrases that were tried.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache

from config import load_config
from config.topic import Topic

#: A phrase that stands within so many of a topic's keywords is what that topic is called; of a
#: market that is only touched, the phrases that share a word are taken.
_CENTRAL = 5
_LONG_ENOUGH = 4  # letters of a word that two phrases may share
_WORD = re.compile(r"\w+")
_GENERAL = frozenset(
    {"software", "tool", "system", "app", "platform", "solution", "service", "repair"}
    | {"installation", "replacement", "company", "small", "home", "house", "free", "cheap"}
)
_LISTS = ("problems", "keywords", "products", "competitors")


@cache
def shipped_topics() -> tuple[Topic, ...]:
    """Return the topics that every installation begins with."""
    return tuple(load_config(None).topics.values())


def borrow(draft: Topic, topics: Iterable[Topic]) -> tuple[Topic, Topic | None]:
    """Return the draft with the phrases of the topic that is of the same market, and that topic.

    None where no topic has one of its keywords; the draft is as it was then.
    """
    asked = {keyword.casefold() for keyword in draft.keywords}
    for topic in topics:
        held = asked & {phrase.casefold() for phrase in (*topic.keywords, *topic.products)}
        if not held:
            continue
        is_whole = any(_times(phrase, topic.keywords) >= _CENTRAL for phrase in held)
        return _joined(draft, topic, words=None if is_whole else _words(draft.keywords)), topic
    return draft, None


def _joined(draft: Topic, topic: Topic, *, words: frozenset[str] | None) -> Topic:
    """Return the draft with a topic's phrases; with ``words``, those that have one of them."""
    changes: dict[str, tuple[str, ...]] = {}
    own = {phrase.casefold() for _, phrase in draft.phrases()}
    for name in _LISTS:
        there: Sequence[str] = getattr(draft, name)
        more = [
            phrase
            for phrase in getattr(topic, name)
            if phrase.casefold() not in own and (words is None or words & _words([phrase]))
        ]
        changes[name] = (*there, *more)
    said = " ".join((draft.description, *changes["keywords"])).casefold()
    changes["exclusions"] = tuple(p for p in topic.exclusions if p.casefold() not in said)
    return draft.model_copy(update=changes)


def _times(phrase: str, phrases: Sequence[str]) -> int:
    return sum(f" {phrase} " in f" {one.casefold()} " for one in phrases)


def _words(phrases: Iterable[str]) -> frozenset[str]:
    found = (word.removesuffix("s") for one in phrases for word in _WORD.findall(one.casefold()))
    return frozenset(word for word in found if len(word) >= _LONG_ENOUGH) - _GENERAL
