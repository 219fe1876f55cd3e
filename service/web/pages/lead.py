"""GET /leads/ID: a lead with its conversation and its history."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from service.access.permissions import Permission
from service.access.viewer import Viewer
from service.web.access.guard import require
from service.web.sheet import sheet_page

router = APIRouter()


@router.get("/leads/{lead_id}")
def lead(
    request: Request,
    viewer: Annotated[Viewer, Depends(require(Permission.READ_LEADS))],
    lead_id: str,
) -> Response:
    """Show the lead."""
    return sheet_page(request, viewer, lead_id)
