"""Links to the next page on pages that don't mark them, told by their words or their number. Pure.

An address leads on when it is that of the page but for one number, which is higher: a parameter's,
one in the path, or one behind it. A site's root may also lead to one of its files.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, urlsplit

# fmt: off
_NEXT = frozenset({
    "next", "next page", "older", "older posts", "older entries", "nächste", "nächste seite",
    "weiter", "weitere", "ältere", "ältere beiträge", "ältere einträge", "suivant", "suivante",
    "page suivante", "siguiente", "página siguiente", "successiva", "successivo", "avanti",
    "prossima", "pagina successiva", "próxima", "próximo", "próxima página", "seguinte",
    "volgende", "volgende pagina", "następna", "następna strona", "dalej", "další", "nästa",
    "nästa sida", "neste", "næste", "seuraava", "sonraki", "következő", "далее", "вперёд",
    "следующая", "次へ", "下一页", "下一頁", "다음",
})
# fmt: on
_ARROWS = "»\u203a>→⟩\u276f"
_AROUND = f" \u00a0\t\n\r.…|-[](){_ARROWS}"
_DIGITS = re.compile(r"([0-9]{1,9})")
_FILE = re.compile(r"/[\w-]{1,60}\.[a-z]{3,5}", re.ASCII)
_ONE_MORE = re.compile(r"/([0-9]{1,6})/?")
_MAX_WORDS = 40  # characters
_MAX_URL = 500


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a page: its address in full, and its words."""

    url: str
    words: str


def onward(links: Iterable[Link], *, url: str) -> str | None:
    """Return the link that leads to the nearest page behind this one, by its words or number."""
    try:
        here = urlsplit(url)
    except ValueError:
        return None
    best: tuple[int, str] | None = None
    for link in links:
        said = link.words[: 2 * _MAX_WORDS].strip()
        if not 0 < len(said) <= _MAX_WORDS or len(link.url) > _MAX_URL:
            continue
        if not (number := _number(said, link.url, here)):
            continue
        best = min(best or (number, link.url), (number, link.url))
    return best[1] if best else None


def _number(said: str, target: str, here: SplitResult) -> int | None:
    """Return the number of the page that a link leads to, None when it isn't behind this one."""
    is_word = _says_next(said)
    if not is_word and not (said.isascii() and said.isdigit()):
        return None
    try:
        there = urlsplit(target)
    except ValueError:
        return None
    step = _step(here, there, may_leave=is_word)
    if step is None:
        return None
    old, new = step
    if is_word:
        return new if new > old else None
    return new if _is_next(int(said), old, new) else None


def _says_next(said: str) -> bool:
    words = said.strip(_AROUND).casefold()
    return words in _NEXT if words else any(arrow in said for arrow in _ARROWS)


def _is_next(named: int, old: int, new: int) -> bool:
    """Say whether a link that is a bare number leads to the page behind this one.

    It is the number of that page, or its address counts posts instead.
    """
    if new == named:
        return named == max(old, 1) + 1
    return named > 1 and new > old and new % (named - 1) == 0


def _step(here: SplitResult, there: SplitResult, *, may_leave: bool) -> tuple[int, int] | None:
    """Return the one number in which two addresses differ, in both; 0 where there is none."""
    if there.netloc != here.netloc:
        return None
    mine, theirs = (dict(parse_qsl(parts.query)) for parts in (here, there))
    if here.path == there.path:
        return _step_of_query(mine, theirs)
    if mine == theirs:
        return _step_of_path(here.path, there.path)
    if may_leave and here.path in {"", "/"} and _FILE.fullmatch(there.path):
        return _step_of_query(mine, theirs)
    return None


def _step_of_query(mine: dict[str, str], theirs: dict[str, str]) -> tuple[int, int] | None:
    differ = [name for name in mine.keys() | theirs.keys() if mine.get(name) != theirs.get(name)]
    if len(differ) != 1 or differ[0] not in theirs:
        return None
    old, new = mine.get(differ[0], "0"), theirs[differ[0]]
    is_number = _DIGITS.fullmatch(old) and _DIGITS.fullmatch(new)
    return (int(old), int(new)) if is_number else None


def _step_of_path(mine: str, theirs: str) -> tuple[int, int] | None:
    bare = mine.rstrip("/")
    if theirs.startswith(f"{bare}/") and (more := _ONE_MORE.fullmatch(theirs[len(bare) :])):
        return 0, int(more[1])
    old, new = _DIGITS.split(mine), _DIGITS.split(theirs)
    differ = [at for at in range(len(old)) if at >= len(new) or old[at] != new[at]]
    if len(old) != len(new) or len(differ) != 1 or differ[0] % 2 == 0:
        return None
    return int(old[differ[0]]), int(new[differ[0]])
