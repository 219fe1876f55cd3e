"""A post against all topics: which it is about, and what it says about its author's buying."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Protocol
from urllib.parse import urlsplit

from config.topic import Topic
from crawlers.found import FoundPost
from nlp.competitors import mark_competitors
from nlp.judgement import Judgement, TopicMatch
from nlp.phrases import TopicIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A post under one topic."""

    match: TopicMatch
    judgement: Judgement
    is_signal: bool  # by the topic's own threshold


class Listener(Protocol):
    """Judges posts."""

    def judge(self, post: FoundPost, source: str) -> tuple[Judged, ...]:
        """Return the post under every topic that it is about; empty when it is about none."""
        ...

    def hears(self, *, text: str, url: str, source: str) -> bool:
        """Return whether ``judge`` would have anything to say of a post; it is much faster."""
        ...


class Judges(Protocol):
    """Says what a post says about its author's buying, whatever it is about."""

    def judge(self, title: str, body: str, *, said_at: datetime | None = None) -> Judgement:
        """Return the judgement of a post."""
        ...


class ModelWhenAsked:
    """The shipped model, loaded for the first post that it is asked about.

    Most polls bring nothing: their worker does without it, and without NumPy.
    """

    def judge(self, title: str, body: str, *, said_at: datetime | None = None) -> Judgement:
        """Return the judgement of a post.

        Raises:
            ModelError: the model is missing or broken.
        """
        return self._judge.judge(title, body, said_at=said_at)

    @cached_property
    def _judge(self) -> Judges:
        from nlp.judge import Judge
        from nlp.slots import SpacySlotReader

        return Judge.load(slots=SpacySlotReader())


def _own_title(post: FoundPost) -> str:
    """Return the title as far as its author wrote it.

    "Comment on Which desk? by ann" holds the asker's words, not ann's.
    """
    repeats = not post.is_opening and post.thread_title and post.thread_title in post.title
    return "" if repeats else post.title


class TopicFinder:
    """Tells which of the topics that are switched on a post is about."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        self.topics: Mapping[str, Topic] = {t.id: t for t in topics if t.active}
        self._index = TopicIndex.build(self.topics.values())

    def find(self, post: FoundPost, source: str) -> tuple[TopicMatch, ...]:
        """Return the topics that listen at a source, by its id, and that the post is about.

        A reply that names no topic is about its thread's; such a match has no phrases.
        """
        handle, host = post.author or "", host_of(post.url)
        title = _own_title(post)
        matches = self._index.match(title, post.text, author=handle, host=host)
        if not matches and not title and post.thread_title:
            of_thread = self._index.match(post.thread_title, "", author=handle, host=host)
            matches = tuple(replace(m, phrases=()) for m in of_thread)  # not this post's words
        return tuple(m for m in matches if self._listens(m.topic_id, source))

    def _listens(self, topic_id: str, source: str) -> bool:
        sources = self.topics[topic_id].sources
        return not sources or source in sources


class TopicListener:
    """Judges posts by the configured topics and the shipped model.

    The topics' phrases are looked for first: that costs microseconds and lets most posts go.
    """

    def __init__(self, topics: Iterable[Topic], judge: Judges) -> None:
        self._finder = TopicFinder(topics)
        self._judge = judge

    def judge(self, post: FoundPost, source: str) -> tuple[Judged, ...]:
        """Return the post under every topic that it is about; empty when it is about none.

        A reply is about its thread's topic too, but only its own words are judged.

        Args:
            post: a reply has no title of its own.
            source: the id of where it was found.
        """
        heard = self._finder.find(post, source)
        if not heard:
            return ()
        judgement = self._judge.judge(_own_title(post), post.text, said_at=post.published)
        return tuple(
            Judged(
                match=m,
                judgement=replace(judgement, slots=mark_competitors(judgement.slots, m)),
                is_signal=self._fires(m.topic_id, judgement),
            )
            for m in heard
        )

    def hears(self, *, text: str, url: str, source: str) -> bool:
        """Return whether a post without a title names what a topic listens for.

        Its author isn't known yet, so a query that asks for one finds nothing.

        Args:
            text: what its author wrote.
            url: its address, for queries with ``site:``.
            source: the id of where it was found.
        """
        return bool(self._finder.find(FoundPost(external_id="", url=url, text=text), source))

    def _fires(self, topic_id: str, judgement: Judgement) -> bool:
        threshold = self._finder.topics[topic_id].threshold
        return judgement.signal and judgement.probability >= threshold


def host_of(url: str | None) -> str:
    """Return the host of an address in lower case; empty when it has none or is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".") if url else ""
    except ValueError:  # brackets that close nothing
        return ""
