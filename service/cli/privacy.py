"""`harken privacy`: what is kept of somebody, handed over or erased; who is still to be told."""

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from config.settings import Privacy
from service.cli.options import AsJson, AsPaper, DataDir, PaperForm, data_dir
from service.cli.output import complain, print_json, say, table
from service.rules.notices import Standing

if TYPE_CHECKING:
    from service.posts.erasing import Erased
    from service.posts.subject import Subject
    from service.privacy.notices import Untold

app = typer.Typer(no_args_is_help=True, help="Answer who asks what you keep of them.")

_HARKEN = "harken"

Handle = Annotated[
    str,
    typer.Argument(
        metavar="HANDLE",
        help="As the source shows it, in any spelling; or the e-mail address that they gave you.",
    ),
]
Host = Annotated[
    str | None,
    typer.Option(
        "--host",
        metavar="HOST",
        help="Where the handle is used, as in talk.example.com; else wherever it is found. With "
        "inbound or brought-leads, the name that somebody gave you.",
    ),
]


@app.command()
def erase(
    handle: Handle,
    host: Host = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what is here and would go.")
    ] = False,
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Erase somebody for good, and keep them out: also what a later crawl or file brings.

    Posts, names, titles, notes, inquiries and activities go, with all handles that are known to be
    the same person's; ids, codes and counts stay. Backups hold it until you delete
    them; `harken restore` takes it out of one again.

    Example: harken privacy erase quiet_otter --host talk.example.com --dry-run
    """
    from service.house import existing_house
    from service.posts.erasing import erase as erase_all
    from service.posts.subject import find_subject
    from service.privacy.left_alone import note_left_alone
    from service.store.engine import fold_in, reading, writing

    where = host.lower() if host else None
    with existing_house(data_dir(data)) as house:
        if dry_run:
            with reading(house.engine) as db:
                found = find_subject(db, handle, secret=house.secret, host=where)
            _tell_found(found, as_json=as_json)
            return
        with writing(house.engine) as db:
            gone = erase_all(
                db,
                handle,
                host=where,
                secret=house.secret,
                by=_HARKEN,
                config=house.config,
                now=house.clock.now(),
            )
        fold_in(house.engine)
        note_left_alone(house.engine, house.folder, secret=house.secret)
    _tell_gone(gone, as_json=as_json)


@app.command()
def export(handle: Handle, host: Host = None, data: DataDir = None) -> None:
    """Write all that is kept of somebody as JSON, table by table, to be handed to them.

    It holds what your own people noted, too: read it before you hand it over.

    Example: harken privacy export quiet_otter --host talk.example.com > quiet_otter.json
    """
    from service.house import existing_house
    from service.posts.subject import find_subject
    from service.posts.subject_copy import copy_of
    from service.store.engine import writing

    where = host.lower() if host else None
    with existing_house(data_dir(data)) as house, writing(house.engine) as db:
        found = find_subject(db, handle, secret=house.secret, host=where)
        told = copy_of(db, found, by=_HARKEN, now=house.clock.now())
    print_json(told)
    if not found.is_here:
        complain("nothing is here under that name; try another spelling, or without --host")
        raise typer.Exit(1)


@app.command()
def notices(
    within: Annotated[
        int | None,
        typer.Option("--within", min=0, metavar="DAYS", help="Only who is due by then."),
    ] = None,
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List who is to be told that you keep words of theirs, and by when; the most urgent first.

    In the mode "eu" that is at the first contact, and within notice_days at the latest: whoever
    was neither contacted nor told by then loses their name here. The status is 1 while somebody
    is overdue.

    Example: harken privacy notices --within 7
    """
    from service.house import existing_house
    from service.privacy.notices import untold
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        settings, now = house.config.settings, house.clock.now()
        until = None if within is None else now + timedelta(days=within)
        due = untold(db, settings, now=now, until=until)
    _tell_due(due, settings.privacy, as_json=as_json)
    if any(one.standing is Standing.OVERDUE for one in due):
        raise typer.Exit(1)


@app.command()
def ropa(form: AsPaper = PaperForm.MD, data: DataDir = None) -> None:
    """Write the record of processing activities (GDPR, Art. 30) to standard output.

    It says who answers for what is kept, why and on what ground, of whom and from where, who sees
    it and for how long, as the configuration has it now. What nobody said yet is named; it is said
    in privacy.toml, and of a topic in its legal_basis.

    Example: harken privacy ropa --format html > record.html
    """
    from service.house import existing_house
    from service.privacy.record import places_of, record
    from service.process.rendering import as_html, as_markdown
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        paper = record(house.config, places_of(db))
    say((as_html(paper) if form is PaperForm.HTML else as_markdown(paper)).rstrip("\n"))


def _tell_due(due: "tuple[Untold, ...]", privacy: Privacy, *, as_json: bool) -> None:
    if as_json:
        for one in due:
            print_json(
                {
                    "handle": one.handle,
                    "host": one.host,
                    "lead": one.lead_id,
                    "owner": one.owner,
                    "heard_at": one.since,
                    "contacted_at": one.contacted_at,
                    "due_at": one.due_at,
                    "goes_at": one.goes_at,
                    "standing": one.standing.value,
                }
            )
        return
    if not privacy.has_clock:
        say('No clock runs in the mode "standard"; see [privacy] in harken.toml.')
    elif not due:
        say("Nobody is to be told.")
    else:
        table(
            ("due (UTC)", "standing", "handle", "host", "lead", "owner", "then"),
            [
                (
                    f"{one.due_at:%Y-%m-%d %H:%M}",
                    one.standing.value,
                    one.handle,
                    one.host,
                    one.lead_id[-8:] if one.lead_id else "",
                    one.owner or "",
                    f"the name goes {one.goes_at:%Y-%m-%d}" if one.goes_at else "was contacted",
                )
                for one in due
            ],
        )


def _tell_found(found: "Subject", *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "handles": [
                    {
                        "handle": one.handle,
                        "source": one.source,
                        "host": one.host,
                        "posts": one.posts,
                        "leads": one.leads,
                    }
                    for one in found.handles
                ],
                "persons": len(found.persons),
                "inquiries": found.inquiries,
                "activities": found.activities,
            }
        )
        return
    if not found.is_here:
        say("Nothing is here under that name. Without --dry-run they are kept out from now on.")
        return
    for one in found.handles:
        say(f"{one.handle} at {one.source} ({one.host}): {one.posts} posts, {one.leads} leads")
    if found.persons:
        known = "one person" if len(found.persons) == 1 else f"{len(found.persons)} persons"
        say(f"known to us as {known}: {found.inquiries} inquiries, {found.activities} activities")
    say("All of it would go. Nothing was changed.")


def _tell_gone(gone: "Erased", *, as_json: bool) -> None:
    was_here = any((gone.posts, gone.leads, gone.persons, gone.inquiries, gone.activities))
    if as_json:
        print_json(
            {
                "posts": gone.posts,
                "leads": gone.leads,
                "persons": gone.persons,
                "inquiries": gone.inquiries,
                "activities": gone.activities,
            }
        )
    elif was_here:
        say(
            f"Erased: {gone.posts} posts, {gone.leads} leads, {gone.inquiries} inquiries, "
            f"{gone.activities} activities. They are kept out from now on."
        )
        complain(
            "backups that were made before still hold it: delete them; `harken restore` takes it "
            "out of one again"
        )
    if not was_here:
        complain(
            "nothing is here under that name; try another spelling, or without --host. "
            "What it says later is kept out from now on"
        )
        raise typer.Exit(1)
