"""What adapters of JSON APIs share: ask, read with tolerance, make markup plain."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from crawlers.errors import EmptyDocument, MissingSecret, Unparseable
from crawlers.fetch import Gate, Page
from crawlers.found import SourceToPoll
from crawlers.plaintext import PlainText, many_from_html

#: Requests that one reading of a conversation makes at most. Of longer ones the rest is left out.
MOST_THREAD_PAGES = 10


class ApiModel(BaseModel):
    """Part of an answer, as far as it is needed. What else there is may change as it likes."""

    model_config = ConfigDict(
        extra="ignore",
        frozen=True,
        coerce_numbers_to_str=True,
        defer_build=True,  # 35 MiB for all of them together, and most are never asked
    )


Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Answer(Generic[Model]):
    """An answer that was understood, with the page that it came on."""

    body: Model
    page: Page


async def ask(
    gate: Gate,
    source: SourceToPoll,
    url: str,
    shape: type[Model],
    *,
    headers: Mapping[str, str] | None = None,
    accept: Collection[int] = (200,),
) -> Answer[Model]:
    """Return what the API answers at ``url``, under the source's policy.

    Raises:
        SourceError: it could not be reached, refused, or answered in another shape.
    """
    page = await gate.get(
        url,
        headers={"Accept": "application/json", **(headers or {})},
        obey_robots=source.obey_robots,
        min_interval=source.min_interval_seconds,
        accept=accept,
    )
    return Answer(understand(page.body, shape), page)


def understand(body: bytes, shape: type[Model]) -> Model:
    """Return what an answer says.

    Raises:
        EmptyDocument: it says nothing.
        Unparseable: it is no JSON, or of another shape.
    """
    if not body.strip():
        raise EmptyDocument
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        raise Unparseable("the API answers in a shape that Harken does not know") from error


def readable(items: Sequence[JsonValue], shape: type[Model]) -> tuple[tuple[Model, ...], int]:
    """Return the items that have the known shape, and how many have not."""
    read = []
    for item in items:
        try:
            read.append(shape.model_validate(item))
        except ValidationError:
            continue
    return tuple(read), len(items) - len(read)


async def plain_texts(gate: Gate, markups: Sequence[str]) -> tuple[PlainText, ...]:
    """Return pieces of HTML as plain text, made in the parsing child, in their order."""
    if not markups:
        return ()
    return await gate.parsing.run(many_from_html, json.dumps(markups).encode())


def left_out(unreadable: int, of: int) -> str | None:
    """Say that items were left out for their shape, or nothing when none was."""
    if not unreadable:
        return None
    return f"{unreadable} of {of} results have an unknown shape and were left out"


def secret(source: SourceToPoll, name: str) -> str:
    """Return a password or token that the source needs.

    Raises:
        MissingSecret: no option says where it is.
    """
    value = source.secrets.get(name)
    if not value:
        raise MissingSecret(name)
    return value
