"""What stands in the way of a source, in words for somebody who has a page and no manual."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from crawlers.errors import SourceError
from crawlers.named_places import named_place
from models.words import SourceKind
from service.web.wording.words import SOURCES

_KIND = re.compile(r"\(kind (\w{1,20})\)")
#: What must be filled in to read Reddit, with examples to write over.
_REDDIT = {
    "user_agent": "web:your.app:1.0 (by /u/your_name)",
    "client_id_env": "REDDIT_CLIENT_ID",
    "client_secret_env": "REDDIT_CLIENT_SECRET",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """How an address could be read after all: the form, filled in as far as that is known."""

    kind: SourceKind
    url: str
    options: Mapping[str, str]


def in_words(problem: str) -> str:
    """Return a problem with kinds of source named as the pages name them."""
    return _KIND.sub(_named, problem)


def _named(match: re.Match[str]) -> str:
    known = {kind.value: name for kind, name in SOURCES.items()}
    return f"(“{known[match[1]]}” among the kinds)" if match[1] in known else match[0]


def way_out(
    url: str, kind: SourceKind | None, options: Mapping[str, str] = MappingProxyType({})
) -> WayOut | None:
    """Return what to fill in for an address that couldn't be read, None where nobody can say.

    Args:
        url: as somebody gave it.
        kind: that they said it is.
        options: that they gave.
    """
    try:
        place = named_place(url)
    except SourceError:
        return None
    if place is None or (kind is not None and kind is not place.kind):
        return WayOut(kind=kind, url=url, options=options) if kind is not None else None
    needed = _REDDIT if place.kind is SourceKind.REDDIT else {}
    options = {**needed, **place.options, **options}
    return WayOut(kind=place.kind, url=place.url, options=options)
