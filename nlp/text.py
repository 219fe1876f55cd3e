"""Text as the judge reads it: folded one character for one, cut into tokens that keep their place.

Folding never changes the length, so an offset into the folded text is an offset into the text
that the author wrote. Everything here is linear in what is read, and what is read is capped.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

#: How much of a field is read, in code points. Real posts are shorter; a hostile one is cut.
TITLE_READ = 1_000
BODY_READ = 20_000

#: Longest word that is looked at as a word; the tail of a longer one counts as no word at all.
_WORD_LONGEST = 40

#: Longest sentence, in tokens: evidence quotes at most one.
SENTENCE_LONGEST = 60

_MOST_REMEMBERED = 20_000  # characters; the whole of Unicode would be 1.1 million

_LOOKS_LIKE = {
    "\u2018": "'", "\u2019": "'", "\u201b": "'", "\u02bc": "'", "\u0060": "'", "\u00b4": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
    "\u037e": "?", "\u061f": "?", "\u2028": "\n", "\u2029": "\n", "\u0085": "\n", "\r": "\n",
    "\t": " ", "\v": " ", "\f": " ", "\0": " ", "\ufeff": " ", "\u200b": " ",
}  # fmt: skip


def _fold_character(character: str) -> str:
    """Return the one lower-case character that stands for ``character``."""
    if 0xD800 <= ord(character) <= 0xDFFF:
        return "\ufffd"  # a lone surrogate can't be encoded, and the phrase automaton reads UTF-8
    if character in _LOOKS_LIKE:
        return _LOOKS_LIKE[character]
    plain = unicodedata.normalize("NFKC", character)
    if len(plain) == 1:
        character = " " if plain.isspace() and plain != "\n" else plain
    lower = character.lower()
    return lower if len(lower) == 1 else character


class Folding(dict[int, str]):
    """A translation of characters, one for one, that fills itself with those that come by."""

    def __init__(self, also: Mapping[str, str] | None = None) -> None:
        """Make a folding that reads the characters of ``also`` as what they stand for."""
        self._also = dict(also or {})
        super().__init__()
        ascii_characters = "".join(map(self.__getitem__, range(128)))
        self._ascii = ascii_characters.encode("ascii").ljust(256)

    def __missing__(self, code_point: int) -> str:
        folded = _fold_character(chr(code_point))
        folded = self._also.get(folded, folded)
        if len(self) < _MOST_REMEMBERED:
            self[code_point] = folded
        return folded

    def fold(self, text: str) -> str:
        """Return ``text`` with every character folded."""
        if text.isascii():  # ten times as fast, and most posts are
            return text.encode("ascii").translate(self._ascii).decode("ascii")
        return text.translate(self)


_PLAIN = Folding()


def fold(text: str) -> str:
    """Return ``text`` in lower case with plain quotes, dashes and spaces, of the same length.

    Compatibility forms that are one character long (full-width, mathematical bold) become the
    letter they show. Lone surrogates become U+FFFD.
    """
    return _PLAIN.fold(text)


# Each alternative consumes what it matched and none nests a repetition: linear on any input.
# Words come first because they are most of what there is, and of these the plain ones, which need
# no look at what they might be instead; the blank before a token is passed over, not searched.
_TOKEN = re.compile(
    r"""
    \ ?+(?:
      ([a-z]++)(?=[ ,\n?!;)])                                  # 1 a plain word
    | (?!https?://|www\.)([^\W\d_]++(?:'[^\W\d_]++)?+)(?!\d)      # 2 a word of letters
    | ((?:https?://|www\.)[^\s<>()\[\]]+)                      # 3 an address
    | ([$\u20ac\u00a3]\ ?\d(?:[\d.,]*\d)?[km]?\b|\d(?:[\d.,]*\d)?\ ?[$\u20ac\u00a3])  # 4 money
    | ((?>\d(?:[\d.,]*\d)?)(?![^\W_]))                                   # 5 a number
    | ([^\W_]+)                                               # 6 letters and digits mixed
    | ((?<!\Wvs)\.+(?=\s|$)|[?!][.?!]*|\n+)                            # 7 the end of a sentence
    | ([,:;()\[\]/"&+|])                                      # 8 other marks
    )""",
    re.VERBOSE,
)
_WORD, _ADDRESS, _MONEY, _NUMBER, _MIXED, _STOP = 2, 3, 4, 5, 6, 7  # 1 is a word as well
_STANDS_FOR = {_ADDRESS: "<url>", _MONEY: "<money>", _NUMBER: "<number>", _MIXED: "<model>"}

# Quoted lines, quotes of forums, a signature from its mark to the end, and the letter that is
# answered, from the line that programs put above it. The mark of a signature has a blank that many
# programs strip, so that what follows must be short to be one.
_ANSWERED = (
    r"-{3,}\x20?(?:original\x20message|urspr\xfcngliche\x20nachricht|message\x20d'origine"
    r"|mensaje\x20original)\b|_{10,}\n+from:\x20"
)
_NOT_SAID = re.compile(
    r"^>[^\n]*|\[quote\b[^\]\n]{0,100}\](?s:.{0,4000}?)\[/quote\]|^-- ?\n(?s:.{0,500})\Z"
    rf"|^(?:{_ANSWERED})(?s:.*)\Z",
    re.MULTILINE,
)
_MAY_NOT_BE_SAID = re.compile(rf">|\[/quote\]|^-- ?$|^(?:{_ANSWERED})", re.MULTILINE)
#: The title of an answer is that of who asked.
_TITLE_OF_ANSWER = re.compile(r"\s*(?:re|aw|antw|sv|odp)(?:\[\d{1,3}\])?\s?:")

#: What new lines read as: a sign that no token begins with, and no line break in a model file.
NEW_LINE = "\u00b6"

#: Tokens that end a sentence.
ENDS = frozenset((".", "?", "!", NEW_LINE))


class Tokens:
    """The tokens of a field as three lists of one length."""

    __slots__ = ("ends", "norms", "starts")

    def __init__(self) -> None:
        self.norms: list[str] = []  # folded; "<url>", "<money>", "<number>", "<model>", "<long>"
        self.starts: list[int] = []  # code points into the field
        self.ends: list[int] = []

    def __len__(self) -> int:
        return len(self.norms)


def tokenise(folded: str) -> Tokens:
    """Return the tokens of a folded text in order; white space other than new lines is dropped.

    What differs in every post (addresses, money, numbers, model names with digits in them) is
    read as what it is, not as what it says.
    """
    tokens = Tokens()
    norms, starts, ends = tokens.norms, tokens.starts, tokens.ends
    for found in _TOKEN.finditer(folded):
        kind = found.lastindex or 0
        start, end = found.span(kind)
        if kind <= _WORD:
            norm = found[kind] if end - start <= _WORD_LONGEST else "<long>"
        elif kind == _STOP:
            raw = found[kind]
            norm = "?" if "?" in raw else NEW_LINE if raw[0] == "\n" else raw[0]
        else:
            norm = _STANDS_FOR.get(kind) or found[kind]
        norms.append(norm)
        starts.append(start)
        ends.append(end)
    return tokens


@dataclass(frozen=True)
class Field:
    """One field of a post, read once: the folded text and its tokens."""

    name: str  # "title" or "body"
    original: str  # never cut: offsets index into it
    folded: str  # what is read, cut to the cap
    is_all_said: bool = True  # False: parts of it may be quotes or a signature, and are blank

    @cached_property
    def tokens(self) -> Tokens:
        """The tokens of what is read."""
        return tokenise(self.folded)

    @cached_property
    def named(self) -> frozenset[int]:
        """The tokens that look like names: a capital where none has to be, or <model>.

        In a Title Where Every Word Has One a capital says nothing.
        """
        norms = self.tokens.norms
        models: set[int] = set()
        if "<model>" in norms:
            models.update(at for at, norm in enumerate(norms) if norm == "<model>")
        heads = map(self.original.__getitem__, self.tokens.starts)
        capital = [at for at, head in enumerate(heads) if head.isupper()]
        capital = [at for at in capital if norms[at][0].isalpha()]
        if len(capital) > 2:
            letters = sum(norm[0].isalpha() for norm in norms)
            if letters > 3 and len(capital) > 0.6 * letters:
                return frozenset(models)
        return frozenset(
            models.union(
                at
                for at in capital
                if at > 0
                and norms[at - 1] not in ENDS
                and not norms[at].startswith(("i'", "<"))
                and norms[at] != "i"
            )
        )

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """Token ranges ``[first, past last)`` of sentences; their closing mark belongs to them.

        A sentence of more than `SENTENCE_LONGEST` tokens is cut.
        """
        norms = self.tokens.norms
        ranges, first = [], 0
        ends = [position for position, norm in enumerate(norms, 1) if norm in ENDS]
        for end in (*ends, len(norms)):
            while end - first > SENTENCE_LONGEST:
                ranges.append((first, first + SENTENCE_LONGEST))
                first += SENTENCE_LONGEST
            if end > first:
                ranges.append((first, end))
                first = end
        return ranges


def read_field(name: str, original: str, most: int) -> Field:
    """Return a field of which at most ``most`` code points are read.

    What the author quotes and signs with is blanked: it is not what the author says.
    """
    folded = fold(original[:most])
    if not _MAY_NOT_BE_SAID.search(folded):
        return Field(name, original, folded)
    folded = _NOT_SAID.sub(lambda found: " " * len(found.group()), folded)
    return Field(name, original, folded, is_all_said=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A post as the judge reads it."""

    title: Field
    body: Field

    @property
    def fields(self) -> tuple[Field, Field]:
        """Title and body, in reading order."""
        return (self.title, self.body)


def read(title: str, body: str) -> Text:
    """Return the post, folded and capped, ready to be judged; "Re: ..." is no title of its own."""
    heading = read_field("title", title, TITLE_READ)
    if _TITLE_OF_ANSWER.match(heading.folded):
        heading = Field("title", title, " " * len(heading.folded), is_all_said=False)
    return Text(heading, read_field("body", body, BODY_READ))
