"""What the worker does for digests: look around now and then, write down what is due, send."""

import asyncio
from datetime import timedelta

from service.attending.looking import look_around
from service.attending.noting import settle
from service.digests.planning import plan_due
from service.digests.sending import Mailroom, send_waiting
from service.house import House
from service.store.engine import reading, writing

LOOK_AROUND_EVERY = timedelta(minutes=10)


async def go_round(house: House) -> None:
    """Write down the digests that are due, and send those that wait."""
    await asyncio.to_thread(plan_due, house.engine, house.config, now=house.clock.now())
    if house.config.settings.mail.is_on:
        await send_waiting(Mailroom.of(house))


async def look(house: House) -> None:
    """Bring what needs a hand up to date."""
    await asyncio.to_thread(_look, house)


def _look(house: House) -> None:
    now = house.clock.now()
    with reading(house.engine) as db:
        found = look_around(db, config=house.config, folder=house.folder, now=now)
    with writing(house.engine) as db:
        settle(db, found, now=now)
