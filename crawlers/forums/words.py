"""What a post's markup says, without what boards put around words. Runs in the parsing child."""

import re
from dataclasses import replace

from crawlers.calendar_words import MONTHS, SPANS, WEEKDAYS
from crawlers.plaintext import WROTE, PlainText, from_html
from crawlers.times import epoch_from

#: The line over a quote where its theme leaves it outside: "Quote:", "ann wrote:".
_QUOTE_LABEL = re.compile(
    rf"^(?:(?:Quote|Zitat|Citation|Cita)\b.{{0,60}}:|.{{1,60}}{WROTE}.{{0,40}}:|"
    r"(?:Quote|Zitat|Citation|Cita):?)$",
    re.MULTILINE | re.IGNORECASE,
)
_SIGNATURE = re.compile(r"(?:^|[\s_-])signature(?=$|[\s_-])", re.IGNORECASE)
#: Boards of old put this between a post and its signature.
_BEFORE_SIGNATURE = re.compile(r"\n_{10,}\n")
#: The line that boards put below a post that was changed: "Edited 5 Jan, 2026 16:11 by ann".
_EDIT_NOTE = re.compile(
    r"\n\W{0,3}(?:this (?:post|message|comment|entry) (?:was|has been) )?(?:last |zuletzt )?"
    r"(?:edited|modified|updated|bearbeitet|geändert|modifié|editado|modificato)\b"
    r"([^\n]{3,120})$",
    re.IGNORECASE,
)
_EDITOR = re.compile(
    r"\b(?:by|von|par|por|da)\s+\S.{0,40}?(?=\s+(?:on|at|am|um|le|el|il)\s|[,;:»]|$)"
)
_BEFORE_TIME = re.compile(r"[\W_]*(?:(?:on|at|am|um|le|el|il)\b[\W_]*)?", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_SHORT = 2  # letters: "at", "um", "pm"
_OF_TIMES = (
    *(name for name in (*MONTHS, *WEEKDAYS, *SPANS) if len(name) > _SHORT),
    *("ago", "vor", "hace", "today", "heute", "yesterday", "gestern", "uhr", "last", "times"),
    *("utc", "gmt", "est", "edt", "cet", "cest", "pst", "pdt"),
)
_ANY_NOW = 1_500_000_000  # only whether it is a time is asked
_MAX_SIGNATURE = 600  # characters: more than that is no signature


def said(markup: str) -> PlainText:
    """Return a post's own words, and what it quotes of others."""
    read = from_html(markup, without=_SIGNATURE)
    own, rule, signature = _parted(read.text)
    if rule and len(signature) <= _MAX_SIGNATURE:
        read = replace(read, text=own.strip())
    read = replace(read, text=_without_note(read.text))
    if read.quoted:
        read = replace(read, text=_QUOTE_LABEL.sub("", read.text).strip())
    return read


def _without_note(text: str) -> str:
    """Return a text without a last line that says when it was edited and nothing else."""
    note = _EDIT_NOTE.search(text)
    if note is None:
        return text
    when = _BEFORE_TIME.sub("", _EDITOR.sub("", note[1]).strip(), count=1).rstrip(" .)]»")
    return text[: note.start()].rstrip() if _is_time(when) else text


def _is_time(text: str) -> bool:
    """Say whether a text is a time, and has no words but those of times."""
    return all(map(_is_of_time, _WORD.findall(text))) and (
        epoch_from(text, now=_ANY_NOW) is not None
    )


def _is_of_time(word: str) -> bool:
    return len(word) <= _SHORT or word.casefold().startswith(_OF_TIMES)


def _parted(text: str) -> tuple[str, str, str]:
    rules = list(_BEFORE_SIGNATURE.finditer(f"{text}\n"))
    if not rules:
        return text, "", ""
    last = rules[-1]
    return text[: last.start()], last[0], text[last.end() :]
