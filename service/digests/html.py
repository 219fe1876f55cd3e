"""A digest as HTML for plain mail programs: tables, styles in place, nothing from outside."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.digests import words
from service.digests.acts import Act
from service.digests.digest import Digest
from service.digests.links import Links
from service.links import outward
from service.times import age

_TEMPLATES = Path(__file__).parent / "templates"
_STAND_OUT = frozenset({Act.TAKE, Act.CONFIRM, Act.ASSIGN})  # as the first of the buttons


def as_html(digest: Digest, links: Links) -> str:
    """Return the digest as a whole page; all words of others are escaped."""
    return (
        _environment()
        .get_template("digest.html")
        .render(
            digest=digest,
            links=links,
            words=words,
            now=digest.made_at,
            age=age,
            outward=outward,
            stand_out=_STAND_OUT,
        )
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
