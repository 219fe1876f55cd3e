"""Read labelled posts from files."""

import sys
from collections.abc import Iterable

from nlp.errors import LineError
from nlp.labelled import LabelledPost, read_all
from service.cli.output import complain
from service.cli.streams import opened


def labelled_posts(names: Iterable[str]) -> tuple[list[LabelledPost], int]:
    """Return the labelled posts of files and how many lines were none; those are complained of."""
    posts: list[LabelledPost] = []
    wrong = 0
    for name in names:
        with opened(name, "rb", sys.stdin.buffer) as stream:
            for number, read in read_all(stream):
                if isinstance(read, LineError):
                    wrong += 1
                    complain(f"{name}, line {number}: {read}")
                else:
                    posts.append(read)
    return posts, wrong
