"""The pieces of a query's text: operators, fields, words, and signs that mean nothing here.

See `config.query_text` for the language.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from config.problem import did_you_mean, quoted
from config.query import Trait

TITLE = "title"
_FIELDS = (TITLE, *(trait.value for trait in Trait))
_OPERATORS = {"AND": "AND", "OR": "OR", "NOT": "NOT"}
_SIGNED = {"&&": "AND", "|": "OR", "||": "OR"}  # wherever they stand
_FOREIGN = {"ANDNOT": "AND NOT", "XOR": "OR"}

QUOTES = '"\u201c\u201d\u201e\u00ab\u00bb'  # word processors put round ones
_QUOTED = re.compile(rf"[{QUOTES}]([^{QUOTES}]*)([{QUOTES}]?)")
SINGLE_QUOTES = "'\u2018"
#: Where it closes no word goes on, so that it may have apostrophes in it.
_IN_SINGLE = re.compile(rf"[{SINGLE_QUOTES}](\S[^(){QUOTES}]*?)(?<=\S)['\u2019](?=[\s()|&*~]|$)")
_SIGNED_OPERATOR = re.compile(r"\|\|?|&&")
_MINUS = re.compile(r"!|[-\u2013\u2212](?=[^\s)])")
_FIELD = re.compile(r"([^\W\d][\w.-]*):")
_BARE = re.compile(rf"(?:[^\s(){QUOTES}|&]|&(?!&))+")
_DISTANCE = re.compile(
    r"(?:NOT)?O?NEAR|WITHIN|(?:W|PRE|ADJ)\d+|~\d+"
    r"|(?i:(?:not)?o?near|within|w|pre|adj|and|not|before)/(?:\d+\w*|[sp])"
)
_IN_PATTERN = frozenset("\\.*+?|[](){}^$")

#: What other tools have a sign for, and Harken has not.
_NO_SIGNS = {
    **dict.fromkeys(",;", "doesn't separate phrases; write OR between them"),
    "!": "stands before a word that must not be there, not in or behind one",
    "?": "stands for no letter; write the spellings with OR between them, or a * at the end",
    "~": "finds nothing that is spelled alike or near; write the spellings with OR between them",
    "^": "gives no weight",
    "+": "doesn't join words; write AND, or leave a blank",
    ":": "only stands behind a field's name",
    **dict.fromkeys("[]{}", "doesn't group words; round parentheses do"),
    **dict.fromkeys("<>=", "compares nothing in a query"),
    "\\": "means nothing in a query",
    "`": "is no quote",
}
_NO_SIGN = re.compile(
    # Numbers have commas and colons in them, names such as C++ end in a plus.
    r"(?<!\d)[,:]|[,:](?!\d)|[;!?~^\[\]{}<>=\\`]|(?<=[^\W_])\+(?=[^\W\d_])"
)


class QueryError(ValueError):
    """The query can't be understood."""

    def __init__(self, message: str, *, text: str, at: int) -> None:
        self.message = message
        self.at = at  # offset into the text; its length for what is missing at the end
        super().__init__(f"{place(text, at)}: {message}")


def place(text: str, at: int) -> str:
    """Return where an offset is, as people count: "column 3", or "line 2, column 3"."""
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    line = text.count("\n", 0, at) + 1
    return f"line {line}, column {column}" if "\n" in text else f"column {column}"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a query's text."""

    kind: str  # "(", ")", "AND", "OR", "NOT", "field", "words", "end"
    text: str  # of a field its name, of words what is looked for
    at: int


def tokens(text: str) -> Iterator[Token]:
    """Yield the pieces of a query's text, the last of which is its end.

    Raises:
        QueryError: something in it means nothing, or something else in other tools.
    """
    at = 0
    field = ""
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token, at = _token(text, at, field=field)
        field = token.text if token.kind == "field" else ""
        yield token
    yield Token("end", "", len(text))


def _token(text: str, at: int, *, field: str) -> tuple[Token, int]:
    """Return the token that begins at ``at``, the value of ``field`` if any, and where it ends."""
    if text[at] in "()":
        return Token(text[at], text[at], at), at + 1
    operator = _SIGNED_OPERATOR.match(text, at)
    if operator is not None:
        return Token(_SIGNED[operator[0]], operator[0], at), operator.end()
    if text[at] in QUOTES:
        return _quoted(_QUOTED.match(text, at), text, at)
    if text[at] in SINGLE_QUOTES:
        return _quoted(_in_single(text, at), text, at)
    if _MINUS.match(text, at):
        if field:
            name = "!" if text[at] == "!" else "minus"
            raise QueryError(f"the {name} belongs before the field", text=text, at=at)
        return Token("NOT", text[at], at), at + 1
    named = None if field else _FIELD.match(text, at)
    if named is not None:
        return Token("field", _field(named, text), at), named.end()
    return _bare(text, at, field=field)


def _in_single(text: str, at: int) -> re.Match[str]:
    found = _IN_SINGLE.match(text, at)
    if found is None or not _OPERATORS.keys().isdisjoint(found[1].split()):
        raise QueryError(
            "the closing quote of this phrase is missing; "
            "a word that begins with an apostrophe goes into double quotes",
            text=text,
            at=at,
        )
    return found


def _quoted(found: re.Match[str] | None, text: str, at: int) -> tuple[Token, int]:
    if found is None or not found[found.re.groups]:
        raise QueryError("the closing quote of this phrase is missing", text=text, at=at)
    end = found.end()
    if text.startswith("~", end):
        raise _no_distances(text, end)
    if end < len(text) and not (text[end].isspace() or text[end] in "()|&"):
        hint = "the * belongs inside the quotes" if text[end] == "*" else "a blank is missing"
        raise QueryError(f"{hint} after this phrase", text=text, at=end)
    return Token("words", found[1], at), end


def _field(named: re.Match[str], text: str) -> str:
    name = named[1].lower()
    if text.startswith("//", named.end()):
        message = "an address is no phrase; write site: and its host, beside a phrase"
        raise QueryError(message, text=text, at=named.start())
    if name not in _FIELDS:
        hint = did_you_mean(f"{name}:", [f"{field}:" for field in _FIELDS])
        raise QueryError(
            f"there is no field {quoted(named[0])}"
            f"{hint or '; put a phrase with a colon in quotes'}",
            text=text,
            at=named.start(),
        )
    follows = text[named.end() : named.end() + 1]
    if not follows or follows.isspace() or follows == ")":
        raise QueryError(
            f"a word must follow {named[0]} at once, without a blank", text=text, at=named.end()
        )
    return name


def _bare(text: str, at: int, *, field: str) -> tuple[Token, int]:
    found = _BARE.match(text, at)
    word = found[0] if found else text[at]
    end = at + len(word)
    if word in _OPERATORS:
        return Token(_OPERATORS[word], word, at), end
    if field in ("", TITLE):
        _refuse_foreign(word, text, at)
    return Token("words", word, at), end


def _refuse_foreign(word: str, text: str, at: int) -> None:
    """Raise a `QueryError` if other tools would read a word as more than what it says."""
    if word in _FOREIGN:
        message = f"there is no operator {word}; write {_FOREIGN[word]}"
        raise QueryError(message, text=text, at=at)
    if _DISTANCE.fullmatch(word):
        raise _no_distances(text, at)
    if _begins_pattern(text, at):
        message = "there are no regular expressions; write the spellings with OR between them"
        raise QueryError(message, text=text, at=at)
    if word[0] == "+" and word.strip("+"):
        hint = "a + is not needed: words beside each other must all be there"
        raise QueryError(hint, text=text, at=at)
    sign = _NO_SIGN.search(word)
    if sign is not None:
        hint = f"'{sign[0]}' {_NO_SIGNS[sign[0]]}; what has this sign in it goes into quotes"
        raise QueryError(hint, text=text, at=at + sign.start())


def _begins_pattern(text: str, at: int) -> bool:
    """Whether a regular expression begins there, as ``/crm.*/`` is one in other tools."""
    end = text.find("/", at + 1) if text[at] == "/" else -1
    return not _IN_PATTERN.isdisjoint(text[at + 1 : end]) if end > 0 else False


def _no_distances(text: str, at: int) -> QueryError:
    return QueryError(
        "Harken looks for whole phrases, not for words near each other; "
        "write the phrases that you expect, with OR between them, or use AND",
        text=text,
        at=at,
    )
