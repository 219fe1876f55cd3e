import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.api.limits import Bucket, Pace, Throttle, take

PACE = Pace(burst=5, a_second=2.0)


def test_a_burst_is_let_in_and_then_one_at_a_time() -> None:
    at = [0.0]
    throttle = Throttle(PACE, clock=lambda: at[0])

    assert [throttle.wait("crm sync") for _ in range(5)] == [0.0] * 5
    assert throttle.wait("crm sync") == pytest.approx(0.5)
    assert throttle.wait("somebody else") == 0.0
    at[0] = 0.5
    assert throttle.wait("crm sync") == 0.0
    assert throttle.wait("crm sync") > 0


@given(st.lists(st.floats(0, 5), min_size=1, max_size=60))
def test_nobody_gets_more_than_a_burst_and_the_pace(pauses: list[float]) -> None:
    bucket: Bucket | None = None
    now, let_in = 0.0, 0
    for pause in pauses:
        now += pause
        bucket, seconds = take(bucket, PACE, now)
        let_in += seconds == 0
        assert 0 <= seconds <= 1 / PACE.a_second

    assert let_in <= PACE.burst + now * PACE.a_second + 1e-6


@given(st.lists(st.floats(0, 5), max_size=40))
def test_who_waits_as_long_as_told_is_let_in(pauses: list[float]) -> None:
    bucket: Bucket | None = None
    now = 0.0
    for pause in pauses:
        now += pause
        bucket, seconds = take(bucket, PACE, now)
        if seconds:
            now += seconds + 1e-9
            bucket, again = take(bucket, PACE, now)
            assert again == 0
