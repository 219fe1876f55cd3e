"""Marks in other people's words, by offsets: the text is cut into pieces, never into HTML."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise


class Mark(StrEnum):
    """Why words are marked."""

    AGAINST = "against"  # speaks against buying
    CUE = "cue"  # sounds like buying
    PHRASE = "phrase"  # a phrase of the topic
    FACT = "fact"  # says budget, team, date, ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A place in a text that is to be marked. Offsets are code points."""

    start: int
    end: int
    mark: Mark
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of text under the same marks throughout, or under none."""

    text: str
    marks: tuple[Mark, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """A window of a text."""

    pieces: tuple[Piece, ...]
    cut_before: bool = False
    cut_after: bool = False


def cut(text: str, places: Iterable[Marked]) -> tuple[Piece, ...]:
    """Return ``text`` in pieces: joined, they are ``text`` again.

    Places outside the text are ignored as far as they are outside.
    """
    inside = [p for p in places if p.start < len(text) and p.end > 0 and p.start < p.end]
    edges = sorted(
        {0, len(text)}
        | {max(p.start, 0) for p in inside}
        | {min(p.end, len(text)) for p in inside}
    )
    return tuple(
        _piece(text[start:end], [p for p in inside if p.start <= start and p.end >= end])
        for start, end in pairwise(edges)
    )


def _piece(text: str, over: list[Marked]) -> Piece:
    reasons = dict.fromkeys(place.why for place in over)
    return Piece(
        text=text,
        marks=tuple(mark for mark in Mark if any(place.mark is mark for place in over)),
        why="; ".join(reasons),
    )


def excerpt(
    text: str, places: Sequence[Marked], *, most: int, before: int, run_on: int = 0
) -> Excerpt:
    """Return at most about ``most`` characters of ``text`` around what sounds most like buying.

    ``places`` come weightiest first. When ``text`` is cut, about ``before`` characters are kept
    in front of the weightiest; cuts fall between words, unless a word is longer than 40.
    ``run_on`` more may follow behind: for a line that ends where the screen does.
    """
    if len(text) <= most:
        return Excerpt(pieces=cut(text, places))
    cues = [p for p in places if p.mark is Mark.CUE] or list(places)
    at = cues[0].start if cues else 0
    start = _between_words(text, max(0, min(at - before, len(text) - most)))
    end = _between_words(text, min(len(text), start + most + run_on))
    moved = [
        Marked(start=p.start - start, end=p.end - start, mark=p.mark, why=p.why) for p in places
    ]
    return Excerpt(
        pieces=cut(text[start:end], moved), cut_before=start > 0, cut_after=end < len(text)
    )


def _between_words(text: str, at: int) -> int:
    """Return the nearest place at or before ``at`` that is not inside a word."""
    if at <= 0 or at >= len(text):
        return max(0, min(at, len(text)))
    for place in range(at, max(at - 40, 0), -1):
        if text[place - 1].isspace():
            return place
    return at
