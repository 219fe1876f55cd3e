"""Bring the rows of campaigns and costs into line with ``costs.toml``."""

import uuid

from sqlmodel import Session, col, select

from config import Config
from config.campaign import CampaignSpec, CostSpec
from models.cost import Campaign, CostEntry
from models.source import Source

_ENTRIES = uuid.UUID("a3f5c1de-92a4-5d2e-8e52-6e4f0f6f9c1b")  # any will do, as long as it stays


def sync_costs(db: Session, config: Config) -> None:
    """Write what the file says; campaigns that it no longer names are switched off.

    An entry is named by what is in it. So one that was changed is another, and one that stays is
    not written again: this runs before every command.
    """
    for row in db.exec(select(Campaign)):
        row.active = row.id in {spec.id for spec in config.costs.campaign}
        db.add(row)
    for campaign in config.costs.campaign:
        db.merge(_campaign(campaign))
    db.flush()
    sources = dict(db.exec(select(Source.slug, Source.id)).all())
    wanted = {entry.id: entry for spec in config.costs.cost for entry in (_entry(spec, sources),)}
    there = db.exec(select(CostEntry).where(col(CostEntry.from_files))).all()
    for entry in there:
        if wanted.pop(entry.id, None) is None:
            db.delete(entry)
    db.add_all(wanted.values())
    db.flush()


def _campaign(spec: CampaignSpec) -> Campaign:
    return Campaign(
        id=spec.id,
        name=spec.name,
        kind=spec.kind,
        starts_on=spec.since,
        ends_on=spec.until,
        budget_minor=spec.budget_minor,
        currency=spec.currency,
        topics=list(spec.topics),
        phrases=list(spec.phrases),
        sources=list(spec.sources),
        baseline_days=spec.baseline,
    )


def _entry(spec: CostSpec, sources: dict[str, str]) -> CostEntry:
    return CostEntry(
        id=str(uuid.uuid5(_ENTRIES, spec.model_dump_json())),
        source_id=sources[spec.source] if spec.source is not None else None,
        campaign_id=spec.campaign,
        since=spec.since,
        until=spec.until,
        amount_minor=spec.amount_minor,
        currency=spec.currency,
        note=spec.note or "",
        from_files=True,
    )
