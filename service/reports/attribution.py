"""Whose is the revenue: the first source, the last, or all of them."""

from collections import defaultdict

from sqlalchemy import and_, select
from sqlmodel import Session, col

from models.lead import Lead, LeadSignal
from models.signal import Signal
from models.source import Source
from models.words import LeadStatus
from service.reports.asked import Asked
from service.reports.document import Report, Table, columns
from service.reports.lives import money, wanted, within
from service.rules.attribution import Credit, Touch, Win, attribute
from service.rules.money import Money, in_currency


def report(db: Session, asked: Asked) -> Report:
    """Return the revenue of the period by source, after three models with the same sum."""
    wins, unpriced = _wins(db, asked)
    credits_ = attribute(wins)
    notes = ["a lead's touches are its signals up to the day it was won"]
    if unpriced:
        notes.append(f"{unpriced:,} won leads have no amount and are not in it")
    return Report(
        name="attribution",
        period=asked.period,
        tables=(
            Table(
                name="attribution",
                title="Revenue by the source that gets the credit",
                columns=columns(
                    "source: source",
                    "currency: currency",
                    "first: first touch",
                    "last: last touch",
                    "linear: linear",
                ),
                rows=[
                    (credit.source, currency, *_three(credit, currency))
                    for credit in credits_
                    for currency in _currencies(credit)
                ],
            ),
        ),
        notes=tuple(notes),
    )


def _currencies(credit: Credit) -> list[str]:
    return sorted({one.currency for one in (*credit.first, *credit.last, *credit.linear)})


def _three(credit: Credit, currency: str) -> tuple[Money, Money, Money]:
    first, last, linear = (
        Money(currency, in_currency(amounts, currency))
        for amounts in (credit.first, credit.last, credit.linear)
    )
    return first, last, linear


def _wins(db: Session, asked: Asked) -> tuple[list[Win], int]:
    """Return the won leads of the period, and how many more have no amount."""
    won = and_(
        wanted(asked),
        col(Lead.status) == LeadStatus.WON,
        within(Lead.closed_at, asked.period),
    )
    leads = select(col(Lead.id), col(Lead.amount_minor), col(Lead.currency)).where(won)
    signals = (
        select(col(LeadSignal.lead_id), col(Signal.happened_at), col(Source.slug))
        .join(Lead, col(Lead.id) == col(LeadSignal.lead_id))
        .join(Signal, col(Signal.id) == col(LeadSignal.signal_id))
        .join(Source, col(Source.id) == col(Signal.source_id))
        .where(won, col(Signal.happened_at) <= col(Lead.closed_at))
    )
    touches: dict[str, list[Touch]] = defaultdict(list)
    for lead_id, at, source in db.connection().execute(signals):
        touches[lead_id].append(Touch(at=at, source=source))
    wins: list[Win] = []
    unpriced = 0
    for lead_id, minor, currency in db.connection().execute(leads):
        if (amount := money(minor, currency)) is None:
            unpriced += 1
        else:
            wins.append(Win(amount=amount, touches=touches[lead_id]))
    return wins, unpriced
