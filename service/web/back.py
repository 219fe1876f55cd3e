"""Where a person stands when pressing a button, to be brought back there."""

from enum import StrEnum


class Back(StrEnum):
    """A view of the inbox, or the lead's own page."""

    MINE = "mine"
    QUEUE = "queue"
    ALL = "all"
    CLOSED = "closed"
    LEAD = "lead"

    def to(self, lead_id: str | None = None) -> str:
        """Return the path: with a lead it is looked at, without one the view's first is."""
        if self is Back.LEAD:
            return f"/leads/{lead_id}" if lead_id else "/inbox"
        chosen = f"&lead={lead_id}" if lead_id else ""
        return f"/inbox?view={self.value}{chosen}"
