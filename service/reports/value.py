"""What the house leaves lying, in money, by its own rates."""

from fractions import Fraction

from sqlmodel import Session

from service.reports.asked import Asked
from service.reports.document import Cell, Report, Table, columns
from service.reports.forecast import usual_price
from service.reports.lives import opened
from service.rules.money import Money, rounded
from service.rules.speed import HandedOff, speed
from service.rules.value import Unrealised, unrealised


def report(db: Session, asked: Asked) -> Report:
    """Return the unrealised value of the period: leads, qualified, not followed up, buyers, money.

    The rates are measured: qualified is the share that was handed to sales, unfollowed the share
    of those that nobody contacted within 30 days. The share that buys is a parameter.
    """
    lives = opened(db, asked.period)
    handed_off = [
        HandedOff(at=life.handed_off_at, first_touch_at=life.first_touch_at)
        for life in lives
        if life.handed_off_at is not None
    ]
    found = speed(handed_off, now=asked.now)
    qualified = Fraction(len(handed_off), len(lives)) if lives else Fraction(0)
    unfollowed = Fraction(found.never_followed_up, found.ripe) if found.ripe else Fraction(0)
    price = asked.price or usual_price(db, before=asked.now)
    value = unrealised(
        len(lives),
        qualified=qualified,
        unfollowed=unfollowed,
        buy=asked.buy,
        price=price.minor if price else 0,
    )
    notes = ["the share that buys is a parameter (--buy), not a measurement"]
    if price is None:
        notes.append("no price: nothing was won yet, or in several currencies; give --asp")
    if found.ripe < found.handed_off:
        young = found.handed_off - found.ripe
        notes.append(f"{young:,} hand-offs are younger than 30 days and not in the rate")
    rows = _rows(value, price, qualified, unfollowed, Fraction(asked.buy))
    table = Table(
        name="value",
        title="What is left lying",
        columns=columns("step: step", "leads: leads", "rate: rate %", "money: money"),
        rows=rows,
    )
    return Report(name="value", period=asked.period, tables=(table,), notes=tuple(notes))


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
