"""`harken deliveries`: what was sent to whom, and what to do about what was not."""

from typing import Annotated

import typer

from models.words import DeliveryState
from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import complain, print_json, say, table, unusable

app = typer.Typer(no_args_is_help=True, help="See what was sent, send it again, try an endpoint.")

Named = Annotated[str | None, typer.Option("--endpoint", metavar="NAME", help="Only this one's.")]


@app.command(name="list")
def list_(
    data: DataDir = None,
    state: Annotated[
        list[DeliveryState] | None, typer.Option("--state", help="Only these; repeatable.")
    ] = None,
    endpoint: Named = None,
    most: Annotated[int, typer.Option("--most", min=1, help="How many at the most.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List deliveries, newest first.

    Example: harken deliveries list --state dead
    """
    from service.delivery.log import line_of, list_deliveries
    from service.house import existing_house
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        found = list_deliveries(db, states=state or (), endpoint=endpoint, most=most)
    if as_json:
        for delivery in found:
            print_json(line_of(delivery))
        return
    table(
        ("happened", "event", "endpoint", "state", "tries", "problem", "id"),
        [
            (
                f"{delivery.happened_at:%Y-%m-%d %H:%M}",
                delivery.kind,
                delivery.endpoint_id,
                delivery.state.value,
                str(delivery.attempts),
                delivery.last_problem or "",
                delivery.id,
            )
            for delivery in found
        ],
    )


@app.command()
def endpoints(data: DataDir = None, as_json: AsJson = False) -> None:
    """List the endpoints of channels.toml and how they fare; status 1 if one needs somebody.

    Example: harken deliveries endpoints
    """
    from service.delivery.log import list_endpoints, troubles
    from service.house import existing_house
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        lines, wrong = list_endpoints(db), [trouble.words for trouble in troubles(db)]
    if as_json:
        for line in lines:
            print_json(line.as_json())
    else:
        table(
            ("endpoint", "kind", "state", "waiting", "dead"),
            [(ln.id, ln.kind, ln.state, str(ln.waiting), str(ln.dead)) for ln in lines],
        )
    complain(*wrong)
    if wrong:
        raise typer.Exit(1)


@app.command()
def retry(
    delivery: Annotated[str | None, typer.Argument(help="Its id, see `list`.")] = None,
    data: DataDir = None,
    endpoint: Annotated[
        str | None,
        typer.Option("--endpoint", metavar="NAME", help="All that was given up for this one."),
    ] = None,
) -> None:
    """Have something sent again under the same id; a running `harken up` does so at once.

    Example: harken deliveries retry --endpoint crm
    """
    from service.delivery.log import retry_dead, retry_one
    from service.house import existing_house
    from service.store.engine import writing

    if (delivery is None) == (endpoint is None):
        raise unusable("name a delivery, or an endpoint by --endpoint")
    with existing_house(data_dir(data)) as house, writing(house.engine) as db:
        now = house.clock.now()
        if endpoint is not None:
            count = retry_dead(db, endpoint, specs=house.config.endpoints, now=now)
        else:
            retry_one(db, str(delivery), now=now)
            count = 1
    say(f"{count} will be sent again")


@app.command(name="test")
def try_(
    endpoint: Annotated[str, typer.Argument(help="Its name in channels.toml.")],
    data: DataDir = None,
) -> None:
    """Send a trial message to an endpoint now, and say what it answers; status 1 if it fails.

    Example: harken deliveries test crm
    """
    import asyncio

    from service.delivery.trial import try_endpoint
    from service.house import existing_house

    with existing_house(data_dir(data)) as house:
        attempt = asyncio.run(try_endpoint(house, endpoint))
    if attempt.problem is not None:
        complain(f"{endpoint}: {attempt.problem}")
        raise typer.Exit(1)
    say(f"{endpoint} answered {attempt.status} after {attempt.seconds:.1f} s")


@app.command()
def secret() -> None:
    """Make a secret for an endpoint: put it into the variable that secret_env names.

    Example: harken deliveries secret
    """
    from service.delivery.signing import new_secret

    say(new_secret())
