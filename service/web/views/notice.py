"""Whether the author of a lead was told that we have words of theirs, and what to tell them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from config import Config
from models.lead import Lead
from models.post import Author
from models.privacy_words import NoticeWay
from service.access.viewer import Viewer
from service.leads.whose import works_on
from service.privacy.notices import has_to_be_told, notice_of, page_of
from service.rules.notices import Standing
from service.web.views.people import People
from service.web.wording.lead_words import NOTICE_WAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadNotice:
    """What there is to tell the author of a lead, or that it was done."""

    page: str  # its address
    line: str  # to add to the first answer
    told_at: datetime | None
    told_by: str | None  # a name; None: somebody who left
    told_how: str  # in words
    gone_at: datetime | None  # their name went, since nobody told them
    due_at: datetime | None  # None: no clock runs
    goes_at: datetime | None  # when the name goes; None: never by itself
    standing: Standing | None
    may_note: bool
    ways: tuple[tuple[NoticeWay, str], ...] = tuple(NOTICE_WAYS.items())

    @property
    def is_owed(self) -> bool:
        """Whether they are still to be told."""
        return self.standing is not None


def read_notice(
    db: Session,
    viewer: Viewer,
    lead: Lead,
    people: People,
    *,
    config: Config,
    base_url: str,
    now: datetime,
) -> LeadNotice | None:
    """Return what there is to tell; None where nobody is named, or nobody has to be told."""
    author = db.get(Author, lead.author_id) if lead.author_id else None
    if author is None:
        return None
    settings, row = config.settings, notice_of(db, lead.author_id)
    heard = has_to_be_told(db, author, settings)
    if heard is None and row is None and author.pseudonymised_at is None:
        return None
    within = timedelta(days=settings.privacy.notice_days)
    warn = timedelta(days=settings.privacy.warn_days)
    page = page_of(settings, config.notices.page, base_url=base_url)
    return LeadNotice(
        page=page,
        line=config.notices.line_with(page),
        told_at=row.at if row else None,
        told_by=people.name(row.by) if row else None,
        told_how=NOTICE_WAYS[row.way] if row else "",
        gone_at=author.pseudonymised_at,
        due_at=heard.due_at(within) if heard else None,
        goes_at=heard.goes_at(within) if heard else None,
        standing=heard.standing(now, within=within, warn=warn) if heard else None,
        may_note=works_on(viewer.role, viewer.id, lead),
    )
