"""What was just done, told once on the next page: a signed cookie that holds a code, no text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request, Response
from itsdangerous import BadSignature, URLSafeSerializer

from service.leads.undoing import Undoable
from service.serving.site import Site, site_of
from service.times import iso, moment

_COOKIE = "harken_flash"
_SECONDS = 60

SAYINGS: Mapping[str, str] = {
    "accepted": "Accepted: it is yours. Open the original, answer as yourself, log the touch.",
    "declined": "Declined. It goes to the next rep who fits.",
    "declined_not_a_lead": "Declined as no lead. A marketer will look at it.",
    "promoted": "Promoted. It is offered to a rep within minutes.",
    "dismissed": "Dismissed. It is closed with your reason.",
    "noted": "Noted.",
    "touched": "Noted. The clock for the next update begins anew: {at}.",
    "touched_first": "Noted: the first contact is made and its clock has stopped. The lead is "
    "worked on from now; the next update is due {at}.",
    "touched_follow_up": "Noted: the first contact is made, its clock has stopped, and the "
    "follow-up is ticked off. The lead is worked on from now; the next update is due {at}.",
    "touched_note": "The note is kept. The first contact is still to be made.",
    "captured_lead": "Captured: it is a lead.",
    "captured_noted": "Captured. Nobody asks for anything there that a topic listens for.",
    "captured_known": "That was captured before; nothing is new.",
    "brought": "Taken in. Below it can be taken back, as far as nobody works on it.",
    "brought_back": "Taken back, as if it had never been.",
    "brought_back_some": "Taken back, but for leads that somebody has worked on since: they stay.",
    "captured_barred": "Its author asked to be left alone. Nothing was stored.",
    "welcome": "Welcome. Leads that are offered to you come in here, each with its clock.",
    "welcome_empty": "Welcome. No lead has come yet: say what you sell, and it is listened for.",
    "welcome_others": "Welcome. What waits for you comes first.",
    "saved": "Saved.",
    "topic_saved": "Saved. What comes in from now on is judged by it.",
    "topic_same": "The file says exactly that already. Nothing was changed.",
    "topic_on": "It listens from now on.",
    "topic_off": "Switched off. What it heard stays.",
    "topic_restored": "It is as it was then.",
    "source_added": "Added. It is read within a minute.",
    "source_on": "It is listened to from now on.",
    "source_off": "Switched off. Its posts and leads stay.",
    "source_due": "It is read next, within a minute.",
    "source_moved": "It is listened to at its new address.",
    "sources_added": "Added. They are read one after the other, each host at its own pace.",
    "begun": "Harken listens now.",
    "begun_but_own": "Harken listens at the places that you ticked. Your own address is next: "
    "look at what is there, then press “Listen here”.",
    "drafted_own": "The topic is saved. Your own address is read once you press “Listen here”.",
    "drafted": "The topic is saved. No place was chosen, so nothing is listened to yet.",
    "confirmed": "Noted: it is a lead.",
    "snoozed": "It rests until {at}; something new from its author wakes it earlier.",
    "assigned": "It is yours. Open the original, answer as yourself, log the touch.",
    "labelled_right": "Noted, thank you: rightly thrown away. That keeps the miss rate honest.",
    "labelled_missed": "Noted, thank you: a miss. It counts in the miss rate and teaches the "
    "model; it opens no lead.",
    "task_set": "Set. It has its clock.",
    "task_done": "Done.",
    "task_dropped": "Taken back.",
    "step_skipped": "Left out.",
    "handed_back": "Handed back. Marketing has it, with your reason.",
    "qualified": "Qualified: it is an opportunity.",
    "won": "Won. Well done.",
    "lost": "Closed as lost, with your reason.",
    "reopened": "Open again. Its score was made anew.",
    "nurtured": "Marketing looks after it.",
    "track_stopped": "Off the track. Nothing more falls due on it.",
    "merged": "They are one lead now. For 30 days that can be undone.",
    "unmerged": "It is a lead of its own again.",
    "reply_posted": "Noted, with its text. Say here what came of it.",
    "unwelcome": "Noted. Leave them alone: an admin puts them on the list of those who must be.",
    "muted_author": "Muted: this author makes no leads for the topic any more.",
    "muted_community": "Muted: this community makes no leads for the topic any more.",
    "unmuted": "Heard again. What the mute closed is open.",
    "woken": "Awake again: it is due now.",
    "given": "It is offered to them, with a clock on it.",
    "view_kept": "Kept. It stands above the list from now on.",
    "view_forgotten": "Forgotten.",
    "done_with_all": "Done with all that you chose.",
    "all_to_choose": "Nothing was done: choose some leads first, by ticking their scores.",
    "all_to_decline": "Nothing was done: choose a reason beside Decline, then press it again.",
    "all_to_dismiss": "Nothing was done: choose a reason beside Dismiss, then press it again.",
    "all_to_assign": "Nothing was done: choose somebody beside Assign, then press it again.",
    "undone_accept": "Taken back. The offer is open again.",
    "undone_decline": "Taken back. The offer is yours again.",
    "undone_snooze": "Awake again.",
    "undone_assign": "Taken back. It is where it was, or offered to who had it.",
    "undone_note": "The note is gone.",
    "undone_dismiss": "Open again. Its score was made anew.",
    "logged_out": "You are logged out.",
    "logged_out_everywhere": "You are logged out everywhere but here.",
    "session_ended": "That browser is logged out.",
    "password_set": "Your password is a new one. Other browsers are logged out.",
    "codes_on": "From now on the login asks for a code. Other browsers are logged out.",
    "codes_off": "The login asks for no code any more.",
    "feed_revoked": "That feed leads nowhere from now on.",
    "token_revoked": "That token opens nothing from now on.",
    "away": "Noted. No leads come while the absence lasts.",
    "away_keeps": "Noted. What was offered or only accepted went on to others; what they work on "
    "stays theirs until you give it to somebody, below.",
    "back": "Back again. Leads that wait may be offered right away.",
    "left": "Noted. What was offered or only accepted goes to others.",
    "rolled_back": "It is as it was then.",
    "sent_again": "It is sent again within a minute.",
    "suppressed": "Noted. Nothing of theirs is stored or shown from now on.",
    "erased": "Erased. What is left of it is a keyed hash, so that nothing comes back.",
    "told": "Noted. The clock for telling them has stopped.",
    "not_told": "Taken back: they are still to be told.",
    "privacy_asked": "We have it. A person looks at it, and answers within a month at the latest.",
    "privacy_answered": "Noted. What they said of themselves here is gone.",
    "lifted": "Taken off the list. What they write from now on may be stored.",
}


@dataclass(frozen=True, slots=True)
class Flash:
    """Something to say once."""

    text: str
    lead_id: str | None = None
    undo: str | None = None  # the act that is told of; None: it can't be taken back


def leave(
    response: Response,
    site: Site,
    code: str,
    lead_id: str | None = None,
    *,
    at: datetime | None = None,
    undo: Undoable | None = None,
) -> None:
    """Have the next page say what ``code`` stands for.

    Args:
        response: to what was done.
        site: the installation.
        code: of `SAYINGS`.
        lead_id: with which lead.
        at: the moment that the saying names.
        undo: the act, where it can be taken back.
    """
    of_act = undo.batch_id if undo else None
    response.set_cookie(
        _COOKIE,
        _signer(site).dumps([code, lead_id, iso(at) if at else None, of_act]),
        max_age=_SECONDS,
        httponly=True,
        samesite="lax",
        secure=site.secure_cookies,
    )


def pick_up(request: Request, tz: str) -> Flash | None:
    """Return what is to be said, with moments as in ``tz``, if our own signature is on it."""
    cookie = request.cookies.get(_COOKIE)
    if not cookie:
        return None
    try:
        code, lead_id, at, undo = _signer(site_of(request)).loads(cookie)
    except (BadSignature, ValueError, TypeError):
        return None
    if code not in SAYINGS:
        return None
    when = moment(datetime.fromisoformat(at), tz) if at else ""
    return Flash(SAYINGS[code].format(at=when), lead_id, undo)


def forget(response: Response) -> None:
    """Say it no more."""
    response.delete_cookie(_COOKIE)


def _signer(site: Site) -> URLSafeSerializer:
    return URLSafeSerializer(site.secret, salt="harken.flash")
