"""Strangers' words for other people's programs: short, visible, and without any meaning there."""

import re
import unicodedata

#: Joins words without being seen: it keeps `@channel` from being read as a name.
_JOINER = "\u2060"
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_CALLS = re.compile(r"(?<=@)(?=\w)|(?<=<)(?=at\b)|(?<=[{$])(?=\{)|(?<=:)(?=//)", re.IGNORECASE)


def one_line(text: str, most: int) -> str:
    """Return ``text`` as one visible line of at most ``most`` characters.

    What turns the direction of text round, joins or hides letters, or ends lines is taken out.
    """
    visible = "".join(
        " " if character.isspace() else character
        for character in text[: 4 * most]
        if character.isspace() or unicodedata.category(character) not in _UNSEEN
    )
    words = " ".join(visible.split())
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def harmless(text: str, most: int) -> str:
    """Return ``text`` as one line that calls nobody, links nowhere and is no template."""
    return _CALLS.sub(_JOINER, one_line(text, most))
