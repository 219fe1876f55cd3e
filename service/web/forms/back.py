"""Where a person stands when pressing a button, to be brought back there."""

from collections.abc import Iterable
from typing import Any, ClassVar, Self
from urllib.parse import urlencode

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from service.links import inward

_LONGEST = 2000
_INBOX = "/inbox?"


class Back(str):
    """A view of the inbox by name or by its whole address, the digest, or the lead's own page."""

    __slots__ = ()

    MINE: ClassVar["Back"]
    QUEUE: ClassVar["Back"]
    WAITING: ClassVar["Back"]
    SNOOZED: ClassVar["Back"]
    ALL: ClassVar["Back"]
    CLOSED: ClassVar["Back"]
    LEAD: ClassVar["Back"]
    DIGEST: ClassVar["Back"]

    def to(self, lead_id: str | None = None) -> str:
        """Return the path: with a lead it is looked at, without one the view's first is."""
        if self is Back.LEAD:
            return f"/leads/{lead_id}" if lead_id else "/inbox"
        if self is Back.DIGEST:
            return f"/digest#lead-{lead_id}" if lead_id else "/digest"
        path = str(self) if self.startswith(_INBOX) else f"{_INBOX}view={self}"
        return f"{path}&lead={lead_id}" if lead_id and "&lead=" not in path else path

    def picking(self, lead_ids: Iterable[str]) -> str:
        """Return the path with these leads chosen, as far as they are still in the view."""
        path = self.to()
        picked = urlencode([("picked", one) for one in lead_ids])
        return f"{path}&{picked}" if picked and path.startswith(_INBOX) else path

    @classmethod
    def read(cls, given: str) -> Self:
        """Return where ``given`` leads back to.

        Raises:
            ValueError: it is no view, and no address of the inbox.
        """
        if given in _NAMED:
            return _NAMED[given]  # type: ignore[return-value]  # nobody derives from it
        if not given.startswith(_INBOX) or inward(given) != given:
            raise ValueError("it leads nowhere")
        return cls(given)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: Any, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return how a form's field becomes one."""
        return core_schema.no_info_after_validator_function(
            cls.read, core_schema.str_schema(max_length=_LONGEST)
        )


Back.MINE = Back("mine")
Back.QUEUE = Back("queue")
Back.WAITING = Back("waiting")
Back.SNOOZED = Back("snoozed")
Back.ALL = Back("all")
Back.CLOSED = Back("closed")
Back.LEAD = Back("lead")
Back.DIGEST = Back("digest")
_NAMED = {
    str(one): one
    for one in (
        Back.MINE,
        Back.QUEUE,
        Back.WAITING,
        Back.SNOOZED,
        Back.ALL,
        Back.CLOSED,
        Back.LEAD,
        Back.DIGEST,
    )
}
