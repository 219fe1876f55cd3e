"""Reading back what a feed's first page has no room for any more: JSON Feed's ``next_url``.

Also Atom's and RSS's links of paged and archived feeds (RFC 5005). A feed is read back the first
time if somebody asked for so many days, and later whenever nothing on its first page is known:
then more may have come since the last poll than the page holds. How far it was is kept in the
cursor, so that a crawl that is killed goes on. Pure.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from crawlers.errors import NotAllowed
from crawlers.feeds.reading import Reading
from crawlers.urls import parse_url

#: Pages that are read back at the most: many feeds go on for years.
MOST_PAGES = 20
#: Days that a feed is read back at the most.
MOST_DAYS = 3_650


class Back(BaseModel):
    """A page that is to be read, and why."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    url: str
    left: int = Field(ge=1, le=MOST_PAGES)  # pages, with this one
    since: int | None = None  # what is older is not wanted; None: until something is known


def back_in(state: Mapping[str, JsonValue]) -> Back | None:
    """Return what a cursor says is still to be read."""
    try:
        return Back.model_validate(state["back"]) if "back" in state else None
    except ValidationError:
        return None


def beginning(
    state: Mapping[str, JsonValue], reading: Reading, *, days: int | None, now: datetime
) -> Back | None:
    """Return the page behind a feed's first one, where that is to be read.

    Args:
        state: the cursor that the poll began with.
        reading: of the first page.
        days: how far back somebody wants to have it the first time.
        now: the time.
    """
    going_on = back_in(state)
    if not reading.posts or reading.met_known or reading.poison is not None:
        return going_on
    is_first = "posts" not in state
    if is_first and days is None:
        return None
    since = (
        int((now - timedelta(days=min(days or 0, MOST_DAYS))).timestamp()) if is_first else None
    )
    if not is_first and going_on is not None:
        since = going_on.since or 0  # what is left of it lies behind what it brought already
    following = _behind(reading, since=since, left=MOST_PAGES)
    return following or going_on


def following(back: Back, reading: Reading) -> Back | None:
    """Return the page behind ``back``, of which ``reading`` is; None when that was far enough."""
    if back.left == 1 or not reading.posts or (back.since is None and reading.met_known):
        return None
    return _behind(reading, since=back.since, left=back.left - 1)


def _behind(reading: Reading, *, since: int | None, left: int) -> Back | None:
    told = [int(post.published.timestamp()) for post in reading.posts if post.published]
    if reading.next_url is None or (since is not None and told and min(told) < since):
        return None
    try:
        target, own = parse_url(reading.next_url), parse_url(reading.page.url)
    except NotAllowed:
        return None
    if target.host != own.host or target.url == own.url:  # nobody's business to send us elsewhere
        return None
    return Back(url=target.url, left=left, since=since)
