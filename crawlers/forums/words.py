"""What a post's markup says, without what boards put around words. Runs in the parsing child."""

import re
from dataclasses import replace

from crawlers.plaintext import PlainText, from_html

#: The line over a quote where its theme leaves it outside: "Quote:", "ann wrote:".
_QUOTE_LABEL = re.compile(
    r"^(?:(?:Quote|Zitat|Citation|Cita)\b.{0,60}:|.{1,60}\b(?:wrote|said|schrieb|a écrit|escribió|"
    r"ha scritto|schreef|skrev|napisał|написал)\b.{0,40}:|(?:Quote|Zitat|Citation|Cita):?)$",
    re.MULTILINE | re.IGNORECASE,
)
_SIGNATURE = re.compile(r"(?:^|[\s_-])signature(?=$|[\s_-])", re.IGNORECASE)
#: Boards of old put this between a post and its signature.
_BEFORE_SIGNATURE = re.compile(r"\n_{10,}\n")
_MAX_SIGNATURE = 600  # characters: more than that is no signature


def said(markup: str) -> PlainText:
    """Return a post's own words, and what it quotes of others."""
    read = from_html(markup, without=_SIGNATURE)
    own, rule, signature = _parted(read.text)
    if rule and len(signature) <= _MAX_SIGNATURE:
        read = replace(read, text=own.strip())
    if read.quoted:
        read = replace(read, text=_QUOTE_LABEL.sub("", read.text).strip())
    return read


def _parted(text: str) -> tuple[str, str, str]:
    rules = list(_BEFORE_SIGNATURE.finditer(f"{text}\n"))
    if not rules:
        return text, "", ""
    last = rules[-1]
    return text[: last.start()], last[0], text[last.end() :]
