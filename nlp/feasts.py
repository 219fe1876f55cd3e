"""Feasts by which authors name a day, and when they are."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

#: Feasts that are on the same day every year: month and day.
FIXED: Mapping[str, tuple[int, int]] = {
    "new year's eve": (12, 31), "christmas": (12, 25), "xmas": (12, 25), "halloween": (10, 31),
    "valentine": (2, 14), "new year": (1, 1),
}  # fmt: skip


def easter(year: int) -> date:
    """Return Easter Sunday by the Gregorian computus, as Meeus gives it."""
    century, in_century = divmod(year, 100)
    leap, rest = divmod(century, 4)
    skipped = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * (year % 19) + century - leap - skipped + 15) % 30
    weekday = (32 + 2 * rest + 2 * (in_century // 4) - moon - in_century % 4) % 7
    late = (year % 19 + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def thanksgiving(year: int) -> date:
    """Return the fourth Thursday of November, as the United States keep it."""
    first = date(year, 11, 1)
    return first + timedelta(days=(3 - first.weekday()) % 7 + 21)


#: Feasts that are on another day every year.
MOVING: Mapping[str, Callable[[int], date]] = {
    "easter": easter,
    "thanksgiving": thanksgiving,
    "black friday": lambda year: thanksgiving(year) + timedelta(days=1),
    "cyber monday": lambda year: thanksgiving(year) + timedelta(days=4),
}

#: The month of a feast that moves within one; Easter does not, nor does Cyber Monday.
MONTH_OF: Mapping[str, int] = {"thanksgiving": 11, "black friday": 11}

FEAST = re.compile("|".join(map(re.escape, (*FIXED, *MOVING))))


def next_of(feast: str, today: date) -> date:
    """Return the next day of a moving feast, today included."""
    this_year = MOVING[feast](today.year)
    return this_year if this_year >= today else MOVING[feast](today.year + 1)
