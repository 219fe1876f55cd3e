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
    from service.house import open_house
    from service.logs import set_up_logging
    from service.serve import serve
    from service.welcome import first_login

    with open_house(data_dir(data)) as house:
        settings = house.config.settings
        host, port = host or settings.host, port or settings.port
        base_url = (
            settings.base_url or f"http://{'[' + host + ']' if ':' in host else host}:{port}"
        )
        if not _is_loopback(host) and not base_url.startswith("https://"):
            if not insecure:
                raise typer.BadParameter(
                    f"{host} can be reached by others: set base_url to the https address of your "
                    "proxy, or say --insecure"
                )
            complain("warning: without https, passwords and sessions can be read on the way")
        set_up_logging()
        say(f"Harken listens at {base_url}")
        if path := first_login(house):
            say(f"First login: {base_url}{path}")
        serve(house, host=host, port=port, base_url=base_url)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
