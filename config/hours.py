"""Working hours and spans of working time, as people write them down."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Annotated

from pydantic import PlainValidator

from config.problem import quoted
from config.shape import parse_positive_duration

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = "mon-sun 00:00-24:00"

#: How far ahead working time is looked for; hours that leave too little of it are a mistake.
HORIZON_DAYS = 400

_HINT = 'write it like "mon-fri 09:00-17:30" or "mon-thu 08:00-12:00 13:00-17:00; fri 08:00-14:00"'
_TIMES = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """An unbroken stretch of work within one local day."""

    weekday: int  # 0 is Monday, as in datetime.weekday()
    start: int  # minutes of the wall clock since midnight
    end: int  # the first minute after it; 1440 is the midnight that ends the day


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """A week of shifts in somebody's own time zone."""

    shifts: tuple[Shift, ...]  # in order, never overlapping, never none
    text: str  # as it was written


@dataclass(frozen=True, slots=True)
class WorkingSpan:
    """An amount of working time: whole working days, or time on the clock of the shifts."""

    days: int = 0
    time: timedelta = timedelta(0)


def parse_working_hours(value: object) -> WorkingHours:
    """Return the shifts that "mon-fri 09:00-17:30" or "always" means.

    Parts are divided by semicolons; a part is days, then times. A range of days may run over
    the end of the week ("sun-thu"); a shift may not run over midnight.

    Raises:
        ValueError: it can't be read, a shift ends before it begins, or two overlap.
    """
    if isinstance(value, WorkingHours):
        return value
    text = value if isinstance(value, str) else ""
    week = ALWAYS if text.strip().lower() == "always" else text.lower()
    shifts = sorted(shift for part in week.split(";") for shift in _shifts(part))
    for earlier, later in pairwise(shifts):
        if earlier.weekday == later.weekday and later.start < earlier.end:
            raise ValueError(
                f"{quoted(value)} has two shifts on {DAYS[later.weekday]} that overlap"
            )
    return WorkingHours(tuple(shifts), text)


def parse_working_span(value: object) -> WorkingSpan:
    """Return what "30m", "4h" or "2d" means where time counts only while people work.

    Raises:
        ValueError: it is none of these, or nothing.
    """
    if isinstance(value, WorkingSpan):
        return value
    length = parse_positive_duration(value)
    if isinstance(value, str) and value.endswith("d"):
        return WorkingSpan(days=length.days)
    return WorkingSpan(time=length)


def _shifts(part: str) -> Iterator[Shift]:
    days, _, times = part.strip().partition(" ")
    spans = [_span(text) for text in times.replace(",", " ").split()]
    if not spans:
        raise ValueError(f"{quoted(part.strip())} has no days or no times; {_HINT}")
    for weekday in _weekdays(days):
        for start, end in spans:
            yield Shift(weekday, start, end)


def _weekdays(text: str) -> Iterator[int]:
    for part in text.split(","):
        first, dash, last = part.partition("-")
        for name in (first, last) if dash else (first,):
            if name not in DAYS:
                raise ValueError(f"{quoted(name)} is no day; {_HINT}")
        start = DAYS.index(first)
        length = (DAYS.index(last) - start) % 7 if dash else 0
        yield from ((start + offset) % 7 for offset in range(length + 1))


def _span(text: str) -> tuple[int, int]:
    match = _TIMES.fullmatch(text)
    if match is None:
        raise ValueError(f"{quoted(text)} is no time span; {_HINT}")
    hours, minutes, end_hours, end_minutes = (int(digits) for digits in match.groups())
    start, end = hours * 60 + minutes, end_hours * 60 + end_minutes
    if max(minutes, end_minutes) > 59 or end > 24 * 60:
        raise ValueError(f"{quoted(text)} has a time that no clock shows")
    if start >= end:
        raise ValueError(f"{quoted(text)} ends before it begins; write a night as two shifts")
    return start, end


Hours = Annotated[WorkingHours, PlainValidator(parse_working_hours)]
Span = Annotated[WorkingSpan, PlainValidator(parse_working_span)]
