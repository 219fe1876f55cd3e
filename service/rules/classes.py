"""What a signal counts as where its kind does not say it all.

Source: lead-management.md, map of the guide's kinds: alternative with a complaint cue is
complaint_switch; a reply that asks another user about a product is peer_contact (requirements
A6: "I saw you do this and that ... do you mind telling me ...").
"""

import re
from collections.abc import Iterable

from models.words import Kind, SignalClass

#: What people write of a product that they are about to leave.
_COMPLAINT = re.compile(
    r"\b(?:tired of|fed up|sick of|had enough|disappointed|frustrat\w*|annoy(?:ed|ing)|hate\w?"
    r"|terrible|horrible|awful|useless|unusable|buggy|crash(?:es|ing)|nightmare|ripp?(?:ed|ing)"
    r"(?: us| me)? off|rip-?off|too expensive|price (?:hike|increase)|raised (?:the|their) prices"
    r"|doubled (?:the|their) prices?|genervt|unzufrieden|verärgert|enttäuscht|zu teuer)\b",
    re.IGNORECASE,
)
#: A question or a request to one person ...
_TO_ONE = re.compile(
    r"(?:\b(?:do|did|would|could|can|are|were|have|how|what|which|why|where|is|was)\b"
    r"[^.?!\n]{0,60}\b(?:you|your|yours)\b[^.?!\n]{0,120}\?"
    r"|\b(?:do|would) you mind (?:telling|sharing|saying)"
    r"|\bcare to (?:share|tell|elaborate)\b|\bmind if i ask\b|\bcurious (?:how|what|why) you\b)",
    re.IGNORECASE,
)
#: ... and to everybody, which asks around and contacts nobody.
_TO_ALL = re.compile(
    r"\b(?:any ?(?:one|body)|some ?(?:one|body)|you (?:all|guys|folks)|y'?all|any of you"
    r"|all of you|everyone|everybody|folks|people here)\b",
    re.IGNORECASE,
)
_ASKING = frozenset(
    {Kind.EXPERIENCE, Kind.RECOMMENDATION, Kind.COMPARISON, Kind.PRICING, Kind.NEED}
)


def finer_class(
    kind: Kind, *, text: str, evidence: Iterable[str], is_opening: bool
) -> SignalClass | None:
    """Return the class of a signal where it is finer than its kind, else None.

    Args:
        kind: what its author does.
        text: of the post.
        evidence: the words that moved the judgement.
        is_opening: whether the post opens its conversation; only a reply is to a peer.
    """
    if kind is Kind.ALTERNATIVE and any(_COMPLAINT.search(words) for words in (text, *evidence)):
        return SignalClass.COMPLAINT_SWITCH
    if not is_opening and kind in _ASKING and _asks_a_peer(text):
        return SignalClass.PEER_CONTACT
    return None


def _asks_a_peer(text: str) -> bool:
    return _TO_ONE.search(text) is not None and _TO_ALL.search(text) is None
