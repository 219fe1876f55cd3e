"""Which version of a lead a program decides about: its `rev`, as ETag and If-Match (RFC 9110)."""

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header

from service.api.errors import BadHeaderError, StaleError, VersionMissingError

_ANY = "*"
_TAG = re.compile(r'(W/)?"([!#-~]*)"')
_REV = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class Seen:
    """The versions that a program has seen and decides about."""

    revs: frozenset[int] | None  # None: whichever it is

    def of(self, rev: int) -> int:
        """Return the version in which the lead is, which must be one of these.

        Raises:
            StaleError: it is another.
        """
        if self.revs is not None and rev not in self.revs:
            raise StaleError(rev)
        return rev


def etag(rev: int) -> str:
    """Return the strong entity tag of a version."""
    return f'"{rev}"'


def seen(if_match: str | None) -> Seen:
    """Return what an If-Match says. A weak tag, or one that we never gave, matches nothing.

    Raises:
        VersionMissingError: there is none.
        BadHeaderError: it is no list of entity tags.
    """
    if if_match is None:
        raise VersionMissingError
    if if_match.strip() == _ANY:
        return Seen(None)
    found = [_TAG.fullmatch(part.strip()) for part in if_match.split(",")]
    if any(tag is None for tag in found):
        raise BadHeaderError('If-Match is the ETag of the lead with its quotes, as in "7", or *.')
    strong = [tag[2] for tag in found if tag is not None and tag[1] is None]
    return Seen(frozenset(int(tag) for tag in strong if _REV.fullmatch(tag)))


def _seen(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            max_length=200,
            description="the ETag of the lead as you saw it; without it the answer is 428",
            examples=['"7"'],
        ),
    ] = None,
) -> Seen:
    return seen(if_match)


SeenHere = Annotated[Seen, Depends(_seen)]
