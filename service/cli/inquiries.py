"""`harken inquiries`: people who came to us by themselves."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.words import InquiryChannel
from service.cli.acting import By, acting, user_id
from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import complain, print_json, say

if TYPE_CHECKING:
    from service.leads.inquiry_lists import RowResult

app = typer.Typer(no_args_is_help=True, help="Take in inquiries.")


@app.command()
def add(
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help="Its id.")],
    message: Annotated[str, typer.Argument(metavar="TEXT", help="What they ask.")],
    by: By,
    name: Annotated[str | None, typer.Option("--name", help="Of who asks.")] = None,
    email: Annotated[str | None, typer.Option("--email", help="Of who asks.")] = None,
    verified: Annotated[
        bool, typer.Option("--verified", help="They wrote from that address.")
    ] = False,
    handle: Annotated[str | None, typer.Option("--handle", help="Of theirs at a source.")] = None,
    source: Annotated[
        str | None, typer.Option("--source", metavar="ID", help="Where the handle is used.")
    ] = None,
    consent: Annotated[
        str | None, typer.Option("--consent", help="How they agreed to be followed.")
    ] = None,
    channel: Annotated[
        InquiryChannel, typer.Option("--channel", help="How they came.")
    ] = InquiryChannel.FORM,
    reference: Annotated[
        str | None, typer.Option("--reference", help="Of your own; the same one counts once.")
    ] = None,
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Take in one inquiry; it joins what the same person said before.

    Example: harken inquiries add crm "What does it cost?" --handle anna --source talk --by mia
    """
    from config.shape import check_email
    from service.leads.inquiries import Asked, receive, reference_of

    try:
        address = check_email(email) if email else None
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    with acting(data) as (house, db):
        now = house.clock.now()
        asked = Asked(
            topic=topic,
            message=message,
            at=now,
            reference=reference or reference_of(topic, message, name or address or handle or ""),
            channel=channel,
            name=name,
            email=address,
            is_verified=verified,
            consent_how=consent,
            handle=handle,
            source=source,
        )
        found = receive(
            db,
            asked,
            config=house.config,
            secret=house.secret,
            by=user_id(db, by),
            now=now,
        )
    if as_json:
        print_json(
            {
                "id": found.inquiry_id,
                "lead": found.lead.id,
                "person": found.person_id,
                "status": found.lead.status.value,
                "new": found.is_new,
            }
        )
        return
    told = "It is part of" if found.is_new else "It was here before; it is part of"
    say(f"{told} lead {found.lead.id}, {found.lead.status.value.replace('_', ' ')}.")


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV in UTF-8, with headings.")],
    by: By,
    topic: Annotated[
        str | None, typer.Option("--topic", metavar="ID", help="Of rows that name none.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be refused.")
    ] = False,
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Take in a list of inquiries; rows without an inquiry or a consent are refused.

    A list of addresses makes no leads. Headings: topic, message, consent, and any of at, subject,
    name, email, verified, handle, source, company, tz, channel, reference.

    Example: harken inquiries import fair.csv --topic crm --by mia
    """
    from service.house import existing_house
    from service.leads.inquiry_lists import receive_list
    from service.store.engine import reading

    taken = refused = 0
    with existing_house(data_dir(data)) as house:
        with reading(house.engine) as db:
            who = user_id(db, by)
        for result in receive_list(house, file, topic=topic, by=who, dry_run=dry_run):
            refused += result.problem is not None
            taken += result.problem is None
            _tell_row(file, result, as_json=as_json)
    if not as_json:
        would = "would be taken in" if dry_run else "taken in"
        say(f"{taken} {would}, {refused} refused.")
    if refused:
        raise typer.Exit(1)


def _tell_row(file: Path, result: "RowResult", *, as_json: bool) -> None:
    if as_json:
        lead = result.received.lead.id if result.received else None
        print_json({"row": result.row, "lead": lead, "problem": result.problem})
    elif result.problem is not None:
        complain(f"{file.name}:{result.row}: {result.problem}")
