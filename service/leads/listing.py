"""Leads as people and scripts read them: a line each, with the buyer's own words."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from models.lead import Lead, LeadSignal, Offer
from models.people import User
from models.post import Post
from models.score import shown
from models.signal import Signal
from models.source import Source
from models.words import LeadStatus, OfferState
from service.errors import NotFoundError
from service.posts.folding import Elsewhere, also_posted

_IN_CHUNK = 500
_SHORT = 8  # characters of an id's end: random, while its beginning is the clock
_CANDIDATES = 5
_QUOTE = 280  # characters; a digest stays a digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Words of the buyer with the reason why they matter."""

    text: str
    reason: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadLine:
    """A lead with what makes it one."""

    id: str
    title: str
    score: float
    kind: str
    status: LeadStatus
    topic: str
    journey_step: int
    source: str  # its name
    url: str | None
    owner: str | None  # handle of who has it or is offered it
    heard_at: datetime  # when its strongest post was written
    next_step: str
    next_step_at: datetime | None
    quote: str  # the passage around the strongest evidence
    evidence: tuple[Quote, ...]
    elsewhere: tuple[Elsewhere, ...] = ()  # where else its author said the same
    is_customer: bool = False  # they bought from us before

    @property
    def short_id(self) -> str:
        """Return the end of the id, which tells leads apart at a glance."""
        return self.id[-_SHORT:]

    @property
    def shown_score(self) -> float:
        """Return the score as it is shown, 0..100 in tenths; see ``models.score``."""
        return shown(self.score)

    @property
    def strongest_words(self) -> str:
        """Return the buyer's own words that speak for the lead most; its title if none do."""
        speaking = [q for q in self.evidence if q.weight > 0]
        return max(speaking, key=lambda q: q.weight).text if speaking else self.title

    def evidence_reasons(self) -> tuple[str, ...]:
        """Return what speaks for the lead, strongest first, each reason once."""
        return tuple(dict.fromkeys(q.reason for q in self.evidence if q.weight > 0))

    def as_json(self) -> dict[str, object]:
        """Return the object that `harken demo --json` and `harken leads list --json` print."""
        return {
            "id": self.id,
            "title": self.title,
            "score": self.shown_score,
            "kind": self.kind,
            "status": self.status.value,
            "topic": self.topic,
            "journey_step": self.journey_step,
            "source": self.source,
            "url": self.url,
            "owner": self.owner,
            "heard": self.heard_at.isoformat(),
            "next_step": self.next_step,
            "due": self.next_step_at.isoformat() if self.next_step_at else None,
            "quote": self.quote,
            "evidence": [
                {"text": q.text, "reason": q.reason, "weight": round(q.weight, 3)}
                for q in self.evidence
            ],
            "also_posted": [place.as_json() for place in self.elsewhere],
        }


def list_leads(
    db: Session,
    *,
    statuses: Collection[LeadStatus] | None = None,
    lead_id: str | None = None,
    owner_id: str | None = None,
    topics: Collection[str] | None = None,
    most: int = 1000,
) -> list[LeadLine]:
    """Return leads, best score first, then the furthest in their journey.

    Args:
        db: an open session.
        statuses: only these; None: all.
        lead_id: only this one; a beginning or an end of its id gives all that have it.
        owner_id: only those that this user owns or is offered.
        topics: only of these topics.
        most: how many at the most.
    """
    wanted = select(Lead).order_by(
        col(Lead.score).desc(), col(Lead.journey_step).desc(), col(Lead.id)
    )
    if statuses is not None:
        wanted = wanted.where(col(Lead.status).in_(sorted(statuses)))
    if lead_id is not None:
        wanted = wanted.where(
            col(Lead.id).startswith(lead_id, autoescape=True)
            | col(Lead.id).endswith(lead_id, autoescape=True)
        )
    if topics is not None:
        wanted = wanted.where(col(Lead.topic_id).in_(sorted(topics)))
    if owner_id is not None:
        offered = select(Offer.lead_id).where(
            Offer.to_user_id == owner_id, Offer.state == OfferState.OPEN
        )
        wanted = wanted.where((col(Lead.owner_id) == owner_id) | col(Lead.id).in_(offered))
    leads = db.exec(wanted.limit(most)).all()
    return _lines(db, leads)


def lines_of(db: Session, lead_ids: Collection[str]) -> dict[str, LeadLine]:
    """Return the lines of these leads by id; those that nothing speaks for any more are left out.

    Args:
        db: an open session.
        lead_ids: not more than a digest or a page holds.
    """
    spoken_for = select(LeadSignal.lead_id)
    leads = db.exec(
        select(Lead).where(col(Lead.id).in_(lead_ids), col(Lead.id).in_(spoken_for))
    ).all()
    return {line.id: line for line in _lines(db, leads)}


def the_lead(db: Session, lead_id: str) -> LeadLine:
    """Return the one lead whose id begins or ends with ``lead_id``.

    Raises:
        NotFoundError: none does, or several; then it names them.
    """
    found = list_leads(db, lead_id=lead_id.lower(), most=_CANDIDATES + 1)
    if not found:
        raise NotFoundError(f"no lead is called {lead_id!r}; see `harken leads list`")
    if len(found) > 1:
        short = {line.short_id for line in found}
        names = [line.short_id if len(short) == len(found) else line.id for line in found]
        told = ", ".join(names[:_CANDIDATES]) + (", ..." if len(found) > _CANDIDATES else "")
        raise NotFoundError(f"{lead_id!r} may be any of these leads, say more of it: {told}")
    return found[0]


def _lines(db: Session, leads: Sequence[Lead]) -> list[LeadLine]:
    ids = [lead.id for lead in leads]
    strongest = _strongest(db, ids)
    holders = _holders(db, ids)
    handles = dict(db.exec(select(User.id, User.handle)).all())
    elsewhere = also_posted(db, ids)
    lines = []
    for lead in leads:
        if lead.id not in strongest:  # merged: the lead that lives on has its words
            continue
        signal, post, source = strongest[lead.id]
        holder = lead.owner_id or holders.get(lead.id)
        lines.append(
            LeadLine(
                id=lead.id,
                title=lead.title,
                score=lead.score,
                kind=lead.kind.value,
                status=lead.status,
                topic=lead.topic_id,
                journey_step=lead.journey_step,
                source=source,
                url=post.url,
                owner=handles[holder] if holder else None,
                heard_at=post.published_at,
                next_step=lead.next_step,
                next_step_at=lead.next_step_at,
                quote=quote_of(post, signal),
                evidence=_evidence(signal),
                elsewhere=elsewhere.get(lead.id, ()),
                is_customer=lead.existing_customer,
            )
        )
    return lines


def _strongest(db: Session, ids: Sequence[str]) -> Mapping[str, tuple[Signal, Post, str]]:
    """Return each lead's most probable signal with its post and the name of its source."""
    best: dict[str, tuple[Signal, Post, str]] = {}
    for start in range(0, len(ids), _IN_CHUNK):
        rows = db.exec(
            select(LeadSignal.lead_id, Signal, Post, Source.name)
            .join(Signal, col(Signal.id) == LeadSignal.signal_id)
            .join(Post, col(Post.id) == Signal.post_id)
            .join(Source, col(Source.id) == Post.source_id)
            .where(col(LeadSignal.lead_id).in_(ids[start : start + _IN_CHUNK]))
            .order_by(col(Signal.probability).desc(), col(Signal.id))
        )
        for lead_id, signal, post, source in rows:
            best.setdefault(lead_id, (signal, post, source))
    return best


def _holders(db: Session, ids: Sequence[str]) -> Mapping[str, str]:
    held: dict[str, str] = defaultdict(str)
    for start in range(0, len(ids), _IN_CHUNK):
        chunk = ids[start : start + _IN_CHUNK]
        held.update(
            db.exec(
                select(Offer.lead_id, Offer.to_user_id).where(
                    Offer.state == OfferState.OPEN, col(Offer.lead_id).in_(chunk)
                )
            ).all()
        )
    return held


def _evidence(signal: Signal) -> tuple[Quote, ...]:
    return tuple(
        Quote(text=str(e["text"]), reason=str(e["reason"]), weight=float(str(e["weight"])))
        for e in (*signal.evidence, *signal.matched)
    )


def quote_of(post: Post, signal: Signal) -> str:
    """Return at most 280 characters of the post around its strongest evidence."""
    speaking = [e for e in signal.evidence if e["field"] == "body" and float(str(e["weight"])) > 0]
    text = post.text or post.title
    if len(text) <= _QUOTE or not speaking:
        return _cut(text, 0)
    middle = (int(str(speaking[0]["start"])) + int(str(speaking[0]["end"]))) // 2
    return _cut(text, max(0, min(middle - _QUOTE // 2, len(text) - _QUOTE)))


def _cut(text: str, start: int) -> str:
    """Return a passage from ``start``, begun and ended between words."""
    end = start + _QUOTE
    passage = text[start:end]
    if start > 0 and " " in passage:
        passage = "… " + passage.split(" ", 1)[1]
    if end < len(text) and " " in passage:
        passage = passage.rsplit(" ", 1)[0] + " …"
    return " ".join(passage.split())
