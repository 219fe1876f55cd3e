"""What replies say of the question that they answer: chosen, in the same boat, answered.

Pure functions of texts and of who wrote them, in the order in which they were written. No model:
what closes a conversation has to be quoted, and a person must see at a glance why.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from models.words import Role
from nlp.cues import finder
from nlp.judgement import Evidence, Span
from nlp.reply_words import (
    ALSO_WANTS,
    BACK_TO_THE_SEARCH,
    CHOSE,
    FOLLOWS,
    HAS_IT_ALREADY,
    LONG_AGO,
    NOT_CHOSEN,
    OFFERED,
    SELLS,
    SENTENCE,
    SOLVED,
    WAS_IN_IT,
)
from nlp.text import BODY_READ, fold

#: So many people who name products or sell leave little room for another voice.
CROWDED = 5

_QUOTED = re.compile(r"^[ \t]*>[^\n]*", re.MULTILINE)
#: Log-odds, so that quotes stand beside the judge's: solved takes two thirds of a score (.3).
_CLOSES, _ASKS = -1.2, 0.5
_LONGEST_QUOTE = 200
_MOST_NAMES = 20  # of products, in one reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The asker says what he has decided on."""

    what: str | None  # as he writes it; None: he doesn't name it
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class SameBoat:
    """Somebody else has the asker's question too."""

    is_need: bool  # he says that he wants it; False: he only follows the talk
    evidence: Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A post of a conversation."""

    id: str
    author: str | None  # the same for all posts of a person; None: unnamed
    text: str
    is_opening: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What a conversation has come to, seen from its asker."""

    replied: tuple[str, ...] = ()  # the asker's later posts
    choice_in: str | None = None  # the post with his last word, if that is a choice
    choice: Choice | None = None
    same_boat: Mapping[str, SameBoat] = field(default_factory=dict)  # by post, of others
    offered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # products, by post
    answerers: int = 0  # people who name products or sell them

    @property
    def is_crowded(self) -> bool:
        """Whether many have offered something already."""
        return self.answerers >= CROWDED


def listen_in(turns: Sequence[Turn], *, asker: str, names: Iterable[str] = ()) -> Talk:
    """Return what became of the question of ``asker``.

    Args:
        turns: the conversation in the order in which it was written.
        asker: who asks, as ``Turn.author`` has him. What he wrote first is his question.
        names: of products and competitors that the topic knows.
    """
    known = tuple(names)
    asked = next((place for place, turn in enumerate(turns) if turn.author == asker), len(turns))
    own = [turn for turn in turns[asked + 1 :] if turn.author == asker]
    others = [turn for turn in turns if turn.author != asker and not turn.is_opening]
    choice_in, choice = _last_word(own, known)
    offered = {turn.id: found for turn in others if (found := offers(turn.text, known))}
    return Talk(
        replied=tuple(turn.id for turn in own),
        choice_in=choice_in,
        choice=choice,
        same_boat={turn.id: boat for turn in others if (boat := same_boat(turn.text, known))},
        offered=offered,
        answerers=len(
            {turn.author or turn.id for turn in others if turn.id in offered or sells(turn.text)}
        ),
    )


def _last_word(own: Sequence[Turn], names: Sequence[str]) -> tuple[str | None, Choice | None]:
    for turn in reversed(own):
        if choice := chosen(turn.text, names):
            return turn.id, choice
        if BACK_TO_THE_SEARCH.search(_read(turn.text)):
            break
    return None, None


def chosen(text: str, names: Iterable[str] = ()) -> Choice | None:
    """Return what the asker says that he has decided on, or None while he has not.

    Plans, leanings, trials and what was bought long ago are no choice, and neither is what he
    sent back.
    """
    folded = _read(text)
    if BACK_TO_THE_SEARCH.search(folded):
        return None
    known = _pattern_of(names)
    for sentence in SENTENCE.finditer(folded):
        words = sentence.group()
        if LONG_AGO.search(words) or NOT_CHOSEN.search(words):
            continue
        for pattern in CHOSE:
            if found := pattern.search(words):
                start, end = (sentence.start() + place for place in found.span())
                what = _what(text, *_place(found, sentence.start()), known)
                if what is None and found.groupdict().get("named") is not None:
                    continue  # "I bought a house" is no answer to who asked for a CRM
                return Choice(what=what, evidence=_quote(text, start, end, "has chosen", _CLOSES))
        if found := SOLVED.search(words):
            start, end = (sentence.start() + place for place in found.span())
            return Choice(what=None, evidence=_quote(text, start, end, "has found it", _CLOSES))
    return None


def same_boat(text: str, names: Iterable[str] = ()) -> SameBoat | None:
    """Return where somebody says that he has the same question, or None when he does not.

    Who has found an answer, or was in that boat once, is a voice among the answers.
    """
    folded = _read(text)
    if WAS_IN_IT.search(folded) or HAS_IT_ALREADY.search(folded) or sells(text):
        return None
    if chosen(text, names) or offers(text, names):
        return None
    if found := ALSO_WANTS.search(folded):
        return SameBoat(
            is_need=True, evidence=_quote(text, *found.span(), "has the same need", _ASKS)
        )
    if found := FOLLOWS.search(folded):
        return SameBoat(
            is_need=False, evidence=_quote(text, *found.span(), "follows the talk", 0.0)
        )
    return None


def offers(text: str, names: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the products that a reply names as answers, as it writes them, each once.

    Those are names that the topic knows, and what looks like a name behind "try" and its kind.
    """
    folded = _read(text)
    known = _pattern_of(names)
    places = [match.span() for match in known.finditer(folded)] if known else []
    for match in OFFERED.finditer(folded):
        places += [place for place in [_name_at(text, match.end())] if place]
    found: dict[str, str] = {}
    for start, end in sorted(places):
        found.setdefault(folded[start:end], text[start:end])
    return tuple(found.values())[:_MOST_NAMES]


def sells(text: str) -> bool:
    """Say whether a reply speaks as a seller: "we make", "I'm the founder of"."""
    folded = _read(text)
    if SELLS.search(folded):
        return True
    return any(hit.cue.role is Role.SELLER for hit in finder().find(folded))


def _read(text: str) -> str:
    """Return the author's own words folded, each where it stands in ``text``."""
    folded = fold(text[:BODY_READ])
    return _QUOTED.sub(lambda match: " " * len(match.group()), folded)


def _pattern_of(names: Iterable[str]) -> re.Pattern[str] | None:
    return _pattern(tuple(names))


@lru_cache(maxsize=256)  # as many as there are topics, at the most
def _pattern(names: tuple[str, ...]) -> re.Pattern[str] | None:
    words = sorted({fold(name).strip() for name in names} - {""}, key=len, reverse=True)
    if not words:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)")


def _place(found: re.Match[str], offset: int) -> tuple[int, int]:
    name = "named" if found.groupdict().get("named") is not None else "what"
    start, end = found.span(name)
    return start + offset, end + offset


def _what(text: str, start: int, end: int, known: re.Pattern[str] | None) -> str | None:
    """Return the name within ``[start, end)``: one that is known, or looks like one."""
    if known and (match := known.search(fold(text[start:end]))):
        return text[start:end][slice(*match.span())]
    place = _name_at(text, start, end)
    return text[slice(*place)] if place else None


# A name begins with a capital or a figure, or has one within; "the" and its like may come before.
_NAME = re.compile(
    r"\s*(?:(?:the|a|an|an? used|using|das|den|die|ein|eine|einen|it|is|:|-)\s+)*"
    r"(?P<name>(?!(?:I|We|The|A|An|It|They|You|This|That|If|And|But|So|My|Our|Not|No|Yes)\b)"
    r"(?:[A-Z0-9][\w'&.+-]*|[a-z]+[A-Z0-9][\w+-]*)"
    r"(?: (?:[A-Z0-9][\w'&+-]*|[a-z]+[A-Z0-9][\w+-]*)){0,4})",
)


def _name_at(text: str, start: int, end: int | None = None) -> tuple[int, int] | None:
    """Return where a name stands that begins at ``start``, blanks and an article aside."""
    match = _NAME.match(text, start, len(text) if end is None else end)
    if match is None:
        return None
    first, last = match.span("name")
    while last > first and not text[last - 1].isalnum() and text[last - 1] != "+":
        last -= 1
    return (first, last) if last > first else None


def _quote(text: str, start: int, end: int, reason: str, weight: float) -> Evidence:
    while start < end and not text[start].isalnum() and text[start] not in "[+":
        start += 1
    end = min(end, start + _LONGEST_QUOTE)
    while start < end and text[end - 1].isspace():
        end -= 1
    span = Span(field="body", start=start, end=end)
    return Evidence(text=text[start:end], span=span, reason=reason, weight=weight)
