"""Spreadsheets that programs bring, and what became of them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from models.words import BatchKind
from service.api.shapes.base import A_LEAD, ANOTHER, NOON, Given, Handle, Taken
from service.exports.sheet_columns import Column
from service.serving.bringing import MOST_ROWS
from service.typed import Line, sheet_text

#: With what is around it, and line ends escaped, it fits into a body.
MOST_CHARACTERS: Final = 100_000

_Heading = Annotated[Line, Field(max_length=100)]
_Lead = Annotated[str | None, Field(examples=[A_LEAD])]
_Person = Annotated[str | None, Field(examples=[ANOTHER])]


class NewImport(Taken):
    """A rep's spreadsheet."""

    file: Annotated[
        Line,
        Field(
            min_length=1,
            max_length=200,
            description="its name, by which people know it again",
            examples=["spring fair.csv"],
        ),
    ]
    content: Annotated[
        str,
        Field(
            min_length=1,
            max_length=MOST_CHARACTERS,
            description="CSV with headings in its first row, with commas, semicolons or tabs; "
            f"{MOST_ROWS:,} rows at the most",
            examples=["need,name,company\nA CRM for 8 people,Greta Holm,Holm Boats\n"],
        ),
        AfterValidator(sheet_text),
    ]
    columns: Annotated[
        dict[_Heading, Column | Literal["-"]],
        Field(
            max_length=200,
            description="what columns hold, by heading, where their headings are misread; "
            '"-" for nothing',
            examples=[{"Remarks": "need"}],
        ),
    ] = Field(default_factory=dict)
    topic: Annotated[
        Line | None, Field(max_length=64, description="of rows that name none", examples=["crm"])
    ] = None
    owner: Annotated[
        Handle | None,
        Field(
            description="whose the leads are, where a row names nobody; null: yours, if you are "
            "in a team, else nobody's",
            examples=["mia"],
        ),
    ] = None
    dry_run: Annotated[bool, Field(description="say what would come of it, and keep nothing")] = (
        False
    )


class HeadingGiven(Given):
    """A column of the sheet, in their order."""

    heading: Annotated[str, Field(examples=["Remarks"])]
    column: Annotated[Column | None, Field(description="what it holds; null: it is left out")]


class Became(StrEnum):
    """What a row became."""

    LEAD = "lead"
    CONTACT = "contact"
    KNOWN = "known"
    NOTHING = "nothing"


class RowGiven(Given):
    """What became of a row."""

    place: Annotated[
        int, Field(description="as a spreadsheet counts: the headings are row 1", examples=[2])
    ]
    became: Annotated[
        Became,
        Field(
            description="a contact: it says who somebody is, not what they need; known: it is "
            "here already, and nothing was done; nothing: see `problem`"
        ),
    ]
    known: Annotated[bool, Field(description="it is here already, and nothing was done")]
    lead: Annotated[_Lead, Field(description="that it made or joined; null in a dry run")]
    person: Annotated[_Person, Field(description="the contact; null in a dry run")]
    problem: Annotated[str | None, Field(description="why nothing of it was taken in")]
    note: Annotated[str | None, Field(description="what was left out of it")]


class ImportBrought(Given):
    """What became of a sheet."""

    id: Annotated[
        str | None, Field(description="of the import; null in a dry run", examples=[ANOTHER])
    ]
    headings: tuple[HeadingGiven, ...]
    rows: tuple[RowGiven, ...]


class ImportGiven(Given):
    """A file that somebody brought."""

    id: Annotated[str, Field(examples=[ANOTHER])]
    kind: BatchKind
    file: Annotated[str, Field(examples=["spring fair.csv"])]
    by: Annotated[str, Field(examples=["mia"])]
    at: Annotated[datetime, Field(examples=[NOON])]
    leads: Annotated[int, Field(description="that it made", examples=[12])]
    contacts: Annotated[int, Field(examples=[3])]
    undone: Annotated[
        datetime | None, Field(description="when all of it was taken back", examples=[NOON])
    ]


class ImportUndone(Given):
    """What was taken back of an import."""

    leads: Annotated[int, Field(examples=[11])]
    contacts: Annotated[int, Field(examples=[3])]
    kept: Annotated[
        tuple[str, ...],
        Field(description="leads that somebody touched since: they stay", examples=[[A_LEAD]]),
    ]
