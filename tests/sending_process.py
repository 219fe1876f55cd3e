"""A worker that is killed: `python -m tests.sending_process DATABASE ENDPOINT MOMENT`.

Either it kills itself when all is committed and nothing sent, or the endpoint kills it when the
message has arrived and nothing is noted.
"""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime

from typing_extensions import override

from config.channels import EndpointSpec
from crawlers.fetch import AllowedNetworks, Gate
from models.clock import SystemClock
from models.delivery import EndpointKind
from service.delivery.endpoints import addresses
from service.delivery.planning import plan
from service.delivery.sending import Deliverer, Post
from service.delivery.turns import take_turns
from service.store.engine import open_engine, writing

SECRET = b"a secret of thirty-two bytes, ok"  # as in tests.builders, which takes long to import

LOOPBACK = AllowedNetworks.parse(["127.0.0.0/8"])


class StandingClock(SystemClock):
    """A clock that stands where that of the test does."""

    @override
    def now(self) -> datetime:
        return datetime(2025, 11, 19, 12, 0, tzinfo=UTC)


async def work(database: str, endpoint: str, moment: str) -> None:
    engine, clock = open_engine(database), StandingClock()
    spec = EndpointSpec(
        id="crm",
        kind=EndpointKind.WEBHOOK,
        url=endpoint,
        secret_env="HARKEN_TEST_SECRET",
        events=("lead.created",),
    )
    specs = {spec.id: spec}
    if moment == "before-send":
        with writing(engine) as db:
            plan(db, specs, secret=SECRET, now=clock.now())
        with writing(engine) as db:
            take_turns(db, now=clock.now())
        os.kill(os.getpid(), signal.SIGKILL)
    async with Gate(user_agent="harken/0.1", allowed=LOOPBACK, endpoints=addresses(specs)) as gate:
        post = Post(
            engine=engine,
            gate=gate,
            endpoints=specs,
            own_urls=(),
            base_url="https://harken.example",
            secret=SECRET,
            clock=clock,
        )
        async with Deliverer(post) as deliverer:
            await deliverer.look()
            await deliverer.finished()


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
