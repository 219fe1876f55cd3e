"""A digest as plain text, which reads well in a terminal and in a mail."""

import re
import textwrap
from collections.abc import Iterator

from service.digests import words
from service.digests.digest import Digest, Reject, Shown
from service.digests.links import Links
from service.links import outward
from service.times import age

_WIDTH = 78
_INDENT = "    "
#: What turns the direction of all that follows in a line (bidirectional controls): in plain text
#: nothing ends it where a stranger's words end.
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def as_text(digest: Digest, links: Links, *, width: int = _WIDTH) -> str:
    """Return the digest as text of lines that are ``width`` characters wide but for addresses."""
    return "\n".join(_lines(digest, links, width)).rstrip("\n") + "\n"


def _lines(digest: Digest, links: Links, width: int) -> Iterator[str]:
    head = f"{digest.name}'s digest for {digest.made_at:%A %-d %B %Y}"
    yield from (head, "=" * len(head), "")
    if digest.entries:
        yield from (f"{digest.headline}: {words.summary(digest)}", "")
    elif not digest.notices:
        yield from (words.NOTHING, "")
    for number, entry in enumerate(digest.entries, start=1):
        yield from _entry(number, entry, digest, links, width)
    if digest.not_shown:
        yield from (f"{digest.not_shown} more not shown: {links.page('/inbox?view=queue')}", "")
    yield from _notices(digest, links, width)
    yield from _rejects(digest, links, width)
    for sentence in words.usefulness(digest):
        yield from (*_wrapped(sentence, width, indent=""), "")
    yield from _foot(digest, links, width)


def _entry(number: int, entry: Shown, digest: Digest, links: Links, width: int) -> Iterator[str]:
    line, now = entry.line, digest.made_at
    by_chance = " (drawn by chance, whatever its score)" if entry.explores else ""
    yield from _wrapped(f"[{line.shown_score:.1f}] {line.title}", width, bullet=f"{number:2}. ")
    before = words.before(entry, now)
    by = f" by {entry.author}" if entry.author else ""
    meta = (f"{line.source}, {age(line.heard_at, now)}{by}", entry.kind, f"topic {entry.topic}")
    yield from _wrapped("; ".join((*meta, *([before] if before else []))) + by_chance, width)
    yield from _wrapped(f"“{line.quote}”", width)
    yield from _wrapped(f"Why: {words.why(line)}", width)
    yield from _wrapped(f"Next: {words.next_step(line, now)}", width)
    for also in entry.also:
        yield from _wrapped(f"In the same thread: [{also.shown_score:.1f}] {also.title}", width)
        yield f"{_INDENT}{links.lead(also.id)}"
    for place, url in words.elsewhere(line, now):
        yield from _wrapped(f"Also posted in {place}", width)
        if there := outward(url):
            yield f"{_INDENT}{there}"
    if entry.rules:
        yield from _wrapped(f"Before you answer there: {entry.rules}", width)
    if entry.credit:
        yield from _wrapped(f"Source's terms: {entry.credit}", width)
    yield f"{_INDENT}{links.lead(line.id)}"
    if original := outward(line.url):
        yield f"{_INDENT}Original: {original}"
    if links.signer is not None and entry.acts:
        names = ", ".join(words.BUTTONS[act].lower() for act in entry.acts)
        yield from (f"{_INDENT}Decide ({names}):", f"{_INDENT}{links.act(line.id)}")
    yield ""


def _notices(digest: Digest, links: Links, width: int) -> Iterator[str]:
    if not digest.notices:
        return
    yield from _part("Needs a hand")
    for notice in digest.notices:
        since = f" ({notice.since})" if notice.since else ""
        yield from _wrapped(f"{notice.words}{since}", width, bullet="  * ")
        if notice.path:
            yield f"{_INDENT}{links.page(notice.path)}"
    yield ""


def _rejects(digest: Digest, links: Links, width: int) -> Iterator[str]:
    if not digest.rejects:
        return
    yield from _part(words.thrown_away(digest))
    for number, reject in enumerate(digest.rejects, start=1):
        yield from _reject(number, reject, digest, links, width)


def _reject(
    number: int, reject: Reject, digest: Digest, links: Links, width: int
) -> Iterator[str]:
    where = f"{reject.source}, {age(reject.at, digest.made_at)}"
    title = f"{reject.title} ({where})" if reject.title else where
    yield from _wrapped(title, width, bullet=f"{number:2}. ")
    yield from _wrapped(f"“{reject.quote}”", width)
    if reject.url:
        yield f"{_INDENT}Original: {reject.url}"
    if links.signer is not None:
        yield f"{_INDENT}Right or wrong? {links.label(reject.post_id)}"
    yield ""


def _foot(digest: Digest, links: Links, width: int) -> Iterator[str]:
    if links.signer is None:
        return
    yield "-- "
    rhythm = words.RHYTHMS[digest.rhythm]
    yield from _wrapped(f"You get this {rhythm} because you work with Harken.", width, indent="")
    yield f"Change it:   {links.page('/digest')}"
    yield f"Switch off:  {links.unsubscribe()}"


def _part(title: str) -> Iterator[str]:
    yield from (title, "-" * len(title))


def _wrapped(
    text: str, width: int, *, indent: str = _INDENT, bullet: str | None = None
) -> list[str]:
    return textwrap.wrap(
        _TURNS.sub("", text),
        width,
        initial_indent=indent if bullet is None else bullet,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
