"""Scores that can be worked out again, profiles that never change, and profiles on trial."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from config import Config
from config.scoring import ScoringProfile
from models.lead import Lead
from models.scored import ProfileVersion, ScoreEntry, ShadowScore
from models.words import Kind, LeadStatus
from service.errors import NotFoundError
from service.leads.experiment import outcomes_of, report
from service.leads.hearing import reconsider
from service.leads.scoring import know
from service.leads.scoring_ledger import recomputed
from service.leads.scoring_profiles import profile_of
from service.leads.transitions import lead_of
from service.store.engine import reading, writing
from tests.builders import ASK, NO_TAKERS, Place, a_config, a_place, a_post
from tests.fakes import NOON, Said

pytestmark = pytest.mark.every_database

DAY = timedelta(days=1)
WORDS = {"wonder": Said(kind=Kind.NEED, p=0.7), "which": Said(kind=Kind.COMPARISON, p=0.61)}


def a_quiet_place(engine: Engine, config: Config | None = None) -> Place:
    return a_place(engine, config or a_config(users=NO_TAKERS), knows=WORDS)


def scored_with(config: Config, **changed: object) -> Config:
    numbers = config.scoring.model_dump() | changed
    return replace(config, scoring=ScoringProfile.model_validate(numbers))


def test_every_stored_score_is_worked_out_again_to_the_last_digit(engine: Engine) -> None:
    place = a_quiet_place(engine)
    seen: list[tuple[Lead, float]] = []
    for number, words in enumerate(["wonder", "which?", "I wonder, still", "which, then?"]):
        place.clock.pass_by(timedelta(days=1, minutes=7))
        place.take_in(a_post(str(number), words, thread=str(number), at=place.clock.now()))
        seen.append((place.only(Lead), place.only(Lead).score))
        place.tick(after=timedelta(hours=5))
        seen.append((place.only(Lead), place.only(Lead).score))

    with reading(engine) as db:
        for lead, score in seen:
            assert recomputed(db, lead.id, at=lead.scored_at).value == score
        with pytest.raises(NotFoundError, match="had no score"):
            recomputed(db, seen[0][0].id, at=NOON - DAY)


def test_time_alone_writes_no_ledger(sqlite_engine: Engine) -> None:
    place = a_quiet_place(sqlite_engine)
    place.hear(a_post(text="which?"))
    for _ in range(5):
        place.tick(after=timedelta(hours=2))

    entry = place.only(ScoreEntry)
    assert entry.at == NOON
    assert "anna" not in str(entry.ingredients)


def test_a_number_that_changes_makes_a_version_and_old_scores_keep_theirs(
    engine: Engine,
) -> None:
    place = a_quiet_place(engine)
    first = place.hear(a_post(text="which?"))
    config = place.config
    weight = config.scoring.classes
    cheaper = {k: v.model_copy(update={"weight": 0.5}) for k, v in weight.items()}
    place.config = replace(config, scoring=config.scoring.model_copy(update={"classes": cheaper}))
    place.take_in(a_post("2", "which one?", author="ben"))
    old, new = place.all(Lead)

    assert old.profile_version == first.profile_version == config.scoring.version
    assert new.profile_version.startswith(f"{config.scoring.version}+")
    assert new.score == pytest.approx(old.score / 2)
    with reading(engine) as db:
        assert profile_of(db, old.profile_version).classes == weight
        assert recomputed(db, old.id, at=old.scored_at).value == old.score
        assert recomputed(db, new.id, at=new.scored_at).value == new.score
    place.config = config
    place.take_in(a_post("3", "which one, please?", author="cleo"))
    assert place.all(Lead)[2].profile_version == old.profile_version
    assert len(place.all(ProfileVersion)) == 2


def test_what_is_known_of_the_buyer_moves_the_score_and_is_told(sqlite_engine: Engine) -> None:
    place = a_quiet_place(sqlite_engine)
    lead = place.hear(a_post(text="which?"))
    with writing(sqlite_engine) as db:
        row = lead_of(db, lead.id)
        know(db, row, "industry", suits=True, source="their site", by="mia", now=NOON)
        know(db, row, "region", suits=True, source="their site", by="mia", now=NOON, until=NOON)
        reconsider(db, row, config=place.config, now=NOON)

    better = place.only(Lead)
    assert better.score > lead.score
    assert better.score_explain["facts"] == {"industry": True}
    with reading(sqlite_engine) as db:
        assert recomputed(db, lead.id, at=NOON).value == better.score


TRIAL = {"version": "trial", "classes": {"compare": {"weight": 0.1}}}


def test_a_profile_on_trial_scores_and_moves_nothing(engine: Engine) -> None:
    # Requirements, A13.
    plain = a_quiet_place(engine)
    plain.hear(a_post(text="which?"))
    place = plain
    place.config = scored_with(place.config, shadow=({**TRIAL, "thresholds": {"sql": 51}},))
    place.tick(after=2 * timedelta(hours=1))

    lead, shadow = place.only(Lead), place.only(ShadowScore)
    assert lead.status is LeadStatus.MQL
    assert (shadow.profile_version, shadow.score < 7) == ("trial", True)
    with reading(engine) as db:
        (told,) = report(db, place.config.scoring, shown_leads=15)
    assert told.comparison is None
    assert [change.lead_id for change in told.moved] == [lead.id]
    assert told.as_json()["may_switch"] is False


def test_profiles_are_compared_on_what_was_known_when_sales_took_over(
    sqlite_engine: Engine,
) -> None:
    place = a_place(sqlite_engine)
    place.hear(a_post())
    place.accept(place.open_offer())
    taken_over = place.only(Lead)
    place.clock.pass_by(DAY)
    place.take_in(a_post("2", f"{ASK} one that prints?", at=place.clock.now()))
    with writing(sqlite_engine) as db:  # it ended as an opportunity
        row = db.get_one(Lead, taken_over.id)
        row.status = LeadStatus.OPPORTUNITY

    with reading(sqlite_engine) as db:
        (outcome,) = outcomes_of(db, (place.config.scoring,))

    assert outcome.is_good
    assert outcome.at == NOON
    assert list(outcome.scores) == pytest.approx([85.5])


@pytest.mark.parametrize(
    ("shadow", "said"),
    [
        ({"version": "2026-1"}, "version of its own"),
        ({"classes": {"compare": {"weight": 1}}}, "version of its own|version"),
        ({"version": "x", "classes": {"compare": {"weight": 2}}}, "classes.compare.weight"),
        ({"version": "x", "nonsense": 1}, "nonsense"),
    ],
)
def test_a_profile_on_trial_that_is_none_is_refused(shadow: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        scored_with(a_config(), shadow=(shadow,))
