"""How digests are made unless somebody wants theirs otherwise: ``[digest]`` of harken.toml."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from config.hours import DAYS
from config.problem import quoted
from config.shape import Shape, Word
from config.whole import Whole
from models.digest_words import Rhythm


class WhenEmpty(StrEnum):
    """What happens on a day with nothing in it."""

    SILENCE = "silence"  # no mail
    MAIL = "mail"  # "nothing worth your time today"


def parse_days(value: str) -> frozenset[int]:
    """Return the weekdays that "mon-fri", "mon,wed,fri" or "sun-thu" names; 0 is Monday.

    Raises:
        ValueError: it names none.
    """
    days: set[int] = set()
    for part in value.lower().replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if first not in DAYS or (dash and last not in DAYS):
            raise ValueError(
                f'{quoted(value)} names no days; write them like "mon-fri" or "mon,thu"'
            )
        start = DAYS.index(first)
        length = (DAYS.index(last) - start) % 7 if dash else 0
        days.update((start + offset) % 7 for offset in range(length + 1))
    return frozenset(days)


def _check_days(value: str) -> str:
    parse_days(value)
    return value


class Digest(Shape):
    """``[digest]``: the summary that each person gets."""

    cap: Annotated[Whole, Field(ge=1, le=100)] = 15  # conversations shown
    hour: Annotated[Whole, Field(ge=0, le=23)] = 8  # on the person's own clock
    rhythm: Word[Rhythm] = Rhythm.DAILY
    days: Annotated[str, AfterValidator(_check_days)] = "mon-fri"  # a weekly one: the first
    when_empty: Word[WhenEmpty] = WhenEmpty.SILENCE
    rejects: Annotated[Whole, Field(ge=0, le=20)] = 5  # posts that were thrown away, to check
    #: The share of places that is drawn by chance (lead-management.md, selection bias).
    explore: Annotated[float, Field(ge=0, le=0.5, strict=False)] = 0.05
    link_days: Annotated[Whole, Field(ge=1, le=60)] = 14  # for how long its buttons work
