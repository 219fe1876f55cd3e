"""The facets of signals as they are stored; what they are is `service.rules.facets`."""

from collections.abc import Iterable, Mapping

from pydantic import JsonValue

from models.signal import Signal
from models.words import Negative, SignalStatus
from service.rules.facets import Facets, Told, facets, strongest


def facets_of(signal: Signal) -> Facets:
    """Return what of a buyer a signal shows. It is worked out on reading, so never out of date."""
    return facets(
        Told(
            kind=signal.kind,
            probability=signal.probability,
            step=signal.journey_step,
            role=signal.role,
            signal_class=signal.signal_class,
            negatives=frozenset(map(Negative, signal.negatives)),
            slots=tuple(name for name, _ in sorted(_facts(signal))),
            reasons=frozenset(_texts(signal.evidence, "reason")),
            phrases=frozenset(_texts(signal.matched, "reason")),
        )
    )


def facets_of_lead(signals: Iterable[Signal]) -> Facets:
    """Return what the signals of a lead show together; what people called none doesn't count."""
    counted = (one for one in signals if one.status is not SignalStatus.REJECTED)
    return strongest(map(facets_of, counted))


def _facts(signal: Signal) -> set[tuple[str, str]]:
    """Return the facts that the author states, each once: a name said twice is one product."""
    names, texts = _texts(signal.slots, "name"), _texts(signal.slots, "text")
    return {(name, text.casefold()) for name, text in zip(names, texts, strict=True)}


def _texts(rows: Iterable[Mapping[str, JsonValue]], key: str) -> Iterable[str]:
    return (str(row.get(key) or "") for row in rows)
