"""The closed vocabularies of the domain. Stored and shown: rename none without a migration."""

from enum import StrEnum


class SourceKind(StrEnum):
    """What a source is, which decides the adapter that reads it."""

    FEED = "feed"  # RSS, Atom, RDF as feedparser knows them
    FORUM = "forum"  # thread pages in HTML
    HACKER_NEWS = "hackernews"  # the Algolia search API and whatever speaks its shape
    STACK_EXCHANGE = "stackexchange"  # its API 2.3
    DISCOURSE = "discourse"  # its JSON
    LEMMY = "lemmy"  # its API v3
    MASTODON = "mastodon"  # a hashtag's public timeline
    BLUESKY = "bluesky"  # its post search
    JETSTREAM = "jetstream"  # Bluesky's stream of all that is posted
    FOREM = "forem"  # DEV and its kind
    GITHUB = "github"  # its issue search
    NODEBB = "nodebb"  # its read API
    REDDIT = "reddit"  # its Data API, by an approved application
    YOUTUBE = "youtube"  # comments, by its Data API
    HYPERKITTY = "hyperkitty"  # archives of Mailman 3
    NNTP = "nntp"  # a newsgroup, or a list's mirror
    IMAP = "imap"  # notification mails in a mailbox of one's own
    MAILBOX = "mailbox"  # an mbox file or a Maildir on this machine
    CAPTURE = "capture"  # what a person pasted or clipped; never polled
    IMPORT = "import"  # an export that a person brought; never polled
    INBOUND = "inbound"  # what people who came to us by themselves wrote; never polled

    @property
    def is_polled(self) -> bool:
        """Say whether a crawl reads it; the others bring posts when a person does."""
        return self not in {SourceKind.CAPTURE, SourceKind.IMPORT, SourceKind.INBOUND}


class SourceHealth(StrEnum):
    """How the last polls of a source went."""

    OK = "ok"
    DEGRADED = "degraded"  # failed lately; polled again with back-off
    POISON = "poison"  # its bytes had to be killed while parsing
    PAUSED = "paused"  # by a person


class Licence(StrEnum):
    """Under what terms a source's posts may be shown."""

    UNKNOWN = "unknown"
    CC_BY_SA_2_5 = "cc-by-sa-2.5"
    CC_BY_SA_3_0 = "cc-by-sa-3.0"
    CC_BY_SA_4_0 = "cc-by-sa-4.0"
    PROPRIETARY = "proprietary"
    OWN = "own"


class StorageMode(StrEnum):
    """How much of a post's text a source policy lets us keep."""

    FULL = "full"
    EXCERPT = "excerpt"  # a window around the evidence
    NONE = "none"  # link and judgement only


class Kind(StrEnum):
    """What a buyer does in a post: the labelling guide's one vocabulary."""

    RECOMMENDATION = "recommendation"
    EXPERIENCE = "experience"
    COMPARISON = "comparison"
    ALTERNATIVE = "alternative"
    PRICING = "pricing"
    PURCHASE = "purchase"
    NEED = "need"
    NONE = "none"


class Role(StrEnum):
    """Who the author is in a post: the labelling guide's one vocabulary."""

    SEEKER = "seeker"
    SELLER = "seller"
    ANSWERER = "answerer"
    REVIEWER = "reviewer"
    SHARER = "sharer"
    JOBSEEKER = "jobseeker"
    RECRUITER = "recruiter"
    RESEARCHER = "researcher"
    OTHER = "other"


class Negative(StrEnum):
    """A reason that takes score away (lead-management.md, Score: ``neg``)."""

    VENDOR_PROMO = "vendor_promo"
    JOB_SEEKER = "job_seeker"
    STUDENT = "student"
    SOLVED = "solved"
    FREEBIE = "freebie"
    COMPETITOR = "competitor"


class SignalStatus(StrEnum):
    """What people said of a signal."""

    NEW = "new"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    MUTED = "muted"


class LeadStatus(StrEnum):
    """Where a lead stands (lead-management.md, Statuses and transitions)."""

    DETECTED = "detected"
    MQL = "mql"
    NURTURING = "nurturing"
    SALES_READY = "sales_ready"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    WORKING = "working"
    OPPORTUNITY = "opportunity"
    WON = "won"
    LOST = "lost"
    DISQUALIFIED = "disqualified"
    MERGED = "merged"
    ERASED = "erased"


class Funnel(StrEnum):
    """Which half of the house a lead is in; follows from its status."""

    MARKETING = "marketing"
    SALES = "sales"
    CLOSED = "closed"


class OfferState(StrEnum):
    """What became of the lease of a lead to a rep."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class DeclineReason(StrEnum):
    """Why a rep gave an offer back."""

    NOT_MY_AREA = "not_my_area"
    CAPACITY = "capacity"
    CONFLICT = "conflict"
    ALREADY_KNOWN = "already_known"
    NOT_A_LEAD = "not_a_lead"


class DisqualifyReason(StrEnum):
    """Why a lead was no lead."""

    SPAM = "spam"
    VENDOR_PROMO = "vendor_promo"
    STUDENT = "student"
    JOB_SEEKER = "job_seeker"
    COMPETITOR = "competitor"
    FREEBIE = "freebie"
    OUT_OF_MARKET = "out_of_market"
    SOLVED = "solved"
    DUPLICATE = "duplicate"
    SENSITIVE = "sensitive"
    UNREACHABLE_EXPIRED = "unreachable_expired"


class TouchpointKind(StrEnum):
    """What happened between a rep and a buyer. The human did it; Harken only notes it."""

    ENGAGE_REPLY = "engage_reply"
    EMAIL = "email"
    CALL = "call"
    MEETING = "meeting"
    NOTE = "note"


class TouchOutcome(StrEnum):
    """What came of a contact, as who made it tells it."""

    ANSWERED = "answered"  # they wrote or spoke back
    NO_ANSWER = "no_answer"
    REMOVED = "removed"  # by the community's moderators
    UNWELCOME = "unwelcome"  # they asked us to leave them alone


class CampaignKind(StrEnum):
    """What a campaign is to bring about; Harken measures it and never runs one."""

    EVENT_BUZZ = "event_buzz"
    PRODUCT_BUZZ = "product_buzz"
    BRAND_BUZZ = "brand_buzz"
    PARTNER_BUZZ = "partner_buzz"
    TALENT_ACQUISITION_BUZZ = "talent_acquisition_buzz"
    LEAD_GENERATION = "lead_generation"


class UserRole(StrEnum):
    """What a person may do here."""

    ADMIN = "admin"
    MARKETER = "marketer"
    MANAGER = "manager"
    REP = "rep"
    PARTNER = "partner"  # of another house: sees only what is given to them
    VIEWER = "viewer"
    PRIVACY_OFFICER = "privacy_officer"  # erases, looks into the audit log, sells nothing


class Half(StrEnum):
    """A half of the house: each signs the process for itself."""

    MARKETING = "marketing"
    SALES = "sales"


class BatchKind(StrEnum):
    """What sort of file somebody brought."""

    RECORDS = "records"  # leads as another Harken exported them
    SHEET = "sheet"  # a rep's spreadsheet


class TokenScope(StrEnum):
    """How much of what its owner may do a program's token may do; each holds those before."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class SuppressionScope(StrEnum):
    """What a suppression key stands for."""

    AUTHOR = "author"
    DOMAIN = "domain"


class SuppressionReason(StrEnum):
    """Why somebody must not be stored, scored or shown."""

    OBJECTION = "objection"
    ERASURE = "erasure"
    DO_NOT_CONTACT = "do_not_contact"
    LEGAL = "legal"
    INTERNAL = "internal"
    COMPETITOR = "competitor"


class ClockKind(StrEnum):
    """What a clock on a lead counts towards."""

    REVIEW = "review"  # somebody looks at an mql
    ROUTE = "route"  # a rep is found
    ACCEPT = "accept"  # the rep says yes or no
    FIRST_TOUCH = "first_touch"  # the buyer hears from us
    UPDATE = "update"  # the next sign of life while it is worked on
    NEXT_STEP = "next_step"  # what the owner promised to do


class EscalationStep(StrEnum):
    """What happens as a clock runs out."""

    REMINDER = "reminder"
    BREACH = "breach"
    MANAGER = "manager"
    RECLAIM = "reclaim"
    PROCESS_OWNER = "process_owner"


class TaskKind(StrEnum):
    """What a task is about."""

    FOLLOW_UP = "follow_up"
    REMINDER = "reminder"
    REVIEW = "review"
    NURTURE_STEP = "nurture_step"
    APPOINTMENT = "appointment"


class SignalClass(StrEnum):
    """What a signal counts as. Finer than the kind: it knows complaints, replies and inquiries."""

    RESEARCH = "research"
    SEEK_RECOMMENDATION = "seek_recommendation"
    ASK_EXPERIENCE = "ask_experience"
    ALTERNATIVES = "alternatives"
    COMPARE = "compare"
    PRICE = "price"
    COMPLAINT_SWITCH = "complaint_switch"
    PEER_CONTACT = "peer_contact"
    READY = "ready"
    INQUIRY = "inquiry"


class ActivityKind(StrEnum):
    """What a known, consenting contact did."""

    EMAIL_OPEN = "email_open"
    LINK_CLICK = "link_click"
    PAGE_VIEW = "page_view"
    DOWNLOAD = "download"
    WEBINAR = "webinar"
    APPOINTMENT = "appointment"
    DEMO = "demo"


class HandBackReason(StrEnum):
    """Why a rep gives a lead back to marketing."""

    NO_RESPONSE = "no_response"
    NOT_READY = "not_ready"
    NO_BUDGET = "no_budget"
    NO_AUTHORITY = "no_authority"
    WRONG_TIMING = "wrong_timing"  # with a date
    NEEDS_CONTENT = "needs_content"
    WRONG_PRODUCT = "wrong_product"


class LostReason(StrEnum):
    """Why a lead that sales worked on did not buy from us."""

    COMPETITOR = "competitor"  # with a name
    PRICE = "price"
    NO_DECISION = "no_decision"
    BUILT_INHOUSE = "built_inhouse"
    TIMING = "timing"
    LOST_CONTACT = "lost_contact"


class WonReason(StrEnum):
    """How a lead became a customer; the product and the amount say the rest."""

    WON = "won"


class PersonRole(StrEnum):
    """What a person has to say in a purchase."""

    UNKNOWN = "unknown"
    DECISION_MAKER = "decision_maker"
    INFLUENCER = "influencer"
    USER = "user"
    TECHNICAL = "technical"
    PROCUREMENT = "procurement"


class InquiryChannel(StrEnum):
    """How somebody came to us."""

    FORM = "form"
    CSV = "csv"
    API = "api"
    EMAIL = "email"
    PHONE = "phone"
    EVENT = "event"
    MAIL = "mail"


class NurtureChannel(StrEnum):
    """By what way a human passes a nurture step on."""

    EMAIL = "email"
    CALL = "call"
    REPLY = "reply"  # in the thread, in person


class EnrolmentState(StrEnum):
    """Where a lead stands on its nurture track."""

    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"


class DraftState(StrEnum):
    """What became of a nurture step. Harken writes drafts; a human sends or skips them."""

    PLANNED = "planned"
    DUE = "due"
    DONE = "done"
    SKIPPED = "skipped"


class DeliveryState(StrEnum):
    """What became of an event on its way to one endpoint."""

    PENDING = "pending"
    SENT = "sent"
    DEAD = "dead"  # given up; a person can have it sent again
    WITHHELD = "withheld"  # about somebody who must be left alone, or about nothing any more
