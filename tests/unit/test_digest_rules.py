"""What a digest shows: the right few, each conversation once, and chance that can be repeated."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.rules.digest import Candidate, choose, slots_for_chance, some_of
from service.rules.noise import is_noisy, silent_phrases
from service.rules.usefulness import Proposal, Shown, Week, by_week, propose

NOON = datetime(2025, 11, 19, 12, 0, tzinfo=UTC)
MONDAY = date(2025, 11, 17)


def a_lead(
    lead_id: str,
    score: float = 60,
    *,
    step: int = 3,
    thread: str | None = None,
    age: timedelta = timedelta(0),
    first_shown: date | None = None,
) -> Candidate:
    return Candidate(
        lead_id=lead_id,
        thread_id=thread or f"thread of {lead_id}",
        score=score,
        step=step,
        heard_at=NOON - age,
        first_shown=first_shown,
    )


def ids(*leads: Candidate, min_score: float = 0) -> list[str]:
    choice = choose(leads, cap=15, seed="s", min_score=min_score)
    return [entry.best.lead_id for entry in choice.entries]


def test_the_best_score_comes_first_then_the_further_step_then_the_newer() -> None:
    low, high = a_lead("low", 50), a_lead("high", 90)
    further, newer = a_lead("further", step=5), a_lead("newer", age=timedelta(hours=1))
    older = a_lead("older", age=timedelta(hours=9))

    assert ids(older, low, newer, further, high) == ["high", "further", "newer", "older", "low"]


def test_what_does_not_fit_is_counted() -> None:
    choice = choose([a_lead(str(n), n) for n in range(20)], cap=15, seed="s")

    assert len(choice.entries) == 15
    assert choice.not_shown == 5
    assert choice.entries[0].best.lead_id == "19"


def test_ten_thousand_leads_are_a_digest_of_fifteen() -> None:
    choice = choose([a_lead(str(n), n / 100) for n in range(10_000)], cap=15, seed="s")

    assert (len(choice.entries), choice.not_shown) == (15, 9_985)


def test_a_conversation_is_one_entry_however_many_leads_are_in_it() -> None:
    both = (a_lead("a", 70, thread="t"), a_lead("b", 90, thread="t"))

    (entry,) = choose([*both, both[0]], cap=15, seed="s").entries

    assert [lead.lead_id for lead in entry.leads] == ["b", "a"]


def test_a_lead_below_somebodys_threshold_is_left_out() -> None:
    assert ids(a_lead("a", 49.9), a_lead("b", 50), min_score=50) == ["b"]


def test_chance_brings_up_what_no_score_does() -> None:
    low = [a_lead(f"low {n}", 31) for n in range(9)]
    high = [a_lead(f"high {n}", 80) for n in range(30)]

    choice = choose(high, cap=10, seed="s", beside=low, explore=0.2)

    explored = [entry for entry in choice.entries if entry.explores]
    assert len(choice.entries) == 10
    assert len(explored) == 2
    assert not {e.best.lead_id for e in explored} & {
        e.best.lead_id for e in choice.entries if not e.explores
    }


def test_without_anything_to_draw_no_place_is_wasted() -> None:
    leads = [a_lead(str(n)) for n in range(10)]

    choice = choose(leads, cap=10, seed="s", explore=0.5)

    assert len(choice.entries) == 10
    assert choice.not_shown == 0


def test_places_for_chance_are_five_in_a_hundred_on_the_average() -> None:
    places = [slots_for_chance(15, 0.05, f"ada|{day}") for day in range(2_000)]

    assert set(places) == {0, 1}
    assert 0.7 < sum(places) / len(places) < 0.8


@given(st.sets(st.text(), max_size=50), st.integers(0, 10), st.text())
def test_a_sample_is_the_same_in_any_order(them: set[str], most: int, seed: str) -> None:
    sample = some_of(sorted(them), most=most, seed=seed)

    assert sample == some_of(sorted(them, reverse=True), most=most, seed=seed)
    assert len(sample) == min(most, len(them))
    assert set(sample) <= them


@given(st.sets(st.text(min_size=1), min_size=6, max_size=30), st.text())
def test_another_post_changes_one_place_of_a_sample_at_the_most(them: set[str], seed: str) -> None:
    before = set(some_of(them, most=5, seed=seed))
    after = set(some_of(them | {"another one"}, most=5, seed=seed))

    assert len(before - after) <= 1


def test_every_post_is_as_likely_as_any_other() -> None:
    counts = dict.fromkeys(map(str, range(20)), 0)
    for day in range(4_000):
        for one in some_of(counts, most=5, seed=f"ada|{day}"):
            counts[one] += 1

    assert all(850 < count < 1_150 for count in counts.values())


# --- usefulness ------------------------------------------------------------------------------


def shown(score: float, accepted: bool | None, on: date = MONDAY) -> Shown:
    return Shown(on=on, score=score, accepted=accepted)


def test_weeks_begin_on_mondays_and_the_newest_comes_first() -> None:
    sunday = MONDAY + timedelta(days=6)

    weeks = by_week(
        [
            shown(80, True),
            shown(60, False, sunday),
            shown(50, None, sunday),
            shown(50, True, MONDAY - timedelta(days=1)),
        ]
    )

    assert weeks == (
        Week(monday=MONDAY, shown=3, accepted=1, rejected=1),
        Week(monday=MONDAY - timedelta(days=7), shown=1, accepted=1, rejected=0),
    )


def test_a_threshold_spares_what_is_rejected_and_keeps_what_is_accepted() -> None:
    verdicts = [shown(60 + n, True) for n in range(10)] + [shown(50 + n, False) for n in range(20)]

    assert propose(verdicts) == Proposal(
        min_score=60, spared=10, rejected=20, missed=0, accepted=10
    )


def test_a_threshold_may_cost_one_accepted_lead_in_twenty() -> None:
    verdicts = [shown(40, True)] + [shown(70.9, True)] * 19 + [shown(60, False)] * 10

    assert propose(verdicts) == Proposal(
        min_score=70, spared=10, rejected=10, missed=1, accepted=20
    )


def test_a_few_verdicts_propose_nothing() -> None:
    assert propose([shown(90, True)] * 9 + [shown(50, False)] * 50) is None
    assert propose([shown(90, True)] * 50 + [shown(50, False)] * 9) is None


def test_a_threshold_that_spares_nothing_is_not_proposed() -> None:
    assert propose([shown(50, True)] * 10 + [shown(80, False)] * 10) is None


# --- noise -----------------------------------------------------------------------------------


def test_a_topic_is_noisy_when_most_of_many_leads_were_none() -> None:
    assert is_noisy(kept=4, dropped=6)
    assert not is_noisy(kept=5, dropped=5)
    assert not is_noisy(kept=0, dropped=9), "nine say nothing"


def test_a_phrase_is_silent_when_the_others_are_not() -> None:
    heard = ["CRM", "crm", "sales  pipeline", "crm", "crm"]

    assert silent_phrases(["crm", "Sales pipeline", "lead desk", "lead desk"], heard) == (
        "lead desk",
    )
    assert silent_phrases(["lead desk"], heard[:4]) == (), "next to nothing was heard at all"
