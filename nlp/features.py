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
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
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
class Run:
    """N-grams of one width side by side, of which each begins a token behind the one before it."""

    names: Sequence[str]
    number: int  # of their field
    offset: int  # the token that the first begins with; -1 is the mark before all
    width: int

    def places(self, wanted: Container[str]) -> Iterator[tuple[str, Place]]:
        """Yield each of the n-grams that are wanted with its place."""
        number, width = self.number, self.width
        for last, name in enumerate(self.names, self.offset + width):
            if name in wanted:
                yield name, (number, max(0, last - width), last)


@dataclass(frozen=True, slots=True)
class Features:
    """The features of one post: their values and the places that gave them.

    Words and pairs are most of them. Their places are told by the runs that they stand in: a score
    needs none, and to list them takes longer than the score.
    """

    values: dict[str, float] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    marked: dict[str, list[Place]] = field(
        default_factory=dict
    )  # all others; a shape may have none
    hits: tuple[list[Hit], list[Hit]] = field(default_factory=lambda: ([], []))

    def places(self) -> dict[str, list[Place]]:
        """Return the places of each feature."""
        places = dict(self.marked)
        for run in self.runs:
            for name, place in run.places(self.values):
                places.setdefault(name, []).append(place)
        return places


class _Gatherer:
    """Adds what somebody wants to hear of to the features."""

    def __init__(self, features: Features, known: Collection[str] | None) -> None:
        self._features = features
        self._known = known

    def singles_and_pairs(
        self, prefix: str, words: Sequence[str], *, number: int, offset: int
    ) -> None:
        """Add the n-grams of one and two words, of which the first is token ``offset``."""
        singles = [prefix + word for word in words]
        pairs = [f"{one} {word}" for one, word in zip(singles, words[1:], strict=False)]
        self._features.values.update(dict.fromkeys(self._heard(singles + pairs), NGRAM_VALUE))
        self._features.runs.extend(
            (Run(singles, number, offset, 1), Run(pairs, number, offset, 2))
        )

    def steps(self, prefix: str, words: Sequence[str], places: Sequence[Place]) -> None:
        """Add the n-grams of two to four steps, each of which has its own place."""
        for size in (2, 3, 4):
            parts = zip(*(words[start:] for start in range(size)), strict=False)
            names = [prefix + " ".join(part) for part in parts]
            self._features.values.update(dict.fromkeys(self._heard(names), NGRAM_VALUE))
            for name, first, last in zip(names, places, places[size - 1 :], strict=False):
                if name in self._features.values:
                    place = (first[0], first[1], last[2])
                    self._features.marked.setdefault(name, []).append(place)

    def mark(self, name: str, value: float, places: Sequence[Place] = ()) -> None:
        """Add a cue or a shape."""
        if value and (self._known is None or name in self._known):
            self._features.values[name] = value
            self._features.marked.setdefault(name, []).extend(places)

    def _heard(self, names: Sequence[str]) -> Iterable[str]:
        return names if self._known is None else filter(self._known.__contains__, names)


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
        counted = [position for position, norm in enumerate(norms) if norm in _CLASS_OF]
        for position in counted:
            place = (number, position, position + 1)
            where.setdefault(_CLASS_OF[norms[position]], []).append(place)

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
