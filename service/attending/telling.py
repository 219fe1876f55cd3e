"""People who are heard and were not told yet, and what they ask of us."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlmodel import Session

from config import Config
from models.digest_words import AttentionKind
from models.privacy_words import AskedFor
from service.attending.matter import OFFICERS, Matter
from service.privacy.asking import open_requests
from service.privacy.notices import Untold, untold
from service.rules.notices import Standing

_PATH = "/settings/privacy"
_ASKS = {
    AskedFor.ACCESS: "for a copy of what is kept of them",
    AskedFor.ERASURE: "to be erased",
    AskedFor.OBJECTION: "to be left alone",
    AskedFor.CORRECTION: "for a correction",
}


def of_notices(db: Session, config: Config, now: datetime) -> Iterator[Matter]:
    """Yield who is to be told soon, to who can do it; and how many they are, to the officer."""
    warn = timedelta(days=config.settings.privacy.warn_days)
    due = untold(db, config.settings, now=now, until=now + warn)
    for one in due:
        if one.owner_id and one.lead_id:
            yield Matter(
                kind=AttentionKind.NOTICE_DUE,
                subject=f"lead:{one.lead_id}",
                words=_to_owner(one, now),
                path=f"/leads/{one.lead_id}#notice",
                for_users=[one.owner_id],
            )
    if due:
        yield Matter(
            kind=AttentionKind.NOTICE_DUE,
            subject="notices",
            words=_to_officer(due, config),
            path=_PATH,
            for_roles=OFFICERS,
        )


def of_requests(db: Session) -> Iterator[Matter]:
    """Yield what people asked on the page for those who are heard."""
    for row in open_requests(db):
        yield Matter(
            kind=AttentionKind.PRIVACY_REQUEST,
            subject=f"request:{row.id}",
            words=f"Somebody asks {_ASKS[row.asked_for]}: answer by {row.due_at:%-d %B}.",
            path=f"{_PATH}#asked",
            for_roles=OFFICERS,
        )


def _to_owner(one: Untold, now: datetime) -> str:
    if one.goes_at is None:
        return (
            "You were in contact with somebody who was not told where we have their post from: "
            "tell them, and note it on the lead."
        )
    days = max((one.goes_at - now).days, 0)
    when = {0: "Today", 1: "Tomorrow"}.get(days, f"In {days} days")
    return (
        f"{when} a lead of yours loses the name of its author: nobody was in contact with them "
        "and told them where we have their post from."
    )


def _to_officer(due: tuple[Untold, ...], config: Config) -> str:
    late = sum(one.goes_at is None for one in due)
    going = sum(one.standing is not Standing.LATER and one.goes_at is not None for one in due)
    told = [
        f"{late} were contacted and not told where we have their post from" if late else "",
        f"the names of {going} go within {config.settings.privacy.warn_days} days"
        if going
        else "",
    ]
    return f"People who are heard: {'; '.join(part for part in told if part)}."
