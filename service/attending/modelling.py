"""A model that is not what was accepted, by its card or by what people say here."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlmodel import Session, col, func, select

from models.digest_words import AttentionKind
from models.signal import Signal
from models.words import SignalStatus
from nlp.errors import ModelError
from nlp.model_card import CARD, SHIPPED, read_card
from service.attending.matter import LISTENERS, LOOK_BACK, MODEL, Matter
from service.rules.model_gate import is_worse_here, shortfalls
from service.rules.verdicts import Said, together


def of_model(db: Session, now: datetime) -> Iterator[Matter]:
    """Yield that the model is not what was accepted, by its card or by what people say here."""
    try:
        card = read_card(SHIPPED / CARD)
    except ModelError as error:
        yield _model_matter(f"The model can't be used: {error}.")
        return
    measured = card.measured.get("signal")
    figures = measured if isinstance(measured, Mapping) else {}
    if lacks := list(shortfalls(figures)):
        yield _model_matter(
            f"Model {card.version} is below what a model must reach: {'; '.join(lacks)}. Train it "
            "again with more labels, or go back to the one before."
        )
        return
    precision = figures.get("precision_at_threshold")
    said = _said_of_signals(db, card.version, now - LOOK_BACK)
    if isinstance(precision, int | float) and is_worse_here(
        confirmed=said.confirmed, rejected=said.rejected, precision=precision
    ):
        yield _model_matter(
            f"Model {card.version} is worse here than it was measured: of {said.all} verdicts of "
            f"30 days {said.confirmed / said.all:.0%} confirm what it heard, its card says "
            f"{precision:.0%}; nobody counts for more than the others together. Train one on your "
            "own labels with `harken train`."
        )


def _model_matter(words: str) -> Matter:
    return Matter(kind=AttentionKind.MODEL_GATE, subject=MODEL, words=words, for_roles=LISTENERS)


def _said_of_signals(db: Session, version: str, since: datetime) -> Said:
    """Return what people said of what this model heard, alone or with a reader beside it."""
    rows = db.exec(
        select(Signal.judged_by, Signal.status, func.count())
        .where(
            Signal.created_at >= since,
            col(Signal.model_version).startswith(version),
            col(Signal.status).in_((SignalStatus.CONFIRMED, SignalStatus.REJECTED)),
        )
        .group_by(col(Signal.judged_by), col(Signal.status))
    )
    counts: dict[str | None, Counter[SignalStatus]] = defaultdict(Counter)
    for who, status, count in rows:
        counts[who][SignalStatus(status)] = count
    return together(
        {
            who: Said(confirmed=of[SignalStatus.CONFIRMED], rejected=of[SignalStatus.REJECTED])
            for who, of in counts.items()
        }
    )
