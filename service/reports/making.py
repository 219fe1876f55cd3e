"""Make a report, wherever that is done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Engine

from service.reports.asked import Asked
from service.reports.campaign import report_of
from service.reports.document import Report
from service.reports.shelf import REPORTS
from service.store.engine import reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A report that somebody wants."""

    asked: Asked
    name: str | None = None  # one of `service.reports.shelf.REPORTS`; None: that of a campaign
    campaign: str | None = None  # its id


class Maker(Protocol):
    """Makes reports."""

    def make(self, engine: Engine, wanted: Wanted, given_up: Callable[[], bool]) -> Report:
        """Return the report; ``given_up`` tells whether nobody waits for it any more.

        Raises:
            NotFoundError: there is no such campaign.
            StoreError: it was broken off, or the database can't be read.
        """

    def close(self) -> None:
        """Break off what is being made."""


class MakesHere:
    """Makes reports in the thread that asks; `service.store.engine.stop_reading` ends them."""

    def make(self, engine: Engine, wanted: Wanted, given_up: Callable[[], bool]) -> Report:
        """Return the report."""
        return make_here(engine, wanted, given_up)

    def close(self) -> None:
        """Do nothing: whoever stops the engine ends them."""


def make_here(engine: Engine, wanted: Wanted, given_up: Callable[[], bool] | None) -> Report:
    """Return a report from a session of its own; see `Maker.make`."""
    with reading(engine, given_up=given_up) as db:
        if wanted.name is not None:
            return REPORTS[wanted.name](db, wanted.asked)
        return report_of(db, wanted.asked, wanted.campaign or "").report
