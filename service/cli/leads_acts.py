"""`harken leads merge|unmerge|snooze|wake|related|score|customer|told`."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer

from models.privacy_words import NoticeWay
from service.cli.acting import By, LeadName, act_on, acting, lead_named, moment, tell, user_id
from service.cli.options import AsJson, DataDir, data_dir
from service.cli.output import print_json, say, table


def register(app: typer.Typer) -> None:
    """Add these commands to those of `harken leads`."""
    for command in (merge, unmerge, snooze, wake, related, score, customer, told):
        app.command()(command)


def merge(
    lead: LeadName,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The lead that is the same.")],
    by: By,
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make one of two leads that are one situation; for 30 days it can be undone.

    The one that is further lives on; of two as far, the older.

    Example: harken leads merge e5658dc6 07b1f2aa --by mia
    """
    from service.leads.merging import merge as merge_leads

    with acting(data) as (house, db):
        record = merge_leads(
            db,
            lead_ids=(lead_named(db, lead).id, lead_named(db, other).id),
            revs=None,
            user_id=user_id(db, by),
            config=house.config,
            secret=house.secret,
            now=house.clock.now(),
        )
        told = {
            "lead": record.survivor_id,
            "merged": record.loser_id,
            "undo_until": record.undo_until,
        }
    if as_json:
        print_json(told)
        return
    say(f"{record.loser_id} is part of {record.survivor_id} now.")
    say(f"Until {record.undo_until:%Y-%m-%d} this undoes it:")
    say(f"  harken leads unmerge {record.loser_id} --by {by}")


def unmerge(lead: LeadName, by: By, data: DataDir = None, as_json: AsJson = False) -> None:
    """Take a lead out again of the one that it was merged into.

    Example: harken leads unmerge 07b1f2aa --by mia
    """
    from service.leads.merging import unmerge as unmerge_lead

    with acting(data) as (house, db):
        found = unmerge_lead(
            db,
            lead_id=lead_named(db, lead).id,
            user_id=user_id(db, by),
            config=house.config,
            secret=house.secret,
            now=house.clock.now(),
        )
    tell(found, as_json=as_json)


def snooze(
    lead: LeadName,
    by: By,
    until: Annotated[
        datetime,
        typer.Option(
            "--until", metavar="TIME", parser=moment, help="A day or a moment within 30 days."
        ),
    ],
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Let a lead rest until a day; something new from its author wakes it.

    Example: harken leads snooze e5658dc6 --until 2026-12-01 --by ada
    """
    from service.leads.snoozing import snooze as snooze_lead

    act_on(data, lead, by, lambda _: partial(snooze_lead, until=until), as_json=as_json)


def wake(lead: LeadName, by: By, data: DataDir = None, as_json: AsJson = False) -> None:
    """Let a lead go on that rests.

    Example: harken leads wake e5658dc6 --by ada
    """
    from service.leads.snoozing import wake as wake_lead

    act_on(data, lead, by, lambda _: wake_lead, as_json=as_json)


def related(lead: LeadName, data: DataDir = None, as_json: AsJson = False) -> None:
    """List leads that may belong to this one, and why; only a person merges them.

    Example: harken leads related e5658dc6
    """
    from service.house import existing_house
    from service.leads.related import related as related_to
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        found = related_to(db, lead_named(db, lead))
    if as_json:
        for one in found:
            print_json(
                {"id": one.lead_id, "why": one.relation.value, "same_topic": one.same_topic}
            )
        return
    table(
        ("lead", "why", "can be merged"),
        [
            (one.lead_id, one.relation.value.replace("_", " "), "yes" if one.same_topic else "no")
            for one in found
        ],
    )


def score(
    lead: LeadName,
    at: Annotated[
        datetime | None,
        typer.Option(
            "--at", metavar="TIME", parser=moment, help="A moment; else that of its score."
        ),
    ] = None,
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Work a lead's score out again from the ledger, as it was at a moment.

    At the moment of the stored score both must be equal; the status is 1 if they are not.

    Example: harken leads score e5658dc6 --at 2026-11-19T12:00:00
    """
    from models.score import shown
    from service.house import existing_house
    from service.leads.scoring_ledger import recomputed
    from service.store.engine import reading

    with existing_house(data_dir(data)) as house, reading(house.engine) as db:
        row = lead_named(db, lead)
        when = at or row.scored_at
        found = recomputed(db, row.id, at=when)
    is_stored = when == row.scored_at
    is_equal = is_stored and found.value == row.score
    if as_json:
        print_json(
            {
                "id": row.id,
                "at": when,
                "score": found.value,
                "profile": found.version,
                "stored": row.score if is_stored else None,
                "equal": is_equal if is_stored else None,
                "base": found.base,
                "fit": found.fit,
            }
        )
    else:
        say(f"{shown(found.value):.1f} at {when.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
        say(f"  by profile {found.version}, fit {found.fit:.2f}")
        for part in found.parts:
            say(f"  {part.share:4.0%}  {part.kind.value}, {part.age_hours:.0f} h old")
        for deed in found.deeds:
            say(f"  {deed.share:4.0%}  {deed.kind.value}, {deed.age_hours:.0f} h old")
        for negative, factor in found.negatives:
            say(f"  times {factor:g}: {negative.value}")
        if is_stored:
            say("It is the stored score." if is_equal else f"The stored score is {row.score}.")
    if is_stored and not is_equal:
        raise typer.Exit(1)


def customer(
    account: Annotated[
        str, typer.Argument(metavar="COMPANY", help="As it stands on leads; case does not matter.")
    ],
    by: By,
    is_none: Annotated[
        bool, typer.Option("--not", help="Take it back; who bought from us here stays one.")
    ] = False,
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Note that a company is a customer already, from before: its leads say so, also later ones.

    Example: harken leads customer "Weir Ltd" --by mia
    """
    from service.leads.customers import mark_customer, unmark_customer

    do = unmark_customer if is_none else mark_customer
    with acting(data) as (house, db):
        changed = do(db, account, user_id=user_id(db, by), now=house.clock.now())
    if as_json:
        print_json({"account": account, "customer": not is_none, "leads": changed})
        return
    leads = "1 live lead" if changed == 1 else f"{changed} live leads"
    say(f"Noted{', taken back' if is_none else ''}: {leads} changed, and later ones go by it.")


def told(
    lead: LeadName,
    by: By,
    way: Annotated[
        NoticeWay, typer.Option("--way", help="By what way they were told.")
    ] = NoticeWay.REPLY,
    data: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Note that a lead's author was told that you keep words of theirs (see privacy notices).

    Example: harken leads told e5658dc6 --by mia --way message
    """
    from service.privacy.notices import tell as tell_them

    with acting(data) as (house, db):
        found = lead_named(db, lead)
        tell_them(db, lead_id=found.id, user_id=user_id(db, by), way=way, now=house.clock.now())
    tell(found, as_json=as_json)
