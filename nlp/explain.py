"""Why a post scored as it did: arithmetic first, then the words of the author that carry it.

Every contribution of the linear model goes to the tokens that gave it, in equal parts. What a
quoted phrase weighs is the sum over its tokens; the phrases, the words that are not quoted, the
shape of the post and the intercept add up to the log-odds.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nlp.cues import Hit
from nlp.features import Features, Place, place_of
from nlp.judgement import Evidence, Span
from nlp.linear import Scores
from nlp.text import NEW_LINE, Field, Text

#: A phrase that weighs less, in log-odds, is not worth a reader's time.
LEAST_WEIGHT = 0.25
MOST_PHRASES = 8

_LOOSE_ENDS = frozenset((".", ",", ":", ";", "(", "[", '"', "/", "&", "|", NEW_LINE))

_BREAKS = frozenset((",", ":", ";", "(", ")"))
_SHORTEST_CLAUSE = 3

_QUESTION = "asks a question"
_BUYERS_WORDS = "words that buyers use"
_OTHERS_WORDS = "words that buyers seldom use"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The log-odds of a post, taken apart: ``intercept + shape + all tokens = log_odds``."""

    log_odds: float  # before calibration
    intercept: float
    shape: float  # what no words carry: lengths, lines
    tokens: tuple[list[float], list[float]]  # by token of title and body
    by_feature: dict[str, float]  # with the intercept they add up too


@dataclass(frozen=True, slots=True)
class _Phrase:
    place: Place
    weight: float


def explain(text: Text, features: Features, scores: Scores) -> Explanation:
    """Return where the log-odds of a post come from."""
    tokens = (
        [0.0] * len(text.title.tokens),
        [0.0] * len(text.body.tokens),
    )
    shape = 0.0
    for name, contribution in scores.contributions.items():
        places = features.places[name]
        if not places:
            shape += contribution
            continue
        share = contribution / len(places)
        for number, first, last in places:
            row = tokens[number]
            last = min(last, len(row))
            if last - first == 1:
                row[first] += share
            elif first >= last:  # a pair of frame marks around an empty field
                shape += share
            else:
                for position in range(first, last):
                    row[position] += share / (last - first)
    return Explanation(scores.signal, scores.intercept, shape, tokens, scores.contributions)


def evidence(
    text: Text, features: Features, explanation: Explanation, *, positive_first: bool
) -> tuple[Evidence, ...]:
    """Return the phrases that moved the judgement most, at most `MOST_PHRASES`.

    Args:
        text: the post.
        features: what was found in it.
        explanation: what each token weighs.
        positive_first: whether phrases that speak for a signal come before those against,
            each sorted by weight; else the strongest of either side come first.
    """
    phrases = [
        phrase
        for number, part in enumerate(text.fields)
        for clause in _clauses(part)
        for phrase in _phrases(part.tokens.norms, explanation.tokens[number], number, clause)
        if abs(phrase.weight) >= LEAST_WEIGHT
    ]
    phrases.sort(key=lambda one: (positive_first and one.weight < 0, -abs(one.weight), one.place))
    return tuple(_quoted(phrase, text, features, explanation) for phrase in phrases[:MOST_PHRASES])


def _clauses(part: Field) -> Iterable[tuple[int, int]]:
    """Yield token ranges between commas and the like: each can have a reason of its own."""
    for first, last in part.sentences:
        begin = first
        for position in range(first, last):
            if part.tokens.norms[position] in _BREAKS and position - begin >= _SHORTEST_CLAUSE:
                yield begin, position + 1
                begin = position + 1
        yield begin, last


def _phrases(
    norms: Sequence[str], weights: Sequence[float], number: int, clause: tuple[int, int]
) -> Iterable[_Phrase]:
    """Yield the run of tokens that speaks most for a signal, then the one most against it."""
    for sign in (1, -1):
        best, begin, end = 0.0, 0, 0
        running, since = 0.0, clause[0]
        for position in range(*clause):
            running += sign * weights[position]
            if running <= 0:
                running, since = 0.0, position + 1
            elif running > best:
                best, begin, end = running, since, position + 1
        while begin < end and not norms[begin][0].isalnum() and norms[begin][0] != "<":
            begin += 1  # a phrase begins with a word and ends with one, or with a question mark
        while begin < end and norms[end - 1] in _LOOSE_ENDS:
            end -= 1
        if begin < end:
            yield _Phrase((number, begin, end), math.fsum(weights[begin:end]))


def _quoted(phrase: _Phrase, text: Text, features: Features, explanation: Explanation) -> Evidence:
    number, first, last = phrase.place
    part = text.fields[number]
    start, end = part.tokens.starts[first], part.tokens.ends[last - 1]
    return Evidence(
        text=part.original[start:end],
        span=Span(field=part.name, start=start, end=end),
        reason=_reason(phrase, part, features.hits[number], explanation),
        weight=round(phrase.weight, 4),
    )


def _reason(phrase: _Phrase, part: Field, hits: Iterable[Hit], explanation: Explanation) -> str:
    """Return the words for the cue in the phrase that pulls most in its direction."""
    number, first, last = phrase.place
    strongest, reason = 0.0, ""
    for hit in hits:
        _, begin, end = place_of(part, number, start=hit.start, end=hit.end)
        if begin >= last or end <= first:
            continue
        pull = sum(
            explanation.by_feature.get(prefix + hit.cue.name, 0.0)
            for prefix in ("c:", "ct:", "cq:", "cg:", "cn:")
        )
        if pull * phrase.weight > 0 and abs(pull) > strongest:
            strongest, reason = abs(pull), hit.cue.reason
    if reason:
        return reason
    if phrase.weight < 0:
        return _OTHERS_WORDS
    return _QUESTION if "?" in part.tokens.norms[first:last] else _BUYERS_WORDS
