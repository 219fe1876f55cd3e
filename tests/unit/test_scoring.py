"""The score: the document's numbers with the shipped profile, and the rules that it states."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import load_config
from models.words import ActivityKind, Kind, Negative, SignalClass
from service.rules.scoring import Deed, Done, Heard, Part, Score, fit_of, score, strength

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


# What known contacts do.


def a_deed(
    deed_id: str = "a", kind: ActivityKind = ActivityKind.PAGE_VIEW, *, at: datetime = NOW
) -> Done:
    return Done(activity_id=deed_id, kind=kind, happened_at=at, person="lisa")


def after(*deeds: Done, now: datetime = NOW) -> float:
    return score((), PROFILE, now=now, activities=deeds).value


def day(number: int, hour: int = 0) -> datetime:
    return NOW + timedelta(days=number, hours=hour)


#: The buyer of DiversifyEDU, requirements D8 to D14: an e-book, four mails, a webinar, a course.
EBOOK = a_deed("ebook", ActivityKind.DOWNLOAD, at=day(0))
MAILS = (
    a_deed("myths-opened", ActivityKind.EMAIL_OPEN, at=day(2)),
    a_deed("quiz-opened", ActivityKind.EMAIL_OPEN, at=day(5)),
    a_deed("quiz", ActivityKind.LINK_CLICK, at=day(5)),
    a_deed("invitation-opened", ActivityKind.EMAIL_OPEN, at=day(9)),
    a_deed("invitation", ActivityKind.LINK_CLICK, at=day(9)),
)
WEBINAR = a_deed("webinar", ActivityKind.WEBINAR, at=day(11))
VIEWS = tuple(a_deed(f"view-{n}", at=day(14)) for n in range(1, 4))


@pytest.mark.parametrize(
    ("deeds", "days", "expected"),
    [
        ((EBOOK,), 0, 12),
        ((EBOOK, *MAILS), 9, 28),
        ((EBOOK, *MAILS, WEBINAR), 11, 63),
        ((EBOOK, *MAILS, WEBINAR, *VIEWS), 14, 81),
    ],
)
def test_the_buyer_of_diversifyedu_warms_up(
    deeds: tuple[Done, ...], days: int, expected: int
) -> None:
    assert after(*deeds, now=day(days)) == pytest.approx(expected, abs=0.5)


def test_he_crosses_80_only_on_the_third_view_of_the_course() -> None:
    before = (EBOOK, *MAILS, WEBINAR)
    scores = [after(*before, *VIEWS[:seen], now=day(14)) for seen in range(4)]

    assert [value >= PROFILE.thresholds.sql for value in scores] == [False, False, False, True]


def test_three_page_views_a_day_count() -> None:
    views = [a_deed(str(n)) for n in range(6)]

    assert after(*views[:2]) < after(*views[:3]) == after(*views)
    assert after(*views, a_deed("next", at=day(-1))) > after(*views)
    assert after(*views, replace(views[0], activity_id="x", person="max")) > after(*views)


def test_an_activity_of_all_points_stays_off_100() -> None:
    demo = PROFILE.activities[ActivityKind.DEMO].model_copy(update={"points": 100.0})
    sure = PROFILE.model_copy(
        update={"activities": {**PROFILE.activities, ActivityKind.DEMO: demo}}
    )

    value = score((), sure, now=NOW, activities=[a_deed(kind=ActivityKind.DEMO)], fit=1).value
    assert 99 < value < 99.65


DEEDS = st.lists(
    st.builds(
        Done,
        activity_id=st.uuids().map(str),
        kind=st.sampled_from(ActivityKind),
        happened_at=st.integers(0, 40 * 24 * 60).map(lambda m: NOW - timedelta(minutes=m)),
        person=st.sampled_from(["lisa", "max"]),
    ),
    max_size=12,
    unique_by=lambda deed: deed.activity_id,
)


@given(LEADS, DEEDS, DEEDS, st.timedeltas(timedelta(0), timedelta(days=60)))
def test_doing_more_never_lowers_a_score_and_waiting_never_raises_it(
    heard: list[Heard], done: list[Done], more: list[Done], wait: timedelta
) -> None:
    now = score(heard, PROFILE, now=NOW, activities=done)
    then = score(heard, PROFILE, now=NOW, activities=[*done, *more])
    later = score(heard, PROFILE, now=NOW + wait, activities=done)

    assert later.value - 1e-9 <= now.value <= then.value + 1e-9
    assert then.value < 100


@given(LEADS, DEEDS)
def test_parts_and_deeds_together_explain_the_whole(heard: list[Heard], done: list[Done]) -> None:
    told = score(heard, PROFILE, now=NOW, activities=done)
    everything: list[Part | Deed] = [*told.parts, *told.deeds]
    contributions = [one.contribution for one in everything]
    base = min(max(1 - math.exp(-sum(contributions)), PROFILE.clip.base_min), 0.99)

    assert base == pytest.approx(told.base)
    if sum(contributions) > 0:
        assert sum(one.share for one in everything) == pytest.approx(1)


# What is known of the buyer.


def test_what_nobody_knows_speaks_neither_for_nor_against() -> None:
    assert fit_of({}, PROFILE) is None
    assert fit_of({"shoe_size": True}, PROFILE) is None
    assert fit_of({"industry": True}, PROFILE) == pytest.approx(0.6)
    assert fit_of({"industry": True, "region": False}, PROFILE) == pytest.approx(0.5)


@given(st.dictionaries(st.sampled_from(sorted(PROFILE.fit.weights)), st.booleans()))
def test_a_fact_that_suits_never_lowers_the_fit(facts: dict[str, bool]) -> None:
    for name in PROFILE.fit.weights:
        better = fit_of({**facts, name: True}, PROFILE)
        worse = fit_of({**facts, name: False}, PROFILE)
        known = fit_of(facts, PROFILE)
        assert better is not None
        assert worse is not None
        assert worse <= (PROFILE.fit.unknown if known is None else known) <= better
        assert worse < better


# What a signal counts as.


@pytest.mark.parametrize(
    ("kind", "finer", "expected"),
    [
        (Kind.ALTERNATIVE, None, 90),
        (Kind.ALTERNATIVE, SignalClass.COMPLAINT_SWITCH, 72),
        (Kind.EXPERIENCE, SignalClass.PEER_CONTACT, 72),
        (Kind.PURCHASE, SignalClass.INQUIRY, 90),
        (Kind.NONE, SignalClass.INQUIRY, 0.1),
    ],
)
def test_a_finer_class_counts_for_the_kind(
    kind: Kind, finer: SignalClass | None, expected: float
) -> None:
    heard = replace(a_heard(kind=kind), signal_class=finer)

    assert points(heard) == pytest.approx(expected, abs=0.5)


def test_a_complaint_lasts_longer_than_a_question() -> None:
    asked = a_heard(kind=Kind.ALTERNATIVE, age=timedelta(days=14))
    complained = replace(asked, signal_class=SignalClass.COMPLAINT_SWITCH)

    assert points(complained) > points(asked)
