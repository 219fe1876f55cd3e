"""When a topic brings more noise than leads, and which of its phrases bring nothing."""

from collections.abc import Iterable

#: Verdicts from which a topic can be called noisy: fewer say nothing.
_ENOUGH = 10
#: The share of leads that were none, from which it is.
_TOO_MANY = 0.6
#: Signals from which a topic's silence about a phrase means something.
_LISTENED = 5


def is_noisy(*, kept: int, dropped: int) -> bool:
    """Tell whether too many of a topic's leads were none."""
    verdicts = kept + dropped
    return verdicts >= _ENOUGH and dropped / verdicts >= _TOO_MANY


def silent_phrases(phrases: Iterable[str], heard: Iterable[str]) -> tuple[str, ...]:
    """Return the phrases of a topic by which nothing was found.

    Args:
        phrases: as they were written.
        heard: the words by which signals were found, one for each time.

    Returns:
        None of them while the topic as a whole has brought next to nothing: that says nothing
        about its phrases.
    """
    found = [_plain(words) for words in heard]
    if len(found) < _LISTENED:
        return ()
    known = frozenset(found)
    return tuple(phrase for phrase in dict.fromkeys(phrases) if _plain(phrase) not in known)


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())
