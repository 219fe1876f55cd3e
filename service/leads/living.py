"""What time brings to leads, besides clocks and scores: rest ends, drafts fall due, people leave.

A part of the tick; each step is a transaction of its own.
"""

from datetime import datetime

from sqlalchemy import Engine

from config import Config
from service.leads.nurture import nurture_due
from service.leads.objecting import take_out
from service.leads.snoozing import wake_due
from service.store.engine import writing

_MOST = 200  # rows a step: a step holds the write lock


def live_on(
    engine: Engine, config: Config, *, secret: bytes | None, now: datetime
) -> dict[str, int]:
    """Do what is due; return how many leads each step moved, by its name.

    Args:
        engine: the database.
        config: the configuration.
        secret: to hold new objections against live leads; None leaves them for the next tick.
        now: the time.
    """
    taken = 0
    if secret is not None:
        with writing(engine) as db:
            taken = take_out(db, secret=secret, now=now)
    with writing(engine) as db:
        woken = wake_due(db, now=now, most=_MOST)
    with writing(engine) as db:
        nurtured = nurture_due(db, config=config, now=now, most=_MOST)
    return {"left_alone": taken, "woken": woken, "nurtured": nurtured}
