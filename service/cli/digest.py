"""`harken digest`: what somebody should look at today."""

from typing import Annotated

import typer

from service.cli.options import DataDir, data_dir
from service.cli.output import say


def digest(
    name: Annotated[str, typer.Option("--for", metavar="NAME", help="Whose digest: a handle.")],
    data: DataDir = None,
    show: Annotated[
        bool, typer.Option("--print", help="Print it on standard output (usual).")
    ] = True,
) -> None:
    """Print today's digest of one person: ranked, capped, in the buyers' own words.

    Example: harken digest --for ada --print
    """
    from service.address import reached_at
    from service.digest import digest_for, render_text
    from service.house import existing_house
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house:
        with reading(house.engine) as db:
            made = digest_for(db, name, config=house.config, now=house.clock.now())
        base_url = reached_at(house.config.settings, house.folder)
        if show:
            say(render_text(made, base_url=base_url).rstrip("\n"))
