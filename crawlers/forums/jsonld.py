"""Posts that a page states as schema.org data in JSON-LD, as XenForo and blogs do."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser

_POSTS = frozenset(
    {"DiscussionForumPosting", "SocialMediaPosting", "Question", "Comment", "Answer"}
)
_OPENINGS = frozenset({"DiscussionForumPosting", "SocialMediaPosting", "Question"})
#: What is no post of a conversation itself, but may have comments.
_COMMENTED = frozenset(
    {"Article", "BlogPosting", "NewsArticle", "TechArticle", "Product", "Recipe"}
)
_ANSWERS = ("comment", "suggestedAnswer", "acceptedAnswer")
_MAX_SCRIPTS = 20
_MAX_DEPTH = 20
_MAX_STATEMENTS = 1_000


@dataclass(frozen=True, slots=True)
class Statement:
    """A post as schema.org words it; every field may be empty."""

    headline: str
    text: str
    author: str
    published: str
    url: str
    opens: bool = True


def statements(tree: LexborHTMLParser) -> list[Statement]:
    """Return the posts that the page states, each discussion with its answers after it."""
    found: list[Statement] = []
    for script in tree.css("script[type='application/ld+json']")[:_MAX_SCRIPTS]:
        try:
            stated = json.loads(script.text())
        except (ValueError, RecursionError):
            continue
        for opening in _openings(stated, depth=0):
            if _kinds(opening) & _OPENINGS:
                found.extend(_with_answers(opening, depth=0))
            else:
                found.extend(_answers(opening, depth=0))
    return found[:_MAX_STATEMENTS]


def _openings(stated: object, *, depth: int) -> Iterator[dict[str, object]]:
    if depth > _MAX_DEPTH:
        return
    if isinstance(stated, list):
        for one in stated:
            yield from _openings(one, depth=depth + 1)
    elif isinstance(stated, dict):
        if _kinds(stated) & (_OPENINGS | _COMMENTED):
            yield stated
        else:
            for within in (stated.get("@graph"), stated.get("mainEntity")):
                yield from _openings(within, depth=depth + 1)


def _with_answers(stated: dict[str, object], *, depth: int) -> Iterator[Statement]:
    yield Statement(
        headline=_text(stated, "headline") or _text(stated, "name"),
        text=_text(stated, "articleBody") or _text(stated, "text"),
        author=_author(stated.get("author")),
        published=_text(stated, "datePublished") or _text(stated, "dateCreated"),
        url=_text(stated, "url") or _text(stated, "@id"),
        opens=bool(_kinds(stated) & _OPENINGS),
    )
    yield from _answers(stated, depth=depth)


def _answers(stated: dict[str, object], *, depth: int) -> Iterator[Statement]:
    for key in _ANSWERS:
        answers = stated.get(key)
        for answer in answers if isinstance(answers, list) else [answers]:
            if isinstance(answer, dict) and _kinds(answer) & _POSTS and depth < _MAX_DEPTH:
                yield from _with_answers(answer, depth=depth + 1)


def _kinds(stated: dict[str, object]) -> frozenset[str]:
    kinds = stated.get("@type")
    return frozenset(map(str, kinds)) if isinstance(kinds, list) else frozenset({str(kinds)})


def _author(author: object) -> str:
    if isinstance(author, list):
        author = author[0] if author else ""
    return _text(author, "name") if isinstance(author, dict) else str(author or "")


def _text(stated: dict[str, object], key: str) -> str:
    value = stated.get(key)
    return value if isinstance(value, str) else ""
