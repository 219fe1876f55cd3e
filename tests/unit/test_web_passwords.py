from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.web.entry.passwords import hash_password, is_password, objection
from service.web.entry.throttle import (
    FREE,
    FREE_ANYWHERE,
    LONGEST_WAIT,
    LONGEST_WAIT_ANYWHERE,
    LoginThrottle,
    wait,
)

NOW = datetime(2025, 11, 19, 12, 0, tzinfo=UTC)


def test_only_the_right_password_fits_its_hash() -> None:
    kept = hash_password("a heron on the weir")

    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert is_password("a heron on the weir", kept)
    assert not is_password("a heron on the wier", kept)


def test_nobody_gets_in_where_there_is_no_password_or_a_broken_one() -> None:
    assert not is_password("anything at all", None)
    assert not is_password("anything at all", "not a hash")
    assert not is_password("x" * 129, hash_password("x" * 128))


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "x" * 129,
        "password",
        "Password123!",
        "12345678",
        "qwertyuiop",
        "aaaaaaaaaa",
        "mia.holt2025",
        "harken123",
    ],
)
def test_a_password_that_others_guess_is_refused(password: str) -> None:
    assert objection(password, names=("mia.holt", "mia@firm.example"))


@pytest.mark.parametrize("password", ["a heron on the weir", "tr4v-kelp", "ünïcödé löcks"])
def test_a_password_of_ones_own_is_taken(password: str) -> None:
    assert objection(password, names=("mia", "")) is None


def test_five_failures_cost_nothing_and_then_the_wait_doubles() -> None:
    failures = [NOW] * FREE

    assert wait(failures[:-1], NOW) == timedelta(0)
    assert wait(failures, NOW) == timedelta(seconds=1)
    assert wait([*failures, NOW, NOW], NOW) == timedelta(seconds=4)


@given(st.lists(st.integers(0, 7200), max_size=60), st.integers(0, 7200))
def test_a_wait_is_never_longer_than_a_quarter_of_an_hour(ages: list[int], later: int) -> None:
    failures = [NOW - timedelta(seconds=a) for a in ages]

    assert timedelta(0) <= wait(failures, NOW + timedelta(seconds=later)) <= LONGEST_WAIT


def test_another_name_or_address_does_not_wait() -> None:
    throttle = LoginThrottle()
    for _ in range(FREE + 3):
        throttle.begin("Mia ", "192.0.2.7", NOW)

    assert throttle.begin("mia", "192.0.2.7", NOW) > timedelta(0)
    assert throttle.begin("mia", "192.0.2.8", NOW) == timedelta(0)
    assert throttle.begin("ben", "192.0.2.7", NOW) == timedelta(0)


def test_a_guesser_with_many_addresses_waits_too_but_never_locks_the_owner_out() -> None:
    throttle = LoginThrottle()
    for number in range(FREE_ANYWHERE):
        assert throttle.begin("mia", f"198.51.100.{number}", NOW) == timedelta(0)

    assert timedelta(0) < throttle.begin("mia", "192.0.2.7", NOW) <= LONGEST_WAIT_ANYWHERE
    assert throttle.begin("mia", "192.0.2.7", NOW + LONGEST_WAIT_ANYWHERE) == timedelta(0)


def test_the_owner_who_gets_in_is_forgiven() -> None:
    throttle = LoginThrottle()
    for _ in range(FREE):
        throttle.begin("mia", "192.0.2.7", NOW)
    throttle.succeeded("mia", "192.0.2.7")

    assert throttle.begin("mia", "192.0.2.7", NOW) == timedelta(0)
