"""What is wrong with a configuration, said so that its author can put it right."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from typing_extensions import override


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing to put right, and where it stands."""

    file: str  # relative to the configuration folder; "environment" for a variable
    key: str  # as a person reads it, "source[2].url", counted from 1; "" for the whole file
    message: str
    line: int | None = None  # counted from 1; None when it is about no line
    column: int | None = None  # counted from 1; only a syntax error has one

    @override
    def __str__(self) -> str:
        """Return one line in the form that editors jump to: ``file:line: key: message``."""
        place = [self.file, *(str(part) for part in (self.line, self.column) if part is not None)]
        return ": ".join(filter(None, [":".join(place), self.key, self.message]))


class ConfigError(Exception):
    """The configuration cannot be used."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=_reading_order))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def quoted(value: object) -> str:
    """Return ``value`` as a reader recognises it in his file, cut short when it is long."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:56]}...{text[-1]}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the nearest known word, or nothing."""
    nearest = closest(word, tuple(known))
    return f"; did you mean {nearest!r}?" if nearest else ""


def closest(word: str, known: Sequence[str]) -> str | None:
    """Return the known word that ``word`` was probably meant to be, letter case aside."""
    by_folded = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[near[0]] if near else None


def _reading_order(problem: Problem) -> tuple[str, int, int, list[str | int]]:
    # The numbers stand at odd places, so that text is never compared with one.
    parts = re.split(r"([0-9]+)", problem.key)
    key = [int(part) if odd % 2 else part for odd, part in enumerate(parts)]
    return problem.file, problem.line or 0, problem.column or 0, key
