"""A field of a post as slots are read from it: words, and what each of them looks like."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from typing_extensions import override

from nlp.judgement import Slot, Span
from nlp.slot_words import NOT_A_NAME
from nlp.text import ENDS, SENTENCE_LONGEST, Field, Tokens

#: Tokens of a field that are read at its beginning and at its end: what is wanted is said early or
#: comes last, after a long story, and the matcher is the cost.
READ, READ_LAST = 300, 150

#: Tokens ``[first, past last)`` of a field.
Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SlotField:
    """A stretch of a field with the look of its tokens, which are counted from its first one.

    A look is money, number, model (letters and digits), url, end (of a sentence), mark, name (a
    capital where none has to be), head (a capital where one has to be), or word.
    """

    part: Field
    words: Sequence[str]  # folded, as written; one more, empty, at the end
    looks: Sequence[str]
    begins: int = 0  # the code point of the field that the stretch begins with

    def __len__(self) -> int:
        return len(self.looks)

    @property
    def is_title(self) -> bool:
        """Whether this is what the author put over the post."""
        return self.part.name == "title"

    def slot(self, name: str, first: int, last: int, normalised: str | None = None) -> Slot:
        """Return the slot that quotes tokens ``[first, past last)``."""
        tokens = self.part.tokens
        start, end = tokens.starts[first], tokens.ends[last - 1]
        return self._slot(name, start, end, normalised)

    @property
    def folded(self) -> str:
        """The text of the tokens that are read, with what is behind the last one of the field."""
        tokens = self.part.tokens
        ends = tokens.ends[len(self) - 1] if 0 < len(self) < len(tokens) else None
        return self.part.folded[self.begins : ends] if len(self) else ""

    def written(self, position: int) -> str:
        """Return a token as its author wrote it."""
        tokens = self.part.tokens
        return self.part.original[tokens.starts[position] : tokens.ends[position]]

    def quoted(self, name: str, start: int, end: int, normalised: str | None = None) -> Slot:
        """Return the slot that quotes ``[start, end)`` of `folded`, without blanks around."""
        start, end = self.begins + start, self.begins + end
        said = self.part.original[start:end]
        start += len(said) - len(said.lstrip())
        return self._slot(name, start, start + len(said.strip()), normalised)

    def _slot(self, name: str, start: int, end: int, normalised: str | None) -> Slot:
        return Slot(
            name=name,
            text=self.part.original[start:end],
            span=Span(field=self.part.name, start=start, end=end),
            normalised=normalised,
        )

    def look(self, position: int) -> str:
        """Return the look of a token, "end" beyond the last one."""
        return self.looks[position] if 0 <= position < len(self.looks) else "end"

    def word(self, position: int) -> str:
        """Return a word, empty beyond either end."""
        return self.words[position] if 0 <= position < len(self.looks) else ""

    def skip(self, position: int, words: AbstractSet[str]) -> int:
        """Return the first position from ``position`` on whose word is not in ``words``."""
        while self.words[position] in words:
            position += 1
        return position

    def sign_before(self, position: int) -> str:
        """Return the sign right before a token that is no token itself: "~", "<", "-"."""
        start = self.part.tokens.starts[position]
        before = self.part.folded[max(0, start - 2) : start].rstrip()
        return before[-1:]

    def joined(self, position: int, sign: str) -> bool:
        """Whether only ``sign`` and blanks stand between a token and the one before it."""
        tokens = self.part.tokens
        if not 0 < position < len(self.looks):
            return False
        between = self.part.folded[tokens.ends[position - 1] : tokens.starts[position]]
        return between.strip() == sign

    def sentence(self, position: int) -> Sequence[str]:
        """Return the words of the sentence around a position."""
        first = last = position
        while first > 0 and self.looks[first - 1] != "end":
            first -= 1
        while last < len(self.looks) and self.looks[last] != "end":
            last += 1
        return self.words[first:last]


#: The look of tokens that look the same wherever they stand.
_LOOKS: Mapping[str, str] = {
    **dict.fromkeys(NOT_A_NAME, "word"),
    **dict.fromkeys(ENDS, "end"),
    **{norm: norm[1:-1] for norm in ("<money>", "<number>", "<model>", "<url>")},
}


def _look(part: Field, position: int) -> str:
    """Return the look of a token that is not in `_LOOKS`."""
    if not part.tokens.norms[position][0].isalpha():
        return "mark"
    if position in part.named:
        return "name"
    # A capital at the head of a sentence says little.
    heads = position == 0 or part.tokens.norms[position - 1] in ENDS
    return "head" if heads and part.original[part.tokens.starts[position]].isupper() else "word"


def slot_fields(part: Field) -> Iterator[SlotField]:
    """Yield the stretches of a field that are read, in order, with the looks of their tokens."""
    count = len(part.tokens)
    if count <= READ + READ_LAST:
        yield _slot_field(part, count)
        return
    yield _slot_field(part, READ)
    norms, first = part.tokens.norms, count - READ_LAST
    # What is left of a sentence may say the opposite of it.
    ends = (at + 1 for at in range(first, first + SENTENCE_LONGEST) if norms[at] in ENDS)
    first = next(ends, first)
    tail = _Tail(
        part.name, part.original, part.folded, part.is_all_said, whole=part.tokens, first=first
    )
    yield _slot_field(tail, count - first, part.tokens.starts[first])


@dataclass(frozen=True, kw_only=True)
class _Tail(Field):
    """A field of which the last tokens are read."""

    whole: Tokens
    first: int

    @cached_property
    @override
    def tokens(self) -> Tokens:
        tokens = Tokens()
        tokens.norms = self.whole.norms[self.first :]
        tokens.starts = self.whole.starts[self.first :]
        tokens.ends = self.whole.ends[self.first :]
        return tokens


def _slot_field(part: Field, count: int, begins: int = 0) -> SlotField:
    tokens = part.tokens
    words = [part.folded[tokens.starts[at] : tokens.ends[at]] for at in range(count)]
    looks = [_LOOKS.get(norm) or _look(part, at) for at, norm in enumerate(tokens.norms[:count])]
    return SlotField(part, [*words, ""], looks, begins)
