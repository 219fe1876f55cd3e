"""Nobody's verdicts count for more than all others' together."""

from hypothesis import given
from hypothesis import strategies as st

from service.rules.model_gate import is_worse_here
from service.rules.verdicts import ALONE, BESIDE_OTHERS, Said, that_count, together

People = dict[str | None, Said]

some = st.builds(Said, confirmed=st.integers(0, 2_000), rejected=st.integers(0, 2_000))


def test_few_verdicts_count_as_they_are() -> None:
    said: People = {"ida": Said(confirmed=12, rejected=3), "max": Said(confirmed=4, rejected=5)}

    assert together(said) == Said(confirmed=16, rejected=8)
    assert together({}) == Said()


def test_p19_a_thousand_wrong_verdicts_of_one_person_do_not_condemn_a_model() -> None:
    honest: People = {"ida": Said(confirmed=30, rejected=4), "max": Said(confirmed=24, rejected=2)}
    spite: People = honest | {"eve": Said(rejected=1_000)}

    counted = together(spite)

    assert counted == Said(confirmed=54, rejected=66)
    assert is_worse_here(confirmed=54, rejected=1_006, precision=0.6)
    assert not is_worse_here(confirmed=counted.confirmed, rejected=counted.rejected, precision=0.6)


def test_who_judges_alone_is_the_house_and_beside_one_other_is_not() -> None:
    alone: People = {"eve": Said(confirmed=100, rejected=900)}

    assert together(alone) == Said(confirmed=ALONE // 10, rejected=ALONE - ALONE // 10)
    assert together(alone | {"ida": Said(confirmed=1)}) == Said(
        confirmed=BESIDE_OTHERS // 10 + 1, rejected=BESIDE_OTHERS - BESIDE_OTHERS // 10
    )


@given(said=st.dictionaries(st.sampled_from(["a", "b", "c", None]), some), more=some)
def test_p19_nobody_outweighs_the_rest(said: dict[str | None, Said], more: Said) -> None:
    without = sum(one.all for one in said.values())

    counted = together({**said, "eve": more}).all

    assert counted <= without + max(without, ALONE)
    assert counted <= without + more.all


def test_p19_a_thousand_results_of_one_person_switch_no_profile() -> None:
    honest = ["ida", "max", "ida", "max"] * 10
    counts = that_count(["eve"] * 1_000 + honest)

    assert sum(counts[:1_000]) == len(honest)
    assert all(counts[1_000:])
    assert 18 <= sum(counts[:500]) <= 22, "spread over the time, not the first ones"


def test_results_that_nobody_said_and_those_of_who_is_alone_all_count() -> None:
    assert all(that_count(["eve"] * 300))
    assert sum(that_count([None] * 300 + ["eve"] * 5)) == 305
    assert that_count([]) == ()


@given(by=st.lists(st.sampled_from(["a", "b", "c", None])))
def test_p19_nobody_s_results_outweigh_the_rest(by: list[str | None]) -> None:
    counts = that_count(by)

    for who in {one for one in by if one is not None}:
        mine = sum(c for c, one in zip(counts, by, strict=True) if one == who)
        others = sum(one != who for one in by)
        assert not others or mine <= max(BESIDE_OTHERS, others)
