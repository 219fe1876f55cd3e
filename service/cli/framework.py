"""`harken framework`: the seven parts of lead management, and what they lack."""

import typer

from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import print_json, say

app = typer.Typer(no_args_is_help=True, help="See which parts of the process stand.")


@app.callback()
def _group() -> None:
    """Keep ``status`` a sub-command although it is the only one so far."""


@app.command()
def status(data: DataDir = None, as_json: AsJson = False) -> None:
    """Say of each of the seven parts what stands, what is missing, and the next step.

    Data, lead planning, qualification, routing, nurturing, content mapping, metrics: mending one
    of them is not enough.

    Example: harken framework status
    """
    from service.house import existing_house
    from service.process.framework import components
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        found = components(db, house.config, now=house.clock.now())
    if as_json:
        for part in found:
            print_json(part.as_json())
        return
    for number, part in enumerate(found, 1):
        say(f"{number}. {part.name}: {'lacks something' if part.missing else 'stands'}")
        for line in part.evidence:
            say(f"     {line}")
        for lack in part.missing:
            say(f"   ! {lack.what}")
            say(f"     next: {lack.next_step}")
    standing = sum(not part.missing for part in found)
    say(f"{standing} of {len(found)} parts stand.")
