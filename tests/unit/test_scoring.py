"""The score: the document's numbers with the shipped profile, and the rules that it states."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import load_config
from models.words import Kind, Negative
from service.rules.scoring import Heard, Score, score, strength

PROFILE = load_config(None).scoring
NOW = datetime(2025, 11, 19, 12, tzinfo=UTC)


def a_heard(
    signal_id: str = "1",
    *,
    kind: Kind = Kind.EXPERIENCE,
    p: float = 0.9,
    age: timedelta = timedelta(0),
    author: str | None = "anna",
    thread: str = "t1",
    quality: float = 1.0,
    negatives: frozenset[Negative] = frozenset(),
) -> Heard:
    return Heard(
        signal_id=signal_id,
        kind=kind,
        probability=p,
        happened_at=NOW - age,
        author=author,
        thread=thread,
        quality=quality,
        negatives=negatives,
    )


def points(*heard: Heard, fit: float | None = None, now: datetime = NOW) -> float:
    return score(heard, PROFILE, now=now, fit=fit).value


# The document's golden numbers.


@pytest.mark.parametrize(("hours", "expected"), [(0, 85), (24, 72), (72, 51), (168, 25)])
def test_one_who_asks_for_experience_scores_85_and_cools_down(hours: int, expected: int) -> None:
    assert points(a_heard(age=timedelta(hours=hours))) == pytest.approx(expected, abs=0.51)


@pytest.mark.parametrize(("fit", "expected"), [(None, 76), (0.5, 76), (1.0, 90), (0.0, 54)])
def test_a_good_fit_lifts_and_a_bad_one_lowers(fit: float | None, expected: int) -> None:
    assert points(a_heard(p=0.8), fit=fit) == pytest.approx(expected, abs=0.5)


def test_research_alone_is_not_enough_but_with_a_comparison_it_is() -> None:
    researched = a_heard("1", kind=Kind.NEED, age=timedelta(days=1))
    compared = a_heard("2", kind=Kind.COMPARISON, p=0.8, thread="t2")

    assert points(a_heard(kind=Kind.NEED)) == pytest.approx(45)
    assert points(researched, compared) == pytest.approx(88, abs=0.5)


def test_two_unsure_asks_a_day_apart_make_one_sure_lead() -> None:
    earlier = a_heard("1", p=0.6, age=timedelta(days=1))

    assert points(earlier, a_heard("2", p=0.6)) == pytest.approx(78, abs=0.5)


@pytest.mark.parametrize(
    ("negative", "expected"),
    [
        (Negative.VENDOR_PROMO, 9),
        (Negative.JOB_SEEKER, 9),
        (Negative.STUDENT, 17),
        (Negative.SOLVED, 26),
        (Negative.FREEBIE, 34),
        (Negative.COMPETITOR, 0),
    ],
)
def test_a_negative_takes_its_share_of_the_whole(negative: Negative, expected: int) -> None:
    assert points(a_heard(negatives=frozenset({negative}))) == pytest.approx(expected, abs=0.5)


# What counts, and what does not.


def test_nothing_heard_is_worth_next_to_nothing() -> None:
    nothing = score((), PROFILE, now=NOW)

    assert nothing.value == pytest.approx(0.1)
    assert not nothing.parts
    assert not nothing.negatives


def test_a_post_that_asks_for_nothing_is_worth_nothing() -> None:
    # A post that was a signal may say nothing any more after its author edited it.
    assert strength(a_heard(kind=Kind.NONE), PROFILE, NOW) == 0
    assert points(a_heard(kind=Kind.NONE)) == pytest.approx(0.1)


def test_a_place_that_is_worth_half_halves_the_strength() -> None:
    assert points(a_heard(quality=0.5)) == pytest.approx(points(a_heard()) / 2)


def test_a_post_from_the_future_counts_as_fresh() -> None:
    assert points(a_heard(age=timedelta(days=-3))) == points(a_heard())


def test_one_signal_of_an_author_counts_in_a_thread_a_day() -> None:
    strong, weak = a_heard("1"), a_heard("2", p=0.5)

    assert points(strong, weak) == points(strong)
    assert points(strong, replace(weak, thread="t2")) > points(strong)
    assert points(strong, replace(weak, author="ben")) > points(strong)
    assert points(strong, replace(weak, happened_at=NOW - timedelta(days=1))) > points(strong)


def test_five_signals_of_an_author_count_in_a_week() -> None:
    asked = [a_heard(str(n), p=0.2, thread=f"t{n}") for n in range(8)]

    assert points(*asked[:4]) < points(*asked[:5]) == points(*asked)


def test_signals_without_an_author_do_not_count_as_one_person_s() -> None:
    nameless = [a_heard(str(n), p=0.2, author=None) for n in range(7)]

    assert len(score(nameless, PROFILE, now=NOW).parts) == 7


def test_a_negative_holds_only_when_every_signal_has_it() -> None:
    student = a_heard("1", negatives=frozenset({Negative.STUDENT}))
    buyer = a_heard("2", thread="t2")

    assert [name for name, _ in score([student], PROFILE, now=NOW).negatives] == [Negative.STUDENT]
    assert score([student, buyer], PROFILE, now=NOW).negatives == ()


def test_a_search_is_over_when_its_latest_post_says_so() -> None:
    asked = a_heard("1", age=timedelta(days=2))
    thanked = a_heard("2", p=0.6, negatives=frozenset({Negative.SOLVED}))
    asked_again = a_heard("3", thread="t2", age=timedelta(hours=-1))

    assert points(asked, thanked) < 0.31 * 100
    assert points(asked, thanked, asked_again) > points(asked)


def test_a_weak_thank_you_in_the_same_thread_on_the_same_day_ends_the_search() -> None:
    # It adds no evidence beside the stronger question, but it does say that it is over.
    asked = a_heard("1", age=timedelta(hours=2))
    thanked = a_heard("2", p=0.5, negatives=frozenset({Negative.SOLVED}))

    assert points(asked, thanked) == pytest.approx(0.3 * points(asked))


# The rules that hold for every lead.

KINDS = st.sampled_from(Kind)
NEGATIVES = st.frozensets(st.sampled_from(Negative), max_size=2)


def any_heard(negatives: st.SearchStrategy[frozenset[Negative]]) -> st.SearchStrategy[Heard]:
    return st.builds(
        Heard,
        signal_id=st.uuids().map(str),
        kind=KINDS,
        probability=st.floats(0, 1),
        happened_at=st.integers(0, 40 * 24 * 60).map(lambda m: NOW - timedelta(minutes=m)),
        author=st.sampled_from(["anna", "ben", None]),
        thread=st.sampled_from(["t1", "t2"]),
        quality=st.floats(0, 1),
        negatives=negatives,
    )


HEARD = any_heard(NEGATIVES)
CLEAN = any_heard(st.just(frozenset()))
LEADS = st.lists(HEARD, max_size=12, unique_by=lambda heard: heard.signal_id)


@given(LEADS, st.one_of(st.none(), st.floats(0, 1)))
def test_a_score_is_of_a_hundred_and_never_all_of_it(
    heard: list[Heard], fit: float | None
) -> None:
    assert 0 <= points(*heard, fit=fit) < 100


@given(LEADS, CLEAN)
def test_hearing_more_never_lowers_a_score(heard: list[Heard], more: Heard) -> None:
    assert points(*heard, more) >= points(*heard) - 1e-9


@given(LEADS, st.timedeltas(timedelta(0), timedelta(days=60)))
def test_hearing_nothing_never_raises_a_score(heard: list[Heard], wait: timedelta) -> None:
    assert points(*heard, now=NOW + wait) <= points(*heard) + 1e-9


@given(LEADS, HEARD, st.floats(0, 1))
def test_being_surer_never_lowers_a_score(heard: list[Heard], one: Heard, surer: float) -> None:
    low, high = sorted((one.probability, surer))

    unsure, sure = replace(one, probability=low), replace(one, probability=high)
    assert points(*heard, sure) >= points(*heard, unsure) - 1e-9


@given(LEADS, st.floats(0, 1), st.floats(0, 1))
def test_fitting_better_never_lowers_a_score(heard: list[Heard], one: float, two: float) -> None:
    low, high = sorted((one, two))

    assert points(*heard, fit=high) >= points(*heard, fit=low)


@given(LEADS.flatmap(lambda lead: st.tuples(st.just(lead), st.permutations(lead))))
def test_the_order_of_hearing_does_not_matter(lead: tuple[list[Heard], list[Heard]]) -> None:
    first, again = (score(heard, PROFILE, now=NOW) for heard in lead)

    assert again.value == pytest.approx(first.value, abs=1e-9)
    assert again.negatives == first.negatives
    assert {part.signal_id for part in again.parts} == {part.signal_id for part in first.parts}


@given(LEADS)
def test_the_parts_explain_the_whole(heard: list[Heard]) -> None:
    told = score(heard, PROFILE, now=NOW)

    assert told.value == pytest.approx(recomputed(told))
    contributions = [part.contribution for part in told.parts]
    assert contributions == sorted(contributions, reverse=True)
    if sum(contributions) > 0:
        assert sum(part.share for part in told.parts) == pytest.approx(1)


def recomputed(told: Score) -> float:
    """Return the score as the sum of its parts, as the explanation lets a reader do it."""
    base = 1 - math.exp(-sum(part.contribution for part in told.parts))
    base = min(max(base, PROFILE.clip.base_min), PROFILE.clip.base_max)
    assert base == pytest.approx(told.base)
    factor = math.prod(factor for _, factor in told.negatives)
    return 100 * factor * base  # with a fit that nobody knows the log-odds stay as they are
