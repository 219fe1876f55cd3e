"""`harken crawl`: poll sources now."""

from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import complain, print_json, progress, say

if TYPE_CHECKING:
    from service.listening.crawling import Polled


def crawl(
    data: DataDir = None,
    due: Annotated[bool, typer.Option("--due", help="Those whose time has come (usual).")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Every active source.")] = False,
    source: Annotated[
        list[str] | None, typer.Option("--source", metavar="ID", help="Only this one; repeatable.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Poll sources now, take in what is new and open leads.

    Prints a line a source. The exit status is 1 when one of them had a problem.

    Example: harken crawl --all --json
    """
    from service.house import open_house
    from service.listening.polling import crawl_now, lease

    if sum((due, everything, bool(source))) > 1:
        raise typer.BadParameter("choose one of --due, --all and --source")
    with open_house(data_dir(data)) as house:
        leased = lease(house, everything=everything, slugs=source or ())
        with progress("Crawling", total=len(leased)) as advance:
            polled = crawl_now(
                house, leased, on_done=lambda one: advance(one.source), only_these=bool(source)
            )
    for one in sorted(polled, key=lambda one: one.source):
        _tell(one, as_json=as_json)
    if not polled and not as_json:
        say("nothing is due")
    if any(one.error for one in polled):
        raise typer.Exit(1)


def _tell(one: "Polled", *, as_json: bool) -> None:
    if as_json:
        print_json(one.as_json())
    else:
        counts = one.counts
        say(
            f"{one.source}: {one.status}, {counts.new} new, {counts.updated} updated, "
            f"{counts.duplicates} known, {one.seconds:.1f} s"
        )
    if one.error:
        complain(f"{one.source}: {one.error}")
