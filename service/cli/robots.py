"""`harken robots`: what communities permit."""

from typing import Annotated

import typer

from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import complain, print_json, say

app = typer.Typer(no_args_is_help=True, help="See what a host's robots.txt permits.")


@app.callback()
def _group() -> None:
    """Keep `check` a command of its own, though it is the only one."""


@app.command()
def check(
    url: Annotated[str, typer.Argument(help="The address of a page or a feed.")],
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Say whether a host's robots.txt lets Harken fetch an address; exit status 1 when not.

    The host is asked for its robots.txt, and for nothing else.

    Example: harken robots check https://forum.example.com/latest.rss
    """
    import asyncio

    from crawlers.errors import SourceError
    from crawlers.fetch import Decision
    from service.house import existing_house

    with existing_house(data_dir(data)) as house:

        async def ask() -> Decision:
            async with house.gate() as gate:
                return await gate.may_fetch(url)

        try:
            decision = asyncio.run(ask())
        except SourceError as error:
            complain(f"{url}: {error.reason}")
            raise typer.Exit(1) from error
    if as_json:
        told = {"url": url, "allowed": decision.allowed, "because": decision.because}
        print_json(told | {"crawl_delay_seconds": decision.delay_seconds})
    else:
        delay = decision.delay_seconds
        wish = f", with {delay:g} seconds between two pages" if delay else ""
        if decision.wished_seconds > delay:
            wish += f", the most that is waited (it asks for {decision.wished_seconds:.12g})"
        word = "allowed" if decision.allowed else "not allowed"
        say(f"{word}: {decision.because}{wish}")
    if not decision.allowed:
        raise typer.Exit(1)
