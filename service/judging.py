"""A post against all topics: which it is about, and what it says about its author's buying."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from config.topic import Topic
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

    def judge(
        self, *, title: str, text: str, thread_title: str, source: str
    ) -> tuple[Judged, ...]:
        """Return the post under every topic that it is about; empty when it is about none."""
        ...


class Judges(Protocol):
    """Says what a post says about its author's buying, whatever it is about."""

    def judge(self, title: str, body: str) -> Judgement:
        """Return the judgement of a post."""
        ...


class TopicListener:
    """Judges posts by the configured topics and the shipped model.

    The topics' phrases are looked for first: that costs microseconds and lets most posts go.
    """

    def __init__(self, topics: Iterable[Topic], judge: Judges) -> None:
        self._topics: Mapping[str, Topic] = {t.id: t for t in topics if t.active}
        self._index = TopicIndex.build(self._topics.values())
        self._judge = judge

    def judge(
        self, *, title: str, text: str, thread_title: str, source: str
    ) -> tuple[Judged, ...]:
        """Return the post under every topic that it is about; empty when it is about none.

        A reply is about its thread's topic too, but only its own words are judged.
        """
        matches = self._index.match(title, text)
        if not matches and not title and thread_title:
            of_thread = self._index.match(thread_title, "")
            matches = tuple(replace(m, phrases=()) for m in of_thread)  # not this post's words
        heard = [m for m in matches if self._listens(m.topic_id, source)]
        if not heard:
            return ()
        judgement = self._judge.judge(title, text)
        return tuple(
            Judged(match=m, judgement=judgement, is_signal=self._fires(m.topic_id, judgement))
            for m in heard
        )

    def _listens(self, topic_id: str, source: str) -> bool:
        sources = self._topics[topic_id].sources
        return not sources or source in sources

    def _fires(self, topic_id: str, judgement: Judgement) -> bool:
        return judgement.signal and judgement.probability >= self._topics[topic_id].threshold
