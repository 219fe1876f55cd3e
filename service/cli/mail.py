"""`harken mail`: what came back, and which addresses are left alone because of it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import complain, print_json, say, table, unusable

if TYPE_CHECKING:
    from crawlers.mail.bounce import Bounce

app = typer.Typer(no_args_is_help=True, help="Read what came back, and forgive an address.")


@app.command()
def bounces(
    file: Annotated[
        str | None,
        typer.Argument(help="An mbox file, a Maildir, a mail, or - for standard input."),
    ] = None,
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    r"""Read mails that came back: from a file, or from the mailbox of \[mail] bounces_url.

    Only those count that are about a digest of ours. A mail server may hand them over itself, by
    an alias like: bounces: "|harken mail bounces - --data /srv/harken".

    Example: harken mail bounces /var/mail/harken
    """
    import asyncio

    from service.house import existing_house
    from service.mail.bounce_box import read_box
    from service.mail.returned import note_bounces
    from service.store.engine import writing

    with existing_house(data_dir(data)) as house:
        settings = house.config.settings.mail
        if file is not None:
            read = asyncio.run(_read(file))
            with writing(house.engine) as db:
                noted = note_bounces(db, read, after=settings.bounces_after, now=house.clock.now())
        elif settings.bounces_url:
            noted = asyncio.run(read_box(house))
        else:
            raise unusable("name a file, or set bounces_url under [mail] in harken.toml")
    if as_json:
        print_json(noted.as_json())
        return
    say(f"{noted.returned} came back, {noted.others} mails say nothing of ours")
    for address in noted.given_up:
        say(f"Nothing is sent to {address} any more.")


@app.command()
def addresses(data: DataDir = None, as_json: AsJson = False) -> None:
    """List the addresses that refuse mail, and why; status 1 if any is left alone.

    Example: harken mail addresses
    """
    from sqlmodel import col, select

    from models.digest import MailAddress
    from service.house import existing_house
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        rows = db.exec(select(MailAddress).order_by(col(MailAddress.address))).all()
    if as_json:
        for row in rows:
            print_json(
                {
                    "address": row.address,
                    "refusals": row.refusals,
                    "returns": row.returns,
                    "last": row.refused_at,
                    "reason": row.reason,
                    "left_alone_since": row.bouncing_since,
                }
            )
    else:
        table(
            ("address", "refused", "came back", "left alone since", "reason"),
            [
                (
                    row.address,
                    str(row.refusals),
                    str(row.returns),
                    f"{row.bouncing_since:%Y-%m-%d %H:%M}" if row.bouncing_since else "",
                    row.reason,
                )
                for row in rows
            ],
        )
    if any(row.bouncing_since for row in rows):
        raise typer.Exit(1)


@app.command()
def again(
    address: Annotated[str, typer.Argument(help="An address that is left alone.")],
    data: DataDir = None,
) -> None:
    """Give an address a new chance: what it refused and what came back is forgotten.

    Example: harken mail again ada@example.com
    """
    from service.house import existing_house
    from service.mail.addresses import forgive
    from service.store.engine import writing

    with existing_house(data_dir(data)) as house, writing(house.engine) as db:
        known = forgive(db, address)
    if not known:
        complain(f"{address}: nothing was held against it; see `harken mail addresses`")
        raise typer.Exit(1)
    say(f"The next digest goes to {address} again.")


async def _read(file: str) -> Sequence["Bounce"]:
    from crawlers.parsing import ParsingPool
    from service.mail.bounce_box import understood

    async with ParsingPool(1) as parsing:
        return await understood(parsing, _mails(file))


def _mails(file: str) -> Iterator[bytes]:
    """Yield the mails of a file, a folder or standard input."""
    import sys

    from crawlers.errors import SourceError
    from crawlers.mail.mailbox_path import (
        begins_at,
        is_maildir,
        letters,
        open_regular,
        pieces,
        read_letter,
    )
    from crawlers.mail.message import MAX_MAIL

    if file == "-":
        yield sys.stdin.buffer.read(MAX_MAIL)
        return
    path = Path(file)
    try:
        if is_maildir(path):
            yield from (read_letter(letter) for letter in letters(path))
            return
        with open_regular(path) as stream:
            if begins_at(stream, 0):
                yield from (piece.body for piece in pieces(stream, offset=0))
            else:
                stream.seek(0)
                yield stream.read(MAX_MAIL)
    except SourceError as error:
        raise unusable(error.reason) from error
