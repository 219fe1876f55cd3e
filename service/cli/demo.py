"""`harken demo`: see it work in a minute, with nothing set up."""

import logging
import shlex
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import AsJson, DataDir
from service.cli.output import complain, print_json, progress, say, table

if TYPE_CHECKING:
    from socket import socket

    from service.demo.run import Round
    from service.house import House

_SHOWN = 12


def demo(
    data: DataDir = None,
    once: Annotated[bool, typer.Option("--once", help="Stop after one round.")] = False,
    as_json: AsJson = False,
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            min=0,
            max=65535,
            help="Of the page; 0 takes a free one. Else 8484, or a free one if that is taken.",
        ),
    ] = None,
) -> None:
    """Crawl sample communities on this machine, judge their posts, and show the leads.

    Nothing is set up and nothing leaves this machine. Data goes to a temporary folder unless
    --data names one.

    Example: harken demo --once --json
    """
    from service.demo.run import demo_house, run_round
    from service.logs import set_up_logging

    # one round tells of each problem itself, in the end
    set_up_logging(level=logging.ERROR if once else logging.WARNING)
    with demo_house(data) as house, ExitStack() as open_:
        listener = None if once else open_.enter_context(_listen(house, port))
        with progress(
            "Listening to the sample communities", total=len(house.config.sources)
        ) as go:
            found = run_round(house, on_done=lambda polled: go(polled.source))
        problems = _problems(found)
        complain(*problems)
        if as_json:
            print_json(found.as_json())
        else:
            _tell(found)
        if listener is not None:
            _serve(house, listener, quiet=as_json)
    if problems:
        raise typer.Exit(1)


def _problems(found: "Round") -> list[str]:
    """Return a line for each thing that went wrong, with all the sources that met it."""
    met: dict[str, list[str]] = {}
    for polled in found.polled:
        if polled.error:
            met.setdefault(polled.error, []).append(polled.source)
    return [f"{', '.join(sources)}: {error}" for error, sources in met.items()]


def _tell(found: "Round") -> None:
    say(
        f"{found.new_posts} new posts read, {len(found.leads)} leads, in {found.seconds:.1f} s. "
        f"The best {min(_SHOWN, len(found.leads))}:"
    )
    table(
        ("score", "kind", "owner", "what the buyer says", "where"),
        [
            (
                f"{lead.shown_score:.1f}",
                lead.kind,
                lead.owner or "",
                lead.strongest_words,
                lead.source,
            )
            for lead in found.leads[:_SHOWN]
        ],
    )


def _listen(house: "House", port: int | None) -> "socket":
    """Listen on the port that was asked for; on any, if the usual one is taken."""
    from service.errors import RefusedError
    from service.serve import listen

    host = house.config.settings.host
    if port is not None:
        return listen(host, port)
    try:
        return listen(host, house.config.settings.port)
    except RefusedError:
        return listen(host, 0)


def _serve(house: "House", listener: "socket", *, quiet: bool) -> None:
    from service.address import address_of
    from service.serve import port_of, serve
    from service.welcome import first_login

    base_url = address_of(house.config.settings.host, port_of(listener))
    path = first_login(house)
    if not quiet:
        say(f"\nHarken is at {base_url}\nLog in with  {base_url}{path}")
        here = f"--data {shlex.quote(str(house.folder))}"
        say(f"In another terminal: harken leads list {here}")
        say(f"To come in as a rep: harken users link ines {here}  (mara reviews, noor manages)")
        say("Stop with Ctrl-C.")
    serve(house, listener, base_url=base_url, demo=True)
