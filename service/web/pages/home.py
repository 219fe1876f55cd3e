"""GET /: the inbox is home."""

from fastapi import APIRouter, Depends, Response

from service.web.permissions import Permission, require
from service.web.render import see_other

router = APIRouter()


@router.get("/", dependencies=[Depends(require(Permission.ANYONE))])
def home() -> Response:
    """Lead to the inbox."""
    return see_other("/inbox")
