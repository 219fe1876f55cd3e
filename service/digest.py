"""The daily digest of one person: the right few, ranked, with the buyers' own words."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from config import Config
from models.people import User
from models.words import LeadStatus, UserRole
from service.listing import LeadLine, list_leads
from service.times import age, due
from service.unknown import unknown

_REPS = (
    LeadStatus.OFFERED,
    LeadStatus.ACCEPTED,
    LeadStatus.WORKING,
    LeadStatus.OPPORTUNITY,
)
_REVIEW = (LeadStatus.MQL,)
_EVERYTHING = (*_REVIEW, LeadStatus.SALES_READY, *_REPS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What one person should look at today."""

    name: str
    made_at: datetime  # on the person's own clock
    leads: tuple[LeadLine, ...]  # best first
    not_shown: int


def digest_for(db: Session, handle: str, *, config: Config, now: datetime) -> Digest:
    """Return today's digest of the user ``handle``.

    A rep's holds what he was offered and what he owns; a social seller's the signals to review
    in his topics; a manager's or admin's all of both.

    Raises:
        NotFoundError: nobody has that handle.
    """
    user = db.exec(select(User).where(User.handle == handle, col(User.active))).first()
    if user is None:
        known = db.exec(select(User.handle).where(col(User.active))).all()
        raise unknown("user", handle, known)
    mine = [topic.id for topic in config.topics.values() if topic.owner == handle]
    if user.role is UserRole.REP:
        leads = list_leads(db, statuses=_REPS, owner_id=user.id)
    elif user.role is UserRole.MARKETER:
        leads = list_leads(db, statuses=_REVIEW, topics=mine or None)
    else:
        leads = list_leads(db, statuses=_EVERYTHING)
    cap = config.settings.digest.cap
    return Digest(
        name=user.name,
        made_at=now.astimezone(ZoneInfo(user.tz)),
        leads=tuple(leads[:cap]),
        not_shown=max(len(leads) - cap, 0),
    )


def render_text(digest: Digest, *, base_url: str, width: int = 78) -> str:
    """Return the digest as plain text that reads well in a terminal and in a mail."""
    date = f"{digest.made_at:%A %-d %B %Y}"
    head = f"{digest.name}'s digest for {date}"
    if not digest.leads:
        return f"{head}\n\nNothing worth your time today.\n"
    blocks = [
        _item(number, lead, base_url, digest.made_at, width)
        for number, lead in enumerate(digest.leads, start=1)
    ]
    tail = f"\n{digest.not_shown} more not shown: {base_url}/inbox\n" if digest.not_shown else ""
    return f"{head}\n{'=' * len(head)}\n\n" + "\n".join(blocks) + tail


def _item(number: int, lead: LeadLine, base_url: str, now: datetime, width: int) -> str:
    by = f", {due(lead.next_step_at, now).words}" if lead.next_step_at else ""
    lines: list[str] = [
        f"{number:2}. [{lead.shown_score:.1f}] {lead.title}",
        f"    {lead.source}, {age(lead.heard_at, now)}; {lead.kind}, topic {lead.topic}",
        *_wrapped(f"“{lead.quote}”", width),
        f"    Why: {_why(lead.evidence_reasons())}",
        f"    Next: {lead.next_step}{by}",
        f"    {base_url}/leads/{lead.id}",
    ]
    if lead.url:
        lines.append(f"    Original: {lead.url}")
    return "\n".join(lines) + "\n"


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, initial_indent="    ", subsequent_indent="    ")


def _why(reasons: Sequence[str]) -> str:
    return "; ".join(reasons[:4]) or "the model's overall impression"
