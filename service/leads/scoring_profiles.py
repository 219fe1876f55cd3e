"""Scoring profiles as they were used: a version's numbers never change once leads have them."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import JsonValue
from sqlmodel import Session, select

from config.scoring import ScoringProfile
from models.scored import ProfileVersion

_KNOWN: Final = "scoring_profiles"  # in the session's own memory: a transaction scores many leads
_TRIALS: Final = "scoring_trials"
_SHORT = 8  # characters of the digest that tell two of one name apart


def standing(db: Session, profile: ScoringProfile, *, now: datetime) -> ScoringProfile:
    """Return ``profile`` under the version that its numbers stand under, written on first use.

    Who changes a number in scoring.toml and not the version gets a version of its own, as
    ``2026-1+3fa94c12``; the leads that were scored before keep naming theirs.
    """
    known: dict[int, tuple[ScoringProfile, ScoringProfile]] = db.info.setdefault(_KNOWN, {})
    if id(profile) not in known:  # to look at all its numbers takes half a millisecond
        version = version_of(db, profile) or _registered(db, profile, now)
        known[id(profile)] = profile, profile.model_copy(update={"version": version})
    return known[id(profile)][1]


def version_of(db: Session, profile: ScoringProfile) -> str | None:
    """Return the version that a profile's numbers stand under; None: they were never used."""
    asked = select(ProfileVersion.version).where(ProfileVersion.digest == _digest(profile))
    return db.exec(asked).first()


def on_trial(db: Session, profile: ScoringProfile, *, now: datetime) -> tuple[ScoringProfile, ...]:
    """Return the profiles on trial beside ``profile``, under the versions that they have."""
    if not profile.shadow:
        return ()
    known: dict[int, tuple[ScoringProfile, tuple[ScoringProfile, ...]]]
    known = db.info.setdefault(_TRIALS, {})
    if id(profile) not in known:
        trials = tuple(standing(db, trial, now=now) for trial in profile.shadows())
        known[id(profile)] = profile, trials
    return known[id(profile)][1]


def profile_of(db: Session, version: str) -> ScoringProfile:
    """Return the profile that stands under ``version``; it must have been used."""
    row = db.get_one(ProfileVersion, version)
    return ScoringProfile.model_validate(row.numbers | {"version": version})


def numbers_of(profile: ScoringProfile) -> dict[str, JsonValue]:
    """Return a profile as JSON that reads like its file, without what is on trial beside it."""
    plain: dict[str, JsonValue] = _plain(profile.model_dump(exclude={"shadow"}))
    return plain


def _plain(value: Any) -> Any:  # Any: a dumped model on its way to JSON
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, timedelta):
        return _duration(value)
    return str(value) if isinstance(value, str) else value


def _duration(span: timedelta) -> str:
    """Return a duration as a file has it: in the largest unit that it is whole in."""
    seconds = round(span.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def _digest(profile: ScoringProfile) -> str:
    words = json.dumps(numbers_of(profile), sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()


def _registered(db: Session, profile: ScoringProfile, now: datetime) -> str:
    digest = _digest(profile)
    taken = db.get(ProfileVersion, profile.version) is not None
    version = f"{profile.version}+{digest[:_SHORT]}" if taken else profile.version
    numbers = numbers_of(profile)
    db.add(ProfileVersion(version=version, digest=digest, numbers=numbers, created_at=now))
    db.flush()
    return version
