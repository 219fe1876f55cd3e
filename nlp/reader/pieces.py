"""A post as the reader takes it: word pieces of the title and the body.

Of a long body the beginning and the end are read, and what in between asks most.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path

from tokenizers import BertWordPieceTokenizer

from nlp.errors import ModelError
from nlp.text import Field, Text

#: Pieces of the title that are read; of title and body together; and of these, of a long body,
#: those where it asks most and those of its end: a long story often asks in its last lines.
TITLE_PIECES, PIECES, ASKING_PIECES, TAIL_PIECES = 48, 256, 40, 48
#: The longest input, with the marks around title and body.
LONGEST = PIECES + 3

#: What the words and signs of an ask count where a long body is looked through for one.
_ASKS: Mapping[str, int] = {
    **dict.fromkeys(("?", "recommend", "recommendation", "recommendations", "recs"), 3),
    **dict.fromkeys(("suggest", "suggestion", "suggestions", "anyone", "anybody"), 3),
    **dict.fromkeys(("alternative", "alternatives"), 3),
    **dict.fromkeys(("advice", "best", "better", "buy", "cheaper", "cost", "experience"), 1),
    **dict.fromkeys(("hire", "looking", "need", "opinions", "option", "options", "price"), 1),
    **dict.fromkeys(("purchase", "replace", "someone", "thoughts", "use", "using", "which"), 1),
    "worth": 1,
}

_CHARACTERS_READ = 6_000  # of each end of a body: more than its pieces can take


@dataclass(frozen=True, slots=True)
class Pieces:
    """Word pieces, which of title and body each belongs to, and where it stands there."""

    ids: list[int]
    segments: list[int]  # 0: title, 1: body
    starts: list[int]  # code points into its field; -1 for marks

    def __len__(self) -> int:
        return len(self.ids)


@cache
def tokeniser(vocabulary: Path) -> BertWordPieceTokenizer:
    """Return the tokeniser of a vocabulary file, one piece a line."""
    return BertWordPieceTokenizer(str(vocabulary), lowercase=True)


def cut(text: Text, words: BertWordPieceTokenizer) -> Pieces:
    """Return the pieces of a post, at most `LONGEST`.

    What the author quotes, and signatures, are blank in a folded text and so are not read.
    """
    title = _pieces(text.title, words)[:TITLE_PIECES]
    body = _pieces(text.body, words)
    room = PIECES - len(title)
    if len(body) > room:
        head, tail = room - ASKING_PIECES - TAIL_PIECES, len(body) - TAIL_PIECES
        asks = _asking([piece for piece, _ in body], head, tail, words)
        body = [*body[:head], *body[asks : asks + ASKING_PIECES], *body[tail:]]
    start, end = (_mark(words, name) for name in ("[CLS]", "[SEP]"))
    marked = [start, *title, end, *body, end]
    return Pieces(
        ids=[piece for piece, _ in marked],
        segments=[0] * (len(title) + 2) + [1] * (len(body) + 1),
        starts=[at for _, at in marked],
    )


def _asking(pieces: Sequence[int], begin: int, end: int, words: BertWordPieceTokenizer) -> int:
    """Return where the `ASKING_PIECES` begin that ask most; of several the first."""
    counts = {words.token_to_id(word): count for word, count in _ASKS.items()}
    sums = [0, *accumulate(counts.get(piece, 0) for piece in pieces[begin:end])]
    asked = [last - first for first, last in zip(sums, sums[ASKING_PIECES:], strict=False)]
    return begin + asked.index(max(asked))


def _mark(words: BertWordPieceTokenizer, name: str) -> tuple[int, int]:
    piece = words.token_to_id(name)
    if piece is None:
        raise ModelError(f"the reader's vocabulary has no {name}")
    return piece, -1


def _pieces(field: Field, words: BertWordPieceTokenizer) -> Sequence[tuple[int, int]]:
    """Return (piece, where it starts) of what is read of a field."""
    folded, found = field.folded, []
    ends = [(0, folded)]
    if len(folded) > 2 * _CHARACTERS_READ:
        last = len(folded) - _CHARACTERS_READ
        ends = [(0, folded[:_CHARACTERS_READ]), (last, folded[last:])]
    for offset, part in ends:
        encoded = words.encode(part, add_special_tokens=False)
        found += [
            (piece, offset + start)
            for piece, (start, _) in zip(encoded.ids, encoded.offsets, strict=True)
        ]
    return found
