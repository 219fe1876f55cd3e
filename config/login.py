"""How people get in: ``[login]`` of harken.toml."""

from typing import Annotated

from pydantic import AfterValidator

from config.problem import did_you_mean, quoted
from config.shape import Shape
from models.words import UserRole

_EVERYBODY = "everybody"


def parse_roles(value: str) -> frozenset[UserRole]:
    """Return the roles that "admin, manager" or "everybody" names; none for "".

    Raises:
        ValueError: a word is no role.
    """
    words = [word.strip().lower() for word in value.split(",") if word.strip()]
    if words == [_EVERYBODY]:
        return frozenset(UserRole)
    for word in words:
        if word not in set(UserRole):
            known = (_EVERYBODY, *(role.value for role in UserRole))
            hint = did_you_mean(word, known) or f"; roles are {', '.join(UserRole)}"
            raise ValueError(f"{quoted(word)} is no role{hint}")
    return frozenset(UserRole(word) for word in words)


def _check_roles(value: str) -> str:
    parse_roles(value)
    return value


class Login(Shape):
    """``[login]``: how people get in."""

    second_factor: Annotated[str, AfterValidator(_check_roles)] = ""  # who must have one

    @property
    def second_factor_roles(self) -> frozenset[UserRole]:
        """Return the roles that get no further without one-time codes."""
        return parse_roles(self.second_factor)
