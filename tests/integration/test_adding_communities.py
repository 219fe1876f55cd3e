"""`sources add` at a community with an API: recognised, shown, and saved with its options."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typing_extensions import override

from crawlers.fetch import Gate
from models.source import Source
from models.words import SourceKind
from service.errors import RefusedError
from service.house import House
from service.listening.sourcing import Added, add_source
from tests.builders import a_config, a_place
from tests.crawling import SHARED, a_gate
from tests.imitations import Lemmy
from tests.misbehaving import Asked, MisbehavingServer, Reply


class NearHouse(House):
    """A house whose gate may reach loopback and asks without pause."""

    @override
    @asynccontextmanager
    async def gate(self) -> AsyncIterator[Gate]:
        async with a_gate() as gate:
            yield gate


def test_a_community_is_shown_and_saved_with_its_options(engine: Engine, tmp_path: Path) -> None:
    place = a_place(engine, a_config())
    house = NearHouse(
        folder=tmp_path,
        config=a_config(),
        engine=place.engine,
        secret=b"s" * 32,
        clock=place.clock,
    )
    instance = Lemmy()
    instance.say(12)

    def site(asked: Asked) -> Reply | None:
        if asked.path == "/c/vans":
            return Reply(body=b"<title>Vans</title><script>window.isoData = {}</script>")
        return instance(asked)

    with MisbehavingServer(site) as server:

        def add() -> Added:
            url = server.url("/c/vans")
            return SHARED.run(add_source(house, url, kind=None, every=timedelta(hours=1)))

        added = add()
        with pytest.raises(RefusedError, match="a source already: vans"):
            add()
        address = server.url("/c/vans")

    assert (added.kind, added.url, added.name) == (SourceKind.LEMMY, address, "Vans")
    assert len(added.preview) == 10
    saved = next(row for row in place.all(Source) if row.slug == added.slug)
    assert saved.options == {"community": "vans"}
    assert saved.policy_name == "lemmy"
