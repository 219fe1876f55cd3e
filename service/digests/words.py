"""What digests call things."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from config.topic import FINDING_LISTS
from models.digest_words import Rhythm
from service.digests.acts import Act
from service.digests.digest import Digest, Shown
from service.leads.listing import LeadLine
from service.times import Urgency, age, due

BUTTONS: Mapping[Act, str] = {
    Act.TAKE: "Take it",
    Act.DECLINE: "Decline",
    Act.CONFIRM: "It is a lead",
    Act.REJECT: "Not a lead",
    Act.ASSIGN: "Assign to me",
    Act.SNOOZE: "Snooze",
}
RHYTHMS: Mapping[Rhythm, str] = {
    Rhythm.INSTANT: "at once",
    Rhythm.HOURLY: "every hour",
    Rhythm.DAILY: "daily",
    Rhythm.WEEKLY: "weekly",
}
NOTHING = "Nothing worth your time today."


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a quote; one that speaks for the lead is marked."""

    text: str
    is_marked: bool


def summary(digest: Digest) -> str:
    """Return how much of it is new, was seen before and presses: "5 new · 2 still open"."""
    carried = digest.carried
    fresh = len(digest.entries) - carried
    late = sum(is_pressing(entry, digest.made_at) for entry in digest.entries)
    parts = (
        (fresh, f"{fresh} new"),
        (carried, f"{carried} still open"),
        (late, f"{late} pressing"),
    )
    return " · ".join(words for count, words in parts if count)


def is_pressing(entry: Shown, now: datetime) -> bool:
    """Tell whether what is due of a conversation is late, or due within the hour."""
    at = entry.line.next_step_at
    return at is not None and due(at, now).urgency is not Urgency.LATER


def next_step(line: LeadLine, now: datetime) -> str:
    """Return what is due, and by when."""
    by = f", {due(line.next_step_at, now).words}" if line.next_step_at else ""
    return f"{line.next_step}{by}"


def why(line: LeadLine) -> str:
    """Return what speaks for a lead, the strongest first; that its topic is named goes unsaid."""
    reasons = [reason for reason in line.evidence_reasons() if reason not in FINDING_LISTS]
    return "; ".join(reasons[:4]) or "the model's overall impression"


def before(entry: Shown, now: datetime) -> str:
    """Return since when a conversation waits; empty for a new one."""
    if entry.first_shown is None:
        return ""
    return f"open since {entry.first_shown:%a} {entry.first_shown.day} {entry.first_shown:%b}"


def elsewhere(line: LeadLine, now: datetime) -> Iterator[tuple[str, str | None]]:
    """Yield where else the author said the same: words, and the address if there is one."""
    for place in line.elsewhere:
        yield f"{place.source}, {age(place.at, now)}", place.url


def marked(line: LeadLine) -> tuple[Piece, ...]:
    """Return the quote in pieces, with the words marked that speak for the lead."""
    quote = line.quote
    wanted = sorted(
        {" ".join(e.text.split()) for e in line.evidence if e.weight > 0} - {""},
        key=len,
        reverse=True,
    )
    marks = bytearray(len(quote))
    for words in wanted:
        start = quote.find(words)
        if start >= 0:
            marks[start : start + len(words)] = b"\1" * len(words)
    pieces: list[Piece] = []
    start = 0
    for end in range(1, len(quote) + 1):
        if end == len(quote) or marks[end] != marks[start]:
            pieces.append(Piece(quote[start:end], bool(marks[start])))
            start = end
    return tuple(pieces)


def usefulness(digest: Digest) -> tuple[str, ...]:
    """Return how last week went, and what would have been better, a sentence each."""
    said = []
    if digest.week is not None:
        week = digest.week
        open_ = week.shown - week.accepted - week.rejected
        undecided = f", {open_} undecided" if open_ else ""
        said.append(
            f"Last week you accepted {week.accepted} of the {week.shown} that you were shown"
            f" ({week.rejected} were none{undecided})."
        )
    if digest.proposal is not None:
        told = digest.proposal
        said.append(
            f"Showing only scores from {told.min_score} would have spared you {told.spared} of "
            f"{told.rejected} that were none, and cost {told.missed} of {told.accepted} leads."
        )
    return tuple(said)


def thrown_away(digest: Digest) -> str:
    """Return the title over the posts to check."""
    numbers = {1: "One", 2: "Two", 3: "Three", 4: "Four", 5: "Five"}
    count = len(digest.rejects)
    return f"{numbers.get(count, str(count))} that we threw away, drawn by chance: were we right?"
