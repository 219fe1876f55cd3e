"""How well the model judges here: what people said of what it heard, and of what it threw away.

Nobody looks at everything, so every share has its interval, and the figures are of what somebody
looked at: a house that confirms and never rejects sees a model without a mistake.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from models.digest import RejectLabel
from models.post import Post
from models.signal import Signal
from models.words import Kind, SignalStatus
from service.reports.asked import Asked
from service.reports.document import Cell, Report, Table, columns
from service.reports.heard import of_period
from service.reports.lives import source_of, within
from service.rules.figures import share, wilson
from service.words import KINDS

#: The upper ends of the bands of probability, but for the last.
_ENDS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_VERDICTS = frozenset({SignalStatus.CONFIRMED, SignalStatus.REJECTED})
_NOBODY = "nobody has said yet whether it was right: confirm and reject in the digest"
_NOTES = (
    "right is confirmed, wrong is rejected; what nobody said anything of is neither",
    "what was expected is the mean of the probabilities that were told of the judged ones",
    "overlooked is counted among posts just below the bar that a digest asked somebody about",
)


@dataclass(slots=True)
class _Pile:
    """Signals that are alike in something."""

    said: Counter[SignalStatus] = field(default_factory=Counter)
    promised: float = 0.0  # the sum of the probabilities of the judged ones

    def add(self, status: SignalStatus, signals: int, probability: float) -> None:
        self.said[status] += signals
        if status in _VERDICTS:
            self.promised += probability

    def cells(self) -> tuple[Cell, ...]:
        right, wrong = self.said[SignalStatus.CONFIRMED], self.said[SignalStatus.REJECTED]
        judged = right + wrong
        between = wilson(right, judged)
        return (
            self.said.total(),
            judged,
            right,
            wrong,
            share(right, judged),
            *(between or (None, None)),
            self.promised / judged if judged else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alike:
    """Signals of one version, kind, band and verdict, counted."""

    version: str
    kind: Kind
    band: int
    status: SignalStatus
    signals: int
    probability: float  # the sum


def report(db: Session, asked: Asked) -> Report:
    """Return how often the model was right, by how sure it was, by kind, topic and version."""
    found = _signals(db, asked)
    nobody = bool(found) and not any(one.status in _VERDICTS for one in found)
    return Report(
        name="judging",
        period=asked.period,
        tables=(
            _table(
                "bands", "By how sure it was", "probability", found, lambda one: _band(one.band)
            ),
            _table("kinds", "By what was heard", "kind", found, lambda one: KINDS[one.kind]),
            _overlooked(db, asked),
            _table(
                "versions",
                "By version of the classifier",
                "version",
                found,
                lambda one: one.version,
            ),
        ),
        notes=((_NOBODY, *_NOTES) if nobody else _NOTES),
    )


def _signals(db: Session, asked: Asked) -> list[_Alike]:
    probability = col(Signal.probability)
    band = case(*((probability < end, n) for n, end in enumerate(_ENDS)), else_=len(_ENDS))
    alike = (col(Signal.model_version), col(Signal.kind), band.label("band"), col(Signal.status))
    rows = db.connection().execute(
        select(*alike, func.count(), func.sum(probability))
        .where(*of_period(asked))
        .group_by(*alike[:2], "band", alike[3])
        .order_by("band")
    )
    return [
        _Alike(
            version=version,
            kind=kind,
            band=number,
            status=status,
            signals=count,
            probability=total,
        )
        for version, kind, number, status, count, total in rows
    ]


def _table(
    name: str, title: str, of: str, found: Iterable[_Alike], key: Callable[[_Alike], str]
) -> Table:
    piles: Mapping[str, _Pile] = defaultdict(_Pile)
    for one in found:
        piles[key(one)].add(one.status, one.signals, one.probability)
    return Table(
        name=name,
        title=title,
        columns=columns(
            f"{of}: {of}",
            "signals: signals",
            "judged: judged",
            "right: right",
            "wrong: wrong",
            "precision: precision %",
            "precision_low: at least %",
            "precision_high: at most %",
            "expected: expected %",
        ),
        rows=[(label, *pile.cells()) for label, pile in piles.items()],
    )


def _overlooked(db: Session, asked: Asked) -> Table:
    """Return how many of the posts that were thrown away, and looked at, should not have been."""
    only = asked.only
    looked_at: Sequence[bool] = db.scalars(
        select(func.max(case((col(RejectLabel.is_signal), 1), else_=0)))
        .join(Post, col(Post.id) == col(RejectLabel.post_id))
        .where(
            within(RejectLabel.at, asked.period),
            *([col(Post.source_id) == source_of(only.source)] if only.source else ()),
        )
        .group_by(col(RejectLabel.post_id))
    ).all()
    asks = sum(looked_at)
    between = wilson(asks, len(looked_at))
    return Table(
        name="overlooked",
        title="Of what it threw away",
        columns=columns(
            "looked_at: looked at",
            "overlooked: overlooked",
            "share: share %",
            "share_low: at least %",
            "share_high: at most %",
        ),
        rows=[(len(looked_at), asks, share(asks, len(looked_at)), *between)] if between else [],
    )


def _band(number: int) -> str:
    if number == 0:
        return f"below {_ENDS[0]:.0%}"
    low, high = _ENDS[number - 1], ([*_ENDS, 1.0])[number]
    return f"{low:.0%} to {high:.0%}"
