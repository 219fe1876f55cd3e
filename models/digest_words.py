"""The closed vocabularies of digests. Stored: rename none without a migration."""

from enum import StrEnum


class Rhythm(StrEnum):
    """How often somebody wants a digest."""

    INSTANT = "instant"  # within minutes, whatever came together in them
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


class RunState(StrEnum):
    """What became of a digest."""

    WAITING = "waiting"  # for the mail server
    SENT = "sent"
    SILENT = "silent"  # there was nothing to say
    COLLAPSED = "collapsed"  # not sent in time: the next one holds what it held
    DEAD = "dead"  # refused for good; a person has to look
    READ = "read"  # on the page, before or instead of a mail


class ItemKind(StrEnum):
    """Why something is in a digest."""

    RANKED = "ranked"  # by its score
    EXPLORED = "explored"  # by chance, so that labels don't only confirm the score
    REJECT = "reject"  # a post that was thrown away, to be checked


class AttentionKind(StrEnum):
    """What is the matter."""

    SOURCE_FAILING = "source_failing"
    SOURCE_QUIET = "source_quiet"
    TOPIC_NOISY = "topic_noisy"
    PHRASE_SILENT = "phrase_silent"
    SLA_BREACHED = "sla_breached"
    MODEL_GATE = "model_gate"
    DISK_FULL = "disk_full"
    MAIL_DEAD = "mail_dead"
    ADDRESS_BOUNCING = "address_bouncing"
    DELIVERY_DEAD = "delivery_dead"
    ENDPOINT_DISABLED = "endpoint_disabled"
    NOTICE_DUE = "notice_due"  # somebody who is heard was not told yet
    PRIVACY_REQUEST = "privacy_request"  # somebody who is heard asks for what is theirs
