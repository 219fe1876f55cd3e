"""Look among what is stored with the language of topics: `models.search` keeps the index.

What a query finds here differs from what a topic finds in one point: the index knows words, so
signs count as blanks. ``C#`` is looked for as ``c``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import ColumnElement, Select, column, literal, literal_column, table, text
from sqlalchemy import select as rows_of
from sqlmodel import Session, col, select

from config.query import Not, Origin, Query, Trait, Words
from config.query_text import QueryError, parse_query
from models.lead import LeadSignal
from models.post import Author
from models.search import DOCS, HOST_END, LED
from models.signal import Signal
from nlp.language import UNKNOWN
from nlp.query import prepared
from service.posts.suppression import normalise_handle
from service.store.among import among

#: Of what matches, the newest so many posts are looked at when leads are looked for.
MOST_LOOKED_AT = 5_000
_MOST_AUTHORS = 200

_FTS = table("post_search", column("rowid"))
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Part(Generic[T]):
    """A part of a query as the index takes it; denied: everything but that."""

    asks: T
    is_denied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tongue(Generic[T]):
    """How an index is asked."""

    words: Callable[[Words], T]
    origin: Callable[[Origin, bool], T]
    both: Callable[[Sequence[T]], T]
    either: Callable[[Sequence[T]], T]
    without: Callable[[T, T], T]


def sought(typed: str) -> Query:
    """Return what ``typed`` looks for.

    Raises:
        QueryError: it can't be understood, or says only what must not be there.
    """
    query = prepared(parse_query(typed, anchored=False))
    if _translate(query, _PLAIN_FTS).is_denied:
        only = "say also what should be there: this names only what should not"
        raise QueryError(only, text=typed, at=0)
    return query


def leads_with(
    db: Session, query: Query, *, among_these: Sequence[str] | None = None
) -> tuple[list[str], bool]:
    """Return the ids of leads whose posts match, and whether only the newest were looked at.

    Args:
        db: an open session.
        query: what `sought` gave.
        among_these: leads that alone are asked for, some hundreds at the most; then all of them
            are looked at. None: all leads are.
    """
    found = _found(db, query, only_leads=True)
    if among_these is not None:
        found = found.where(among(db, _number_of(db), _docs_of(db, among_these)))
    docs = list(db.execute(found.limit(MOST_LOOKED_AT)).scalars())
    ids = set(
        db.exec(
            select(LeadSignal.lead_id)
            .join(Signal, col(Signal.id) == LeadSignal.signal_id)
            .join(DOCS, DOCS.c.post_id == Signal.post_id)
            .where(among(db, DOCS.c.doc, docs))
        )
    )
    return sorted(ids), len(docs) == MOST_LOOKED_AT


def _docs_of(db: Session, lead_ids: Sequence[str]) -> Sequence[int]:
    said = (
        rows_of(DOCS.c.doc)
        .join(Signal, col(Signal.post_id) == DOCS.c.post_id)
        .join(LeadSignal, col(LeadSignal.signal_id) == Signal.id)
        .where(among(db, col(LeadSignal.lead_id), lead_ids))
    )
    return db.execute(said).scalars().all()


def _number_of(db: Session) -> ColumnElement[int]:
    return DOCS.c.doc if db.get_bind().dialect.name == "postgresql" else _FTS.c.rowid


def posts_with(
    db: Session, query: Query, *, before: int | None = None, most: int = 50
) -> list[tuple[int, str]]:
    """Return number and id of posts that match, the one that came last first.

    Args:
        db: an open session.
        query: what `sought` gave.
        before: only posts of a smaller number; None: from the last on.
        most: how many at the most.
    """
    found = _found(db, query, before=before).limit(most)
    docs = list(db.execute(found).scalars())
    at = DOCS.c.doc
    rows = db.execute(rows_of(at, DOCS.c.post_id).where(at.in_(docs)).order_by(at.desc()))
    return [(doc, post_id) for doc, post_id in rows]


def _found(
    db: Session, query: Query, *, only_leads: bool = False, before: int | None = None
) -> Select[tuple[int]]:
    if db.get_bind().dialect.name == "postgresql":
        return _found_postgresql(db, query, only_leads=only_leads, before=before)
    tongue = _fts(lambda handle: _authors(db, handle))
    asks = _translate(query, tongue).asks
    if only_leads:
        asks = f'({asks}) AND lead : "{LED}"'
    rowid = _FTS.c.rowid
    found = rows_of(rowid).where(literal_column("post_search").op("MATCH")(literal(asks)))
    if before is not None:
        found = found.where(rowid < before)
    return found.order_by(rowid.desc())


def _translate(query: Query, tongue: _Tongue[T], *, is_denied: bool = False) -> _Part[T]:
    """Return ``query`` in words of an index that knows "without", and no "not" by itself."""
    if isinstance(query, Words):
        return _Part(tongue.words(query))
    if isinstance(query, Origin):
        return _Part(tongue.origin(query, is_denied))
    if isinstance(query, Not):
        part = _translate(query.part, tongue, is_denied=not is_denied)
        return _Part(part.asks, not part.is_denied)
    parts = [_translate(part, tongue, is_denied=is_denied) for part in query.parts]
    there = [part.asks for part in parts if not part.is_denied]
    gone = [part.asks for part in parts if part.is_denied]
    if query.needs_all:
        if not there:
            return _Part(tongue.either(gone), is_denied=True)
        all_there = tongue.both(there)
        return _Part(tongue.without(all_there, tongue.either(gone)) if gone else all_there)
    if not gone:
        return _Part(tongue.either(there))
    # "a or not b" is "everything but b without a".
    all_gone = tongue.both(gone)
    asks = tongue.without(all_gone, tongue.either(there)) if there else all_gone
    return _Part(asks, is_denied=True)


# --- SQLite ----------------------------------------------------------------------------------


def _fts(authors_of: Callable[[str], Sequence[str]]) -> _Tongue[str]:
    def origin(asked: Origin, is_denied: bool) -> str:
        if asked.trait is Trait.AUTHOR:
            ids = [one.replace("-", "") for one in authors_of(asked.value)] or ["nobody"]
            return "author : (" + " OR ".join(map(_quoted, ids)) + ")"
        if asked.trait is Trait.SITE:
            return f"site : {_quoted(f'{asked.value} {HOST_END}')}"
        languages = _languages(asked, is_denied=is_denied)
        return "lang : (" + " OR ".join(map(_quoted, languages)) + ")"

    return _Tongue(
        words=_fts_words,
        origin=origin,
        both=lambda parts: "(" + " AND ".join(parts) + ")",
        either=lambda parts: "(" + " OR ".join(parts) + ")",
        without=lambda there, gone: f"({there} NOT {gone})",
    )


def _fts_words(words: Words) -> str:
    where = "title" if words.in_title else "{title body}"
    return f"{where} : {_quoted(words.text)}{' *' if words.is_prefix else ''}"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


_PLAIN_FTS = _fts(lambda _handle: ())

# --- PostgreSQL ------------------------------------------------------------------------------


def _found_postgresql(
    db: Session, query: Query, *, only_leads: bool, before: int | None
) -> Select[tuple[int]]:
    told: dict[str, str] = {}
    asks = _translate(query, _tsquery(told, lambda handle: _authors(db, handle))).asks
    found = rows_of(DOCS.c.doc).where(text(f"words @@ ({asks})").bindparams(**told))
    if only_leads:
        found = found.where(DOCS.c.is_lead)
    if before is not None:
        found = found.where(DOCS.c.doc < before)
    return found.order_by(DOCS.c.doc.desc())


def _tsquery(told: dict[str, str], authors_of: Callable[[str], Sequence[str]]) -> _Tongue[str]:
    """Return how to ask in SQL; everything that somebody typed goes into ``told``."""

    def tell(value: str) -> str:
        told[f"q{len(told)}"] = value
        return f":q{len(told) - 1}"

    def words(asked: Words) -> str:
        asks = f"phraseto_tsquery('simple', {tell(asked.text)})"
        if asked.in_title:  # each of its words has to stand there: weight A
            marks = f"{tell(_WORD_OVER)}, {tell(_IN_TITLE)}, 'g'"
            asks = f"CAST(regexp_replace(CAST({asks} AS text), {marks}) AS tsquery)"
        if asked.is_prefix:
            star = tell("*" if asked.in_title else ":*")
            asks = f"CAST(CAST({asks} AS text) || {star} AS tsquery)"
        return asks

    def origin(asked: Origin, is_denied: bool) -> str:
        if asked.trait is Trait.AUTHOR:
            tags = [f"'author:{one}'" for one in authors_of(asked.value)] or ["'author:nobody'"]
        elif asked.trait is Trait.SITE:
            tags = [f"'site:{asked.value[::-1]}.':*"]
        else:
            tags = [f"'lang:{one}'" for one in _languages(asked, is_denied=is_denied)]
        return f"CAST({tell(' | '.join(tags))} AS tsquery)"

    return _Tongue(
        words=words,
        origin=origin,
        both=lambda parts: "(" + " && ".join(parts) + ")",
        either=lambda parts: "(" + " || ".join(parts) + ")",
        without=lambda there, gone: f"({there} && !! {gone})",
    )


_WORD_OVER, _IN_TITLE = "'( |$)", r"':A\1"


def _languages(asked: Origin, *, is_denied: bool) -> Sequence[str]:
    """Return the languages that count as the one asked for: the untold one does, in its favour."""
    return [asked.value] if is_denied else [asked.value, UNKNOWN]


def _authors(db: Session, handle: str) -> Sequence[str]:
    """Return the ids of everybody who goes by ``handle``, wherever that is."""
    is_called = col(Author.handle_norm) == normalise_handle(handle)
    return db.exec(select(Author.id).where(is_called).limit(_MOST_AUTHORS)).all()
