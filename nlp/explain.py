"""Why a post scored as it did: arithmetic first, then the words of the author that carry it.

Every contribution of the linear model goes to the tokens that gave it, in equal parts. What a
quoted phrase weighs is the sum over its tokens; the phrases, the words that are not quoted, the
shape of the post and the intercept add up to the log-odds.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nlp.features import Features, Place, place_of
from nlp.judgement import Evidence, Span
from nlp.linear import Scores
from nlp.reader.session import Sentence
from nlp.text import Field, Text

#: A phrase that weighs less, in log-odds, is not worth a reader's time.
LEAST_WEIGHT = 0.25
MOST_PHRASES = 8

#: A phrase that no cue carries has to weigh more to be quoted; the rest is summed up unquoted.
_LEAST_WITHOUT_CUE = 0.4

# Small words that no quote begins with, and further ones that none ends with.
_JOIN = "the a an to of in on at for with by from and or but so as it its this that than then be"
_HANG = (
    "is are was were am do does did has have had will would can could should may might must "
    "my our your his her their if i we he she they"
)
_JOINING = frozenset(_JOIN.split())
_LEFT_HANGING = _JOINING | frozenset(_HANG.split())

_Range = tuple[int, int]  # tokens from the first to before the last

_CUE_FEATURES = ("c:", "ct:", "cq:", "cg:", "cn:")

_BREAKS = frozenset((",", ":", ";", "(", ")"))
_SHORTEST_CLAUSE = 3

_READ_WHOLE = "the post as a whole sounds like a buyer, most of all here"
_READ_WHOLE_AGAINST = "the post as a whole does not sound like a buyer, least of all here"
_QUESTION = "asks a question"
_BUYERS_WORDS = "words that buyers use"
_OTHERS_WORDS = "words that buyers seldom use"


@dataclass(frozen=True, slots=True)
class Explanation:
    """The log-odds of a post, taken apart: ``intercept + shape + all tokens = log_odds``."""

    log_odds: float  # of the linear model
    intercept: float
    shape: float  # what no words carry: lengths, lines
    tokens: tuple[list[float], list[float]]  # by token of title and body
    by_feature: dict[str, float]  # with the intercept they add up too

    def times(self, factor: float) -> "Explanation":
        """Return the same with each part multiplied, as when it counts so much in a sum."""
        title, body = ([factor * weight for weight in row] for row in self.tokens)
        return Explanation(
            log_odds=factor * self.log_odds,
            intercept=factor * self.intercept,
            shape=factor * self.shape,
            tokens=(title, body),
            by_feature={name: factor * part for name, part in self.by_feature.items()},
        )


@dataclass(frozen=True, slots=True)
class _Phrase:
    place: Place
    weight: float
    reason: str


@dataclass(frozen=True, slots=True)
class _Pull:
    """A cue at tokens ``[first, last)``, and by how much it moves the log-odds from there."""

    first: int
    last: int
    moved: float
    reason: str

    def lies_in(self, begin: int, end: int) -> bool:
        """Return whether at least half of the cue is within ``[begin, end)``."""
        return 2 * (min(end, self.last) - max(begin, self.first)) >= max(1, self.last - self.first)


def explain(text: Text, features: Features, scores: Scores) -> Explanation:
    """Return where the log-odds of the linear model come from."""
    tokens = (
        [0.0] * len(text.title.tokens),
        [0.0] * len(text.body.tokens),
    )
    shares = dict(scores.contributions)
    shape = 0.0
    for name, places in features.marked.items():
        share = shares.pop(name, 0.0) / max(1, len(places))
        if not places:
            shape += share
        for number, first, last in places:
            shape += _given(tokens[number], first, last, share)
    often = Counter[str]()
    for run in features.runs:
        often.update(filter(shares.__contains__, run.names))
    for name, count in often.items():
        shares[name] /= count
    for run in features.runs:
        row = tokens[run.number]
        for first, found in enumerate(map(shares.get, run.names), run.offset):
            if found:
                shape += _given(row, max(0, first), first + run.width, found)
    return Explanation(scores.signal, scores.intercept, shape, tokens, scores.contributions)


def _given(row: list[float], first: int, last: int, share: float) -> float:
    """Give a share to the tokens ``[first, last)`` of a row in equal parts.

    Returns what none of them takes: all of it where only the frame marks around a field are meant.
    """
    width = min(last, len(row)) - first
    if width == 1:
        row[first] += share
    elif width == 2:  # spelt out, as pairs are half of all: a fifth of the time
        row[first] += share / 2
        row[first + 1] += share / 2
    elif width <= 0:
        return share
    else:
        for position in range(first, first + width):
            row[position] += share / width
    return 0.0


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
        for pulls in [_pulls(part, number, features, explanation)]
        for clause in _clauses(part)
        for run, room in _runs(explanation.tokens[number], clause)
        if (phrase := _phrase(run, room, part, explanation.tokens[number], pulls)) is not None
    ]
    phrases.sort(key=lambda one: (positive_first and one.weight < 0, -abs(one.weight), one.place))
    return tuple(
        _quoted(text, phrase.place, phrase.reason, phrase.weight)
        for phrase in phrases[:MOST_PHRASES]
    )


def reader_evidence(
    text: Text, sentences: Sequence[Sentence], scores: Explanation, *, share: float, weight: float
) -> Evidence | None:
    """Return what the reader adds to the log-odds as one term, with the sentence that did most.

    By its shares alone long sentences win. The linear model knows which words ask, so the sentence
    is the one that both point at, each in full.

    Args:
        text: the post.
        sentences: what the reader read, with the share of each; None is returned without any.
        scores: the linear model's, by token, unscaled.
        share: what a share counts in the log-odds.
        weight: of the whole term.
    """

    def pointed_at(one: Sentence) -> float:
        starts = text.fields[one.field].tokens.starts
        words = zip(scores.tokens[one.field], starts, strict=True)
        both = share * one.moved + sum(w for w, at in words if one.start <= at < one.end)
        return both if weight > 0 else -both

    if not sentences:
        return None
    told = max(sentences, key=pointed_at)
    part = text.fields[told.field]
    return Evidence(
        text=part.original[told.start : told.end],
        span=Span(field=part.name, start=told.start, end=told.end),
        reason=_READ_WHOLE if weight > 0 else _READ_WHOLE_AGAINST,
        weight=round(weight, 4),
    )


def with_rules(
    phrases: Sequence[Evidence], text: Text, features: Features
) -> tuple[Evidence, ...]:
    """Return ``phrases`` and the cues that add to the log-odds by themselves.

    A cue counts where it was heard first. Phrases that share words with it become one with it, so
    that no word is quoted twice and the weights still add up. What weighs next to nothing then
    is not worth a quote.
    """
    found, counted = list(phrases), set[str]()
    for number, part in enumerate(text.fields):
        for hit in features.hits[number]:
            if not hit.cue.weighs or hit.cue.name in counted:
                continue
            counted.add(hit.cue.name)
            near = [
                one
                for one in found
                if one.span.field == part.name
                and one.span.start < hit.end
                and hit.start < one.span.end
            ]
            start = min([hit.start, *(one.span.start for one in near)])
            end = max([hit.end, *(one.span.end for one in near)])
            found = [one for one in found if one not in near]
            found.append(
                Evidence(
                    text=part.original[start:end],
                    span=Span(field=part.name, start=start, end=end),
                    reason=hit.cue.reason,
                    weight=math.fsum([hit.cue.weighs, *(one.weight for one in near)]),
                )
            )
    return tuple(one for one in found if abs(one.weight) >= LEAST_WEIGHT)


def _clauses(part: Field) -> Iterable[_Range]:
    """Yield token ranges between commas and the like: each can have a reason of its own."""
    for first, last in part.sentences:
        begin = first
        for position in range(first, last):
            if part.tokens.norms[position] in _BREAKS and position - begin >= _SHORTEST_CLAUSE:
                yield begin, position + 1
                begin = position + 1
        yield begin, last


def _pulls(part: Field, number: int, features: Features, explanation: Explanation) -> list[_Pull]:
    """Return what each cue of a field moves by being where it is."""
    pulls = []
    for hit in features.hits[number]:
        place = place_of(part, number, start=hit.start, end=hit.end)
        moved = math.fsum(
            explanation.by_feature.get(name, 0.0) / len(features.marked[name])
            for name in (prefix + hit.cue.name for prefix in _CUE_FEATURES)
            if place in features.marked.get(name, ())
        )
        pulls.append(_Pull(place[1], place[2], moved, hit.cue.reason))
    return pulls


def _runs(weights: Sequence[float], clause: tuple[int, int]) -> Iterable[tuple[_Range, _Range]]:
    """Yield the tokens that speak most for a signal and those most against, with their room.

    The room is how far each may be widened; no token is in two rooms, so none counts twice.
    """
    first, last = clause
    speaks_for, pro = _loudest(weights, clause, 1)
    against, contra = _loudest(weights, clause, -1)
    if pro and contra and speaks_for[0] < against[1] and against[0] < speaks_for[1]:
        pro, contra = (pro, 0.0) if pro >= contra else (0.0, contra)  # one within the other
    if pro and contra:
        middle = max(speaks_for[0], against[0])  # where the later of the two begins
        rooms = ((first, middle), (middle, last))
        earlier_first = speaks_for < against
        yield speaks_for, rooms[0 if earlier_first else 1]
        yield against, rooms[1 if earlier_first else 0]
    elif pro or contra:
        yield (speaks_for if pro else against), clause


def _loudest(weights: Sequence[float], clause: _Range, sign: int) -> tuple[_Range, float]:
    """Return the run of tokens whose sum is the largest in this direction, and that sum."""
    best, found = 0.0, (clause[0], clause[0])
    running, since = 0.0, clause[0]
    for position in range(*clause):
        running += sign * weights[position]
        if running <= 0:
            running, since = 0.0, position + 1
        elif running > best:
            best, found = running, (since, position + 1)
    return found, best


def _phrase(
    run: _Range,
    room: _Range,
    part: Field,
    weights: Sequence[float],
    pulls: Iterable[_Pull],
) -> _Phrase | None:
    """Return a run as words that a person can make sense of, with the reason; None if it has none.

    The whole of the cue that carries it is quoted. Without a cue it is quoted when something is
    left of it but the small words that join others, and speaks loudly enough.
    """
    begin, end = run
    sign = math.copysign(1, math.fsum(weights[begin:end]))
    carried = [pull for pull in pulls if pull.moved * sign > 0 and pull.lies_in(begin, end)]
    cue = max(carried, key=lambda pull: abs(pull.moved), default=None)
    if cue:
        begin, end = max(room[0], min(begin, cue.first)), min(room[1], max(end, cue.last))
    first, last = (cue.first, cue.last) if cue else (end, begin)
    norms = part.tokens.norms
    while begin < min(end, first) and _is_loose(norms[begin], _JOINING):
        begin += 1  # a phrase begins with a word that says something and ends with one, or with ?
    while end > max(begin, last) and _is_loose(norms[end - 1], _LEFT_HANGING):
        end -= 1
    weight = math.fsum(weights[begin:end])
    if weight * sign < (LEAST_WEIGHT if cue else _LEAST_WITHOUT_CUE):
        return None
    if cue:
        reason = cue.reason
    elif sign < 0:
        reason = _OTHERS_WORDS
    else:
        reason = _QUESTION if "?" in norms[begin:end] else _BUYERS_WORDS
    return _Phrase((0 if part.name == "title" else 1, begin, end), weight, reason)


def _is_loose(norm: str, small: frozenset[str]) -> bool:
    return norm in small or (not norm[0].isalnum() and norm[0] not in "<?")


def _quoted(text: Text, place: Place, reason: str, weight: float) -> Evidence:
    number, first, last = place
    part = text.fields[number]
    start, end = part.tokens.starts[first], part.tokens.ends[last - 1]
    return Evidence(
        text=part.original[start:end],
        span=Span(field=part.name, start=start, end=end),
        reason=reason,
        weight=round(weight, 4),
    )
