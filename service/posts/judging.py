"""A post against all topics: which it is about, and what it says about its author's buying."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from config.topic import Topic
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

    def judge(
        self,
        *,
        title: str,
        text: str,
        thread_title: str,
        source: str,
        author: str | None = None,
        url: str | None = None,
        said_at: datetime | None = None,
    ) -> tuple[Judged, ...]:
        """Return the post under every topic that it is about; empty when it is about none."""
        ...


class Judges(Protocol):
    """Says what a post says about its author's buying, whatever it is about."""

    def judge(self, title: str, body: str, *, said_at: datetime | None = None) -> Judgement:
        """Return the judgement of a post."""
        ...


class TopicFinder:
    """Tells which of the topics that are switched on a post is about."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        self.topics: Mapping[str, Topic] = {t.id: t for t in topics if t.active}
        self._index = TopicIndex.build(self.topics.values())

    def find(
        self,
        *,
        title: str,
        text: str,
        thread_title: str,
        source: str,
        author: str | None = None,
        url: str | None = None,
    ) -> tuple[TopicMatch, ...]:
        """Return the topics that listen at the source and that the post is about.

        A reply that names no topic is about its thread's; such a match has no phrases.
        """
        handle, host = author or "", host_of(url)
        matches = self._index.match(title, text, author=handle, host=host)
        if not matches and not title and thread_title:
            of_thread = self._index.match(thread_title, "", author=handle, host=host)
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

    def judge(
        self,
        *,
        title: str,
        text: str,
        thread_title: str,
        source: str,
        author: str | None = None,
        url: str | None = None,
        said_at: datetime | None = None,
    ) -> tuple[Judged, ...]:
        """Return the post under every topic that it is about; empty when it is about none.

        A reply is about its thread's topic too, but only its own words are judged.

        Args:
            title: of the post; a reply has none.
            text: what its author wrote.
            thread_title: of the conversation that it is in.
            source: the id of where it was found.
            author: the handle as shown, for queries with ``author:``.
            url: its address, for queries with ``site:``.
            said_at: when it was written, for times like "by March".
        """
        heard = self._finder.find(
            title=title,
            text=text,
            thread_title=thread_title,
            source=source,
            author=author,
            url=url,
        )
        if not heard:
            return ()
        judgement = self._judge.judge(title, text, said_at=said_at)
        return tuple(
            Judged(
                match=m,
                judgement=replace(judgement, slots=mark_competitors(judgement.slots, m)),
                is_signal=self._fires(m.topic_id, judgement),
            )
            for m in heard
        )

    def _fires(self, topic_id: str, judgement: Judgement) -> bool:
        threshold = self._finder.topics[topic_id].threshold
        return judgement.signal and judgement.probability >= threshold


def host_of(url: str | None) -> str:
    """Return the host of an address in lower case; empty when it has none or is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".") if url else ""
    except ValueError:  # brackets that close nothing
        return ""
