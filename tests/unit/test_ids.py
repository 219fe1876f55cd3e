"""Ids, the clock, and the words of the domain."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from inspect import getmembers, isclass
from uuid import UUID

import pytest

from models import words
from models.clock import SystemClock
from models.ids import new_id

WORDS = [member for _, member in getmembers(words, isclass) if member.__module__ == words.__name__]


def test_ids_are_version_seven_text_in_the_order_of_their_making() -> None:
    ids = [new_id() for _ in range(1_000)]

    assert ids == sorted(set(ids))
    assert {UUID(made).version for made in ids} == {7}
    assert {len(made) for made in ids} == {36}


def test_the_system_clock_speaks_utc() -> None:
    said = SystemClock().now()

    assert said.tzinfo is UTC
    assert abs(said - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("vocabulary", WORDS, ids=lambda vocabulary: vocabulary.__name__)
def test_words_fit_their_columns_and_are_written_in_small_letters(
    vocabulary: type[StrEnum],
) -> None:
    for word in vocabulary:
        assert len(word) <= 32
        assert word.value == word.value.lower()
