"""Whether somebody speaks for a product by its name: "happy with X", "X has been great".

Pure, and strict: a name alone is no praise, and neither is what is denied, asked, past or quoted.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from nlp.judgement import Evidence, Span
from nlp.reply_words import SENTENCE
from nlp.text import BODY_READ, fold

_QUOTED = re.compile(r"^[ \t]*>[^\n]*", re.MULTILINE)
_BEFORE = (
    r"(?:(?:can|do|would|will|highly|really|still|definitely|happily|i|we|i'd|we'd|i'll|can't) )?"
    r"(?:recommend|vouch for|swear by|happy with|pleased with|delighted with|impressed (?:with|by)"
    r"|love|loving|big fans? of|fans? of|glad (?:i|we) (?:chose|bought|got|took|went with|"
    r"switched to|moved to)|never looked back since|can't go wrong with|\+1 for|vote for)"
    r" (?:(?:the|our|my|using|it,?) ){0,2}"
)
_BEHIND = (
    r"(?: (?:has been|is|was|works|does|did|really|just|so far|for us|for me|honestly)){1,4}"
    r" (?:great|excellent|brilliant|fantastic|wonderful|amazing|superb|rock solid|solid|perfect"
    r"|perfectly|a life ?saver|worth (?:it|every)|everything we|the best|(?:very |really )?well"
    r"|a joy)\b"
)
#: What takes it back, or makes it somebody else's, in the same sentence.
_NOT = re.compile(
    r"\b(?:not|never|no longer|hardly|used to|until|unless|wish|hoped?|if|isn't|wasn't|don't"
    r"|doesn't|didn't|wouldn't|can't say|but|does it|told me|they say)\b|\?"
)
_MEANT = re.compile(r"can't (?:recommend|go wrong)|never looked back")


def vouches(text: str, names: Iterable[str]) -> Evidence | None:
    """Return the words in which an author speaks for one of ``names``; None when there are none.

    Args:
        text: a post's body; offsets of the evidence index it.
        names: of products, as a topic knows them.
    """
    praise = _pattern(tuple(names))
    if praise is None:
        return None
    folded = fold(text[:BODY_READ])
    own = _QUOTED.sub(lambda match: " " * len(match.group()), folded)
    for sentence in SENTENCE.finditer(own):
        words = sentence.group()
        found = praise.search(words)
        if found is None or _NOT.search(_MEANT.sub(lambda m: "x" * len(m.group()), words)):
            continue
        start, end = (sentence.start() + place for place in found.span())
        return Evidence(
            text=text[start:end],
            span=Span(field="body", start=start, end=end),
            reason="speaks for it",
            weight=0.0,
        )
    return None


@lru_cache(maxsize=256)  # as many as there are topics, at the most
def _pattern(names: tuple[str, ...]) -> re.Pattern[str] | None:
    words = sorted({fold(name).strip() for name in names} - {""}, key=len, reverse=True)
    if not words:
        return None
    name = rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)"
    return re.compile(rf"\b{_BEFORE}{name}|{name}{_BEHIND}")
