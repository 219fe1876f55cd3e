"""Names that may pretend to be another's. Pure.

A name like "paypal" with a Cyrillic "a" in it looks like the real one. It is shown as it is, set
apart from the text around it, and with a word of warning; nothing else is made of it.
"""

import unicodedata

#: Writing systems that one word may hold together (UTS #39, "highly restrictive"). Chinese
#: letters go with each of the others of their row, and Latin with all.
_TOGETHER = (
    frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}),
    frozenset({"LATIN", "CJK", "HANGUL"}),
    frozenset({"LATIN", "CJK", "BOPOMOFO"}),
)
#: Letters that look like Latin ones in most typefaces: a name of nothing else is suspect too.
_LOOK_LATIN = frozenset("аеорсухіјѕԁһԛԝӏАВЕЅІЈКМНОРСТХԌοανιρτυκΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")
#: Marks that turn the direction of what follows, and blanks without width.
_INVISIBLE = frozenset(
    "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)


def may_pretend(name: str) -> bool:
    """Say whether ``name`` may be made to be read as another one.

    It mixes alphabets within a word, is another alphabet's look-alike of a Latin word, or holds
    marks that nobody sees. A name in one alphabet is fine, whichever it is.
    """
    if _INVISIBLE & set(name):
        return True
    return any(_is_odd(word) for word in unicodedata.normalize("NFKC", name).split())


def _is_odd(word: str) -> bool:
    letters = [character for character in word if character.isalpha()]
    scripts = {unicodedata.name(letter, "?").partition(" ")[0] for letter in letters}
    if len(scripts) > 1:
        return not any(scripts <= together for together in _TOGETHER)
    return len(letters) > 2 and "LATIN" not in scripts and set(letters) <= _LOOK_LATIN
