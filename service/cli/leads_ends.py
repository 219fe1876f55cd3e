"""`harken leads handback|close|reopen|promote`: what comes of a lead, with its code."""

from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from config.money import check_amount, check_currency, minor_units
from models.words import DisqualifyReason, HandBackReason, LostReason
from service.cli.acting import By, LeadName, act_on
from service.cli.options import AsJson, DataDir
from service.cli.output import unusable

if TYPE_CHECKING:
    from service.leads.by_hand import Deed
    from service.leads.closing import Sale

Note = Annotated[str, typer.Option("--note", help="In words, beside the reason.")]
Codes = TypeVar("Codes", bound=StrEnum)


class Ending(StrEnum):
    """How a lead ends by hand."""

    WON = "won"
    LOST = "lost"
    DISQUALIFIED = "disqualified"


def register(app: typer.Typer) -> None:
    """Add these commands to those of `harken leads`."""
    for command in (handback, close, reopen, promote):
        app.command()(command)


def handback(
    lead: LeadName,
    by: By,
    code: Annotated[HandBackReason, typer.Option("--code", help="Why.")],
    until: Annotated[
        datetime | None,
        typer.Option("--until", formats=["%Y-%m-%d"], help="Of wrong_timing: the right day."),
    ] = None,
    note: Note = "",
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Give a lead back to marketing.

    Example: harken leads handback e5658dc6 --code wrong_timing --until 2027-03-01 --by ada
    """
    from service.leads.closing import hand_back

    act_on(
        data,
        lead,
        by,
        lambda house: partial(
            hand_back,
            reason=code,
            config=house.config,
            note=note,
            until=until.date() if until else None,
        ),
        as_json=as_json,
    )


def close(
    lead: LeadName,
    ending: Annotated[Ending, typer.Argument(help="How it ended.")],
    by: By,
    code: Annotated[
        str | None, typer.Option("--code", help="Why it was lost or is no lead.")
    ] = None,
    product: Annotated[str, typer.Option("--product", help="What was bought.")] = "",
    amount: Annotated[
        str | None, typer.Option("--amount", metavar="N", help="For how much, as 1200.50.")
    ] = None,
    currency: Annotated[
        str | None, typer.Option("--currency", metavar="ISO", help="Of the amount, as EUR.")
    ] = None,
    competitor: Annotated[
        str | None, typer.Option("--competitor", help="To whom it was lost.")
    ] = None,
    note: Note = "",
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Close a lead as won, lost or disqualified, with what came of it.

    Example: harken leads close e5658dc6 lost --code price --by ada
    """
    match ending:
        case Ending.WON:
            deed = _won(_sale(product, amount, currency), note)
        case Ending.LOST:
            deed = _lost(_code(LostReason, code), competitor, note)
        case Ending.DISQUALIFIED:
            deed = _no_lead(_code(DisqualifyReason, code), note)
    act_on(data, lead, by, lambda _: deed, as_json=as_json)


def reopen(
    lead: LeadName,
    by: By,
    reason: Annotated[str, typer.Option("--reason", help="Why, in words.")] = "",
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Open a lead again that was lost or disqualified; it starts with marketing.

    Example: harken leads reopen e5658dc6 --reason "they wrote again" --by mia
    """
    from service.leads.closing import reopen as reopen_lead

    act_on(
        data,
        lead,
        by,
        lambda house: partial(
            reopen_lead, reason=reason, config=house.config, secret=house.secret
        ),
        as_json=as_json,
    )


def promote(
    lead: LeadName,
    by: By,
    reason: Annotated[str, typer.Option("--reason", help="Why, in words; it is kept.")],
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a lead ready for sales whatever its score, and route it.

    Example: harken leads promote e5658dc6 --reason "met them at the fair" --by mia
    """
    from service.leads.by_hand import promote as promote_lead

    act_on(
        data,
        lead,
        by,
        lambda house: partial(promote_lead, reason=reason, config=house.config),
        as_json=as_json,
    )


def _won(sale: "Sale", note: str) -> "Deed":
    from service.leads.closing import win

    return partial(win, sale=sale, note=note)


def _lost(reason: LostReason, competitor: str | None, note: str) -> "Deed":
    from service.leads.closing import lose

    return partial(lose, reason=reason, competitor=competitor, note=note)


def _no_lead(reason: DisqualifyReason, note: str) -> "Deed":
    from service.leads.closing import disqualify

    return partial(disqualify, reason=reason, note=note)


def _sale(product: str, amount: str | None, currency: str | None) -> "Sale":
    from service.leads.closing import Sale

    if amount is None or currency is None:
        if amount is not None or currency is not None:
            raise unusable("an amount needs its currency, and a currency its amount")
        return Sale(product=product)
    try:
        minor = minor_units(check_amount(amount), check_currency(currency))
    except ValueError as error:
        raise unusable(str(error)) from error
    return Sale(product=product, amount_minor=minor, currency=currency)


def _code(codes: type[Codes], code: str | None) -> Codes:
    if code not in set(codes):
        raise unusable(f"say why with --code: {', '.join(codes)}")
    return codes(str(code))
