"""What is wrong in a form, field by field: by the label that people see, never by its own name.

Nothing of what was sent is repeated: it may be a password, or somebody's script.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

#: What the fields of most forms are labelled.
LABELS: Mapping[str, str] = {
    "act": "What to do",
    "allow_claim": "Its people may take leads themselves",
    "amount": "Amount",
    "at": "When",
    "author": "Who wrote it",
    "authority": "Authority",
    "budget": "Budget",
    "calendar": "Holidays",
    "cap": "Conversations at the most",
    "channel": "Channel",
    "code": "Code",
    "comments": "Read the comments too",
    "competitor": "The competitor",
    "competitors": "Competitors",
    "contact": "How to reach you",
    "currency": "Currency",
    "day": "Days",
    "days": "Days",
    "decline": "Reason",
    "description": "Description",
    "dismiss": "Reason",
    "email": "E-mail",
    "every": "How often",
    "backfill": "How far back",
    "examples": "Examples",
    "exclusions": "Exclusions",
    "file": "File",
    "from": "From",
    "handle": "Handle",
    "host": "At",
    "hours": "Hours",
    "id": "Id",
    "keys": "Single keys",
    "keywords": "Keywords",
    "kind": "Kind",
    "known_as": "Known in communities as",
    "languages": "Languages",
    "least": "Score from",
    "legal_basis": "Legal basis",
    "login": "Handle or e-mail",
    "manager": "Who hears when it is late",
    "max_open": "Leads at a time",
    "max_per_day": "Offers a day",
    "meant": "What the columns mean",
    "message": "Anything else",
    "min_score": "Leave out scores below",
    "most": "Score to",
    "name": "Name",
    "need": "Need",
    "new_password": "New password",
    "note": "Note",
    "option": "Options",
    "options": "Options",
    "other": "The other lead",
    "outcome": "Outcome",
    "own": "An address of your own",
    "owner": "Owner",
    "password": "Password",
    "place": "Where",
    "policy": "Policy",
    "problems": "Problems",
    "product": "Product",
    "products": "Products",
    "published": "When",
    "q": "Search",
    "quality": "Quality",
    "query": "Queries",
    "quiet_from": "Quiet from",
    "quiet_to": "Quiet until",
    "reason": "Reason",
    "regions": "Regions",
    "reports_to": "Reports to",
    "rhythm": "How often",
    "role": "Role",
    "scope": "May",
    "sells": "What you sell, and to whom",
    "since": "From",
    "skills": "Skills",
    "team": "Team",
    "text": "Text",
    "theme": "Theme",
    "thread_title": "Title of the thread",
    "timeline": "Timeline",
    "title": "Title",
    "to": "To",
    "topic": "Topic",
    "track": "Track",
    "tz": "Time zone",
    "until": "Until",
    "url": "Address",
    "version": "Version",
    "view": "View",
    "way": "How they were told",
    "weight": "Weight",
    "what": "What",
    "words": "Note",
    "asked_for": "What do you want?",
    "ended": "Answer",
    "is_signal": "Your answer",
}
#: Where the same field has another label, by the path of its form.
_LABELS_ELSEWHERE: Mapping[tuple[str, str], str] = {
    ("/capture", "url"): "Address of the post",
    ("/capture", "text"): "What they wrote",
    ("/digest/settings", "at"): "At",
    ("/leads/{lead_id}/assign", "to"): "Assign to",
    ("/leads/{lead_id}/hand-back", "until"): "The right day",
    ("/leads/{lead_id}/reopen", "reason"): "Why?",
    ("/leads/{lead_id}/reply", "text"): "Your answer",
    ("/leads/{lead_id}/reply/posted", "text"): "Your answer",
    ("/privacy/ask", "handle"): "Your name there",
    ("/settings/files/{file}", "note"): "Why",
    ("/settings/tokens", "days"): "For",
    ("/settings/tokens", "name"): "What it is for",
    ("/try", "text"): "What they wrote",
}
_MOMENT = {("/leads/{lead_id}/tasks", "at")}
_PAGE_INCOMPLETE = "That page was out of date or incomplete: load it again"


def faults_of(errors: Iterable[Mapping[str, Any]], path: str) -> str | None:
    """Return in one sentence what validation found; None: nothing of it can be named.

    Args:
        errors: as pydantic tells them, with the place of each: ``("body", "note")``.
        path: of the route, as it is declared.
    """
    said: dict[str, str] = {}  # by label; a choice of two types fails twice
    unseen = False
    for error in errors:
        name = _name(error["loc"])
        label = _LABELS_ELSEWHERE.get((path, name)) or LABELS.get(name)
        if label is None:
            unseen = True
        else:
            said.setdefault(
                label, "no date and time" if _is_no_moment(error, path) else _of(error)
            )
    parts = [f"{label}: {fault}" for label, fault in said.items()]
    if unseen and not parts:
        parts = [_PAGE_INCOMPLETE]
    return "; ".join(parts) + "." if parts else None


def _name(place: Sequence[str | int]) -> str:
    return str(place[1]) if len(place) > 1 else ""


def _is_no_moment(error: Mapping[str, Any], path: str) -> bool:
    told = error["type"] in {"missing", "too_long", "string_pattern_mismatch"}
    return told and (path, _name(error["loc"])) in _MOMENT


#: What is wrong with a field by the kind of error; by the beginning of its name in `_BEGINNINGS`.
_FAULTS: Mapping[str, str] = {
    "missing": "missing",
    "int_parsing": "no whole number",
    "int_from_float": "no whole number",
    "float_parsing": "no number",
    "decimal_parsing": "no number",
    "finite_number": "no number",
    "enum": "none of the choices",
    "literal_error": "none of the choices",
    "bool_parsing": "none of the choices",
}
_BEGINNINGS = (
    ("datetime", "no date and time"),
    ("date", "no date"),
    ("time", "no time of day"),
)
#: The same where a limit is named.
_LIMITS: Mapping[str, str] = {
    "greater_than_equal": "at least {ge:,}",
    "less_than_equal": "at most {le:,}",
    "greater_than": "more than {gt:,}",
    "less_than": "less than {lt:,}",
    "too_short": "at least {min_length:,} {what}",
    "string_too_short": "at least {min_length:,} {what}",
    "too_long": "at most {max_length:,} {what}",
    "string_too_long": "at most {max_length:,} {what}",
}


def _of(error: Mapping[str, Any]) -> str:
    """Return what is wrong with one field."""
    kind: str = error["type"]
    limits: Mapping[str, Any] = error.get("ctx", {})
    if limits.get("min_length") == 1:
        return "missing"
    if kind in _LIMITS:
        # Limits of text that was cleaned first are told as of a list.
        what = "characters" if isinstance(error.get("input"), str) else "choices"
        return _LIMITS[kind].format(what=what, **limits)
    if kind in _FAULTS:
        return _FAULTS[kind]
    begun = (told for beginning, told in _BEGINNINGS if kind.startswith(beginning))
    return next(begun, "not written as it should be")
