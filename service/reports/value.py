"""What the house leaves lying, in money, by its own rates."""

from decimal import Decimal
from fractions import Fraction

from sqlalchemy import and_, case, func, select
from sqlmodel import Session, col

from models.lead import Lead
from service.reports.asked import Asked
from service.reports.document import Cell, Report, Table, columns
from service.reports.forecast import usual_price
from service.reports.lives import wanted, within
from service.reports.spans import DaysBetween
from service.rules.money import Money, rounded
from service.rules.speed import NEVER, HandedOff, is_followed_up
from service.rules.value import Unrealised, unrealised

#: Days; the database measures them a little loosely, so that what is near is looked at closely.
_NEARLY_NEVER = NEVER.days - 0.01


def report(db: Session, asked: Asked) -> Report:
    """Return the unrealised value of the period: leads, qualified, not followed up, buyers, money.

    The rates are measured: qualified is the share that was handed to sales, unfollowed the share
    of those that nobody contacted within 30 days. The share that buys is assumed.
    """
    opened, handed_off, ripe, never = _counted(db, asked)
    qualified = Fraction(handed_off, opened) if opened else Fraction(0)
    unfollowed = Fraction(never, ripe) if ripe else Fraction(0)
    price = asked.price or usual_price(db, before=asked.now)
    value = unrealised(
        opened,
        qualified=qualified,
        unfollowed=unfollowed,
        buy=asked.buy,
        price=price.minor if price else 0,
    )
    notes = [f"the share that buys, {_percent(asked.buy)} %, is assumed and not measured"]
    if price is None:
        notes.append(
            "nothing was won yet, or in several currencies: say what one buyer spends, and there "
            "is a sum of money too"
        )
    if ripe < handed_off:
        young = handed_off - ripe
        notes.append(f"{young:,} hand-offs are younger than 30 days and not in the rate")
    rows = _rows(value, price, qualified, unfollowed, Fraction(asked.buy))
    table = Table(
        name="value",
        title="What is left lying",
        columns=columns("step: step", "leads: leads", "rate: rate %", "money: money"),
        rows=rows,
    )
    return Report(name="value", period=asked.period, tables=(table,), notes=tuple(notes))


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}"


def _counted(db: Session, asked: Asked) -> tuple[int, int, int, int]:
    """Return how many leads were opened, handed off, long enough ago, and never followed up."""
    handed_off, touched = col(Lead.sales_ready_at), col(Lead.first_touch_at)
    theirs = and_(wanted(asked), within(Lead.created_at, asked.period))
    ripe = handed_off <= asked.now - NEVER
    opened, sold, old, untouched = (
        db.connection()
        .execute(
            select(
                func.count(),
                func.count(handed_off),
                func.count(case((ripe, 1))),
                func.count(case((ripe & touched.is_(None), 1))),
            ).where(theirs)
        )
        .one()
    )
    late = select(handed_off, touched).where(
        theirs, ripe, DaysBetween(handed_off, touched) > _NEARLY_NEVER
    )
    too_late = sum(
        not is_followed_up(HandedOff(at=at, first_touch_at=touch))
        for at, touch in db.connection().execute(late)
        if at is not None
    )
    return opened, sold, old, untouched + too_late


def _rows(
    value: Unrealised, price: Money | None, *rates: Fraction
) -> list[tuple[Cell, Cell, Cell, Cell]]:
    qualified, unfollowed, buy = map(float, rates)
    steps: list[tuple[Cell, Cell, Cell, Cell]] = [
        ("leads opened", value.leads, None, None),
        ("handed to sales", value.qualified, qualified, None),
        ("never followed up", value.unfollowed, unfollowed, None),
        ("would buy", value.buyers, buy, None),
    ]
    if price is None:
        return steps
    return [
        *steps,
        ("one buyer spends", None, None, price),
        ("unrealised", None, None, Money(price.currency, value.value)),
        ("unrealised, nothing rounded", None, None, Money(price.currency, rounded(value.exact))),
    ]
