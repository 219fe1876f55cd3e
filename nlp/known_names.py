"""Products known by name: found however they are written, in a title full of capitals or small.

A capital says little in a title and nothing in a post without any, so the names that people ask
about most are kept in ``data/products.txt``. Those that are everyday words as well, such as
"Notion" or "front", count only with a capital inside a sentence or where a name stands: beside
another one, or beside words such as "alternative", "pricing" and "experience with".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nlp.slot_field import Place, SlotField
from nlp.slot_words import (
    BEHIND_A_NAME,
    EVERYDAY_NAME_CUES,
    EVERYDAY_NAME_TAILS,
    NAME_LINKS,
    NO_NAME_OF_TWO,
    NOT_A_NAME,
)
from nlp.text import fold, tokenise

_PRODUCTS = Path(__file__).parent / "data" / "products.txt"
_EVERYDAY = "*"  # behind a name that is an everyday word too
_LEAST_WITH_PLURAL = 4  # letters; "HPs" are rather horsepower
_SEPARATORS = frozenset((",", "/", "&", "+", "or", "and", "vs", "versus", "than", "over"))
_COMPARE = frozenset(("/", "vs", "versus"))


@dataclass(frozen=True, slots=True)
class _Name:
    words: tuple[str, ...]
    is_everyday: bool


@dataclass(frozen=True, slots=True)
class Known:
    """A known name in a field."""

    place: Place
    is_everyday: bool  # an everyday word or a family's name as well


def product_names() -> Iterator[tuple[str, bool]]:
    """Yield the names of the list as written there, with whether they are everyday words too."""
    for line in _PRODUCTS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.removesuffix(_EVERYDAY).strip(), line.endswith(_EVERYDAY)


@cache
def _by_first_word() -> Mapping[str, Sequence[_Name]]:
    """Return the names by their first word, the longest first."""
    names: dict[str, list[_Name]] = {}
    for written, is_everyday in product_names():
        folded = fold(written)
        tokens = tokenise(folded)
        words = tuple(
            folded[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)
        )
        names.setdefault(words[0], []).append(_Name(words, is_everyday))
    for of_word in names.values():
        of_word.sort(key=lambda name: -len(name.words))
    return names


def known_at(field: SlotField, first: int) -> Known | None:
    """Return the longest known name that begins at a token, whether or not it is meant as one."""
    for name in _by_first_word().get(_bare(field.word(first)), ()):
        last = first + len(name.words)
        if last <= len(field) and _is(name, field.words[first:last]):
            return Known((first, last), name.is_everyday)
    return None


def known_before(field: SlotField, last: int) -> Known | None:
    """Return the known name that ends before a token."""
    for first in range(max(0, last - 4), last):
        known = known_at(field, first)
        if known and known.place[1] == last:
            return known
    return None


def is_meant(field: SlotField, known: Known) -> bool:
    """Whether a known name is one here and no everyday word."""
    first, last = known.place
    if not known.is_everyday:
        return True
    return tuple(field.words[first : first + 2]) not in NO_NAME_OF_TWO and (
        (field.look(first) in ("name", "model") and has_capital(field, first))
        or _is_cued(field, first, last)
        or _is_listed(field, known)
    )


def is_name(field: SlotField, at: int) -> bool:
    """Whether a known name or a word with a capital stands at a token."""
    return known_at(field, at) is not None or (
        has_capital(field, at) and field.word(at) not in NOT_A_NAME
    )


def has_capital(field: SlotField, at: int) -> bool:
    """Whether a token is written with a capital, wherever it stands; none is beyond the last."""
    return at < len(field) and field.part.original[field.part.tokens.starts[at]].isupper()


def _bare(word: str) -> str:
    """Return a word without what makes it a genitive or, of a known name, a plural."""
    bare = word.removesuffix("'s")
    if bare not in _by_first_word() and len(bare) > _LEAST_WITH_PLURAL:
        return bare.removesuffix("s")
    return bare


def _is(name: _Name, words: Sequence[str]) -> bool:
    *before, end = words
    if tuple(before) != name.words[:-1]:
        return False
    return end == name.words[-1] or (
        end.removesuffix("'s") == name.words[-1]
        or (not name.is_everyday and _bare(end) == name.words[-1])
    )


def _is_cued(field: SlotField, first: int, last: int) -> bool:
    """Whether words around say that a name stands here."""
    if field.word(last) in EVERYDAY_NAME_TAILS or _is_numbered(field, last):
        return True
    if field.word(first - 1) == "is" and field.word(last) in ("any", "worth", "good", "legit"):
        return True
    if field.look(last) not in ("end", "mark") and field.word(last) not in BEHIND_A_NAME:
        return False
    before = field.word(first - 1)
    if before in NAME_LINKS:
        if before == "to" and known_before(field, first - 1):  # "from jira to linear"
            return True
        before = field.word(first - 2)
    return before in EVERYDAY_NAME_CUES


def _is_numbered(field: SlotField, at: int) -> bool:
    """Whether a number follows that counts nothing: "framework 13", but not "square 1"."""
    return (
        field.look(at) == "number"
        and len(field.word(at)) > 1
        and field.joined(at, "")
        and (field.look(at + 1) in ("end", "mark") or field.word(at + 1) in BEHIND_A_NAME)
    )


def _is_listed(field: SlotField, known: Known) -> bool:
    """Whether a known name stands beside another one: "notion vs coda", "Linear, Asana"."""
    first, last = known.place
    sides = (
        (field.word(first - 1), known_before(field, first - 1)),
        (field.word(last), known_at(field, last + 1)),
    )
    return any(
        separator in _COMPARE or has_capital(field, first) or not other.is_everyday
        for separator, other in sides
        if other and separator in _SEPARATORS
    )
