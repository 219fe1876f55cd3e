"""Cues: turns of phrase that tell who is asking for what, and who is not.

They are regular expressions of ``data/cues.toml``, tried only near one of their anchors: an
automaton of all anchors goes over the text once and says which patterns are worth trying where.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from ahocorasick_rs import AhoCorasick

from models.words import Kind, Negative, Role

_DATA = Path(__file__).parent / "data"
TABLE = _DATA / "cues.toml"

#: The tables of cues by the ISO 639-1 code of their language.
TABLES: Mapping[str, Path] = {"en": TABLE, "de": _DATA / "cues_de.toml"}

#: Hits of one cue in one field that are kept; more say nothing new.
MOST_HITS = 20

#: How far from its anchor a match may begin and end. Trying a pattern only there costs a third
#: of trying it on the whole post.
_BEFORE, _AFTER = 60, 80

# A blank that no quantifier follows.
_BLANK = re.compile(r"(?<!\\) (?![?{*+])")


class Side(StrEnum):
    """Whether a cue speaks for or against a buyer: for people, the weight is learned."""

    ASKS = "asks"
    NOT = "not"
    CONTEXT = "context"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A turn of phrase, and what it says about the author."""

    name: str
    side: Side
    reason: str  # for a rep
    anchors: tuple[str, ...]  # one of them is near wherever the pattern matches
    pattern: str  # a regular expression on folded text
    role: Role | None = None  # who the author is
    negative: Negative | None = None  # takes score away
    silences: bool = False  # what asks within it is not heard
    #: What it adds to the log-odds by itself, where labelled posts are too few to learn it.
    weighs: float = 0.0
    kind: Kind | None = None  # of a signal that has it, where the models say "recommendation"

    @property
    def is_rule(self) -> bool:
        """Whether it speaks for itself; the linear model learns nothing from it."""
        return self.weighs != 0 or self.kind is not None


@dataclass(frozen=True, slots=True)
class Hit:
    """A cue that was found, ``[start, end)`` in code points of the field."""

    cue: Cue
    start: int
    end: int


def read_cues(text: str) -> tuple[Cue, ...]:
    """Return the cues of a table in TOML, in its order."""
    table = tomllib.loads(text)
    words: Mapping[str, str] = table["words"]
    return tuple(
        Cue(
            name=row["name"],
            side=Side(row["side"]),
            reason=row["reason"],
            anchors=tuple(row["anchors"]),
            pattern=_whole(row["pattern"], words),
            role=Role(row["role"]) if "role" in row else None,
            negative=Negative(row["negative"]) if "negative" in row else None,
            silences=row.get("silences", False),
            weighs=row.get("weighs", 0.0),
            kind=Kind(row["kind"]) if "kind" in row else None,
        )
        for row in table["cue"]
    )


def _whole(pattern: str, words: Mapping[str, str]) -> str:
    whole = "".join(pattern.splitlines())
    for name, choice in words.items():
        whole = whole.replace(f"<{name}>", choice)
    return _BLANK.sub(r"\\s{1,3}", whole)


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return the pattern, compiled on first use: all at once would take a tenth of a second."""
    return re.compile(pattern)


class CueFinder:
    """All cues behind one automaton of their anchors."""

    def __init__(self, cues: Iterable[Cue]) -> None:
        self.cues = tuple(cues)
        anchors: dict[str, list[int]] = {}
        for position, cue in enumerate(self.cues):
            for anchor in cue.anchors:
                anchors.setdefault(anchor, []).append(position)
        self._behind = list(anchors.values())
        self._automaton = AhoCorasick(list(anchors))

    def find(self, folded: str) -> list[Hit]:
        """Return the hits in a folded text, cue by cue in the order of the table."""
        windows: dict[int, list[tuple[int, int]]] = {}
        for anchor, start, end in self._automaton.find_matches_as_indexes(
            folded, overlapping=True
        ):
            first, last = max(0, start - _BEFORE), end + _AFTER
            for cue in self._behind[anchor]:
                places = windows.setdefault(cue, [])
                if places and first <= places[-1][1]:
                    places[-1] = (places[-1][0], last)
                else:
                    places.append((first, last))
        hits: list[Hit] = []
        for position in sorted(windows):
            hits += _hits(self.cues[position], folded, windows[position])
        return _heard(hits)


def _hits(cue: Cue, folded: str, windows: list[tuple[int, int]]) -> list[Hit]:
    hits: list[Hit] = []
    pattern = compiled(cue.pattern)
    for first, last in windows:
        for match in pattern.finditer(folded, first, last):
            hits.append(Hit(cue, *_trimmed(folded, *match.span())))
            if len(hits) == MOST_HITS:
                return hits
    return hits


def _heard(hits: list[Hit]) -> list[Hit]:
    """Return the hits without asks that touch a silencing one: "not looking for a van"."""
    silent = [(hit.start, hit.end) for hit in hits if hit.cue.silences]
    if not silent:
        return hits
    return [
        hit
        for hit in hits
        if hit.cue.side is not Side.ASKS
        or not any(hit.start < end and start < hit.end for start, end in silent)
    ]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the span without the white space and marks that a pattern took to anchor itself."""
    while start < end and not text[start].isalnum() and text[start] not in "[$":
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


@cache
def finder(language: str = "en") -> CueFinder:
    """Return the finder of a language's shipped cues; built once, on first use.

    Args:
        language: its ISO 639-1 code, one of `TABLES`.

    Raises:
        KeyError: the language has no cues.
    """
    return CueFinder(read_cues(TABLES[language].read_text(encoding="utf-8")))
