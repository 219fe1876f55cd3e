"""The closed vocabularies of privacy. Stored: rename none without a migration."""

from enum import StrEnum


class NoticeWay(StrEnum):
    """By what way somebody was told that we have words of theirs."""

    REPLY = "reply"  # with the answer, where they wrote
    MESSAGE = "message"  # to them alone, at the source
    EMAIL = "email"
    CALL = "call"
    OTHERWISE = "otherwise"


class AskedFor(StrEnum):
    """What somebody who is heard may ask of us."""

    ACCESS = "access"  # what is kept of them (Art. 15)
    ERASURE = "erasure"  # Art. 17
    OBJECTION = "objection"  # to be left alone from now on (Art. 21)
    CORRECTION = "correction"  # Art. 16


class RequestEnd(StrEnum):
    """What came of it."""

    DONE = "done"
    NOTHING_HERE = "nothing_here"
    NOT_THEM = "not_them"  # who asked could not show that the name is theirs
    REFUSED = "refused"  # with a reason that they were told
