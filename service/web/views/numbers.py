"""A few honest numbers for a monitoring system, in Prometheus's text format."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from sqlalchemy import func
from sqlmodel import Session, col, select

from models.lead import Lead, Offer
from models.post import Post
from models.source import Source
from models.words import LeadStatus, OfferState, SourceHealth


def read_numbers(db: Session, *, overdue_notices: int = 0) -> str:
    """Return gauges: leads by status, open offers, posts, active sources by health.

    ``overdue_notices``: people who should have been told by now that we have words of theirs.
    """
    leads = dict(db.exec(select(Lead.status, func.count()).group_by(Lead.status)).all())
    sources = dict(
        db.exec(
            select(Source.health, func.count()).where(col(Source.active)).group_by(Source.health)
        ).all()
    )
    offers = db.exec(
        select(func.count()).select_from(Offer).where(Offer.state == OfferState.OPEN)
    ).one()
    posts = db.exec(select(func.count()).select_from(Post)).one()
    lines = [
        *_by("harken_leads", "Leads by status.", "status", LeadStatus, leads),
        *_one("harken_open_offers", "Offers that wait for an answer.", offers),
        *_one("harken_posts", "Posts that are stored.", posts),
        *_one("harken_overdue_notices", "People to be told of it by now.", overdue_notices),
        *_by("harken_sources", "Active sources by health.", "health", SourceHealth, sources),
    ]
    return "\n".join(lines) + "\n"


def _one(name: str, says: str, value: int) -> Iterable[str]:
    return (f"# HELP {name} {says}", f"# TYPE {name} gauge", f"{name} {value}")


def _by(
    name: str, says: str, label: str, words: type[StrEnum], counts: Mapping[str, int]
) -> Iterable[str]:
    yield f"# HELP {name} {says}"
    yield f"# TYPE {name} gauge"
    for word in words:
        yield f'{name}{{{label}="{word.value}"}} {counts.get(word, 0)}'
