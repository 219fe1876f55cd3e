"""`harken up`: the real thing."""

from ipaddress import ip_address
from typing import Annotated

import typer

from service.cli.options import DataDir, data_dir
from service.cli.output import complain, say


def up(
    data: DataDir = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, help="Port to listen on.")
    ] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Serve others without https; cookies can be read.")
    ] = False,
) -> None:
    """Listen, judge and serve the page, on this folder's configuration and database.

    Creates the database at first use and prints the link for the first login.

    Example: harken up --data /srv/harken --port 8484
    """
    from service.address import address_of
    from service.house import open_house
    from service.logs import set_up_logging
    from service.serve import listen, serve
    from service.welcome import first_login

    with open_house(data_dir(data)) as house:
        settings = house.config.settings
        host, port = host or settings.host, port or settings.port
        base_url = settings.base_url or address_of(host, port)
        _refuse_to_be_overheard(host, base_url, insecure=insecure)
        with listen(host, port) as listener:
            set_up_logging()
            say(f"Harken listens at {base_url}")
            if path := first_login(house):
                say(f"First login: {base_url}{path}")
            serve(house, listener, base_url=base_url)


def _refuse_to_be_overheard(host: str, base_url: str, *, insecure: bool) -> None:
    """Let others in by https only, unless the operator insists.

    Raises:
        typer.BadParameter: it is neither.
    """
    if _is_loopback(host) or base_url.startswith("https://"):
        return
    if not insecure:
        raise typer.BadParameter(
            f"{host} can be reached by others: set base_url to the https address of your "
            "proxy, or say --insecure",
            param_hint="--host",
        )
    complain("warning: without https, passwords and sessions can be read on the way")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
