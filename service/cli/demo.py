"""`harken demo`: see it work in a minute, with nothing set up."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import AsJson, DataDir
from service.cli.output import complain, print_json, progress, say, table

if TYPE_CHECKING:
    from service.demo.run import Round
    from service.house import House

_SHOWN = 12


def demo(
    data: DataDir = None,
    once: Annotated[bool, typer.Option("--once", help="Stop after one round.")] = False,
    as_json: AsJson = False,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Of the page; 0 takes a free one.")
    ] = 8484,
) -> None:
    """Crawl sample communities on this machine, judge their posts, and show the leads.

    Nothing is set up and nothing leaves this machine. Data goes to a temporary folder unless
    --data names one.

    Example: harken demo --once --json
    """
    from service.demo.run import demo_house, run_round
    from service.logs import set_up_logging

    set_up_logging(level=30)
    with demo_house(data) as house:
        with progress(
            "Listening to the sample communities", total=len(house.config.sources)
        ) as go:
            found = run_round(house, on_done=lambda polled: go(polled.source))
        problems = [f"{one.source}: {one.error}" for one in found.polled if one.error]
        complain(*problems)
        if as_json:
            print_json(found.as_json())
        else:
            _tell(found)
        if not once:
            _serve(house, port, quiet=as_json)
    if problems:
        raise typer.Exit(1)


def _tell(found: "Round") -> None:
    say(
        f"{found.new_posts} new posts read, {len(found.leads)} leads, in {found.seconds:.1f} s. "
        f"The best {min(_SHOWN, len(found.leads))}:"
    )
    table(
        ("score", "kind", "owner", "what the buyer says", "where"),
        [
            (
                f"{lead.score:.0f}",
                lead.kind,
                lead.owner or "",
                lead.title,
                lead.source,
            )
            for lead in found.leads[:_SHOWN]
        ],
    )


def _serve(house: "House", port: int, *, quiet: bool) -> None:
    from service.serve import free_port, serve
    from service.welcome import first_login

    port = free_port(house.config.settings.host, port)
    base_url = f"http://{house.config.settings.host}:{port}"
    path = first_login(house)
    if not quiet:
        say(f"\nHarken is at {base_url}\nLog in with  {base_url}{path}\nStop with Ctrl-C.")
    serve(house, host=house.config.settings.host, port=port, base_url=base_url, demo=True)
