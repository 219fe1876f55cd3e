"""A topic as the text of its file."""

import json
from collections.abc import Sequence

_LISTS = ("keywords", "exclusions", "query")


def topic_text(
    topic_id: str,
    name: str,
    *,
    keywords: Sequence[str] = (),
    exclusions: Sequence[str] = (),
    query: Sequence[str] = (),
    remark: str = "",
) -> str:
    """Return a topic's file, valid TOML, with the lists that have something in them.

    Args:
        topic_id: its id.
        name: as people read it.
        keywords: one a line.
        exclusions: one a line.
        query: one a line; in single quotes where that is possible, so that columns agree.
        remark: a comment for the first lines.
    """
    lines = [f"# {line}".rstrip() for line in remark.splitlines()]
    lines += [f"id = {_quoted(topic_id)}", f"name = {_quoted(name)}"]
    for key, values in zip(_LISTS, (keywords, exclusions, query), strict=True):
        if values:
            lines += ["", f"{key} = [", *(f"  {_quoted(value)}," for value in values), "]"]
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    """Return a TOML string: literal if it has double quotes or backslashes, else a basic one."""
    is_plain = value.isprintable() and "'" not in value
    if is_plain and ('"' in value or "\\" in value):
        return f"'{value}'"
    # JSON's escapes are all TOML's too; only the delete character has to be one there as well.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
