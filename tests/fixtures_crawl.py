"""Fixtures for tests that fetch."""

from collections.abc import Iterator

import pytest

from tests.crawling import SHARED
from tests.misbehaving import MisbehavingServer


@pytest.fixture
def misbehaving() -> Iterator[MisbehavingServer]:
    """Give a server that misbehaves in every way that ``tests.misbehaving`` lists."""
    with MisbehavingServer() as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def _shared_loop_is_closed() -> Iterator[None]:
    """End the parsing children that tests share."""
    yield
    SHARED.close()
