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
#: The same within a quote: SMF, vBulletin.
_QUOTED_FROM = re.compile(
    r"(?:quote from|zitat von|citation de|cita de|originally posted by|"
    r"ursprünglich geschrieben von)\b.{1,100}",
    re.IGNORECASE,
)
#: What unfolds a long quote.
_EXPAND = re.compile(
    r"(?:click to (?:expand|view|enlarge)|zum (?:vergrößern|erweitern) (?:hier )?(?:an)?klicken|"
    r"cliquez (?:ici )?pour (?:agrandir|élargir)|(?:haz )?clic para (?:expandir|ampliar)|"
    r"clicca per (?:espandere|allargare|ingrandire)|klik om te vergroten(?:\.\.)?|"
    r"kliknij,? aby rozwinąć|klicka för att (?:expandera|förstora))[\s.…]*",
    re.IGNORECASE,
)
_MAX_LABEL = 140  # characters
_MAX_PLACEHOLDER = 100
#: What is done to posts that are no more, by beginnings, and what else is said of it.
# fmt: off
_DELETED = (
    "deleted", "removed", "withdrawn", "gelöscht", "entfernt", "supprimé", "retiré", "eliminad",
    "borrad", "eliminat", "cancellat", "rimoss", "excluíd", "removid", "apagad", "verwijderd",
    "gewist", "usunięt", "skasowan", "borttag", "raderat", "slettet", "fjernet", "smazán",
    "удален", "удалён",
)
_BY = frozenset({"by", "von", "vom", "durch", "par", "por", "da", "door", "przez", "av", "af"})
_OF_NOTICES = frozenset({
    "this", "the", "a", "an", "post", "posting", "message", "comment", "reply", "answer", "was",
    "has", "been", "is", "dieser", "diese", "der", "die", "das", "ein", "eine", "beitrag",
    "kommentar", "nachricht", "antwort", "wurde", "ist", "worden", "ce", "cette", "le", "la",
    "commentaire", "réponse", "été", "est", "este", "esta", "el", "mensaje", "mensagem",
    "comentario", "comentário", "respuesta", "resposta", "ha", "sido", "fue", "foi", "questo",
    "questa", "il", "lo", "messaggio", "commento", "risposta", "è", "stato", "stata", "dit",
    "deze", "het", "de", "bericht", "reactie", "antwoord", "werd", "ten", "ta", "to", "wpis",
    "komentarz", "wiadomość", "odpowiedź", "został", "została", "zostało", "inlägget", "inlägg",
    "kommentaren", "har", "blivit", "er", "blevet", "indlægget", "innlegget", "сообщение",
    "комментарий", "было", "был", "permanently", "moderator", "author", "user",
})
# fmt: on
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
        own = _QUOTE_LABEL.sub("", read.text).strip()
        read = replace(read, text=own, quoted=_unlabelled(read.quoted))
    return read


def is_placeholder(text: str) -> bool:
    """Say whether a text only says that a post is no more: "[deleted]", "Beitrag gelöscht"."""
    if len(text) > _MAX_PLACEHOLDER:
        return False
    words = _WORD.findall(text.casefold())
    by = next((at for at, word in enumerate(words) if word in _BY), len(words))
    said = words[:by]
    return any(word.startswith(_DELETED) for word in said) and all(map(_is_of_notice, said))


def _is_of_notice(word: str) -> bool:
    return word in _OF_NOTICES or word.startswith(_DELETED)


def _unlabelled(quoted: str) -> str:
    """Return a quote without the lines that say whose it is, and buttons."""
    lines = (line.rstrip(" ↑→") for line in quoted.split("\n"))
    return "\n".join(line for line in lines if not _is_label(line)).strip()


def _is_label(line: str) -> bool:
    if not line or len(line) > _MAX_LABEL:
        return False
    return any(shape.fullmatch(line) for shape in (_QUOTE_LABEL, _QUOTED_FROM, _EXPAND))


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
