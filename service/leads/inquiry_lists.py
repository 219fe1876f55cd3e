"""Inquiries in a CSV file: each row is somebody who asked, or it is refused with the reason.

A list of addresses is none: whoever bought it, nobody on it asked for anything.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from config.days import is_of_the_web
from config.shape import check_email, check_zone
from models.words import InquiryChannel
from service.errors import HarkenError, RefusedError
from service.house import House
from service.leads.inquiries import Asked, Received, receive, reference_of
from service.store.engine import writing

COLUMNS = (
    "topic",
    "message",
    "at",
    "subject",
    "name",
    "email",
    "verified",
    "consent",
    "handle",
    "source",
    "company",
    "tz",
    "channel",
    "reference",
)
NEEDED = ("topic", "message", "consent")
_MOST = 100_000  # rows; a longer file is cut in two by whoever has it
_YES = frozenset({"yes", "true", "1", "y"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResult:
    """What became of a row."""

    row: int  # as a spreadsheet counts: the headings are row 1
    received: Received | None
    problem: str | None


def receive_list(
    house: House, path: Path, *, topic: str | None, by: str, dry_run: bool = False
) -> Iterator[RowResult]:
    """Take in a file of inquiries, a transaction a row; yield what became of each.

    Args:
        house: the installation.
        path: a CSV file in UTF-8 with headings; see COLUMNS.
        topic: of rows that name none.
        by: who brings it.
        dry_run: only say what would be refused.

    Raises:
        RefusedError: it can't be read, or has no column of inquiries: it is a list of addresses.
    """
    for number, row in rows_of(path, has_topic=topic is not None):
        try:
            asked = asked_of(row, topic=topic, now=house.clock.now())
            received = None if dry_run else _receive(house, asked, by)
        except HarkenError as error:
            yield RowResult(row=number, received=None, problem=str(error))
        else:
            yield RowResult(row=number, received=received, problem=None)


def rows_of(path: Path, *, has_topic: bool) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield each row with its number, values by heading.

    Raises:
        RefusedError: it can't be read, or a heading is missing.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restval="", restkey="beyond")
            _check_headings(reader.fieldnames or (), has_topic=has_topic)
            for number, row in enumerate(reader, 2):
                if number > _MOST:
                    raise RefusedError(f"{path.name} has more than {_MOST:,} rows; cut it in two")
                yield number, {name.strip().lower(): str(value) for name, value in row.items()}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RefusedError(f"{path.name} can't be read as CSV in UTF-8: {error}") from error


def asked_of(row: Mapping[str, str], *, topic: str | None, now: datetime) -> Asked:
    """Return a row as an inquiry.

    Raises:
        RefusedError: it has no inquiry or no consent, or a value that is none.
    """
    value = {name: row.get(name, "").strip() or None for name in COLUMNS}
    if value["message"] is None:
        raise RefusedError("an address without an inquiry is no lead: nobody asked for anything")
    if value["consent"] is None:
        raise RefusedError("no consent: say how they agreed to be contacted, as 'ticked the box'")
    about = value["topic"] or topic
    if about is None:
        raise RefusedError("no topic")
    try:
        return Asked(
            topic=about,
            message=value["message"],
            at=_moment(value["at"], now),
            reference=value["reference"]
            or reference_of(about, value["message"], value["email"] or value["name"] or ""),
            channel=InquiryChannel(value["channel"] or InquiryChannel.CSV),
            subject=value["subject"] or "",
            name=value["name"],
            email=check_email(value["email"]) if value["email"] else None,
            is_verified=(value["verified"] or "").lower() in _YES,
            consent_how=value["consent"],
            handle=value["handle"],
            source=value["source"],
            account=value["company"],
            tz=check_zone(value["tz"]) if value["tz"] else None,
        )
    except ValueError as error:
        raise RefusedError(str(error)) from error


def _receive(house: House, asked: Asked, by: str) -> Received:
    with writing(house.engine) as db:
        return receive(
            db,
            asked,
            config=house.config,
            secret=house.secret,
            by=by,
            now=house.clock.now(),
        )


def _check_headings(given: Iterable[str], *, has_topic: bool) -> None:
    known = {name.strip().lower() for name in given}
    needed = [name for name in NEEDED if not (name == "topic" and has_topic)]
    missing = [name for name in needed if name not in known]
    if missing:
        raise RefusedError(
            f"it has no column {' or '.join(missing)}: a list of addresses is no list of "
            "inquiries, and makes no leads"
        )


def _moment(text: str | None, now: datetime) -> datetime:
    if text is None:
        return now
    at = datetime.fromisoformat(text)
    if not is_of_the_web(at.date()):
        raise ValueError(f"{text!r} is no time of an inquiry; write it like 2026-06-30T09:00")
    return at if at.tzinfo else at.replace(tzinfo=UTC)
