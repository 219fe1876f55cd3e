"""A pasted post as the page shows what Harken makes of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from config import Config
from service.leads.scoring import explained
from service.leads.scoring_ledger import Ingredients
from service.rules.routing import Decision
from service.trying import Pasted, Tried
from service.web.views.facts import Fact, collect_facts
from service.web.views.quoted import places, quoted, quoted_facts
from service.web.views.score import (
    JudgementStory,
    ScoreStory,
    tell_judgement,
    tell_score,
    whole,
)
from service.web.wording.marking import Piece, cut
from service.web.wording.words import KINDS, NEGATIVES


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTry:
    """What became of a pasted post under one topic; named as the lead sheet names its parts."""

    topic: str | None  # its name
    topic_id: str | None
    found_by: str
    fate: str
    is_signal: bool
    kind: str  # in words
    step: int
    role: str
    language: str
    negatives: tuple[str, ...]
    solved: bool
    title: tuple[Piece, ...]
    words: tuple[Piece, ...]
    judgement: JudgementStory
    score: int
    score_story: ScoreStory | None
    facts: tuple[Fact, ...]
    who: str | None  # would get it
    how: str  # and why
    others: tuple[tuple[str, str], ...]  # handle, and why not


def shown_tries(tried: Sequence[Tried], pasted: Pasted, config: Config) -> tuple[ShownTry, ...]:
    """Return each with its words marked; those that make a lead first."""
    ranked = sorted(tried, key=lambda one: -(one.score.value if one.score else -1.0))
    return tuple(_shown(one, pasted, config) for one in ranked)


def _shown(one: Tried, pasted: Pasted, config: Config) -> ShownTry:
    judgement, signal = one.judged.judgement, one.signal
    story = None
    if one.score is not None:
        story = tell_score(explained(one.score, Ingredients()))
    who, how = _who(one.decision, config)
    phrases = one.judged.match.phrases
    found = dict.fromkeys(f"{' '.join(p.text.split())} ({p.reason})" for p in phrases)
    return ShownTry(
        topic=config.topics[one.topic_id].name if one.topic_id else None,
        topic_id=one.topic_id,
        found_by=", ".join(found) or ("the title of its thread" if one.topic_id else ""),
        fate=one.fate,
        is_signal=one.judged.is_signal,
        kind=KINDS[judgement.kind],
        step=signal.journey_step,
        role=judgement.role.value,
        language=judgement.language,
        negatives=tuple(NEGATIVES[negative] for negative in judgement.negatives),
        solved=judgement.solved,
        title=cut(pasted.title, places([signal], "title", pasted.title)),
        words=cut(pasted.text, places([signal], "body", pasted.text)),
        judgement=tell_judgement(
            quoted(signal.evidence), signal.probability, uncertain=signal.uncertain
        ),
        score=whole(one.score.value) if one.score is not None else 0,
        score_story=story,
        # Of a post that is far from a signal no facts are read: none are said to be missing.
        facts=collect_facts(quoted_facts(signal.slots)) if signal.slots else (),
        who=who,
        how=how,
        others=tuple(one.decision.turned_away.items()) if one.decision is not None else (),
    )


_HOW = {
    "round_robin": "whose turn it is",
    "least_loaded": "who has the fewest open leads",
    "fit_first": "who fits best",
    "sticky": "who had this buyer before",
    "account_owner": "who won this customer",
}


def _who(decision: Decision | None, config: Config) -> tuple[str | None, str]:
    if decision is None:
        return None, ""
    team = config.teams.get(decision.team_id)
    name = team.name if team is not None else decision.team_id
    rule = f"rule {decision.rule}" if decision.rule is not None else "no rule fits: the fallback"
    if decision.rep is None:
        return None, f"It would wait in the queue of {name} ({rule}): {decision.why()}."
    user = config.users.get(decision.rep.handle)
    return (
        user.name if user is not None else decision.rep.handle,
        f"of {name} ({rule}), {_HOW.get(decision.how, decision.how)}",
    )
