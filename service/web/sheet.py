"""A lead's own page, for whoever asks for it: to look at, or because somebody was faster."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request, Response
from sqlmodel import Session

from models.lead import Lead
from models.words import HandBackReason
from service.access.permissions import Permission, may
from service.access.viewer import Viewer
from service.access.visible import find_lead
from service.serving.site import Site, site_of
from service.store.engine import reading
from service.web.forms.back import Back
from service.web.render import page
from service.web.views.colleagues import read_colleagues
from service.web.views.conversation import read_conversation, signals_of
from service.web.views.dossier import read_dossier
from service.web.views.lead import read_lead
from service.web.views.notice import read_notice
from service.web.views.people import People
from service.web.views.reply import read_reply
from service.web.views.timeline import Happening, read_timeline
from service.web.wording.words import reason_in_words, stages

#: What people type on the sheet, and what it is called: kept when somebody was faster.
_TYPED = {
    "note": "Your note",
    "words": "Your note",
    "reason": "Your reason",
    "text": "Your answer",
    "what": "Your task",
    "competitor": "The competitor",
    "product": "The product",
    "amount": "The amount",
    "until": "The day",
    "at": "The moment",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HandBackAgain:
    """The form of a hand-back as it was sent, and what is wrong with its day."""

    reason: HandBackReason
    until: str
    note: str
    back: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanwhile:
    """Why something was not written, and what happened instead."""

    title: str
    why: str
    last: Happening | None  # what was done last; None: nothing is known of it
    typed: tuple[tuple[str, str], ...]  # what the viewer had typed, so that it isn't lost


def sheet_page(
    request: Request,
    viewer: Viewer,
    lead_id: str,
    *,
    status: int = 200,
    refused: tuple[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    again: HandBackAgain | None = None,
) -> Response:
    """Return the page of a lead.

    Args:
        request: what is answered.
        viewer: who looks.
        lead_id: the lead.
        status: of the answer.
        refused: title and reason, where something that was asked could not be done.
        typed: the form that was sent then.
        again: a form that is shown again, filled in.

    Raises:
        NotFoundError: there is no such lead, or it is none of the viewer's business.
    """
    site = site_of(request)
    with reading(site.engine) as db:
        lead = find_lead(db, viewer, lead_id)
        people = People(db, viewer)
        timeline = read_timeline(db, lead, people, stages(site.config.process))
        return page(
            request,
            "lead.html",
            viewer=viewer,
            status=status,
            meanwhile=_meanwhile(
                # Of a form that is wrong it tells nothing what others did.
                timeline if status == HTTPStatus.CONFLICT else (),
                refused,
                typed or {},
            )
            if refused
            else None,
            timeline=timeline,
            back=Back.LEAD,
            again=again,
            tracks=site.config.nurture.track,
            **_parts(db, site, viewer, lead, people),
        )


def _parts(
    db: Session, site: Site, viewer: Viewer, lead: Lead, people: People
) -> dict[str, object]:
    now = site.clock.now()
    signals = signals_of(db, lead.id)
    sheet = read_lead(db, viewer, lead, signals, people, now=now)
    reply, config = None, site.config
    notice = read_notice(db, viewer, lead, people, config=config, base_url=site.base_url, now=now)
    if may(viewer, Permission.WORK_LEADS):
        rules = sheet.source.community_rules
        owed = notice.page if notice and notice.is_owed else None
        reply = read_reply(
            db, viewer, lead, people, rules=rules, config=config, now=now, notice=owed
        )
    return {
        "notice": notice,
        "sheet": sheet,
        "conversation": read_conversation(db, lead, signals),
        "dossier": read_dossier(db, viewer, lead, signals, people, config=site.config, now=now),
        "colleagues": read_colleagues(db, viewer, lead, people),
        "reply": reply,
    }


def _meanwhile(
    timeline: Sequence[Happening], refused: tuple[str, str], typed: Mapping[str, str]
) -> Meanwhile:
    title, why = refused
    return Meanwhile(
        title=title,
        why=why,
        last=timeline[0] if timeline else None,
        typed=tuple(
            (label, reason_in_words(typed[name]))
            for name, label in _TYPED.items()
            if typed.get(name)
        ),
    )
