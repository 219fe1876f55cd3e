"""Text as phrases are searched in it: hyphens, slashes and new lines read as blanks.

What is found must be whole words. Signs at a phrase's ends belong to it: "C#", "C++17" and ".NET"
are found as people write them, and nothing is in "example.net" or "c#minor".
"""

from nlp.text import BODY_READ, TITLE_READ, Folding

_FROM_HERE_NO_BOUNDS = 0x2E80  # scripts written without blanks between words
_LONGEST_TAIL = 40  # letters that may follow a prefix and are still shown with it
_BETWEEN = "\x01"  # of title and body: no phrase has it, so none reaches over

_SEARCHING = Folding(dict.fromkeys("\n-_/", " "))


def searched(title: str, body: str) -> str:
    """Return a post's text, folded and capped: title, one character in between, body."""
    return _SEARCHING.fold(f"{title[:TITLE_READ]}{_BETWEEN}{body[:BODY_READ]}")


def title_end(title: str) -> int:
    """Return where the title ends in what `searched` gives."""
    return min(len(title), TITLE_READ)


def plain(phrase: str) -> str:
    """Return a phrase as it stands in a searched text; empty if there is nothing to it."""
    return " ".join(_SEARCHING.fold(phrase).split())


def begins_word(text: str, start: int) -> bool:
    """Tell whether what begins there is no later part of a word."""
    return start == 0 or not _goes_on(text[start - 1], text[start])


def ends_word(text: str, end: int) -> bool:
    """Tell whether the word is over where what was found ends; "C++17" is C++."""
    if end == len(text):
        return True
    is_version = text[end].isdigit() and not text[end - 1].isalnum()
    return is_version or not _goes_on(text[end], text[end - 1])


def word_end(text: str, end: int) -> int:
    """Return where the word ends that goes on at ``end``."""
    last = min(len(text), end + _LONGEST_TAIL)
    while end < last and text[end].isalnum():
        end += 1
    return end


def _goes_on(beside: str, edge: str) -> bool:
    """Whether what stands beside a phrase's first or last character is of the same word."""
    return beside.isalnum() and ord(max(edge, beside)) < _FROM_HERE_NO_BOUNDS
