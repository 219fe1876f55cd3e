"""The ledger of scores: what a score was made of, from when on. Any score follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import JsonValue
from sqlmodel import Session, col, select

from config.scoring import ScoringProfile
from models.lead import Lead
from models.scored import ScoreEntry
from models.words import ActivityKind, Kind, Negative, SignalClass
from service.errors import NotFoundError
from service.leads.scoring_profiles import profile_of
from service.rules.scoring import Done, Heard, Score, fit_of, score


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingredients:
    """Everything that a score is made of, besides the profile and the time."""

    signals: tuple[Heard, ...] = ()
    activities: tuple[Done, ...] = ()
    facts: Mapping[str, bool] = field(default_factory=dict)

    def score(self, profile: ScoringProfile, *, now: datetime) -> Score:
        """Return the score that they make under ``profile`` at ``now``."""
        return score(
            self.signals,
            profile,
            now=now,
            fit=fit_of(self.facts, profile),
            activities=self.activities,
        )


def write_entry(
    db: Session, lead: Lead, made_of: Ingredients, result: Score, *, now: datetime
) -> None:
    """Write what went into a score, if it is not what went into the one before."""
    ingredients = as_json(made_of)
    last = _entry(db, lead.id, None)
    same = last is not None and last.profile_version == result.version
    if same and last is not None and last.ingredients == ingredients:
        return
    db.add(
        ScoreEntry(
            lead_id=lead.id,
            at=now,
            profile_version=result.version,
            score=result.value,
            ingredients=ingredients,
        )
    )
    db.flush()


def recomputed(db: Session, lead_id: str, *, at: datetime) -> Score:
    """Return the score of a lead at a moment, from what was known and agreed on then.

    Raises:
        NotFoundError: the lead was not scored by then.
    """
    made_of, version = ingredients_at(db, lead_id, at=at)
    return made_of.score(profile_of(db, version), now=at)


def ingredients_at(db: Session, lead_id: str, *, at: datetime) -> tuple[Ingredients, str]:
    """Return what a lead's score was made of at a moment, and its profile's version.

    Raises:
        NotFoundError: the lead was not scored by then.
    """
    entry = _entry(db, lead_id, at)
    if entry is None:
        raise NotFoundError(f"this lead had no score at {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    return from_json(entry.ingredients), entry.profile_version


def was_scored(db: Session, lead_id: str, *, at: datetime) -> bool:
    """Tell whether a lead had a score at a moment."""
    return _entry(db, lead_id, at) is not None


def _entry(db: Session, lead_id: str, at: datetime | None) -> ScoreEntry | None:
    wanted = select(ScoreEntry).where(ScoreEntry.lead_id == lead_id)
    if at is not None:
        wanted = wanted.where(ScoreEntry.at <= at)
    newest = wanted.order_by(col(ScoreEntry.at).desc(), col(ScoreEntry.id).desc()).limit(1)
    return db.exec(newest).first()


def as_json(made_of: Ingredients) -> dict[str, JsonValue]:
    """Return ingredients without a word or a name: people become numbers within the entry."""
    people: dict[str, int] = {}

    def who(name: str | None) -> int | None:
        return None if name is None else people.setdefault(name, len(people))

    return {
        "signals": [
            {
                "id": heard.signal_id,
                "kind": heard.kind.value,
                "class": heard.signal_class.value if heard.signal_class else None,
                "p": heard.probability,
                "at": _iso(heard.happened_at),
                "who": who(heard.author),
                "thread": heard.thread,
                "quality": heard.quality,
                "negatives": [negative.value for negative in sorted(heard.negatives)],
            }
            for heard in made_of.signals
        ],
        "activities": [
            {
                "id": done.activity_id,
                "kind": done.kind.value,
                "at": _iso(done.happened_at),
                "who": who(done.person),
            }
            for done in made_of.activities
        ],
        "facts": dict(made_of.facts),
    }


def from_json(stored: Mapping[str, Any]) -> Ingredients:
    """Return the ingredients that ``as_json`` wrote. Any: JSON of our own."""
    return Ingredients(
        signals=tuple(
            Heard(
                signal_id=one["id"],
                kind=Kind(one["kind"]),
                probability=one["p"],
                happened_at=datetime.fromisoformat(one["at"]),
                author=None if one["who"] is None else str(one["who"]),
                thread=one["thread"],
                quality=one["quality"],
                negatives=frozenset(Negative(name) for name in one["negatives"]),
                signal_class=SignalClass(one["class"]) if one["class"] else None,
            )
            for one in stored["signals"]
        ),
        activities=tuple(
            Done(
                activity_id=one["id"],
                kind=ActivityKind(one["kind"]),
                happened_at=datetime.fromisoformat(one["at"]),
                person=str(one["who"]),
            )
            for one in stored["activities"]
        ),
        facts=stored["facts"],
    )


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
