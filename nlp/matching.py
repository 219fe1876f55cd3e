"""What a post matches a topic by, as evidence that a person reads."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nlp.judgement import Evidence, Span, TopicMatch
from nlp.searching import title_end
from nlp.similarity import Shared
from nlp.text import fold

#: How much one phrase of a list says that a post is about the topic, 0..1. Two phrases say more
#: than one, by noisy-or; one in the title says half as much again of what is missing. A query
#: says it once, however many of its phrases were found.
WEIGHTS = {"problem": 0.6, "keyword": 0.5, "product": 0.5, "competitor": 0.55, "query": 0.6}
_IN_TITLE = 0.5

_SIMILAR = "similar"
_WORDS_SHOWN = 8  # of a similar post


class Said(NamedTuple):
    """A phrase that was found, and how much it says."""

    start: int
    end: int
    listed: str
    weight: float  # in the body


def matched(topic_id: str, said: Iterable[Said], title: str, body: str) -> TopicMatch:
    """Return the match of a topic by its phrases; one within a longer one is left out."""
    kept: list[Said] = []
    for one in sorted(set(said), key=lambda one: (one.start, -one.end, -one.weight, one.listed)):
        if not kept or one.end > kept[-1].end:
            kept.append(one)
    phrases = []
    missing = 1.0
    known: set[tuple[str, str]] = set()
    for one in kept:
        words, span = _quoted(one.start, one.end, title, body)
        weight = one.weight
        if span.field == "title":
            weight += _IN_TITLE * (1 - weight)
        if (fold(words), one.listed) not in known:  # the same phrase again says nothing new
            known.add((fold(words), one.listed))
            missing *= 1 - weight
        phrases.append(Evidence(text=words, span=span, reason=one.listed, weight=weight))
    return TopicMatch(topic_id=topic_id, phrases=tuple(phrases), fit=round(1 - missing, 4))


def alike(
    topic_id: str, score: float, words: Sequence[Shared], title: str, body: str
) -> TopicMatch:
    """Return the match of a topic by similarity, with the words that say most."""
    phrases = []
    for word in words[:_WORDS_SHOWN]:
        text, span = _quoted(word.start, word.end, title, body)
        share = round(word.share, 4)
        phrases.append(Evidence(text=text, span=span, reason=_SIMILAR, weight=share))
    return TopicMatch(topic_id=topic_id, phrases=tuple(phrases), fit=round(score, 4))


def _quoted(start: int, end: int, title: str, body: str) -> tuple[str, Span]:
    """Return what stands at a place of the searched text, in the author's own letters."""
    offset = title_end(title) + 1
    if start < offset:
        return title[start:end], Span(field="title", start=start, end=end)
    start, end = start - offset, end - offset
    return body[start:end], Span(field="body", start=start, end=end)
