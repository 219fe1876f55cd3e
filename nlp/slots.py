"""Read the facts that an author states: what is wanted, named products, budget, time, team.

Runs on posts that may be signals only, because spaCy takes a second to import. Nothing of spaCy's
language models is used: a `Doc` of our own tokens, tagged by what they look like and by the class
of their word, and a matcher that finds where a fact begins. How far it goes is read from there.
Right before complete: what can't be told from the words nearby is left out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from spacy.matcher import Matcher
from spacy.tokens import Doc
from spacy.vocab import Vocab

from nlp.goods import GOODS
from nlp.judgement import Slot, Span
from nlp.slot_words import (
    ACTING,
    ARTICLES,
    CLASS_OF,
    CURRENCIES,
    DUE_FILLERS,
    ENDS_OF_PHRASE,
    LIMITS,
    MONTHS,
    NOT_A_NAME,
    NOT_WANTED,
    PATTERNS,
    PERIODS,
    SPENDS,
)
from nlp.text import ENDS, Field, Text

#: Tokens of a field that are read: what is wanted is said early, and the matcher is the cost.
_READ = 300
_LONGEST_WANT = 6
_LONGEST_NAME = 4
_MOST_OF_A_NAME = 8

#: How much a way of asking says about the thing wanted; the first of the best is the slot.
_WANT_RANK = {"seeks": 0, "best": 1, "asks": 2, "needs": 3}

_PRAISE = frozenset(("good", "better", "new", "old", "first"))
_NO_WANT = frozenset(("end", "mark", "money", "url", "number"))

_Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Read:
    """A field as the matcher reads it."""

    part: Field
    words: Sequence[str]  # folded, as written; one more, empty, at the end
    tags: Sequence[str]  # what they look like

    def slot(self, name: str, first: int, last: int) -> Slot:
        """Return the slot that quotes tokens ``[first, past last)``."""
        start, end = self.part.tokens.starts[first], self.part.tokens.ends[last - 1]
        return Slot(
            name=name,
            text=self.part.original[start:end],
            span=Span(field=self.part.name, start=start, end=end),
        )

    def skip(self, position: int, words: frozenset[str]) -> int:
        """Return the first position from ``position`` on whose word is not in ``words``."""
        while self.words[position] in words:
            position += 1
        return position

    def sentence(self, position: int) -> Sequence[str]:
        """Return the words of the sentence around a position."""
        first = last = position
        while first > 0 and self.tags[first - 1] != "end":
            first -= 1
        while last < len(self.tags) and self.tags[last] != "end":
            last += 1
        return self.words[first:last]


def _tag(part: Field, position: int) -> str:
    norm = part.tokens.norms[position]
    if norm in ("<money>", "<number>", "<model>", "<url>"):
        return norm[1:-1]
    if norm in ENDS:
        return "end"
    if not norm[0].isalpha():
        return "mark"
    if norm in NOT_A_NAME:
        return "word"
    if position in part.named:
        return "name"
    # A capital at the head of a sentence says little.
    heads = position == 0 or part.tokens.norms[position - 1] in ENDS
    return "head" if heads and part.original[part.tokens.starts[position]].isupper() else "word"


def _tagged(part: Field) -> _Read:
    tokens = part.tokens
    count = min(len(tokens), _READ)
    words = [part.folded[tokens.starts[at] : tokens.ends[at]] for at in range(count)]
    return _Read(part, [*words, ""], [_tag(part, at) for at in range(count)])


class SpacySlotReader:
    """Reads slots with spaCy's matcher over our tokens."""

    def __init__(self) -> None:
        self._vocab = Vocab()
        self._matcher = Matcher(self._vocab)
        for name, patterns in PATTERNS.items():
            self._matcher.add(name, list(patterns))

    def read(self, text: Text) -> tuple[Slot, ...]:
        """Return the facts of a post, title first, each once; offsets are the author's text's."""
        found = [
            one for part in text.fields if len(part.tokens) for one in self._field(_tagged(part))
        ]
        # The thing wanted is the one that is asked for most plainly.
        wants = [(rank, order) for order, (rank, slot) in enumerate(found) if slot.name == "wants"]
        best = min(wants, default=(0, -1))[1]
        kept: dict[tuple[str, str], Slot] = {}
        for order, (_, slot) in enumerate(found):
            key = (slot.name, slot.text.casefold())
            full = sum(name == slot.name for name, _ in kept) >= _MOST_OF_A_NAME
            if key not in kept and not full and (slot.name != "wants" or order == best):
                kept[key] = slot
        return tuple(kept.values())

    def _field(self, read: _Read) -> Iterator[tuple[int, Slot]]:
        doc = Doc(
            self._vocab,
            words=list(read.words[:-1]),
            tags=list(read.tags),
            lemmas=[CLASS_OF.get(word, "-") for word in read.words[:-1]],
        )
        matches = [
            (start, end, self._vocab.strings[key]) for key, start, end in self._matcher(doc)
        ]
        for start, end, name in sorted(matches):
            for slot in _FACTS[name](read, start, end):
                yield _WANT_RANK.get(name, 0), slot


_BEFORE_SUM = ("of", "to", "than", "up", "less", "more", "no", "is", "~", ":")


def _money(read: _Read, start: int, end: int) -> Iterator[Slot]:
    """Yield a sum as a budget where a word nearby says that it is a limit."""
    before = start
    while before > 0 and read.words[before - 1] in (*LIMITS, *_BEFORE_SUM):
        before -= 1
    words = read.words[before:start]
    limited = any(word in LIMITS or word in ("than", "up") for word in words)
    nearby = (*read.words[max(0, before - 3) : before], *read.words[end : end + 2])
    compares = read.words[end] in ("less", "more", "cheaper", "extra", "off")
    if compares or not (limited or any(word in SPENDS for word in nearby)):
        return
    while before < start and read.words[before] in ("is", "of", ":", "to"):
        before += 1
    if read.words[end] in ("to", "or") and read.tags[end + 1 : end + 2] in (["money"], ["number"]):
        end += 2
    if read.words[end] in CURRENCIES:
        end += 1
    if read.words[end] in ("a", "per", "/") and read.words[end + 1] in PERIODS:
        end += 2
    yield read.slot("budget", before, end)


def _small_budget(read: _Read, start: int, end: int) -> Iterator[Slot]:
    yield read.slot("budget", start, end)


def _due(read: _Read, start: int, end: int) -> Iterator[Slot]:
    """Yield "by the end of March", "in two weeks": a time that something shall be done by."""
    at = read.skip(end, DUE_FILLERS)
    counted = at < len(read.tags) and (
        read.tags[at] == "number" or CLASS_OF.get(read.words[at]) == "count"
    )
    if counted and CLASS_OF.get(read.words[at + 1]) == "unit":
        at += 1
    kind = CLASS_OF.get(read.words[at], "")
    if kind == "unit":
        # "in a week" counts, "in years" is a story; "by week" is a way to bill.
        plain = at == end or (read.words[start] == "in" and not counted)
        if plain and "next" not in read.words[end:at]:
            return
    elif kind != "time" or (read.words[start] in ("in", "within") and not _is_ahead(read, at)):
        return
    last = at + 1
    if (
        read.words[at] in MONTHS
        and last < len(read.tags)
        and read.tags[last] in ("number", "model")
    ):
        last += 1
    if not ACTING.isdisjoint(read.sentence(start)):
        yield read.slot("timeline", start, last)


def _is_ahead(read: _Read, position: int) -> bool:
    return not {"was", "were", "had", "got", "bought", "went"} & set(read.sentence(position))


def _next(read: _Read, start: int, end: int) -> Iterator[Slot]:
    before = read.words[start - 1] if start else ""
    if before in ("of", "by", "before", "until", "the") or not _is_ahead(read, start):
        return  # read by `_due`, or a story
    if not ACTING.isdisjoint(read.sentence(start)):
        yield read.slot("timeline", start, end)


def _urgent(read: _Read, start: int, end: int) -> Iterator[Slot]:
    yield read.slot("timeline", start, end)


def _team(read: _Read, start: int, end: int) -> Iterator[Slot]:
    yield read.slot("team_size", start, end)


def _group(read: _Read, _: int, end: int) -> Iterator[Slot]:
    """Yield "we're a 20-person agency", "my company": who speaks for an organisation."""
    words, first = read.words, end - 1
    while first > 0 and end - first <= 6 and read.tags[first - 1] not in ("end", "mark"):
        first -= 1
        if words[first] in ("my", "our") and end - first <= 3:
            yield read.slot("authority", first, end)
            return
        runs = words[first] in ("run", "own", "manage") and words[first - 1 : first] in (
            ["i"],
            ["we"],
        )
        if words[first] == "we're" or words[first : first + 2] == ["we", "are"] or runs:
            yield read.slot("authority", first - runs, end)
            return


def _wanted(read: _Read, first: int) -> Iterator[Slot]:
    """Yield what follows "looking for": up to six words, none of which begins a new thought."""
    first = read.skip(first, ARTICLES)
    last = first
    while last < len(read.tags) and last - first < _LONGEST_WANT and _goes_on(read, first, last):
        last += 1
    while last > first and (read.words[last - 1] in NOT_A_NAME or read.tags[last - 1] == "mark"):
        last -= 1
    phrase = read.words[first:last]
    if not phrase or phrase[0] in NOT_A_NAME - _PRAISE or _PRAISE.issuperset(phrase):
        return
    if any(word in NOT_WANTED for word in phrase[:2]):
        return
    yield read.slot("wants", first, last)


def _goes_on(read: _Read, first: int, at: int) -> bool:
    """Whether the thing wanted, which begins at ``first``, still is spoken of at ``at``."""
    if read.words[at] == "/":
        return True
    if read.words[at] == ",":  # "a slim, brown jacket", but not "a laptop, my old one is dead"
        return at > first and GOODS.isdisjoint(read.words[first:at])
    if read.words[at] in ("that", "which"):
        return at > first
    return read.words[at] not in ENDS_OF_PHRASE and read.tags[at] not in _NO_WANT


def _seeks(read: _Read, _: int, end: int) -> Iterator[Slot]:
    yield from _wanted(read, end)


def _asks(read: _Read, _: int, end: int) -> Iterator[Slot]:
    """Yield what is to be recommended: "recommend a ...", "suggestions for ..."."""
    at = read.skip(end, frozenset(("me", "us")))
    if read.words[at] in ARTICLES:
        yield from _wanted(read, at)
    elif read.words[at] in ("for", "on"):
        yield from _wanted(read, at + 1)


def _best(read: _Read, _: int, end: int) -> Iterator[Slot]:
    yield from _wanted(read, end)


def _needs(read: _Read, start: int, end: int) -> Iterator[Slot]:
    at = end + (read.words[end] == "of")
    if read.words[at] not in ("a", "an", "some", "any"):
        return
    if read.words[start] == "there" and read.words[start - 1] not in ("is", "are"):
        return
    yield from _wanted(read, at)


_TO_NAME = frozenset(
    ("to", "for", "of", "from", "off", "away", "over", "with", "on", "about", "at", "into")
) | {"the", "a", "an", "my", "our"}


def _behind(read: _Read, _: int, end: int) -> Iterator[Slot]:
    """Yield the names behind a phrase, as in "tried X, Y and Z"."""
    place = _name_after(read, read.skip(end, _TO_NAME))
    while place:
        yield read.slot("products", *place)
        at = read.skip(place[1], frozenset((",", "/", "and", "or")))
        place = _name_after(read, at) if at > place[1] else None


def _pair(read: _Read, start: int, end: int) -> Iterator[Slot]:
    """Yield the names on both sides of "vs" or "or"."""
    if end < len(read.tags) and read.tags[end] == "end" and read.words[end] == ".":
        end += 1  # vs.
    before, after = _name_before(read, start), _name_after(read, read.skip(end, ARTICLES))
    if before and after:
        yield read.slot("products", *before)
        yield read.slot("products", *after)


def _name_after(read: _Read, first: int) -> _Place | None:
    last = first
    while last < len(read.tags) and last - first < _LONGEST_NAME:
        numbered = last > first and read.tags[last] == "number"
        if read.tags[last] not in ("name", "model") and not numbered:
            break
        last += 1
    return (first, last) if last > first and "name" in read.tags[first:last] else None


def _name_before(read: _Read, last: int) -> _Place | None:
    first = last
    while first > 0 and last - first < _LONGEST_NAME:
        if read.tags[first - 1] not in ("name", "model", "number", "head"):
            break
        first -= 1
    named = {"name", "head"} & set(read.tags[first:last])
    return (first, last) if named else None


_FACTS: Mapping[str, Callable[[_Read, int, int], Iterator[Slot]]] = {
    "money": _money,
    "small budget": _small_budget,
    "due": _due,
    "next": _next,
    "urgent": _urgent,
    "team": _team,
    "group": _group,
    "seeks": _seeks,
    "asks": _asks,
    "best": _best,
    "needs": _needs,
    "behind": _behind,
    "pair": _pair,
}
