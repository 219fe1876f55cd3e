"""A topic drafted from what somebody says they sell: pure, and only a start to edit.

No model of grammar is needed for it: what stands between function words and verbs are the noun
phrases of such sentences, and what follows "so that no", "without" or "when" is what hurts.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path

from config.phrases import everyday_words
from config.shape import check_slug
from config.topic import Topic
from config.wording import check_phrase
from service.errors import RefusedError
from service.first_run.trades import deeds_of

MOST_TYPED = 2_000
_MOST_KEYWORDS = 24
_MOST_PROBLEMS = 8
_MOST_COMPETITORS = 30
_LONGEST_CHUNK = 4  # words

_WORD = re.compile(r"[^\W_][\w+#&'.-]*[\w+#]|[^\W_]")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_CLAUSE = re.compile(r"[!?;:,()\u2013\u2014]+|\s-\s|\.(?:\s|$)")
#: From here on a clause tells for whom, where or why, and no longer what.
_WHOM = re.compile(
    r"\b(?:for|so|without|instead|that|who|which|when|because|in|at|during|für|damit|bei|ohne|statt)"
    r"\b",
    re.IGNORECASE,
)
_TO = re.compile(r"\bto\b", re.IGNORECASE)
_CALLED = re.compile(r"\b(?:called|named|namens)\s+([A-Z]\w[\w+#&.-]*(?:\s[A-Z]\w[\w+#&.-]*)?)")
_CURLY = "\u2019"  # the apostrophe of word processors
_BETWEEN_FILE = Path(__file__).parent / "between.txt"
#: What such things end in; a buyer may say any of them.
_THINGS = ("software", "tool", "system", "app", "platform", "solution")
#: What comes behind them is a trouble by itself ...
_TROUBLE = re.compile(
    r"\b(?:without|tired of|no more|never again|stop|struggl\w+ with|when|because|ohne)"
    r"\s+([^.!?;,\n]{6,80})",
    re.IGNORECASE,
)
#: ... and behind these what is not to happen, or what is done today.
_PREVENTED = re.compile(
    r"\b(?:so(?: that)?|damit)\s+(?:\w+\s+){0,2}?(?:no|never|not|nothing|kein\w{0,2}|nie)\s+"
    r"([^.!?;,\n]{6,80})",
    re.IGNORECASE,
)
_TODAY = re.compile(r"\b(?:instead of|statt)\s+([^.!?;,\n]{4,80})", re.IGNORECASE)
_LONGEST_PROBLEM = 7  # words
#: A thing of which one is lost, and what is said of several.
_AGREES = {"gets": "get", "goes": "go", "falls": "fall", "is": "are", "has": "have"}
_ARTICLES = frozenset(
    {"a", "an", "the", "any", "your", "our", "their", "der", "die", "das", "ein", "eine", "einen"}
)
_WHERE = frozenset({"in", "at", "on", "by", "from", "between", "among", "im", "bei"})
_NOT_IN_NAMES = re.compile(r"[^\w\s&.+#'-]")
_SEPARATORS = re.compile(r"[\n,;/]|\s(?:and|or|und|oder|vs\.?)\s")


def draft_topic(sells: str, competitors: str, *, taken: Collection[str]) -> Topic:
    """Return a topic for what somebody sells.

    Args:
        sells: what they sell and to whom, in a sentence or two.
        competitors: names, by line or comma.
        taken: ids of the topics that there are.

    Raises:
        RefusedError: nothing can be made of it; it says what to write.
    """
    said = tuple(_said(sells))
    chunks = tuple(dict.fromkeys(phrase for one in said for phrase in one.phrases))
    names = _names(competitors)
    keywords = _keywords(said)
    plain = tuple(name for name in names if not _is_everyday(name))
    queries = _queries(keywords, [name for name in names if _is_everyday(name)])
    if not keywords and not plain and not queries:
        raise RefusedError(
            "Say it with the words that a buyer would search for: “help desk software for small "
            "teams” says more than “we help people”."
        )
    works = [phrase for one in said[:1] for phrase in one.works]
    title = next(iter([*works, *chunks, *names]))
    return Topic(
        id=free_id(title, taken),
        name=(title[:1].upper() + title[1:])[:200],
        description=" ".join(sells.split())[:500],
        problems=_problems(sells, keywords),
        keywords=keywords,
        products=tuple(dict.fromkeys(_CALLED.findall(sells[:MOST_TYPED]))),
        competitors=plain,
        query=queries,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What a sentence says of what is sold."""

    phrases: tuple[str, ...]
    works: tuple[str, ...]  # what is done for the customer: "bathroom tiling"


def noun_phrases(text: str) -> tuple[str, ...]:
    """Return the phrases of ``text`` that may name what is sold, in their order.

    Single words count in the first sentence only, which says what it is.
    """
    return tuple(dict.fromkeys(phrase for one in _said(text) for phrase in one.phrases))


def _said(text: str) -> Iterator[_Said]:
    for number, sentence in enumerate(_SENTENCE.split(_plain(text))):
        deeds = deeds_of(sentence)
        found: dict[str, None] = {}
        for clause in _CLAUSE.split(deeds.rest):
            what = _WHOM.split(clause, maxsplit=1)[0]
            if deeds.works:  # "to offices" tells for whom, unlike "software to plan shifts"
                what = _TO.split(what, maxsplit=1)[0]
            for chunk in _chunks(what):
                phrase = " ".join(chunk)
                if _is_phrase(phrase):
                    found.setdefault(phrase if _has_name(phrase) else phrase.casefold())
        things = [one for one in found if one.split()[-1].rstrip("s") not in _THINGS]
        works = [f"{_singular(thing)} {work}" for work in deeds.works for thing in things]
        # Who tiles kitchens isn't looked for where somebody says "kitchens".
        is_done = bool(deeds.works)
        yield _Said(
            phrases=tuple(p for p in found if " " in p or not (number or is_done)),
            works=tuple(filter(_is_phrase, works)),
        )


def _singular(phrase: str) -> str:
    if phrase.endswith("ies") and len(phrase) > 5:
        return phrase[:-3] + "y"
    for end in ("ches", "shes", "sses", "xes"):
        if phrase.endswith(end):
            return phrase[:-2]
    return phrase[:-1].rstrip() if phrase.endswith("s") and not phrase.endswith("ss") else phrase


def _plain(text: str) -> str:
    return _CALLED.sub("called,", text[:MOST_TYPED].replace(_CURLY, "'"))


def _chunks(clause: str) -> Iterator[list[str]]:
    """Yield the words between function words; of long runs the end, where the noun stands."""
    words = _WORD.findall(clause)
    is_between = [
        word.casefold() in _between()
        and not (word.casefold() == "help" and after.casefold() in {"desk", "center", "centre"})
        for word, after in pairwise([*words, ""])
    ]
    for between, group in groupby(zip(is_between, words, strict=True), key=lambda one: one[0]):
        if not between:
            chunk = [word.rstrip(".") for _, word in group]
            yield chunk if len(chunk) <= _LONGEST_CHUNK else chunk[1 - _LONGEST_CHUNK :]


def _is_phrase(phrase: str) -> bool:
    try:
        check_phrase(phrase)
    except ValueError:
        return False
    return len(phrase) > 2 and any(map(str.isalpha, phrase))


def _has_name(phrase: str) -> bool:
    return any(word[:1].isupper() and word[1:] != word[1:].lower() for word in phrase.split())


def _keywords(said: Sequence[_Said]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for one in said:
        for chunk in (*one.works, *one.phrases):
            if not _is_everyday(chunk):
                found.update(dict.fromkeys(_forms(chunk)))
    return tuple(found)[:_MOST_KEYWORDS]


def _forms(chunk: str) -> Iterator[str]:
    """Yield a phrase, its singular, and for kinds of software what else they are called."""
    yield chunk
    words = chunk.split()
    if len(words) == 1:
        return
    one = _singular(chunk)  # plurals are found of singulars, not the other way
    if one != chunk and _is_phrase(one):
        yield one
    if words[-1].rstrip("s") in _THINGS:
        base = " ".join(words[:-1])
        if not _is_everyday(base):
            yield base
        yield from (f"{base} {thing}" for thing in _THINGS)
        if base.split()[-1].isupper():  # "AI-powered CRM" is a CRM
            yield base.split()[-1]


def _is_everyday(phrase: str) -> bool:
    """Whether a phrase alone would find the wrong posts."""
    words = phrase.casefold().split()
    return len(words) == 1 and (words[0] in everyday_words() or len(words[0]) < 3)


def _names(competitors: str) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for part in _SEPARATORS.split(competitors[:MOST_TYPED]):
        name = " ".join(_NOT_IN_NAMES.sub(" ", part).split())[:100].strip(" .-")
        if _is_phrase(name) or (len(name) == 2 and name.isalnum()):
            found.setdefault(name.casefold(), name)
    return tuple(found.values())[:_MOST_COMPETITORS]


def _queries(keywords: Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """Return for names that are everyday words what they must stand beside."""
    if not names:
        return ()
    beside = [f'"{keyword}"' for keyword in keywords[:6]]
    queries = [
        f'"alternative to {name}" OR "{name} alternative*" OR "moving from {name}" '
        f'OR "switch* from {name}"'
        for name in names
    ]
    if beside:
        either = " OR ".join(f'"{name}"' for name in names)
        queries.append(f"({either}) AND ({' OR '.join(beside)})")
    return tuple(query.replace('"switch* from', '"switching from') for query in queries)


def _problems(sells: str, keywords: Sequence[str]) -> tuple[str, ...]:
    text = sells[:MOST_TYPED].replace(_CURLY, "'")
    found: dict[str, None] = {}
    for match in (*_TROUBLE.finditer(text), *_PREVENTED.finditer(text)):
        words = _telling(match[1])
        if len(_content(words)) >= 2:
            found.update(dict.fromkeys(_tellings(words)))
    for match in _TODAY.finditer(text):
        words = _telling(match[1])
        if _content(words):
            found.setdefault(" ".join(words if len(words) > 1 else ("tired of", *words)))
    return tuple(one for one in found if one not in keywords and _is_phrase(one))[:_MOST_PROBLEMS]


def _telling(clause: str) -> list[str]:
    """Return the first words of a clause, without articles before and function words behind."""
    words = [word.casefold() for word in _WORD.findall(clause)]
    while words and words[0] in _ARTICLES:
        words.pop(0)
    words = words[:_LONGEST_PROBLEM]
    while words and (words[-1] in _between() or words[-1] in _WHERE):
        words.pop()
    return words


def _content(words: Sequence[str]) -> list[str]:
    return [word for word in words if word not in _between()]


def _tellings(words: Sequence[str]) -> Iterator[str]:
    """Yield how a trouble may be told: of one and of several, with and without the place."""
    where = next((n for n, word in enumerate(words) if n > 1 and word in _WHERE), len(words))
    short = words[:where] if len(_content(words[:where])) > 1 else words
    for told in (words, short):
        yield " ".join(told)
        if len(told) > 2 and told[1] in _AGREES and not told[0].endswith("s"):
            yield " ".join((f"{told[0]}s", _AGREES[told[1]], *told[2:]))


def free_id(title: str, taken: Collection[str]) -> str:
    """Return an id made of a title that is not ``taken``."""
    ascii_only = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    base = "-".join(re.findall(r"[a-z0-9]+", ascii_only))[:40].strip("-") or "what-we-sell"
    check_slug(base)
    reserved = {"new", "preview", "import", *taken}
    numbered = (f"{base}-{number}" for number in range(2, len(reserved) + 3))
    return next(name for name in (base, *numbered) if name not in reserved)


@cache
def _between() -> frozenset[str]:
    lines = _BETWEEN_FILE.read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
