"""What the linear model sees in a post, and where it sees it.

Families of features, by the prefix of their name:

- ``t:`` words and pairs of the title, ``a:`` of title and body;
- ``d:`` two to four steps of the title in which only common words keep their name: goods become
  ``<goods>`` and whatever else ``_``, so that "best _ for <goods>" is seen in any community;
- ``q:`` words and pairs of the sentences that end in a question mark;
- ``c:`` cues anywhere, ``ct:`` in the title, ``cq:`` in a question, ``cg:`` in a sentence that
  speaks of goods, ``cn:`` in one that has a name in it;
- ``s:`` the shape: questions, first person, money, links, lengths.

Names are the same in training and at run time: both call `extract`.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from nlp.cues import CueFinder, Hit
from nlp.goods import GOODS
from nlp.text import BODY_READ, Field, Text

#: What an n-gram and a cue that are present count; chosen by cross-validation over communities.
#: Against the regularisation of the fit this is what sets how far each family is trusted.
NGRAM_VALUE = 0.2
CUE_VALUE = 0.5
SHAPE_VALUE = 0.3

_FIRST_PERSON = frozenset(
    ("i", "i'm", "i've", "i'd", "i'll", "im", "ive", "my", "me", "mine", "myself")
)
_SECOND_PERSON = frozenset(("you", "your", "you're", "you'll", "you've", "yours"))
_WE = frozenset(("we", "our", "us", "we're", "we've", "we'd", "ours"))
_PLACEHOLDERS = ("<url>", "<money>", "<model>", "<number>")
#: The class of words that a shape counts.
_CLASS_OF: dict[str, str] = {
    **dict.fromkeys(GOODS, "goods"),
    **dict.fromkeys(_FIRST_PERSON, "first person"),
    **dict.fromkeys(_SECOND_PERSON, "you"),
    **dict.fromkeys(_WE, "we"),
    **{mark: mark for mark in ("?", "!", *_PLACEHOLDERS)},
}
_BODY_LENGTHS = (1, 20, 60, 120, 200)  # in tokens
_TITLE_LENGTHS = (3, 6, 10, 16, 25)


#: (field, first, past last): tokens of a field, of which 0 is the title and 1 the body. A plain
#: tuple because a post has hundreds and a named one costs five times as much to make.
Place = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Features:
    """The features of one post: their values and the places that gave them."""

    values: dict[str, float] = field(default_factory=dict)
    places: dict[str, list[Place]] = field(default_factory=dict)  # a shape may have no place
    hits: tuple[list[Hit], list[Hit]] = field(default_factory=lambda: ([], []))


class _Gatherer:
    """Adds what somebody wants to hear of to the features."""

    def __init__(self, features: Features, known: Collection[str] | None) -> None:
        self._values = features.values
        self._places = features.places
        self._known = known

    def _gram(self, name: str, place: Place) -> None:
        self._values[name] = NGRAM_VALUE
        if name in self._places:
            self._places[name].append(place)
        else:
            self._places[name] = [place]

    def singles_and_pairs(
        self, prefix: str, words: Sequence[str], *, number: int, offset: int
    ) -> None:
        """Add the n-grams of one and two words, of which the first is token ``offset``."""
        known, add = self._known, self._gram
        before, begins = "", 0
        for position, word in enumerate(words, offset):
            begun, begins = begins, max(0, position)
            name = prefix + word
            if known is None or name in known:
                add(name, (number, begins, position + 1))
            if before:
                name = f"{prefix}{before} {word}"
                if known is None or name in known:
                    add(name, (number, begun, position + 1))
            before = word

    def steps(self, prefix: str, words: Sequence[str], places: Sequence[Place]) -> None:
        """Add the n-grams of two to four steps, each of which has its own place."""
        for size in (2, 3, 4):
            for first in range(len(words) - size + 1):
                name = prefix + " ".join(words[first : first + size])
                if self._known is None or name in self._known:
                    number, begin, _ = places[first]
                    self._gram(name, (number, begin, places[first + size - 1][2]))

    def mark(self, name: str, value: float, places: Sequence[Place] = ()) -> None:
        """Add a cue or a shape."""
        if value and (self._known is None or name in self._known):
            self._values[name] = value
            self._places.setdefault(name, []).extend(places)


def extract(
    text: Text, *, finder: CueFinder, common: Collection[str], known: Collection[str] | None = None
) -> Features:
    """Return the features of a post.

    Args:
        text: the post as `nlp.text.read` gives it.
        finder: the cues to look for.
        common: words that keep their name in ``d:`` features.
        known: the names that count; None for all (training).
    """
    hits = (finder.find(text.title.folded), finder.find(text.body.folded))
    features = Features(hits=hits)
    gather = _Gatherer(features, known)
    title = ["^", *text.title.tokens.norms, "$"]
    if len(text.title.tokens):  # a reply has none, which says nothing
        gather.singles_and_pairs("t:", title, number=0, offset=-1)
        gather.singles_and_pairs("a:", title, number=0, offset=-1)
        _skeleton(gather, title, common)
    gather.singles_and_pairs("a:", ["^", *text.body.tokens.norms, "$"], number=1, offset=-1)
    for number, part in enumerate(text.fields):
        _questions(gather, number, part)
        _cues(gather, number, part, hits[number])
    _shape(gather, text)
    return features


def _skeleton(gather: _Gatherer, title: Sequence[str], common: Collection[str]) -> None:
    words: list[str] = []
    places: list[Place] = []
    for position, word in enumerate(title):
        if word in GOODS:
            step = "<goods>"
        elif word in common or not word[0].isalpha():
            step = word
        else:
            step = "_"
        if step == "_" and words and words[-1] == "_":  # a run of others is one step
            places[-1] = (0, places[-1][1], position)
            continue
        words.append(step)
        places.append((0, max(0, position - 1), position))
    gather.steps("d:", words, places)


def _questions(gather: _Gatherer, number: int, part: Field) -> None:
    norms = part.tokens.norms
    for first, last in part.sentences:
        if norms[last - 1] != "?":
            continue
        gather.singles_and_pairs("q:", norms[first:last], number=number, offset=first)
        goods = [
            (number, position, position + 1)
            for position in range(first, last)
            if norms[position] in GOODS
        ]
        if goods:
            gather.mark("cq:<goods>", CUE_VALUE, goods)


def place_of(part: Field, number: int, *, start: int, end: int) -> Place:
    """Return the tokens that the code points ``[start, end)`` of a field touch."""
    first = bisect_right(part.tokens.ends, start)
    return (number, first, max(first, bisect_left(part.tokens.starts, end)))


def _cues(gather: _Gatherer, number: int, part: Field, hits: Sequence[Hit]) -> None:
    norms = part.tokens.norms
    begins = [first for first, _ in part.sentences]
    for hit in hits:
        if hit.cue.is_rule:
            continue
        place = place_of(part, number, start=hit.start, end=hit.end)
        gather.mark(f"c:{hit.cue.name}", CUE_VALUE, (place,))
        if number == 0:
            gather.mark(f"ct:{hit.cue.name}", CUE_VALUE, (place,))
        sentence = bisect_right(begins, place[1]) - 1
        if sentence < 0:
            continue
        first, last = part.sentences[sentence]
        if norms[last - 1] == "?":
            gather.mark(f"cq:{hit.cue.name}", CUE_VALUE, (place,))
        if not GOODS.isdisjoint(norms[first:last]):
            gather.mark(f"cg:{hit.cue.name}", CUE_VALUE, (place,))
        if not part.named.isdisjoint(range(first, last)):
            gather.mark(f"cn:{hit.cue.name}", CUE_VALUE, (place,))


def _shape(gather: _Gatherer, text: Text) -> None:
    title, body = text.title.tokens.norms, text.body.tokens.norms
    total = len(title) + len(body) + 1
    where: dict[str, list[Place]] = {}
    for number, norms in enumerate((title, body)):
        for position, norm in enumerate(norms):
            if norm in _CLASS_OF:
                where.setdefault(_CLASS_OF[norm], []).append((number, position, position + 1))

    def mark(name: str, value: float, places: Sequence[Place] = ()) -> None:
        gather.mark(f"s:{name}", SHAPE_VALUE * min(1.0, value), places)

    questions = where.get("?", [])
    mark("question", len(questions), questions)
    mark("questions", len(questions) / 4, questions)
    mark("question in title", "?" in title, [place for place in questions if place[0] == 0])
    mark("question at once", "?" in body[:25])
    mark("question at the end", "?" in body[-15:])
    for name in ("first person", "you", "we", "goods"):
        places = where.get(name, [])
        mark(name, 10 * len(places) / total, places)
        mark(f"any {name}", len(places), places)
    mark("goods in title", any(place[0] == 0 for place in where.get("goods", ())))
    for name in _PLACEHOLDERS:
        places = where.get(name, [])
        mark(name, len(places) / 3, places)
    mark("!", len(where.get("!", ())) / 3)
    for length in _BODY_LENGTHS:
        mark(f"body of {length}", len(body) >= length)
    for length in _TITLE_LENGTHS:
        mark(f"title of {length}", len(title) >= length)
    lines = text.body.original[:BODY_READ].split("\n")
    mark("quoted lines", sum(line.startswith(">") for line in lines) / 4)
    mark("lines", len(lines) / 20)
