"""GET /openapi.json: what the API is, for programs that read such things."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from service.web.access.permissions import Permission, require
from service.web.entry.auth import Viewer

router = APIRouter(tags=["about"])
DOCUMENT = "/openapi.json"


@router.get(DOCUMENT, summary="This document", include_in_schema=False)
def document(
    request: Request, _viewer: Annotated[Viewer | None, Depends(require(Permission.ANYONE))]
) -> JSONResponse:
    """Give the OpenAPI document; it takes no token."""
    return JSONResponse(request.app.openapi(), headers={"Cache-Control": "no-cache"})
