"""Reading a list that is sorted by time of creation, oldest first, from where it was read to.

Each page is asked for by the time of the last item that was read, not by its number: so a deleted
item moves no other to a page that was read already, and a limit on the results of one query
(GitHub: 1,000) is never met. Pure.
"""

from dataclasses import dataclass
from typing import Self

from pydantic import JsonValue

#: Items may reach an index late; what is younger than this at a poll is read again.
OVERLAP_SECONDS = 3_600
#: What one poll reads of a list. The next one goes on.
MOST_PAGES = 50


@dataclass(frozen=True, slots=True)
class Mark:
    """Up to when a list was read."""

    created: int | None = None  # seconds since 1970; None: it never was
    complete: bool = True  # nothing more was there

    @classmethod
    def of(cls, cursor: JsonValue) -> Self:
        """Return what a cursor says; one that was damaged begins anew."""
        if not isinstance(cursor, dict):
            return cls()
        created = cursor.get("created")
        if not isinstance(created, int) or isinstance(created, bool):
            return cls()
        return cls(created, cursor.get("complete") is not False)

    def as_json(self) -> dict[str, JsonValue]:
        """Return it as part of a cursor."""
        return {"created": self.created, "complete": self.complete}

    def first(self) -> "Step":
        """Return where a poll begins: a little earlier, unless the last one was cut off.

        Then the overlap was read at its beginning; again each time, a crawl that is killed often
        would never get ahead.
        """
        if self.created is None:
            return Step(None)
        return Step(max(self.created - (OVERLAP_SECONDS if self.complete else 0), 0))

    def after(self, newest: int | None, *, complete: bool, now: int) -> "Mark":
        """Return the mark behind items up to ``newest``: never in the future, never back."""
        known = [moment for moment in (newest, self.created) if moment is not None]
        return Mark(min(max(known), now) if known else None, complete)


@dataclass(frozen=True, slots=True)
class Step:
    """A page to ask for: of what was created at ``since`` or later, oldest first.

    Without ``since`` it is the newest page, all that a source's first poll takes.
    """

    since: int | None
    page: int = 1

    def following(self, *, newest: int | None, anything_new: bool, more: bool) -> "Step | None":
        """Return the next page to ask for, or None when this was the last.

        Args:
            newest: when the page's newest item was created.
            anything_new: whether the page held an item that this poll had not seen.
            more: whether the API says that more follows.
        """
        if not more or self.since is None:
            return None
        if newest is not None and newest > self.since:
            return Step(newest)
        if self.page > 1 and not anything_new:  # some servers repeat their last page for ever
            return None
        return Step(self.since, self.page + 1)
