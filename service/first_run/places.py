"""Where a topic is probably talked about: a shipped list, matched by the topic's words. Pure."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from config import Config
from config.folder import SHIPPED
from config.topic import Topic
from models.words import SourceKind

#: Beside the starter files, not among them: it is no part of anybody's configuration.
_CATALOGUE: Path = SHIPPED.parent / "suggested_places.toml"
_QUERIES = 3  # of a place that is searched by words
_MOST = 12
_FOR_ALL = "*"
_WORD = re.compile(r"[\w-]+")


class Place(BaseModel):
    """A place of the shipped list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: SourceKind
    name: str
    url: str
    options: Mapping[str, str] = Field(default_factory=dict)
    subjects: Annotated[tuple[str, ...], Field(min_length=1)]
    why: str

    @property
    def is_searched(self) -> bool:
        """Whether it is asked for words."""
        return any("{query}" in value for value in self.options.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """A place for a topic."""

    key: str  # names it and what it is searched for, in a form
    kind: SourceKind
    name: str
    url: str
    options: Mapping[str, str]
    why: str
    barred: str | None  # why it can't be switched on as things stand
    is_chosen: bool  # ticked from the start


@cache
def catalogue() -> Mapping[str, Place]:
    """Return the shipped list by id."""
    with _CATALOGUE.open("rb") as file:
        return {one["id"]: Place.model_validate(one) for one in tomllib.load(file)["place"]}


def suggest(topic: Topic, settled: Config) -> tuple[Suggested, ...]:
    """Return the places where ``topic`` is probably talked about, the likeliest first."""
    words = _words(topic)
    ranked = sorted(
        ((_fit(place, words), place) for place in catalogue().values()),
        key=lambda one: -one[0],
    )
    found: list[Suggested] = []
    for fit, place in ranked:
        if fit:
            found += (
                _suggested(place, query, settled, is_chosen=fit > _SURE or place.kind in _GENTLE)
                for query in (_queries(topic) if place.is_searched else ("",))
            )
    return tuple(found[:_MOST])


#: They need keys of an account besides, so nobody is led there by a tick.
_WITH_KEYS = frozenset({SourceKind.REDDIT, SourceKind.YOUTUBE})
_SURE = 2  # by more than one of its subjects
#: Small and documented: ticked also where nothing but their being for everybody speaks for them.
_GENTLE = frozenset({SourceKind.HACKER_NEWS})


def chosen(keys: Sequence[str], settled: Config) -> tuple[Suggested, ...]:
    """Return the places that a form's keys name; what names none is passed over."""
    found = {}
    for key in keys[:_MOST]:
        name, _, query = key.partition(" ")
        place = catalogue().get(name)
        if place is None or place.is_searched != bool(query):
            continue
        one = _suggested(place, query[:100], settled, is_chosen=True)
        if one.barred is None:
            found[one.key] = one
    return tuple(found.values())


def _suggested(place: Place, query: str, settled: Config, *, is_chosen: bool) -> Suggested:
    plain = query.replace('"', " ").strip()
    policy = settled.policy_for(place.kind, place.url)
    barred = None
    if not policy.allows_crawling:
        barred = f"needs an approval: record it in policies.toml ({policy.name})"
    return Suggested(
        key=f"{place.id} {plain}".strip(),
        kind=place.kind,
        name=place.name.replace("{query}", plain)[:200],
        url=place.url,
        options={key: value.replace("{query}", plain) for key, value in place.options.items()},
        why=place.why,
        barred=barred,
        is_chosen=is_chosen and barred is None and place.kind not in _WITH_KEYS,
    )


def _words(topic: Topic) -> frozenset[str]:
    said = " ".join((topic.name, topic.description, *topic.keywords, *topic.products))
    words = {word.casefold() for word in _WORD.findall(said)}
    return frozenset(words | {word.removesuffix("s") for word in words})


def _fit(place: Place, words: frozenset[str]) -> int:
    """Return how well a place fits: 0 not at all, 1 as it does everybody, more by its subjects."""
    shared = sum(subject in words for subject in place.subjects)
    return 1 + shared if shared else int(_FOR_ALL in place.subjects)


def _queries(topic: Topic) -> tuple[str, ...]:
    """Return what to search for: the category first, then competitors."""
    category = min(topic.keywords, key=lambda k: (k.count(" ") == 0, len(k)), default=None)
    wanted = [*([category] if category else []), *topic.competitors]
    return tuple(wanted[:_QUERIES])
