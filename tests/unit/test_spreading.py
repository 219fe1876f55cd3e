"""Who is polled first when more is due than may be asked at once."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from service.rules.spreading import AT_ONCE, Due, Plan, plan

NOW = datetime(2025, 11, 19, 12, tzinfo=UTC)
GAP = timedelta(seconds=2)
HOUR = timedelta(hours=1)


def due(number: int, *, host: str = "a.example", gap: timedelta = GAP) -> Due:
    """Return a source that is due; the higher its number, the longer."""
    return Due(id=f"{number:04d}", host=host, due_at=NOW - number * GAP, gap=gap)


def planned(*sources: Due, most: int = 1000, **resting: datetime) -> Plan:
    at = {f"{host}.example": until for host, until in resting.items()}
    return plan(sources, now=NOW, most=most, resting=at)


def test_after_a_long_sleep_no_host_is_stampeded_and_the_oldest_come_first() -> None:
    hosts = [f"h{n}.example" for n in range(5)]
    overdue = [due(n, host=hosts[n % 5]) for n in range(500)]

    made = planned(*overdue)

    assert len(made.now) == 5 * AT_ONCE
    assert len(made.later) == 500 - 5 * AT_ONCE
    by_host: dict[str, list[Due]] = defaultdict(list)
    for one in sorted(overdue, key=lambda each: each.due_at):
        by_host[one.host].append(one)
    for sources in by_host.values():
        turns = [made.later.get(one.id, NOW) for one in sources]
        assert turns == sorted(turns)  # fair: who waited longest comes first
        apart = [later - earlier for earlier, later in pairwise(turns[AT_ONCE:])]
        assert all(gap >= GAP for gap in apart)


def test_a_host_that_rests_gives_its_turns_afterwards_one_by_one() -> None:
    made = planned(due(1), due(2), due(3, host="b.example"), a=NOW + HOUR)

    assert made.now == ["0003"]
    assert made.later == {"0002": NOW + HOUR, "0001": NOW + HOUR + GAP}


def test_a_rest_that_is_over_is_no_rest() -> None:
    assert planned(due(1), a=NOW).now == ["0001"]


def test_what_is_above_the_most_stays_due() -> None:
    made = planned(*(due(n, host=f"{n}.example") for n in range(9)), most=3)

    assert made.now == ["0008", "0007", "0006"]
    assert made.later == {}


def test_a_host_that_wants_no_gap_takes_all_at_once() -> None:
    made = planned(*(due(n, gap=timedelta(0)) for n in range(50)))

    assert len(made.now) == 50


def test_turns_that_were_given_before_count() -> None:
    given_before = Counter({"a.example": AT_ONCE})

    made = plan([due(1)], now=NOW, most=9, resting={}, given=given_before)

    assert made.later == {"0001": NOW + AT_ONCE * GAP}


DUE = st.builds(
    due, st.integers(0, 5000), host=st.sampled_from(["a.example", "b.example", "c.example"])
)


@given(st.lists(DUE, unique_by=lambda one: one.id), st.integers(1, 40))
def test_everyone_is_polled_put_off_or_still_due_and_the_plan_does_not_depend_on_order(
    sources: list[Due], most: int
) -> None:
    made = planned(*sources, most=most)

    assert made == planned(*reversed(sources), most=most)
    assert len(made.now) <= most
    assert not set(made.now) & set(made.later)
    assert all(at >= NOW for at in made.later.values())
    assert all(count <= AT_ONCE for count in Counter(
        one.host for one in sources if one.id in made.now
    ).values())  # fmt: skip
