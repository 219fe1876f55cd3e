"""What a mail server says in prose of a mail that it could not deliver. Pure and linear.

qmail, old Exim, Exchange before 2007, Domino and some providers write no report for machines
(RFC 3464). Of what they write only this is believed: an address, and near it that it failed for
good. A mail that is only late, and one that says nothing clear, names nobody; what is said here is
weighed against what was sent by whoever asked.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_MOST_TEXT = 32 * 1024  # characters; all of these formats begin with what happened
_MOST_ADDRESSES = 20

#: Accounts in whose name mail servers write: RFC 5321, 4.5.1; Exchange's own recipient.
SERVERS = frozenset(
    {
        "mailer-daemon",
        "postmaster",
        "mail-daemon",
        "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e",
    }
)

_ADDRESS = re.compile(
    r"(?<![\w.+%=-])[\w.+%='&~-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,9}"
)
#: Where the copy of the mail that came back begins: a ruled line says so, or a first header.
_COPY = re.compile(
    r"^(?:-{2,}[^\n]{0,80}\b(?:copy|original|returned|unsent|header|headers"
    r"|nachricht|kopie|copie)\b[^\n]{0,80}|(?:original message(?: headers?)?|return-path|received)"
    r":[^\n]{0,998})$",
    re.MULTILINE,
)
_ID = re.compile(r"^[> ]{0,4}message-id:\s{0,4}<([^<>\s]{1,250})>", re.MULTILINE | re.IGNORECASE)
_STATUS = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])")
_REPLY = re.compile(r"(?<![\d.:-])5[0-5]\d(?=[ :-])")  # of SMTP: "550 no such user"

_GIVEN_UP = re.compile(
    r"permanent(?:ly)?\b[^\n]{0,30}\b(?:error|fail|fatal)|fail(?:ed|ure)? permanently"
    r"|given up|giving up|not going to try again|will not be retried|could not be delivered to"
    r"|did not reach|unzustellbar|nicht zugestellt werden|nicht erreicht|n'a pas pu être"
    r"|no se pudo entregar|non è stato possibile"
)
_LATE = re.compile(
    r"\b(?:delay|warning|deferred|temporar|not yet|still (?:trying|being)"
    r"|(?:will|to) (?:be retried|retry|keep trying|continue|try again)|attempts? will"
    r"|verzöger|weiterhin versucht|vorübergehend|retard|temporai)"
)


@dataclass(frozen=True, slots=True)
class Failed:
    """An address that a mail did not reach, as a server tells a person."""

    address: str  # in lower case
    status: str  # RFC 3463; empty when it names none
    words: str


def failures(text: str, *, named: Sequence[str] = ()) -> Iterator[Failed]:
    """Yield whom a mail did not reach for good.

    Args:
        text: what a server wrote, with or without a copy of the mail below.
        named: addresses that a header of the server's names as failed; those alone count then.
    """
    above = _above(text)
    if not _is_over(above, is_named=bool(named)):
        return
    found = _passages(above)
    wanted = [each.lower() for each in named] or list(found)
    for address in dict.fromkeys(wanted[:_MOST_ADDRESSES]):
        passage = found.get(address, "") if len(found) > 1 else above
        statuses = _STATUS.findall(passage)
        permanent = [status for status in statuses if status.startswith("5")]
        if not (named or permanent or _REPLY.search(passage) or _GIVEN_UP.search(above)):
            continue
        status = permanent[0] if permanent else statuses[0] if statuses else ""
        yield Failed(address, status, _line_of(passage, status))


def returned_id(text: str) -> str | None:
    """Return the Message-ID in the copy of a mail that a server put below its words."""
    found = _ID.search(text[: 2 * _MOST_TEXT])
    return found[1] if found else None


def is_server(address: str) -> bool:
    """Tell whether a mail server writes under this address."""
    return address.lower().partition("@")[0] in SERVERS


def _above(text: str) -> str:
    words = _ID.sub("", text[:_MOST_TEXT].lower())
    copy = _COPY.search(words)
    return words[: copy.start()] if copy else words


def _is_over(above: str, *, is_named: bool) -> bool:
    """Tell whether the server has given up, and does not only say that it takes long."""
    if _GIVEN_UP.search(above):
        return True
    if _LATE.search(above):
        return False
    return (
        is_named or bool(_REPLY.search(above)) or ("5." in above and bool(_STATUS.search(above)))
    )


def _passages(above: str) -> dict[str, str]:
    """Return what stands behind each address, up to the next one; of each all such passages."""
    found: dict[str, list[str]] = {}
    hits = [hit for hit in _ADDRESS.finditer(above) if not is_server(hit[0])]
    starts = [*(hit.start() for hit in hits), len(above)]
    for hit, end in zip(hits, starts[1:], strict=True):
        found.setdefault(hit[0].strip(".'"), []).append(above[hit.end() : end])
    return {address: "\n".join(parts) for address, parts in found.items()}


def _line_of(passage: str, status: str) -> str:
    """Return the line that says why: with the status, else with a reply, else the first."""
    lines = [line.strip(" \t<>:;,-") for line in passage.splitlines()]
    for sign in (status, " 5"):
        if sign and (telling := [line for line in lines if sign in f" {line}"]):
            return telling[0]
    return next((line for line in lines if line), "")
