"""Which days are ours: what lies outside nobody means, and no sum with it can be made.

Calendars end with the years 1 and 9999. A day of their edges has no neighbour, and no moment on
the clocks of half the world.
"""

from datetime import date, timedelta

#: The first and the last day that anything is asked about, or planned for.
FIRST, LAST = date(1970, 1, 1), date(2199, 12, 31)
#: Nothing that is brought was written earlier: there were no forums or feeds on the web.
OLDEST = date(1990, 1, 1)
#: Nobody's plans reach further: ten years.
FURTHEST = timedelta(days=3_653)


def is_ours(day: date) -> bool:
    """Tell whether anybody means ``day``, so that sums with it can be made."""
    return FIRST <= day <= LAST


def is_of_the_web(day: date) -> bool:
    """Tell whether what is brought may be of ``day``: there was a web, and it is one of ours."""
    return OLDEST <= day <= LAST
