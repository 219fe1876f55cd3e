"""Pages that no parser of trees is given: nested or furnished so that each costs minutes.

Selectors look upwards from each element, and a parser compares each attribute with those before
it, so both are quadratic. Told by one look at the bytes. Rows X12 and X13 of the attack catalogue.
"""

import re

from crawlers.errors import PoisonDocument

MAX_DEPTH = 400  # browsers stop at 512
_LONG_TAG = 16_384
_MAX_ATTRIBUTES = 1_000

#: Elements that stay open until they are closed; ``p``, ``li`` and cells end by themselves.
_NESTING = re.compile(
    rb"<(/?)(?:div|span|section|article|ul|ol|dl|table|blockquote|font|center|b|i|u|em|strong|a|"
    rb"form|aside|main|details|small|big)[\s>]",
    re.IGNORECASE,
)
_FURNISHED = re.compile(rb"<[a-zA-Z][^<>]{%d,}" % _LONG_TAG)


def refuse_hazards(body: bytes) -> None:
    """Look at a page before it is parsed.

    Raises:
        PoisonDocument: it is nested too deeply, or an element has thousands of attributes.
    """
    for tag in _FURNISHED.finditer(body):
        if len(tag[0].split(b"=", _MAX_ATTRIBUTES + 1)) > _MAX_ATTRIBUTES:
            raise PoisonDocument(f"an element has more than {_MAX_ATTRIBUTES:,} attributes")
    depth = 0
    for tag in _NESTING.finditer(body):
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > MAX_DEPTH:
            raise PoisonDocument(f"its elements are nested more than {MAX_DEPTH} deep")
