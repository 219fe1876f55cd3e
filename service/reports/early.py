"""How much earlier a buyer is heard than met."""

from sqlalchemy import func, select
from sqlmodel import Session, col

from models.contact import Inquiry
from models.lead import Lead, LeadSignal, Touchpoint
from service.reports.asked import Asked
from service.reports.document import Report, Table, columns
from service.reports.lives import is_contact, wanted, within
from service.rules.early import Met, early


def report(db: Session, asked: Asked) -> Report:
    """Return the hours from a lead's first signal to its first inquiry or contact, by topic."""
    found = early(_met(db, asked))
    return Report(
        name="early",
        period=asked.period,
        tables=(
            Table(
                name="early",
                title="From the first signal to the first inquiry or contact",
                columns=columns(
                    "topic: topic",
                    "leads: leads met",
                    "heard_first: heard first %",
                    "early_detection_hours_p50: hours earlier, half of them at most",
                    "early_detection_hours_p90: hours earlier, 9 of 10 at most",
                ),
                rows=[
                    (one.topic or "all", one.leads, one.heard_first, one.hours_p50, one.hours_p90)
                    for one in found
                ],
            ),
        ),
        notes=(
            "leads that were opened in the period and met since; nights and holidays count too",
        ),
    )


def _met(db: Session, asked: Asked) -> list[Met]:
    """Return the leads that were met: asked for by contacts and by inquiries, one after the other.

    Few leads are met in either way, so that only these are fetched.
    """
    contact = (
        select(func.min(col(Touchpoint.at)))
        .where(col(Touchpoint.lead_id) == col(Lead.id), is_contact())
        .correlate(Lead)
        .scalar_subquery()
    )
    of_inquiry = select(col(LeadSignal.lead_id)).join(
        Inquiry, col(Inquiry.signal_id) == col(LeadSignal.signal_id)
    )
    inquiry = (
        of_inquiry.with_only_columns(func.min(col(Inquiry.at)))
        .where(col(LeadSignal.lead_id) == col(Lead.id))
        .correlate(Lead)
        .scalar_subquery()
    )
    met: dict[str, Met] = {}
    for moment, is_met in (
        (contact, contact.is_not(None)),
        (inquiry, col(Lead.id).in_(of_inquiry)),
    ):
        rows = db.connection().execute(
            select(col(Lead.id), col(Lead.topic_id), col(Lead.first_signal_at), moment).where(
                wanted(asked), within(Lead.created_at, asked.period), is_met
            )
        )
        for lead, topic, heard, at in rows.all():
            before = met.get(lead)
            if before is None or at < before.met_at:
                met[lead] = Met(topic=topic, first_signal_at=heard, met_at=at)
    return list(met.values())
