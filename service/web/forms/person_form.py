"""What a form says of somebody, as teams.toml takes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from fastapi import Form

from config.problem import Problem
from config.team import UserSpec
from models.words import UserRole
from service.editing.tables import Value
from service.typed import Line

Short: TypeAlias = Annotated[Line, Form(max_length=64)]
Words: TypeAlias = Annotated[Line, Form(max_length=500)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonForm:
    """Somebody, as a form has them: texts and numbers, not checked yet."""

    handle: str
    name: str
    email: str
    role: UserRole
    team: str
    tz: str
    hours: str
    calendar: str
    reports_to: str
    weight: int
    max_open: int
    max_per_day: int | None
    skills: str
    languages: str
    regions: str
    known_as: str

    @classmethod
    def of(cls, spec: UserSpec) -> "PersonForm":
        """Return the form that says what the file says."""
        return cls(
            handle=spec.handle,
            name=spec.name,
            email=spec.email or "",
            role=spec.role,
            team=spec.team or "",
            tz=spec.tz,
            hours=spec.hours.text,
            calendar=spec.calendar or "",
            reports_to=spec.reports_to or "",
            weight=spec.weight,
            max_open=spec.max_open,
            max_per_day=spec.max_per_day,
            skills=", ".join(spec.skills),
            languages=", ".join(spec.languages),
            regions=", ".join(spec.regions),
            known_as=", ".join(spec.known_as),
        )

    def entry(self) -> dict[str, Value]:
        """Return the entry of [[user]]; what is left empty goes away."""
        return {
            "handle": self.handle,
            "name": self.name,
            "email": self.email or None,
            "role": self.role.value,
            "team": self.team or None,
            "tz": self.tz,
            "hours": self.hours,
            "calendar": self.calendar or None,
            "reports_to": self.reports_to or None,
            "weight": self.weight,
            "max_open": self.max_open,
            "max_per_day": self.max_per_day,
            "skills": listed(self.skills) or None,
            "languages": listed(self.languages) or None,
            "regions": listed(self.regions) or None,
            "known_as": listed(self.known_as) or None,
        }


def listed(typed: str) -> list[str]:
    """Return the words of "erp, retail"."""
    return [word.strip() for word in typed.split(",") if word.strip()]


def in_words(problems: Sequence[Problem]) -> list[str]:
    """Return problems of a file as a form says them: the key and what is wrong."""
    return [f"{_key(problem)}{problem.message}" for problem in problems]


def _key(problem: Problem) -> str:
    key = problem.key.rpartition(".")[2]
    named: Mapping[str, str] = {"tz": "time zone", "max_open": "leads at a time"}
    return f"{named.get(key, key)}: " if key else ""
