"""What of a mail its author wrote: quotes, signatures and footers cut away. Pure and linear.

Addresses are masked wherever they stand: a mail is full of them, and each is somebody's.
"""

import hashlib
import re

from crawlers.plaintext import MAX_TEXT, PlainText, cap, from_text

#: Lines longer than this are nobody's "On Monday, Ann wrote:".
_LONGEST_MARK = 300

_ATTRIBUTION = re.compile(
    r"\s*(?:On|Am|Le|El|Op|Il|Em|Den|At)\b.{3,250}"
    r"(?:wrote|writes|schrieb|a écrit|escribió|schreef|ha scritto|escreveu|skrev)\b.{0,60}:\s*"
)
_SAYS = re.compile(r"\s*\S.{0,120}\b(?:wrote|writes|schrieb|said):\s*")
_ORIGINAL = re.compile(
    r"\s*[-_]{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht"
    r"|weitergeleitete nachricht|message d'origine|mensaje original)\s*[-_]{2,}\s*",
    re.IGNORECASE,
)
_OUTLOOK = re.compile(r"\s*\*?(?:From|Von|De):\*?\s.{1,200}")
_OUTLOOK_NEXT = re.compile(
    r"\s*\*?(?:Sent|Date|Gesendet|Datum|Envoyé|Enviado|To|An):\*?\s.{1,200}"
)
_SIGNATURE = re.compile(r"--[ \xa0]?")
_RULE = re.compile(r"\s*[-_=~]{20,}\s*")
_FOOTER = re.compile(
    r"mailing list|mailman|listinfo|unsubscribe|/archives/|you received this message because",
    re.IGNORECASE,
)
_SENT_FROM = re.compile(
    r"\s*(?:Sent from|Get Outlook for|Gesendet von|Envoyé de) .{1,60}", re.IGNORECASE
)
#: The look-behind lets it begin at one place of a run of letters only, however long the run is.
_ADDRESS = re.compile(r"(?<![\w.+%-])([\w+%-])[\w.+%-]{0,63}@(?=[\w-]{1,63}\.[a-zA-Z])")
_PREFIX = re.compile(
    r"\s*(?:(?:re|aw|fw|fwd|wg|sv|antw|tr)(?:\[\d{1,3}\])?\s*:|\[[^\[\]]{1,60}\])\s*",
    re.IGNORECASE,
)


def own_words(text: str) -> PlainText:
    """Return what the author of a mail wrote in its plain part, and apart from it whom they quote.

    Signature, the footer of a list, and a mail that is attached below are left out; lines that
    begin with ``>`` are quoted text.
    """
    lines = text[: 4 * MAX_TEXT].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    end, below = _end(lines)
    own = from_text("\n".join(_without_marks(lines[:end])))
    quoted = "\n".join(filter(None, (own.quoted, from_text("\n".join(below)).text)))
    return PlainText(text=masked(own.text), quoted=cap(masked(quoted)))


def unflowed(text: str) -> str:
    """Return a text of ``format=flowed`` with its soft line ends undone (RFC 3676)."""
    joined: list[str] = []
    open_line = False
    for line in text.replace("\r\n", "\n").split("\n"):
        if open_line and not line.startswith(">"):
            joined[-1] += line
        else:
            joined.append(line)
        open_line = line.endswith(" ") and line != "-- " and not line.startswith(">")
    return "\n".join(joined)


def masked(text: str) -> str:
    """Return ``text`` with all but the first letter of each address's local part taken out."""
    return _ADDRESS.sub(r"\1…@", text) if "@" in text else text


def masked_name(address: str) -> str:
    """Return a handle for somebody of whom only the address is known.

    Two letters and four digits of a hash: the same for the same address, and no way back to it.
    """
    local = address.partition("@")[0]
    digest = hashlib.sha256(address.casefold().encode("utf-8", "replace")).hexdigest()
    return f"{local[:2]}…{digest[:4]}"


def bare_subject(subject: str) -> str:
    """Return a subject without ``Re:`` and the list's name: the title of its thread."""
    bare = subject
    for _ in range(8):
        found = _PREFIX.match(bare)
        if found is None or found.end() == len(bare):
            break
        bare = bare[found.end() :]
    return bare.strip()


def _end(lines: list[str]) -> tuple[int, list[str]]:
    """Return the number of lines before what isn't this mail's text, and what else it holds."""
    for number, line in enumerate(lines):
        if len(line) > _LONGEST_MARK:
            continue
        if _SIGNATURE.fullmatch(line) or _is_footer(lines, number):
            return number, []
        if _ORIGINAL.fullmatch(line) or _is_outlook(lines, number):
            return number, lines[number + 1 :]
    return len(lines), []


def _is_footer(lines: list[str], number: int) -> bool:
    """Say whether a rule stands here, with a list's own words in the three lines below it."""
    if not _RULE.fullmatch(lines[number]):
        return False
    return any(_FOOTER.search(line[:_LONGEST_MARK]) for line in lines[number + 1 : number + 4])


def _is_outlook(lines: list[str], number: int) -> bool:
    if not _OUTLOOK.fullmatch(lines[number]):
        return False
    following = lines[number + 1] if number + 1 < len(lines) else ""
    return len(following) <= _LONGEST_MARK and bool(_OUTLOOK_NEXT.fullmatch(following))


def _without_marks(lines: list[str]) -> list[str]:
    """Return the lines but for those that say whom the next ones quote."""
    kept: list[str] = []
    for number, line in enumerate(lines):
        if len(line) <= _LONGEST_MARK and (
            _SENT_FROM.fullmatch(line) or _attributes(lines, number)
        ):
            continue
        kept.append(line)
    return kept


def _attributes(lines: list[str], number: int) -> bool:
    """Say whether a line, or it and its neighbour, is an "On Monday, Ann wrote:"."""
    line = lines[number]
    if _ATTRIBUTION.fullmatch(line):
        return True
    following = _next_words(lines, number)
    if _SAYS.fullmatch(line) and following.lstrip().startswith(">"):
        return True
    if not line.rstrip().endswith(":"):
        both = f"{line.rstrip()} {following.strip()}"
        return len(both) <= _LONGEST_MARK and bool(_ATTRIBUTION.fullmatch(both))
    before = lines[number - 1] if number else ""
    both = f"{before.rstrip()} {line.strip()}"
    return len(both) <= _LONGEST_MARK and bool(_ATTRIBUTION.fullmatch(both))


def _next_words(lines: list[str], number: int) -> str:
    return next((line for line in lines[number + 1 : number + 3] if line.strip()), "")
