"""Reports, to be read."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AfterValidator

from config.shape import check_zone
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.api.callers import allow
from service.api.errors import ApiError
from service.api.shapes.base import Day, SlugHere
from service.api.shapes.others import ReportGiven, ReportNames
from service.api.told import reads
from service.reports.asked import Asked, Only
from service.reports.document import Report
from service.reports.shelf import REPORTS
from service.rules.period import Period, latest
from service.rules.value import BUY
from service.serving.leaving import nobody_there, while_there
from service.serving.reporting import MOST_UNREAD, answer, is_of_own
from service.serving.site import Site, SiteHere
from service.unknown import unknown

router = APIRouter(tags=["reports"])
Reader = Annotated[Viewer, Depends(allow(Permission.READ_REPORTS))]
_LONGEST = timedelta(days=5 * 366)


@router.get("/reports", summary="List reports", responses=reads())
def list_reports(_viewer: Reader) -> ReportNames:
    """List what there are reports of."""
    return ReportNames(reports=tuple(sorted(REPORTS)))


@router.get(
    "/reports/{name}",
    summary="Read a report",
    responses=reads(),
    response_model=ReportGiven,
)
async def read_report(
    request: Request,
    site: SiteHere,
    viewer: Reader,
    name: SlugHere,
    first: Annotated[Day | None, Query(alias="from", description="its first day")] = None,
    until: Annotated[Day | None, Query(alias="to", description="the first day after it")] = None,
    zone: Annotated[
        str | None,
        Query(max_length=64, description="where days begin; else where the process's owner is"),
        AfterValidator(lambda name: check_zone(name) if name is not None else None),
    ] = None,
    standard: Annotated[
        float | None,
        Query(ge=0, le=1, allow_inf_nan=False, description="defects: your own limit"),
    ] = None,
    buy: Annotated[
        Decimal | None, Query(ge=0, le=1, allow_inf_nan=False, description="value: who buys")
    ] = None,
    days: Annotated[
        int | None,
        Query(
            ge=1,
            le=3650,
            description="neglected: with nothing done for so long; else 30, or as its offering is",
        ),
    ] = None,
    most: Annotated[int, Query(ge=1, le=1000, description="rows of a list")] = 100,
) -> Response | ReportGiven:
    """Say what listening, marketing and sales come to, for whole days; else of twelve weeks.

    Of people's adherence everybody sees their own figures, a manager those of the team. Where a
    report lists leads by name, who sees only some of the leads reads of their own.
    """
    if name not in REPORTS:
        raise unknown("report", name, REPORTS)
    asked = Asked(
        period=_period(site, first, until, zone),
        now=site.clock.now(),
        config=site.config,
        viewer=viewer.handle,
        standard=standard,
        idle=timedelta(days=days) if days is not None else None,
        buy=buy if buy is not None else BUY,
        most=most,
        unread=MOST_UNREAD,
        only=Only(rep=viewer.id) if is_of_own(name, viewer) else Only(),
    )
    made = await while_there(request, answer(site, name, asked))
    return nobody_there() if made is None else _given(made.report)


def _period(site: Site, first: date | None, until: date | None, name: str | None) -> Period:
    owner = site.config.users.get(site.config.process.owner)
    zone = ZoneInfo(name or (owner.tz if owner else "UTC"))
    usual = latest(site.clock.now(), zone)
    try:
        period = Period(first=first or usual.first, until=until or usual.until, zone=zone)
    except ValueError as error:
        raise ApiError(str(error)) from error
    if period.end - period.start > _LONGEST:
        raise ApiError("A report is of five years at the most.")
    return period


def _given(report: Report) -> ReportGiven:
    period = report.period
    return ReportGiven(
        report=report.name,
        first_day=period.first if period else None,
        until=period.until if period else None,
        zone=period.zone.key if period else None,
        tables={table.name: tuple(table.records()) for table in report.tables},
        notes=report.notes,
    )
