"""What only programs are refused for. Each is a problem of its own; see `service.api.problems`.

ApiError
├── UnknownTokenError     no token, or one that opens nothing
├── TooFastError          more requests than a program may make
├── BadHeaderError        a header that says nothing we know
├── VersionMissingError   a write that has to say which version it is about
├── StaleError            it is about an older version
├── KeyReusedError        an Idempotency-Key of another request
├── StillAtItError        the same request is being worked on
└── BadCursorError        a cursor that is not of this list
"""

from service.errors import ForbiddenError, HarkenError


class ApiError(HarkenError):
    """The API can't answer that."""


class UnknownTokenError(ApiError):
    """Send a token of this Harken: `Authorization: Bearer hk_...`; see `harken tokens add`."""

    def __init__(self, *, was_sent: bool) -> None:
        super().__init__(
            "This token opens nothing: it was mistyped, revoked, or its time is over."
            if was_sent
            else None
        )
        self.was_sent = was_sent


class ScopeError(ForbiddenError):
    """The token's scope does not include that."""

    def __init__(self, needed: str, held: str) -> None:
        super().__init__(f"That takes a token of scope {needed}; this one's is {held}.")
        self.needed = needed


class TooFastError(ApiError):
    """Too many requests."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Too many requests; the next one is answered in {seconds:.1f} s.")
        self.seconds = seconds


class BadHeaderError(ApiError):
    """A header says nothing that we know."""


class VersionMissingError(ApiError):
    """Say which version of the lead you decide about: send its ETag as `If-Match`."""


class StaleError(ApiError):
    """The lead changed since you read it; look at it again before you decide."""

    def __init__(self, rev: int) -> None:
        super().__init__()
        self.rev = rev


class KeyReusedError(ApiError):
    """This Idempotency-Key was sent with another request; take a new key for a new request."""


class StillAtItError(ApiError):
    """The same request is being worked on; ask again in a second."""


class BadCursorError(ApiError):
    """This cursor is not of this list with these filters; begin without one."""
