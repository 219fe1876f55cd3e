"""What a phrase must be like, so that posts can be searched for it."""

import re
import unicodedata

from config.problem import quoted
from config.shape import check_line

LONGEST_PHRASE = 100  # characters

_SIGNED = re.compile(r"[^\W_][+#]")  # C++, C#, F#


def check_phrase(value: str) -> str:
    """Return ``value``, composed (NFC) and with single blanks, if posts can be searched for it.

    Raises:
        ValueError: it is empty, too long, has control characters, or fewer than two letters
            or digits: such a phrase would match nothing or everything. Names such as "C++" and
            "C#" have one letter and are enough.
    """
    check_line(value)
    if len(value) > LONGEST_PHRASE:
        raise ValueError(f"has {len(value)} characters; a phrase has {LONGEST_PHRASE} at most")
    phrase = " ".join(unicodedata.normalize("NFC", value).split())
    if sum(character.isalnum() for character in phrase) < 2 and not _SIGNED.search(phrase):
        raise ValueError(f"{quoted(value)} is too little to search for; write a word")
    return phrase
