"""Where a buyer is and with whom, as far as what is known of them says so."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pydantic import JsonValue

#: Addresses there say nothing about a company; the largest of those that anybody can have.
ANYBODYS: Final = frozenset(
    {
        "aol.com",
        "fastmail.com",
        "gmail.com",
        "gmx.at",
        "gmx.ch",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.co.uk",
        "hotmail.com",
        "hotmail.fr",
        "icloud.com",
        "live.com",
        "mac.com",
        "mail.com",
        "mail.ru",
        "mailbox.org",
        "me.com",
        "msn.com",
        "orange.fr",
        "outlook.com",
        "outlook.de",
        "posteo.de",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "t-online.de",
        "web.de",
        "yahoo.co.uk",
        "yahoo.com",
        "yahoo.de",
        "yahoo.fr",
        "yandex.ru",
        "zoho.com",
    }
)


def account_at(email: str | None, accounts: Mapping[str, str]) -> str | None:
    """Return the company that an address belongs to; None where anybody can have one.

    Args:
        email: the address.
        accounts: names of companies by their domains, which stand for those below them too;
            a company that is not among them is called by its domain.
    """
    domain = (email or "").rpartition("@")[2].strip().strip(".").casefold()
    labels = domain.split(".")
    if len(labels) < 2 or not all(labels):
        return None
    for above in (".".join(labels[first:]) for first in range(len(labels) - 1)):
        if above in accounts:
            return accounts[above]
    return None if domain in ANYBODYS else domain


def region_of(
    slots: Iterable[Mapping[str, JsonValue]], regions: Mapping[str, Sequence[str]]
) -> str | None:
    """Return the region that holds the first place that a buyer names; None: none does.

    Args:
        slots: as a signal stores them, the most telling first.
        regions: names of places by region. A country may be named by its code, as in "DE".
    """
    by_place = {place.casefold(): region for region, places in regions.items() for place in places}
    for slot in slots:
        if slot["name"] != "location":
            continue
        for said in (slot["text"], slot["normalised"]):
            if region := by_place.get(str(said or "").casefold()):
                return region
    return None
