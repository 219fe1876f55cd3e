"""What an HTTP answer means: pure readings of status and headers."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from crawlers.errors import (
    AnswerRefused,
    Challenged,
    Forbidden,
    Gone,
    NotFound,
    RateLimited,
    ServerFailed,
    UnexpectedStatus,
)
from crawlers.pacing import HostAnswer

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT_REDIRECTS = frozenset({301, 308})

MIN_RETRY = 60  # seconds; a host that says 0 means "soon", not "at once"
MAX_RETRY = 24 * 3_600
#: What 429 without Retry-After is taken for.
DEFAULT_RETRY = 300

MAX_VALIDATOR = 1_024  # characters of an ETag or a date that are kept


def retry_after(value: str | None, *, now: datetime) -> int | None:
    """Return how many seconds ``Retry-After`` asks for, between a minute and a day.

    None when it isn't there or says nothing readable. Both forms count: seconds and a date.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        seconds = float(text[:12])
    else:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, OverflowError):
            return None
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (aware - now).total_seconds()
    return int(min(max(seconds, MIN_RETRY), MAX_RETRY))


def refusal(status: int, headers: Mapping[str, str], *, now: datetime) -> AnswerRefused:
    """Return the error that an answer other than the wanted one stands for."""
    wait = retry_after(headers.get("retry-after"), now=now)
    if status == 429:
        return RateLimited(wait or DEFAULT_RETRY)
    if status >= 500 and not is_challenge(status, headers):
        return ServerFailed(status, retry_after_seconds=wait)
    if is_challenge(status, headers):
        return Challenged(status)
    match status:
        case 401 | 403 | 407 | 451:
            return Forbidden(status)
        case 404:
            return NotFound()
        case 410:
            return Gone()
        case _:
            return UnexpectedStatus(status)


def host_answer(status: int, headers: Mapping[str, str], *, now: datetime) -> HostAnswer:
    """Return what an answer means for how its host may be asked on."""
    return HostAnswer(
        status=status,
        asked_rest=retry_after(headers.get("retry-after"), now=now),
        challenged=is_challenge(status, headers),
    )


def is_challenge(status: int, headers: Mapping[str, str]) -> bool:
    """Say whether the answer is a riddle for people in the document's place.

    Source: Cloudflare's "Detect a challenge page response", ``cf-mitigated: challenge``.
    """
    return status >= 400 and headers.get("cf-mitigated", "").strip().lower() == "challenge"


def validator(value: str | None) -> str | None:
    """Return an ETag or a Last-Modified to be sent back as it came, or None if it can't be."""
    if value is None or len(value) > MAX_VALIDATOR:
        return None
    return value if value.isascii() and value.isprintable() else None


def flat(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return headers with names in lower case; repeated ones are joined by commas."""
    joined: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        joined[key] = f"{joined[key]}, {value}" if key in joined else value
    return joined
