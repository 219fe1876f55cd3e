"""What the document says of every operation: how it may be refused, and what headers it brings."""

from typing import Any

from service.api.problems import MEDIA_TYPE, Problem

_MEANING = {
    400: "Something in the address, a header or the JSON makes no sense.",
    401: "No token, or one that opens nothing.",
    403: "The token's scope, or its owner's role, does not include that.",
    404: "There is nothing of that name, or it is not yours to see.",
    409: "It can't be done as things stand, somebody was faster, or it is being done right now.",
    412: "The lead changed since you read it.",
    413: "The body is too long.",
    415: "The body is no JSON.",
    422: "Something is missing or wrong; or the Idempotency-Key came with another request.",
    428: "Say which version you decide about: If-Match.",
    429: "Too many requests; see Retry-After.",
    500: "It went wrong on our side; nothing was changed.",
    503: "The database can't be reached.",
}
_ALWAYS = (400, 401, 403, 404, 422, 429, 500, 503)
_WRITES = (409, 413, 415)

Responses = dict[int | str, dict[str, Any]]  # Any: FastAPI's own type of it
Headers = dict[str, Any]  # ditto

ETAG: Headers = {"ETag": {"description": "the version: its rev", "schema": {"type": "string"}}}
LINK: Headers = {
    "Link": {"description": 'of the next page, rel="next"', "schema": {"type": "string"}}
}
REPLAYED: Headers = {
    "Idempotent-Replayed": {
        "description": "true: this was done before, and is answered again",
        "schema": {"type": "string"},
    }
}


def reads(*, headers: Headers | None = None) -> Responses:
    """Return the answers of an operation that changes nothing."""
    return {200: {"headers": headers or {}}} | _problems(_ALWAYS)


def writes(*also: int, status: int = 200, headers: Headers | None = None) -> Responses:
    """Return the answers of an operation that changes something."""
    return {status: {"headers": REPLAYED | (headers or {})}} | _problems(
        (*_ALWAYS, *_WRITES, *also)
    )


def refusals() -> Responses:
    """Return the answers of an operation that is never done."""
    return _problems((*_ALWAYS, *_WRITES))


def _problems(statuses: tuple[int, ...]) -> Responses:
    return {
        status: {
            "description": _MEANING[status],
            "model": Problem,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in sorted(statuses)
    }
