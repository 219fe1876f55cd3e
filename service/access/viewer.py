"""Who is at the other end: a person in a browser, or for whom a program asks."""

from dataclasses import dataclass

from models.people import User
from models.words import UserRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Who looks."""

    id: str
    handle: str
    name: str
    role: UserRole
    team_id: str | None
    tz: str  # IANA name
    owes_second_factor: bool = False  # the house asks for one, and there is none yet

    @classmethod
    def of(cls, user: User) -> "Viewer":
        """Return the viewer that ``user`` is."""
        return cls(
            id=user.id,
            handle=user.handle,
            name=user.name,
            role=user.role,
            team_id=user.team_id,
            tz=user.tz,
        )
