"""A topic drafted from what somebody says they sell: pure, and only a start to edit.

No model of grammar is needed for it: what stands between function words and verbs are the noun
phrases of such sentences, and what follows "so that", "without" or "instead of" is what hurts.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path

from config.phrases import everyday_words
from config.shape import check_slug
from config.topic import Topic
from config.wording import check_phrase
from service.errors import RefusedError

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
    r"\b(?:for|so|without|that|who|which|when|because|in|at|during|für|damit|bei|ohne)\b",
    re.IGNORECASE,
)
_CALLED = re.compile(r"\b(?:called|named|namens)\s+([A-Z]\w[\w+#&.-]*(?:\s[A-Z]\w[\w+#&.-]*)?)")
_CURLY = "\u2019"  # the apostrophe of word processors
_BETWEEN_FILE = Path(__file__).parent / "between.txt"
#: What such things end in; a buyer may say any of them.
_THINGS = ("software", "tool", "system", "app", "platform", "solution")
_TROUBLE = re.compile(
    r"\b(?:so (?:that )?|without|instead of|tired of|no more|never again|stop|struggl\w+ with|"
    r"when|because|ohne|statt|damit)\s+([^.!?;,\n]{6,80})",
    re.IGNORECASE,
)
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
    chunks = noun_phrases(sells)
    names = _names(competitors)
    keywords = _keywords(chunks)
    plain = tuple(name for name in names if not _is_everyday(name))
    queries = _queries(keywords, [name for name in names if _is_everyday(name)])
    if not keywords and not plain and not queries:
        raise RefusedError(
            "Say it with the words that a buyer would search for: “help desk software for small "
            "teams” says more than “we help people”."
        )
    title = chunks[0] if chunks else names[0]
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


def noun_phrases(text: str) -> tuple[str, ...]:
    """Return the phrases of ``text`` that may name what is sold, in their order.

    Single words count in the first sentence only, which says what it is.
    """
    found: dict[str, None] = {}
    for number, sentence in enumerate(_SENTENCE.split(_plain(text))):
        for clause in _CLAUSE.split(sentence):
            for chunk in _chunks(_WHOM.split(clause, maxsplit=1)[0]):
                phrase = " ".join(chunk)
                if _is_phrase(phrase) and (len(chunk) > 1 or not number):
                    found.setdefault(phrase if _has_name(phrase) else phrase.casefold())
    return tuple(found)


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


def _keywords(chunks: Sequence[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for chunk in chunks:
        words = chunk.split()
        if len(words) == 1 and _is_everyday(chunk):
            continue
        found.setdefault(chunk)
        if len(words) > 1 and words[-1].endswith("s") and not words[-1].endswith("ss"):
            one = chunk[:-1].rstrip()  # plurals are found of singulars, not the other way
            if _is_phrase(one):
                found.setdefault(one)
        if words[-1].rstrip("s") in _THINGS and len(words) > 1:
            base = " ".join(words[:-1])
            if not _is_everyday(base):
                found.setdefault(base)
            for thing in _THINGS:
                found.setdefault(f"{base} {thing}")
            if base.split()[-1].isupper():  # "AI-powered CRM" is a CRM
                found.setdefault(base.split()[-1])
    return tuple(found)[:_MOST_KEYWORDS]


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
    found: dict[str, None] = {}
    for match in _TROUBLE.finditer(sells[:MOST_TYPED]):
        words = _WORD.findall(match[1].replace(_CURLY, "'"))[:6]
        while words and words[-1].casefold() in _between():
            words.pop()
        phrase = " ".join(words).casefold()
        telling = [word for word in words if word.casefold() not in _between()]
        if len(words) >= 2 and len(telling) >= 2 and phrase not in keywords:
            found.setdefault(phrase)
    return tuple(found)[:_MOST_PROBLEMS]


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
