"""What the page calls things. The stored words stay in ``models.words``; these are for people."""

from collections.abc import Mapping
from typing import TypeAlias

from config.process import Process
from models.moves import LeadEvent
from models.words import (
    DeclineReason,
    DisqualifyReason,
    HandBackReason,
    InquiryChannel,
    LeadStatus,
    LostReason,
    Negative,
    SourceHealth,
    SourceKind,
    TouchpointKind,
    UserRole,
)
from service.web.wording.lead_words import HAND_BACK, LOST
from service.words import KINDS as KINDS
from service.words import LICENCES as LICENCES
from service.words import STEPS as STEPS

STATUSES: Mapping[LeadStatus, str] = {
    LeadStatus.DETECTED: "detected",
    LeadStatus.MQL: "to review",
    LeadStatus.NURTURING: "nurturing",
    LeadStatus.SALES_READY: "ready for sales",
    LeadStatus.OFFERED: "offered",
    LeadStatus.ACCEPTED: "accepted",
    LeadStatus.WORKING: "working",
    LeadStatus.OPPORTUNITY: "opportunity",
    LeadStatus.WON: "won",
    LeadStatus.LOST: "lost",
    LeadStatus.DISQUALIFIED: "dismissed",
    LeadStatus.MERGED: "merged",
    LeadStatus.ERASED: "erased",
}

#: What a house calls the stages.
Stages: TypeAlias = Mapping[LeadStatus, str]


def stages(process: Process) -> Stages:
    """Return what this house calls the stages, as it stands inside a sentence: process.toml."""
    return {**STATUSES, **{status: _inside(name) for status, name in process.stages.items()}}


def _inside(name: str) -> str:
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


#: What happened, as the timeline tells it.
EVENTS: Mapping[LeadEvent, str] = {
    LeadEvent.SCORED: "scored",
    LeadEvent.PROMOTED: "promoted to sales",
    LeadEvent.PARKED: "parked",
    LeadEvent.OFFERED: "offered",
    LeadEvent.ACCEPTED: "accepted",
    LeadEvent.DECLINED: "declined",
    LeadEvent.DECLINED_NOT_A_LEAD: "declined: not a lead",
    LeadEvent.LEASE_EXPIRED: "the offer ran out",
    LeadEvent.REASSIGNED: "given to somebody else",
    LeadEvent.TOUCHED: "first touch",
    LeadEvent.SLA_EXPIRED: "no touch in time, back to the queue",
    LeadEvent.HANDED_BACK: "handed back to marketing",
    LeadEvent.QUALIFIED: "qualified",
    LeadEvent.WENT_STALE: "went stale, back to the queue",
    LeadEvent.WON: "won",
    LeadEvent.LOST: "lost",
    LeadEvent.DISQUALIFIED: "dismissed",
    LeadEvent.EXPIRED: "expired",
    LeadEvent.REOPENED: "opened again",
    LeadEvent.MERGED: "merged into another lead",
    LeadEvent.UNMERGED: "taken out of another lead again",
    LeadEvent.ERASED: "erased",
}

DECLINE: Mapping[DeclineReason, str] = {
    DeclineReason.NOT_A_LEAD: "Not a lead",
    DeclineReason.NOT_MY_AREA: "Not my area",
    DeclineReason.CAPACITY: "No time for it",
    DeclineReason.CONFLICT: "Conflict of interest",
    DeclineReason.ALREADY_KNOWN: "Somebody talks to them already",
}

DISMISS: Mapping[DisqualifyReason, str] = {
    DisqualifyReason.VENDOR_PROMO: "A vendor's promotion",
    DisqualifyReason.SPAM: "Spam",
    DisqualifyReason.SOLVED: "Has found one",
    DisqualifyReason.FREEBIE: "Wants it for free",
    DisqualifyReason.OUT_OF_MARKET: "Not our market",
    DisqualifyReason.DUPLICATE: "We have it already",
    DisqualifyReason.JOB_SEEKER: "Looks for a job",
    DisqualifyReason.STUDENT: "A student's question",
    DisqualifyReason.COMPETITOR: "A competitor",
    DisqualifyReason.SENSITIVE: "A sensitive matter",
    DisqualifyReason.UNREACHABLE_EXPIRED: "Can't be reached",
}

TOUCHES: Mapping[TouchpointKind, str] = {
    TouchpointKind.ENGAGE_REPLY: "Replied in the thread",
    TouchpointKind.EMAIL: "Wrote a mail",
    TouchpointKind.CALL: "Called",
    TouchpointKind.MEETING: "Met",
    TouchpointKind.NOTE: "Note",
}

NEGATIVES: Mapping[Negative, str] = {
    Negative.VENDOR_PROMO: "sounds like a vendor",
    Negative.JOB_SEEKER: "looks for a job",
    Negative.STUDENT: "sounds like a student",
    Negative.SOLVED: "seems to have found one",
    Negative.FREEBIE: "wants it for free",
    Negative.COMPETITOR: "is a competitor",
}

SOURCES: Mapping[SourceKind, str] = {
    SourceKind.FEED: "feed",
    SourceKind.FORUM: "forum",
    SourceKind.HACKER_NEWS: "Hacker News search",
    SourceKind.STACK_EXCHANGE: "Stack Exchange",
    SourceKind.DISCOURSE: "Discourse",
    SourceKind.LEMMY: "Lemmy",
    SourceKind.MASTODON: "Mastodon",
    SourceKind.BLUESKY: "Bluesky",
    SourceKind.JETSTREAM: "Bluesky, all posts",
    SourceKind.FOREM: "Forem",
    SourceKind.GITHUB: "GitHub issues",
    SourceKind.NODEBB: "NodeBB",
    SourceKind.REDDIT: "Reddit",
    SourceKind.YOUTUBE: "YouTube comments",
    SourceKind.HYPERKITTY: "mailing list",
    SourceKind.NNTP: "newsgroup",
    SourceKind.IMAP: "notification mails",
    SourceKind.MAILBOX: "mailbox file",
    SourceKind.CAPTURE: "captured by hand",
    SourceKind.IMPORT: "imported",
    SourceKind.INBOUND: "inquiry",
}

#: What the languages are called that posts are told apart by.
LANGUAGES: Mapping[str, str] = {
    "und": "not told",
    "ar": "Arabic",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "sv": "Swedish",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "zh": "Chinese",
}

#: How somebody came to us who did so by themselves.
INQUIRIES: Mapping[InquiryChannel, str] = {
    InquiryChannel.FORM: "by a form",
    InquiryChannel.CSV: "in a list",
    InquiryChannel.API: "from a program",
    InquiryChannel.EMAIL: "by e-mail",
    InquiryChannel.PHONE: "by phone",
    InquiryChannel.EVENT: "at an event",
    InquiryChannel.MAIL: "by letter",
}

HEALTHS: Mapping[SourceHealth, str] = {
    SourceHealth.OK: "answers",
    SourceHealth.DEGRADED: "failed lately",
    SourceHealth.POISON: "sends what can't be read",
    SourceHealth.PAUSED: "paused",
}

ROLES: Mapping[UserRole, str] = {
    UserRole.ADMIN: "admin",
    UserRole.MARKETER: "marketer",
    UserRole.MANAGER: "manager",
    UserRole.REP: "rep",
    UserRole.PARTNER: "partner",
    UserRole.VIEWER: "viewer",
    UserRole.PRIVACY_OFFICER: "privacy officer",
}

#: Slots in the order in which a rep asks for them; the first four of them are BANT.
FACTS: Mapping[str, str] = {
    "need": "Need",
    "budget": "Budget",
    "authority": "Authority",
    "timeline": "Timeline",
    "wants": "Looks for",
    "team_size": "Team",
    "products": "Uses or names",
    "competitors": "Competitors",
    "location": "Place",
}


#: The views of the inbox, as a heading and as a tab.
VIEWS: Mapping[str, str] = {
    "mine": "My leads",
    "queue": "Queue",
    "waiting": "Waiting leads",
    "snoozed": "Snoozed leads",
    "all": "All leads",
    "closed": "Closed leads",
}
VIEW_TABS: Mapping[str, str] = {
    "mine": "Mine",
    "queue": "Queue",
    "waiting": "Waiting",
    "snoozed": "Snoozed",
    "all": "All",
    "closed": "Closed",
}

#: What was done at one press, and can be taken back.
ACTS: Mapping[str, str] = {
    "accept": "accepted",
    "decline": "declined",
    "snooze": "snoozed",
    "assign": "assigned",
    "note": "a note",
    "dismiss": "dismissed",
    "promote": "promoted",
}

#: Days for which a lead can be put off at a press, as people say them.
SNOOZES: Mapping[int, str] = {
    1: "tomorrow",
    3: "in 3 days",
    7: "in a week",
    14: "in 2 weeks",
    30: "in 30 days",
}

#: The letter after ``g`` that leads to an area.
GO: Mapping[str, str] = {
    "/inbox": "i",
    "/digest": "d",
    "/topics": "t",
    "/sources": "s",
    "/reports": "r",
    "/team": "m",
    "/settings": "e",
}


def reason_in_words(stored: str | None) -> str:
    """Return a stored reason as people say it; free text stays as it is."""
    if stored in set(DeclineReason):
        return DECLINE[DeclineReason(stored)]
    if stored in set(DisqualifyReason):
        return DISMISS[DisqualifyReason(stored)]
    if stored in set(HandBackReason):
        return HAND_BACK[HandBackReason(stored)]
    if stored in set(LostReason):
        return LOST[LostReason(stored)]
    return stored or ""
