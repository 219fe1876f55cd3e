"""What a lead is scored on, read from its rows; its score, written with what it was made of."""

from dataclasses import asdict, dataclass, field
from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from config.scoring import ScoringProfile
from models.contact import Activity, Person, PersonAuthor
from models.lead import Lead, LeadSignal
from models.post import Author, Post
from models.scored import LeadFact, ShadowScore
from models.signal import Signal
from models.source import Source
from models.words import Negative, PersonRole, SignalStatus
from service.leads.scoring_ledger import Ingredients, write_entry
from service.leads.scoring_profiles import on_trial, standing
from service.rules.scoring import Done, Heard, Score


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A lead's score with what it was made of."""

    score: Score
    made_of: Ingredients
    signals: tuple[Signal, ...] = field(default=())


def score_lead(db: Session, lead: Lead, profile: ScoringProfile, *, now: datetime) -> Weighed:
    """Score ``lead`` afresh and write it: the row, the ledger, and what profiles on trial say."""
    rows = heard_in(
        db,
        col(Signal.id).in_(select(LeadSignal.signal_id).where(LeadSignal.lead_id == lead.id)),
    )
    made_of = Ingredients(
        signals=tuple(heard for _, heard in rows),
        activities=done_by(db, lead),
        facts=facts_of(db, lead, now=now),
    )
    used = standing(db, profile, now=now)
    result = made_of.score(used, now=now)
    _write(lead, result, made_of, now)
    db.add(lead)
    db.flush()
    write_entry(db, lead, made_of, result, now=now)
    for trial in on_trial(db, profile, now=now):
        _write_shadow(db, lead, made_of, trial, now)
    return Weighed(score=result, made_of=made_of, signals=tuple(signal for signal, _ in rows))


def heard_in(db: Session, which: ColumnElement[bool]) -> list[tuple[Signal, Heard]]:
    """Return the signals of which ``which`` holds, as rows and as the score sees them."""
    rows = db.exec(
        select(
            Signal,
            Post,
            Source.quality,
            func.coalesce(col(PersonAuthor.person_id), col(Author.handle_norm)),
        )
        .join(Post, col(Post.id) == Signal.post_id)
        .join(Source, col(Source.id) == Post.source_id)
        .outerjoin(Author, col(Author.id) == Post.author_id)
        .outerjoin(PersonAuthor, col(PersonAuthor.author_id) == Author.id)
        .where(which, col(Signal.status).not_in((SignalStatus.REJECTED, SignalStatus.MUTED)))
        .order_by(Signal.id)
    ).all()
    return [(signal, _as_heard(signal, post, who, quality)) for signal, post, quality, who in rows]


def done_by(db: Session, lead: Lead) -> tuple[Done, ...]:
    """Return what the person behind ``lead`` did on its topic, as far as they let us know."""
    if lead.person_id is None:
        return ()
    rows = db.exec(
        select(Activity)
        .join(Person, col(Person.id) == Activity.person_id)
        .where(
            Activity.person_id == lead.person_id,
            or_(col(Activity.topic_id) == lead.topic_id, col(Activity.topic_id).is_(None)),
            col(Person.consent_at).is_not(None),
        )
        .order_by(Activity.id)
    )
    return tuple(
        Done(activity_id=row.id, kind=row.kind, happened_at=row.at, person=row.person_id)
        for row in rows
    )


def facts_of(db: Session, lead: Lead, *, now: datetime) -> dict[str, bool]:
    """Return what is known of the buyer and still trusted: whether it suits us, by its name."""
    facts: dict[str, bool] = {}
    person = db.get(Person, lead.person_id) if lead.person_id else None
    if person is not None and person.role is PersonRole.DECISION_MAKER:
        facts["authority"] = True
    rows = db.exec(select(LeadFact).where(LeadFact.lead_id == lead.id).order_by(LeadFact.name))
    facts |= {row.name: row.suits for row in rows if row.until is None or row.until > now}
    return facts


def know(
    db: Session,
    lead: Lead,
    name: str,
    *,
    suits: bool,
    source: str,
    by: str,
    now: datetime,
    until: datetime | None = None,
) -> None:
    """Note a fact about the buyer behind ``lead``, and where it is known from."""
    db.merge(
        LeadFact(
            lead_id=lead.id, name=name, suits=suits, source=source, by=by, at=now, until=until
        )
    )
    db.flush()


def _as_heard(signal: Signal, post: Post, who: str | None, quality: float) -> Heard:
    return Heard(
        signal_id=signal.id,
        kind=signal.kind,
        probability=signal.probability,
        happened_at=signal.happened_at,
        author=who,
        thread=post.thread_id,
        quality=quality,
        negatives=frozenset(Negative(name) for name in signal.negatives),
        signal_class=signal.signal_class,
    )


def _write(lead: Lead, result: Score, made_of: Ingredients, now: datetime) -> None:
    lead.score = result.value
    if result.parts and result.parts[0].strength:
        lead.kind = result.parts[0].kind
    lead.profile_version = result.version
    lead.scored_at = now
    lead.score_explain = explained(result, made_of)


def explained(result: Score, made_of: Ingredients) -> dict[str, JsonValue]:
    """Return a score as it is told: its parts add up to it."""
    told: dict[str, JsonValue] = {
        "version": result.version,
        "base": result.base,
        "fit": result.fit,
        "negatives": [{"name": n.value, "factor": f} for n, f in result.negatives],
        "parts": [asdict(part) | {"kind": part.kind.value} for part in result.parts],
    }
    if result.deeds:
        told["activities"] = [asdict(deed) | {"kind": deed.kind.value} for deed in result.deeds]
    if made_of.facts:
        told["facts"] = dict(made_of.facts)
    return told


def _write_shadow(
    db: Session, lead: Lead, made_of: Ingredients, trial: ScoringProfile, now: datetime
) -> None:
    value = made_of.score(trial, now=now).value
    db.merge(ShadowScore(lead_id=lead.id, profile_version=trial.version, score=value, at=now))
    db.flush()
