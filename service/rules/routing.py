"""Which team a lead goes to, and who of its people.

A customer's lead goes to who won the account, another of a buyer whom somebody had lately to them.
Else the first rule by position that fits decides about the team; no rule fits: the fallback. A
lead that nobody took in its routing time may go to the fallback as well.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from config.team import Routing, Rule, Strategy, When
from models.words import Kind
from service.rules.eligibility import Rep, Wanted, fit, why_not
from service.rules.turns import Seat, choose


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTraits:
    """What a routing rule may look at."""

    topic: str
    source: str  # slug of where its strongest signal was heard
    kind: Kind
    language: str  # of that signal, ISO 639-1
    score: float  # 0..100
    region: str | None = None  # None: nobody knows
    account: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A lead that waits for a rep."""

    lead_id: str
    traits: LeadTraits
    passed: Mapping[str, str] = field(default_factory=dict)  # user id -> why not again
    declines: int = 0
    #: Of a customer: who won the account, the latest first; handles by user ids.
    account_owners: Mapping[str, str] = field(default_factory=dict)
    earlier_owners: tuple[str, ...] = ()  # who had this buyer lately, the latest first
    is_overdue: bool = False  # it has waited for longer than routing may take


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who gets a lead, and why nobody else does."""

    team_id: str
    rule: int | None  # position of the rule that decided; None: the fallback
    rep: Rep | None  # None: it waits
    #: account_owner, sticky, round_robin, least_loaded, fit_first; of nobody: waits, manager
    how: str
    turned_away: Mapping[str, str]  # handle -> why not
    credits: Mapping[str, int] = field(default_factory=dict)  # user id -> what is left now

    def why(self) -> str:
        """Return in words what keeps the lead waiting."""
        told = "; ".join(f"{handle} {why}" for handle, why in self.turned_away.items())
        return told or "the team is empty"


def decide(
    case: Case,
    reps: Sequence[Rep],
    *,
    routing: Routing,
    accept_within: Mapping[str, timedelta],
    now: datetime,
) -> Decision:
    """Return who gets the lead of ``case`` among ``reps``.

    Args:
        case: the lead.
        reps: everybody who takes leads, of all teams.
        routing: the rules.
        accept_within: how soon somebody of a team has to be at work, by the team's id.
        now: the present.
    """
    rule = rule_for(routing, case.traits)
    team = rule.team if rule else routing.fallback_team
    position = rule.position if rule else None
    if case.declines >= routing.max_declines:
        why = {f"{case.declines} reps": "declined it; a manager decides"}
        return Decision(team_id=team, rule=position, rep=None, how="manager", turned_away=why)
    skills = frozenset(rule.skills if rule else ())

    def wanted(team_id: str) -> Wanted:
        return Wanted(
            language=case.traits.language if case.traits.language != "und" else None,
            region=case.traits.region,
            skills=skills,
            passed=case.passed,
            accept_within=accept_within[team_id],
        )

    winner, not_they = _account_owner(case, reps, wanted, now)
    if owner := winner or _earlier_owner(case, reps, wanted, now):
        how = "account_owner" if winner else "sticky"
        return Decision(
            team_id=owner.team_id, rule=position, rep=owner, how=how, turned_away=not_they
        )
    strategy = (rule.strategy if rule else None) or routing.strategy
    decision = _of_team(team, position, reps, wanted(team), strategy, now, not_they)
    if decision.rep is not None or not case.is_overdue or team == routing.fallback_team:
        return decision
    last = wanted(routing.fallback_team)
    return _of_team(
        routing.fallback_team, None, reps, last, routing.strategy, now, decision.turned_away
    )


def _account_owner(
    case: Case, reps: Sequence[Rep], wanted: Callable[[str], Wanted], now: datetime
) -> tuple[Rep | None, Mapping[str, str]]:
    """Return the latest who won the account and may get its lead, and why others may not."""
    known = {rep.user_id: rep for rep in reps}
    turned_away: dict[str, str] = {}
    for user_id, handle in case.account_owners.items():
        rep = known.get(user_id)
        why = why_not(rep, wanted(rep.team_id), now=now) if rep else "takes no leads any more"
        if why is None:
            return rep, turned_away
        turned_away[handle] = f"won this account, but {why}"
    return None, turned_away


def _earlier_owner(
    case: Case, reps: Sequence[Rep], wanted: Callable[[str], Wanted], now: datetime
) -> Rep | None:
    known = {rep.user_id: rep for rep in reps}
    for user_id in case.earlier_owners:
        rep = known.get(user_id)
        if rep and why_not(rep, wanted(rep.team_id), now=now) is None:
            return rep
    return None


def _of_team(
    team: str,
    position: int | None,
    reps: Iterable[Rep],
    wanted: Wanted,
    strategy: Strategy,
    now: datetime,
    turned_away: Mapping[str, str] | None = None,
) -> Decision:
    members = [rep for rep in reps if rep.team_id == team]
    reasons = {rep.user_id: why_not(rep, wanted, now=now) for rep in members}
    seats = {
        rep.user_id: Seat(
            user_id=rep.user_id,
            weight=rep.weight,
            credit=rep.credit,
            open_leads=rep.open_leads,
            fit=fit(rep, wanted),
        )
        for rep in members
        if reasons[rep.user_id] is None
    }
    chosen, settled = choose(list(seats.values()), strategy)
    away = dict(turned_away or {})
    for rep in members:
        if (why := reasons[rep.user_id]) is not None:
            away.setdefault(rep.handle, why)
    return Decision(
        team_id=team,
        rule=position,
        rep=next((rep for rep in members if chosen and rep.user_id == chosen.user_id), None),
        how=strategy.value if chosen else "waits",
        turned_away=away,
        credits={seat.user_id: seat.credit for seat in settled},
    )


def rule_for(routing: Routing, lead: LeadTraits) -> Rule | None:
    """Return the first rule by position that fits; None: the fallback team gets the lead."""
    return next((rule for rule in routing.rules if fits(rule.when, lead)), None)


def team_for(routing: Routing, lead: LeadTraits) -> str:
    """Return the id of the team that ``lead`` goes to."""
    rule = rule_for(routing, lead)
    return rule.team if rule else routing.fallback_team


def fits(when: When, lead: LeadTraits) -> bool:
    """Tell whether every condition holds; an empty one always does."""
    accounts = {name.casefold() for name in when.accounts}
    return (
        (not when.topics or lead.topic in when.topics)
        and (not when.sources or lead.source in when.sources)
        and (not when.kinds or lead.kind in when.kinds)
        and (not when.languages or lead.language in when.languages)
        and (not when.regions or lead.region in when.regions)
        and (not accounts or (lead.account or "").casefold() in accounts)
        and when.min_score <= lead.score <= when.max_score
    )
