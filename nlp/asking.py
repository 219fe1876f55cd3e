"""Whether a post asks, by cues alone: for languages that no model was trained on.

A post asks when a cue of those who ask is heard in it and none of those who sell, recruit,
advise, report or have trouble is. Of the German posts in ``tests/unit/german_sample.toml``, which
are made up, those written when the cues were done were told with a precision of .95 (18 of 19,
95 % interval .74 to 1.0) and a recall of .36 (18 of 50). Real ones were not measured. So it is no
`nlp.judge`: it gives no probability, and a post in which it hears nothing may ask all the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.words import Kind, Role
from nlp.cues import TABLES, Hit, Side, finder
from nlp.judgement import Evidence, Span
from nlp.text import Field, read

#: Languages whose posts are told by cues; English is judged by a model.
LANGUAGES = frozenset(TABLES) - {"en"}

#: The kind of post that a cue makes, the most telling first.
_KINDS: Mapping[str, Kind] = {
    "asks_alternative": Kind.ALTERNATIVE,
    "compares": Kind.COMPARISON,
    "asks_price": Kind.PRICING,
    "asks_experience": Kind.EXPERIENCE,
    "asks_worth": Kind.EXPERIENCE,
    "asks_recommendation": Kind.RECOMMENDATION,
    "asks_which": Kind.RECOMMENDATION,
    "asks_what_used": Kind.RECOMMENDATION,
    "knows_one": Kind.RECOMMENDATION,
    "seeks": Kind.PURCHASE,
    "about_to_buy": Kind.PURCHASE,
    "needs": Kind.PURCHASE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What the cues of a post say of its author."""

    asks: bool
    kind: Kind  # none unless they ask
    role: Role  # seeker when they ask, other when no cue tells
    evidence: tuple[Evidence, ...]  # the cues, in reading order; weigh 0, since no model did


def asks_by_cues(title: str, body: str, language: str) -> Asking:
    """Return whether a post asks, as far as the cues of its language tell.

    Args:
        title: the post's title, may be empty.
        body: its text.
        language: one of `LANGUAGES`.

    Raises:
        KeyError: the language has no cues.
    """
    text = read(title, body)
    cues = finder(language)
    heard = [(part, hit) for part in text.fields for hit in cues.find(part.folded)]
    hits = [hit for _, hit in heard]
    asks = any(hit.cue.side is Side.ASKS for hit in hits) and not any(
        hit.cue.side is Side.NOT for hit in hits
    )
    return Asking(
        asks=asks,
        kind=_kind(hits) if asks else Kind.NONE,
        role=Role.SEEKER if asks else _role(hits),
        evidence=tuple(_evidence(part, hit) for part, hit in heard),
    )


def _kind(hits: Sequence[Hit]) -> Kind:
    names = {hit.cue.name for hit in hits}
    return next((kind for name, kind in _KINDS.items() if name in names), Kind.RECOMMENDATION)


def _role(hits: Sequence[Hit]) -> Role:
    return next((hit.cue.role for hit in hits if hit.cue.role), Role.OTHER)


def _evidence(part: Field, hit: Hit) -> Evidence:
    start, end = _whole_words(part.folded, hit.start, hit.end)
    return Evidence(
        text=part.original[start:end],
        span=Span(field=part.name, start=start, end=end),
        reason=hit.cue.reason,
        weight=0.0,
    )


def _whole_words(folded: str, start: int, end: int) -> tuple[int, int]:
    """Return a place widened to whole words: a cue may end within a long German one."""
    while start > 0 and folded[start - 1].isalnum() and folded[start].isalnum():
        start -= 1
    while end < len(folded) and folded[end].isalnum() and folded[end - 1].isalnum():
        end += 1
    return start, end
