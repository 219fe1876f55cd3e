"""Which topics a post is about: one automaton over the phrases of all of them.

A phrase is found in any letter case, with a hyphen or a new line for a blank, and only as whole
words. Keywords and exclusions are found in the plural too (an s, es or ies at their end). Most
posts are about no topic and are let go after one pass over their text.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from ahocorasick_rs import AhoCorasick

from nlp.errors import TopicError
from nlp.judgement import Evidence, Span, TopicMatch
from nlp.language import UNKNOWN, language_of
from nlp.text import BODY_READ, TITLE_READ, Folding, fold, tokenise

#: How much one phrase of a list says that a post is about the topic, 0..1. Two phrases say more
#: than one, by noisy-or; one in the title says half as much again of what is missing.
WEIGHTS = {"problem": 0.6, "keyword": 0.5, "product": 0.5, "competitor": 0.55}
_IN_TITLE = 0.5

_EXCLUSION = "exclusion"
_FROM_HERE_NO_BOUNDS = 0x2E80  # scripts written without blanks between words

_SEARCHING = Folding(dict.fromkeys("\n-_/", " "))


class Listened(Protocol):
    """What somebody listens for, as `config.topic.Topic` has it."""

    @property
    def id(self) -> str:
        """The topic's name in matches."""
        ...

    @property
    def problems(self) -> tuple[str, ...]:
        """What hurts, in the buyer's words."""
        ...

    @property
    def keywords(self) -> tuple[str, ...]:
        """What the category is called."""
        ...

    @property
    def products(self) -> tuple[str, ...]:
        """What is sold in it."""
        ...

    @property
    def competitors(self) -> tuple[str, ...]:
        """Names whose users may want to leave."""
        ...

    @property
    def exclusions(self) -> tuple[str, ...]:
        """A post with one of these is not about the topic."""
        ...

    @property
    def languages(self) -> tuple[str, ...]:
        """ISO 639-1 codes; empty: every language."""
        ...


@dataclass(frozen=True, slots=True)
class TopicPhrases:
    """Phrases of a topic, for those who have no configuration."""

    id: str
    keywords: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    competitors: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose phrase it is."""

    topic: int
    listed: str  # keyword, product, competitor, problem, exclusion


@dataclass(slots=True)
class _Seen:
    """What was seen of one topic in one post."""

    spans: list[tuple[int, int, str]] = field(default_factory=list)  # start, end, list
    is_excluded: bool = False


def _forms(phrase: str, listed: str) -> Iterator[str]:
    plain = " ".join(_SEARCHING.fold(phrase).split())
    if not plain:
        return
    yield plain
    if listed not in ("keyword", _EXCLUSION) or not plain[-1].isalpha():
        return
    if plain.endswith(("s", "x", "ch", "sh")):
        yield plain + "es"
    elif plain.endswith("y") and plain[-2:-1] not in "aeiou":
        yield plain[:-1] + "ies"
    else:
        yield plain + "s"


class TopicIndex:
    """Finds the topics of a post. Immutable: build a new one when topics change."""

    def __init__(self, topics: tuple[Listened, ...], owners: dict[str, list[_Owner]]) -> None:
        self._topics = topics
        self._owners = list(owners.values())
        self._automaton = AhoCorasick(list(owners)) if owners else None

    @classmethod
    def build(cls, topics: Iterable[Listened]) -> "TopicIndex":
        """Return an index of the topics' phrases.

        Raises:
            TopicError: two topics have the same id.
        """
        kept = tuple(topics)
        identities = [topic.id for topic in kept]
        if len(set(identities)) < len(identities):
            twice = sorted({one for one in identities if identities.count(one) > 1})
            raise TopicError(f"topic ids that are there twice: {', '.join(twice)}")
        owners: dict[str, list[_Owner]] = {}
        for number, topic in enumerate(kept):
            lists = {
                "keyword": topic.keywords, "product": topic.products,
                "competitor": topic.competitors, "problem": topic.problems,
                _EXCLUSION: topic.exclusions,
            }  # fmt: skip
            for listed, phrases in lists.items():
                for phrase in phrases:
                    for form in _forms(phrase, listed):
                        owners.setdefault(form, []).append(_Owner(number, listed))
        return cls(kept, owners)

    def match(self, title: str, body: str) -> tuple[TopicMatch, ...]:
        """Return the topics that the post is about, in the order they were built with.

        A topic matches when one of its phrases occurs, none of its exclusions does, and the post
        is in one of its languages (a post whose language can't be told is given the benefit of
        the doubt). ``fit`` is how much its phrases say so, see `WEIGHTS`: 0.5 for one keyword in
        the body, near 1 for several with one in the title.
        """
        if self._automaton is None:
            return ()
        title_read = title[:TITLE_READ]
        text = _SEARCHING.fold(f"{title_read}\n{body[:BODY_READ]}")
        found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        if not found:
            return ()
        seen: dict[int, _Seen] = {}
        for phrase, start, end in found:
            if not _is_whole(text, start, end):
                continue
            for owner in self._owners[phrase]:
                topic = seen.setdefault(owner.topic, _Seen())
                if owner.listed == _EXCLUSION:
                    topic.is_excluded = True
                else:
                    topic.spans.append((start, end, owner.listed))
        heard = sorted(
            number for number, topic in seen.items() if topic.spans and not topic.is_excluded
        )
        if not heard:
            return ()
        return tuple(self._in_language(heard, seen, title, body))

    def _in_language(
        self, heard: list[int], seen: dict[int, _Seen], title: str, body: str
    ) -> Iterator[TopicMatch]:
        language = ""
        for number in heard:
            topic = self._topics[number]
            if topic.languages:
                language = language or _language(title, body)
                if language not in (UNKNOWN, *topic.languages):
                    continue
            yield _matched(topic.id, seen[number].spans, title, body)


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether no letter or digit goes on where the phrase begins and ends."""
    return _is_bound(text, start - 1, start) and _is_bound(text, end, end - 1)


def _is_bound(text: str, outside: int, inside: int) -> bool:
    if not 0 <= outside < len(text):
        return True
    edge, beside = text[inside], text[outside]
    goes_on = edge.isalnum() and beside.isalnum()
    return not goes_on or ord(max(edge, beside)) >= _FROM_HERE_NO_BOUNDS


def _language(title: str, body: str) -> str:
    text = fold(f"{title[:TITLE_READ]}\n{body[:1_000]}")
    return language_of(tokenise(text).norms, text)


def _matched(
    topic_id: str, spans: list[tuple[int, int, str]], title: str, body: str
) -> TopicMatch:
    """Return the match of a topic; a phrase within a longer one of the same topic is left out."""
    kept: list[tuple[int, int, str]] = []
    for span in sorted(set(spans), key=lambda one: (one[0], -one[1])):
        if not kept or span[1] > kept[-1][1]:
            kept.append(span)
    offset = min(len(title), TITLE_READ) + 1
    phrases = []
    missing = 1.0
    said: set[tuple[str, str]] = set()
    for start, end, listed in kept:
        in_title = start < offset
        place = (start, end) if in_title else (start - offset, end - offset)
        words = (title if in_title else body)[place[0] : place[1]]
        weight = WEIGHTS[listed]
        if in_title:
            weight += _IN_TITLE * (1 - weight)
        if (fold(words), listed) not in said:  # the same phrase again says nothing new
            said.add((fold(words), listed))
            missing *= 1 - weight
        phrases.append(
            Evidence(
                text=words,
                span=Span(field="title" if in_title else "body", start=place[0], end=place[1]),
                reason=listed,
                weight=weight,
            )
        )
    return TopicMatch(topic_id=topic_id, phrases=tuple(phrases), fit=round(1 - missing, 4))
