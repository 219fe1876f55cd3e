"""GET /metrics: for a scraper on this machine, or for somebody who may read them."""

from datetime import timedelta

from fastapi import APIRouter, Depends, Response

from service.access.permissions import Permission
from service.privacy.notices import count_untold
from service.serving.site import SiteHere
from service.store.engine import reading
from service.web.access.guard import require
from service.web.views.numbers import read_numbers

router = APIRouter()

_PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8"


@router.get("/metrics", dependencies=[Depends(require(Permission.READ_METRICS, or_local=True))])
def metrics(site: SiteHere) -> Response:
    """Give the gauges."""
    with reading(site.engine) as db:
        now, settings = site.clock.now(), site.config.settings
        overdue, _ = count_untold(db, settings, now=now, soon=timedelta(0))
        numbers = read_numbers(db, overdue_notices=overdue)
    return Response(numbers, media_type=_PROMETHEUS_TEXT)
