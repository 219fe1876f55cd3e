"""Everything that goes wrong under /api, as a problem document (RFC 9457)."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from models.moves import MoveRefusedError
from service.api.errors import (
    BadCursorError,
    BadHeaderError,
    KeyReusedError,
    ScopeError,
    StaleError,
    StillAtItError,
    TooFastError,
    UnknownTokenError,
    VersionMissingError,
)
from service.errors import (
    ConflictError,
    ForbiddenError,
    HarkenError,
    NotFoundError,
    RefusedError,
    StoreError,
)

A_LEAD = "019a9c1e-52c0-7000-8000-0000e5658dc6"  # in examples
MEDIA_TYPE = "application/problem+json"
_JSON_INVALID = "json_invalid"
_URN = "urn:harken:problem:"
_HTTP = "about:blank"  # RFC 9457, 4.2.1: the status says it all


class Wrong(BaseModel):
    """One thing that is wrong with a request."""

    model_config = ConfigDict(frozen=True)

    where: Annotated[
        str, Field(description='"body", "query", "path" or "header"', examples=["body"])
    ]
    pointer: Annotated[
        str,
        Field(description="in the body a JSON Pointer, else the name", examples=["/reason"]),
    ]
    detail: Annotated[str, Field(examples=["Field required"])]


class Way(BaseModel):
    """Something that can be done with a lead as it stands."""

    model_config = ConfigDict(frozen=True)

    action: Annotated[str, Field(examples=["accept"])]
    method: Annotated[str, Field(examples=["POST"])]
    href: Annotated[str, Field(examples=[f"/api/v1/leads/{A_LEAD}/accept"])]


class Problem(BaseModel):
    """What went wrong, by RFC 9457. More members may come; ignore those that you don't know."""

    model_config = ConfigDict(frozen=True)

    type: Annotated[
        str, Field(description="stays the same for ever", examples=["urn:harken:problem:conflict"])
    ]
    title: Annotated[str, Field(description="of the type", examples=["Conflict"])]
    status: Annotated[int, Field(ge=400, le=599, examples=[409])]
    detail: Annotated[
        str | None,
        Field(
            description="of this case, for a person: don't parse it",
            examples=["This offer is no longer open: your time to answer it ran out."],
        ),
    ] = None
    errors: Annotated[
        tuple[Wrong, ...] | None, Field(description="of an invalid request: all that is wrong")
    ] = None
    allowed: Annotated[
        tuple[Way, ...] | None,
        Field(description="of a refused move: what may be done with the lead instead"),
    ] = None
    rev: Annotated[
        int | None, Field(description="of a stale write: the lead's version by now")
    ] = None
    scope: Annotated[
        str | None, Field(description="of a token that may not: the scope that may")
    ] = None


#: What may be done with the lead of a request by who asks; None: it is about no lead of theirs.
WaysOf = Callable[[Request], Sequence[Way] | None]
#: The methods that an address takes.
MethodsAt = Callable[[str], set[str]]

#: Ours by class, the most particular first: (status, name of the type).
_KINDS: tuple[tuple[type[Exception], int, str], ...] = (
    (UnknownTokenError, 401, "unknown-token"),
    (ScopeError, 403, "insufficient-scope"),
    (TooFastError, 429, "too-many-requests"),
    (BadHeaderError, 400, "bad-header"),
    (BadCursorError, 400, "bad-cursor"),
    (VersionMissingError, 428, "version-missing"),
    (StaleError, 412, "stale"),
    (KeyReusedError, 422, "idempotency-key-reused"),
    (StillAtItError, 409, "idempotency-in-progress"),
    (NotFoundError, 404, "not-found"),
    (ForbiddenError, 403, "forbidden"),
    (ConflictError, 409, "conflict"),
    (RefusedError, 409, "refused"),
    (MoveRefusedError, 409, "refused"),
    (StoreError, 503, "store-unavailable"),
)


def install(app: FastAPI, ways: WaysOf, methods_at: MethodsAt) -> None:
    """Have ``app`` answer every failure with a problem document.

    Args:
        app: the API.
        ways: tells what may be done with the lead of a request, for who asks.
        methods_at: tells what an address takes: routes share addresses, a method each.
    """

    def refused(request: Request, error: Exception) -> Response:
        status, _ = _kind(error)
        allowed = ways(request) if status == HTTPStatus.CONFLICT else None
        return answer_error(request, error, allowed=allowed)

    def http(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 400
        told = error.detail if isinstance(error, HTTPException) else None
        headers = {}
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = ", ".join(sorted(methods_at(request.url.path)))
        detail = _ADVICE.get(status) if told == HTTPStatus(status).phrase else told
        return answer(_plain(status, detail), headers)

    app.add_exception_handler(HarkenError, refused)
    app.add_exception_handler(MoveRefusedError, refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, _our_fault)


def answer(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Return ``problem`` as an answer."""
    body = problem.model_dump_json(exclude_none=True)
    return Response(body, problem.status, headers=headers, media_type=MEDIA_TYPE)


def answer_error(
    _request: Request, error: Exception, *, allowed: Sequence[Way] | None = None
) -> Response:
    """Return the problem document of one of our own errors."""
    status, name = _kind(error)
    problem = Problem(
        type=f"{_URN}{name}",
        title=name.replace("-", " ").capitalize(),
        status=status,
        detail=_told(error),
        allowed=tuple(allowed) if allowed is not None else None,
        rev=error.rev if isinstance(error, StaleError) else None,
        scope=error.needed if isinstance(error, ScopeError) else None,
    )
    return answer(problem, _headers(error))


def refuse(detail: str, status: int) -> Response:
    """Return the answer to what was not even addressed to us."""
    return answer(_plain(status, detail.strip()))


def _kind(error: Exception) -> tuple[int, str]:
    return next(
        ((status, name) for kind, status, name in _KINDS if isinstance(error, kind)),
        (422, "unprocessable"),
    )


def _told(error: Exception) -> str:
    if isinstance(error, MoveRefusedError):
        return f"This lead can't be {error.new.value} now: {error.why}."
    return str(error)


def _headers(error: Exception) -> dict[str, str]:
    if isinstance(error, UnknownTokenError):
        told = 'Bearer realm="harken"'
        return {"WWW-Authenticate": f'{told}, error="invalid_token"' if error.was_sent else told}
    if isinstance(error, ScopeError):
        told = f'Bearer realm="harken", error="insufficient_scope", scope="{error.needed}"'
        return {"WWW-Authenticate": told}
    if isinstance(error, TooFastError):
        return {"Retry-After": str(max(1, round(error.seconds + 0.5)))}
    return {"Retry-After": "1"} if isinstance(error, StillAtItError) else {}


def _invalid(_request: Request, error: Exception) -> Response:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    is_json = all(one["type"] != _JSON_INVALID for one in found)
    problem = Problem(
        type=f"{_URN}invalid",
        title="Invalid",
        status=422 if is_json else 400,
        detail="Something in this request is missing or wrong.",
        errors=tuple(_wrong(one["loc"], str(one["msg"])) for one in found),
    )
    return answer(problem)


def _wrong(place: Sequence[str | int], message: str) -> Wrong:
    """Return where it is wrong and why; what was sent is not repeated."""
    where, *path = place or ("body",)
    steps = [str(step).replace("~", "~0").replace("/", "~1") for step in path]
    pointer = "".join(f"/{step}" for step in steps) if where == "body" else ".".join(steps)
    return Wrong(where=str(where), pointer=pointer, detail=message.removeprefix("Value error, "))


_ADVICE: Mapping[int, str] = {
    404: "There is nothing at this address; /api/v1/openapi.json lists what there is.",
    405: "This address takes other methods; see the header Allow.",
    500: "Nothing was changed. Try again; if it stays, whoever runs this Harken finds the reason "
    "in its log.",
}


def _our_fault(_request: Request, _error: Exception) -> Response:
    return answer(_plain(500, _ADVICE[500]))


def _plain(status: int, detail: str | None) -> Problem:
    return Problem(type=_HTTP, title=HTTPStatus(status).phrase, status=status, detail=detail)
