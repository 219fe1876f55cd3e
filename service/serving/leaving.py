"""Who asks for something that takes long may have left before it is there."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

from fastapi import Request, Response

#: What nginx logs of a client who left; nobody reads it.
LEFT = 499

Given = TypeVar("Given")


async def while_there(request: Request, work: Coroutine[None, None, Given]) -> Given | None:
    """Return what ``work`` gives; cancel it and return None once the one who asked has left."""
    task, leaving = asyncio.ensure_future(work), asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({task, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        task.cancel()
        leaving.cancel()


def nobody_there() -> Response:
    """Return the answer for who has left."""
    return Response(status_code=LEFT)


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
