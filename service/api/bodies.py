"""What a request may bring: so much, and JSON."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.limits import MOST_BYTES


class TooLongError(HTTPException):
    """The body is longer than anything that the API takes."""

    def __init__(self) -> None:
        super().__init__(413, f"A body has {MOST_BYTES // 1024} KiB at the most.")


class NotJsonError(HTTPException):
    """The body is something else than JSON."""

    def __init__(self) -> None:
        super().__init__(
            415, "Send the body as JSON, with the header Content-Type: application/json."
        )


class PlainJson:
    """Refuses bodies that are too long, or no JSON by their own account.

    Starlette's own limit answers in plain text, whatever a handler says.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; what is wrong with its body is raised where it is read."""
        headers = Headers(scope=scope)
        told = headers.get("content-length", "0")
        is_json = headers.get("content-type", "").partition(";")[0].strip().lower()
        taken = 0

        async def receive_some() -> Message:
            nonlocal taken
            if told.isdecimal() and int(told[:20]) > MOST_BYTES:
                raise TooLongError
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > MOST_BYTES:
                raise TooLongError
            if taken and is_json != "application/json":
                raise NotJsonError
            return message

        await self.app(scope, receive_some, send)
