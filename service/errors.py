"""What can go wrong in the service, in words for the person who asked.

HarkenError
├── NotFoundError      nothing has that name
├── ConflictError      somebody was faster, or the page was old
├── ForbiddenError     not yours to do
├── RefusedError       it can't be done as things stand
└── StoreError         the database can't be used
"""


class HarkenError(Exception):
    """Harken can't do that."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").splitlines()[0])


class NotFoundError(HarkenError):
    """There is nothing of that name here; it may have been removed."""


class ConflictError(HarkenError):
    """Somebody was faster: look at it again before you decide."""


class ForbiddenError(HarkenError):
    """That is not yours to do; ask a manager."""


class RefusedError(HarkenError):
    """It can't be done as things stand."""


class StoreError(HarkenError):
    """The database can't be used; `harken doctor` says why."""
