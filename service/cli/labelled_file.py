"""Read labelled posts from files."""

import gzip
import sys
from collections.abc import Iterable

from nlp.errors import LineError
from nlp.labelled import LabelledPost, read_all, with_words
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


def joined_posts(labels: Iterable[str], texts: Iterable[str]) -> tuple[list[LabelledPost], int]:
    """Return the posts of ``texts`` with their labels, and how many labels are wrong.

    Args:
        labels: files of labelled lines without text; they and the texts share ids.
        texts: files of posts, packed by gzip if their name ends in .gz.
    """
    known, wrong = labelled_posts(labels)
    by_id = {label.id: label for label in known}
    found: dict[str, LabelledPost] = {}
    for name in texts:
        with opened(name, "rb", sys.stdin.buffer) as stream:
            unpacked = gzip.GzipFile(fileobj=stream) if name.endswith(".gz") else stream
            for post in with_words(by_id, unpacked):
                found.setdefault(post.id, post)
    lost = len(by_id) - len(found)
    if lost:
        complain(f"{lost} labels are of posts that no text file has")
    return list(found.values()), wrong + lost
