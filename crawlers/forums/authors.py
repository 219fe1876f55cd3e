"""Who wrote a post, on pages of unknown software: by link, by class, or as the words say it."""

import re

from crawlers.forums.furniture import in_heading, is_furniture
from crawlers.forums.nodes import MAX_NAME
from crawlers.forums.sketch import Sketch

#: "by ann on Jan 5", "ann wrote"
_BY = re.compile(
    r"\b(?:by|from|von|par|por|di|door|av|od|автор:?|от)\s+([^\s,|»(][^,|»(]{0,38}?)\s*"
    r"(?:[,|»(]|-\s|\b(?:on|at|am|le|el|il|op|den|dne)\b|$)",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"([^\s,|»(][^,|»(]{0,38}?)\s+(?:wrote|writes|said|says|posted|commented|answered|replied|"
    r"asked|schrieb|schreibt|sagte|a écrit|escribió|ha scritto|schreef|написал)\b",
    re.IGNORECASE,
)
#: "<b>ann</b> from Berlin wrote": where somebody is from, and no name.
_ORIGIN = re.compile(
    r"(?:aus|from|uit|från|fra|z|ze)\s[^\s,|»(][^,|»(]{0,38}?\s"
    r"(?:wrote|writes|said|says|posted|commented|schrieb|schreibt|schreef|skrev|napisał\w*)\b",
    re.IGNORECASE,
)
#: "Author: ann", a label and a name that fill a cell.
_LABELLED = re.compile(
    r"(?:author|sender|from|by|(?:posted|written|created) by|user(?:\s?name)?|autor(?:in)?|auteur|"
    r"autore|von|par)\s?:\s*(\S.{0,38})",
    re.IGNORECASE,
)
_BOLD = frozenset({"b", "strong", "cite", "dt", "th"})
_WITHIN_LINES = frozenset({"small", "span", "i", "em", "time", "a", "abbr", "font", "sub", "sup"})
_BESIDE = 3
_HEAD = 12  # elements and texts in which a post's author is named, if in bold only


def author_of(drawn: Sketch, inside: list[int], time: int | None) -> tuple[int | None, str]:
    """Return where the author is named, and how: by a link or class, beside the time, in bold."""
    best: tuple[int, int] | None = None
    for at in inside:
        sure = drawn.users.get(at, 0)
        if sure and 0 < drawn.length[at] <= MAX_NAME and (best is None or sure > best[0]):
            best = (sure, at)
    if best is not None:
        at = _innermost(drawn, best[1])
        return at, drawn.text(at, most=MAX_NAME)
    if time is None:
        return None, ""
    # a link beside the time, whatever it leads to
    links = [
        at
        for at in inside
        if at in drawn.links
        and 0 < drawn.length[at] <= 40
        and not in_heading(drawn, at)
        and not is_furniture(drawn.text(at, most=40))
    ]
    near = [at for at in links if abs(at - time) <= 12 and not at <= time < drawn.end[at]]
    worded = _worded_user(drawn, inside, time)
    if worded[0] is None and near:
        return near[0], drawn.text(near[0], most=MAX_NAME)
    tries = (worded, _user_before(drawn, inside, time), _bold_user(drawn, inside))
    return next((found for found in tries if found[0] is not None), (None, ""))


def _user_before(drawn: Sketch, inside: list[int], time: int) -> tuple[int | None, str]:
    """Return the words before a time that stands among them: "ann <small>2 hours ago</small>"."""
    around = drawn.parent[time]
    if drawn.tag[time] == "#text" and drawn.tag[around] in _WITHIN_LINES:
        around = drawn.parent[around]
    for at in reversed([one for one in inside if around < one < time][-_BESIDE:]):
        if drawn.tag[at] == "#text" and 1 < drawn.length[at] <= 40:
            said = drawn.text(at, most=40).strip(" ,:;|·•-")
            return (None, "") if not said or is_furniture(said) else (at, said)
    return None, ""


def _worded_user(drawn: Sketch, inside: list[int], time: int) -> tuple[int | None, str]:
    for at in inside:
        if drawn.tag[at] == "#text" and abs(at - time) <= 6 and drawn.length[at] <= MAX_NAME:
            name = worded_name(drawn, at)
            if name:
                return at, name
    return None, ""


def worded_name(drawn: Sketch, at: int) -> str:
    """Return who a text says that it is by, or nothing: "by ann on Jan 5", "Author: ann"."""
    said = drawn.text(at, most=MAX_NAME)
    if _ORIGIN.match(said):
        return ""  # who it is stands before it
    found = _LABELLED.fullmatch(said) or _BY.search(said) or _SAID.match(said)
    return found[1] if found and not is_furniture(found[1]) else ""


def _bold_user(drawn: Sketch, inside: list[int]) -> tuple[int | None, str]:
    """Return the words in bold that a post begins with, as boards without classes name people."""
    for at in inside[:_HEAD]:
        if drawn.tag[at] in _BOLD and 1 < drawn.length[at] <= 40 and at not in drawn.moments:
            said = drawn.text(at, most=40)
            if said and not said.endswith(":") and not is_furniture(said):
                return at, said
    return None, ""


def _innermost(drawn: Sketch, at: int) -> int:
    """Return the author's name within an element that is called author and holds more."""
    inside = [one for one in drawn.within(at) if one in drawn.users and drawn.length[one]]
    links = [one for one in inside if drawn.users[one] >= 2]
    return next(iter(links), None) or min(inside, key=lambda one: drawn.length[one], default=at)
