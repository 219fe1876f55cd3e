"""Which topics a post is about: one automaton over the phrases of all of them.

A phrase is found in any letter case, with a hyphen or a new line for a blank, and only as whole
words, see `nlp.searching`. Keywords and exclusions are found in the plural too (an s, es or ies at
their end), and by a topic that listens to German in the forms of `nlp.german_forms`. The phrases
of queries are in the same automaton, and so are the stems of topics that ask for similar posts; a
query is asked only when one of its anchors was seen. Most posts are about no topic and are let go
after one pass over their text.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

from ahocorasick_rs import AhoCorasick

from config.query import Query, Words, anchors, leaves
from config.query_text import QueryError, parse_query
from nlp.errors import TopicError
from nlp.german_forms import german_forms
from nlp.judgement import TopicMatch
from nlp.language import UNKNOWN, language_of_post
from nlp.matching import WEIGHTS, Said, alike, matched
from nlp.query import Place, Shown, evidence, handle, holds, prepared
from nlp.searching import begins_word, ends_word, plain, searched, title_end, word_end
from nlp.similarity import LEAST_SHARED, Profile, profile_of, similarity

_EXCLUSION = "exclusion"
_QUERY = "query"


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

    @property
    def query(self) -> tuple[str, ...]:
        """Queries, see `config.query_text`; each finds posts by itself."""
        ...

    @property
    def examples(self) -> tuple[str, ...]:
        """Posts that the topic is about, or what matters of them."""
        ...

    @property
    def similarity(self) -> float:
        """How similar a post must be to problems and examples to match, 0..1; 0: none does."""
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
    query: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    similarity: float = 0.0


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose phrase it is."""

    topic: int
    listed: str  # keyword, product, competitor, problem, exclusion


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query of a topic."""

    topic: int
    query: Query


@dataclass(slots=True)
class _Pattern:
    """What a text in the automaton is looked for."""

    text: str
    owners: list[_Owner] = field(default_factory=list)  # who has it as a phrase of a list
    wakes: list[int] = field(default_factory=list)  # queries to ask when it was seen
    is_in_query: bool = False
    is_stem: bool = False

    is_idle: bool = False  # only queries look at it, and only when something else woke them


@dataclass(slots=True)
class _Seen:
    """What was seen of one topic in one post."""

    said: list[Said] = field(default_factory=list)
    is_excluded: bool = False


@dataclass(slots=True)
class _Found:
    """What was seen in one post."""

    by_topic: dict[int, _Seen] = field(default_factory=dict)
    awake: set[int] = field(default_factory=set)  # queries to ask
    stems: set[str] = field(default_factory=set)  # that words of the post begin with

    def topic(self, number: int) -> _Seen:
        """Return what was seen of a topic, to be added to."""
        return self.by_topic.setdefault(number, _Seen())

    def note(self, owner: _Owner, start: int, end: int) -> None:
        """Add a phrase of a list."""
        topic = self.topic(owner.topic)
        if owner.listed == _EXCLUSION:
            topic.is_excluded = True
        else:
            topic.said.append(Said(start, end, owner.listed, WEIGHTS[owner.listed]))


def _forms(phrase: str, listed: str, languages: Collection[str]) -> Iterator[str]:
    """Yield the forms of a phrase, its own first; one may come twice."""
    bare = plain(phrase)
    if not bare:
        return
    yield bare
    if listed not in ("keyword", _EXCLUSION) or not bare[-1].isalpha():
        return
    if "de" in languages:
        yield from map(plain, german_forms(phrase))
    if bare.endswith(("s", "x", "ch", "sh")):
        yield bare + "es"
    elif bare.endswith("y") and bare[-2:-1] not in "aeiou":
        yield bare[:-1] + "ies"
    else:
        yield bare + "s"


class _Patterns:
    """Gathers what the automaton has to look for."""

    def __init__(self) -> None:
        self.by_text: dict[str, _Pattern] = {}
        self.queries: list[_Asked] = []
        self.profiles: list[tuple[int, Profile]] = []  # after the number of their topic

    def add(self, number: int, topic: Listened) -> None:
        lists = {
            "keyword": topic.keywords, "product": topic.products,
            "competitor": topic.competitors, "problem": topic.problems,
            _EXCLUSION: topic.exclusions,
        }  # fmt: skip
        for listed, phrases in lists.items():
            for phrase in phrases:
                for form in dict.fromkeys(_forms(phrase, listed, topic.languages)):
                    self._pattern(form).owners.append(_Owner(number, listed))
        for text in topic.query:
            self._add_query(number, topic.id, text)
        if topic.similarity > 0:
            profile = profile_of((*topic.problems, *topic.examples))
            self.profiles.append((number, profile))
            for stem in profile.weights:
                self._pattern(stem).is_stem = True

    def _add_query(self, number: int, topic_id: str, text: str) -> None:
        try:
            query = prepared(parse_query(text))
        except QueryError as error:
            raise TopicError(f"the query of topic {topic_id!r} is wrong: {error}") from error
        for leaf in leaves(query):
            if isinstance(leaf, Words):
                self._pattern(leaf.text).is_in_query = True
        for anchor in anchors(query):
            self._pattern(anchor.text).wakes.append(len(self.queries))
        self.queries.append(_Asked(number, query))

    def finished(self) -> list[_Pattern]:
        """Return the patterns in the order of their texts."""
        for pattern in self.by_text.values():
            pattern.is_idle = not (pattern.owners or pattern.wakes or pattern.is_stem)
        return list(self.by_text.values())

    def _pattern(self, text: str) -> _Pattern:
        return self.by_text.setdefault(text, _Pattern(text))


class TopicIndex:
    """Finds the topics of a post. Immutable: build a new one when topics change."""

    def __init__(self, topics: tuple[Listened, ...], patterns: _Patterns) -> None:
        self._topics = topics
        self._patterns = patterns.finished()
        self._queries = tuple(patterns.queries)
        self._profiles = tuple(patterns.profiles)
        self._automaton = AhoCorasick(list(patterns.by_text)) if patterns.by_text else None

    @classmethod
    def build(cls, topics: Iterable[Listened]) -> "TopicIndex":
        """Return an index of the topics' phrases and queries.

        Raises:
            TopicError: two topics have the same id, or a query can't be understood.
        """
        kept = tuple(topics)
        identities = [topic.id for topic in kept]
        if len(set(identities)) < len(identities):
            twice = sorted({one for one in identities if identities.count(one) > 1})
            raise TopicError(f"topic ids that are there twice: {', '.join(twice)}")
        patterns = _Patterns()
        for number, topic in enumerate(kept):
            patterns.add(number, topic)
        return cls(kept, patterns)

    def match(
        self, title: str, body: str, *, author: str = "", host: str = ""
    ) -> tuple[TopicMatch, ...]:
        """Return the topics that the post is about, in the order they were built with.

        A topic matches when one of its phrases occurs or one of its queries holds, none of its
        exclusions occurs, and the post is in one of its languages (a post whose language can't be
        told is given the benefit of the doubt). ``fit`` is how much its phrases say so, see
        `WEIGHTS`: 0.5 for one keyword in the body, near 1 for several with one in the title. A
        topic without any phrase in the post matches when the post is similar enough; its ``fit``
        is the similarity.

        Args:
            title: of the post; may be empty.
            body: its text.
            author: the handle of who wrote it, for ``author:`` in queries.
            host: of its address, lower case, for ``site:``.
        """
        if self._automaton is None:
            return ()
        text = searched(title, body)
        hits = self._automaton.find_matches_as_indexes(text, overlapping=True)
        if not hits:
            return ()
        found = self._look(text, hits)
        language = cache(lambda: language_of_post(title, body))
        if found.awake:
            self._ask(
                found,
                text,
                Shown(
                    places=self._places(text, hits),
                    title_end=title_end(title),
                    author=handle(author),
                    host=host,
                    language=language,
                ),
            )
        heard = {
            number: matched(self._topics[number].id, topic.said, title, body)
            for number, topic in found.by_topic.items()
            if topic.said and not topic.is_excluded
        }
        if len(found.stems) >= LEAST_SHARED:
            heard.update(self._similar(found, text, title, body))
        return tuple(heard[number] for number in sorted(heard) if self._hears(number, language))

    def _look(self, text: str, hits: Sequence[tuple[int, int, int]]) -> _Found:
        found = _Found()
        for number, start, end in hits:
            pattern = self._patterns[number]
            if pattern.is_idle or not begins_word(text, start):
                continue
            if pattern.is_stem:
                found.stems.add(pattern.text)
            found.awake.update(pattern.wakes)
            if pattern.owners and ends_word(text, end):
                for owner in pattern.owners:
                    found.note(owner, start, end)
        return found

    def _places(
        self, text: str, hits: Sequence[tuple[int, int, int]]
    ) -> Mapping[str, Sequence[Place]]:
        """Return where the phrases of queries are."""
        places: dict[str, list[Place]] = {}
        for number, start, end in hits:
            pattern = self._patterns[number]
            if pattern.is_in_query and begins_word(text, start):
                place = (start, end, ends_word(text, end))
                places.setdefault(pattern.text, []).append(place)
        return places

    def _ask(self, found: _Found, text: str, post: Shown) -> None:
        """Add the phrases of the queries that hold to what was seen."""
        for number in sorted(found.awake):
            asked = self._queries[number]
            if not holds(asked.query, post):
                continue
            places = {
                (start, end if is_whole else word_end(text, end))
                for start, end, is_whole in evidence(asked.query, post)
            }
            each = 1 - (1 - WEIGHTS[_QUERY]) ** (1 / len(places))  # noisy-or of all: the query's
            found.topic(asked.topic).said += [Said(*place, _QUERY, each) for place in places]

    def _similar(
        self, found: _Found, text: str, title: str, body: str
    ) -> Iterator[tuple[int, TopicMatch]]:
        for number, profile in self._profiles:
            if number in found.by_topic:
                continue  # it has phrases or exclusions there, which say more
            topic = self._topics[number]
            seen = found.stems & profile.weights.keys()
            score, words = similarity(profile, text, seen=seen)
            if words and score >= topic.similarity:
                yield number, alike(topic.id, score, words, title, body)

    def _hears(self, number: int, language: Callable[[], str]) -> bool:
        languages = self._topics[number].languages
        return not languages or language() in (UNKNOWN, *languages)
