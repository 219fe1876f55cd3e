"""A stream's address on the page that adds sources."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawlers.named_places import named_place
from models.words import SourceKind
from service.store.engine import sqlite_url
from tests.editing_house import Desk, a_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = a_desk(tmp_path / "house", sqlite_url(tmp_path / "harken.db"))
    yield desk
    desk.house.engine.dispose()


@pytest.mark.parametrize("scheme", ["ws", "wss", "WSS"])
def test_a_stream_is_looked_at_without_being_called_one(desk: Desk, scheme: str) -> None:
    address = f"{scheme}://127.0.0.1:8080/subscribe"
    place = named_place(address)
    assert place is not None
    assert place.kind is SourceKind.JETSTREAM

    answer = desk.browser.post("/sources/new", data={"url": address})

    assert answer.status_code == 303
    page = desk.browser.get(answer.headers["location"])
    for _ in range(200):
        if "be listened to: " in page.text:
            break
        time.sleep(0.02)
        page = desk.browser.get(answer.headers["location"])
    assert "HARKEN_ALLOW_NETWORKS" in page.text  # the gate's word, which comes after the page's
