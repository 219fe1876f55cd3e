"""GET /openapi.json: what the API is, for programs that read such things."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from service.api.callers import Open

router = APIRouter(tags=["about"])
DOCUMENT = "/openapi.json"


@router.get(
    DOCUMENT, summary="This document", include_in_schema=False, dependencies=[Depends(Open())]
)
def document(request: Request) -> JSONResponse:
    """Give the OpenAPI document; it takes no token."""
    return JSONResponse(request.app.openapi(), headers={"Cache-Control": "no-cache"})
