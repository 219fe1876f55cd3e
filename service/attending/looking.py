"""Look around for what is the matter now; nothing is written."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from config import Config
from models.digest_words import AttentionKind
from models.people import User
from service.attending.delays import of_leads
from service.attending.hearing import of_sources, of_topics
from service.attending.matter import ADMIN, Matter
from service.attending.modelling import of_model
from service.attending.reaching import of_deliveries, of_mail
from service.attending.telling import of_notices, of_requests

_LEAST_FREE = 512 * 2**20  # bytes, as `harken doctor` has it


def look_around(
    db: Session, *, config: Config, folder: Path, now: datetime, least_free: int = _LEAST_FREE
) -> tuple[Matter, ...]:
    """Return what is the matter now; nothing is written.

    Args:
        db: an open session.
        config: the installation's.
        folder: where its data lies; its disk is looked at.
        now: the time.
        least_free: bytes that must be free on that disk.
    """
    ids = dict(db.exec(select(User.handle, User.id).where(col(User.active))).all())
    return (
        *of_sources(db),
        *of_topics(db, config, ids, now),
        *of_leads(db, config, ids),
        *_disk(folder, least_free),
        *of_mail(db, now),
        *of_deliveries(db),
        *of_model(db, now),
        *of_notices(db, config, now),
        *of_requests(db),
    )


def _disk(folder: Path, least_free: int) -> Iterator[Matter]:
    if shutil.disk_usage(folder).free < least_free:
        yield Matter(
            kind=AttentionKind.DISK_FULL,
            subject="disk",
            words=f"The disk is nearly full: less than {least_free >> 20} MiB are free. When it "
            "is full, nothing is heard any more.",
            for_roles=ADMIN,
        )
