"""`harken audit`: is the record of who did what still whole?"""

import typer

from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import complain, print_json, say

app = typer.Typer(no_args_is_help=True, help="Look at the record of who did what.")


@app.callback()
def _group() -> None:
    """Keep ``verify`` a sub-command although it is the only one so far."""


@app.command()
def verify(data: DataDir = None, as_json: AsJson = False) -> None:
    """Go through the audit chain: each event holds the hash of the one before.

    The status is 1 when an event was changed, left out or put in. The hash of the last one is
    printed: written down elsewhere, it proves later that the end was not cut off. Events older
    than retention.audit_days leave at the other end, and an event in the chain says which.

    Example: harken audit verify
    """
    from service.house import existing_house
    from service.leads.ledger import follow_chain
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        chain = follow_chain(db)
    if as_json:
        print_json(
            {
                "whole": chain.broken_at is None,
                "events": chain.events,
                "last": chain.last,
                "breaks_at": chain.broken_at,
                "cut_through": chain.cut_through,
            }
        )
    elif chain.broken_at is None:
        say(f"{chain.events:,} events, whole; the last one is {chain.last}")
        if chain.cut_through is not None:
            say(f"those up to number {chain.cut_through:,} had their time, as the chain says")
    else:
        words = "somebody changed the table; compare with a backup"
        complain(f"breaks at event {chain.broken_at}: {words}")
    if chain.broken_at is not None:
        raise typer.Exit(1)
