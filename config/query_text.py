"""Queries as people write them: ``(crm OR "help desk") AND recommend* -job title:looking``.

    query   = all, "OR", all ...
    all     = one, ["AND"], one ...            words beside each other must all be there
    one     = ["NOT" | "-"], ( group | [field], ( word | quoted | group ) )
    group   = "(", query, ")"
    field   = "title:" | "author:" | "site:" | "lang:"

``&&`` and ``||`` are AND and OR. Operators are capitals; NOT binds tightest, then AND, then OR.
A ``*`` ends a word or a quoted phrase whose last word may go on. There are no regular expressions
and no distances between words: a query costs the same whatever the post is like.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

import idna

from config.problem import did_you_mean, quoted
from config.query import And, Not, Or, Origin, Query, Trait, Words, unanchored
from config.shape import check_language
from config.wording import check_phrase

LONGEST_QUERY = 10_000  # characters
MOST_TERMS = 500  # phrases and fields in one query
DEEPEST = 20  # groups within each other
_LEAST_PREFIX = 3  # letters or digits before a *; fewer would find everything

_TITLE = "title"
_FIELDS = (_TITLE, *(trait.value for trait in Trait))
_OPERATORS = {"AND": "AND", "&&": "AND", "OR": "OR", "||": "OR", "NOT": "NOT"}

_QUOTES = '"\u201c\u201d\u201e\u00ab\u00bb'  # word processors put round ones
_QUOTED = re.compile(rf"[{_QUOTES}]([^{_QUOTES}]*)([{_QUOTES}]?)")
_MINUS = re.compile(r"[-\u2013\u2212](?=[^\s)])")
_FIELD = re.compile(r"([A-Za-z]+):")
_BARE = re.compile(rf"[^\s(){_QUOTES}]+")
_DISTANCE = re.compile(r"O?NEAR(/\d+\w*)?|(W|PRE|ADJ)/?\d+|~\d+")
_SITE = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


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


def parse_query(text: str, *, anchored: bool = True) -> Query:
    """Return what a query asks for.

    Args:
        text: as people write it.
        anchored: it has to have a phrase without which no post matches, as a topic needs; False
            for those who look among what is stored.

    Raises:
        QueryError: it can't be understood, is too long or too deep, or has no phrase to look for.
    """
    if len(text) > LONGEST_QUERY:
        too_long = f"has {len(text):,} characters; {LONGEST_QUERY:,} are the most"
        raise QueryError(f"the query {too_long}", text=text, at=LONGEST_QUERY)
    query = _Parser(text).parse()
    part = unanchored(query) if anchored else None
    if part is not None:
        raise QueryError(
            "nothing is looked for here: a query needs a phrase that must be in the post; "
            "NOT, author:, site: and lang: only narrow down what it finds",
            text=text,
            at=part.at,
        )
    return query


def render(query: Query) -> str:
    """Return a query as text, with every group that is understood in parentheses."""
    if isinstance(query, Words):
        star = "*" if query.is_prefix else ""
        return f'{"title:" if query.in_title else ""}"{query.text}{star}"'
    if isinstance(query, Origin):
        return f'{query.trait}:"{query.value}"'
    if isinstance(query, Not):
        return f"NOT {_grouped(query.part)}"
    operator = " AND " if isinstance(query, And) else " OR "
    return operator.join(
        render(part) if isinstance(part, Not) else _grouped(part) for part in query.parts
    )


def _grouped(query: Query) -> str:
    shown = render(query)
    return shown if isinstance(query, Words | Origin) else f"({shown})"


@dataclass(frozen=True, slots=True)
class _Token:
    """A piece of a query's text."""

    kind: str  # "(", ")", "AND", "OR", "NOT", "field", "words", "end"
    text: str  # of a field its name, of words what is looked for
    at: int


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    is_value = False
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token, at = _token(text, at, is_value=is_value)
        is_value = token.kind == "field"
        yield token
    yield _Token("end", "", len(text))


def _token(text: str, at: int, *, is_value: bool) -> tuple[_Token, int]:
    """Return the token that begins at ``at``, which may be a field's value, and where it ends."""
    if text[at] in "()":
        return _Token(text[at], text[at], at), at + 1
    if text[at] in _QUOTES:
        return _quoted(text, at)
    if is_value and not _MINUS.match(text, at):
        return _bare(text, at)
    if is_value:
        raise QueryError("the minus belongs before the field", text=text, at=at)
    if _MINUS.match(text, at):
        return _Token("NOT", text[at], at), at + 1
    named = _FIELD.match(text, at)
    if named is not None:
        return _Token("field", _field(named, text), at), named.end()
    return _bare(text, at)


def _quoted(text: str, at: int) -> tuple[_Token, int]:
    found = _QUOTED.match(text, at)
    if found is None or not found[2]:
        raise QueryError("the closing quote of this phrase is missing", text=text, at=at)
    end = found.end()
    if text.startswith("~", end):
        raise _no_distances(text, end)
    if end < len(text) and not (text[end].isspace() or text[end] in "()"):
        hint = "the * belongs inside the quotes" if text[end] == "*" else "a blank is missing"
        raise QueryError(f"{hint} after this phrase", text=text, at=end)
    return _Token("words", found[1], at), end


def _field(named: re.Match[str], text: str) -> str:
    name = named[1].lower()
    if name not in _FIELDS:
        hint = did_you_mean(f"{name}:", [f"{field}:" for field in _FIELDS])
        raise QueryError(
            f"there is no field {named[0]!r}{hint or '; put a phrase with a colon in quotes'}",
            text=text,
            at=named.start(),
        )
    follows = text[named.end() : named.end() + 1]
    if not follows or follows.isspace() or follows == ")":
        raise QueryError(
            f"a word must follow {named[0]} at once, without a blank", text=text, at=named.end()
        )
    return name


def _bare(text: str, at: int) -> tuple[_Token, int]:
    found = _BARE.match(text, at)
    word = found[0] if found else text[at]
    end = at + len(word)
    if word in _OPERATORS:
        return _Token(_OPERATORS[word], word, at), end
    if _DISTANCE.fullmatch(word):
        raise _no_distances(text, at)
    if word.endswith((",", ";")):
        hint = f"{word[-1]!r} doesn't separate phrases; write OR between them"
        raise QueryError(hint, text=text, at=end - 1)
    if word[0] == "+" and word.strip("+"):
        hint = "a + is not needed: words beside each other must all be there"
        raise QueryError(hint, text=text, at=at)
    return _Token("words", word, at), end


def _no_distances(text: str, at: int) -> QueryError:
    return QueryError(
        "Harken looks for whole phrases, not for words near each other; "
        "write the phrases that you expect, with OR between them, or use AND",
        text=text,
        at=at,
    )


class _Parser:
    """Reads tokens from left to right, one ahead; groups are the only recursion."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._next = next(self._tokens)
        self._open: list[_Token] = []  # parentheses
        self._terms = 0

    def parse(self) -> Query:
        query = self._any_of(field="")
        if self._next.kind == ")":
            raise self._error("this parenthesis closes nothing")
        return query

    def _any_of(self, *, field: str) -> Query:
        parts = [self._all_of(field=field)]
        while self._next.kind == "OR":
            self._take()
            parts.append(self._all_of(field=field))
        flat = [
            each for part in parts for each in (part.parts if isinstance(part, Or) else [part])
        ]
        return flat[0] if len(flat) == 1 else Or(tuple(flat), at=flat[0].at)

    def _all_of(self, *, field: str) -> Query:
        parts = [self._one(field=field)]
        while self._next.kind not in ("OR", ")", "end"):
            if self._next.kind == "AND":
                self._take()
            parts.append(self._one(field=field))
        flat = [
            each for part in parts for each in (part.parts if isinstance(part, And) else [part])
        ]
        return flat[0] if len(flat) == 1 else And(tuple(flat), at=flat[0].at)

    def _one(self, *, field: str) -> Query:
        if self._next.kind != "NOT":
            return self._operand(field=field)
        token = self._take()
        if self._next.kind == "NOT":
            raise self._error("one NOT after the other; leave both out, or one")
        return Not(self._operand(field=field), at=token.at)

    def _operand(self, *, field: str) -> Query:
        token = self._take()
        if token.kind == "field":
            if field:
                raise self._error(f"{field}: holds for all of this group already", token)
            return replace(self._operand(field=token.text), at=token.at)
        if token.kind == "(":
            return self._group(token, field=field)
        if token.kind == "words":
            return self._term(token, field=field)
        raise self._missing(token)

    def _group(self, opening: _Token, *, field: str) -> Query:
        if len(self._open) == DEEPEST:
            raise self._error(f"groups are more than {DEEPEST} deep here", opening)
        if self._next.kind == ")":
            raise self._error("there is nothing between these parentheses", opening)
        self._open.append(opening)
        query = self._any_of(field=field)
        if self._next.kind != ")":
            raise self._unclosed()
        self._take()
        self._open.pop()
        return query

    def _term(self, token: _Token, *, field: str) -> Words | Origin:
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise self._error(f"this is one phrase more than {MOST_TERMS}, the most", token)
        try:
            if field in ("", _TITLE):
                return self._words(token, in_title=bool(field))
            return Origin(Trait(field), _READERS[Trait(field)](token.text), token.at)
        except QueryError:
            raise
        except ValueError as error:
            message = str(error)
            about = "this phrase " if message.startswith(("has ", "holds ", "is ")) else ""
            raise self._error(f"{about}{message}", token) from error

    def _words(self, token: _Token, *, in_title: bool) -> Words:
        said, star, after = token.text.partition("*")
        if after.strip():
            raise self._star("a * may stand at the end of a phrase only", token, len(said))
        if star and (sum(map(str.isalnum, said)) < _LEAST_PREFIX or not said[-1].isalnum()):
            message = f"a * must follow {_LEAST_PREFIX} letters or digits, as in recommend*"
            raise self._star(message, token, len(said))
        return Words(check_phrase(" ".join(said.split())), bool(star), in_title, token.at)

    def _star(self, message: str, token: _Token, before: int) -> QueryError:
        begins = token.at + (self._text[token.at] in _QUOTES)
        return QueryError(message, text=self._text, at=begins + before)

    def _take(self) -> _Token:
        token = self._next
        if token.kind != "end":
            self._next = next(self._tokens)
        return token

    def _missing(self, token: _Token) -> QueryError:
        if token.kind in ("AND", "OR"):
            return self._error(f"a phrase is missing before this {token.text}", token)
        if token.kind == "end" and not self._text.strip():
            return self._error("the query is empty", token)
        if token.kind == "end" and self._open:
            return self._unclosed()
        return self._error("a phrase is missing here", token)

    def _unclosed(self) -> QueryError:
        opened = place(self._text, self._open[-1].at)
        return self._error(f"a closing parenthesis is missing for the one at {opened}")

    def _error(self, message: str, token: _Token | None = None) -> QueryError:
        return QueryError(message, text=self._text, at=(token or self._next).at)


def _author(value: str) -> str:
    handle = " ".join(unicodedata.normalize("NFC", value).split())
    if not any(character.isalnum() for character in handle) or "*" in handle:
        raise ValueError(f"{quoted(value)} is no author; write a whole handle, as in author:ada")
    return handle


def _site(value: str) -> str:
    host = value.strip().lower().removeprefix("www.").rstrip(".")
    try:
        host = idna.encode(host, uts46=True).decode("ascii") if not host.isascii() else host
    except idna.IDNAError as error:
        raise ValueError(f"{quoted(value)} is no host: {error}") from error
    if not _SITE.fullmatch(host):
        raise ValueError(f"{quoted(value)} is no host; write it like site:reddit.com, no path")
    return host


def _language(value: str) -> str:
    return check_language(value.strip().lower())


_READERS = {Trait.AUTHOR: _author, Trait.SITE: _site, Trait.LANG: _language}
