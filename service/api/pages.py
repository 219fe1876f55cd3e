"""Pages of a list that stay right while rows are added: each begins behind the last row seen.

A cursor says what that row was. It is signed, and holds for one list with its filters and one
person only, so nobody writes one or takes one elsewhere.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, and_, false, or_
from sqlalchemy.orm import Mapped

from service.api.errors import BadCursorError
from service.serving.site import site_of

T = TypeVar("T")
Row = TypeVar("Row")
Place = tuple[str | int | float, ...]
_MAC = 12  # bytes: 96 bits
_USUAL, _MOST = 50, 200


class Page(BaseModel, Generic[T]):
    """Some rows of a list."""

    model_config = ConfigDict(frozen=True)

    items: tuple[T, ...]
    next: Annotated[
        str | None, Field(description="send it as `cursor` for the next page; null: that was all")
    ]


@dataclass(frozen=True, slots=True)
class Key:
    """A column that rows are ordered by; the last one of an order tells any two rows apart."""

    column: Mapped[Any]  # Any: an order mixes types
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A page that is asked for."""

    request: Request
    response: Response
    limit: int
    cursor: str | None
    viewer_id: str

    def behind(self, keys: Sequence[Key]) -> ColumnElement[bool] | None:
        """Return the condition of the rows behind the cursor; None: all from the first.

        Raises:
            BadCursorError: it is not of this list, or somebody wrote it.
        """
        if self.cursor is None:
            return None
        place = self._read(self.cursor)
        if len(place) != len(keys):
            raise BadCursorError
        return beyond(keys, place)

    def page(
        self, rows: Sequence[Row], place_of: Callable[[Row], Place]
    ) -> tuple[Sequence[Row], str | None]:
        """Return the rows that are shown of `limit + 1` at the most, and the next cursor."""
        shown = rows[: self.limit]
        if len(rows) <= self.limit:
            return shown, None
        cursor = self._write(place_of(shown[-1]))
        self.response.headers["Link"] = f'<{self._address(cursor)}>; rel="next"'
        return shown, cursor

    def _write(self, place: Place) -> str:
        told = json.dumps(place, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._sign(told) + told).rstrip(b"=").decode()

    def _read(self, cursor: str) -> Place:
        try:
            raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadCursorError from error
        mac, told = raw[:_MAC], raw[_MAC:]
        if not hmac.compare_digest(mac, self._sign(told)):
            raise BadCursorError
        return tuple(json.loads(told))

    def _sign(self, told: bytes) -> bytes:
        of = json.dumps(["cursor", self.viewer_id, self.request.url.path, self._filters()])
        secret = site_of(self.request).secret
        return hmac.digest(secret, of.encode() + b"\0" + told, "sha256")[:_MAC]

    def _filters(self) -> list[tuple[str, str]]:
        """Return what else was asked; a page may be longer than the one before."""
        asked = self.request.query_params.multi_items()
        return sorted((name, value) for name, value in asked if name not in {"cursor", "limit"})

    def _address(self, cursor: str) -> str:
        query = [*self._filters(), ("limit", str(self.limit)), ("cursor", cursor)]
        return f"{self.request.url.path}?{urlencode(query)}"


def beyond(keys: Sequence[Key], place: Place) -> ColumnElement[bool]:
    """Return the condition of the rows behind ``place`` in the order of ``keys``."""
    alternatives: list[ColumnElement[bool]] = []
    for n, (key, value) in enumerate(zip(keys, place, strict=True)):
        same = [k.column == v for k, v in zip(keys[:n], place[:n], strict=True)]
        further = key.column < value if key.descending else key.column > value
        alternatives.append(and_(*same, further))
    return or_(false(), *alternatives)


def ordered(keys: Sequence[Key]) -> list[ColumnElement[Any]]:
    """Return the ORDER BY of ``keys``."""
    return [key.column.desc() if key.descending else key.column.asc() for key in keys]


def _listing(
    request: Request,
    response: Response,
    limit: Annotated[
        int, Query(ge=1, le=_MOST, description="how many at the most on a page")
    ] = _USUAL,
    cursor: Annotated[
        str | None,
        Query(max_length=1000, description="`next` of the page before; with the same filters"),
    ] = None,
) -> Listing:
    caller = request.state.caller
    return Listing(request, response, limit, cursor, caller.viewer.id)


ListingHere = Annotated[Listing, Depends(_listing)]
