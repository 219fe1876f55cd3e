"""An answer in the making: what was drafted, what speaks against posting it so, and where."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlmodel import Session, col, select

from config import Config
from models.lead import Lead
from models.post import Post
from service.access.viewer import Viewer
from service.leads.drafting import drafts_of, nearly_the_same, open_draft
from service.rules.etiquette import (
    Finding,
    Own,
    Weight,
    asks_for_link,
    check,
    proper_names,
    read_rules,
)
from service.web.views.people import People
from service.web.wording.lead_words import MANNERS
from service.web.wording.marking import Mark, Marked, Piece, cut

_MARKS = {Weight.BREAKS: Mark.AGAINST, Weight.CARE: Mark.CUE}
_MOST_ASKED = 20  # posts of the asker that are looked through


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something about the draft."""

    about: str  # "links", in words
    words: str
    quote: str  # the place; empty: all of it
    breaks: bool
    lead_id: str | None  # the other lead that the same text was for


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody means to answer, or has posted."""

    who: str
    text: str
    at: datetime
    is_posted: bool
    is_mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplySheet:
    """The answer to a lead."""

    text: str  # the viewer's own draft; empty: none yet
    saved_at: datetime | None
    pieces: tuple[Piece, ...]  # the draft with the places marked
    remarks: tuple[Remark, ...]
    others: tuple[Answer, ...]  # drafts of colleagues, and what was posted


def read_reply(
    db: Session,
    viewer: Viewer,
    lead: Lead,
    people: People,
    *,
    rules: str,
    config: Config,
    now: datetime,
    notice: str | None = None,
) -> ReplySheet:
    """Return what the viewer drafted for ``lead``, checked against ``rules`` of the community.

    ``notice``: the address that their first answer owes the author, if it is still owed.
    """
    draft = open_draft(db, lead.id, viewer.id)
    text = draft.text if draft else ""
    found: tuple[Finding, ...] = ()
    if text:
        earlier = nearly_the_same(
            db, lead.id, text, called=people.name, among=people.circle.own, now=now
        )
        found = check(
            text,
            read_rules(rules),
            own(config, lead),
            earlier,
            is_asked=_is_asked(db, lead),
            notice=notice,
        )
    return ReplySheet(
        text=text,
        saved_at=draft.saved_at if draft else None,
        pieces=cut(text, _marked(found)),
        remarks=tuple(_remark(one, text) for one in found),
        others=tuple(
            Answer(
                who=people.name(row.user_id) or "somebody",
                text=row.text,
                at=row.posted_at or row.saved_at,
                is_posted=row.posted_at is not None,
                is_mine=row.user_id == viewer.id,
            )
            for row in drafts_of(db, lead.id)
            if people.circle.has(row.user_id) and (draft is None or row.id != draft.id)
        ),
    )


def own(config: Config, lead: Lead) -> Own:
    """Return what is ours on a lead's topic: its products' names, the hosts of our content."""
    topic = config.topics.get(lead.topic_id)
    hosts = (urlsplit(item.url).hostname for item in config.content.item if item.url)
    return Own(
        names=proper_names(topic.products) if topic else (),
        hosts=tuple(dict.fromkeys(host for host in hosts if host)),
    )


def _is_asked(db: Session, lead: Lead) -> bool:
    if lead.author_id is None:
        return False
    said = db.exec(
        select(Post.text)
        .where(Post.thread_id == lead.thread_id, Post.author_id == lead.author_id)
        .order_by(col(Post.published_at))
        .limit(_MOST_ASKED)
    )
    return any(asks_for_link(text) for text in said)


def _marked(found: Iterable[Finding]) -> list[Marked]:
    return [
        Marked(start=one.start, end=one.end, mark=_MARKS[one.weight], why=one.words)
        for one in found
        if one.end > one.start
    ]


def _remark(one: Finding, text: str, most: int = 80) -> Remark:
    quote = " ".join(text[one.start : one.end].split())
    return Remark(
        about=MANNERS[one.manner],
        words=one.words,
        quote=quote if len(quote) <= most else f"{quote[:most]} …",
        breaks=one.weight is Weight.BREAKS,
        lead_id=one.lead_id,
    )
