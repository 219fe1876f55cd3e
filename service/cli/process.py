"""`harken process`: what the house agreed on, who signed it, and all of it to read."""

from typing import Annotated

import typer

from models.words import Half
from service.cli.acting import acting, user_id
from service.cli.options import AsJson, AsPaper, DataDir, PaperForm, data_dir
from service.cli.output import complain, print_json, say

app = typer.Typer(no_args_is_help=True, help="See, sign and print the process.")


@app.command()
def status(data: DataDir = None, as_json: AsJson = False) -> None:
    """Say who signed what process.toml says now, what changed since, and what is missing.

    The status is 1 when nothing can be routed.

    Example: harken process status
    """
    from service.house import existing_house
    from service.process.gaps import gaps
    from service.process.signing import standing
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        process, lacking = house.config.process, gaps(house.config)
        found = standing(db, process)
    if as_json:
        print_json(
            {
                "version": found.version,
                "digest": found.digest,
                "owner": process.owner,
                "signed": {
                    half.value: {"by": signed.handle, "at": signed.at}
                    for half, signed in found.signed.items()
                },
                "last_signed_version": found.last_version,
                "changes": [
                    {"key": change.key, "was": change.was, "now": change.now}
                    for change in found.changes
                ],
                "gaps": list(lacking),
            }
        )
    else:
        say(f"{found.words()[:1].upper()}{found.words()[1:]}.")
        say(f"  fingerprint {found.digest[:12]}, owned by {process.owner}")
        for half, signed in found.signed.items():
            say(f"  signed for {half.value} by {signed.handle}, {signed.at:%Y-%m-%d %H:%M} UTC")
        for change in found.changes:
            say(f"  changed: {change.key}")
            say(f"    was  {_shortly(change.was)}")
            say(f"    now  {_shortly(change.now)}")
        for half in found.lacking:
            say(f"  to sign for {half.value}: harken process sign --as NAME")
        complain(*(f"No lead is routed: {gap}" for gap in lacking))
    if lacking:
        raise typer.Exit(1)


@app.command()
def sign(
    as_: Annotated[str, typer.Option("--as", metavar="NAME", help="Handle of who agrees.")],
    half: Annotated[
        Half | None, typer.Option("--for", help="Only an admin says so; others have a half.")
    ] = None,
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Agree to what process.toml says now, word for word; a change needs new signatures.

    A marketer signs for marketing, a rep or a manager for sales; nobody signs for both.

    Example: harken process sign --as grace
    """
    from models.people import User
    from service.process.signing import sign as sign_process
    from service.process.signing import standing

    with acting(data) as (house, db):
        process = house.config.process
        user = db.get_one(User, user_id(db, as_))
        signature = sign_process(db, process, user=user, half=half, now=house.clock.now())
        found = standing(db, process)
    if as_json:
        print_json(
            {
                "version": signature.version,
                "digest": signature.digest,
                "half": signature.half.value,
                "by": as_,
                "at": signature.at,
                "complete": found.is_signed,
            }
        )
        return
    say(f"{as_} signed version {signature.version} for {signature.half.value}.")
    say(f"Now {found.words()}." if found.is_signed else f"Still open: {found.words()}.")


@app.command()
def doc(
    form: AsPaper = PaperForm.MD,
    data: DataDir = None,
) -> None:
    """Write the whole process to standard output, for people to read and to print.

    It says what was agreed on and by whom, the stages with their criteria, who gets which lead,
    how fast everything has to be, and what happens when it is not.

    Example: harken process doc --format html > process.html
    """
    from service.house import existing_house
    from service.process.document import document
    from service.process.rendering import as_html, as_markdown
    from service.process.signing import standing
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        paper = document(house.config, standing(db, house.config.process))
    say((as_html(paper) if form is PaperForm.HTML else as_markdown(paper)).rstrip("\n"))


def _shortly(text: str | None) -> str:
    if text is None:
        return "(nothing)"
    line = " ".join(text.split())
    return line if len(line) <= 100 else f"{line[:99]}…"
