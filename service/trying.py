"""What Harken makes of a post that somebody pastes; nothing of it is stored."""

import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sqlmodel import Session

from config import Config
from crawlers.found import FoundPost
from models.post import Post
from models.signal import Signal
from models.words import Negative
from nlp.errors import ModelError
from nlp.judgement import Judgement, TopicMatch
from service.errors import RefusedError
from service.posts.judging import Judged, TopicListener
from service.posts.signals import signal_of
from service.process.gaps import gaps
from service.routing.reps import load_reps
from service.rules.routing import Case, Decision, LeadTraits, decide
from service.rules.scoring import Heard, Score, score

if TYPE_CHECKING:
    from nlp.judge import Judge

logger = logging.getLogger(__name__)

#: A request waits so long for the model; then the person is asked to press again.
PATIENCE_SECONDS = 8.0


class StillWakingError(RefusedError):
    """The classifier is being loaded; that takes a few seconds, once. Press the button again."""


@dataclass(slots=True)
class JudgeHere:
    """The classifier in this process: loaded once, in a thread of its own, when first needed."""

    _judge: "Judge | None" = None
    _problem: str | None = None
    _loading: threading.Thread | None = None
    _listener: tuple[Config, TopicListener] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wake(self) -> None:
        """Begin to load the model if nobody has; return at once."""
        with self._lock:
            if self._loading is None:
                self._loading = threading.Thread(
                    target=self._load, name="judge-loader", daemon=True
                )
                self._loading.start()

    def ready(self, *, wait_seconds: float = PATIENCE_SECONDS) -> "Judge":
        """Return the judge.

        Raises:
            StillWakingError: it is not loaded within that time.
            RefusedError: it can't be loaded.
        """
        self.wake()
        if self._loading is not None:
            self._loading.join(wait_seconds)
        if self._problem is not None:
            raise RefusedError(self._problem)
        if self._judge is None:
            raise StillWakingError
        return self._judge

    def listener(self, config: Config, *, wait_seconds: float = PATIENCE_SECONDS) -> TopicListener:
        """Return what judges by the topics of ``config``: built anew whenever they changed.

        Raises:
            RefusedError: the judge is not loaded.
        """
        judge = self.ready(wait_seconds=wait_seconds)
        built = self._listener
        if built is None or built[0].topics is not config.topics:
            built = (config, TopicListener(config.topics.values(), judge))
            self._listener = built
        return built[1]

    def _load(self) -> None:
        from nlp.judge import Judge
        from nlp.slots import SpacySlotReader

        try:
            judge = Judge.load(slots=SpacySlotReader())
            judge.judge("", "Can anybody recommend a tool for this?")  # what loads when first used
            self._judge = judge
        except (ModelError, OSError) as error:
            logger.exception("the classifier can't be loaded")
            self._problem = f"The classifier can't be loaded: {error}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A pasted post under one topic, or under none."""

    topic_id: str | None
    judged: Judged
    signal: Signal  # never stored
    score: Score | None  # None: no lead would come of it
    decision: Decision | None  # who would get it; None: nobody is asked
    fate: str  # what would become of it, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """A post as somebody pasted it."""

    text: str
    title: str = ""
    thread_title: str = ""
    author: str | None = None
    url: str | None = None

    @property
    def is_opening(self) -> bool:
        """Whether it opens its conversation: a reply names its thread's title."""
        return not self.thread_title


def try_post(
    db: Session, pasted: Pasted, listener: TopicListener, judge: "Judge", config: Config,
    *, now: datetime,
) -> tuple[Tried, ...]:  # fmt: skip
    """Return what would become of ``pasted``: one for each topic that hears it, else one alone.

    Nothing is written. Sources that a topic is limited to are passed over: a pasted post has none.
    """
    found = FoundPost(
        external_id="",
        url=pasted.url,
        title=pasted.title,
        text=pasted.text,
        author=pasted.author,
        published=now,
        thread_title=pasted.thread_title,
    )
    heard = listener.judge(found, _any_source(config))
    post = _post(pasted, now)
    if not heard:
        judgement = judge.judge(pasted.title, pasted.text, said_at=now)
        return (_unheard(judgement, post, now),)
    return tuple(_tried(db, one, post, config, now) for one in heard)


def _any_source(config: Config) -> str:
    """Return a source that most topics listen at."""
    return next(iter(config.sources), "")


def _post(pasted: Pasted, now: datetime) -> Post:
    return Post(
        source_id="",
        external_id="",
        thread_id="",
        is_opening=pasted.is_opening,
        title=pasted.title,
        text=pasted.text,
        language="und",
        published_at=now,
        fetched_at=now,
        content_hash="",
        retention_until=now,
    )


def _unheard(judgement: Judgement, post: Post, now: datetime) -> Tried:
    match = TopicMatch(topic_id="", phrases=(), fit=0.0)
    judged = Judged(match=match, judgement=judgement, is_signal=False)
    fate = "Nothing: it is about none of your topics, so it would not even be judged."
    if judgement.signal:
        fate = (
            "Nothing, though somebody seems to be buying here: it is about none of your topics. "
            "If it should be, add its words to one."
        )
    return Tried(
        topic_id=None,
        judged=judged,
        signal=signal_of(judged, post, now),
        score=None,
        decision=None,
        fate=fate,
    )


def _tried(db: Session, judged: Judged, post: Post, config: Config, now: datetime) -> Tried:
    signal = signal_of(judged, post, now)
    topic = config.topics[judged.match.topic_id]
    if not judged.is_signal:
        sure = judged.judgement.probability
        under = judged.judgement.signal and sure < topic.threshold
        fate = (
            f"Nothing: {sure:.0%} is under the topic's threshold of {topic.threshold:.0%}."
            if under
            else "Nothing: it is about the topic, but nobody seems to be buying."
        )
        return Tried(
            topic_id=topic.id, judged=judged, signal=signal, score=None, decision=None, fate=fate
        )
    heard = Heard(
        signal_id=signal.id,
        kind=signal.kind,
        probability=signal.probability,
        happened_at=now,
        author=None,
        thread="",
        negatives=frozenset(map(Negative, signal.negatives)),
        signal_class=signal.signal_class,
    )
    result = score([heard], config.scoring, now=now)
    decision = _decision(db, judged, result, signal, config, now)
    return Tried(
        topic_id=topic.id,
        judged=judged,
        signal=signal,
        score=result,
        decision=decision,
        fate=_fate(result, topic.id, topic.owner, config),
    )


def _fate(result: Score, topic: str, owner: str | None, config: Config) -> str:
    bars = config.thresholds_of(topic)
    if result.value >= bars.sql:
        return f"A lead that is ready for sales: {int(result.value)} reaches {bars.sql:g}."
    if result.value >= bars.mql:
        who = f"{owner}, who owns the topic, reviews it" if owner else "marketing reviews it"
        return f"A lead to review: {int(result.value)} reaches {bars.mql:g}; {who}."
    if result.value >= bars.intake:
        return (
            f"A lead that is watched: {int(result.value)} is under {bars.mql:g}, from which on "
            "somebody reviews it. More of its author would lift it."
        )
    return f"A signal, and no lead: {int(result.value)} is under {bars.intake:g}."


def _decision(
    db: Session, judged: Judged, result: Score, signal: Signal, config: Config, now: datetime
) -> Decision | None:
    if gaps(config):
        return None
    traits = LeadTraits(
        topic=judged.match.topic_id,
        source="",
        kind=signal.kind,
        language=judged.judgement.language,
        score=result.value,
    )
    within = {
        team.id: config.sla.working_time(config.sla.channels[team.channel].accept)
        for team in config.teams.values()
    }
    return decide(
        Case(lead_id="", traits=traits),
        load_reps(db, now=now).all,
        routing=config.routing,
        accept_within=within,
        now=now,
    )
