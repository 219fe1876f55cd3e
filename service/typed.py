"""What people type, as it may be kept: every text field of a form is one of these two.

PostgreSQL takes no NUL, no driver a lone surrogate, and nobody means the other control
characters: they come along when text is pasted. So they become blanks, and nobody is refused.
"""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator

_LINE_END = re.compile(r"\r\n?|[\x85\u2028\u2029]")
_NOT_TYPED = re.compile(r"[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]+")  # all but \t and \n


def prose(typed: str) -> str:
    r"""Return ``typed`` with ``\n`` for every line end, without control characters around it.

    Text of nothing that can be seen, as of a zero-width space alone, is empty; beside words such
    characters stay, because some scripts and emojis are written with them.
    """
    kept = _NOT_TYPED.sub(" ", _LINE_END.sub("\n", typed)).strip()
    return "" if all(map(_is_invisible, kept)) else kept


def _is_invisible(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) == "Cf"  # format characters


def one_line(typed: str) -> str:
    """Return ``typed`` in one line, with single blanks between its words."""
    return " ".join(prose(typed).split())


def sheet_text(typed: str) -> str:
    r"""Return a CSV file's text with ``\n`` for every line end, without control characters.

    Its ends stay: a tab at the beginning is a cell, and an empty line a row.
    """
    return _NOT_TYPED.sub(" ", typed.replace("\r\n", "\n").replace("\r", "\n"))


#: Text that may have several lines. Limits of length hold for what is kept.
Prose = Annotated[str, AfterValidator(prose)]
#: Text of one line, such as a name.
Line = Annotated[str, AfterValidator(one_line)]
