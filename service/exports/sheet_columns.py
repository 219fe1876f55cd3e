"""What the columns of a rep's spreadsheet mean: guessed by their headings, or said."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from config.problem import did_you_mean
from service.errors import RefusedError


class Column(StrEnum):
    """What a column may hold."""

    NEED = "need"  # in the buyer's words or the rep's: without it a row is an address
    TITLE = "title"
    URL = "url"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    COMPANY = "company"
    EMAIL = "email"
    CONSENT = "consent"  # how they agreed to be written to; else the address is left out
    HANDLE = "handle"
    SOURCE = "source"
    TOPIC = "topic"
    REGION = "region"
    OWNER = "owner"
    HEARD = "heard"
    NEXT_STEP = "next_step"
    DUE = "due"
    AMOUNT = "amount"
    CURRENCY = "currency"


#: How people head such a column, in English and German, the plainest words first; letter case
#: and dots don't matter.
_SPELT: Mapping[Column, str] = {
    Column.NEED: "need, needs, want, wants, what they need, what they want, what, looks for,"
    "looking for, wanted, interest, interested in, inquiry, enquiry, request, requirement,"
    "requirements, problem, quote, question, anfrage, bedarf, interesse, message, details,"
    "description, lead note, note, notes, comment, comments, remarks, bemerkung, notiz, notizen",
    Column.TITLE: "title, subject, summary, deal, deal name, opportunity, betreff, titel",
    Column.URL: "url, link, permalink, post, thread, source permalink, web link",
    Column.NAME: "name, who, prospect, client, contact,"
    "contact name, contact person, full name, person, ansprechpartner,"
    "kontakt, kunde, wer",
    Column.FIRST_NAME: "first name, firstname, given name, vorname",
    Column.LAST_NAME: "last name, lastname, surname, family name, nachname",
    Column.COMPANY: "company, company name, account, account name, organisation, organization,"
    "firm, firma, unternehmen",
    Column.EMAIL: "email, e-mail, mail, email address, e-mail address, mail address",
    Column.CONSENT: "consent, opt-in, permission, einwilligung",
    Column.HANDLE: "handle, author, user, username, user name, nickname",
    Column.SOURCE: "source, lead source, community, forum, platform, quelle",
    Column.TOPIC: "topic, product, produkt, thema",
    Column.REGION: "region, territory, gebiet",
    Column.OWNER: "owner, rep, sales rep, salesperson, assigned to, verkäufer",
    Column.HEARD: "heard, date, date of contact, created, created at, datum",
    Column.NEXT_STEP: "next step, next, action, follow up, followup, to do, todo",
    Column.DUE: "due, due date, next contact, next date, follow up date, wiedervorlage",
    Column.AMOUNT: "amount, value, worth, deal size, deal value, betrag, wert",
    Column.CURRENCY: "currency, währung",
}
_BY_SPELLING = {
    spelt.strip(): (column, rank)
    for column, all_of in _SPELT.items()
    for rank, spelt in enumerate(all_of.split(","))
}


def guess(headings: Sequence[str]) -> dict[Column, int]:
    """Return which column holds what, as far as headings say.

    Of two that may hold the same, that wins whose heading says it best: "Notes" hold the need
    only where no column is headed so.
    """
    found: dict[Column, tuple[int, int]] = {}
    for number, heading in enumerate(headings):
        if (known := _BY_SPELLING.get(_folded(heading))) is not None:
            column, rank = known
            found[column] = min(found.get(column, (rank, number)), (rank, number))
    return {column: number for column, (_, number) in found.items()}


def mapping_of(headings: Sequence[str], said: Mapping[str, str]) -> dict[Column, int]:
    """Return which column holds what: guessed, and overruled by what was said.

    Args:
        headings: of the sheet.
        said: what a heading's column holds, by heading; "-" for nothing.

    Raises:
        RefusedError: there is no such heading, or nothing of that name that a column may hold.
    """
    found = guess(headings)
    places = {_folded(heading): number for number, heading in reversed([*enumerate(headings)])}
    for heading, meant in said.items():
        place = places.get(_folded(heading))
        if place is None:
            hint = did_you_mean(heading, headings) or f"; there are: {', '.join(headings)}"
            raise RefusedError(f"the sheet has no column {heading!r}{hint}")
        found = {column: number for column, number in found.items() if number != place}
        if meant == "-":
            continue
        known = [column.value for column in Column]
        if meant not in known:
            hint = did_you_mean(meant, known) or f"; there are: {', '.join(known)}"
            raise RefusedError(f"a column can't hold {meant!r}{hint}")
        found[Column(meant)] = place
    return found


def _folded(heading: str) -> str:
    """Return a heading without what spellings of the same differ in."""
    return " ".join(re.sub(r"[_./:()*]+", " ", heading.casefold()).split())
