"""The process document as Markdown and as a page of its own."""

import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.process.document import Grid, Paper

_TEMPLATES = Path(__file__).parent / "templates"
# What Markdown would take for more than text: our words come from files that people wrote.
_MARKS = re.compile(r"([\\`*_\[\]<>|#~])")
_LIST_MARK = re.compile(r"^(\s*)([-+]|\d+[.)])(?=\s)", re.MULTILINE)


def as_markdown(paper: Paper) -> str:
    """Return the document in Markdown with GitHub's tables."""
    lines = [f"# {_plain(paper.title)}", "", _plain(paper.intro)]
    for section in paper.sections:
        lines += ["", f"## {_plain(section.title)}"]
        for paragraph in section.paragraphs:
            lines += ["", _LIST_MARK.sub(r"\1\\\2", _plain(paragraph))]
        if section.grid is not None:
            lines += ["", *_table(section.grid)]
    return "\n".join(lines) + "\n"


def as_html(paper: Paper) -> str:
    """Return the document as a whole page with its styles, nothing from outside."""
    return _environment().get_template("process.html").render(paper=paper)


def _table(grid: Grid) -> list[str]:
    rows = (grid.headings, ("---",) * len(grid.headings), *grid.rows)
    return [
        "| " + " | ".join(cell if cell == "---" else _cell(cell) for cell in row) + " |"
        for row in rows
    ]


def _cell(text: str) -> str:
    return _plain(" ".join(text.split()))


def _plain(text: str) -> str:
    return _MARKS.sub(r"\\\1", text)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
