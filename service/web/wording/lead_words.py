"""What a lead's sheet calls things, beside `service.web.wording.words`."""

from collections.abc import Mapping

from models.privacy_words import AskedFor, NoticeWay, RequestEnd
from models.words import (
    ActivityKind,
    ClockKind,
    DraftState,
    EnrolmentState,
    HandBackReason,
    LostReason,
    NurtureChannel,
    OfferState,
    TaskKind,
    TouchOutcome,
)
from service.leads.related import Relation
from service.rules.etiquette import Manner

HAND_BACK: Mapping[HandBackReason, str] = {
    HandBackReason.NO_RESPONSE: "They do not answer",
    HandBackReason.NOT_READY: "Not ready to buy yet",
    HandBackReason.NO_BUDGET: "No budget",
    HandBackReason.NO_AUTHORITY: "Does not decide, and leads to nobody who does",
    HandBackReason.WRONG_TIMING: "Wrong time; right on the day below",
    HandBackReason.NEEDS_CONTENT: "Needs to read up first",
    HandBackReason.WRONG_PRODUCT: "Wants something that we do not sell",
}
LOST: Mapping[LostReason, str] = {
    LostReason.COMPETITOR: "To a competitor, named below",
    LostReason.PRICE: "Too expensive",
    LostReason.NO_DECISION: "They decided nothing",
    LostReason.BUILT_INHOUSE: "They built it themselves",
    LostReason.TIMING: "The time was wrong",
    LostReason.LOST_CONTACT: "Contact was lost",
}
OUTCOMES: Mapping[TouchOutcome, str] = {
    TouchOutcome.ANSWERED: "They answered",
    TouchOutcome.NO_ANSWER: "No answer",
    TouchOutcome.REMOVED: "Removed by moderators",
    TouchOutcome.UNWELCOME: "They want to be left alone",
}
TASKS: Mapping[TaskKind, str] = {
    TaskKind.FOLLOW_UP: "follow up",
    TaskKind.REMINDER: "reminder",
    TaskKind.REVIEW: "review",
    TaskKind.NURTURE_STEP: "nurture step",
    TaskKind.APPOINTMENT: "appointment",
}
#: What people add by hand; the others come by themselves.
TASKS_TO_ADD = (TaskKind.REMINDER, TaskKind.APPOINTMENT, TaskKind.REVIEW)
CLOCKS: Mapping[ClockKind, str] = {
    ClockKind.REVIEW: "to be reviewed",
    ClockKind.ROUTE: "a rep is found",
    ClockKind.ACCEPT: "the rep answers the offer",
    ClockKind.FIRST_TOUCH: "the buyer hears from us",
    ClockKind.UPDATE: "next sign of life",
    ClockKind.NEXT_STEP: "what was promised",
}
OFFERS: Mapping[OfferState, str] = {
    OfferState.OPEN: "open",
    OfferState.ACCEPTED: "accepted",
    OfferState.DECLINED: "declined",
    OfferState.EXPIRED: "ran out",
    OfferState.WITHDRAWN: "taken back",
}
ACTIVITIES: Mapping[ActivityKind, str] = {
    ActivityKind.EMAIL_OPEN: "opened a mail",
    ActivityKind.LINK_CLICK: "followed a link",
    ActivityKind.PAGE_VIEW: "read a page",
    ActivityKind.DOWNLOAD: "downloaded something",
    ActivityKind.WEBINAR: "came to a webinar",
    ActivityKind.APPOINTMENT: "made an appointment",
    ActivityKind.DEMO: "asked for a demo",
}
RELATIONS: Mapping[Relation, str] = {
    Relation.SAME_PERSON: "the same person",
    Relation.SAME_ADDRESS: "the same address, not verified",
    Relation.SAME_HANDLE: "the same name at another place",
    Relation.SAME_ACCOUNT: "the same company",
}
CHANNELS: Mapping[NurtureChannel, str] = {
    NurtureChannel.EMAIL: "by mail",
    NurtureChannel.CALL: "by phone",
    NurtureChannel.REPLY: "in the thread",
}
DRAFTS: Mapping[DraftState, str] = {
    DraftState.PLANNED: "planned",
    DraftState.DUE: "due",
    DraftState.DONE: "passed on",
    DraftState.SKIPPED: "left out",
}
ENROLMENTS: Mapping[EnrolmentState, str] = {
    EnrolmentState.RUNNING: "running",
    EnrolmentState.FINISHED: "through",
    EnrolmentState.STOPPED: "stopped",
}
MANNERS: Mapping[Manner, str] = {
    Manner.LINKS: "links",
    Manner.PROMOTION: "promotion",
    Manner.DISCLOSURE: "who speaks",
    Manner.SAME_TEXT: "same text",
    Manner.LENGTH: "length",
    Manner.COMMUNITY: "community rule",
    Manner.NOTICE: "where from",
}
#: By what way somebody was told that we have words of theirs.
NOTICE_WAYS: Mapping[NoticeWay, str] = {
    NoticeWay.REPLY: "with the answer",
    NoticeWay.MESSAGE: "by a message there",
    NoticeWay.EMAIL: "by e-mail",
    NoticeWay.CALL: "in a call",
    NoticeWay.OTHERWISE: "otherwise",
}
#: What somebody who is heard may ask of us, as the page for them has it.
ASKED_FOR: Mapping[AskedFor, str] = {
    AskedFor.OBJECTION: "Leave me alone from now on",
    AskedFor.ERASURE: "Erase what you keep of me, and leave me alone",
    AskedFor.ACCESS: "Send me a copy of what you keep of me",
    AskedFor.CORRECTION: "Correct what you keep of me",
}
#: What came of it, as whoever answered it says.
REQUEST_ENDS: Mapping[RequestEnd, str] = {
    RequestEnd.DONE: "Done, and they were told",
    RequestEnd.NOTHING_HERE: "Nothing is here of them; they were told",
    RequestEnd.NOT_THEM: "They could not show that the name is theirs",
    RequestEnd.REFUSED: "Refused, and they were told why",
}
#: Budget, authority, need, timeline: what each number of points means (nlp.bant).
POINTS: tuple[str, ...] = ("not known", "partly", "clear")
