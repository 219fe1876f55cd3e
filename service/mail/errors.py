"""Why a mail did not leave.

MailError
├── MailLaterError       not now; it is tried again
├── MailRefusedError     never: the server said no to this mail
└── AddressRefusedError  never: the server knows no such reader
"""

from service.errors import HarkenError


class MailError(HarkenError):
    """The mail did not leave."""


class MailLaterError(MailError):
    """The mail server does not take mail now; it is tried again."""


class MailRefusedError(MailError):
    """The mail server refused this mail for good."""


class AddressRefusedError(MailError):
    """The mail server refused the address for good."""
