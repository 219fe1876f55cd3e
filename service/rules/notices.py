"""By when somebody who is heard has to be told of it, and when their name goes. Pure.

Source: GDPR, Art. 14(3): within a month, and at the latest with the first communication; after
that security-and-privacy.md: whoever was never contacted is pseudonymised.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

#: Stands for a letter of a name that went. As many as before: quotes stand by their places.
_BLOT = "▪"
_LEAST = 3  # letters; shorter names are half of all words
#: Bare names of others' posts are blotted out from here on: "will" and "sam" are words, too.
_SURE = 6


class Standing(StrEnum):
    """How urgent it is that somebody is told."""

    OVERDUE = "overdue"  # somebody of us was in contact with them, and did not say so
    SOON = "soon"  # their name goes within the time in which we warn
    LATER = "later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Somebody whose words are kept, and whom nobody has told."""

    since: datetime  # when they were first heard
    contacted_at: datetime | None  # first; None: nobody was in contact with them

    def due_at(self, within: timedelta) -> datetime:
        """Return by when they have to be told: at the first contact, if that comes before."""
        month = self.since + within
        return min(month, self.contacted_at) if self.contacted_at else month

    def goes_at(self, within: timedelta) -> datetime | None:
        """Return when their name goes; None: they were contacted, and are still to be told."""
        return None if self.contacted_at else self.since + within

    def standing(self, now: datetime, *, within: timedelta, warn: timedelta) -> Standing:
        """Return how urgent it is at ``now``."""
        due = self.due_at(within)
        if due <= now:
            return Standing.OVERDUE
        return Standing.SOON if due <= now + warn else Standing.LATER


def without(text: str, handle: str, *, is_theirs: bool) -> str:
    """Return ``text`` with the name ``handle`` blotted out wherever it stands, as long as before.

    Args:
        text: somebody's words.
        handle: the name, as its source shows it.
        is_theirs: they wrote it themselves, and sign with it; in the words of others a short name
            is only known by the @ before it.
    """
    name = handle.strip().removeprefix("@").removeprefix("/").removeprefix("u/")
    if len(name) < _LEAST:
        return text
    is_sure = is_theirs or len(name) >= _SURE or not name.isalpha()
    before = r"(?<![\w])" if is_sure else r"(?<=@)"
    pattern = rf"{before}{re.escape(name)}(?![\w])"
    return re.sub(pattern, lambda found: _BLOT * len(found.group()), text, flags=re.IGNORECASE)
