"""What profiles on trial would have made of the leads whose end is known, and of those that live.

Read from the ledger of scores: what was known when sales took a lead over, and nothing that came
later, goes into every profile's score. So a trial can be judged on leads from before it began.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from config.scoring import ScoringProfile
from models.lead import Lead, StatusChange
from models.merge import Result
from models.moves import LIVE, LeadEvent
from models.score import shown
from models.scored import ShadowScore
from models.words import LeadStatus
from service.leads.scoring_ledger import ingredients_at, was_scored
from service.leads.scoring_profiles import version_of
from service.leads.transitions import HARKEN
from service.rules.outcomes import Comparison, Outcome, compare
from service.rules.verdicts import that_count

_GOOD = frozenset({LeadStatus.OPPORTUNITY, LeadStatus.WON})
_BAD = frozenset({LeadStatus.LOST, LeadStatus.DISQUALIFIED})


@dataclass(frozen=True, slots=True, kw_only=True)
class RankChange:
    """A live lead that stands elsewhere under a profile on trial."""

    lead_id: str
    rank: int  # from 1, by the standing score
    trial_rank: int
    score: float
    trial_score: float

    def as_json(self) -> dict[str, object]:
        """Return the object that ``harken experiment report --json`` prints."""
        return {
            "lead": self.lead_id,
            "rank": self.rank,
            "trial_rank": self.trial_rank,
            "score": shown(self.score),
            "trial_score": shown(self.trial_score),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """One profile on trial beside the standing one."""

    version: str
    outcomes: int  # leads whose end is known
    good: int
    set_aside: int  # results of one person beyond what all others said; see service.rules.verdicts
    comparison: Comparison | None  # None: too little is known to tell
    moved: tuple[RankChange, ...]  # the live leads, those that move most first

    def as_json(self) -> dict[str, object]:
        """Return the object that ``harken experiment report --json`` prints."""
        told: dict[str, object] = {
            "version": self.version,
            "outcomes": self.outcomes,
            "good": self.good,
            "set_aside": self.set_aside,
            "moved": [change.as_json() for change in self.moved],
        }
        if self.comparison is None:
            return told | {"may_switch": False}
        return told | {
            "standing": {n: f.to_json() for n, f in self.comparison.standing.figures.items()},
            "trial": {n: f.to_json() for n, f in self.comparison.trial.figures.items()},
            "lift_gained": self.comparison.lift_gained.to_json(),
            "may_switch": self.comparison.may_switch,
            "against": list(self.comparison.because),
        }


def report(
    db: Session, profile: ScoringProfile, *, shown_leads: int, most: int = 20
) -> tuple[Experiment, ...]:
    """Return how each profile on trial does beside ``profile``. Changes nothing.

    Args:
        db: a reading session.
        profile: the standing one, with those on trial.
        shown_leads: N of precision@N.
        most: of the live leads that move, so many are named.
    """
    trials = profile.shadows()
    every = outcomes_of(db, (profile, *trials))
    counting = that_count(_said_by(db, every))
    outcomes = [one for one, counts in zip(every, counting, strict=True) if counts]
    return tuple(
        Experiment(
            version=trial.version,
            outcomes=len(outcomes),
            good=sum(one.is_good for one in outcomes),
            set_aside=len(every) - len(outcomes),
            comparison=compare(outcomes, number, shown=shown_leads),
            moved=rank_changes(db, version_of(db, trial) or trial.version)[:most],
        )
        for number, trial in enumerate(trials, 1)
    )


def outcomes_of(db: Session, profiles: tuple[ScoringProfile, ...]) -> list[Outcome]:
    """Return the leads that sales took over and that came to an end, with each profile's score."""
    ended = db.exec(
        select(Lead)
        .where(
            col(Lead.accepted_at).is_not(None),
            col(Lead.status).in_(sorted(_GOOD | _BAD)),
        )
        .order_by(Lead.id)
    ).all()
    qualified = _once_qualified(db)
    found = []
    for lead in ended:
        at = lead.accepted_at
        if at is None or not was_scored(db, lead.id, at=at):
            continue
        made_of, _ = ingredients_at(db, lead.id, at=at)
        found.append(
            Outcome(
                lead_id=lead.id,
                at=at,
                author=lead.person_id or lead.author_id or lead.id,
                is_good=lead.status in _GOOD or lead.id in qualified,
                scores=tuple(made_of.score(each, now=at).value for each in profiles),
            )
        )
    return found


def _said_by(db: Session, outcomes: Sequence[Outcome]) -> list[str | None]:
    """Return who said how each lead ended; None where time or Harken did."""
    ended = {LeadEvent.WON, LeadEvent.LOST, LeadEvent.DISQUALIFIED}
    said = dict(
        db.exec(
            select(Result.lead_id, Result.by)
            .where(col(Result.event).in_(sorted(ended)))
            .order_by(col(Result.at))
        ).all()
    )
    return [None if said.get(one.lead_id) == HARKEN else said.get(one.lead_id) for one in outcomes]


def rank_changes(db: Session, version: str) -> tuple[RankChange, ...]:
    """Return the live leads by how far they move under a profile on trial, the furthest first."""
    rows = db.exec(
        select(Lead.id, Lead.score, ShadowScore.score)
        .join(ShadowScore, col(ShadowScore.lead_id) == Lead.id)
        .where(ShadowScore.profile_version == version, col(Lead.status).in_(sorted(LIVE)))
        .order_by(Lead.id)
    ).all()
    ranks = _ranks({lead_id: score for lead_id, score, _ in rows})
    trial_ranks = _ranks({lead_id: score for lead_id, _, score in rows})
    changes = [
        RankChange(
            lead_id=lead_id,
            rank=ranks[lead_id],
            trial_rank=trial_ranks[lead_id],
            score=score,
            trial_score=trial_score,
        )
        for lead_id, score, trial_score in rows
    ]
    return tuple(sorted(changes, key=lambda c: (-abs(c.rank - c.trial_rank), c.rank)))


def _ranks(scores: dict[str, float]) -> dict[str, int]:
    ordered = sorted(scores, key=lambda lead_id: (-scores[lead_id], lead_id))
    return {lead_id: rank for rank, lead_id in enumerate(ordered, 1)}


def _once_qualified(db: Session) -> frozenset[str]:
    """Return the leads that were an opportunity at some time, whatever came after."""
    return frozenset(
        db.exec(
            select(StatusChange.lead_id)
            .where(StatusChange.event == LeadEvent.QUALIFIED.value)
            .distinct()
        )
    )
