"""A digest as HTML for plain mail programs: tables, styles in place, nothing from outside."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from service.digests import words
from service.digests.acts import Act
from service.digests.digest import Digest
from service.digests.links import Links
from service.links import outward
from service.times import age

_TEMPLATES = Path(__file__).parent / "templates"
_STAND_OUT = frozenset({Act.TAKE, Act.CONFIRM, Act.ASSIGN})  # as the first of the buttons
#: Gmail shows 102 KB of a mail's HTML and hides the rest, the way out of the digest with it.
#: What servers on the way add to links is beside it.
MOST_BYTES = 96_000
_TITLE, _SHORT_TITLE = 120, 40
_FEWER = (18, 15, 13, 11, 9, 7, 5, 3, 1, 0)


def as_html(digest: Digest, links: Links) -> str:
    """Return the digest as a whole page; all words of others are escaped.

    Of a long one the last conversations are told in a line each, so that no mail program cuts it.
    """
    template, html = _environment().get_template("digest.html"), ""
    for whole, longest_title in _shapes(len(digest.entries)):
        html = _render(template, digest, links, whole=whole, longest_title=longest_title)
        if len(html.encode()) <= MOST_BYTES:
            break
    return html


def _shapes(entries: int) -> Iterator[tuple[int, int]]:
    """Yield how many are told whole, and the length of titles of the others; ever less."""
    yield entries, _TITLE
    yield from ((whole, _TITLE) for whole in _FEWER if whole < entries)
    yield 0, _SHORT_TITLE


def _render(
    template: Template, digest: Digest, links: Links, *, whole: int, longest_title: int
) -> str:
    return template.render(
        digest=digest,
        links=links,
        words=words,
        now=digest.made_at,
        age=age,
        outward=outward,
        stand_out=_STAND_OUT,
        whole=whole,
        longest_title=longest_title,
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
