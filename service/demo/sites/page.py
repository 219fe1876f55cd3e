"""What a sample site answers with, before it goes on the wire."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined

from service.demo.sites.markup import as_board_text, as_paragraphs

#: Every sample site may be read by everybody.
ROBOTS = "User-agent: *\nDisallow:\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer to one address."""

    body: str
    content_type: str = "text/html"
    status: int = 200
    modified: datetime | None = None  # aware UTC: the newest post on it


class PageSource(Protocol):
    """A site as a pure function: the same address always gives the same page."""

    def page(self, path: str, query: Mapping[str, str], *, base: str) -> Page | None:
        """Return the page at ``path``, or None when there is none.

        Args:
            path: decoded, begins with a slash.
            query: the decoded parameters.
            base: scheme, host and port without a slash, for links that must be absolute.
        """
        ...


def rendered(template: str, **values: object) -> str:
    """Return the named template filled in; whatever is not Markup is escaped."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("service.demo.sites"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    environment.filters["as_paragraphs"] = as_paragraphs
    environment.filters["as_board_text"] = as_board_text
    environment.filters["day"] = lambda when: f"{when:%a} {when.day} {when:%b %Y, %H:%M}"
    return environment
