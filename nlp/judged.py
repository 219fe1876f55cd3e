"""The JSON of a judged post: the stable contract of `harken classify`."""

from nlp.judgement import Judgement
from nlp.labelled import PostLine


def as_json(post: PostLine, judged: Judgement) -> dict[str, object]:
    """Return the object that `harken classify` writes for a post."""
    return {
        "id": post.id,
        "signal": judged.signal,
        "uncertain": judged.uncertain,
        "solved": judged.solved,
        "probability": round(judged.probability, 6),
        "log_odds": _rounded(judged.log_odds),
        "strength": judged.strength,
        "kind": judged.kind,
        "role": judged.role,
        "journey_step": judged.journey_step,
        "language": judged.language,
        "wants": judged.wants,
        "products": list(judged.products),
        "budget": judged.budget,
        "timeline": judged.timeline,
        "authority": judged.authority,
        "slots": [
            {
                "name": slot.name,
                "text": slot.text,
                "field": slot.span.field,
                "start": slot.span.start,
                "end": slot.span.end,
                "normalised": slot.normalised,
            }
            for slot in judged.slots
        ],
        "evidence": [
            {
                "text": one.text,
                "start": one.span.start,
                "end": one.span.end,
                "field": one.span.field,
                "reason": one.reason,
                "weight": one.weight,
            }
            for one in judged.evidence
        ],
        "rest": _rounded(judged.rest),
        "model": judged.model,
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 4)
