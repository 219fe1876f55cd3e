"""What stands around posts on pages: headings, buttons, single words of menus."""

import re

from crawlers.forums.sketch import Sketch

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_UI_WORDS = re.compile(
    r"(?:(?:#?[0-9]+|reply|quote|report|edit(?:ed)?|delete|share|likes?|flag|link|permalink|"
    r"permanent link|up(?:vote)?|down(?:vote)?|respond|mark(?: as solution)?|top|by|on|at|"
    r"description|message|comments?|answers?|question|"
    r"posted|wrote|said|says|answered|asked|commented|antworten|zitieren|melden|teilen|"
    r"gefällt mir|répondre|citer|von|par|am|à|[\W_]+)(?=\W|$)[\s:.,·|-]*){1,8}",
    re.IGNORECASE,
)
#: What boards count beside a name: "(120 points)", "1,204 posts".
_COUNTED = re.compile(
    r"\W{0,3}[0-9][0-9.,\s]{0,12}k?\s(?:points?|pts|posts?|reputation|rep|karma|badges?|votes?|"
    r"likes?|punkte|beiträge|stimmen|votos?|puntos?|punti|punten|punkt[óy]w?|messages?|pontos?)"
    r"\W{0,3}",
    re.IGNORECASE,
)


def is_furniture(text: str) -> bool:
    """Say whether a text is nothing but words of buttons and labels, or a count beside a name."""
    return _UI_WORDS.fullmatch(text) is not None or _COUNTED.fullmatch(text) is not None


def in_heading(drawn: Sketch, at: int) -> bool:
    """Say whether a link is in a heading, or a heading in it."""
    around = (drawn.parent[at], *range(at + 1, min(drawn.end[at], at + 4)))
    return any(drawn.tag[one] in HEADINGS for one in around)
