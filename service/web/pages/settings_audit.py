"""/settings/audit: who did what, filtered; whether the chain is whole; all of it as a CSV."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from config.days import is_ours
from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.leads.ledger import follow_chain
from service.serving.site import Site, SiteHere
from service.store.engine import reading
from service.typed import one_line
from service.web.access.guard import require
from service.web.render import page
from service.web.views.audit import AuditAsked, audit_csv, read_audit

router = APIRouter()

Reader = Annotated[Viewer, Depends(require(Permission.READ_AUDIT))]
_PATH = "/settings/audit"


def asked_for(
    viewer: Reader,
    actor: Annotated[str, Query(max_length=36)] = "",
    action: Annotated[str, Query(max_length=64)] = "",
    subject: Annotated[str, Query(max_length=128)] = "",
    since: Annotated[str, Query(max_length=10)] = "",
    until: Annotated[str, Query(max_length=10)] = "",
) -> AuditAsked:
    """Return what the address asks for; a day that is none, or none of ours, is as if unsaid."""
    zone = ZoneInfo(viewer.tz)
    first, last = _day(since), _day(until)
    return AuditAsked(
        actor=one_line(actor),
        action=one_line(action),
        subject=one_line(subject),
        since=_midnight(first, zone) if first else None,
        until=_midnight(last + timedelta(days=1), zone) if last else None,
    )


Asked = Annotated[AuditAsked, Depends(asked_for)]


@router.get(_PATH)
def show_audit(
    request: Request,
    site: SiteHere,
    viewer: Reader,
    asked: Asked,
    number: Annotated[int, Query(alias="page", ge=1, le=1_000_000)] = 1,
) -> Response:
    """Show a page of it."""
    return _page(request, site, viewer, asked, number=number)


@router.get(f"{_PATH}.csv")
def audit_as_csv(site: SiteHere, viewer: Reader, asked: Asked) -> Response:
    """Give what is asked for as a sheet, with hashes."""
    name = f"audit-{site.clock.now():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(
        audit_csv(site.engine, asked), media_type="text/csv; charset=utf-8", headers=headers
    )


@router.post(f"{_PATH}/verify")
def verify(request: Request, site: SiteHere, viewer: Reader) -> Response:
    """Follow the whole chain and say whether somebody changed the table."""
    with reading(site.engine) as db:
        chain = follow_chain(db)
    seq = chain.broken_at
    found = (
        "The chain is whole: every event follows from the one before."
        if seq is None
        else f"The chain breaks at event {seq}: somebody changed the table. Compare with a backup."
    )
    if seq is None and chain.cut_through is not None:
        found = f"{found} Those up to number {chain.cut_through:,} had their time and are gone."
    return _page(request, site, viewer, AuditAsked(), found=found, is_whole=seq is None)


def _page(
    request: Request,
    site: Site,
    viewer: Viewer,
    asked: AuditAsked,
    *,
    number: int = 1,
    found: str | None = None,
    is_whole: bool = True,
) -> Response:
    with reading(site.engine) as db:
        shown = read_audit(db, asked, page=number)
    return page(
        request,
        "settings_audit.html",
        viewer=viewer,
        log=shown,
        asked=asked,
        found=found,
        is_whole=is_whole,
        query=request.query_params,
    )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if is_ours(day) else None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
