"""`harken value`: what is left lying, in money, for figures that somebody names."""

from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from service.cli.options import AsJson
from service.cli.output import print_json, say

app = typer.Typer(no_args_is_help=True, help="Work out what leads are worth.")


@app.callback()
def _root() -> None:
    """Hold the commands together: there is one, and it has a name."""


def parse_share(text: str) -> Decimal:
    """Return a share of 0..1 as it was written, to the last digit.

    Raises:
        BadParameter: it is none.
    """
    try:
        share = Decimal(text)
    except InvalidOperation:
        share = Decimal(-1)
    if not (share.is_finite() and 0 <= share <= 1):
        raise typer.BadParameter(f"{text!r} is no share; write it like .45, from 0 to 1")
    return share


@app.command()
def unrealised(
    leads: Annotated[int, typer.Option("--leads", min=0, help="How many leads there were.")],
    qualified: Annotated[
        Decimal,
        typer.Option(
            "--qualified", metavar="SHARE", parser=parse_share, help="Of them, worth a rep's time."
        ),
    ],
    unfollowed: Annotated[
        Decimal,
        typer.Option(
            "--unfollowed",
            metavar="SHARE",
            parser=parse_share,
            help="Of those, never followed up.",
        ),
    ],
    asp: Annotated[int, typer.Option("--asp", min=0, help="What one buyer spends.")],
    buy: Annotated[
        Decimal,
        typer.Option("--buy", metavar="SHARE", parser=parse_share, help="Of those, that buy."),
    ] = Decimal("0.45"),
    as_json: AsJson = False,
) -> None:
    """Work out what qualified leads that nobody followed up would have spent.

    Each step is rounded to whole leads; the last line is the sum without rounding. The 45 % that
    buy are Gartner's as quoted by others: put in your own.

    Example: harken value unrealised --leads 3510 --qualified .20 --unfollowed .70 --asp 100000
    """
    from service.rules import value

    found = value.unrealised(leads, qualified=qualified, unfollowed=unfollowed, buy=buy, price=asp)
    exact = round(float(found.exact), 2)
    if as_json:
        print_json(
            {
                "leads": found.leads,
                "qualified": found.qualified,
                "unfollowed": found.unfollowed,
                "buyers": found.buyers,
                "value": found.value,
                "exact": int(exact) if found.exact.denominator == 1 else exact,
            }
        )
        return
    last = f"{int(found.exact):,}" if found.exact.denominator == 1 else f"{exact:,.2f}"
    for words, figure in (
        ("leads", f"{found.leads:,}"),
        (f"qualified ({qualified:%})", f"{found.qualified:,}"),
        (f"never followed up ({unfollowed:%})", f"{found.unfollowed:,}"),
        (f"would have bought ({buy:%})", f"{found.buyers:,}"),
        ("unrealised", f"{found.value:,}"),
        ("unrealised, nothing rounded", last),
    ):
        say(f"{words:<32}{figure:>16}")
