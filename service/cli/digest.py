"""`harken digest`: what somebody should look at today, shown or sent, and how they want it."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.digest_words import Rhythm
from service.cli.options import DataDir, data_dir
from service.cli.output import say, unusable

if TYPE_CHECKING:
    from service.digests.settings import Wish
    from service.house import House

_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)", re.ASCII)


def digest(
    name: Annotated[str, typer.Option("--for", metavar="NAME", help="Whose digest: a handle.")],
    data: DataDir = None,
    show: Annotated[
        bool, typer.Option("--print", help="Print it on standard output (usual).")
    ] = False,
    send: Annotated[
        bool, typer.Option("--send", help="Mail today's now; once a day, whoever asks.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write it as HTML into FILE.")
    ] = None,
    rhythm: Annotated[Rhythm | None, typer.Option(help="How often they want it.")] = None,
    at: Annotated[str | None, typer.Option(metavar="HH:MM", help="When, on their clock.")] = None,
    days: Annotated[str | None, typer.Option(help='On which days, like "mon-fri".')] = None,
    quiet: Annotated[
        str | None, typer.Option(metavar="FROM-TO", help='When not, like "22:00-07:00" or "none".')
    ] = None,
    cap: Annotated[int | None, typer.Option(min=1, max=100, help="Conversations shown.")] = None,
    min_score: Annotated[
        float | None, typer.Option(min=0, max=100, help="Leave out leads below this score.")
    ] = None,
    when_empty: Annotated[
        str | None, typer.Option(metavar="silence|mail", help="When there is nothing to say.")
    ] = None,
    on: Annotated[bool | None, typer.Option("--on/--off", help="Mail it, or don't.")] = None,
) -> None:
    """Print today's digest of one person: ranked, capped, in the buyers' own words.

    With --send it is mailed, with --html written into a file; with --rhythm, --at and the others
    it is noted how they want it, and nothing is printed.

    Example: harken digest --for ada --print
    """
    from service.digests.settings import Wish
    from service.house import existing_house

    wish = Wish(
        active=on,
        rhythm=rhythm,
        at_minutes=None if at is None else _minutes(at, "--at"),
        weekdays=None if days is None else _days(days),
        quiet=None if quiet is None else _quiet(quiet),
        cap=cap,
        min_score=min_score,
        mail_when_empty=None if when_empty is None else _mails(when_empty),
    )
    with existing_house(data_dir(data)) as house:
        if wish != Wish():
            _note(house, name, wish)
        if html is not None:
            _write(house, name, html)
        if send:
            _send(house, name)
        if show or not (send or html or wish != Wish()):
            _show(house, name)


def _show(house: "House", name: str) -> None:
    from service.address import reached_at
    from service.digests.links import Links
    from service.digests.made import preview
    from service.digests.text import as_text
    from service.store.engine import reading

    with reading(house.engine) as db:
        made = preview(db, name, config=house.config, now=house.clock.now())
    links = Links(base_url=reached_at(house.config.settings, house.folder))
    say(as_text(made, links).rstrip("\n"))


def _write(house: "House", name: str, file: Path) -> None:
    from service.digests.html import as_html
    from service.digests.made import preview
    from service.digests.readers import find_reader, subscription_of
    from service.digests.sending import Mailroom, links_for
    from service.store.engine import writing

    now = house.clock.now()
    with writing(house.engine) as db:
        user = find_reader(db, name)
        subscription = subscription_of(db, user, now=now)
        made = preview(db, name, config=house.config, now=now)
        links = links_for(Mailroom.of(house), user, subscription, at=now)
    file.write_text(as_html(made, links), "utf-8")
    say(f"Wrote {file}. Its buttons work: they are {user.name}'s.")


def _send(house: "House", name: str) -> None:
    import asyncio

    from models.digest_words import RunState
    from service.digests.planning import write_todays
    from service.digests.sending import Mailroom, send_now

    run, user = write_todays(house.engine, name, config=house.config, now=house.clock.now())
    if run.state is RunState.SENT and run.sent_at is not None:
        say(f"Today's digest of {user.name} was sent at {run.sent_at:%H:%M} UTC to {run.sent_to}.")
        return
    state = asyncio.run(send_now(Mailroom.of(house), run.id))
    told = {
        RunState.SENT: f"Sent to {user.email}.",
        RunState.SILENT: "Nothing was sent: all that it held was dealt with.",
    }
    say(told.get(state, "Nothing was sent."))


def _note(house: "House", name: str, wish: "Wish") -> None:
    from service.digests.settings import in_words, note
    from service.store.engine import writing

    with writing(house.engine) as db:
        wanted = note(db, name, wish, config=house.config, now=house.clock.now())
    say(in_words(wanted))


def _minutes(text: str, option: str) -> int:
    found = _TIME.fullmatch(text.strip())
    minutes = int(found[1]) * 60 + int(found[2]) if found else -1
    if not 0 <= minutes <= 24 * 60:
        raise unusable(f"{option}: {text!r} is no time of a day; write it like 07:30")
    return minutes


def _days(text: str) -> tuple[int, ...]:
    from config.digest import parse_days

    try:
        return tuple(sorted(parse_days(text)))
    except ValueError as error:
        raise unusable(f"--days: {error}") from error


def _quiet(text: str) -> tuple[int, int] | tuple[()]:
    if text.strip() == "none":
        return ()
    start, _, end = text.partition("-")
    first, last = _minutes(start, "--quiet"), _minutes(end, "--quiet")
    if first == last:
        raise unusable(f"--quiet: {text!r} is no time at all, or always")
    return first % (24 * 60), last


def _mails(text: str) -> bool:
    if text not in {"silence", "mail"}:
        raise unusable(f"--when-empty: {text!r} is not one of silence, mail")
    return text == "mail"
