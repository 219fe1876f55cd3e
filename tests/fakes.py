"""Stand-ins that implement our protocols by hand."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from crawlers.fetch import Gate
from crawlers.found import Batch, FoundPost, SourceToPoll
from models.words import Kind, Negative, Role
from nlp.judgement import Evidence, Judgement, Slot, Span, TopicMatch
from service.posts.judging import Judged

#: A Wednesday, in working hours from London to Berlin.
NOON = datetime(2025, 11, 19, 12, 0, tzinfo=UTC)


@dataclass
class StandingClock:
    """A clock that moves when it is told to."""

    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def pass_by(self, span: timedelta) -> None:
        self.at += span


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a listener makes of some words, wherever it hears them."""

    kind: Kind = Kind.EXPERIENCE
    p: float = 0.9
    topic: str = "crm"
    is_signal: bool = True
    solved: bool = False
    negatives: tuple[Negative, ...] = ()
    language: str = "en"


@dataclass
class Ears:
    """A listener that knows a few phrases and what they mean; it is deaf to all others."""

    known: dict[str, Said] = field(default_factory=dict)
    on_judge: Callable[[str], None] = lambda _: None

    def judge(self, post: FoundPost, source: str) -> tuple[Judged, ...]:
        self.on_judge(post.text)
        return tuple(
            a_judged(post.title, post.text, phrase, said)
            for phrase, said in self.known.items()
            if phrase in post.title or phrase in post.text
        )

    def hears(self, *, text: str, url: str, source: str) -> bool:
        return any(phrase in text for phrase in self.known)


def a_judged(title: str, text: str, phrase: str, said: Said) -> Judged:
    """Return a post under a topic, with ``phrase`` as its evidence, its slot and its phrase."""
    where, within = ("body", text) if phrase in text else ("title", title)
    start = within.index(phrase)
    span = Span(field=where, start=start, end=start + len(phrase))
    quote = Evidence(text=phrase, span=span, reason="asks", weight=2.0)
    judgement = Judgement(
        signal=said.is_signal,
        uncertain=False,
        solved=said.solved,
        probability=said.p,
        strength=3 if said.is_signal else 0,
        kind=said.kind,
        role=Role.SEEKER,
        journey_step=STEPS.get(said.kind) if said.is_signal else None,
        language=said.language,
        wants=None,
        products=(),
        budget=None,
        timeline=None,
        authority=None,
        slots=(Slot(name="wants", text=phrase, span=span),),
        evidence=(quote,),
        negatives=said.negatives,
        model="ears",
    )
    return Judged(
        match=TopicMatch(topic_id=said.topic, phrases=(quote,), fit=0.9),
        judgement=judgement,
        is_signal=said.is_signal,
    )


STEPS: Mapping[Kind, int] = {
    Kind.NEED: 1,
    Kind.RECOMMENDATION: 3,
    Kind.EXPERIENCE: 3,
    Kind.COMPARISON: 4,
    Kind.ALTERNATIVE: 4,
    Kind.PRICING: 4,
    Kind.PURCHASE: 6,
}


@dataclass
class Script:
    """An adapter that gives what its script says, by the source's name, and notes who asked."""

    acts: Mapping[str, Sequence[Batch | Exception]]
    asked: list[SourceToPoll] = field(default_factory=list)
    on_batch: Callable[[str], None] = lambda _: None

    async def poll(
        self, source: SourceToPoll, gate: Gate, *, now: datetime
    ) -> AsyncGenerator[Batch, None]:
        self.asked.append(source)
        for act in self.acts.get(source.name, ()):
            if isinstance(act, Exception):
                raise act
            self.on_batch(source.name)
            yield act
