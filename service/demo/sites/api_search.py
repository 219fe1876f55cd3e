"""The search of the API community: tags, words, numeric filters and pages, as Algolia reads them.

Algolia's ranking, typo tolerance and advanced syntax are left out: newest first, every word of the
query must be there, and the last one may be the beginning of a word.
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Self

from pydantic import JsonValue

Hit = Mapping[str, JsonValue]

_COMPARE: Mapping[str, Callable[[int, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}
_NUMERIC_FILTER = re.compile(r"(created_at_i|points|num_comments)\s*(<=|>=|!=|<|>|=)\s*(-?\d+)")
_TAG_GROUP = re.compile(r"\(([^()]*)\)|([^,()]+)")
_WORD = re.compile(r"[^\W_]+")
_SEARCHED = ("title", "story_text", "comment_text", "author", "url", "story_title")
_MOST_HITS = 1000  # Algolia answers no more for one query


class BadSearchError(Exception):
    """The search could not be understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search as it was asked for."""

    tags: tuple[frozenset[str], ...]  # one of each group must be there
    filters: tuple[tuple[str, str, int], ...]  # field, comparison, value: all must hold
    words: tuple[str, ...]
    query: str
    page: int  # counted from 0
    hits_per_page: int

    @classmethod
    def asked(cls, query: Mapping[str, str]) -> Self:
        """Return the search that the parameters of the address ask for.

        Raises:
            BadSearchError: a filter or a number can't be read.
        """
        return cls(
            tags=_tags(query.get("tags", "")),
            filters=_filters(query.get("numericFilters", "")),
            words=tuple(_WORD.findall(query.get("query", "").casefold())),
            query=query.get("query", ""),
            page=_number(query, "page", 0),
            hits_per_page=min(_number(query, "hitsPerPage", 20), _MOST_HITS),
        )

    def over(self, hits: Sequence[Hit]) -> Mapping[str, JsonValue]:
        """Return the answer; ``hits`` are all items, newest first."""
        found = [hit for hit in hits if self._finds(hit)]
        start = self.page * self.hits_per_page
        return {
            "hits": [dict(hit) for hit in found[start : start + self.hits_per_page]],
            "nbHits": len(found),
            "page": self.page,
            "nbPages": -(-len(found) // self.hits_per_page) if self.hits_per_page else 0,
            "hitsPerPage": self.hits_per_page,
            "exhaustiveNbHits": True,
            "query": self.query,
        }

    def _finds(self, hit: Hit) -> bool:
        tags = hit["_tags"]
        return (
            isinstance(tags, list)
            and all(not group.isdisjoint(map(str, tags)) for group in self.tags)
            and all(_holds(hit.get(field), how, value) for field, how, value in self.filters)
            and self._says(hit)
        )

    def _says(self, hit: Hit) -> bool:
        if not self.words:
            return True
        searched = " ".join(str(hit[field]) for field in _SEARCHED if hit.get(field))
        there = set(_WORD.findall(unescape(searched).casefold()))
        *whole, last = self.words
        return there.issuperset(whole) and any(word.startswith(last) for word in there)


def _holds(found: JsonValue, how: str, value: int) -> bool:
    return isinstance(found, int) and _COMPARE[how](found, value)


def _tags(text: str) -> tuple[frozenset[str], ...]:
    """Return groups that must each be met: ``story,(a,b)`` is story and (a or b)."""
    return tuple(
        frozenset(tag.strip() for tag in (one_of or single).split(",") if tag.strip())
        for one_of, single in _TAG_GROUP.findall(text)
    )


def _filters(text: str) -> tuple[tuple[str, str, int], ...]:
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = _NUMERIC_FILTER.fullmatch(part)
        if match is None:
            raise BadSearchError(f"invalid numeric filter: {part}")
        found.append((match[1], match[2], int(match[3])))
    return tuple(found)


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdecimal()):
        raise BadSearchError(f"invalid value for {name}: {text}")
    return int(text)
