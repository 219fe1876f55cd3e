"""What a mail that came back says of its address. Pure."""

from enum import Enum, auto

#: RFC 3463: there is no such mailbox or host, the mailbox is switched off, nothing leads there.
#: Not among them: 5.2.2, a full mailbox, and 5.7.x, what a filter thinks of this one mail.
_NOBODY_THERE = ("5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4")


class Verdict(Enum):
    """What follows from it for the address."""

    NOTHING = auto()  # it arrived, or is still on its way
    ONCE_MORE = auto()  # this one did not arrive; a few of these in a row are enough
    FOR_GOOD = auto()  # nobody is there


def verdict(action: str, status: str) -> Verdict:
    """Return what a notification's Action and Status (RFC 3464, 2.3.3 and 2.3.4) mean."""
    if action != "failed":
        return Verdict.NOTHING
    return Verdict.FOR_GOOD if status in _NOBODY_THERE else Verdict.ONCE_MORE
