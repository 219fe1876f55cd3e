"""Queries as people write them: ``(crm OR "help desk") AND recommend* -job title:looking``.

    query   = all, "OR", all ...
    all     = one, ["AND"], one ...            words beside each other must all be there
    one     = ["NOT" | "-" | "!"], ( group | [field], ( word | quoted | group ) )
    group   = "(", query, ")"
    field   = "title:" | "author:" | "site:" | "lang:"

``&&`` is AND, ``|`` and ``||`` are OR. Operators are capitals; NOT binds tightest, then AND, then
OR. A ``*`` ends a word or a quoted phrase whose last word may go on. There are no regular
expressions and no distances between words: a query costs the same whatever the post is like. What
other tools have a sign for, and Harken has not, is an error: looked for as it stands it would
never be found. In quotes every sign stands for itself.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

import idna

from config.problem import quoted
from config.query import And, Not, Or, Origin, Query, Trait, Words, unanchored
from config.query_tokens import (
    QUOTES,
    SINGLE_QUOTES,
    TITLE,
    QueryError,
    Token,
    place,
    tokens,
)
from config.shape import check_told_language
from config.wording import check_phrase

__all__ = [
    "DEEPEST", "LONGEST_QUERY", "MOST_TERMS", "QueryError", "parse_query", "place", "render",
]  # fmt: skip

LONGEST_QUERY = 10_000  # characters
MOST_TERMS = 500  # phrases and fields in one query
DEEPEST = 20  # groups within each other
_LEAST_PREFIX = 3  # letters or digits before a *; fewer would find everything

_SENTENCE_END = re.compile(r"(?<=\w)[?!]+(?=[\s)]|$)")
_SITE = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


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
    if not anchored:  # the search's index knows words only: "which crm?" asks for no wildcard
        text = _SENTENCE_END.sub(lambda found: " " * len(found[0]), text)
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


class _Parser:
    """Reads tokens from left to right, one ahead; groups are the only recursion."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)
        self._next = next(self._tokens)
        self._open: list[Token] = []  # parentheses
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
        self._check_origins(flat)
        return flat[0] if len(flat) == 1 else And(tuple(flat), at=flat[0].at)

    def _check_origins(self, parts: Sequence[Query]) -> None:
        """Raise a `QueryError` if no post can come from everywhere that is asked for at once."""
        asked: dict[Trait, Origin] = {}
        for part in parts:
            if isinstance(part, Origin):
                first = asked.setdefault(part.trait, part)
                if not _may_both_be(first, part):
                    either = f"{part.trait}:({first.value} OR {part.value})"
                    message = f"a post has only one {_ONLY_ONE[part.trait]}; write {either}"
                    raise QueryError(message, text=self._text, at=part.at)

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

    def _group(self, opening: Token, *, field: str) -> Query:
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

    def _term(self, token: Token, *, field: str) -> Words | Origin:
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise self._error(f"this is one phrase more than {MOST_TERMS}, the most", token)
        try:
            if field in ("", TITLE):
                return self._words(token, in_title=bool(field))
            return Origin(Trait(field), _READERS[Trait(field)](token.text), token.at)
        except QueryError:
            raise
        except ValueError as error:
            message = str(error)
            about = "this phrase " if message.startswith(("has ", "holds ", "is ")) else ""
            raise self._error(f"{about}{message}", token) from error

    def _words(self, token: Token, *, in_title: bool) -> Words:
        said, star, after = token.text.partition("*")
        if after.strip():
            raise self._star("a * may stand at the end of a phrase only", token, len(said))
        if star and (sum(map(str.isalnum, said)) < _LEAST_PREFIX or not said[-1].isalnum()):
            message = f"a * must follow {_LEAST_PREFIX} letters or digits, as in recommend*"
            raise self._star(message, token, len(said))
        return Words(check_phrase(" ".join(said.split())), bool(star), in_title, token.at)

    def _star(self, message: str, token: Token, before: int) -> QueryError:
        begins = token.at + (self._text[token.at] in QUOTES + SINGLE_QUOTES)
        return QueryError(message, text=self._text, at=begins + before)

    def _take(self) -> Token:
        token = self._next
        if token.kind != "end":
            self._next = next(self._tokens)
        return token

    def _missing(self, token: Token) -> QueryError:
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

    def _error(self, message: str, token: Token | None = None) -> QueryError:
        return QueryError(message, text=self._text, at=(token or self._next).at)


#: What a post has one of; handles have too many spellings to be told apart here.
_ONLY_ONE = {Trait.LANG: "language", Trait.SITE: "host"}


def _may_both_be(one: Origin, other: Origin) -> bool:
    if one.trait is Trait.SITE:
        hosts = f".{one.value}", f".{other.value}"
        return hosts[0].endswith(hosts[1]) or hosts[1].endswith(hosts[0])
    return one.trait not in _ONLY_ONE or one.value == other.value


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
    return check_told_language(value.strip().lower())


_READERS = {Trait.AUTHOR: _author, Trait.SITE: _site, Trait.LANG: _language}
