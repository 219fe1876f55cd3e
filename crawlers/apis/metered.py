"""APIs that count what is asked of them, and say why they refuse.

They write into headers how much may still be asked, and into the body of a refusal what is wrong.
What they ask for is done at once: the host rests for everybody, so that the next request to it,
of this source or another, ends in ``HostResting`` and the source is put off.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from math import ceil
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, JsonValue, StringConstraints

from crawlers.answers import MAX_RETRY, refusal, retry_after
from crawlers.apis.asking import Answer, understand
from crawlers.errors import (
    AnswerRefused,
    BadDocument,
    Gone,
    NotAllowed,
    NotFound,
    RateLimited,
    ServerFailed,
    SourceError,
)
from crawlers.fetch import Gate, Page
from crawlers.found import SourceToPoll
from crawlers.plaintext import one_line
from crawlers.times import epoch

Model = TypeVar("Model", bound=BaseModel)

#: Statuses under which an API says in its own words what is wrong.
EXPLAINED = frozenset({400, 401, 402, 403, 404, 410, 422, 429})
#: What is lower is a number of seconds to go, what is higher a time since 1970.
_NO_LONGER_A_WAIT = 10**9

#: What an item is called at its source.
Identifier = Annotated[str, StringConstraints(pattern=r"^[\w.-]{1,100}$")]


def _moment(value: object) -> object:
    if isinstance(value, str):
        return epoch(value)
    return int(value) if isinstance(value, float) and abs(value) < 2**40 else value


#: A time, in seconds since 1970; ISO 8601 and floats are read too.
Moment = Annotated[int, BeforeValidator(_moment)]


class RefusedByApi(AnswerRefused):
    """The API refuses ({status}): {said}.

    Look at the source's options and at the secrets that they name.
    """

    def __init__(self, status: int, *, said: str) -> None:
        self.said = one_line(said, most=200).rstrip(".!") or "it does not say why"
        super().__init__(status)


class QuotaUsedUp(AnswerRefused):
    """All that this key may ask of the API today has been asked ({said}).

    It goes on by itself in about {hours} hours.
    """

    def __init__(self, status: int, *, said: str, retry_after_seconds: int) -> None:
        self.said = one_line(said, most=200)
        self.retry_after_seconds = retry_after_seconds
        self.hours = ceil(retry_after_seconds / 3_600)
        super().__init__(status)


class MissingOption(NotAllowed):
    """This source needs an option that is not there: {name}, {meaning}."""

    def __init__(self, name: str, *, meaning: str) -> None:
        self.name = name
        self.meaning = meaning
        super().__init__(name, meaning)


#: Reads out of a refusal what the API says, or None when it says nothing of its own.
Explain = Callable[[Page], SourceError | None]


async def ask_metered(
    gate: Gate,
    source: SourceToPoll,
    url: str,
    shape: type[Model],
    *,
    explain: Explain,
    now: datetime,
    headers: Mapping[str, str] | None = None,
) -> Answer[Model]:
    """Return what the API answers at ``url``; have its host rest where the answer asks for it.

    Args:
        gate: the way there.
        source: whose policy holds.
        url: of the API.
        shape: what a good answer looks like.
        explain: reads refusals.
        now: for the times in headers.
        headers: credentials, and what else the API wants.

    Raises:
        SourceError: it could not be reached, refused, or answered in another shape.
    """
    page = await gate.get(
        url,
        headers={"Accept": "application/json", **(headers or {})},
        obey_robots=source.obey_robots,
        min_interval=source.min_interval_seconds,
        accept={200, *EXPLAINED},
    )
    if page.status == 200:
        if seconds := asked_rest(page.headers, now=now):
            await gate.rest(url, seconds)
        return Answer(understand(page.body, shape), page)
    error = refused(page, explain=explain, now=now)
    if isinstance(error, RateLimited | ServerFailed) and error.retry_after_seconds:
        await gate.rest(url, error.retry_after_seconds)
    raise error


@contextmanager
def asking_for_one() -> Iterator[None]:
    """Have it be ``NotFound`` or ``Gone`` when the API explains that something isn't there."""
    try:
        yield
    except RefusedByApi as error:
        if error.status == 404:
            raise NotFound from error
        if error.status == 410:
            raise Gone from error
        raise


def refused(page: Page, *, explain: Explain, now: datetime) -> SourceError:
    """Return the error that a refusal stands for: too often, the API's own words, or its status.

    403 means "too often" too where the headers name a time, as GitHub does.
    """
    if page.status in (403, 429) and (seconds := asked_rest(page.headers, now=now)):
        return RateLimited(seconds)
    return explain(page) or refusal(page.status, page.headers, now=now)


def explained(page: Page, shape: type[Model]) -> Model | None:
    """Return what a refusal says, or None when it isn't the API that speaks."""
    try:
        return understand(page.body, shape)
    except BadDocument:
        return None


def asked_rest(headers: Mapping[str, str], *, now: datetime) -> int | None:
    """Return the seconds for which an answer's headers ask not to be asked again, or None.

    By Retry-After, or by X-RateLimit-Remaining below 1 until X-RateLimit-Reset, which is a time
    since 1970 (GitHub) or a number of seconds (Reddit). At most a day.
    """
    said = retry_after(headers.get("retry-after"), now=now)
    if said is not None:
        return said
    remaining = _number(headers.get("x-ratelimit-remaining"))
    reset = _number(headers.get("x-ratelimit-reset"))
    if remaining is None or remaining >= 1 or reset is None:
        return None
    seconds = reset - now.timestamp() if reset >= _NO_LONGER_A_WAIT else reset
    return ceil(min(max(seconds, 1), MAX_RETRY))


def option(source: SourceToPoll, name: str, *, meaning: str) -> str:
    """Return an option that the source cannot do without.

    Raises:
        MissingOption: it is not there.
    """
    value = source.options.get(name, "").strip()
    if not value:
        raise MissingOption(name, meaning=meaning)
    return value


def is_on(source: SourceToPoll, name: str) -> bool:
    """Say whether an option is switched on: ``answers = "yes"``."""
    return source.options.get(name, "").strip().lower() in {"yes", "true", "on", "1"}


def mapping(value: JsonValue) -> Mapping[str, JsonValue]:
    """Return a part of a cursor that is a mapping; what was damaged begins anew."""
    return value if isinstance(value, dict) else {}


def names(value: JsonValue) -> list[str]:
    """Return a part of a cursor that is a list of ids; what was damaged begins anew."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _number(text: str | None) -> float | None:
    try:
        number = float((text or "").strip()[:20])
    except ValueError:
        return None
    return number if abs(number) < 2**40 else None
