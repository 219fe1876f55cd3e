"""Rows of signals from judgements, and quotes as the JSON in which they are stored."""

from collections.abc import Iterable
from datetime import datetime

from pydantic import JsonValue

from models.post import Post
from models.signal import BETWEEN, Signal
from models.words import SignalClass
from nlp.judgement import Evidence, Slot
from service.posts.judging import Judged
from service.rules.classes import finer_class

#: To ask a peer is the fifth step of a buyer's journey, whatever is asked (requirements, A6).
_PEER_STEP = 5


def signal_of(judged: Judged, post: Post, now: datetime) -> Signal:
    """Return the row for a post under a topic; it is not yet in a session."""
    signal = Signal(
        post_id=post.id,
        topic_id=judged.match.topic_id,
        source_id=post.source_id,
        kind=judged.judgement.kind,
        role=judged.judgement.role,
        journey_step=judged.judgement.journey_step or 1,
        probability=judged.judgement.probability,
        strength=judged.judgement.strength,
        fit=judged.match.fit,
        uncertain=judged.judgement.uncertain,
        solved=judged.judgement.solved,
        negatives=[],
        slots=[],
        evidence=[],
        matched=[],
        model_version=judged.judgement.model,
        happened_at=post.published_at,
        created_at=now,
    )
    rejudge(signal, judged, post)
    return signal


def rejudge(signal: Signal, judged: Judged, post: Post) -> None:
    """Write a new judgement of the same post into its signal; what people said of it stays."""
    judgement = judged.judgement
    signal.kind = judgement.kind
    signal.role = judgement.role
    signal.journey_step = judgement.journey_step or 1
    signal.probability = judgement.probability
    signal.strength = judgement.strength
    signal.fit = judged.match.fit
    signal.uncertain = judgement.uncertain
    signal.solved = judgement.solved
    signal.negatives = [negative.value for negative in judgement.negatives]
    signal.slots = [_slot(slot) for slot in judgement.slots]
    signal.evidence = quotes(judgement.evidence)
    signal.matched = quotes(judged.match.phrases)
    signal.phrases = BETWEEN.join(phrase.text for phrase in judged.match.phrases)
    signal.model_version = judgement.model
    signal.signal_class = finer_class(
        judgement.kind,
        text=post.text,
        evidence=(quote.text for quote in judgement.evidence),
        is_opening=post.is_opening,
    )
    if signal.signal_class is SignalClass.PEER_CONTACT:
        signal.journey_step = _PEER_STEP


def withdraw(signal: Signal) -> None:
    """Take back what a signal said: its post was edited and is about its topic no more."""
    signal.probability = 0.0
    signal.strength = 0
    signal.solved = False
    signal.signal_class = None
    signal.negatives = []
    signal.slots = []
    signal.evidence = []
    signal.matched = []
    signal.phrases = ""


def quotes(evidence: Iterable[Evidence]) -> list[dict[str, JsonValue]]:
    """Return evidence as it is stored."""
    return [
        {
            "text": e.text,
            "reason": e.reason,
            "weight": e.weight,
            "field": e.span.field,
            "start": e.span.start,
            "end": e.span.end,
        }
        for e in evidence
    ]


def _slot(slot: Slot) -> dict[str, JsonValue]:
    return {
        "name": slot.name,
        "text": slot.text,
        "normalised": slot.normalised,
        "field": slot.span.field,
        "start": slot.span.start,
        "end": slot.span.end,
    }
