"""The forms in which a German phrase of a topic is written.

A topic's phrases are found as whole words, in the plural that English has. German writes one word
for two, has six plurals and three ways of writing an umlaut; so a German phrase is listed in all
of them. Forms that are no words ("Progr\u00e4mme") do no harm: nobody writes them.
"""

import unicodedata
from collections.abc import Iterator

_SPELLED = {"\u00e4": "ae", "\u00f6": "oe", "\u00fc": "ue", "\u00df": "ss"}
_UMLAUTS = {"a": "\u00e4", "o": "\u00f6", "u": "\u00fc"}

_FEMININE = ("ung", "heit", "keit", "schaft", "ion", "t\u00e4t", "ik", "ur")
_SAME = ("er", "el", "en", "chen", "lein")


def german_forms(phrase: str) -> tuple[str, ...]:
    """Return a phrase in all its forms: plurals and cases, joined, with and without umlauts.

    Args:
        phrase: as a person lists it, in the singular: "B\u00fcrostuhl", "E-Mail-Programm".

    Returns:
        Lower-case forms, each once, the phrase itself first; with umlauts, without, decomposed.
    """
    plain = unicodedata.normalize("NFC", " ".join(phrase.split())).lower()
    if not plain:
        return ()
    written = [plain]
    if "-" in plain:
        written.append(plain.replace("-", ""))
    inflected = [form for one in written for form in _inflected(one)]
    spelled = [form for one in inflected for form in _spelled(one)]
    return tuple(dict.fromkeys(spelled))


def _inflected(phrase: str) -> Iterator[str]:
    """Yield a phrase with its last word as it is and with the endings that it may have."""
    yield phrase
    if not phrase[-1].isalpha():
        return
    if phrase.endswith("in"):
        yield phrase + "nen"
    if phrase.endswith(_FEMININE):
        yield phrase + "en"
        return
    if phrase.endswith("e"):
        yield phrase + "n"
        return
    if phrase.endswith(_SAME):
        yield phrase + "n"
        yield phrase + "s"
        turned = _turned(phrase)
        if turned:
            yield turned
        return
    for ending in ("e", "en", "er", "ern", "s", "es"):
        yield phrase + ending
    turned = _turned(phrase)
    if turned:
        for ending in ("e", "en", "er", "ern"):
            yield turned + ending


def _turned(phrase: str) -> str | None:
    """Return the phrase with the umlaut that a plural may have: Stuhl, St\u00fchle."""
    at = max(phrase.rfind(vowel, phrase.rfind(" ") + 1) for vowel in _UMLAUTS)
    if at > 0 and phrase[at - 1 : at + 1] == "au":
        at -= 1  # Haus, H\u00e4user
    if at < 0 or phrase[at - 1 : at + 1] == "eu":
        return None
    return f"{phrase[:at]}{_UMLAUTS[phrase[at]]}{phrase[at + 1 :]}"


def _spelled(form: str) -> Iterator[str]:
    """Yield a form as it is, without umlauts, and decomposed as some systems write them."""
    yield form
    plain = form
    for letter, letters in _SPELLED.items():
        plain = plain.replace(letter, letters)
    yield plain
    if "\u00df" in form:
        yield form.replace("\u00df", "ss")
    yield unicodedata.normalize("NFD", form)
